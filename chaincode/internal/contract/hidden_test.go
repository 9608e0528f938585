package contract

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/run"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/internal/verb"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/party"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// delivers is the chaincode with one function more, which notes a hidden supply as a
// delivery does: deliver PARTY LANE DEBTOR CREDITOR.
type delivers struct {
	shim.Chaincode
	sum pedersen.Sum
}

func (d delivers) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	args := stub.GetStringArgs()
	if args[0] != "deliver" {
		return d.Chaincode.Invoke(stub)
	}
	var lane uint8
	if _, err := fmt.Sscan(args[2], &lane); err != nil {
		return shim.Error(err.Error())
	}
	c := &run.Call{Run: &run.Run{Tx: ledger.New(stub), Cycle: settlement.Cycle{ID: "2026-11"},
		Caller: party.Party{ID: args[1]}, Lane: lane}}
	for range 2 { // of one batch
		owe := settlement.HiddenOwe{Debtor: args[3], Creditor: args[4],
			Fee: amount.Rate{Num: 1, Den: 100}, Count: 1, Sum: d.sum}
		if err := verb.OweHidden(c, owe); err != nil {
			return shim.Error(err.Error())
		}
	}
	if err := c.Tx.Flush(); err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(nil)
}

// What lanes count of hidden supply in rows of their own is answered as one sum,
// which the openings open.
func TestHiddenSumsOverLanes(t *testing.T) {
	unit := pedersen.Opening{Value: pedersen.Whole(780 * settlement.PerFen),
		Salt: append(pedersen.Salt{7}, make([]byte, pedersen.Size-1)...)}
	commitment, err := unit.Commit()
	if err != nil {
		t.Fatal(err)
	}
	sum, err := commitment.Times(3)
	if err != nil {
		t.Fatal(err)
	}
	w := founded(t, 1)
	w.deliver(t, sum, "D 1 D S1", "D 2 D S1", "D 1 D S1", "G 1 G S2", "D 1 S1 D", "G 1 G G")
	answer, err := w.net.Evaluate(w.client("A"), "G", seal.Outer, ledgersim.Args("query:HiddenPositions", "2026-11")...)
	if err != nil {
		t.Fatal(err)
	}
	var got []settlement.HiddenPosition
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatal(err)
	}
	want := []struct {
		debtor, creditor string
		count            uint64
	}{{"D", "S1", 6}, {"G", "S2", 2}, {"S1", "D", 2}}
	if len(got) != len(want) {
		t.Fatalf("%s", answer)
	}
	for i, p := range got {
		all, err := unit.Times(3 * want[i].count)
		if err != nil {
			t.Fatal(err)
		}
		fen, _, err := p.Open(all)
		if err != nil || p.Debtor != want[i].debtor || p.Creditor != want[i].creditor || p.Count != want[i].count ||
			fen != amount.Units(780*3*p.Count) {
			t.Errorf("%+v: %d fen, %v", p, fen, err)
		}
	}
	for cycle, want := range map[string]string{"2026-12": "[]", "a/b": "BAD_REQUEST"} {
		answer, err := w.net.Evaluate(w.client("A"), "G", seal.Outer, ledgersim.Args("query:HiddenPositions", cycle)...)
		if string(answer) != want && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %s, %v", cycle, answer, err)
		}
	}
}

// deliver has parties' lanes note hidden supply, a transaction each of two
// deliveries. Each is a lane's row in the cycle.
func (w *world) deliver(t *testing.T, sum pedersen.Sum, calls ...string) {
	t.Helper()
	chaincode, err := tally()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range w.net.Peers() {
		w.net.Install(p, seal.Outer, delivers{chaincode, sum})
	}
	for _, args := range calls {
		tx, err := w.call("G", "deliver", strings.Fields(args)...)
		if err != nil || !tx.Valid() {
			t.Fatalf("%s: %v", args, err)
		}
		at := strings.Fields(args)
		key := fmt.Sprintf("ov/2026-11/%s/0%s", at[0], at[1])
		if found, err := row.Read(key, w.net.Get("G", seal.Outer, key)); err != nil || found.Kind != "hidden" {
			t.Fatalf("%s: %+v, %v", key, found, err)
		}
	}
}
