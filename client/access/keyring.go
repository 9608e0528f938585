package access

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
	"tallystick/chaincode/name"
	"tallystick/client/store"
)

// Keyring is the API keys of a node, in its store. A key is told once; the store has its hash. A key that one process
// of the node ends is refused by the others from then on.
type Keyring struct{ own *store.Store }

// Key is what is known of an API key but its secret.
type Key struct {
	ID string `json:"id"`
	NewKey
	Made  time.Time `json:"made"`
	Ended time.Time `json:"ended,omitzero"` // when somebody ended it, zero if nobody did
}

// NewKey is what a key is to be.
type NewKey struct {
	Name string `json:"name"` // what uses it, such as till-7
	Role string `json:"role"` // what it may do
	// who uses it, if that is a person: the same in each of his keys, and in the tokens of his provider
	Person string `json:"person,omitempty"`
	Outlet string `json:"outlet,omitempty"` // the one outlet whose requests it makes; "" for any
	Limits
	Ends time.Time `json:"ends,omitzero"` // when it ends by itself, zero for never
}

// Check refuses with BAD_REQUEST what can't be a key.
func (n NewKey) Check() error {
	if _, err := RoleNamed(n.Role); err != nil {
		return err
	}
	switch {
	case !printable(n.Name, maxName) || n.Name == "":
		return fault.New(fault.BadRequest, "`name`: want 1 to %d bytes that can be printed", maxName)
	case !printable(n.Person, maxPerson):
		return fault.New(fault.BadRequest, "`person`: want at most %d bytes that can be printed", maxPerson)
	case n.Person == "" && n.Role == "approver":
		return fault.New(fault.BadRequest, "`person`: say who approves, so that nobody approves what he asked for")
	case n.PerRequest < 0 || n.PerDay < 0 || n.PerMinute < 0:
		return fault.New(fault.BadRequest, "`perRequest`, `perDay`, `perMinute`: want no less than 0")
	case n.Outlet == "":
		return nil
	}
	return name.CheckID("outlet", n.Outlet)
}

const maxName = 64 // bytes

func printable(text string, most int) bool {
	return len(text) <= most && utf8.ValidString(text) &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
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

// Add makes a key and returns its text, which is nowhere else. BAD_REQUEST for what can't be one, or an end that has
// passed.
func (k *Keyring) Add(ctx context.Context, what NewKey) (text string, _ Key, err error) {
	random := make([]byte, idBytes+secretBytes)
	rand.Read(random) // it never returns an error
	return k.AddOnce(ctx, what, random)
}

// AddOnce is Add with the bytes that the key is made of, [KeyBytes] of them that nobody can guess: whoever asks again
// with the same ones is told the same key. CONFLICT if that is to be another.
func (k *Keyring) AddOnce(ctx context.Context, what NewKey, random []byte) (text string, key Key, err error) {
	now := time.Now().UTC().Truncate(time.Second) // as the store has it
	what.Person, what.Ends = PersonOf(what.Person), whole(what.Ends)
	if err := what.Check(); err != nil {
		return "", Key{}, err
	}
	key = Key{ID: keyLetters.EncodeToString(random[:idBytes]), NewKey: what, Made: now}
	text = keyPrefix + key.ID + "_" + keyLetters.EncodeToString(random[idBytes:])
	err = k.own.Write(ctx, func(w store.Writer) error {
		there, found, err := keyIn(ctx, w.Reader, key.ID)
		switch {
		case err != nil:
			return err
		case found && there.NewKey != what:
			return fault.New(fault.Conflict, "the request id stands for another key")
		case found:
			key = there.Key
			return nil
		case !what.Ends.IsZero() && !what.Ends.After(now):
			return fault.New(fault.BadRequest, "`ends`: want a moment to come")
		}
		_, err = w.Exec(ctx, `INSERT INTO keys (id, hash, name, role, made, ends, person, outlet, per_request, per_day,
			per_minute) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, key.ID, hashOf(text), key.Name, key.Role, key.Made.Unix(),
			secondsOf(key.Ends), key.Person, key.Outlet, key.PerRequest, key.PerDay, key.PerMinute)
		return err
	})
	return text, key, err
}

// whole is a moment as the store has it.
func whole(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return momentOf(t.Unix())
}

// KeyBytes are how many bytes a key is made of.
const KeyBytes = idBytes + secretBytes

// Find returns who has a key, by its text. FORBIDDEN for one that isn't known, or has ended: which of the two isn't
// said.
func (k *Keyring) Find(ctx context.Context, text string) (Caller, error) {
	refused := fault.New(fault.Forbidden, "the API key isn't known, or has ended")
	rest, ok := strings.CutPrefix(text, keyPrefix)
	id, _, cut := strings.Cut(rest, "_")
	if !ok || !cut || len(text) > 128 {
		return Caller{}, refused
	}
	key, found, err := keyIn(ctx, k.own.Reader, id)
	if err != nil {
		return Caller{}, err
	}
	if !found || subtle.ConstantTimeCompare(key.hash, hashOf(text)) != 1 || !key.Lives(time.Now()) {
		return Caller{}, refused
	}
	role, err := RoleNamed(key.Role)
	if err != nil {
		return Caller{}, fault.New(fault.Forbidden, "the key's role isn't known to this version of the node")
	}
	return Caller{ID: key.ID, Person: key.Person, Grant: Grant{role, key.Outlet, key.Limits}}, nil
}

// Alive says whether a caller's key can be used still. One who isn't known by a key is.
func (k *Keyring) Alive(ctx context.Context, c Caller) (bool, error) {
	if strings.Contains(c.ID, ":") || c.IsOwner() {
		return true, nil
	}
	key, found, err := keyIn(ctx, k.own.Reader, c.ID)
	return found && key.Lives(time.Now()), err
}

// keyIn reads a key by its id.
func keyIn(ctx context.Context, r store.Reader, id string) (row keyRow, found bool, err error) {
	found, err = r.One(ctx, `SELECT `+keyColumns+` FROM keys WHERE id = ?`, []any{id}, row.into()...)
	row.moments()
	return row, found, err
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
		row.moments()
		keys = append(keys, row.Key)
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

const keyColumns = `id, hash, name, role, made, COALESCE(ends, 0), COALESCE(ended, 0), person, outlet, per_request,
	per_day, per_minute`

// keyRow is a key as its row has it.
type keyRow struct {
	Key
	hash              []byte
	made, ends, ended int64
}

// into are its variables, in the order of keyColumns.
func (r *keyRow) into() []any {
	return []any{&r.ID, &r.hash, &r.Name, &r.Role, &r.made, &r.ends, &r.ended, &r.Person, &r.Outlet, &r.PerRequest,
		&r.PerDay, &r.PerMinute}
}

// moments are those of its seconds.
func (r *keyRow) moments() {
	r.Made, r.Ends, r.Ended = momentOf(r.made), momentOf(r.ends), momentOf(r.ended)
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
