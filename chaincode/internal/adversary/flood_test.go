package adversary

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// lost says whether a command of one party is lost when an attacker's are ordered between its endorsing and its
// ordering.
func (w *world) lost(who string, req command.Request, attacker string, own ...command.Request) bool {
	w.Helper()
	const lane = 9
	batch := command.Batch{Lane: lane, Seq: w.net.Seq(who, lane) + 1, Commands: []command.Command{command.New("", req)}}
	env, err := w.net.Endorse(
		w.net.Propose(w.net.Identity(who, "client"), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
		w.net.Endorsers(who)...)
	if err != nil {
		w.Fatalf("%s %s: %v", who, command.KindOf(req), err)
	}
	w.attack(attacker, 7, own...)
	w.net.Submit(env)
	if err := ledgersim.NewScheduler(w.net.Network, 1, ledgersim.DefaultWeights).Drain(); err != nil {
		w.Fatal(err)
	}
	if w.net.Lookup("G", env.TxID).Code != peer.TxValidationCode_VALID {
		return true
	}
	w.net.Moved(who, lane)
	return false
}

// losses counts how often a command is lost to an attacker's that go on all day, in so many tries.
func (w *world) losses(tries int, who string, req command.Request, attacker string,
	own func(i int) []command.Request) (n int) {
	w.Helper()
	for i := range tries {
		if !w.lost(who, req, attacker, own(i)...) {
			break
		}
		n++
	}
	return n
}

// D signs another root in every block, before M's claim, and before the netting of a cycle that M has claimed.
func TestWhoSignsWithoutEndKeepsNobodyFromClaimingOrNetting(t *testing.T) {
	w := found(t)
	w.open("D")
	w.redeem("li", w.issue("D", "li", 100), 40)
	cycle := w.cycle().ID
	w.must("G", settlement.CutOffRequest{Cycle: cycle, Next: "n"})
	w.must("M", settlement.ComputeRequest{Cycle: cycle})
	w.must("M", settlement.SignRequest{Cycle: cycle, With: "D", Lines: 1, Owed: 40, Root: bytes.Repeat([]byte{1}, 32)})
	nonsense := func(i int) []command.Request {
		root := bytes.Repeat([]byte{byte(7 + i)}, 32)
		return []command.Request{settlement.SignRequest{
			Cycle: cycle, With: "M", Lines: 1, Owes: 40, Root: append(root[:31:31], byte(w.today)),
		}}
	}
	const tries = 6
	if n := w.losses(tries, "M", settlement.ClaimRequest{Cycle: cycle, With: "D"}, "D", nonsense); n > 1 {
		t.Errorf("M's claim was lost %d times", n)
	}
	w.pass(5)
	if n := w.losses(tries, "S2", settlement.FinaliseRequest{Cycle: cycle}, "D", nonsense); n > 1 {
		t.Errorf("netting was lost %d times", n)
	}
	if c := w.closed(cycle); c.State != settlement.Final {
		t.Errorf("the cycle is %s", c.State)
	}
}

// D changes the rules of its programme in every block, so that nobody could redeem its points until they expire.
func TestWhoChangesRulesWithoutEndKeepsNobodyFromSpending(t *testing.T) {
	w := found(t)
	w.open("D")
	hold := points.HoldRequest{Member: "li", Pieces: take(w.issue("D", "li", 100), 1), Deadline: w.soon(3600)}
	n := w.losses(points.MaxChanges+9, "M", hold, "D", func(i int) []command.Request {
		if i%2 == 0 {
			return []command.Request{points.SetRulesRequest{Programme: "DP", Rules: points.Rules{Grace: uint16(i)}}}
		}
		return []command.Request{points.SetProgrammeRequest{Programme: "DP", State: points.SuspendedIssue, Reason: "x"},
			points.SetProgrammeRequest{Programme: "DP", State: points.OpenToIssue, Reason: "x"}}
	})
	if n > points.MaxChanges {
		t.Errorf("M's hold was lost %d times", n)
	}
	w.pass(1)
	w.must("D", points.SetProgrammeRequest{Programme: "DP", State: points.OpenToIssue, Reason: "x"})
	for range points.MaxChanges {
		w.attack("D", 7, points.SetRulesRequest{Programme: "DP"})
	}
	w.must("G", points.SetProgrammeRequest{
		Programme: "DP", State: points.SuspendedIssue, Reason: "x",
	}) // D can't use up the operator's word
}

// D tells its bank of its payment to M and takes it back in every block; G, which pays S1 in the same cycle, can
// settle.
func TestWhoInstructsWithoutEndKeepsNobodyFromPaying(t *testing.T) {
	w := found(t)
	w.open("D")
	w.open("G")
	w.redeem("li", w.issue("D", "li", 100), 40)
	w.redeem("li", w.issue("G", "li", 100), 60)
	cycle := w.cycle().ID
	w.must("G", settlement.CutOffRequest{Cycle: cycle, Next: "n"})
	w.must("M", settlement.ComputeRequest{Cycle: cycle})
	root := bytes.Repeat([]byte{1}, 32)
	for debtor, fen := range map[string]amount.Units{"D": 40, "G": 60} {
		w.must("M", settlement.SignRequest{Cycle: cycle, With: debtor, Lines: 1, Owed: fen, Root: root})
		w.must(debtor, settlement.SignRequest{Cycle: cycle, With: "M", Lines: 1, Owes: fen, Root: root})
	}
	w.must("M", settlement.FinaliseRequest{Cycle: cycle})
	paid := func(debtor string) uint32 {
		for _, p := range rows[settlement.Payment](w, "payment") {
			if p.Debtor == debtor {
				return p.N
			}
		}
		t.Fatalf("%s pays nothing", debtor)
		return 0
	}
	tell := func(n uint32, fen amount.Units) settlement.InstructRequest {
		return settlement.InstructRequest{
			Cycle: cycle, Payments: []uint32{n}, Message: fmt.Sprint("m", n), Hash: root, Fen: fen, Execute: w.today,
		}
	}
	mine := paid("D")
	n := w.losses(2*settlement.MaxTries+4, "G", tell(paid("G"), 60), "D", func(int) []command.Request {
		return []command.Request{tell(mine, 40), settlement.BounceRequest{Cycle: cycle, Payment: mine, Reason: "x"}}
	})
	if n > settlement.MaxTries {
		t.Errorf("G's instruction was lost %d times", n)
	}
	// M takes D's forty fen one by one.
	n = w.losses(20, "G", settlement.BounceRequest{
		Cycle: cycle, Payment: paid("G"), Reason: "x",
	}, "M", func(i int) []command.Request {
		return []command.Request{settlement.AdviseRequest{
			Cycle: cycle, Payment: mine, Reference: fmt.Sprint("r", i), Fen: 1, Booked: w.today,
		}}
	})
	if n > 1 {
		t.Errorf("G's word was lost %d times to parts of D's payment", n)
	}
}
