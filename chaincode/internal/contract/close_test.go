package contract

import (
	"bytes"
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// counter is a world in which D issues points that M takes: li has a lot of 100 of each
// programme, and M, its home, holds of them.
type counter struct {
	*world
	lots map[string]number.Row
}

func newCounter(t fataler, programmes ...string) *counter {
	s := &counter{founded(t, 3), map[string]number.Row{}}
	for _, p := range programmes {
		s.must(t, "D", points.OpenProgrammeRequest{Programme: p, En: p, Zh: p,
			Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
		s.lots[p] = s.must(t, "D", points.IssueRequest{Programme: p,
			Grants: []points.Grant{{Member: "li", Amount: 100, Expires: day(firstDay) + 300}}}).Row(0)
	}
	return s
}

func (s *counter) hold(n amount.Units, programmes ...string) points.HoldRequest {
	req := points.HoldRequest{Member: "li", Deadline: s.net.Now().Unix() + 3600}
	for _, p := range programmes {
		req.Pieces = append(req.Pieces, spend.Take{Lot: s.lots[p], Amount: n})
	}
	return req
}

// agreed makes a model between D and M that counts from tomorrow, and lets tomorrow come.
func (s *counter) agreed(t fataler, req settlement.ProposeRequest) {
	req.Model, req.Scope.Issuer, req.Scope.Acceptor, req.From = "m", "D", "M", day(firstDay)+1
	s.must(t, "D", req)
	s.consent(t, "M", "D", "m")
	s.advance(t, 1)
}

func cutTo(next string) settlement.CutOffRequest {
	return settlement.CutOffRequest{Cycle: "2026-11", Next: next}
}

// A batch that owes can't cut off behind it; what follows on a cut-off is of the next cycle. G takes D's points
// here, so that the operator's own batch owes.
func TestOneBatchOwesInOneCycle(t *testing.T) {
	s := newCounter(t, "DP")
	authorisation := s.authorise(t, "li", "G", "DP", 90)
	hold := s.hold(40, "DP")
	hold.Authorisation = authorisation
	held := s.must(t, "G", hold)
	capture := points.CaptureRequest{Hold: held, Amount: 3}
	_, refusals := s.run(t, "G", capture, cutTo("2026-12"), capture)
	if refusals[0] != nil || fault.CodeOf(refusals[1]) != fault.WrongState || refusals[2] != nil {
		t.Fatalf("%v", refusals)
	}
	tooMuch := points.CaptureRequest{Hold: held, Amount: 99}
	receipts, refusals := s.run(t, "G", tooMuch, cutTo("2026-12"), capture)
	if fault.CodeOf(refusals[0]) != fault.Insufficient || refusals[1] != nil || refusals[2] != nil ||
		receipts[2].Cycle != "2026-12" {
		t.Fatalf("%+v, %v", receipts, refusals)
	}
	in := map[string]amount.Units{}
	for _, r := range booksOf(s.net).Owed() {
		for _, o := range r.List {
			in[o.In(r.Cycle)] += o.Fen
		}
	}
	if in["2026-11"] != 6 || in["2026-12"] != 3 || len(in) != 2 {
		t.Errorf("%v", in)
	}
	if err := checkBooks(s.net); err != nil {
		t.Error(err)
	}
}

// A cut-off, a new date or other roles that are refused with their group leave the rest of the
// batch where it was.
func TestARefusedGroupLeavesCycleDateAndCaller(t *testing.T) {
	s := newCounter(t, "DP")
	linked := func(reqs ...command.Request) (list []command.Command) {
		for i, r := range reqs {
			c := command.New("", r)
			c.Linked = i < len(reqs)-1
			list = append(list, c)
		}
		return list
	}
	no := settlement.ComputeRequest{Cycle: "none"}
	capture := func() command.Request {
		hold := s.hold(4, "DP")
		hold.Authorisation = s.authorise(t, "li", "G", "DP", 4)
		return points.CaptureRequest{Hold: s.must(t, "G", hold), Amount: 4}
	}
	for name, group := range map[string][]command.Command{
		"cut-off": linked(cutTo("2026-12"), no),
		"date":    linked(settlement.AdvanceRequest{Date: day(firstDay) + 7}, no),
		"caller":  linked(party.AmendRequest{Party: "G", Roles: party.Issuer}, no),
	} {
		batch := command.Batch{Commands: append(group, command.New("", capture()))}
		receipts, refusals, err := s.send(t, "G", batch)
		if err != nil || fault.CodeOf(refusals[0]) != fault.Linked ||
			fault.CodeOf(refusals[1]) != fault.NotFound || refusals[2] != nil {
			t.Fatalf("%s: %v, %v", name, refusals, err)
		}
		if receipts[2].Cycle != "2026-11" || receipts[2].Date != day(firstDay) {
			t.Errorf("%s: %+v", name, receipts[2])
		}
		if err := checkBooks(s.net); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, r := range booksOf(s.net).Owed() {
		if r.Cycle != "2026-11" {
			t.Errorf("%+v", r)
		}
	}
}

// Of two programmes one is settled with a cap: what the other gives back isn't its.
func TestACapIsGivenBackWhatItWasDrawnFor(t *testing.T) {
	s := newCounter(t, "DP", "EP")
	s.agreed(t, settlement.ProposeRequest{Scope: settlement.Scope{Programme: "DP"}, Terms: settlement.Terms{Cap: 60}})
	for _, c := range []struct {
		req  points.HoldRequest
		code fault.Code
		used amount.Units
	}{
		{s.hold(20, "DP", "EP"), "", 20},
		{s.hold(20, "EP"), "", 20},
		{s.hold(41, "DP"), fault.NetDebitCap, 20},
		{s.hold(40, "DP"), "", 60},
		{s.hold(1, "DP"), fault.NetDebitCap, 60},
	} {
		if _, refusals := s.run(t, "M", c.req); fault.CodeOf(refusals[0]) != c.code {
			t.Errorf("%+v: %v, want %q", c.req.Pieces, refusals[0], c.code)
		}
		if used := drawn(s.world, "2026-11.D.M"); used != c.used {
			t.Errorf("%+v: %d are used, want %d", c.req.Pieces, used, c.used)
		}
	}
	for _, f := range rowsOf(s.net, "G", "hold") {
		n, _ := number.ParseCommand(f.ID)
		s.must(t, "M", points.ReleaseRequest{Hold: n, Reason: "x"})
	}
	if used := drawn(s.world, "2026-11.D.M"); used != 0 {
		t.Errorf("%d are used when all is given back", used)
	}
}

// After a cut-off lanes meet ever more rarely at a cap because of what they held before it.
func TestMovedCapsAreLeased(t *testing.T) {
	s := newCounter(t, "DP")
	s.must(t, "G", party.AmendRequest{Party: "D", Roles: party.Issuer, Debit: 10_000})
	held := s.must(t, "M", s.hold(90, "DP"))
	s.must(t, "G", cutTo("2026-12"))
	grown := 0
	for range 9 {
		before := s.net.Get("G", seal.Outer, string(row.Quota(quota.Debit, "2026-12.D")))
		s.must(t, "M", points.CaptureRequest{Hold: held, Amount: 10})
		if !bytes.Equal(before, s.net.Get("G", seal.Outer, string(row.Quota(quota.Debit, "2026-12.D")))) {
			grown++
		}
	}
	if grown != 3 { // leased are 20, 60 and 140
		t.Errorf("%d of 9 captures wrote the row that all lanes share", grown)
	}
}

// The same commands, in other lanes, batches and orders of the parties, make the same statements.
func TestOrderOfCommandsMakesNoDifference(t *testing.T) {
	play := func(seed, parts int) (pairs [][]byte, root codec.Hash) {
		s := newCounter(t, "DP")
		s.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "P", Zh: "P",
			Price: amount.Rate{Num: 1, Den: 2}})
		s.lots["GP"] = s.must(t, "G", points.IssueRequest{Programme: "GP",
			Grants: []points.Grant{{Member: "li", Amount: 99, Expires: day(firstDay) + 300}}}).Row(0)
		s.agreed(t, settlement.ProposeRequest{Terms: settlement.Terms{Price: amount.Rate{Num: 2, Den: 3},
			Fee: amount.Rate{Num: 1, Den: 7}}})
		holds := map[string][]command.Request{}
		for i, at := range []string{"M", "D", "M", "D", "M", "M"} {
			req := s.hold(amount.Units(5+i), []string{"GP", "DP", "DP", "GP", "GP", "DP"}[i])
			if at == "D" {
				req.Authorisation = s.authorise(t, "li", "D", []string{"GP", "DP", "DP", "GP"}[i], 50)
			}
			n := s.must(t, at, req)
			holds[at] = append(holds[at], points.CaptureRequest{Hold: n, Amount: amount.Units(4 + i)})
		}
		order := []string{"D", "M"}
		if seed%2 == 1 {
			slices.Reverse(order)
		}
		for i, at := range order {
			list := holds[at]
			if seed%3 == 1 {
				slices.Reverse(list)
			}
			seqs := map[uint8]uint64{}
			for j, chunk := range slices.Collect(slices.Chunk(list, parts)) {
				batch := command.Batch{Lane: uint8(2 + (seed+i+j)%3)}
				seqs[batch.Lane]++
				batch.Seq = seqs[batch.Lane]
				for _, r := range chunk {
					batch.Commands = append(batch.Commands, command.New("", r))
				}
				if _, refusals, err := s.send(t, at, batch); err != nil ||
					slices.ContainsFunc(refusals, func(e error) bool { return e != nil }) {
					t.Fatal(refusals, err)
				}
			}
		}
		s.must(t, "G", cutTo("2026-12"), settlement.ComputeRequest{Cycle: "2026-11"})
		closed := rowsOf(s.net, "G", "close")[0].Row.(settlement.Close)
		for _, f := range rowsOf(s.net, "G", "pair") {
			p := f.Row.(settlement.Pair)
			a, _ := p.Owes(p.A)
			b, _ := p.Owes(p.B)
			// lanes leave other fractions
			pairs = append(pairs, codec.Encode([]any{p.A, p.B, a, b,
				p.Count() - uint64(min(1, p.Rounded.A)+min(1, p.Rounded.B))}))
		}
		if err := checkBooks(s.net); err != nil {
			t.Fatal(err)
		}
		return pairs, closed.Root
	}
	pairs, root := play(0, 9)
	if again, same := play(0, 9); !bytes.Equal(root, same) || !slices.EqualFunc(pairs, again, bytes.Equal) {
		t.Error("the same lanes and batches make another root")
	}
	for seed := range 6 {
		for _, parts := range []int{1, 2} {
			again, other := play(seed, parts)
			if !slices.EqualFunc(pairs, again, bytes.Equal) {
				t.Errorf("seed %d, batches of %d: other statements", seed, parts)
			}
			if seed%3 != 0 && bytes.Equal(root, other) {
				t.Errorf("seed %d, batches of %d: the same root of other lanes", seed, parts)
			}
		}
	}
}

// What was endorsed before a cut-off and held back dies when it comes after it, whatever it is, and nothing
// that was in flight kept the cut-off from landing.
func TestWhatWasEndorsedBeforeACutOffDies(t *testing.T) {
	s := newCounter(t, "DP")
	held := s.must(t, "M", s.hold(40, "DP"))
	endorsed := func(msp string, reqs ...command.Request) *ledgersim.Envelope {
		batch := command.Batch{Lane: 2, Seq: 1}
		for _, r := range reqs {
			batch.Commands = append(batch.Commands, command.New("", r))
		}
		env, err := s.net.Endorse(s.net.Propose(s.client(msp), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
			endorsers(msp)...)
		if err != nil {
			t.Fatal(err)
		}
		return env
	}
	late := []*ledgersim.Envelope{
		endorsed("M", points.CaptureRequest{Hold: held, Amount: 7}),
		endorsed("D", points.IssueRequest{Programme: "DP",
			Grants: []points.Grant{{Member: "li", Amount: 5, Expires: day(firstDay) + 9}}}),
		endorsed("F", settlement.ComputeRequest{Cycle: "none"}), // it was refused, and died with its batch
		endorsed("G", cutTo("another")),
	}
	s.must(t, "G", cutTo("2026-12"))
	for _, env := range late {
		s.net.Submit(env)
	}
	if err := ledgersim.NewScheduler(s.net, 1, ledgersim.DefaultWeights).Drain(); err != nil {
		t.Fatal(err)
	}
	for i, env := range late {
		if tx := s.net.Lookup("G", env.TxID); tx == nil || tx.Code != peer.TxValidationCode_MVCC_READ_CONFLICT {
			t.Errorf("envelope %d is %+v", i, tx)
		}
	}
	if err := checkFence(s.net); err != nil {
		t.Error(err)
	}
	if len(rowsOf(s.net, "G", "close")) != 1 || len(rowsOf(s.net, "G", "obligations")) != 0 {
		t.Error("something landed")
	}
}

// A use of a benefit that points pay for is settled by the model of its day; its reversal, and a refund, by the same,
// whatever is agreed meanwhile. Who pays the fee is given it back.
func TestWhatIsGivenBackIsSettledAsItWas(t *testing.T) {
	for _, payer := range []settlement.Payer{settlement.AcceptorPays, settlement.IssuerPays} {
		s := newCounter(t, "DP")
		s.agreed(t, settlement.ProposeRequest{Terms: settlement.Terms{Price: amount.Rate{Num: 2, Den: 1},
			Fee: amount.Rate{Num: 1, Den: 10}, Payer: payer}})
		s.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) {
			r.Points, r.Window = []benefit.Cost{{Programme: "DP", Amount: 20}}, 9
		}))
		bought := s.must(t, "M", benefit.BuyRequest{Benefit: "ride", Member: "li",
			Pieces: []spend.Take{{Lot: s.lots["DP"], Amount: 20}}})
		used := s.must(t, "M", benefit.WriteOffRequest{Entitlement: bought.Row(0)})
		held := s.must(t, "M", s.hold(30, "DP"))
		captured := s.must(t, "M", points.CaptureRequest{Hold: held, Amount: 30})
		s.must(t, "D", settlement.ProposeRequest{Model: "m", Scope: settlement.Scope{Issuer: "D", Acceptor: "M"},
			Terms: settlement.Terms{Price: amount.Rate{Num: 5, Den: 1}}, From: day(firstDay) + 2})
		s.consent(t, "M", "D", "m")
		s.advance(t, 2)
		s.must(t, "G", cutTo("2026-12"))
		reversed := s.must(t, "M", benefit.ReverseRequest{WriteOff: used, Reason: "x"})
		refunded := s.must(t, "M", points.RefundRequest{Hold: held, Capture: captured, Amount: 30, Reason: "x"})
		pays := map[settlement.Payer]string{settlement.AcceptorPays: "M", settlement.IssuerPays: "D"}[payer]
		old, now := "2026-11", "2026-12"
		lines{
			{old, used, settlement.Redemption, "travel", "D", "M", "DP", 20, 40, 1, 0, 0},
			{old, used, settlement.Fee, "travel", pays, "G", "", 0, 4, 1, 0, 0},
			{old, captured, settlement.Redemption, "", "D", "M", "DP", 30, 60, 1, 0, 0},
			{old, captured, settlement.Fee, "", pays, "G", "", 0, 6, 1, 0, 0},
			{now, reversed, settlement.Refund, "travel", "M", "D", "DP", 20, 40, 1, 0, 0},
			{now, reversed, settlement.FeeBack, "travel", "G", pays, "", 0, 4, 1, 0, 0},
			{now, refunded, settlement.Refund, "", "M", "D", "DP", 30, 60, 1, 0, 0},
			{now, refunded, settlement.FeeBack, "", "G", pays, "", 0, 6, 1, 0, 0},
		}.compare(t, s.world)
		if err := checkBooks(s.net); err != nil {
			t.Error(err)
		}
	}
}
