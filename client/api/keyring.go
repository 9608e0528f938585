package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tallystick/chaincode/fault"
	"tallystick/client/store"
)

// Keyring is the API keys of a node, in its store. A key is told once; the store has its hash. A key that one process
// of the node ends is refused by the others from then on.
type Keyring struct{ own *store.Store }

// Key is what is known of an API key but its secret.
type Key struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"` // what uses it, such as till-7
	Role  string    `json:"role"`
	Made  time.Time `json:"made"`
	Ends  time.Time `json:"ends,omitzero"`  // when it ends by itself, zero for never
	Ended time.Time `json:"ended,omitzero"` // when somebody ended it, zero if nobody did
}

// NewKeyring returns the keyring that is in a node's store.
func NewKeyring(own *store.Store) *Keyring { return &Keyring{own} }

// keyPrefix begins every key, so that scanners for secrets know one.
const keyPrefix = "tally_"

// What a key's id and secret are made of: letters and digits that nobody confuses, in lower case.
var keyLetters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

const (
	idBytes     = 5  // 8 letters
	secretBytes = 30 // 48 letters
)

// Add makes a key of a role and returns its text, which is nowhere else. BAD_REQUEST for a role or a name that is none,
// or an end that has passed.
func (k *Keyring) Add(ctx context.Context, name, role string, ends time.Time) (text string, _ Key, err error) {
	if _, err := RoleNamed(role); err != nil {
		return "", Key{}, err
	}
	now, ends := time.Now().UTC().Truncate(time.Second), ends.UTC().Truncate(time.Second) // as the file has them
	switch {
	case name == "" || len(name) > 64 || !utf8.ValidString(name) ||
		strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "", Key{}, fault.New(fault.BadRequest, "a key's name: want 1 to 64 bytes that can be printed")
	case !ends.IsZero() && !ends.After(now):
		return "", Key{}, fault.New(fault.BadRequest, "a key's end: want a moment to come")
	}
	random := make([]byte, idBytes+secretBytes)
	rand.Read(random) // it never returns an error
	key := Key{ID: keyLetters.EncodeToString(random[:idBytes]), Name: name, Role: role, Made: now, Ends: ends}
	text = keyPrefix + key.ID + "_" + keyLetters.EncodeToString(random[idBytes:])
	err = k.own.Write(ctx, func(w store.Writer) error {
		_, err := w.Exec(ctx, `INSERT INTO keys (id, hash, name, role, made, ends) VALUES (?, ?, ?, ?, ?, ?)`,
			key.ID, hashOf(text), key.Name, key.Role, key.Made.Unix(), secondsOf(key.Ends))
		return err
	})
	return text, key, err
}

// Find returns a key by its text. FORBIDDEN for one that isn't known, or has ended: which of the two isn't said.
func (k *Keyring) Find(ctx context.Context, text string) (Key, error) {
	refused := fault.New(fault.Forbidden, "the API key isn't known, or has ended")
	rest, ok := strings.CutPrefix(text, keyPrefix)
	id, _, cut := strings.Cut(rest, "_")
	if !ok || !cut || len(text) > 128 {
		return Key{}, refused
	}
	row := keyRow{}
	found, err := k.own.One(ctx, `SELECT `+keyColumns+` FROM keys WHERE id = ?`, []any{id}, row.into()...)
	if err != nil {
		return Key{}, err
	}
	key := row.key()
	if !found || subtle.ConstantTimeCompare(row.hash, hashOf(text)) != 1 || !key.Lives(time.Now()) {
		return Key{}, refused
	}
	return key, nil
}

// Lives says whether a key can be used at a moment.
func (k Key) Lives(now time.Time) bool {
	return k.Ended.IsZero() && (k.Ends.IsZero() || now.Before(k.Ends))
}

// List lists all keys, oldest first.
func (k *Keyring) List(ctx context.Context) (keys []Key, err error) {
	keys = []Key{}
	err = k.own.Each(ctx, `SELECT `+keyColumns+` FROM keys ORDER BY made, id`, nil, func(scan store.Scan) error {
		row := keyRow{}
		err := scan(row.into()...)
		keys = append(keys, row.key())
		return err
	})
	return keys, err
}

// End ends a key from now on. NOT_FOUND if there is none; one that was ended stays as it is.
func (k *Keyring) End(ctx context.Context, id string) error {
	return k.own.Write(ctx, func(w store.Writer) error {
		n, err := w.Exec(ctx, `UPDATE keys SET ended = COALESCE(ended, ?) WHERE id = ?`, time.Now().Unix(), id)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "there is no key %.40q", id)
		}
		return err
	})
}

const keyColumns = `id, hash, name, role, made, COALESCE(ends, 0), COALESCE(ended, 0)`

// keyRow is a key as its row has it.
type keyRow struct {
	Key
	hash              []byte
	made, ends, ended int64
}

// into are its variables, in the order of keyColumns.
func (r *keyRow) into() []any {
	return []any{&r.ID, &r.hash, &r.Name, &r.Role, &r.made, &r.ends, &r.ended}
}

func (r *keyRow) key() Key {
	r.Made, r.Ends, r.Ended = momentOf(r.made), momentOf(r.ends), momentOf(r.ended)
	return r.Key
}

func hashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// secondsOf is a moment as the file has it, NULL for none.
func secondsOf(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}

func momentOf(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
