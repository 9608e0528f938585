package points

import (
	"encoding/json"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

func TestRequestsRefuseWhatIsMalformed(t *testing.T) {
	grant := Grant{Member: "li", Amount: 5, Expires: 20700}
	piece := Piece{Lot: lotA, Amount: 5}
	many := func(n int) (pieces []Piece) {
		for i := range n {
			pieces = append(pieces, Piece{Lot: lotA.Command.Row(i), Amount: 1})
		}
		return pieces
	}
	for _, c := range []struct {
		name string
		req  interface{ Check() error }
		code fault.Code
	}{
		{"issue", IssueRequest{Programme: "GP", Grants: []Grant{grant}}, ""},
		{"issue nothing", IssueRequest{Programme: "GP"}, fault.BadRequest},
		{"issue 101 lots", IssueRequest{Programme: "GP", Grants: make([]Grant, 101)}, fault.BadRequest},
		{"issue zero", IssueRequest{Programme: "GP", Grants: []Grant{{Member: "li", Expires: 20700}}}, fault.BadRequest},
		{"issue negative", IssueRequest{Programme: "GP", Grants: []Grant{{Member: "li", Amount: -1, Expires: 20700}}}, fault.BadRequest},
		{"issue above the limit", IssueRequest{Programme: "GP", Grants: []Grant{{Member: "li", Amount: amount.Max + 1, Expires: 20700}}}, fault.Limit},
		{"issue a sum above the limit", IssueRequest{Programme: "GP", Grants: []Grant{{Member: "li", Amount: amount.Max, Expires: 20700}, grant}}, fault.Limit},
		{"issue to a control character", IssueRequest{Programme: "GP", Grants: []Grant{{Member: "l\ni", Amount: 1, Expires: 20700}}}, fault.BadRequest},
		{"issue without a date", IssueRequest{Programme: "GP", Grants: []Grant{{Member: "li", Amount: 1}}}, fault.BadRequest},
		{"issue to an odd witness", IssueRequest{Programme: "GP", Grants: []Grant{{Member: "li", Amount: 1, Expires: 20700, Witness: "a b"}}}, fault.BadRequest},
		{"issue of an odd programme", IssueRequest{Programme: "G/P", Grants: []Grant{grant}}, fault.BadRequest},
		{"open", OpenProgrammeRequest{Programme: "GP", En: "a", Zh: "a", Price: amount.Rate{Num: 1, Den: 1}}, ""},
		{"open for nothing", OpenProgrammeRequest{Programme: "GP", En: "a", Zh: "a", Price: amount.Rate{Den: 1}}, fault.BadRequest},
		{"open over nothing", OpenProgrammeRequest{Programme: "GP", En: "a", Zh: "a", Price: amount.Rate{Num: 1}}, fault.BadRequest},
		{"open too dear", OpenProgrammeRequest{Programme: "GP", En: "a", Zh: "a", Price: amount.Rate{Num: amount.Max + 1, Den: 1}}, fault.Limit},
		{"hold", HoldRequest{Member: "li", Pieces: []Piece{piece}, Deadline: 1}, ""},
		{"hold nothing", HoldRequest{Member: "li", Deadline: 1}, fault.BadRequest},
		{"hold 65 lots", HoldRequest{Member: "li", Pieces: many(65), Deadline: 1}, fault.BadRequest},
		{"hold a lot twice", HoldRequest{Member: "li", Pieces: []Piece{piece, piece}, Deadline: 1}, fault.BadRequest},
		{"hold without a deadline", HoldRequest{Member: "li", Pieces: []Piece{piece}}, fault.BadRequest},
		{"hold a sum above the limit", HoldRequest{Member: "li", Pieces: []Piece{{Lot: lotA, Amount: amount.Max}, {Lot: lotB, Amount: 1}}, Deadline: 1}, fault.Limit},
		{"hold no lot", HoldRequest{Member: "li", Pieces: []Piece{{Amount: 1}}, Deadline: 1}, fault.BadRequest},
		{"capture", CaptureRequest{Hold: holdID, Amount: 1}, ""},
		{"capture zero", CaptureRequest{Hold: holdID}, fault.BadRequest},
		{"capture no hold", CaptureRequest{Amount: 1}, fault.BadRequest},
		{"release without a reason", ReleaseRequest{Hold: holdID}, fault.BadRequest},
		{"time out no hold", TimeOutRequest{}, fault.BadRequest},
		{"transfer", TransferRequest{From: "li", To: "zhang", Pieces: []Piece{piece}}, ""},
		{"transfer to oneself", TransferRequest{From: "li", To: "li", Pieces: []Piece{piece}}, fault.BadRequest},
		{"activate without evidence", ActivateRequest{Lot: lotA}, fault.BadRequest},
		{"freeze without a reason", FreezeRequest{Member: "li"}, fault.BadRequest},
		{"unfreeze nobody", UnfreezeRequest{Reason: "x"}, fault.BadRequest},
	} {
		if err := c.req.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
}

func TestIssue(t *testing.T) {
	at := At{Caller: "G", Date: 20600}
	gp := Programme{ID: "GP", Issuer: "G"}
	req := IssueRequest{Programme: "GP", Grants: []Grant{{Member: "li", Amount: 5, Expires: 20600}, {Member: "li", Amount: 6, Expires: 20700, Witness: "D"}}}
	lots, err := Issue(gp, req, at)
	if err != nil || lots[0].State != Active || lots[1].State != Pending || lots[1].Witness != "D" || lots[0].Issued+lots[1].Issued != 11 {
		t.Errorf("%+v, %v", lots, err)
	}
	at.Date++
	if _, err := Issue(gp, req, at); fault.CodeOf(err) != fault.Expired {
		t.Errorf("after the expiry: %v", err)
	}
	at.Caller = "D"
	if _, err := Issue(gp, req, at); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("forbidden comes before expired: %v", err)
	}
}

func TestTransfer(t *testing.T) {
	lots := []Lot{{Programme: "GP", Member: "li", Issued: 10, Expires: 20700, State: Active, Witness: "D"}}
	req := TransferRequest{From: "li", To: "zhang", Pieces: []Piece{{Lot: lotA, Amount: 4}}}
	issuers := map[string]string{"GP": "G"}
	frozenReceiver := Frozen{List: []Freeze{{Member: "zhang", By: "G", All: true}}}
	given, got, err := Transfer(req, lots, issuers, frozenReceiver, At{Caller: "G", Date: 20600})
	if err != nil || given[0].Available() != 6 || got[0].Issued != 4 || got[0].Member != "zhang" ||
		got[0].Expires != 20700 || got[0].Parent != lotA || got[0].Witness != "" {
		t.Errorf("%+v %+v %v", given, got, err)
	}
	if _, _, err := Transfer(req, lots, issuers, Frozen{}, At{Caller: "D", Date: 20600}); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("by another than the issuer: %v", err)
	}
}

func TestFreezes(t *testing.T) {
	g, d := At{Caller: "G", Number: holdID}, At{Caller: "D"}
	var f Frozen
	var err error
	for _, step := range []struct {
		name string
		do   func() (Frozen, error)
		code fault.Code
		want int
	}{
		{"lift nothing", func() (Frozen, error) { return f.Lift(UnfreezeRequest{Member: "li", Reason: "x"}, g) }, fault.WrongState, 0},
		{"freeze", func() (Frozen, error) { return f.Add(FreezeRequest{Member: "li", Reason: "r"}, true, g) }, "", 1},
		{"again", func() (Frozen, error) { return f.Add(FreezeRequest{Member: "li", Reason: "r"}, true, g) }, fault.WrongState, 1},
		{"by another", func() (Frozen, error) { return f.Add(FreezeRequest{Member: "li", Reason: "r"}, false, d) }, "", 2},
		{"another member", func() (Frozen, error) { return f.Add(FreezeRequest{Member: "a", Reason: "r"}, false, d) }, "", 2},
		{"lift one's own", func() (Frozen, error) { return f.Lift(UnfreezeRequest{Member: "li", Reason: "ok"}, g) }, "", 1},
		{"lift it again", func() (Frozen, error) { return f.Lift(UnfreezeRequest{Member: "li", Reason: "ok"}, g) }, fault.WrongState, 1},
	} {
		var next Frozen
		if next, err = step.do(); fault.CodeOf(err) != step.code {
			t.Fatalf("%s: %v", step.name, err)
		}
		if err == nil {
			f = next
		}
		if n := len(f.Of("li")); n != step.want {
			t.Fatalf("%s: %d freezes of li", step.name, n)
		}
	}
	full := Frozen{List: make([]Freeze, MaxFrozen)}
	if _, err := full.Add(FreezeRequest{Member: "li", Reason: "r"}, true, g); fault.CodeOf(err) != fault.Limit {
		t.Errorf("a full bucket: %v", err)
	}
}

// The car of the story: 20,000 points with a sale of ¥168,000, 85 % expected.
func TestContractLiability(t *testing.T) {
	one := amount.Rate{Num: 1, Den: 1}
	for _, c := range []struct {
		sale, points amount.Units
		price        amount.Rate
		redemption   string
		want         amount.Units
		code         fault.Code
	}{
		{16_800_000, 20_000, one, "0.85", 16_983, ""},
		{16_800_000, 20_000, one, "0", 0, ""},
		{16_800_000, 0, one, "1", 0, ""},
		{100, 100, one, "1", 50, ""},
		{100, 125, amount.Rate{Num: 4, Den: 5}, "1", 50, ""},
		{0, 1, one, "1", 0, fault.BadRequest},
		{1, 1, one, "1.01", 0, fault.BadRequest},
		{1, 1, one, "-0.1", 0, fault.BadRequest},
		{1, 1, amount.Rate{}, "1", 0, fault.BadRequest},
	} {
		got, err := ContractLiability(c.sale, c.points, c.price, decimal.RequireFromString(c.redemption))
		if fault.CodeOf(err) != c.code || got != c.want {
			t.Errorf("%+v: %d, %v", c, got, err)
		}
	}
}

// However a hold is captured and ended, each piece is spent or given back once.
func TestCaptureInPartsLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hold := Hold{Acceptor: "D", State: Open, Deadline: deadline}
		for i := range rapid.IntRange(1, 6).Draw(t, "pieces") {
			programme := rapid.SampledFrom([]string{"GP", "DP"}).Draw(t, "programme")
			hold.Pieces = append(hold.Pieces, HeldPiece{Lot: lotA.Command.Row(i), Programme: programme, Amount: amount.Units(rapid.Int64Range(1, 50).Draw(t, "amount"))})
		}
		left := map[string]amount.Units{}
		for _, p := range hold.Pieces {
			left[p.Programme] += p.Amount
		}
		for hold.State != Captured && rapid.Bool().Draw(t, "more") {
			part := amount.Units(rapid.Int64Range(1, int64(hold.Sum()-hold.Captured)).Draw(t, "part"))
			next, moved, err := Capture(hold, CaptureRequest{Hold: holdID, Amount: part}, before)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range moved {
				left[m.Programme] -= m.Amount
			}
			hold = next
		}
		if hold.State != Captured {
			_, back, err := Release(hold, ReleaseRequest{Hold: holdID, Reason: "x"}, before)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range back {
				left[p.Programme] -= p.Amount
			}
		}
		for programme, rest := range left {
			if rest != 0 {
				t.Fatalf("%d %s lost or made", rest, programme)
			}
		}
	})
}

func TestStatesReadAsWords(t *testing.T) {
	type states struct {
		H HoldState
		L LotState
		N number.Row
	}
	before := states{PartCaptured, Pending, lotB}
	data, _ := json.Marshal(before)
	if want := `{"H":"PART_CAPTURED","L":"PENDING","N":"G.1.1.0.1"}`; string(data) != want {
		t.Errorf("%s", data)
	}
	var after states
	if err := json.Unmarshal(data, &after); err != nil || after != before {
		t.Errorf("%+v, %v", after, err)
	}
	if json.Unmarshal([]byte(`{"H":"LOST"}`), &after) == nil {
		t.Error("an unknown state was read")
	}
}
