package contract

import (
	"bytes"
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// owedRow is the obligations of one batch.
type owedRow struct {
	settlement.Obligations
	batch number.Command
}

// owedRows lists a peer's rows of obligations, lane by lane in the order of their batches.
func owedRows(net *ledgersim.Network, peer string) (list []owedRow) {
	for _, f := range rowsOf(net, peer, "obligations") {
		n, _ := number.ParseCommand(f.ID)
		list = append(list, owedRow{f.Row.(settlement.Obligations), n})
	}
	slices.SortFunc(list, func(a, b owedRow) int {
		return cmp.Or(cmp.Compare(a.batch.Party, b.batch.Party), cmp.Compare(a.batch.Lane, b.batch.Lane),
			cmp.Compare(a.batch.Seq, b.batch.Seq))
	})
	return list
}

// checkOwing holds what closes and netting rest on against the rows of obligations: each
// lane's positions and chain are recomputed from them, and each computed cycle's statements.
func checkOwing(net *ledgersim.Network, peer string) error {
	lanes := map[string]*settlement.Lane{}         // by CYCLE/PARTY/LANE
	opened := map[string][]settlement.Obligation{} // by cycle
	for _, r := range owedRows(net, peer) {
		id := fmt.Sprintf("%s/%s/%02d", r.Cycle, r.batch.Party, r.batch.Lane)
		lane := lanes[id]
		if lane == nil {
			lane = &settlement.Lane{Party: r.batch.Party, Number: r.batch.Lane}
		}
		owed, err := follow(lane, r, opened)
		if err != nil {
			return fmt.Errorf("obligations %s: %w", r.batch, err)
		}
		if owed {
			lanes[id] = lane
		}
	}
	if err := checkLanes(net, peer, lanes); err != nil {
		return err
	}
	return checkCloses(net, peer, lanes, opened)
}

// follow adds a batch's obligations to the lane in the order in which they arose, and those of closed
// cycles to what was opened of these.
func follow(lane *settlement.Lane, r owedRow, opened map[string][]settlement.Obligation) (owed bool, err error) {
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

// checkLanes holds the lanes' rows of positions and hidden sums against what their batches come to.
func checkLanes(net *ledgersim.Network, peer string, lanes map[string]*settlement.Lane) error {
	positions := rowsOf(net, peer, "positions")
	if len(positions) != len(lanes) {
		return fmt.Errorf("%d lanes have positions, %d have obligations", len(positions), len(lanes))
	}
	for _, f := range positions {
		if lane := lanes[f.ID]; lane == nil || !same(f.Row, lane.Positions) {
			return fmt.Errorf("positions %s are %+v, their obligations come to %+v", f.ID, f.Row, lane)
		}
	}
	hidden := rowsOf(net, peer, "hidden")
	for _, f := range hidden {
		if lane := lanes[f.ID]; lane == nil || !same(uncounted(f.Row.(settlement.HiddenPositions).List),
			uncounted(lane.Hidden.List)) {
			return fmt.Errorf("hidden positions %s are %+v, their obligations come to %+v", f.ID, f.Row, lane)
		}
	}
	for _, lane := range lanes {
		if len(lane.Hidden.List) > 0 {
			hidden = hidden[1:]
		}
	}
	if len(hidden) > 0 {
		return fmt.Errorf("%d lanes have hidden positions and no obligations", len(hidden))
	}
	return nil
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
func checkCloses(net *ledgersim.Network, peer string, lanes map[string]*settlement.Lane,
	opened map[string][]settlement.Obligation) error {
	pairs := map[string]settlement.Pair{}
	for _, f := range rowsOf(net, peer, "pair") {
		pairs[f.ID] = f.Row.(settlement.Pair)
	}
	for _, f := range rowsOf(net, peer, "close") {
		closed := f.Row.(settlement.Close)
		if closed.State == settlement.Cut {
			continue
		}
		var list []settlement.Lane
		for _, id := range sortedIDs(lanes) {
			if strings.HasPrefix(id, closed.ID+"/") {
				list = append(list, *lanes[id])
			}
		}
		if !bytes.Equal(closed.Root, settlement.Root(list)) {
			return fmt.Errorf("the root of cycle %s is %s, that of its obligations %s", closed.ID,
				closed.Root, settlement.Root(list))
		}
		for _, pair := range closed.Pairs {
			id := closed.ID + "/" + pair[0] + "/" + pair[1]
			if err := checkPair(pairs[id], list, opened[closed.ID]); err != nil {
				return fmt.Errorf("statement %s: %w", id, err)
			}
			delete(pairs, id)
		}
		if err := allPaired(closed, list, opened[closed.ID]); err != nil {
			return err
		}
	}
	if len(pairs) > 0 {
		return fmt.Errorf("%d statements are of no closed cycle", len(pairs))
	}
	return nil
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

// allPaired says whether whoever owes in a cycle has a statement with whom it owes.
func allPaired(closed settlement.Close, lanes []settlement.Lane, opened []settlement.Obligation) error {
	for _, l := range lanes {
		for _, o := range l.Positions.List {
			if !slices.Contains(closed.Pairs, settlement.PairOf(o.Debtor, o.Creditor)) {
				return fmt.Errorf("cycle %s has no statement for %+v", closed.ID, o)
			}
		}
		for _, v := range l.Hidden.List {
			if !slices.Contains(closed.Pairs, settlement.PairOf(v.Debtor, v.Creditor)) {
				return fmt.Errorf("cycle %s has no statement for %+v", closed.ID, v)
			}
		}
	}
	for _, o := range opened {
		if !slices.Contains(closed.Pairs, settlement.PairOf(o.Debtor, o.Creditor)) {
			return fmt.Errorf("cycle %s has no statement for %+v", closed.ID, o)
		}
	}
	return nil
}

// checkFence walks the blocks: what was written of a cycle was written while it was open.
func checkFence(net *ledgersim.Network) error {
	open := ""
	for b := range net.Blocks() {
		for _, tx := range b.Txs {
			if !tx.Valid() {
				continue
			}
			var of []string // cycles of what it wrote
			for _, ns := range tx.Envelope.RWSet().Namespaces {
				if ns.Namespace != seal.Outer {
					continue
				}
				for _, wr := range ns.Writes {
					switch found, err := row.Read(wr.Key, wr.Value); {
					case err != nil:
					case found.Kind == "cycle":
						open = found.Row.(settlement.Cycle).ID
					case found.Kind == "obligations":
						of = append(of, found.Row.(settlement.Obligations).Cycle)
					case found.Kind == "positions" || found.Kind == "hidden":
						cycle, _, _ := strings.Cut(found.ID, "/")
						of = append(of, cycle)
					}
				}
			}
			for _, cycle := range of {
				if cycle != open {
					return fmt.Errorf("block %d writes what is owed in %s while %s is open", b.Number, cycle, open)
				}
			}
		}
	}
	return nil
}
