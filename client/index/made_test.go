package index

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

// TestMade finds what a source's shards have made, and nothing of sources whose names
// begin alike.
func TestMade(t *testing.T) {
	w := newForgers(t)
	var last number.Command
	for i, source := range []string{"jan_2_0", "jan_2_1", "jan2", "january", "jan", "jan_x"} {
		w.feeds, last = source, w.next("D", 2)
		w.batch("D", 2, []command.Kind{command.Issue},
			put(row.Lot(last.Row(0)), lot("DP", "ann", amount.Units(1)<<i, today+30)))
	}
	w.feeds = "jan"
	n := w.next("D", 2).Row(0)
	w.batch("D", 2, []command.Kind{command.GrantBenefit}, put(row.Entitlement(n), benefit.Entitlement{
		Benefit: "wash", Member: "ann", By: "D", Uses: 1,
	}))
	ix := w.strict()
	made, err := now(t, ix).Made("D", "jan")
	sum := amount.Units(0)
	for _, one := range made.Lots {
		sum += one.Issued
	}
	if err != nil || sum != 1+2+16 || made.Batches != 4 || len(made.Entitlements) != 1 ||
		made.Entitlements[0].ID != n.String() {
		t.Errorf("%d points in %d batches, %+v, %v", sum, made.Batches, made.Entitlements, err)
	}
	if made, err = now(t, ix).Made("D", "none", last); err != nil || made.Batches != 0 || len(made.Lots) != 1 ||
		made.Lots[0].Issued != 32 {
		t.Errorf("%+v, %v", made, err)
	}
	if made, err = now(t, ix).Made("G", "jan"); err != nil || made.Batches != 0 || len(made.Lots) != 0 {
		t.Errorf("another party's: %+v, %v", made, err)
	}
}
