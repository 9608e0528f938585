package gateway

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

func rowOf(i int) number.Row { return number.Command{Party: own, Lane: 1, Seq: uint64(i) + 1}.Row(0) }

func hold(lots ...int) points.HoldRequest {
	req := points.HoldRequest{Member: "ann", Deadline: 1}
	for _, l := range lots {
		req.Pieces = append(req.Pieces, spend.Take{Lot: rowOf(l), Amount: 1})
	}
	return req
}

func capture(h int) points.CaptureRequest {
	return points.CaptureRequest{Hold: rowOf(h).Command, Amount: 1}
}

var (
	register = party.RegisterRequest{Party: "X", En: "X", Zh: "X", Roles: party.Issuer}
	advance  = settlement.AdvanceRequest{Date: 20000}
)

// Each step queues requests, takes a batch, or ends one that was taken; a batch
// is written as the names of its tickets.
func TestQueueOrder(t *testing.T) {
	many := make([]command.Request, 6)
	for i := range many {
		many[i] = issue("m")
	}
	for _, c := range []struct {
		name string
		asks map[string][]command.Request // a ticket each, by name in order
		take []string                     // each take's tickets; "-x" ends the x-th take first
	}{
		{"commands in the order they came", map[string][]command.Request{"a": {issue("m")}, "b": {hold(1)}},
			[]string{"ab"}},
		{"one row, one transaction in flight", map[string][]command.Request{"a": {hold(1)}}, []string{"a", ""}},
		{"commands on one row may share a batch", map[string][]command.Request{"a": {hold(1)}, "b": {hold(1, 2)}},
			[]string{"ab"}},
		{"a full batch leaves the rest", map[string][]command.Request{"a": many[:3], "b": many[:2], "c": {issue("m")}},
			[]string{"ab", "c"}},
		{"a group stays whole, a smaller one goes along",
			map[string][]command.Request{"a": many[:4], "b": many[:2], "c": {issue("m")}}, []string{"ac", "b"}},
		{"registering travels alone",
			map[string][]command.Request{"a": {issue("m")}, "b": {register}, "c": {issue("m")}}, []string{"ac", "b"}},
		{"so does advancing the date, first in line", map[string][]command.Request{"a": {advance}, "b": {issue("m")}},
			[]string{"a", "b"}},
		{"none overtakes on a row it waits for",
			map[string][]command.Request{"a": {register}, "b": {hold(1)}, "c": {register}, "d": {hold(1, 2)}},
			[]string{"a", "bd", "c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := newQueue(5, 100, 0)
			var names []string
			for n := range c.asks {
				names = append(names, n)
			}
			slices.Sort(names)
			for _, n := range names {
				var commands []command.Command
				for _, r := range c.asks[n] {
					commands = append(commands, command.New("", r))
				}
				if _, err := q.enter(newTicket(n, commands), nothingKnown); err != nil {
					t.Fatal(err)
				}
			}
			for i, want := range c.take {
				picked, _ := q.pick(time.Now())
				got := ""
				for _, p := range picked {
					got += p.id
				}
				if got != want {
					t.Errorf("take %d: %q, want %q", i, got, want)
				}
			}
		})
	}
}

func nothingKnown() (bool, error) { return false, nil }

func TestQueueFreesRows(t *testing.T) {
	q := newQueue(5, 100, 0)
	for i, req := range []command.Request{capture(1), capture(1), capture(2)} {
		if _, err := q.enter(newTicket(fmt.Sprint(i), []command.Command{command.New("", req)}),
			nothingKnown); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if first, _ := q.pick(time.Now()); len(first) != 1 {
				t.Fatal("the first is not taken")
			}
		}
	}
	second, _ := q.pick(time.Now())
	if len(second) != 1 || second[0].id != "2" {
		t.Fatalf("took %v", second)
	}
	q.release([]*ticket{{demand: demandOf([]command.Command{command.New("", capture(1))})}})
	if third, _ := q.pick(time.Now()); len(third) != 1 || third[0].id != "1" {
		t.Errorf("took %v after the row was free", third)
	}
}

func TestQueueBounds(t *testing.T) {
	q := newQueue(2, 3, time.Hour)
	enter := func(id string, n int) error {
		_, err := q.enter(newTicket(id, slices.Repeat([]command.Command{commandOf("m")}, n)), nothingKnown)
		return err
	}
	if err := enter("a", 2); err != nil {
		t.Fatal(err)
	}
	if err := enter("b", 2); fault.CodeOf(err) != fault.Overloaded {
		t.Errorf("4 of 3: %v", err)
	}
	joined, err := q.enter(newTicket("a", slices.Repeat([]command.Command{commandOf("m")}, 2)), nothingKnown)
	if err != nil || joined.waiters != 2 {
		t.Errorf("the same again joins in: %v", err)
	}
	if _, err := q.enter(newTicket("a", []command.Command{commandOf("x")}),
		nothingKnown); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("other content: %v", err)
	}
	if q.leave(joined) {
		t.Error("withdrawn although another waits")
	}
	if !q.leave(joined) || q.count != 0 {
		t.Error("not withdrawn")
	}
	q.close(fault.New(fault.Unavailable, "closing"))
	if err := enter("c", 1); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("closed: %v", err)
	}
}

// TestALaneOfAClosedQueueEnds: a lane that comes for its next batch when the queue has been closed meanwhile isn't left
// waiting. Who closed a gateway at once after its last answer waited ten seconds for it.
func TestALaneOfAClosedQueueEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(2, 3, time.Hour)
		q.close(fault.New(fault.Unavailable, "closing"))
		began := time.Now()
		if took := q.take(t.Context(), 1); took != nil || time.Since(began) > 0 {
			t.Errorf("it took %v after %s", took, time.Since(began))
		}
	})
}

// TestTheFirstIdleLaneTakes: whichever lane came last, the first of those that are idle takes what there is, and the
// next what comes while it is busy.
func TestTheFirstIdleLaneTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(500, 20_000, time.Millisecond)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		took := make(chan uint8, 3)
		for _, lane := range []uint8{3, 1, 2} {
			go func() {
				if len(q.take(ctx, lane)) > 0 {
					took <- lane
				}
			}()
			synctest.Wait()
		}
		for want := range uint8(3) {
			one := newTicket("", []command.Command{command.New("", party.BeginPeerRequest{})})
			if _, err := q.enter(one, nil); err != nil {
				t.Fatal(err)
			}
			if lane := <-took; lane != want+1 {
				t.Errorf("lane %d took it, want %d", lane, want+1)
			}
		}
	})
}
