package adversary

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/settlement"
)

// lost says whether a command of one party is lost when an attacker's are ordered between its endorsing and its ordering.
func (w *world) lost(who string, req command.Request, attacker string, own ...command.Request) bool {
	w.Helper()
	const lane = 9
	batch := command.Batch{Lane: lane, Seq: w.heads[fmt.Sprint(who, lane)] + 1, Commands: []command.Command{command.New("", req)}}
	env, err := w.net.Endorse(w.net.Propose(w.net.Identity(who, "client"), seal.Outer, []byte("batch:Run"), codec.Encode(batch)), endorsers(who)...)
	if err != nil {
		w.Fatalf("%s %s: %v", who, command.KindOf(req), err)
	}
	w.attack(attacker, 7, own...)
	w.net.Submit(env)
	if err := ledgersim.NewScheduler(w.net, 1, ledgersim.DefaultWeights).Drain(); err != nil {
		w.Fatal(err)
	}
	if w.net.Lookup("G", env.TxID).Code != peer.TxValidationCode_VALID {
		return true
	}
	w.heads[fmt.Sprint(who, lane)]++
	return false
}

// losses counts how often a command is lost to an attacker's that go on all day, in so many tries.
func (w *world) losses(tries int, who string, req command.Request, attacker string, own func(i int) []command.Request) (n int) {
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
		return []command.Request{settlement.SignRequest{Cycle: cycle, With: "M", Lines: 1, Owes: 40, Root: append(root[:31:31], byte(w.today))}}
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
