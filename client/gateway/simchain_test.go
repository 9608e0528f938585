package gateway

import (
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/replay"
	"tallystick/chaincode/spend"
)

const (
	own       = "D" // the party of the tests
	today     = 20758
	lastDay   = today + 300
	programme = "P"   // its programme
	holder    = "hal" // a member of its, who has the lots that holds take from
	setting   = 31    // the lane in which the world is set up; gateways have others
)

// founded is the ledger that gateways write to, under the real rules: G's, with D and F
// beside it, each with a peer.
func founded(t *testing.T, seed uint64) *replay.Ledger {
	t.Helper()
	cfg := ledgersim.Config{
		Seed: seed, TimeWindow: -1,
		Orgs: []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: own, Peer: true}, {MSP: "F", Peer: true}},
	}
	l, err := replay.NewLedger(cfg, replay.Rules{Operator: "G", Test: true})
	if err != nil {
		t.Fatal(err)
	}
	roles := party.Issuer | party.Acceptor
	if err := l.Found("G", party.FoundRequest{
		Network: "test", En: "Group", Zh: "集团", Roles: roles, Cycle: "c", Date: today, Test: true,
	}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{own, "F"} {
		set(t, l, "G", party.RegisterRequest{Party: id, En: id, Zh: id, Roles: roles})
		if err := l.BeginPeer(id); err != nil {
			t.Fatal(err)
		}
	}
	set(t, l, own,
		points.OpenProgrammeRequest{Programme: programme, En: "P", Zh: "积分", Price: amount.Rate{Num: 1, Den: 1}},
		member.EnrolRequest{Member: holder})
	return l
}

// set runs commands that have to take effect, and answers their numbers.
func set(t *testing.T, l *replay.Ledger, who string, reqs ...command.Request) []number.Command {
	t.Helper()
	commands := make([]command.Command, len(reqs))
	for i, r := range reqs {
		commands[i] = command.New("", r)
	}
	receipts, refusals, err := l.Run(who, setting, commands...)
	if err != nil {
		t.Fatal(err)
	}
	numbers := make([]number.Command, len(reqs))
	for i, r := range receipts {
		if refusals[i] != nil {
			t.Fatalf("%s: %v", command.KindOf(reqs[i]), refusals[i])
		}
		numbers[i] = r.Number
	}
	return numbers
}

// holds places so many holds, each of a point of one lot: each release of one reads and
// rewrites the lot, and a gateway can't see it in the request.
func (s *simNet) holds(n int) (placed []number.Command) {
	lot := s.granted(1, amount.Units(n))[0]
	for range n {
		placed = append(placed, s.hold(spend.Take{Lot: lot, Amount: 1}))
	}
	return placed
}

// wideHolds places so many holds, each of as many lots of its own as there can be.
func (s *simNet) wideHolds(n int) (placed []number.Command) {
	for of := range slices.Chunk(s.granted(n*pieces, 1), pieces) {
		take := make([]spend.Take, pieces)
		for i, lot := range of {
			take[i] = spend.Take{Lot: lot, Amount: 1}
		}
		placed = append(placed, s.hold(take...))
	}
	return placed
}

func (s *simNet) hold(take ...spend.Take) number.Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return set(s.t, s.l, own, points.HoldRequest{Member: holder, Pieces: take, Deadline: s.n.Now().Unix() + 600})[0]
}

// granted gives the holder so many lots of an amount.
func (s *simNet) granted(lots int, each amount.Units) (list []number.Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	grant := points.Grant{Member: holder, Amount: each, Expires: lastDay}
	for len(list) < lots {
		req := points.IssueRequest{
			Programme: programme, Grants: slices.Repeat([]points.Grant{grant}, min(lots-len(list), points.MaxLots)),
		}
		made := set(s.t, s.l, own, req)[0]
		for i := range req.Grants {
			list = append(list, made.Row(i))
		}
	}
	return list
}

// release gives a hold's points back.
func release(hold number.Command) points.ReleaseRequest {
	return points.ReleaseRequest{Hold: hold, Reason: "not-wanted"}
}
