package node

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/replay"
	"tallystick/chaincode/replay/replaytest"
	"tallystick/chaincode/row"
	"tallystick/client/block"
	"tallystick/client/config"
	"tallystick/client/gateway"
	"tallystick/client/importer"
	"tallystick/client/index"
)

// house is D's way to a ledger whose peers run the rules: imports feed it, and a read model reads it.
type house struct {
	mu      sync.Mutex
	ledger  *replay.Ledger
	blocks  []*block.Block
	more    chan struct{} // closed and replaced with each block
	stopsIn int           // commands after which a source stops, 0 for never
	syncs   int
}

var errStopped = errors.New("stopped")

// newHouse is a ledger with a programme of D's whose points have two digits, and D's node on it.
func newHouse(t *testing.T, options ...Option) (*house, *Node) {
	t.Helper()
	h := &house{ledger: replaytest.TwoParties(t), more: make(chan struct{})}
	if _, err := h.ledger.Do("D", points.OpenProgrammeRequest{Programme: "DP", En: "D", Zh: "D",
		Price: amount.Rate{Num: 1, Den: 1}, Rules: points.Rules{Scale: 2}}); err != nil {
		t.Fatal(err)
	}
	h.seen(t)
	dir := t.TempDir()
	n := nodeOf(config.Config{Party: "D", State: dir}, gateway.Unconnected(config.Config{Party: "D"}), nil)
	n.feeds, n.model.blocks = h, h
	ix, err := index.Open(filepath.Join(dir, "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	n.model.index = ix
	for _, o := range options {
		o(n)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return h, n
}

// seen parses the blocks that the ledger has made.
func (h *house) seen(t testing.TB) {
	if err := h.take(); err != nil {
		t.Fatal(err)
	}
}

func (h *house) take() error {
	h.blocks = nil
	for b := range h.ledger.Blocks() {
		parsed, err := block.Parse(b.Proto())
		if err != nil {
			return err
		}
		h.blocks = append(h.blocks, parsed)
	}
	close(h.more)
	h.more = make(chan struct{})
	return nil
}

func (h *house) now() ([]*block.Block, chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.blocks, h.more
}

// Known is how many blocks there are.
func (h *house) Known() uint64 {
	list, _ := h.now()
	return uint64(len(list))
}

// Sync reads what there is.
func (h *house) Sync(_ context.Context, r gateway.Reader) error {
	list, _ := h.now()
	h.syncs++
	return r.Apply(list[r.Height():]...)
}

// Follow reads on.
func (h *house) Follow(ctx context.Context, r gateway.Reader) error {
	for {
		list, more := h.now()
		if left := list[r.Height():]; len(left) > 0 {
			if err := r.Apply(left...); err != nil {
				return err
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Do does a command in D's lane 2.
func (h *house) Do(_ context.Context, request string, req command.Request) (command.Receipt, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	receipts, refusals, err := h.ledger.Run("D", 2, command.New(request, req))
	if err != nil {
		return command.Receipt{}, err
	}
	return receipts[0], errors.Join(refusals[0], h.take())
}

// Redone are none: nothing is tried again here.
func (h *house) Redone(string) ([]number.Command, error) { return nil, nil }

// Programme asks the ledger.
func (h *house) Programme(_ context.Context, id string) (p points.Programme, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return p, h.ledger.Ask("D", "Programme", &p, id)
}

// Source is a numbered source of one shard.
func (h *house) Source(_ context.Context, name string, shards int, report func(gateway.Fed)) (importer.Source, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var at row.Cursor
	if err := h.ledger.Ask("D", "Cursor", &at, "D", name); err != nil {
		return nil, err
	}
	return &feed{h, name, report, at.At}, nil
}

// feed is an open source. It sends each command at once.
type feed struct {
	house  *house
	name   string
	report func(gateway.Fed)
	cursor uint64
}

func (s *feed) Cursor() uint64 { return s.cursor }

func (s *feed) Feed(ctx context.Context, position uint64, req command.Request) error {
	if position < s.cursor {
		s.report(gateway.Fed{Position: position, Before: true})
		return nil
	}
	if s.house.stopsIn--; s.house.stopsIn == 0 {
		return errStopped
	}
	fed, err := s.house.feed(s.name, position, req)
	if err != nil {
		return err
	}
	s.cursor++
	s.report(fed)
	return ctx.Err()
}

// feed sends the command of a position.
func (h *house) feed(source string, position uint64, req command.Request) (fed gateway.Fed, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	fed.Position = position
	batch := command.Batch{Lane: 1, Seq: h.ledger.Seq("D", 1) + 1,
		Source:   &command.Source{Name: source, From: position, To: position + 1},
		Commands: []command.Command{command.New("", req)}}
	tx, err := h.ledger.Call("D", "batch:Run", string(codec.Encode(batch)))
	if err != nil {
		return fed, err
	}
	h.ledger.Moved("D", 1)
	var result command.Result
	if err := codec.Decode(tx.Response().GetPayload(), &result); err != nil {
		return fed, err
	}
	receipts, refusals := batch.Receipts("D", result)
	fed.Receipt, fed.Err = receipts[0], refusals[0]
	return fed, h.take()
}

func (*feed) Flush(context.Context) error { return nil }

func (*feed) Refused() (map[uint64]error, error) { return nil, nil }

func (*feed) Explain(map[uint64]error) error { return nil }

func (*feed) Redo(context.Context, uint64, command.Request) error { return errStopped }

// lots are the points that are left of D's lots, by reference.
func (h *house) lots(t *testing.T, n *Node) map[string]amount.Units {
	t.Helper()
	left := map[string]amount.Units{}
	_, err := Ask(t.Context(), n, func(r *index.Reading) (int, error) {
		made, err := r.Made("D", "baskets")
		for _, lot := range made.Lots {
			left[lot.Reference] += lot.Available()
		}
		return 0, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}
