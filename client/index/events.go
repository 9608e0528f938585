package index

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"math"
	"strconv"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/client/event"
)

// events notes the events of a transaction that counts.
func (f *fold) events(t written, v verdict) error {
	n, is := firstOf(v.batch)
	if !is {
		return nil // the founding, of which no node was there to be told
	}
	tx := event.Transaction{ID: t.id, Time: t.time, Number: n, Commands: v.commands, Answer: t.Answer}
	if n.Lane == number.Single && len(t.Args) == 3 {
		tx.Alone = t.Args[2]
	}
	for _, w := range t.writes(ledgerSpace) {
		if named := f.rows[w.Key].named; !w.Deleted {
			tx.Rows = append(tx.Rows, event.Row{Key: w.Key, Named: named})
		}
	}
	done := event.Of(tx)
	if len(done.Commands) == 0 {
		return nil
	}
	for _, party := range done.Concerned() {
		if err := f.put("concerned", shown(party), t.block, t.place, len(done.Commands)); err != nil {
			return err
		}
	}
	return f.put("events", t.block, t.place, codec.Encode(done))
}

// firstOf is the number of a batch's first command.
func firstOf(batch string) (number.Command, bool) {
	at := strings.LastIndexByte(batch, '/')
	if at < 0 || len(batch)-at-1 != 12 {
		return number.Command{}, false
	}
	lane, err := strconv.ParseUint(batch[at+1:at+3], 16, 8)
	seq, too := strconv.ParseUint(batch[at+3:], 16, 64)
	return number.Command{Party: batch[:at], Lane: uint8(lane), Seq: seq}, err == nil && too == nil
}

// Events are events that concern a party, in the order of the ledger.
type Events struct {
	Height uint64        // blocks that they are of
	List   []event.Event // those that were wanted
	// Last is the last one's cursor that was looked at, wanted or not: what comes next is after it. The one that was
	// asked for if there was none.
	Last *event.Cursor
	More bool // there may be more already
}

// mostTransactions is how many transactions one question for events looks at.
const mostTransactions = 1000

// EventsAfter lists up to a number of events that concern a party, after one of them; from the first if it is nil. What
// it looks at is bounded: a page that has few or none of the wanted ones may say that there are more.
//
// NOT_FOUND for a cursor that no event here has: one of another network, or of a block that isn't taken in yet.
func (r *Reading) EventsAfter(party string, after *event.Cursor, wanted event.Wanted, limit int) (Events, error) {
	found := Events{Height: r.height, List: []event.Event{}, Last: after}
	if limit < 1 || limit > MaxPage {
		return found, fault.New(fault.BadRequest, "`limit`: want 1 to %d", MaxPage)
	}
	if err := r.hasEvent(after); err != nil {
		return found, err
	}
	from := event.Cursor{}
	if after != nil {
		from = *after
	}
	places, err := r.concerning(party, from)
	if err != nil {
		return found, err
	}
	found.More = len(places) == mostTransactions
	for _, p := range places {
		done, err := r.eventsAt(p)
		if err != nil {
			return found, err
		}
		if !found.take(party, p, done, wanted, limit) {
			found.More = true
			break
		}
	}
	return found, nil
}

// take adds the events of a transaction; false if not all had room.
func (e *Events) take(party string, p place, done event.Done, wanted event.Wanted, limit int) bool {
	for _, c := range done.Commands {
		if !c.Concerns(party) {
			continue
		}
		one := done.Event(p.block, p.place, c)
		if e.Last != nil && !e.Last.Before(one.At) {
			continue
		}
		if wanted.Has(one.Type) {
			if len(e.List) == limit {
				return false
			}
			e.List = append(e.List, one)
		}
		e.Last = &one.At
	}
	return true
}

// LastEvent is the cursor of the last event so far that concerns a party; nil if there is none.
func (r *Reading) LastEvent(party string) (*event.Cursor, error) {
	var last *place
	for _, whom := range []string{"", party} {
		var p place
		err := r.tx.QueryRow("SELECT block, place FROM concerned WHERE party = ? ORDER BY block DESC, place DESC LIMIT 1",
			whom).Scan(&p.block, &p.place)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, inIndex(err)
		}
		if last == nil || last.before(p) {
			last = &p
		}
	}
	if last == nil {
		return nil, nil
	}
	done, err := r.eventsAt(*last)
	if err != nil {
		return nil, err
	}
	var all Events
	all.take(party, *last, done, event.Wanted{}, math.MaxInt)
	return all.Last, nil
}

// place is where a transaction stands.
type place struct{ block, place uint64 }

func (p place) before(other place) bool {
	return p.block < other.block || p.block == other.block && p.place < other.place
}

// concerning are the transactions from a cursor on that have events for a party, or for everyone.
func (r *Reading) concerning(party string, from event.Cursor) ([]place, error) {
	ours, err := r.concerned(party, from)
	if err != nil {
		return nil, err
	}
	all, err := r.concerned("", from)
	if err != nil {
		return nil, err
	}
	var merged []place
	for len(merged) < mostTransactions && len(ours)+len(all) > 0 {
		switch {
		case len(all) == 0 || len(ours) > 0 && ours[0].before(all[0]):
			merged, ours = append(merged, ours[0]), ours[1:]
		case len(ours) == 0 || all[0].before(ours[0]):
			merged, all = append(merged, all[0]), all[1:]
		default:
			merged, ours, all = append(merged, ours[0]), ours[1:], all[1:]
		}
	}
	return merged, nil
}

func (r *Reading) concerned(party string, from event.Cursor) (list []place, err error) {
	rows, err := r.tx.Query(`SELECT block, place FROM concerned WHERE party = ? AND (block, place) >= (?, ?)
		ORDER BY block, place LIMIT ?`, party, int64(from.Block), int64(from.Place), mostTransactions)
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		var p place
		if err := rows.Scan(&p.block, &p.place); err != nil {
			return nil, inIndex(err)
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// eventsAt are all events of a transaction.
func (r *Reading) eventsAt(p place) (done event.Done, err error) {
	var value []byte
	err = r.tx.QueryRow("SELECT row FROM events WHERE block = ? AND place = ?", int64(p.block),
		int64(p.place)).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return done, nil
	}
	if err != nil {
		return done, inIndex(err)
	}
	return done, inIndexIf(codec.Decode(bytes.Clone(value), &done))
}

func inIndexIf(err error) error {
	if err != nil {
		return inIndex(err)
	}
	return nil
}

// hasEvent refuses a cursor that no event here has.
func (r *Reading) hasEvent(c *event.Cursor) error {
	switch {
	case c == nil:
		return nil
	case c.Block >= r.height:
		return fault.New(fault.NotFound, "`after`: this node has %d blocks, and the cursor names block %d: it is of another "+
			"network, or this node is behind the one that told it", r.height, c.Block)
	}
	done, err := r.eventsAt(place{c.Block, c.Place})
	if err != nil {
		return err
	}
	for _, one := range done.Commands {
		if one.Index == c.Index && done.Tag == c.Tag {
			return nil
		}
	}
	return fault.New(fault.NotFound, "`after`: no event has the cursor %s here: it is of another network", c)
}

// WaitBeyond waits until the index has more blocks than so many, and says how many it has.
func (ix *Index) WaitBeyond(ctx context.Context, height uint64) (uint64, error) {
	err := ix.Wait(ctx, height+1)
	return ix.Height(), err
}
