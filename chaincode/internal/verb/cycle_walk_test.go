package verb

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// inCycle is a command of D's, when the cycle "old" is in a state and "new" is open. D owes G 5 fen in old, and, if
// it isn't opened, a hidden sum; the payment of them stands where the cycle does.
func inCycle(state settlement.State, pair settlement.PairState, hidden bool) *call {
	c := callOf(ledger.New(shelf{}), party.Party{ID: "D", Roles: party.Acceptor}, 1)
	c.Cycle, c.At.Date = settlement.Cycle{ID: "new", Date: 9}, 9
	ledger.Put(c.Tx, row.Consortium(), party.Consortium{Operator: "G"})
	ledger.Put(c.Tx, row.Agreements(0), settlement.Founding())
	if state == 0 {
		return c
	}
	closed := settlement.Close{ID: "old", State: state, SignBy: 8, Parties: []string{"D", "G"}}
	if state >= settlement.Computed {
		closed.Pairs = [][2]string{{"D", "G"}}
		p := settlement.Pair{A: "D", B: "G", State: pair, Owed: []settlement.Position{{Debtor: "D",
			Creditor: "G", Count: 1, Fen: 5}}}
		if hidden {
			p.Hidden = []settlement.HiddenSum{{Position: settlement.HiddenPosition{Debtor: "D", Creditor: "G",
				Fee: amount.Rate{Den: 1}, Count: 1, Sum: pedersen.Public(pedersen.Whole(3))}}}
			p.Pending = 1
		}
		ledger.Put(c.Tx, row.Pair("old", "D", "G"), p)
	}
	if state >= settlement.Final {
		stands := map[settlement.State]settlement.PaymentState{settlement.Final: settlement.Due,
			settlement.Instructed: settlement.Sent, settlement.PartSettled: settlement.Sent,
			settlement.Settled: settlement.Paid, settlement.Failed: settlement.Bounced}
		closed.Payments = 1
		ledger.Put(c.Tx, row.Payment("old", 1), settlement.Payment{Cycle: "old", N: 1, Debtor: "D", Creditor: "D",
			Fen: 5, State: stands[state], Message: "m"})
	}
	if state == settlement.Settled {
		ledger.Put(c.Tx, row.Used("D", "was"), settlement.Used{Payment: "old-1", Fen: 5})
	}
	ledger.Put(c.Tx, row.Close("old"), closed)
	return c
}

// Every verb of a close, on a cycle in every state: open, which has no row, and the seven of a closed one.
func TestEveryVerbOnEveryCycle(t *testing.T) {
	const no, none = fault.WrongState, fault.NotFound
	sign := settlement.SignRequest{Cycle: "old", With: "G", Root: make([]byte, 32), Lines: 1, Owes: 5}
	open := settlement.OpenRequest{Cycle: "old", Debtor: "D", Creditor: "G", Fee: amount.Rate{Den: 1},
		Opening: pedersen.Known(pedersen.Whole(3))}
	advise := settlement.AdviseRequest{Cycle: "old", Payment: 1, Reference: "r", Fen: 5}
	taking := settlement.TakeBackRequest{Cycle: "old", Payment: 1, Receipt: "was", Reference: "r", Fen: 5,
		Evidence: make([]byte, 32)}
	instruct := settlement.InstructRequest{Cycle: "old", Payments: []uint32{1}, Message: "msg",
		Hash: make(codec.Hash, 32), Fen: 5, Execute: day(firstDay)}
	for _, c := range []struct {
		verb   string
		pair   settlement.PairState
		hidden bool
		do     func(*call) error
		// of OPEN, CUT_OFF, COMPUTED, FINAL, INSTRUCTED, PART_SETTLED, SETTLED, FAILED
		codes [8]fault.Code
	}{
		{"compute", settlement.Draft, false,
			func(c *call) error { return c.compute(settlement.ComputeRequest{Cycle: "old"}) },
			[8]fault.Code{none, "", no, no, no, no, no, no}},
		{"open", settlement.Draft, true, func(c *call) error { return c.openHidden(open) },
			[8]fault.Code{none, none, "", no, no, no, no, no}},
		{"sign", settlement.Draft, false, func(c *call) error { return c.signStatement(sign) },
			[8]fault.Code{none, none, "", no, no, no, no, no}},
		{"carry", settlement.Draft, false,
			func(c *call) error { return c.carryStatement(settlement.CarryRequest{Cycle: "old", A: "G", B: "D"}) },
			[8]fault.Code{none, none, "", no, no, no, no, no}},
		{"finalise", settlement.Agreed, false,
			func(c *call) error { return c.finalise(settlement.FinaliseRequest{Cycle: "old"}) },
			[8]fault.Code{none, no, "", no, no, no, no, no}},
		{"instruct", settlement.Agreed, false, func(c *call) error { return c.instruct(instruct) },
			[8]fault.Code{none, none, none, "", no, no, no, ""}},
		{"advise", settlement.Agreed, false, func(c *call) error { return c.advise(advise) },
			[8]fault.Code{none, none, none, "", "", "", no, ""}},
		{"take back", settlement.Agreed, false, func(c *call) error { return c.takeBack(taking) },
			[8]fault.Code{none, none, none, none, none, none, "", none}},
		{"bounce", settlement.Agreed, false,
			func(c *call) error { return c.bounce(settlement.BounceRequest{Cycle: "old", Payment: 1, Reason: "x"}) },
			[8]fault.Code{none, none, none, no, "", "", no, no}},
	} {
		for state, want := range c.codes {
			if err := c.do(inCycle(settlement.State(state), c.pair, c.hidden)); fault.CodeOf(err) != want {
				t.Errorf("%s, of a cycle that is %s: %v, want %q", c.verb, settlement.State(state), err, want)
			}
		}
	}
}
