package access

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"tallystick/chaincode/fault"
	"tallystick/client/store"
)

// Verified is what was found of a log.
type Verified struct {
	Entries uint64  `json:"entries"` // that were read
	Head    Head    `json:"head"`    // of what was read
	Faults  []Found `json:"faults"`  // none if nothing was changed
}

// Found is an entry at which something is wrong.
type Found struct {
	N    uint64 `json:"n"`    // where the entry stands, or should
	What string `json:"what"` // is wrong
}

// mostFaults is how many are told.
const mostFaults = 100

// verifier follows a chain of lines.
type verifier struct {
	Verified
	known Head // that somebody noted
	met   bool // it was met
}

// next reads the next line. It goes on behind one that is wrong, so that each is named where it stands.
func (v *verifier) next(line string) {
	v.Entries++
	e, err := entryOf(line)
	again, _ := json.Marshal(e)
	switch want := v.Head.N + 1; {
	case err != nil || string(again) != line:
		v.wrong(want, "the line isn't an entry as the node writes it")
		e.N = want
	case e.N != want && v.Entries > 1:
		v.wrong(want, fmt.Sprintf("entry %d stands here: entries are missing, or were put in", e.N))
	case e.Prev != v.Head.Hash && v.Entries > 1:
		v.wrong(e.N, "it doesn't name the hash of the entry before it: one of the two was changed")
	case e.N == 1 && e.Prev != first:
		v.wrong(1, "it is the first, and names an entry before it")
	}
	v.Head = Head{N: e.N, Hash: hashOfLine(line)}
	if e.N == v.known.N {
		v.met = true
		if v.Head.Hash != v.known.Hash {
			v.wrong(e.N, "its hash isn't the one that was noted")
		}
	}
}

func (v *verifier) wrong(n uint64, what string) {
	if len(v.Faults) < mostFaults {
		v.Faults = append(v.Faults, Found{n, what})
	}
}

// end says what is found at the end.
func (v *verifier) end() Verified {
	if v.known.N > 0 && !v.met {
		v.wrong(v.known.N, "it was noted, and is missing")
	}
	return v.Verified
}

func newVerifier(known Head) *verifier {
	return &verifier{Verified: Verified{Head: Head{Hash: first}, Faults: []Found{}}, known: known}
}

// Verify reads the whole log, and says where it was changed. Who noted its head at an earlier time names it, since a
// log whose end was cut off, or that was written anew from some entry on, is whole in itself.
func (l Log) Verify(ctx context.Context, known Head) (Verified, error) {
	v := newVerifier(known)
	at := uint64(0)
	for done := false; !done; {
		done = true
		err := l.own.Each(ctx, "SELECT n, line, hash, who, operation, request FROM audit_log WHERE n > ? ORDER BY n LIMIT 1000",
			[]any{at}, func(scan store.Scan) error {
				var line, hash, who, operation, request string
				if err := scan(&at, &line, &hash, &who, &operation, &request); err != nil {
					return err
				}
				done = false
				if v.Entries == 0 && at != 1 {
					v.wrong(1, fmt.Sprintf("the log begins with entry %d", at))
				}
				v.next(line)
				e, err := entryOf(line)
				if err == nil && (e.N != at || e.Who != who || e.Operation != operation || e.Request != request ||
					hash != v.Head.Hash) {
					v.wrong(at, "by what it is found isn't what its line says")
				}
				return nil
			})
		if err != nil {
			return Verified{}, err
		}
	}
	return v.end(), nil
}

// maxLine is how many bytes a line of an exported log may have.
const maxLine = 64 << 10

// VerifyLines reads a log as it was exported, a line for an entry, from its first entry or a later one on.
// BAD_REQUEST for what has lines that are longer than any entry is.
func VerifyLines(from io.Reader, known Head) (Verified, error) {
	v := newVerifier(known)
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	for lines.Scan() {
		v.next(lines.Text())
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return Verified{}, fault.New(fault.BadRequest, "line %d is longer than any entry is", v.Entries+1)
		}
		return Verified{}, err
	}
	return v.end(), nil
}
