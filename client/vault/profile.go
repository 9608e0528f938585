package vault

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"unicode/utf8"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// What a profile may have at most.
const (
	maxFields  = 64
	maxField   = 1024      // bytes of one field
	maxProfile = 16 * 1024 // bytes of ProfileBytes, which the ledger's private data takes
)

// Profile is what a party may know of a member.
type Profile struct {
	Member string            `json:"member"`
	Fields map[string]string `json:"fields"` // name: value
	Salt   []byte            `json:"-"`      // 32 random bytes, new with every change
	Digest codec.Hash        `json:"digest"` // SHA-256 of Bytes, for the ledger
	// Bytes is ProfileBytes(Salt, Fields): what a party gets with whom it is shared.
	Bytes []byte `json:"-"`
}

// written is a profile's one text.
type written struct {
	Salt   codec.Hash        `json:"salt"`
	Fields map[string]string `json:"fields"`
}

// ProfileBytes writes a profile in the one way there is: JSON with the salt,
// then the fields by name. Its SHA-256 is the digest on the ledger; the salt
// keeps anybody who hasn't got the bytes from trying what they could be.
//
// Refused, first that applies: BAD_REQUEST (salt, a field's name, a value that
// isn't UTF-8), LIMIT (64 fields, 1,024 bytes each, 16 KiB in all).
func ProfileBytes(salt []byte, fields map[string]string) ([]byte, error) {
	if len(salt) != keySize {
		return nil, fault.New(fault.BadRequest, "profile: want a salt of %d bytes", keySize)
	}
	for field, value := range fields {
		if err := name.CheckID("profile: a field's name", field); err != nil {
			return nil, err
		}
		if !utf8.ValidString(value) {
			return nil, fault.New(fault.BadRequest, "profile: field %s isn't UTF-8", field)
		}
	}
	if len(fields) > maxFields {
		return nil, fault.New(fault.Limit, "profile: %d fields, want %d at most", len(fields), maxFields)
	}
	for field, value := range fields {
		if len(value) > maxField {
			return nil, fault.New(fault.Limit, "profile: field %s has %d bytes, want %d at most",
				field, len(value), maxField)
		}
	}
	if fields == nil {
		fields = map[string]string{}
	}
	data, err := json.Marshal(written{salt, fields}) // it sorts the names
	if err != nil {
		return nil, fault.New(fault.BadRequest, "profile: %v", err)
	}
	if len(data) > maxProfile {
		return nil, fault.New(fault.Limit, "profile: %d bytes, want %d at most", len(data), maxProfile)
	}
	return data, nil
}

// ReadProfile reads what ProfileBytes wrote, as a party does with whom a member's
// profile was shared. BAD_REQUEST for anything else.
func ReadProfile(data []byte) (fields map[string]string, digest codec.Hash, err error) {
	var w written
	if err := codec.DecodeJSON(data, &w); err != nil {
		return nil, nil, err
	}
	again, err := ProfileBytes(w.Salt, w.Fields)
	if err != nil {
		return nil, nil, err
	}
	if !bytes.Equal(again, data) {
		return nil, nil, fault.New(fault.BadRequest, "profile: not as it is written")
	}
	return w.Fields, digestOf(data), nil
}

func digestOf(data []byte) codec.Hash {
	sum := sha256.Sum256(data)
	return sum[:]
}

// PutProfile keeps what the party knows of a member. The same fields again keep
// salt and digest; others get a new salt, so that who was shown the old profile
// can't try what the new digest stands for. Refused as ProfileBytes.
func (v *Vault) PutProfile(member string, fields map[string]string) (p Profile, err error) {
	if err := name.CheckID("member", member); err != nil {
		return Profile{}, err
	}
	salt := make([]byte, keySize)
	rand.Read(salt) // it never fails
	data, err := ProfileBytes(salt, fields)
	if err != nil {
		return Profile{}, err
	}
	err = v.change(func(tx *sql.Tx) error {
		before, found, err := v.profile(tx, member)
		if err != nil {
			return err
		}
		if found && maps.Equal(before.Fields, fields) {
			p = before
			return nil
		}
		if p, err = asProfile(member, data); err != nil {
			return err
		}
		return v.putProfile(tx, p)
	})
	return p, err
}

// Profile finds what the party knows of a member.
func (v *Vault) Profile(member string) (p Profile, found bool, err error) {
	if err := name.CheckID("member", member); err != nil {
		return Profile{}, false, err
	}
	err = v.change(func(tx *sql.Tx) error {
		p, found, err = v.profile(tx, member)
		return err
	})
	return p, found, err
}

func (v *Vault) profile(tx *sql.Tx, member string) (Profile, bool, error) {
	of := v.memberID(member)
	var sealed, data []byte
	err := tx.QueryRow("SELECT sealed FROM profile WHERE member = ?", of).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return Profile{}, false, nil
	}
	if err == nil {
		err = v.keys.open(sealed, &data, "profile", of)
	}
	if err != nil {
		return Profile{}, false, err
	}
	p, err := asProfile(member, data)
	return p, err == nil, err
}

func asProfile(member string, data []byte) (Profile, error) {
	var w written
	if err := codec.DecodeJSON(data, &w); err != nil {
		return Profile{}, err
	}
	return Profile{Member: member, Fields: w.Fields, Salt: w.Salt, Digest: digestOf(data), Bytes: data}, nil
}

func (v *Vault) putProfile(tx *sql.Tx, p Profile) error {
	of := v.memberID(p.Member)
	_, err := tx.Exec("INSERT OR REPLACE INTO profile(member, sealed) VALUES(?, ?)", of,
		v.keys.seal(p.Bytes, "profile", of))
	return err
}

// moveProfile gives a member's profile to another who has none, and erases it.
func (v *Vault) moveProfile(tx *sql.Tx, from, to string) error {
	p, found, err := v.profile(tx, from)
	if err != nil || !found {
		return err
	}
	_, taken, err := v.profile(tx, to)
	if err != nil {
		return err
	}
	if !taken {
		p.Member = to
		if err := v.putProfile(tx, p); err != nil {
			return err
		}
	}
	_, err = tx.Exec("DELETE FROM profile WHERE member = ?", v.memberID(from))
	return err
}
