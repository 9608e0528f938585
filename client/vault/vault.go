// Package vault is a party's private store: what the ledger must not hold.
//
//	Account  (渠道账户)   a customer of one of the party's channels, the member
//	                     he is on the ledger, and the salt of the commitment there
//	Profile              what a member allowed the party to know of him, with the
//	                     salt of its digest
//	Secret               a one-time code (核销码) that this node made
//	Terms                what the party has agreed to pay, or be paid, for a good;
//	                     the ledger has only a commitment
//
// Every value is sealed (XChaCha20-Poly1305) under a key that lies beside the
// file, vault.key, and bound to its place, so that one can't be put for another.
// Rows are found by keyed hashes: the file shows neither customers nor members,
// only how many there are. Back the key up apart from the file: without it the
// file is noise, and the party can't tell any more which customer is which member.
//
// The invariant: after [Vault.Erase] the file holds nothing of the member, under
// whatever key. What the vault can't reach are backups and the free blocks of
// the disk, where a file's earlier bytes may lie for a while: keep the state
// directory on an encrypted disk, and let backups of it expire.
//
//	v, err := vault.Open("state", "D")
//	account, err := v.NewAccount("app", "13800000000", "m-4711")
//	… member:Enrol{Member: account.Member, Channel: account.Channel, Account: account.Commitment}
package vault

import (
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// The vault's files in the state directory.
const (
	dataFile = "vault.db"
	keyFile  = "vault.key"
)

// version is the schema's.
const version = 2

// The tables of version 1, and those that version 2 added.
var (
	//go:embed schema.sql
	schema string
	//go:embed terms.sql
	added string
)

// Vault is an open store. All methods may be called from many goroutines, and
// several processes may have one vault open.
type Vault struct {
	party string
	db    *sql.DB
	keys  keys
}

// Exists says whether a state directory has a vault.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, dataFile))
	return err == nil
}

// Open opens the vault of a party in its state directory, or makes it.
//
// Refused, first that applies: a directory that others may write to; files that
// group or others may read or write; a vault without its key; another vault's
// key; another party's vault.
func Open(dir, party string) (*Vault, error) {
	if err := name.CheckID("party", party); err != nil {
		return nil, err
	}
	if err := ownDirectory(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, dataFile)
	made, err := ownFile(path)
	if err != nil {
		return nil, err
	}
	key, err := readKey(filepath.Join(dir, keyFile), !made)
	if err != nil {
		return nil, err
	}
	v := &Vault{party: party, keys: derive(key)}
	if v.db, err = connect(path); err != nil {
		return nil, err
	}
	if err := v.prove(); err != nil {
		return nil, errors.Join(err, v.db.Close())
	}
	return v, nil
}

// Close ends the vault.
func (v *Vault) Close() error { return v.db.Close() }

// ownDirectory makes the state directory for its owner only, and refuses one in
// which others could exchange the files.
func ownDirectory(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		return fault.New(fault.Machine, "vault: others may write to %s (%#o); run chmod 700 on it", dir, mode)
	}
	return nil
}

// ownFile says whether there is a file already, and refuses one that group or
// others may use.
func ownFile(path string) (exists bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("vault: %w", err)
	case info.Mode().Perm()&0o077 != 0:
		return true, fault.New(fault.Machine, "vault: others may use %s (%#o); run chmod 600 on it",
			path, info.Mode().Perm())
	}
	return true, nil
}

// connect opens the file, which SQLite's journal takes its mode from. What is
// deleted is overwritten; nothing waits in a log beside the file or in one of
// the system's temporary directories.
func connect(path string) (*sql.DB, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	at := url.URL{
		Scheme: "file", Path: path,
		RawQuery: "_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=secure_delete(ON)&_pragma=journal_mode(DELETE)&_pragma=synchronous(FULL)&_pragma=temp_store(MEMORY)",
	}
	db, err := sql.Open("sqlite", at.String())
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// proof is what a vault seals to know its key again.
type proof struct {
	_     struct{} `cbor:",toarray"`
	Party string
}

// prove makes the tables of a new vault, or finds out whether key and party are
// those of this one.
func (v *Vault) prove() error {
	return v.change(func(tx *sql.Tx) error {
		var found int
		if err := tx.QueryRow("PRAGMA user_version").Scan(&found); err != nil {
			return err
		}
		if found > version {
			return fault.New(fault.Machine, "vault: the file is of version %d, this program reads %d", found, version)
		}
		if found == 1 {
			if _, err := tx.Exec(added); err != nil {
				return err
			}
		}
		if found == 0 {
			if _, err := tx.Exec(schema + added); err != nil {
				return err
			}
			_, err := tx.Exec("INSERT INTO proof(only, sealed) VALUES(1, ?)",
				v.keys.seal(proof{Party: v.party}, "proof"))
			return err
		}
		var sealed []byte
		if err := tx.QueryRow("SELECT sealed FROM proof").Scan(&sealed); err != nil {
			return err
		}
		var known proof
		if err := v.keys.open(sealed, &known, "proof"); err != nil {
			return fault.New(fault.Machine,
				"vault: "+keyFile+" is not this vault's key; restore the one that was saved with it")
		}
		if known.Party != v.party {
			return fault.New(fault.Machine, "vault: it is the vault of party %s, not of %s", known.Party, v.party)
		}
		return nil
	})
}

// change does something in one database transaction, or nothing.
func (v *Vault) change(do func(tx *sql.Tx) error) error {
	tx, err := v.db.Begin()
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if err := do(tx); err != nil {
		return errors.Join(wrap(err), tx.Rollback())
	}
	return wrap(tx.Commit())
}

// wrap names the package in an error that is no refusal.
func wrap(err error) error {
	var refusal *fault.Error
	if err == nil || errors.As(err, &refusal) {
		return err
	}
	return fmt.Errorf("vault: %w", err)
}
