package contract

import (
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/points"
)

// Five hundred commands of twenty lots each would be ten thousand rows. Those that
// fit stand, each one above is refused alone, and a small one behind them still fits.
func TestABatchIsBoundedInRows(t *testing.T) {
	w := founded(t, 91)
	w.must(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "DP", Zh: "DP", Price: amount.Rate{Num: 1, Den: 1}})
	const each = 20
	large := points.IssueRequest{Programme: "DP"}
	for range each {
		large.Grants = append(large.Grants, points.Grant{Member: "wang", Amount: 1, Expires: day("2027-12-31")})
	}
	small := large
	small.Grants = large.Grants[:1]
	requests := make([]command.Request, command.MaxCommands)
	for i := range requests {
		requests[i] = large
	}
	requests[len(requests)-1] = small
	_, refusals := w.run(t, "D", requests...)
	stand := 0
	for i, err := range refusals {
		switch {
		case err == nil && i < len(refusals)-1 && stand != i:
			t.Fatalf("command %d stands behind one that was refused", i)
		case err == nil:
			stand++
		case !command.IsFull(err):
			t.Fatalf("command %d: %v", i, err)
		}
	}
	lots := len(rowsOf(w.net, "D", "lot"))
	if want := (stand-1)*each + 1; lots != want || refusals[len(refusals)-1] != nil {
		t.Errorf("%d lots of %d commands, want %d; the last: %v", lots, stand, want, refusals[len(refusals)-1])
	}
	if lots > command.MaxRows || lots < command.MaxRows-2*each {
		t.Errorf("%d lots in a transaction", lots)
	}
}

// A source's cursor never passes a command that didn't fit: its batch is refused whole,
// and half of it is taken.
func TestASourcesBatchFitsOrIsRefusedWhole(t *testing.T) {
	w := founded(t, 94)
	w.must(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "DP", Zh: "DP", Price: amount.Rate{Num: 1, Den: 1}})
	large := points.IssueRequest{Programme: "DP"}
	for range points.MaxLots {
		large.Grants = append(large.Grants, points.Grant{Member: "wang", Amount: 1, Expires: day("2027-12-31")})
	}
	const n = command.MaxRows/points.MaxLots + 1
	batch := command.Batch{Source: &command.Source{Name: "shop", To: n}}
	for range n {
		batch.Commands = append(batch.Commands, command.New("", large))
	}
	_, _, err := w.send(t, "D", batch)
	if refusal, ok := fault.Parse(fmt.Sprint(err)); !ok || !command.IsFull(refusal) {
		t.Fatalf("%v", err)
	}
	half := batch
	half.Source, half.Commands = &command.Source{Name: "shop", To: n / 2}, batch.Commands[:n/2]
	_, refusals, err := w.send(t, "D", half)
	if err != nil || refusals[0] != nil || len(rowsOf(w.net, "D", "lot")) != n/2*points.MaxLots {
		t.Errorf("half of it: %v, %v", refusals, err)
	}
}

// Commands that are linked fall together when one of them doesn't fit.
func TestLinkedCommandsFallTogetherAtTheBound(t *testing.T) {
	w := founded(t, 92)
	w.must(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "DP", Zh: "DP", Price: amount.Rate{Num: 1, Den: 1}})
	large := points.IssueRequest{Programme: "DP"}
	for range points.MaxLots {
		large.Grants = append(large.Grants, points.Grant{Member: "wang", Amount: 1, Expires: day("2027-12-31")})
	}
	batch := command.Batch{}
	for range 2 * command.MaxRows / points.MaxLots {
		c := command.New("", large)
		c.Linked = true
		batch.Commands = append(batch.Commands, c)
	}
	batch.Commands[len(batch.Commands)-1].Linked = false
	_, refusals, err := w.send(t, "D", batch)
	if err != nil {
		t.Fatal(err)
	}
	limits := 0
	for i, err := range refusals {
		switch fault.CodeOf(err) {
		case fault.Limit:
			limits++
		case fault.Linked:
		default:
			t.Errorf("command %d: %v", i, err)
		}
	}
	if lots := rowsOf(w.net, "D", "lot"); limits != 1 || len(lots) != 0 {
		t.Errorf("%d refused with LIMIT, %d lots", limits, len(lots))
	}
}

// A batch is refused whole when its commands have too many bytes, and its lane stays.
func TestABatchIsBoundedInBytes(t *testing.T) {
	w := founded(t, 93)
	batch := command.Batch{}
	for range 5 {
		batch.Commands = append(batch.Commands, command.New("",
			goods.SetGoodRequest{En: strings.Repeat("x", command.MaxBytes/5)}))
	}
	if _, _, err := w.send(t, "D", batch); err == nil || !strings.Contains(err.Error(), "LIMIT: batch") {
		t.Errorf("%v", err)
	}
	batch.Commands = batch.Commands[1:]
	if _, refusals, err := w.send(t, "D", batch); err != nil || fault.CodeOf(refusals[0]) != fault.BadRequest {
		t.Errorf("a smaller one: %v, %v", refusals, err)
	}
}
