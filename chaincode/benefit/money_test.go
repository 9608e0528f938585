package benefit

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// TestAirportRide is step 9 of the story: M's ride costs Li 10,800 GP.
func TestAirportRide(t *testing.T) {
	m := change(ride(), func(m *Model) { m.Uses, m.Points = 1, []Cost{{Programme: "GP", Amount: 10800}} })
	e := Entitlement{
		Benefit: "ride", Member: "li", State: Active, By: "M", Uses: 1, Until: 20600, Commitment: code.Commit(codes[0]),
	}
	for i, p := range []spend.Piece{{Funder: "G", Amount: 3150}, {Funder: "G", Amount: 1800},
		{Funder: "D", Amount: 1200}, {Funder: "G", Amount: 4650}} {
		p.Lot, p.Programme = lotA.Command.Row(i), "GP"
		e.Pieces = append(e.Pieces, p)
	}
	w, next, err := Use(m, e, WriteOffRequest{Entitlement: entitlementID, Code: codes[0]}, terms, by("M"))
	want := []Owed{
		{Debtor: "G", Creditor: "M", Programme: "GP", Points: 9600, Fen: 9600},
		{Debtor: "D", Creditor: "M", Programme: "GP", Points: 1200, Fen: 1200},
		{Debtor: "M", Creditor: "G", Fen: 108, Fee: true},
	}
	if err != nil || next.State != Consumed || w.Value != 10800 || !slices.Equal(w.Owed, want) {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestAFreeUseCostsWhoGrantedIt(t *testing.T) {
	for _, c := range []struct {
		name string
		by   string
		fee  amount.Rate
		want []Owed
	}{
		{"a grantor", "D", amount.Rate{Num: 1, Den: 100}, []Owed{{Debtor: "D", Creditor: "M", Fen: 150},
			{Debtor: "M", Creditor: "G", Fen: 1, Rest: amount.Fraction{Num: 1, Den: 2}, Fee: true}}},
		{"the operator", "G", amount.Rate{Num: 0, Den: 1}, []Owed{{Debtor: "G", Creditor: "M", Fen: 150}}},
		{"the provider itself", "M", amount.Rate{Num: 1, Den: 60},
			[]Owed{{Debtor: "M", Creditor: "G", Fen: 2, Rest: amount.Fraction{Num: 1, Den: 2}, Fee: true}}},
		{"the provider, no fee", "M", amount.Rate{Num: 0, Den: 1}, []Owed{}},
	} {
		m := change(ride(), func(m *Model) { m.Points, m.Price, m.Fee = nil, 150, c.fee })
		e := change(in(Active), func(e *Entitlement) { e.By, e.Pieces = c.by, nil })
		w, _, err := Use(m, e, WriteOffRequest{Entitlement: entitlementID, Code: codes[1]}, terms, by("M"))
		if err != nil || w.Value != 150 || !slices.Equal(w.Owed, c.want) {
			t.Errorf("%s: %+v, %v", c.name, w, err)
		}
	}
	m := change(ride(), func(m *Model) { m.Provider, m.Fee = "G", amount.Rate{Num: 1, Den: 3} })
	if w, _, err := Use(m, in(Active), WriteOffRequest{Entitlement: entitlementID, Code: codes[1]}, terms,
		by("G")); err != nil || w.Value != 33 ||
		!slices.Equal(w.Owed, []Owed{{Debtor: "D", Creditor: "G", Programme: "GP", Points: 6, Fen: 6}}) {
		t.Errorf("the operator provides, points 33 … 66 of 60 of its own and 40 of D's: %+v, %v", w, err)
	}
}

func TestTheCodesAreAChain(t *testing.T) {
	e := change(in(Active), func(e *Entitlement) { e.Used, e.Commitment = 0, first })
	for i, c := range codes {
		_, next, err := Use(ride(), e, WriteOffRequest{Entitlement: entitlementID, Code: c}, terms, by("M"))
		if err != nil || int(next.Used) != i+1 {
			t.Fatalf("use %d: %v", i+1, err)
		}
		e = next
	}
	if e.State != Consumed || e.Commitment != nil {
		t.Errorf("%+v", e)
	}
}

// drawLine draws an entitlement that several funders' points of two programmes
// paid for, and the programmes' prices.
func drawLine(t *rapid.T) (Entitlement, Terms) {
	e := Entitlement{
		Benefit: "ride", Member: "li", State: Active, By: "M", Uses: uint16(rapid.IntRange(1, 12).Draw(t, "uses")),
		Until: 20600,
	}
	top := rapid.SampledFrom([]int64{7, 500, int64(amount.Max) / 1000}).Draw(t, "top")
	for i := range rapid.IntRange(1, 8).Draw(t, "pieces") {
		e.Pieces = append(e.Pieces, spend.Piece{
			Lot:       number.Command{Party: "G", Lane: 1, Seq: 1}.Row(i),
			Programme: rapid.SampledFrom([]string{"GP", "FP"}).Draw(t, "programme"),
			Funder:    rapid.SampledFrom([]string{"G", "D", "M"}).Draw(t, "funder"),
			Amount:    amount.Units(rapid.Int64Range(1, top).Draw(t, "amount")),
		})
	}
	rate := func(label string) amount.Rate {
		return amount.Rate{
			Num: amount.Units(rapid.Int64Range(1, 40).Draw(t, label)),
			Den: amount.Units(rapid.Int64Range(1, 40).Draw(t, label)),
		}
	}
	return e, Terms{Prices: map[string]amount.Rate{"GP": rate("GP"), "FP": rate("FP")}, Operator: "G", Cycle: "c"}
}

type debt struct{ debtor, creditor, programme string }

// exactly is points, and what they are worth as a ratio.
type exactly struct {
	points amount.Units
	fen    big.Rat
}

// sum adds up what is owed, by debtor, creditor and programme.
func sum(into map[debt]*exactly, list []Owed) {
	for _, o := range list {
		k := debt{o.Debtor, o.Creditor, o.Programme}
		if into[k] == nil {
			into[k] = new(exactly)
		}
		into[k].points += o.Points
		into[k].fen.Add(&into[k].fen, new(big.Rat).SetInt64(int64(o.Fen)))
		if o.Rest.Den > 0 {
			into[k].fen.Add(&into[k].fen, big.NewRat(int64(o.Rest.Num), int64(o.Rest.Den)))
		}
	}
}

// TestAnyPartitionComesToTheSame uses an entitlement up, or some uses and then
// lets it lapse, and compares with all points at once: per funder and programme,
// the points times their price, to the last fraction.
func TestAnyPartitionComesToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, terms := drawLine(t)
		m := change(ride(), func(m *Model) { m.Code, m.Fee, m.Lapse = false, amount.Rate{Num: 0, Den: 1}, Keep })
		whole := map[debt]amount.Units{}
		var points amount.Units
		for _, p := range e.Pieces {
			whole[debt{p.Funder, "M", p.Programme}] += p.Amount
		}
		owed, spent := map[debt]*exactly{}, map[number.Row]amount.Units{}
		uses := uint16(rapid.IntRange(0, int(e.Uses)).Draw(t, "used"))
		for range uses {
			w, next, err := Use(m, e, WriteOffRequest{}, terms, by("M"))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range e.Part(w.Use) {
				spent[p.Lot] += p.Amount
			}
			sum(owed, w.Owed)
			e = next
		}
		if at := by("A"); uses < e.Uses {
			at.Date++
			for _, p := range e.Unused() {
				spent[p.Lot] += p.Amount
			}
			_, w, made, back, err := Expire(m, e, ExpireRequest{}, terms, at)
			if err != nil || !made && e.after(uses) < e.Points() || len(back) > 0 {
				t.Fatalf("%+v, %v, %v, %v", w, made, back, err)
			}
			sum(owed, w.Owed)
		}
		for k, n := range whole {
			points += n
			price := terms.Prices[k.programme]
			want := new(big.Rat).Mul(big.NewRat(int64(n), 1), big.NewRat(int64(price.Num), int64(price.Den)))
			if got := owed[k]; k.debtor != "M" && (got.points != n || got.fen.Cmp(want) != 0) ||
				k.debtor == "M" && got != nil {
				t.Fatalf("%v: %+v, want %d points and %s fen", k, got, n, want)
			}
		}
		for _, p := range e.Pieces {
			if spent[p.Lot] != p.Amount {
				t.Fatalf("%d points of lot %s were used, %d paid", spent[p.Lot], p.Lot, p.Amount)
			}
		}
		if points != e.Points() {
			t.Fatalf("%d points, paid %d", points, e.Points())
		}
	})
}

// TestReversalsUndo makes some uses, reverses some of them and gives the rest
// back: what is owed nets to the uses that stand, and every point that doesn't
// stand written off is back in its lot.
func TestReversalsUndo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, terms := drawLine(t)
		m := change(ride(), func(m *Model) { m.Code = false })
		net, stands, back := map[debt]amount.Units{}, map[debt]amount.Units{}, map[number.Row]amount.Units{}
		add := func(to map[debt]amount.Units, list []Owed) {
			for _, o := range list {
				if o.Debtor > o.Creditor {
					o.Debtor, o.Creditor, o.Fen = o.Creditor, o.Debtor, -o.Fen
				}
				to[debt{o.Debtor, o.Creditor, o.Programme}] += o.Fen
			}
		}
		give := func(pieces spend.Line) {
			for _, p := range pieces {
				back[p.Lot] += p.Amount
			}
		}
		written := map[number.Row]amount.Units{}
		for range rapid.IntRange(0, int(e.Uses)).Draw(t, "used") {
			w, next, err := Use(m, e, WriteOffRequest{}, terms, by("M"))
			if err != nil {
				t.Fatal(err)
			}
			add(net, w.Owed)
			if e = next; rapid.Bool().Draw(t, "reverse") {
				again, after, owed, pieces, err := Reverse(m, w, e, ReverseRequest{Reason: "x"}, "c", by("M"))
				if err != nil || again.State != Annulled || after.Reversed != e.Reversed+1 || after.Used != e.Used {
					t.Fatalf("%+v, %+v, %v", again, after, err)
				}
				add(net, owed)
				give(pieces)
				e = after
				continue
			}
			add(stands, w.Owed)
			for _, p := range e.Part(w.Use) {
				written[p.Lot] += p.Amount
			}
		}
		if !e.State.Ended() {
			_, pieces, err := Revoke(m, e, RevokeRequest{Reason: "x"}, by("M"))
			if err != nil {
				t.Fatal(err)
			}
			give(pieces)
		}
		for k, fen := range net {
			if fen != stands[k] {
				t.Fatalf("%+v: %d owed net, %d stand", k, fen, stands[k])
			}
		}
		for _, p := range e.Pieces {
			if back[p.Lot]+written[p.Lot] != p.Amount {
				t.Fatalf("lot %s: paid %d, %d back, %d written off", p.Lot, p.Amount, back[p.Lot], written[p.Lot])
			}
		}
	})
}

func TestRefundAtExpiry(t *testing.T) {
	at := by("A")
	at.Date++
	next, _, made, back, err := Expire(ride(), in(Active), ExpireRequest{Entitlement: entitlementID}, terms, at)
	want := spend.Line{
		{Lot: lotA, Programme: "GP", Funder: "G", Amount: 27}, {Lot: lotB, Programme: "GP", Funder: "D", Amount: 40},
	}
	if err != nil || made || next.State != Expired || !slices.Equal(back, want) {
		t.Errorf("%+v, %v, %+v, %v", next, made, back, err)
	}
	keep := change(ride(), func(m *Model) { m.Lapse = Keep })
	_, w, made, back, err := Expire(keep, in(Active), ExpireRequest{Entitlement: entitlementID}, terms, at)
	owed := []Owed{{Debtor: "G", Creditor: "M", Programme: "GP", Points: 27, Fen: 27},
		{Debtor: "D", Creditor: "M", Programme: "GP", Points: 40, Fen: 40}}
	if err != nil || !made || back != nil || w.Use != 0 || w.Scene != LapseScene || w.Value != 67 ||
		!slices.Equal(w.Owed, owed) {
		t.Errorf("kept, no fee: %+v, %v, %+v, %v", w, made, back, err)
	}
	free := change(in(Active), func(e *Entitlement) { e.Pieces = nil })
	if _, _, made, back, err := Expire(keep, free, ExpireRequest{Entitlement: entitlementID}, terms, at); err != nil ||
		made || back != nil {
		t.Errorf("nothing was paid: %v, %v, %v", made, back, err)
	}
}

// TestFundersBearThePrice gives one entitlement to several funders: each use costs
// them its price, to the fen, the same every time, and a reversal gives back just that.
func TestFundersBearThePrice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		uses := uint16(rapid.IntRange(1, 6).Draw(t, "uses"))
		m := change(ride(), func(m *Model) {
			m.Price, m.Uses, m.Code = amount.Units(
				rapid.SampledFrom([]int64{0, 1, 7, 101, 10_800, int64(amount.Max)}).Draw(t, "price")), uses, false
		})
		var funders []Funder
		for _, p := range []string{"D", "F", "G", "M"} {
			if parts := rapid.Int64Range(0, 9).Draw(t, p); parts > 0 {
				funders = append(funders, Funder{Party: p, Parts: amount.Units(parts)})
			}
		}
		e, err := GrantFor(m, Grant{Member: "li"}, funders, by("M"))
		if len(funders) == 0 {
			if err == nil {
				t.Fatal("nobody pays")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var first []Owed
		for k := range uses {
			w, next, err := Use(m, e, WriteOffRequest{Entitlement: entitlementID}, terms, by("M"))
			if err != nil || w.Value != m.Price {
				t.Fatalf("%+v, %v", w, err)
			}
			checkBorne(t, m, funders, w.Owed)
			if k == 0 {
				first = w.Owed
			}
			if !slices.Equal(w.Owed, first) {
				t.Fatalf("use %d makes %+v, the first %+v", k+1, w.Owed, first)
			}
			_, _, back, pieces, err := Reverse(m, w, next, ReverseRequest{WriteOff: writeOffID, Reason: "x"}, "c",
				by("M"))
			if err != nil || len(pieces) > 0 || !slices.Equal(Opposite(back), w.Owed) {
				t.Fatalf("%+v back, %v", back, err)
			}
			e = next
		}
	})
}

// checkBorne holds what funders owe for one use against the price and their parts.
func checkBorne(t *rapid.T, m Model, funders []Funder, owed []Owed) {
	whole, own, borne := amount.Units(0), amount.Units(0), amount.Units(0)
	for _, f := range funders {
		whole += f.Parts
		if f.Party == m.Provider {
			own = f.Parts
		}
	}
	for _, o := range owed {
		if o.Debtor == m.Provider && o.Creditor == terms.Operator {
			continue // the fee
		}
		if o.Creditor != m.Provider || o.Debtor == m.Provider || o.Fen < 1 || o.Points != 0 {
			t.Fatalf("%+v", o)
		}
		borne += o.Fen
	}
	if rest := m.Price - borne; rest < 0 || own == 0 &&
		rest != 0 || new(big.Int).Mul(big.NewInt(int64(rest)), big.NewInt(int64(whole))).Cmp(
		new(big.Int).Add(new(big.Int).Mul(big.NewInt(int64(m.Price)), big.NewInt(int64(own))),
			big.NewInt(int64(whole)))) >= 0 {
		t.Fatalf("of %d the funders %v owe %d", m.Price, funders, borne)
	}
}
