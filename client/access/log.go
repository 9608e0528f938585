package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/store"
)

// Entry is a line of the log of who asked for what. Its order and names stay: others verify it.
type Entry struct {
	N         uint64     `json:"n"`                  // from 1
	Prev      string     `json:"prev"`               // SHA-256 of the line before it; 64 zeros in the first
	At        string     `json:"at"`                 // RFC 3339, UTC
	What      What       `json:"what"`               // asked, answered, waits, refused
	Who       string     `json:"who,omitempty"`      // by which logs call him; none for whom nobody knows
	Person    string     `json:"person,omitempty"`   // who it is, none for a program
	Role      string     `json:"role,omitempty"`     // as which he asked
	Outlet    string     `json:"outlet,omitempty"`   // whose requests he makes
	Operation string     `json:"operation"`          // that he asked for
	Request   string     `json:"request,omitempty"`  // its id
	Body      string     `json:"body,omitempty"`     // HMAC-SHA-256 of what it asks for, under the node's key
	Fen       int64      `json:"fen,omitempty"`      // that it moves, where somebody had to know
	Approval  string     `json:"approval,omitempty"` // that it waits for, was sent by, or decides
	Code      fault.Code `json:"code,omitempty"`     // of the refusal, none if it took effect
	Effect    string     `json:"effect,omitempty"`   // what a refused request did: none, unknown, done
	Count     uint64     `json:"count,omitempty"`    // how many were refused alike since the last such line
}

// What an entry says of a request.
type What string

// What there is.
const (
	Asked    What = "asked"    // it came, and is sent now
	Answered What = "answered" // what became of it
	Waits    What = "waits"    // a second person has to let it happen
	Refused  What = "refused"  // so many were, since who asked isn't known, or may not
)

// first is what the first line says of the one before it.
var first = strings.Repeat("0", 2*sha256.Size)

// hashOfLine is the hash of a line.
func hashOfLine(line string) string {
	sum := sha256.Sum256([]byte(line))
	return hex.EncodeToString(sum[:])
}

// page is the end of the log, where entries are added.
type page struct {
	store.Writer
	n    uint64 // of the last one
	hash string
}

func openPage(ctx context.Context, w store.Writer) (*page, error) {
	p := &page{Writer: w, hash: first}
	_, err := w.One(ctx, "SELECT n, hash FROM audit_log ORDER BY n DESC LIMIT 1", nil, &p.n, &p.hash)
	return p, err
}

// add adds an entry.
func (p *page) add(ctx context.Context, e Entry) error {
	e.N, e.Prev, e.At = p.n+1, p.hash, time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	hash := hashOfLine(string(line))
	if _, err := p.Exec(ctx, "INSERT INTO audit_log (n, line, hash, who, operation, request) VALUES (?, ?, ?, ?, ?, ?)",
		e.N, string(line), hash, e.Who, e.Operation, e.Request); err != nil {
		return err
	}
	p.n, p.hash = e.N, hash
	return nil
}

// Log is the log of who asked for what.
type Log struct{ own *store.Store }

// NewLog returns the log that is in a node's store.
func NewLog(own *store.Store) Log { return Log{own} }

// Head names all that the log has: who notes it can tell later whether anything before it was changed.
type Head struct {
	N    uint64 `json:"n"`    // of the last entry, 0 for none
	Hash string `json:"hash"` // of its line; 64 zeros for none
}

// Line is an entry as it is kept.
type Line struct {
	Entry Entry  `json:"entry"`
	Line  string `json:"line"` // as it was written: its bytes are what was hashed
	Hash  string `json:"hash"` // SHA-256 of the line
}

// Filter narrows a list of entries.
type Filter struct {
	After     uint64 // entries behind this one
	Who       string
	Operation string
	Request   string
	Most      int
}

// Lines lists entries, oldest first.
func (l Log) Lines(ctx context.Context, f Filter) (list []Line, err error) {
	list = []Line{}
	err = l.own.Each(ctx, `SELECT line, hash FROM audit_log WHERE n > ? AND (? = '' OR who = ?) AND
		(? = '' OR operation = ?) AND (? = '' OR request = ?) ORDER BY n LIMIT ?`,
		[]any{f.After, f.Who, f.Who, f.Operation, f.Operation, f.Request, f.Request, f.Most},
		func(scan store.Scan) error {
			var one Line
			if err := scan(&one.Line, &one.Hash); err != nil {
				return err
			}
			one.Entry, _ = entryOf(one.Line) // a line that is none is for Verify to say
			list = append(list, one)
			return nil
		})
	return list, err
}

func entryOf(line string) (e Entry, err error) {
	err = json.Unmarshal([]byte(line), &e)
	return e, err
}
