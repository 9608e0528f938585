package vault

import (
	"bytes"
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// maxReference is the longest reference of a secret, in bytes: the number of a
// row on the ledger, or a party's own id.
const maxReference = 128

// Secret is a one-time code that this node made, for as long as somebody may
// have to be told it.
type Secret struct {
	_         struct{}  `cbor:",toarray"`
	Purpose   string    `json:"purpose"`   // an id: invitation, authorisation, entitlement …
	Reference string    `json:"reference"` // what it opens
	Member    string    `json:"member"`    // whose it is
	Code      code.Code `json:"code"`
	Until     int64     `json:"until"` // UTC seconds after which it is worth nothing; 0 for no end
}

func (s Secret) check() error {
	if err := checkPlace(s.Purpose, s.Reference); err != nil {
		return err
	}
	if err := name.CheckID("member", s.Member); err != nil {
		return err
	}
	if len(s.Code) != code.Size {
		return fault.New(fault.BadRequest, "code: want %d bytes", code.Size)
	}
	if s.Until < 0 {
		return fault.New(fault.BadRequest, "until: want UTC seconds, or 0 for no end")
	}
	return nil
}

func checkPlace(purpose, reference string) error {
	if err := name.CheckID("purpose", purpose); err != nil {
		return err
	}
	if n := len(reference); n < 1 || n > maxReference {
		return fault.New(fault.BadRequest, "reference: want 1 to %d bytes", maxReference)
	}
	return nil
}

// PutCode keeps a secret. The same again changes its end only. BAD_REQUEST.
func (v *Vault) PutCode(s Secret) error {
	if err := s.check(); err != nil {
		return err
	}
	return v.change(func(tx *sql.Tx) error { return v.putSecret(tx, s) })
}

// Codes lists the secrets of one purpose and reference, by their ends.
func (v *Vault) Codes(purpose, reference string) (list []Secret, err error) {
	if err := checkPlace(purpose, reference); err != nil {
		return nil, err
	}
	err = v.change(func(tx *sql.Tx) error {
		list, err = v.secrets(tx, "place", v.secretPlace(purpose, reference))
		return err
	})
	slices.SortFunc(list, func(a, b Secret) int {
		return cmp.Or(cmp.Compare(a.Until, b.Until), bytes.Compare(a.Code, b.Code))
	})
	return list, err
}

// ForgetCodes removes the secrets whose end has passed.
func (v *Vault) ForgetCodes(now time.Time) error {
	return v.change(func(tx *sql.Tx) error {
		_, err := tx.Exec("DELETE FROM secret WHERE until > 0 AND until < ?", now.Unix())
		return err
	})
}

// CodeSeed is the seed of the codes that an import makes for the item at a
// position of its source: the same whenever the item is imported again, so that
// its commitment is the same, and unknown to all but this vault.
func (v *Vault) CodeSeed(source string, position uint64) code.Code {
	return mac(v.keys.codes, codec.Encode(seedOf{Source: source, Position: position}))[:code.Size]
}

type seedOf struct {
	_        struct{} `cbor:",toarray"`
	Source   string
	Position uint64
}

func (v *Vault) secretPlace(purpose, reference string) []byte {
	return v.keys.id("secret", purpose, reference)
}

func (v *Vault) secretID(s Secret) []byte {
	return v.keys.id("secret", s.Purpose, s.Reference, fmt.Sprintf("%x", []byte(s.Code)))
}

func (v *Vault) putSecret(tx *sql.Tx, s Secret) error {
	id, at, of := v.secretID(s), v.secretPlace(s.Purpose, s.Reference), v.memberID(s.Member)
	_, err := tx.Exec("INSERT OR REPLACE INTO secret(id, place, member, until, sealed) VALUES(?, ?, ?, ?, ?)",
		id, at, of, s.Until, v.keys.seal(s, "secret", id, at, of))
	return err
}

// secrets reads the rows that have a hash in a column.
func (v *Vault) secrets(tx *sql.Tx, column string, hash []byte) (list []Secret, err error) {
	rows, err := tx.Query("SELECT id, place, member, until, sealed FROM secret WHERE "+column+" = ?", hash)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, at, of, sealed []byte
		var until int64
		if err := rows.Scan(&id, &at, &of, &until, &sealed); err != nil {
			return nil, err
		}
		var s Secret
		if err := v.keys.open(sealed, &s, "secret", id, at, of); err != nil {
			return nil, err
		}
		if s.Until != until {
			return nil, errSealed
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

func (v *Vault) moveSecrets(tx *sql.Tx, from, to string) error {
	list, err := v.secrets(tx, "member", v.memberID(from))
	if err != nil {
		return err
	}
	for _, s := range list {
		s.Member = to
		if err := v.putSecret(tx, s); err != nil {
			return err
		}
	}
	return nil
}

// Intent is the hash of what a caller named, under a key of this vault: nobody else can
// try what it may have been. It is the same wherever the vault's key is.
func (v *Vault) Intent(text []byte) command.Intent {
	return command.Intent(mac(v.keys.intents, text)[:len(command.Intent{})])
}
