package settlement

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/pedersen"
)

var signedBy = number.Command{Party: "D", Lane: 1, Seq: 3}

func root(of byte) codec.Hash { return bytes.Repeat([]byte{of}, 32) }

// statement is D's and S's: S owes D 5 of points, D owes S a hidden 12 and, for another fee, 7.
func statement(t fataler) (p Pair, twelve, seven pedersen.Opening) {
	t.Helper()
	_, twelve = hiddenSum(t, 12*PerFen, 1)
	_, seven = hiddenSum(t, 7*PerFen, 1)
	_, pairs, err := cut().Compute([]Lane{note(t, "D", 1, due("S", "D", "SP", 5)).hide(t,
		hiddenOwe(t, "D", "S", false, tenth, 12),
		hiddenOwe(t, "D", "S", false, amount.Rate{Den: 1}, 7))}, "G", cutBy, lastDay)
	if err != nil || len(pairs) != 2 {
		t.Fatal(pairs, err)
	}
	return pairs[0], twelve, seven
}

var tenth = amount.Rate{Num: 1, Den: 10}

func computed() Close { return Close{ID: "2026-11", State: Computed} }

func TestOpenRefusesInOrder(t *testing.T) {
	good, twelve, _ := statement(t)
	req := OpenRequest{Cycle: "2026-11", Debtor: "D", Creditor: "S", Fee: tenth, Opening: twelve}
	opened, _, _, err := good.Open(computed(), req, "G", "D", signedBy)
	if err != nil {
		t.Fatal(err)
	}
	type attempt struct {
		pair   Pair
		closed Close
		req    OpenRequest
		caller string
	}
	grounds := []struct {
		name string
		do   func(*attempt)
		code fault.Code
	}{
		{"the other way", func(a *attempt) { a.req.Debtor, a.req.Creditor = "S", "D" }, fault.NotFound},
		{"a return", func(a *attempt) { a.req.Back = true }, fault.NotFound},
		{"another fee", func(a *attempt) { a.req.Fee = onePercent }, fault.NotFound},
		{"a stranger", func(a *attempt) { a.caller = "G" }, fault.Forbidden},
		{"not computed", func(a *attempt) { a.closed.State = Cut }, fault.WrongState},
		{"final", func(a *attempt) { a.closed.State = Final }, fault.WrongState},
		{"open already", func(a *attempt) { a.pair = opened }, fault.WrongState},
		{"another value", func(a *attempt) { a.req.Opening = opening(t, 1) }, fault.BadRequest},
	}
	try := func(want fault.Code, broken ...int) {
		a, name := attempt{good, computed(), req, "S"}, ""
		for _, i := range broken {
			grounds[i].do(&a)
			name += grounds[i].name + "; "
		}
		if _, _, _, err := a.pair.Open(a.closed, a.req, "G", a.caller, signedBy); fault.CodeOf(err) != want {
			t.Errorf("%s%v, want %q", name, err, want)
		}
	}
	try("")
	for i, g := range grounds {
		try(g.code, i)
		for j := i + 1; j < len(grounds); j++ {
			try(g.code, i, j)
		}
	}
	_, big := hiddenSum(t, 1<<62, 1<<20)
	sum, _ := hiddenSum(t, 1<<62, 1<<20)
	good.Hidden = []HiddenSum{{Position: HiddenPosition{Debtor: "D", Creditor: "S", Fee: tenth, Count: 1, Sum: sum}}}
	if _, _, _, err := good.Open(computed(),
		OpenRequest{Cycle: "2026-11", Debtor: "D", Creditor: "S", Fee: tenth, Opening: big}, "G", "D",
		signedBy); fault.CodeOf(err) != fault.Limit {
		t.Errorf("above 2⁵³−1: %v", err)
	}
}

func TestOpeningMakesKnownObligations(t *testing.T) {
	for _, c := range []struct {
		name             string
		owe              func(t fataler) HiddenOwe
		fen              uint64
		supply, fee      Owe
		pending, waiting uint32 // of the pair, before and after
	}{
		{"supply", func(t fataler) HiddenOwe { return hiddenOwe(t, "D", "S", false, onePercent, 26_800) }, 26_800,
			Owe{Kind: Supply, Debtor: "D", Creditor: "S", Fen: 26_800, Of: "2026-11"},
			Owe{Kind: Fee, Debtor: "S", Creditor: "G", Fen: 268, Of: "2026-11"}, 1, 0},
		{"a return", func(t fataler) HiddenOwe { return hiddenOwe(t, "S", "D", true, onePercent, 780) }, 780,
			Owe{Kind: Return, Debtor: "S", Creditor: "D", Fen: 780, Of: "2026-11"},
			Owe{Kind: FeeBack, Debtor: "G", Creditor: "S", Fen: 8, Of: "2026-11"}, 1, 0},
		{"the operator's purchase", func(t fataler) HiddenOwe { return hiddenOwe(t, "G", "S", false, onePercent, 50) },
			50,
			Owe{Kind: Supply, Debtor: "G", Creditor: "S", Fen: 50, Of: "2026-11"},
			Owe{Kind: Fee, Debtor: "S", Creditor: "G", Fen: 0, Of: "2026-11"}, 2, 1}, // half a fen, to even
		{"the operator's supply", func(t fataler) HiddenOwe { return hiddenOwe(t, "D", "G", false, onePercent, 100) },
			100,
			Owe{Kind: Supply, Debtor: "D", Creditor: "G", Fen: 100, Of: "2026-11"},
			Owe{Kind: Fee, Debtor: "G", Creditor: "G", Fen: 1, Of: "2026-11"}, 1, 0},
		{"nothing", func(t fataler) HiddenOwe { return hiddenOwe(t, "D", "S", false, onePercent, 0) }, 0,
			Owe{Kind: Supply, Debtor: "D", Creditor: "S", Of: "2026-11"},
			Owe{Kind: Fee, Debtor: "S", Creditor: "G", Of: "2026-11"}, 1, 0},
	} {
		owe := c.owe(t)
		_, pairs, err := cut().Compute([]Lane{note(t, "D", 1).hide(t, owe)}, "G", cutBy, lastDay)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(pairs, func(p Pair) bool { return len(p.Hidden) > 0 })
		_, open := hiddenSum(t, c.fen*PerFen, 1)
		req := OpenRequest{
			Cycle: "2026-11", Debtor: owe.Debtor, Creditor: owe.Creditor, Back: owe.Back,
			Fee: amount.Rate{Num: 2, Den: 200}, Opening: open,
		} // the same fee, not in lowest terms
		next, supply, fee, err := pairs[i].Open(computed(), req, "G", owe.Debtor, signedBy)
		if err != nil || supply != c.supply || fee != c.fee {
			t.Errorf("%s: %+v and %+v, %v", c.name, supply, fee, err)
		}
		if pairs[i].Pending != c.pending || next.Pending != c.waiting || next.Hidden[0].Opened != signedBy ||
			uint64(next.Hidden[0].Fen) != c.fen || !pairs[i].Hidden[0].Opened.IsZero() {
			t.Errorf("%s: %+v, then %+v", c.name, pairs[i], next)
		}
		known := next.Known(supply)
		if lines := min(c.fen, 1); known.Count() != lines {
			t.Errorf("%s: %+v", c.name, known)
		}
	}
	other := Pair{A: "G", B: "S", Pending: 2}
	if next, _ := other.FeeKnown(Owe{Kind: Fee, Debtor: "S", Creditor: "G", Fen: 268}); next.Pending != 1 ||
		show(t, next) != "G-S 0/268 lines 1 pending 1" {
		t.Errorf("%+v", next)
	}
	if next, _ := other.FeeKnown(Owe{Kind: Fee, Debtor: "S", Creditor: "G"}); next.Pending != 1 || next.Count() != 0 {
		t.Errorf("a fee of nothing: %+v", next)
	}
	full := other.Known(Owe{Debtor: "S", Creditor: "G", Fen: amount.Max})
	if next, _ := full.FeeKnown(Owe{Debtor: "S", Creditor: "G", Fen: 1}); next.Owed[0].Fen != amount.Max ||
		next.Pending != 1 {
		t.Errorf("above 2⁵³−1: %+v", next)
	}
}

// agreeable is a statement on which nothing is hidden: D owes F 9 in two lines, F owes D 4.
func agreeable(t fataler) Pair {
	t.Helper()
	_, pairs, err := cut().Compute(
		[]Lane{note(t, "D", 1, due("D", "F", "DP", 6), due("D", "F", "", 3), due("F", "D", "FP", 4))}, "G", cutBy,
		lastDay)
	if err != nil {
		t.Fatal(err)
	}
	return pairs[0]
}

func TestSignRefusesInOrder(t *testing.T) {
	good := agreeable(t)
	req := SignRequest{Cycle: "2026-11", With: "F", Root: root(1), Lines: 3, Owes: 9, Owed: 4}
	type attempt struct {
		pair   Pair
		closed Close
		req    SignRequest
	}
	grounds := []struct {
		name string
		do   func(*attempt)
		code fault.Code
	}{
		{"not computed", func(a *attempt) { a.closed.State = Cut }, fault.WrongState},
		{"final", func(a *attempt) { a.closed.State = Final }, fault.WrongState},
		{"hidden sums", func(a *attempt) { a.pair.Pending = 1 }, fault.WrongState},
		{"agreed", func(a *attempt) { a.pair.State = Agreed }, fault.WrongState},
		{"by silence", func(a *attempt) { a.pair.State = BySilent }, fault.WrongState},
		{"carried over", func(a *attempt) { a.pair.State = Left }, fault.WrongState},
		{"a fen more", func(a *attempt) { a.req.Owes++ }, fault.Conflict},
		{"a fen less to get", func(a *attempt) { a.req.Owed-- }, fault.Conflict},
		{"a line less", func(a *attempt) { a.req.Lines-- }, fault.Conflict},
		{"as the other sees it", func(a *attempt) { a.req.Owes, a.req.Owed = a.req.Owed, a.req.Owes }, fault.Conflict},
		{"signed already", func(a *attempt) { a.pair.SignedA = Signature{Root: root(1), By: signedBy, Date: today} },
			fault.Conflict},
	}
	try := func(want fault.Code, broken ...int) {
		a, name := attempt{good, computed(), req}, ""
		for _, i := range broken {
			grounds[i].do(&a)
			name += grounds[i].name + "; "
		}
		if _, err := a.pair.Sign(a.closed, a.req, "D", signedBy, today); fault.CodeOf(err) != want {
			t.Errorf("%s%v, want %q", name, err, want)
		}
	}
	try("")
	for i, g := range grounds {
		try(g.code, i)
		for j := i + 1; j < len(grounds); j++ {
			try(g.code, i, j)
		}
	}
	for name, change := range map[string]func(*SignRequest){
		"no cycle":        func(r *SignRequest) { r.Cycle = "" },
		"with nobody":     func(r *SignRequest) { r.With = "" },
		"a short root":    func(r *SignRequest) { r.Root = r.Root[1:] },
		"under nothing":   func(r *SignRequest) { r.Owes = -1 },
		"above 2⁵³−1":     func(r *SignRequest) { r.Owed = amount.Max + 1 },
		"a cycle of text": func(r *SignRequest) { r.Cycle = "2026/11" },
	} {
		bad := req
		change(&bad)
		if err := bad.Check(); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := req.Check(); err != nil {
		t.Error(err)
	}
}

// TestSigningWalksEveryState signs in every state with every root, by both, and names where
// the statement then stands.
func TestSigningWalksEveryState(t *testing.T) {
	states := map[PairState]func(*Pair){
		Draft:   func(*Pair) {},
		OneSide: func(p *Pair) { p.SignedA = Signature{Root: root(1), By: cutBy, Date: today} },
		Differs: func(p *Pair) {
			p.SignedA, p.SignedB = Signature{Root: root(1), By: cutBy}, Signature{Root: root(2), By: cutBy}
		},
		Agreed:   func(p *Pair) { p.SignedA, p.SignedB = Signature{Root: root(1)}, Signature{Root: root(1)} },
		BySilent: func(*Pair) {},
		Left:     func(*Pair) {},
	}
	want := map[string]string{
		"DRAFT D 1": "SIGNED", "DRAFT D 2": "SIGNED", "DRAFT F 1": "SIGNED", "DRAFT F 2": "SIGNED",
		"SIGNED D 1": "CONFLICT", "SIGNED D 2": "SIGNED", "SIGNED F 1": "AGREED", "SIGNED F 2": "DIFFERS",
		"DIFFERS D 1": "CONFLICT", "DIFFERS D 2": "AGREED", "DIFFERS F 1": "AGREED", "DIFFERS F 2": "CONFLICT",
		"DIFFERS D 3": "DIFFERS",
	}
	walked := 0
	for state := Draft; state <= Left; state++ {
		for _, caller := range []string{"D", "F"} {
			for _, by := range []byte{1, 2, 3} {
				p := agreeable(t)
				p.State = state
				states[state](&p)
				before := p
				req := SignRequest{Cycle: "2026-11", With: "F", Root: root(by), Lines: 3, Owes: 9, Owed: 4}
				if caller == "F" {
					req.With, req.Owes, req.Owed = "D", 4, 9
				}
				next, err := p.Sign(computed(), req, caller, signedBy, today+1)
				got := next.State.String()
				if err != nil {
					got = string(fault.CodeOf(err))
				}
				name := fmt.Sprintf("%s %s %d", state, caller, by)
				right, named := want[name]
				switch {
				case state.Ended():
					right = "WRONG_STATE"
				case !named:
					continue
				}
				walked++
				if got != right {
					t.Errorf("%s: %s, want %s", name, got, right)
				}
				mine, others := next.SignedA, next.SignedB
				wasOther := before.SignedB
				if caller == "F" {
					mine, others, wasOther = others, mine, before.SignedA
				}
				if err == nil && (!bytes.Equal(mine.Root, req.Root) || mine.By != signedBy || mine.Date != today+1 ||
					!bytes.Equal(others.Root, wasOther.Root) || others.By != wasOther.By) {
					t.Errorf("%s: %+v", name, next)
				}
			}
		}
	}
	if walked != len(want)+3*6 {
		t.Errorf("%d of the states and verbs were walked", walked)
	}
}

func TestDisputedLinesDontStand(t *testing.T) {
	p := agreeable(t)
	p.Carved = []Carved{{Debtor: "D", Fen: 6}, {Debtor: "F", Fen: 4}}
	for _, c := range []struct {
		debtor      string
		all, stands amount.Units
	}{{"D", 9, 3}, {"F", 4, 0}, {"G", 0, 0}} {
		if all, stands := p.Owes(c.debtor); all != c.all || stands != c.stands {
			t.Errorf("%s owes %d, of which %d stands", c.debtor, all, stands)
		}
	}
	for state, stands := range map[PairState]bool{
		Draft: false, OneSide: false, Differs: false, Agreed: true, BySilent: true, Upheld: true, Left: false,
	} {
		if state.Stands() != stands || state.Ended() != (stands || state == Left) {
			t.Errorf("%s: stands %v, ended %v", state, state.Stands(), state.Ended())
		}
	}
}
