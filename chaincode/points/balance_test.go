package points

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

func TestBalanceOf(t *testing.T) {
	const today = 20000
	row := number.Command{Party: "G", Lane: 1, Seq: 1}.Row
	lot := func(programme string, issued, placed amount.Units, state LotState, in date.Date) Lot {
		return Lot{
			Programme: programme, Member: "ann", Issued: issued, Placed: placed, State: state, Expires: today + in,
		}
	}
	freezes := []Stop{{By: "G", All: true}}
	lots := []Lot{
		lot("GP", 100, 30, Active, 10), lot("DP", 5, 0, Active, 0), lot("GP", 7, 0, Active, 1),
		lot("GP", 1000, 0, Pending, 10), lot("GP", 2000, 0, Active, -1),
	}
	numbers := []number.Row{row(0), row(1), row(2), row(3), row(4)}
	got, err := BalanceOf("ann", numbers, lots, freezes, today)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]BalanceSum{{"DP", 5}, {"GP", 77}}, got.Sums); diff != "" {
		t.Errorf("pending and expired lots don't count (-want +got):\n%s", diff)
	}
	if len(got.Lots) != 5 || got.Lots[3] != (BalanceLot{row(3), "GP", 1000, 20010, Pending}) ||
		len(got.Frozen) != 1 || got.Date != today {
		t.Errorf("%+v", got)
	}
	foreign := lots[0]
	foreign.Member = "bob"
	much := lot("GP", amount.Max, 0, Active, 1)
	for _, c := range []struct {
		name    string
		numbers []number.Row
		lots    []Lot
		code    fault.Code
	}{
		{"twice", []number.Row{row(0), row(1), row(0)}, []Lot{lots[0], lots[1], lots[0]}, fault.BadRequest},
		{"another's", []number.Row{row(0), row(1)}, []Lot{lots[0], foreign}, fault.Forbidden},
		{"too much", []number.Row{row(0), row(1)}, []Lot{much, lots[0]}, fault.Limit},
		{"twice, and another's", []number.Row{row(0), row(0)}, []Lot{foreign, foreign}, fault.BadRequest},
		{"another's, and too much", []number.Row{row(0), row(1), row(2)}, []Lot{much, much, foreign}, fault.Forbidden},
	} {
		if _, err := BalanceOf("ann", c.numbers, c.lots, nil, today); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	if none, err := BalanceOf("ann", nil, nil, nil, today); err != nil || none.Lots == nil || none.Sums == nil {
		t.Errorf("of no lots: %+v, %v", none, err)
	}
}
