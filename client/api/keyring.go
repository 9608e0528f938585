package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	_ "embed"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"tallystick/chaincode/fault"
	"tallystick/client/machine"
)

//go:embed keyring.sql
var keyringTables string

// Keyring is the API keys of a node, in a file of their own. A key is told once; the file has its hash. Several
// processes may use the file at once: a key that one of them ends is refused by the others from then on.
type Keyring struct{ db *sql.DB }

// Key is what is known of an API key but its secret.
type Key struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"` // what uses it, such as till-7
	Role  string    `json:"role"`
	Made  time.Time `json:"made"`
	Ends  time.Time `json:"ends,omitzero"`  // when it ends by itself, zero for never
	Ended time.Time `json:"ended,omitzero"` // when somebody ended it, zero if nobody did
}

// OpenKeyring opens the file, or makes it for its owner alone.
func OpenKeyring(ctx context.Context, path string) (*Keyring, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, machine.Fault(err)
	}
	if err := file.Close(); err != nil {
		return nil, machine.Fault(err)
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path),
		RawQuery: "_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)"}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(mostAtKeys)
	db.SetMaxIdleConns(mostAtKeys)
	if _, err := db.ExecContext(ctx, keyringTables); err != nil {
		return nil, errors.Join(machine.Fault(err), db.Close())
	}
	return &Keyring{db}, nil
}

// mostAtKeys is how many look at the file at once; others wait their turn. Who isn't known yet is asked for here, so
// without it whoever sends much has the node open the file as often, and SQLite closes none while it locks another.
const mostAtKeys = 4

// Close closes the file.
func (k *Keyring) Close() error { return k.db.Close() }

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
	_, err = k.db.ExecContext(ctx, `INSERT INTO keys (id, hash, name, role, made, ends) VALUES (?, ?, ?, ?, ?, ?)`,
		key.ID, hashOf(text), key.Name, key.Role, key.Made.Unix(), secondsOf(key.Ends))
	return text, key, machine.Fault(err)
}

// Find returns a key by its text. FORBIDDEN for one that isn't known, or has ended: which of the two isn't said.
func (k *Keyring) Find(ctx context.Context, text string) (Key, error) {
	refused := fault.New(fault.Forbidden, "the API key isn't known, or has ended")
	rest, ok := strings.CutPrefix(text, keyPrefix)
	id, _, cut := strings.Cut(rest, "_")
	if !ok || !cut || len(text) > 128 {
		return Key{}, refused
	}
	row := k.db.QueryRowContext(ctx, `SELECT hash, `+keyColumns+` FROM keys WHERE id = ?`, id)
	var hash []byte
	key, err := readKey(func(to ...any) error { return row.Scan(append([]any{&hash}, to...)...) })
	if errors.Is(err, sql.ErrNoRows) {
		return Key{}, refused
	}
	if err != nil {
		return Key{}, machine.Fault(err)
	}
	if subtle.ConstantTimeCompare(hash, hashOf(text)) != 1 || !key.Lives(time.Now()) {
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
	rows, err := k.db.QueryContext(ctx, `SELECT `+keyColumns+` FROM keys ORDER BY made, id`)
	if err != nil {
		return nil, machine.Fault(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	keys = []Key{}
	for rows.Next() {
		key, err := readKey(rows.Scan)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, rows.Err()
}

// End ends a key from now on. NOT_FOUND if there is none; one that was ended stays as it is.
func (k *Keyring) End(ctx context.Context, id string) error {
	done, err := k.db.ExecContext(ctx, `UPDATE keys SET ended = COALESCE(ended, ?) WHERE id = ?`, time.Now().Unix(), id)
	if err != nil {
		return machine.Fault(err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fault.New(fault.NotFound, "there is no key %.40q", id))
	}
	return nil
}

const keyColumns = `id, name, role, made, COALESCE(ends, 0), COALESCE(ended, 0)`

func readKey(scan func(...any) error) (key Key, err error) {
	var made, ends, ended int64
	if err := scan(&key.ID, &key.Name, &key.Role, &made, &ends, &ended); err != nil {
		return Key{}, fmt.Errorf("a key: %w", err)
	}
	key.Made, key.Ends, key.Ended = momentOf(made), momentOf(ends), momentOf(ended)
	return key, nil
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
