package invariant

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

// Owed is the obligations of one batch.
type Owed struct {
	settlement.Obligations
	Batch number.Command
}

// Owed lists all obligations, lane by lane in the order of their batches.
func (s *State) Owed() (list []Owed) {
	for id, r := range all[settlement.Obligations](s, "obligations") {
		if n, err := number.ParseCommand(id); err == nil {
			list = append(list, Owed{r, n})
		}
	}
	slices.SortFunc(list, func(a, b Owed) int {
		return cmp.Or(cmp.Compare(a.Batch.Party, b.Batch.Party), cmp.Compare(a.Batch.Lane, b.Batch.Lane),
			cmp.Compare(a.Batch.Seq, b.Batch.Seq))
	})
	return list
}

// debts is what the rows of obligations come to.
type debts struct {
	lanes  map[string]*settlement.Lane        // by CYCLE/PARTY/LANE
	opened map[string][]settlement.Obligation // hidden sums that were opened, by the cycle that they arose in
}

// debts adds the obligations up, lane by lane.
func (s *State) debts(breach report) debts {
	d := debts{map[string]*settlement.Lane{}, map[string][]settlement.Obligation{}}
	for _, r := range s.Owed() {
		id := fmt.Sprintf("%s/%s/%02x", r.Cycle, r.Batch.Party, r.Batch.Lane)
		lane := d.lanes[id]
		if lane == nil {
			lane = &settlement.Lane{Party: r.Batch.Party, Number: r.Batch.Lane}
		}
		owed, err := follow(lane, r, d.opened)
		if err != nil {
			breach("obligations "+r.Batch.String(), "%v", err)
		}
		if owed {
			d.lanes[id] = lane
		}
	}
	return d
}

// byCycle lists the lanes of each cycle, sorted.
func (d debts) byCycle() map[string][]settlement.Lane {
	lists := map[string][]settlement.Lane{}
	for _, id := range slices.Sorted(maps.Keys(d.lanes)) {
		cycle, _, _ := strings.Cut(id, "/")
		lists[cycle] = append(lists[cycle], *d.lanes[id])
	}
	return lists
}

// follow adds a batch's obligations to the lane in the order in which they arose, and those of closed
// cycles to what was opened of these.
func follow(lane *settlement.Lane, r Owed, opened map[string][]settlement.Obligation) (owed bool, err error) {
	hidden := r.Hidden
	note := func(before settlement.Obligation) error {
		for len(hidden) > 0 && (hidden[0].Index < before.Index || hidden[0].Index == before.Index &&
			hidden[0].Ord < before.Ord) {
			h := hidden[0]
			hidden, owed = hidden[1:], true
			lane.Positions = lane.Positions.NoteHidden(h)
			owe := settlement.HiddenOwe{Debtor: h.Debtor, Creditor: h.Creditor, Back: h.Back,
				Fee: h.Fee, Count: 1, Sum: h.Sum}
			if lane.Hidden, err = lane.Hidden.Plus(owe); err != nil {
				return err
			}
		}
		return nil
	}
	for _, o := range r.List {
		if err := note(o); err != nil {
			return false, err
		}
		if o.Debtor == o.Creditor || o.Points == 0 && o.Fen == 0 && o.Rest.Num == 0 || o.Kind == 0 {
			return false, fmt.Errorf("%+v is nothing", o)
		}
		if o.Of != "" {
			opened[o.Of] = append(opened[o.Of], o)
			continue
		}
		owed = true
		chain := lane.Positions.Bind(o)
		lane.Positions.List = addUp(lane.Positions.List, o)
		lane.Positions.Chain = chain
	}
	return owed, note(settlement.Obligation{Index: number.MaxIndex + 1})
}

// addUp adds an obligation to its position: its fen as they are, its rest to those of its denominator, of which what
// makes a whole fen is in some line already.
func addUp(list []settlement.Position, o settlement.Obligation) []settlement.Position {
	i := slices.IndexFunc(list, func(p settlement.Position) bool {
		return p.Debtor == o.Debtor && p.Creditor == o.Creditor && p.Programme == o.Programme
	})
	if i < 0 {
		list = append(list, settlement.Position{Debtor: o.Debtor, Creditor: o.Creditor, Programme: o.Programme})
		slices.SortFunc(list, func(a, b settlement.Position) int {
			return cmp.Or(cmp.Compare(a.Debtor, b.Debtor), cmp.Compare(a.Creditor, b.Creditor),
				cmp.Compare(a.Programme, b.Programme))
		})
		return addUp(list, o)
	}
	p := &list[i]
	p.Count, p.Points, p.Fen = p.Count+1, min(p.Points+o.Points, amount.Max), min(p.Fen+o.Fen, amount.Max)
	if o.Rest.Den == 0 {
		return list
	}
	k := slices.IndexFunc(p.Rests, func(f amount.Fraction) bool { return f.Den == o.Rest.Den })
	if k < 0 {
		p.Rests = append(p.Rests, o.Rest)
		slices.SortFunc(p.Rests, func(a, b amount.Fraction) int { return cmp.Compare(a.Den, b.Den) })
		return list
	}
	p.Rests[k].Num = (p.Rests[k].Num + o.Rest.Num) % o.Rest.Den
	return list
}

// checkOwing holds the lanes' rows of positions and hidden sums against what their obligations come to.
func checkOwing(s *State, breach report) {
	d := s.debts(breach)
	positions, hidden := map[string]bool{}, map[string]bool{}
	for id, r := range all[settlement.Positions](s, "positions") {
		positions[id] = true
		if lane := d.lanes[id]; lane == nil || !same(r, lane.Positions) {
			breach("positions "+id, "they are %+v, their obligations come to %+v", r, lane)
		}
	}
	for id, r := range all[settlement.HiddenPositions](s, "hidden") {
		hidden[id] = true
		if lane := d.lanes[id]; lane == nil || !same(uncounted(r.List), uncounted(lane.Hidden.List)) {
			breach("hidden "+id, "they are %+v, their obligations come to %+v", r, lane)
		}
	}
	for id, lane := range d.lanes {
		if !positions[id] {
			breach("positions "+id, "there are none, their obligations come to %+v", lane.Positions)
		}
		if len(lane.Hidden.List) > 0 && !hidden[id] {
			breach("hidden "+id, "there are none, their obligations come to %+v", lane.Hidden)
		}
	}
}

// uncounted leaves out of how many deliveries hidden positions are: one that was carried over is
// one obligation, and stands for several.
func uncounted(list []settlement.HiddenPosition) (plain []settlement.HiddenPosition) {
	for _, p := range list {
		p.Count = 0
		plain = append(plain, p)
	}
	return plain
}

// same says whether two values are the same bytes, none and empty taken for one.
func same(a, b any) bool {
	plain := func(v any) []byte { return bytes.ReplaceAll(codec.Encode(v), []byte{0xf6}, []byte{0x80}) }
	return bytes.Equal(plain(a), plain(b))
}

// checkCloses holds each closed cycle against its lanes: root, statements and what was opened.
func checkCloses(s *State, breach report) {
	d := s.debts(func(string, string, ...any) {}) // checkOwing says what doesn't add up there
	cycles, pairs := d.byCycle(), byID[settlement.Pair](s, "pair")
	for _, closed := range all[settlement.Close](s, "close") {
		if closed.State == settlement.Cut {
			continue
		}
		lanes, opened := cycles[closed.ID], d.opened[closed.ID]
		if root := settlement.Root(lanes); !bytes.Equal(closed.Root, root) {
			breach("close "+closed.ID, "its root is %s, that of its obligations %s", closed.Root, root)
		}
		for _, pair := range closed.Pairs {
			id := closed.ID + "/" + pair[0] + "/" + pair[1]
			if err := checkPair(pairs[id], lanes, opened); err != nil {
				breach("pair "+id, "%v", err)
			}
			delete(pairs, id)
		}
		for _, of := range owing(lanes, opened) {
			if !slices.Contains(closed.Pairs, of) {
				breach("close "+closed.ID, "it has no statement of %s and %s", of[0], of[1])
			}
		}
	}
	for id := range pairs {
		breach("pair "+id, "it is of no closed cycle")
	}
}

// owing lists the pairs of parties of which one owes the other.
func owing(lanes []settlement.Lane, opened []settlement.Obligation) (list [][2]string) {
	for _, l := range lanes {
		for _, o := range l.Positions.List {
			list = append(list, settlement.PairOf(o.Debtor, o.Creditor))
		}
		for _, v := range l.Hidden.List {
			list = append(list, settlement.PairOf(v.Debtor, v.Creditor))
		}
	}
	for _, o := range opened {
		list = append(list, settlement.PairOf(o.Debtor, o.Creditor))
	}
	slices.SortFunc(list, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(list)
}

// checkPair holds a statement against its cycle's obligations: for each debtor and programme what the lines come to,
// for each debtor what all their rests come to, rounded programme by programme, and what is hidden.
func checkPair(p settlement.Pair, lanes []settlement.Lane, opened []settlement.Obligation) error {
	fen, rests := map[[2]string]amount.Units{}, map[[2]string]*big.Rat{}
	var hidden settlement.HiddenPositions
	var err error
	ours := func(debtor, creditor string) bool { return settlement.PairOf(debtor, creditor) == [2]string{p.A, p.B} }
	for _, l := range lanes {
		for _, o := range l.Positions.List {
			if key := [2]string{o.Debtor, o.Programme}; ours(o.Debtor, o.Creditor) {
				fen[key] = min(fen[key]+o.Fen, amount.Max)
				for _, r := range o.Rests {
					if rests[key] == nil {
						rests[key] = new(big.Rat)
					}
					rests[key].Add(rests[key], big.NewRat(int64(r.Num), int64(r.Den)))
				}
			}
		}
		for _, v := range l.Hidden.List {
			if ours(v.Debtor, v.Creditor) && err == nil {
				hidden, err = hidden.Plus(v.Of())
			}
		}
	}
	if err != nil {
		return err
	}
	rounded := map[string]amount.Units{}
	for key, rest := range rests {
		rounded[key[0]] += toNearest(fen[key], rest) - fen[key]
	}
	if rounded[p.A] != p.Rounded.A || rounded[p.B] != p.Rounded.B {
		return fmt.Errorf("it is rounded by %+v, its lines by %v", p.Rounded, rounded)
	}
	for debtor, n := range rounded {
		fen[[2]string{debtor, ""}] += n
	}
	for _, o := range opened {
		if ours(o.Debtor, o.Creditor) {
			fen[[2]string{o.Debtor, o.Programme}] += o.Fen
		}
	}
	for _, o := range p.Owed {
		if fen[[2]string{o.Debtor, o.Programme}] != o.Fen {
			return fmt.Errorf("%+v is owed, its lines come to %v", o, fen)
		}
		delete(fen, [2]string{o.Debtor, o.Programme})
	}
	for key, n := range fen {
		if n != 0 {
			return fmt.Errorf("%v is left out, %d fen", key, n)
		}
	}
	if len(p.Hidden) != len(hidden.List) {
		return fmt.Errorf("it is %+v, its obligations come to %d hidden sums", p, len(hidden.List))
	}
	for i, h := range p.Hidden {
		if !same(uncounted([]settlement.HiddenPosition{h.Position}), uncounted(hidden.List[i:i+1])) {
			return fmt.Errorf("%+v is hidden, its obligations come to %+v", h.Position, hidden.List[i])
		}
	}
	return nil
}

// toNearest is fen and a rest to the nearest fen, half to even: by comparing twice what is beyond with one.
func toNearest(fen amount.Units, rest *big.Rat) amount.Units {
	whole := new(big.Int).Quo(rest.Num(), rest.Denom())
	beyond := new(big.Rat).Sub(rest, new(big.Rat).SetInt(whole))
	all := fen + amount.Units(whole.Int64())
	if c := beyond.Add(beyond, beyond).Cmp(big.NewRat(1, 1)); c > 0 || c == 0 && all%2 == 1 {
		all++
	}
	return all
}
