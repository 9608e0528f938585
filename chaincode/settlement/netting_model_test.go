package settlement

import (
	"math/big"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
)

// line is an obligation of a random cycle, and what became of it.
type line struct {
	owing
	lane   int
	carved bool
}

// dumbClose is a second model of a close: one table of who owes whom what, each cell an
// integer without end, and no idea of lanes, positions, pairs or groups.
type dumbClose struct {
	lines []line
	left  map[[2]string]bool // carried over
	// Parties of multi agreed to be netted with all; those of single, that what alone owes them is not.
	multi, single map[string]bool
	alone         string
}

// multilateral says whether two parties are netted with others.
func (d dumbClose) multilateral(a, b string) bool {
	if !d.multi[a] || !d.multi[b] {
		return false
	}
	return !(d.single[a] && d.single[b] && (a == d.alone || b == d.alone))
}

// balances is what each party gets on balance, of its multilateral pairs (creditor "") and of each other pair.
func (d dumbClose) balances() map[[2]string]*big.Int {
	table := map[[2]string]*big.Int{}
	add := func(party, with string, fen int64) {
		if d.multilateral(party, with) {
			with = ""
		}
		if table[[2]string{party, with}] == nil {
			table[[2]string{party, with}] = new(big.Int)
		}
		table[[2]string{party, with}].Add(table[[2]string{party, with}], big.NewInt(fen))
	}
	for _, l := range d.lines {
		if !l.carved && !d.left[PairOf(l.debtor, l.creditor)] {
			add(l.creditor, l.debtor, int64(l.fen))
			add(l.debtor, l.creditor, -int64(l.fen))
		}
	}
	return table
}

// stands is what each party pays and receives.
func (d dumbClose) stands() map[string][2]int64 {
	list := map[string][2]int64{}
	for key, fen := range d.balances() {
		s := list[key[0]]
		switch fen.Sign() {
		case -1:
			s[0] -= fen.Int64()
		case 1:
			s[1] += fen.Int64()
		case 0:
			continue
		}
		list[key[0]] = s
	}
	return list
}

func (d dumbClose) gross() (gross amount.Units, lines uint64) {
	for _, l := range d.lines {
		if !l.carved && !d.left[PairOf(l.debtor, l.creditor)] {
			gross, lines = gross+l.fen, lines+1
		}
	}
	return gross, lines
}

// drawClose draws a cycle: who owes whom, in which lanes, what is carved out and carried over, who agreed to what.
func drawClose(t *rapid.T) dumbClose {
	parties := []string{"A", "B", "C", "D", "E", "F", "G"}
	d := dumbClose{
		left: map[[2]string]bool{}, multi: map[string]bool{}, single: map[string]bool{},
		alone: rapid.SampledFrom(parties).Draw(t, "alone"),
	}
	for range rapid.IntRange(0, 40).Draw(t, "lines") {
		of := rapid.SliceOfNDistinct(rapid.SampledFrom(parties), 2, 2, rapid.ID).Draw(t, "of")
		d.lines = append(d.lines, line{owing{
			of[0], of[1], rapid.SampledFrom([]string{"", "P", "Q"}).Draw(t, "programme"),
			amount.Units(rapid.Int64Range(1, 9).Draw(t, "fen")),
		},
			rapid.IntRange(0, 9).Draw(t, "lane"), rapid.IntRange(0, 5).Draw(t, "carved") == 0})
	}
	for i, a := range parties {
		d.multi[a], d.single[a] = rapid.IntRange(0, 3).Draw(t, "multilateral") > 0, rapid.Bool().Draw(t, "single")
		for _, b := range parties[i+1:] {
			d.left[PairOf(a, b)] = rapid.IntRange(0, 7).Draw(t, "left") == 0
		}
	}
	return d
}

func (d dumbClose) book() Book {
	var multi, single []string
	for _, p := range []string{"A", "B", "C", "D", "E", "F", "G"} {
		if d.multi[p] {
			multi = append(multi, p)
		}
		if d.single[p] {
			single = append(single, p)
		}
	}
	var b Book
	if len(multi) > 0 {
		b.Models = append(b.Models,
			bound("multi", Scope{}, Terms{Multilateral: true, Payers: everybody, Delay: 2}, multi...))
	}
	// The second is a model for each direction: the more specific of it and the first counts, where both agreed.
	if len(single) > 0 {
		b.Models = append(b.Models, bound("single", Scope{Issuer: d.alone}, Terms{Delay: 7}, single...))
	}
	return b
}

// run closes the cycle as it is: lanes, positions, pairs, nets. Lines go to lanes by their lane and a shift, the
// pairs are netted from the one at a place on.
func (d dumbClose) run(t *rapid.T, shift, from int) (Netted, []Carry) {
	lanes := make([]Lane, 10)
	for i, l := range d.lines {
		at := &lanes[(l.lane+shift*i)%len(lanes)]
		at.Party = "A"
		next, _, err := at.Positions.Place(Owe{
			Debtor: l.debtor, Creditor: l.creditor, Programme: l.programme, Points: 2 * l.fen, Fen: l.fen,
		})
		if err != nil {
			t.Fatal(err)
		}
		at.Positions = next
	}
	closed, pairs, err := Close{ID: "2026-11", To: lastDay, SignBy: lastDay, State: Cut}.Compute(lanes, "G", cutBy,
		lastDay)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range d.lines {
		if l.carved {
			d.carve(pairs, i, l)
		}
	}
	var carries []Carry
	for i, p := range pairs {
		if !d.left[[2]string{p.A, p.B}] {
			pairs[i].State = Agreed
			continue
		}
		carry, err := p.Carry(closed, "G", lastDay+1)
		if err != nil {
			t.Fatal(err)
		}
		pairs[i], carries = carry.Pair, append(carries, carry)
	}
	if len(pairs) > 0 {
		from %= len(pairs)
	}
	if closed.State != Computed {
		return Netted{Close: closed}, nil
	}
	got, err := closed.Net(slices.Concat(pairs[from:], pairs[:from]), d.book(), lastDay+1)
	if err != nil {
		t.Fatal(err)
	}
	return got, carries
}

func (d dumbClose) carve(pairs []Pair, i int, l line) {
	of := PairOf(l.debtor, l.creditor)
	j := slices.IndexFunc(pairs, func(p Pair) bool { return p.A == of[0] && p.B == of[1] })
	pairs[j].Carved = append(pairs[j].Carved, Carved{
		Line: number.Row{Ord: uint8(i)}, Debtor: l.debtor, Programme: l.programme, Points: 2 * l.fen, Fen: l.fen,
	})
}

// TestACloseAgainstADumbOne draws cycles and compares all sums with the dumb model's; and with the same cycle with
// its obligations in other lanes and its pairs in another order, of which everything must be the same.
func TestACloseAgainstADumbOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawClose(t)
		got, carries := d.run(t, 0, 0)
		again, _ := d.run(t, rapid.IntRange(1, 9).Draw(t, "shift"), rapid.IntRange(0, 9).Draw(t, "from"))
		again.Close.Root = got.Close.Root // which binds the lanes
		if !reflect.DeepEqual(again, got) {
			t.Fatalf("in other lanes: %+v\nfirst: %+v", again, got)
		}
		if gross, lines := d.gross(); got.Netting.Gross != gross || got.Netting.Lines != lines {
			t.Fatalf("gross %d in %d lines, want %d in %d", got.Netting.Gross, got.Netting.Lines, gross, lines)
		}
		d.compareStands(t, got)
		d.comparePayments(t, got)
		d.compareCarries(t, carries)
	})
}

func (d dumbClose) compareStands(t *rapid.T, got Netted) {
	want := d.stands()
	if len(got.Netting.Parties) != len(want) {
		t.Fatalf("%+v, want %v", got.Netting.Parties, want)
	}
	pays, receives := amount.Units(0), amount.Units(0)
	for _, s := range got.Netting.Parties {
		if want[s.Party] != [2]int64{int64(s.Pays), int64(s.Receives)} {
			t.Fatalf("%+v, want %v", s, want[s.Party])
		}
		pays, receives = pays+s.Pays, receives+s.Receives
	}
	if pays != receives {
		t.Fatalf("%d is paid and %d received", pays, receives)
	}
}

// comparePayments holds what each payment must be, and that in − out of each party is what is owed to it − by it.
func (d dumbClose) comparePayments(t *rapid.T, got Netted) {
	balance, bilateral := map[string]int64{}, 0
	paying, paid := map[string]bool{}, map[string]bool{}
	for key, fen := range d.balances() {
		balance[key[0]] += fen.Int64()
		if key[1] != "" && fen.Sign() < 0 {
			bilateral++
		}
	}
	parties := map[string]bool{}
	for _, n := range got.Netting.Nets {
		if n.Multilateral != d.multilateral(n.Debtor, n.Creditor) || n.Fen <= 0 {
			t.Fatalf("%+v", n)
		}
		if n.Multilateral {
			parties[n.Debtor], parties[n.Creditor] = true, true
		}
	}
	for i, p := range got.Payments {
		if p.N != uint32(i+1) || p.Fen <= 0 || p.Debtor == p.Creditor || p.State != Due || p.Due < lastDay ||
			p.Due > lastDay+7 {
			t.Fatalf("%+v", p)
		}
		balance[p.Debtor] += int64(p.Fen)
		balance[p.Creditor] -= int64(p.Fen)
		if !slices.ContainsFunc(got.Netting.Nets, func(n Net) bool {
			return !n.Multilateral && n.Debtor == p.Debtor && n.Creditor == p.Creditor && n.Fen == p.Fen
		}) {
			paying[p.Debtor], paid[p.Creditor] = true, true
		}
	}
	for party, fen := range balance {
		if fen != 0 {
			t.Fatalf("%s is left with %d", party, fen)
		}
		if paying[party] && paid[party] {
			t.Fatalf("%s pays and is paid multilaterally: %+v", party, got.Payments)
		}
	}
	if most := bilateral + max(0, len(parties)-1); len(got.Payments) > most {
		t.Fatalf("%d payments, want at most %d", len(got.Payments), most)
	}
}

// compareCarries holds that what wasn't netted is owed again, to the fen and the point, in as many lines as there are
// debtors and programmes.
func (d dumbClose) compareCarries(t *rapid.T, carries []Carry) {
	want := map[owing]amount.Units{}
	for _, l := range d.lines {
		if d.left[PairOf(l.debtor, l.creditor)] && !l.carved {
			want[owing{l.debtor, l.creditor, l.programme, 0}] += l.fen
		}
	}
	for _, c := range carries {
		for _, o := range c.Owed {
			key := owing{o.Debtor, o.Creditor, o.Programme, 0}
			if o.Kind != Carried || o.Of != "" || o.Fen != want[key] || o.Points != 2*o.Fen || o.Fen == 0 {
				t.Fatalf("%+v, want %d", o, want[key])
			}
			delete(want, key)
		}
	}
	if len(want) != 0 {
		t.Fatalf("not carried: %v", want)
	}
}

// Netting with all others moves less than pair by pair, and leaves everybody with the same.
func TestMultilateralIsBilateralInLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawClose(t)
		for p := range d.multi {
			d.multi[p], d.single[p] = true, false
		}
		all, _ := d.run(t, 0, 0)
		for p := range d.multi {
			d.multi[p] = false
		}
		single, _ := d.run(t, 0, 0)
		of := map[string]amount.Units{}
		paid := [2]amount.Units{}
		for i, n := range []Netting{all.Netting, single.Netting} {
			for _, s := range n.Parties {
				of[s.Party] += (s.Receives - s.Pays) * amount.Units(1-2*i)
				paid[i] += s.Pays
			}
		}
		for party, fen := range of {
			if fen != 0 {
				t.Fatalf("%s gets %d more", party, fen)
			}
		}
		if paid[0] > paid[1] || all.Netting.Gross != single.Netting.Gross || paid[1] > single.Netting.Gross {
			t.Fatalf("%d of %d multilaterally, %d bilaterally", paid[0], all.Netting.Gross, paid[1])
		}
	})
}

// The root binds every obligation and its place.
func TestTheRootBindsObligations(t *testing.T) {
	roots := map[string]string{}
	for name, list := range map[string][]owing{

		"one": {{"D", "G", "", 5}}, "a fen more": {{"D", "G", "", 6}}, "the other way": {{"G", "D", "", 5}},
		"twice": {{"D", "G", "", 5}, {"D", "G", "", 5}},
	} {
		closed, _ := ended(t, byThree, Agreed, list...)
		if other, there := roots[string(closed.Root)]; there || len(closed.Root) != 32 {
			t.Errorf("%s has the root of %s", name, other)
		}
		roots[string(closed.Root)] = name
	}
}
