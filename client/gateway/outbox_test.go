package gateway

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
)

func outboxIn(t testing.TB, path string) *outbox {
	t.Helper()
	o, err := openOutbox(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func batchOf(lane uint8, seq uint64, members ...string) *job {
	j := &job{batch: command.Batch{Lane: lane, Seq: seq}}
	for _, m := range members {
		j.batch.Commands = append(j.batch.Commands, command.New(m, issue(m)))
	}
	return j
}

// What the outbox was told is there after a crash; what it was told later may not be.
func TestOutboxRemembers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	o := outboxIn(t, path)
	steps := func(list ...error) {
		t.Helper()
		for _, err := range list {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	two := signed{TxID: "t2", Envelope: []byte{1, 2}, Answer: []byte{3}, From: 7}
	steps(o.begin(batchOf(2, 5, "a", "b")), o.send(2, 0, signed{TxID: "t1"}), o.send(2, 0, two),
		o.begin(batchOf(1, 9, "c")))
	written := make(chan error)
	o.finish(batchOf(1, 9, "c"), []command.Receipt{{Number: number.Command{Party: own, Lane: 1, Seq: 9}, Cycle: "c"}},
		[]error{nil}, Outcome{}, func(err error) { written <- err })
	steps(<-written, o.abandon())

	o = outboxIn(t, path)
	jobs, err := o.jobs()
	if err != nil || len(jobs) != 1 || jobs[0].batch.Seq != 5 || len(jobs[0].batch.Commands) != 2 ||
		cmp.Diff(jobs[0].live, []signed{two}, cmp.AllowUnexported(signed{})) != "" {
		t.Errorf("%+v, %v", jobs, err)
	}
	done, found, err := o.receipt("c")
	if err != nil || !found || done.Receipt.Number.Seq != 9 || done.Receipt.Cycle != "c" {
		t.Errorf("%+v, %v, %v", done, found, err)
	}
	if _, found, _ := o.receipt("a"); found {
		t.Error("a receipt of what has none")
	}
	o.prune(-time.Hour)
	steps(o.do(func(*bbolt.Tx) error { return nil }))
	if _, found, _ := o.receipt("c"); found {
		t.Error("an old receipt is still there")
	}
}

// BenchmarkOutbox is what 16 lanes write to disk for each batch of 500: the
// commands, then an envelope of 110 kB.
func BenchmarkOutbox(b *testing.B) {
	o := outboxIn(b, filepath.Join(b.TempDir(), "outbox.db"))
	var members []string
	for i := range 500 {
		members = append(members, fmt.Sprint("m", i))
	}
	var lanes sync.WaitGroup
	for lane := range uint8(16) {
		lanes.Go(func() {
			j := batchOf(lane+1, 1, members...)
			for range b.N {
				if err := o.begin(j); err != nil {
					b.Error(err)
				}
				if err := o.send(lane+1, 0, signed{Envelope: make([]byte, 110_000)}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	lanes.Wait()
	b.ReportMetric(float64(b.N*16)/b.Elapsed().Seconds(), "batches/s")
}

// TestEnvelopesKeepTheirPlaces: of envelopes that may all take effect one was found invalid, and another is made. It
// takes no other's place on the disk: after a crash the node would not know the other as its own.
func TestEnvelopesKeepTheirPlaces(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, _ *simNet) {
		l, j := newLane(g, 9), batchOf(9, 1, "a")
		j.watch = g.feed.watch(9)
		defer j.watch.end()
		if err := g.out.begin(j); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if len(j.live) == 2 {
				j.live = j.live[1:]
			}
			if err := l.prepare(t.Context(), j, time.Now().Add(time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		left, err := g.out.jobs()
		if err != nil || len(left) != 1 || len(left[0].live) != 3 {
			t.Fatalf("%+v, %v", left, err)
		}
		if diff := cmp.Diff(j.live, left[0].live[1:], cmp.AllowUnexported(signed{})); diff != "" {
			t.Error(diff)
		}
		g.out.finish(j, nil, nil, Outcome{}, nil)
	})
}
