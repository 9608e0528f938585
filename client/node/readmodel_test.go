package node

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

// enrolAs enrols a member on the ledger.
func (h *house) enrolAs(t *testing.T, id string) {
	t.Helper()
	if _, err := h.Do(t.Context(), "", member.EnrolRequest{Member: id}); err != nil {
		t.Error(err)
	}
}

// knows says whether a node's read model has a member, and how many blocks.
func knows(ctx context.Context, n *Node, id string) (height uint64, err error) {
	return Ask(ctx, n, func(r *index.Reading) (uint64, error) {
		_, err := r.Member(id)
		return r.Height(), err
	})
}

// TestAFollowingNodeReadsWhatItHasSeen: without asking a peer; each who asks sees all that was known before, also while
// blocks come.
func TestAFollowingNodeReadsWhatItHasSeen(t *testing.T) {
	h, n := newHouse(t, Following())
	if err := n.model.begin(); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"ann", "bob", "eve"} {
		if _, err := knows(t.Context(), n, id); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("%s before: %v", id, err)
		}
		h.enrolAs(t, id)
		var asks sync.WaitGroup
		for range 4 {
			asks.Go(func() {
				known := h.Known()
				if height, err := knows(t.Context(), n, id); err != nil || height < known {
					t.Errorf("%s: %d blocks of %d, %v", id, height, known, err)
				}
			})
		}
		asks.Wait()
	}
	if h.syncs > 0 {
		t.Errorf("it asked for what there is %d times", h.syncs)
	}
	if at, err := n.IndexLevel(); err != nil || at.Height != at.Ledger || at.Ledger != h.Known() {
		t.Errorf("%+v, %v", at, err)
	}
}

// TestANodeThatDoesNotFollowAsks: each reading brings the read model up; looking how far it is does not.
func TestANodeThatDoesNotFollowAsks(t *testing.T) {
	h, n := newHouse(t)
	h.enrolAs(t, "ann")
	if at, err := n.IndexLevel(); err != nil || at.Height != 0 || at.Ledger != h.Known() {
		t.Errorf("%+v, %v", at, err)
	}
	for i := range 2 {
		if height, err := knows(t.Context(), n, "ann"); err != nil || height != h.Known() || h.syncs != i+1 {
			t.Errorf("%d blocks, %v, asked %d times", height, err, h.syncs)
		}
	}
}

// breaking is a ledger whose stream breaks.
type breaking struct {
	*house
	breaks chan error
}

func (b *breaking) Follow(ctx context.Context, r gateway.Reader) error {
	select {
	case err, ok := <-b.breaks:
		if ok {
			return err
		}
		return b.house.Follow(ctx, r)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestFollowingThatBreaksIsTold: to who waits, who isn't held up; who asks next has it begun again. A reading that
// nobody can serve ends with its context.
func TestFollowingThatBreaksIsTold(t *testing.T) {
	h, n := newHouse(t, Following())
	b := &breaking{h, make(chan error, 1)}
	n.model.blocks = b
	waits, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := knows(waits, n, "ann"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nothing follows: %v", err)
	}
	why := fault.New(fault.Machine, "the disk is full")
	b.breaks <- why
	if _, err := knows(t.Context(), n, "ann"); !errors.Is(err, why) {
		t.Errorf("it broke: %v", err)
	}
	close(b.breaks)
	if _, err := knows(t.Context(), n, "ann"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("begun again: %v", err)
	}
	h.enrolAs(t, "ann")
	if _, err := knows(t.Context(), n, "ann"); err != nil {
		t.Error(err)
	}
}
