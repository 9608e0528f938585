package points

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// The setting of the tests: parties G, D, F and M, members li, zhang and wang,
// today and the days about it, and a deadline with a moment before and at it.
const (
	today    = date.Date(20600) // 2026-05-27
	deadline = int64(2000)
)

var (
	holdID = number.Command{Party: "D", Lane: 1, Seq: 7}
	lotA   = number.Command{Party: "G", Lane: 1, Seq: 1}.Row(0)
	lotB   = lotA.Command.Row(1)
	before = At{Caller: "D", Number: number.Command{Party: "D", Lane: 1, Seq: 8}, Now: deadline - 1, Date: today}
	after  = At{Caller: "D", Number: number.Command{Party: "D", Lane: 1, Seq: 9}, Now: deadline, Date: today}
	one    = amount.Rate{Num: 1, Den: 1}
)

func as(caller string, at At) At {
	at.Caller = caller
	return at
}

func day(t interface{ Fatal(...any) }, text string) date.Date {
	d, err := date.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// programmes of G, D, F, M and B at the story's prices; all can be transferred.
func programmes() map[string]Programme {
	all := map[string]Programme{}
	for _, p := range []Programme{
		{ID: "GP", Issuer: "G", Price: one}, {ID: "DP", Issuer: "D", Price: one},
		{ID: "FP", Issuer: "F", Price: amount.Rate{Num: 4, Den: 5}},
		{ID: "MP", Issuer: "M", Price: amount.Rate{Num: 1, Den: 2}},
		{ID: "BP", Issuer: "B", Price: amount.Rate{Num: 1, Den: 5}},
	} {
		p.Rules.Transfer.Allowed = true
		all[p.ID] = p
	}
	return all
}

func active(programme string, issued amount.Units, last date.Date) Lot {
	return Lot{Programme: programme, Member: "li", Issued: issued, Expires: last, State: Active, Origin: Issued}
}

func with[T any](v T, change func(*T)) T {
	change(&v)
	return v
}

// purse of li with these lots.
func purse(lots ...Lot) Purse { return Purse{Member: "li", Lots: lots, Programmes: programmes()} }

// pieces takes so much of the lots 0, 1, …
func pieces(amounts ...amount.Units) []spend.Take {
	var list []spend.Take
	for i, a := range amounts {
		list = append(list, spend.Take{Lot: lotA.Command.Row(i), Amount: a})
	}
	return list
}

func many(n int) []spend.Take {
	var list []spend.Take
	for i := range n {
		list = append(list, spend.Take{Lot: lotA.Command.Row(i), Amount: 1})
	}
	return list
}

type request interface{ Check() error }

type checkCase struct {
	name string
	req  request
	code fault.Code
}

func testChecks(t *testing.T, cases []checkCase) {
	t.Helper()
	for _, c := range cases {
		if err := c.req.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
}

func expect(t *testing.T, name string, err error, code fault.Code) bool {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Errorf("%s: %v, want %q", name, err, code)
		return false
	}
	return err == nil
}

func drawUnits(t *rapid.T, low, high int64, what string) amount.Units {
	return amount.Units(rapid.Int64Range(low, high).Draw(t, what))
}

// whole says whether a lot's parts add up to what was issued, none negative.
func whole(l Lot) bool {
	for _, part := range []amount.Units{l.Available(), l.Placed, l.Transferred, l.Converted, l.Expired, l.Revoked} {
		if part < 0 {
			return false
		}
	}
	return l.Available()+l.Placed+l.Transferred+l.Converted+l.Expired+l.Revoked == l.Issued
}

const long = "a-name-of-65-characters-is-one-more-than-an-id-may-have-aaaaaaaaa"
