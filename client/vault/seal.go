package vault

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/chacha20poly1305"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
)

// keySize is the length of the vault's key and of salts, in bytes.
const keySize = 32

// keys are what the vault's one key is used for, each for one purpose.
type keys struct {
	values  cipher.AEAD // seals values
	lookup  []byte      // makes the ids of rows
	codes   []byte      // makes codes that can be made again
	salts   []byte      // makes salts of terms that can be made again
	sums    []byte      // makes salts of proofs of liabilities that can be made again
	intents []byte      // hashes what requests are for
	own     []byte      // hashes, and makes, what the node has of its own
}

// derive derives them (HKDF-SHA-256).
func derive(key []byte) keys {
	one := func(purpose string) []byte {
		derived, err := hkdf.Key(sha256.New, key, nil, "tallystick vault v1 "+purpose, keySize)
		if err != nil {
			panic(err) // the length is constant
		}
		return derived
	}
	values, err := chacha20poly1305.NewX(one("values"))
	if err != nil {
		panic(err) // the length is constant
	}
	return keys{
		values: values, lookup: one("lookup"), codes: one("codes"), salts: one("terms"), sums: one("liabilities"),
		intents: one("intents"), own: one("node"),
	}
}

// id is where a row is found: HMAC-SHA-256 of its table and of what it is of.
func (k keys) id(parts ...string) []byte { return mac(k.lookup, codec.Encode(parts)) }

func mac(key, text []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(text) // it never fails
	return m.Sum(nil)
}

// place is what binds a value to its row.
type place struct {
	_     struct{} `cbor:",toarray"`
	Table string
	IDs   [][]byte
}

// seal makes a value unreadable for all but the key: nonce ‖ ciphertext.
func (k keys) seal(value any, table string, ids ...[]byte) []byte {
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	rand.Read(nonce) // it never fails
	return k.values.Seal(nonce, nonce, codec.Encode(value), codec.Encode(place{Table: table, IDs: ids}))
}

// errSealed says that a value is not what this vault put in its place.
var errSealed = errors.New("a value was changed, moved, or sealed under another key")

// open reads what seal wrote for the same place.
func (k keys) open(sealed []byte, to any, table string, ids ...[]byte) error {
	if len(sealed) < chacha20poly1305.NonceSizeX {
		return errSealed
	}
	nonce, text := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	value, err := k.values.Open(nil, nonce, text, codec.Encode(place{Table: table, IDs: ids}))
	if err != nil {
		return errSealed
	}
	return codec.Decode(value, to)
}

// readKey reads the vault's key; a vault that is new gets one.
func readKey(path string, isNew bool) ([]byte, error) {
	exists, err := ownFile(path)
	if err != nil {
		return nil, err
	}
	if !exists {
		if !isNew {
			return nil, fault.New(fault.Machine,
				"vault: %s is missing, and what it sealed can't be read without; restore it from where you saved it",
				path)
		}
		if err := makeKey(path); err != nil {
			return nil, err
		}
	}
	key, err := bounds.File(path, bounds.Key)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if len(key) != keySize {
		return nil, fault.New(fault.Machine, "vault: %s has %d bytes, want %d", path, len(key), keySize)
	}
	return key, nil
}

// makeKey puts a new key at a path, whole or not at all. If another process was
// first, its key stands.
func makeKey(path string) (err error) {
	key := make([]byte, keySize)
	rand.Read(key)                                               // it never fails
	file, err := os.CreateTemp(filepath.Dir(path), keyFile+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("vault: the key: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	_, err = file.Write(key)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("vault: the key: %w", err)
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("vault: the key: %w", err)
	}
	return syncDirectory(filepath.Dir(path))
}

// syncDirectory has the disk know a directory's new entries.
func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return wrap(errors.Join(dir.Sync(), dir.Close()))
}
