package adversary

import (
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// keysRead are the keys that endorsing a batch of a party's read, by a prefix.
func (w *world) keysRead(who, prefix string, reqs ...command.Request) (keys []string) {
	w.Helper()
	const lane = 11
	batch := command.Batch{Lane: lane, Seq: w.net.Seq(who, lane) + 1}
	for _, r := range reqs {
		batch.Commands = append(batch.Commands, command.New("", r))
	}
	env, err := w.net.Endorse(
		w.net.Propose(w.net.Identity(who, "client"), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
		w.net.Endorsers(who)...)
	if err != nil {
		w.Fatal(err)
	}
	for _, r := range env.RWSet().Namespace(seal.Outer).Reads {
		if strings.HasPrefix(r.Key, prefix) {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

// A row of obligations is as large as a batch can make it: 400 KB. The auditor, who may dispute nothing, names ten
// thousand of them in one batch; so does F of a statement that isn't its own. No endorser reads them.
func TestWhoIsNoSideMakesNobodyReadLines(t *testing.T) {
	w := found(t)
	w.open("D")
	_, capture := w.redeem("li", w.issue("D", "li", 100), 40)
	cycle := w.cycle().ID
	w.must("G", settlement.CutOffRequest{Cycle: cycle, Next: "n"})
	w.must("M", settlement.ComputeRequest{Cycle: cycle})
	own := string(row.Obligations(capture.Party, capture.Lane, capture.Seq))
	prefix := own[:strings.Index(own, capture.Party)]
	raise := settlement.RaiseRequest{Cycle: cycle, With: "D", Reason: "x", Evidence: make(codec.Hash, 32)}
	for i := range settlement.MaxDisputed {
		raise.Lines = append(raise.Lines, number.Row{
			Command: number.Command{Party: "M", Lane: 1, Seq: capture.Seq + uint64(i)},
		})
	}
	for _, who := range []string{"A", "F"} {
		if keys := w.keysRead(who, prefix, raise); len(keys) > 0 {
			t.Errorf("%s had endorsers read %d rows of obligations", who, len(keys))
		}
	}
	w.pass(9)
	if keys := w.keysRead("M", prefix, raise); len(keys) > 0 {
		t.Errorf("M had endorsers read %d rows of obligations after the days to dispute", len(keys))
	}
}

// What an auditor may not send reads nothing, however many rows it names.
func TestWhatNobodyMaySendReadsNothing(t *testing.T) {
	w := found(t)
	w.open("D")
	lot := w.issue("D", "li", 100)
	if keys := w.keysRead("A", string(row.Lot(lot)),
		points.HoldRequest{Member: "li", Pieces: take(lot, 1), Deadline: w.soon(60)}); len(keys) > 0 {
		t.Errorf("the auditor had endorsers read %q", keys)
	}
}

// In a consortium of as many parties as there may be, an issuer's programme can still be counted anew, and a cycle
// closed.
func TestAProgrammeIsCountedAnewAmongAllPartiesThatThereMayBe(t *testing.T) {
	w := found(t)
	var all []command.Request
	for i := len(parties); i < party.MaxParties; i++ {
		id := fmt.Sprintf("X%d", i)
		all = append(all, party.RegisterRequest{Party: id, En: id, Zh: id, Roles: party.Supplier})
	}
	if _, refusals := w.batch("G", 1, all...); refusals[len(refusals)-1] != nil {
		t.Fatal(refusals[len(refusals)-1])
	}
	w.must("G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Liability: 150})
	w.open("D")
	lot := w.issue("D", "li", 100)
	w.redeem("li", lot, 100)
	w.must("D", points.RelieveRequest{Programme: "DP"})
	w.issue("D", "li", 100)
	if c := w.close(); c.State < settlement.Final {
		t.Errorf("the cycle is %s", c.State)
	}
}

// D's points are worth as much as can be. It gives one to its own member before it has a cap, and takes and refunds it
// until the sum of what that drew passes what 64 bits hold.
func TestALiabilityCapIsNotWrapped(t *testing.T) {
	w := found(t)
	w.must("D", points.OpenProgrammeRequest{
		Programme: "BIG", En: "x", Zh: "x", Price: amount.Rate{Num: amount.Max, Den: 1},
	})
	w.open("D")
	lot := w.must("D", points.IssueRequest{
		Programme: "BIG", Grants: []points.Grant{{Member: "wang", Amount: 1, Expires: w.today + 300}},
	}).Row(0)
	w.must("G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Liability: 1000})
	for range 8 {
		var reqs []command.Request
		seq := w.net.Seq("D", 3) + 1
		for i := uint16(0); i < 450; i += 3 {
			hold := number.Command{Party: "D", Lane: 3, Seq: seq, Index: i}
			capture := hold
			capture.Index++
			reqs = append(reqs, points.HoldRequest{Member: "wang", Pieces: take(lot, 1), Deadline: w.soon(60)},
				points.CaptureRequest{Hold: hold, Amount: 1},
				points.RefundRequest{Hold: hold, Capture: capture, Amount: 1, Reason: "x"})
		}
		if _, refusals := w.batch("D", 3, reqs...); refusals[0] != nil || refusals[1] != nil || refusals[2] != nil {
			t.Fatal(refusals[:3])
		}
	}
	w.refused("D", points.IssueRequest{
		Programme: "DP", Grants: []points.Grant{{Member: "wang", Amount: 5000, Expires: w.today + 300}},
	})
}
