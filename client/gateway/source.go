package gateway

import (
	"context"
	"fmt"
	"regexp"
	"sync"

	"go.etcd.io/bbolt"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/touch"
)

// Source feeds a numbered source: an import file, an ERP's feed, a queue.
// Position n is its n-th command, from 0; each takes effect at most once,
// whatever is lost and from whichever machine it is fed, because the ledger
// keeps the cursor. Feed them in order, from Cursor on.
//
// With several shards, position n belongs to shard n mod shards, which has its
// own cursor on the ledger; each shard keeps its order and has one batch in
// flight (some 2,400 commands a second). The number of shards is part of the
// source: it can't be changed later.
type Source struct {
	g      *Gateway
	report func(Fed)
	shards []*shard

	mu  sync.Mutex
	err error // the first failure: nothing is fed after it
}

// Fed is what became of one position.
type Fed struct {
	Position uint64
	Receipt  command.Receipt
	Err      error // its refusal: it took no effect, and the cursor passed it
	Before   bool  // it was below the cursor: done before, nothing was sent
}

// shard is one of a source's ordered parts.
type shard struct {
	name     string
	cursor   uint64            // of its own positions: those below are done
	next     uint64            // that Feed wants next
	commands []command.Command // gathered, from next−len on
	weight   int
	bytes    int
	slot     chan struct{} // held while a batch is in flight
}

var shardName = regexp.MustCompile(`_[0-9]+_[0-9]+$`)

// Source opens a numbered source of this party with 1 to 31 shards, once
// everything that an earlier process left under way has its outcome. report
// hears about each position, from several goroutines; it may be nil.
//
// BAD_REQUEST for a bad name; CONFLICT if the source has another number of
// shards; else as Query.
func (g *Gateway) Source(ctx context.Context, source string, shards int, report func(Fed)) (*Source, error) {
	if err := name.CheckID("source", source); err != nil {
		return nil, err
	}
	if shards < 1 || shards >= number.Lanes || len(source) > 56 || shardName.MatchString(source) {
		return nil, fault.New(fault.BadRequest,
			"source: want 1 to %d shards, and a name of at most 56 characters that does not end like a shard's, _2_0",
			number.Lanes-1)
	}
	if g.out == nil {
		return nil, errNoLanes()
	}
	if err := g.recovered(ctx); err != nil {
		return nil, err
	}
	if err := g.fixShards(ctx, source, shards); err != nil {
		return nil, err
	}
	if report == nil {
		report = func(Fed) {}
	}
	s := &Source{g: g, report: report}
	for k := range shards {
		one := &shard{name: nameOf(source, shards, k), slot: make(chan struct{}, 1)}
		cursor, err := g.Query().Cursor(ctx, g.cfg.Party, one.name)
		if err != nil {
			return nil, err
		}
		one.cursor, one.next = cursor, cursor
		s.shards = append(s.shards, one)
	}
	return s, nil
}

func nameOf(source string, shards, k int) string {
	if shards == 1 {
		return source
	}
	return fmt.Sprintf("%s_%d_%d", source, shards, k)
}

// recovered waits until what was left under way has its outcome: a batch of the
// source may be among it, and would move the cursor.
func (g *Gateway) recovered(ctx context.Context) error {
	done := make(chan struct{})
	go func() { g.recovering.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "batches of the last run have no outcome yet: %v", ctx.Err())
	}
}

// fixShards refuses a source that was fed with another number of shards: its
// positions would all seem new. The outbox knows, or else the ledger, which has
// a cursor for the first shard of every source that was fed a while.
func (g *Gateway) fixShards(ctx context.Context, source string, shards int) error {
	stored, found, err := get[int](g.out, bucketSources, []byte(source))
	if err != nil {
		return asFault(err)
	}
	for other := 1; !found && other < number.Lanes; other++ {
		if other == shards {
			continue
		}
		cursor, err := g.Query().Cursor(ctx, g.cfg.Party, nameOf(source, other, 0))
		if err != nil {
			return err
		}
		if cursor > 0 {
			stored, found = other, true
		}
	}
	if found && stored != shards {
		return fault.New(fault.Conflict, "source %s has %d shards", source, stored)
	}
	if found {
		return nil
	}
	return asFault(g.out.do(func(tx *bbolt.Tx) error { return put(tx, bucketSources, []byte(source), shards) }))
}

// Cursor is the first position that isn't known to be done: feed from here.
func (s *Source) Cursor() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	lowest := ^uint64(0)
	for k, one := range s.shards {
		lowest = min(lowest, one.cursor*uint64(len(s.shards))+uint64(k))
	}
	return lowest
}

// Feed takes the command of a position. It waits while its shard has a full
// batch gathered and another in flight; so an error may be an earlier
// position's. After an error the source is over: open it again and feed from
// its Cursor. Only one goroutine may feed.
//
// BAD_REQUEST for a gap or a malformed request; of a batch as a whole those of
// Run, and SOURCE_MOVED (somebody else feeds this source).
func (s *Source) Feed(ctx context.Context, position uint64, req command.Request) error {
	if err := s.failed(); err != nil {
		return err
	}
	one, at := s.shards[position%uint64(len(s.shards))], position/uint64(len(s.shards))
	if at < one.next {
		if at < s.cursorOf(one) {
			s.report(Fed{Position: position, Before: true})
		}
		return nil
	}
	if at > one.next {
		return fault.New(fault.BadRequest, "position %d comes before %d: feed without gaps",
			position-(at-one.next)*uint64(len(s.shards)), position)
	}
	c, touched := command.New("", req), touch.Touch{}
	touched.Add(touch.At{}, req)
	if len(one.commands) > 0 && (one.weight+touched.Weight > touch.MaxWeight || one.bytes+c.Size() > maxBytes) {
		if err := s.send(ctx, one); err != nil {
			return err
		}
	}
	one.commands, one.weight, one.bytes, one.next = append(one.commands, c), one.weight+touched.Weight,
		one.bytes+c.Size(), at+1
	if len(one.commands) < s.g.cfg.Batch {
		return nil
	}
	return s.send(ctx, one)
}

// Flush sends what is gathered and waits until everything that was fed is done.
func (s *Source) Flush(ctx context.Context) error {
	for _, one := range s.shards {
		if len(one.commands) == 0 || s.failed() != nil {
			continue
		}
		if err := s.send(ctx, one); err != nil {
			return err
		}
	}
	for _, one := range s.shards {
		one.slot <- struct{}{} // each batch ends by its own ctx
		<-one.slot
	}
	return s.failed()
}

// send runs a shard's batch once the one before is done.
func (s *Source) send(ctx context.Context, one *shard) error {
	select {
	case one.slot <- struct{}{}:
	case <-ctx.Done():
		return s.fail(fault.New(fault.Unavailable, "stopped feeding: %v", ctx.Err()))
	}
	if err := s.failed(); err != nil {
		<-one.slot
		return err
	}
	commands := one.commands
	one.commands, one.weight, one.bytes = nil, 0, 0
	from := one.next - uint64(len(commands))
	go func() {
		defer func() { <-one.slot }()
		if err := s.part(ctx, one, from, commands); err != nil {
			_ = s.fail(err) // whoever feeds next is told
		}
	}()
	return nil
}

// part runs commands of a shard, whose cursor is at from. If they write more than a
// transaction may, it runs one half after the other.
func (s *Source) part(ctx context.Context, one *shard, from uint64, commands []command.Command) error {
	to := from + uint64(len(commands))
	ran, err := s.g.runBatch(ctx, "", &command.Source{Name: one.name, From: from, To: to}, commands)
	if half := len(commands) / 2; command.IsFull(err) && half > 0 {
		if err := s.part(ctx, one, from, commands[:half]); err != nil {
			return err
		}
		return s.part(ctx, one, from+uint64(half), commands[half:])
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	one.cursor = to
	s.mu.Unlock()
	s.tell(one, from, ran, commands)
	return nil
}

func (s *Source) tell(one *shard, from uint64, ran Outcome, commands []command.Command) {
	k, n := 0, uint64(len(s.shards))
	for s.shards[k] != one {
		k++
	}
	receipts, errs := ran.Receipts(s.g.cfg.Party, commands)
	for i := range commands {
		s.report(Fed{Position: (from+uint64(i))*n + uint64(k), Receipt: receipts[i], Err: errs[i]})
	}
}

func (s *Source) cursorOf(one *shard) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return one.cursor
}

func (s *Source) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *Source) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	return s.err
}
