package members

import (
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/bounds"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/keyfile"
)

// keepKey writes a private key to a new file.
func keepKey(path string, key []byte) error {
	err := cli.WriteNew(path, key)
	if errors.Is(err, fs.ErrExist) {
		return exists(path)
	}
	return err
}

func exists(path string) error {
	return fault.New(fault.BadRequest, "--out: %s exists; to set its key use --key-file", path)
}

// isFree refuses a file that is there.
func isFree(path string) error {
	if _, err := os.Stat(path); err == nil {
		return exists(path)
	}
	return nil
}

// readPublicKey reads a key file, public or private.
func readPublicKey(path string) (member.Key, error) { return readKey(path, keyfile.Public) }

func readPrivateKey(path string) (ed25519.PrivateKey, error) { return readKey(path, keyfile.Private) }

func readKey[T any](path string, read func([]byte) (T, error)) (key T, err error) {
	data, err := bounds.File(path, bounds.Key)
	if err != nil {
		return key, err
	}
	key, err = read(data)
	return key, cli.InFront(path+":", err)
}
