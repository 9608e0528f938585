package gateway

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	pb "github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/client/block"
)

// verdict is what a block says about a transaction that somebody watches, or
// about the lane of one.
type verdict struct {
	TxID  string
	Code  pb.TxValidationCode
	Block uint64
	// Moved: another transaction, TxID, moved the lane's head to Seq.
	Moved bool
	Seq   uint64
}

// feed reads the block stream once for everybody: every block in order, none
// left out, whichever peer it comes from.
type feed struct {
	net         ledgerNet
	party, seal string
	log         *slog.Logger

	mu      sync.Mutex
	next    uint64            // number of the next block
	last    []byte            // hash of the one before, once known
	fresh   time.Time         // when the last block came
	byTx    map[string]*watch // transactions that are watched
	byLane  map[string]*watch // keys of lane heads that are watched
	reached chan struct{}     // closed and replaced with every block
	ended   bool              // it reads nothing more

	subscriptions map[*subscription]bool
	cut           context.CancelCauseFunc
}

// watch collects verdicts for one batch.
type watch struct {
	feed *feed
	lane string // key of its lane's head, "" for a single command
	txs  []string

	mu    sync.Mutex
	queue []verdict
	ready chan struct{} // of capacity 1
}

func newFeed(net ledgerNet, party, seal string, from uint64, log *slog.Logger) *feed {
	return &feed{
		net: net, party: party, seal: seal, log: log, next: from, fresh: time.Now(),
		byTx: map[string]*watch{}, byLane: map[string]*watch{}, reached: make(chan struct{}),
		cut: func(error) {}, subscriptions: map[*subscription]bool{},
	}
}

// run follows the stream until ctx ends, from peer to peer.
func (f *feed) run(ctx context.Context) {
	defer f.end()
	for wait := 10 * time.Millisecond; ctx.Err() == nil; {
		stream, cut := context.WithCancelCause(ctx)
		f.mu.Lock()
		from := f.next
		f.cut = cut
		f.mu.Unlock()
		err := f.net.Blocks(stream, from, f.visit)
		cut(nil)
		if ctx.Err() != nil {
			return
		}
		if f.height() > from {
			wait = 10 * time.Millisecond
		}
		f.log.Warn("the block stream broke; reading on", "from", f.height(), "err", err)
		pause(ctx, wait)
		wait = min(2*wait, 2*time.Second)
	}
}

// visit takes one block in.
func (f *feed) visit(b *block.Block) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b.Number != f.next {
		return errDisorder
	}
	if f.last != nil && !slices.Equal(f.last, b.Previous) {
		f.log.Error("a block does not follow on the one before: this peer shows another history", "block", b.Number)
		return errors.New("the chain is broken")
	}
	for i := range b.Txs {
		f.look(b.Number, &b.Txs[i])
	}
	f.handOn(b)
	f.next, f.last, f.fresh = b.Number+1, b.Hash, time.Now()
	close(f.reached)
	f.reached = make(chan struct{})
	return nil
}

func (f *feed) look(number uint64, tx *block.Tx) {
	if !tx.Decides() {
		return
	}
	if w := f.byTx[tx.ID]; w != nil {
		w.tell(verdict{TxID: tx.ID, Code: tx.Code, Block: number})
		return
	}
	if len(f.byLane) == 0 || !tx.Valid() || tx.Party != f.party {
		return
	}
	// Ours, and no lane here knows it: a single command, or somebody else's who writes
	// our lanes.
	writes, err := tx.Writes(f.seal)
	if err != nil {
		f.log.Error("a valid transaction can't be read", "block", number, "tx", tx.ID, "err", err)
		return
	}
	for _, write := range writes {
		w := f.byLane[write.Key]
		if w == nil {
			continue
		}
		if head, err := row.Decode[row.Head](write.Value); err == nil {
			w.tell(verdict{TxID: tx.ID, Block: number, Moved: true, Seq: head.Seq})
		}
	}
}

// watch begins to watch a lane's head; single commands have none to watch.
func (f *feed) watch(lane uint8) *watch {
	w := &watch{feed: f, ready: make(chan struct{}, 1)}
	if lane != number.Single {
		w.lane = string(row.LaneHead(f.party, lane))
		f.mu.Lock()
		defer f.mu.Unlock()
		f.byLane[w.lane] = w
	}
	return w
}

// add watches a transaction; it must not have been sent yet, or be in no block
// before the feed's next one.
func (w *watch) add(txID string) {
	w.feed.mu.Lock()
	defer w.feed.mu.Unlock()
	w.txs = append(w.txs, txID)
	w.feed.byTx[txID] = w
}

// end stops watching.
func (w *watch) end() {
	w.feed.mu.Lock()
	defer w.feed.mu.Unlock()
	for _, tx := range w.txs {
		delete(w.feed.byTx, tx)
	}
	if w.feed.byLane[w.lane] == w {
		delete(w.feed.byLane, w.lane)
	}
}

func (w *watch) tell(v verdict) {
	w.mu.Lock()
	w.queue = append(w.queue, v)
	w.mu.Unlock()
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// told says whether a verdict waits to be read.
func (w *watch) told() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.queue) > 0
}

// next returns the next verdict; false after the wait.
func (w *watch) next(ctx context.Context, wait time.Duration) (verdict, bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		w.mu.Lock()
		if len(w.queue) > 0 {
			v := w.queue[0]
			w.queue = w.queue[1:]
			w.mu.Unlock()
			return v, true
		}
		w.mu.Unlock()
		select {
		case <-w.ready:
		case <-timer.C:
			return verdict{}, false
		case <-ctx.Done():
			return verdict{}, false
		}
	}
}

// height is the number of blocks that the feed has seen.
func (f *feed) height() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.next
}

// wait waits until the feed has seen so many blocks.
func (f *feed) wait(ctx context.Context, height uint64) error {
	for {
		f.mu.Lock()
		next, reached := f.next, f.reached
		f.mu.Unlock()
		if next >= height {
			return nil
		}
		select {
		case <-reached:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// stir reads on from another peer if nothing has come for so long.
func (f *feed) stir(than time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.fresh) > than {
		f.fresh = time.Now()
		f.cut(errStalled)
	}
}

// pause waits, or less if ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
