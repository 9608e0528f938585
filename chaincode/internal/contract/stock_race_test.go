package contract

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/seal"
)

// inFlight endorses requests of a party as first batches of lanes 2, 3 …, all against
// the ledger as it is, orders them in one block and answers what became of each.
func (w *world) inFlight(t fataler, msp string, requests ...command.Request) []peer.TxValidationCode {
	t.Helper()
	var ids []string
	for i, req := range requests {
		batch := command.Batch{Lane: uint8(i + 2), Seq: 1, Commands: []command.Command{command.New("", req)}}
		env, err := w.net.Endorse(w.net.Propose(w.client(msp), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
			endorsers(msp)...)
		if err != nil {
			t.Fatal(err)
		}
		w.net.Submit(env)
		ids = append(ids, env.TxID)
	}
	if _, err := w.net.Cut(0); err != nil {
		t.Fatal(err)
	}
	w.net.DeliverAll()
	codes := make([]peer.TxValidationCode, len(ids))
	for i, id := range ids {
		codes[i] = w.net.Lookup("G", id).Code
	}
	return codes
}

// Four lanes want the last three units at once, one each: one of them gets through, the
// others try again, and the fourth is refused.
func TestLanesRaceForTheLastUnits(t *testing.T) {
	w := withCatalogue(t, 6)
	w.must(t, "S1", goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: 3})
	orders := []command.Request{w.order(t, "p2", 1), w.order(t, "p3", 1), w.order(t, "p4", 1), w.order(t, "p5", 1)}
	codes := w.inFlight(t, "D", orders...)
	for i, want := range []peer.TxValidationCode{peer.TxValidationCode_VALID, peer.TxValidationCode_MVCC_READ_CONFLICT,
		peer.TxValidationCode_MVCC_READ_CONFLICT, peer.TxValidationCode_MVCC_READ_CONFLICT} {
		if codes[i] != want {
			t.Errorf("lane %d: %s", i+2, codes[i])
		}
	}
	var got []fault.Code
	for lane := uint8(3); lane <= 5; lane++ {
		_, refusals, err := w.send(t, "D", command.Batch{Lane: lane, Seq: 1,
			Commands: []command.Command{command.New("", orders[lane-2])}})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fault.CodeOf(refusals[0]))
	}
	if got[0] != "" || got[1] != "" || got[2] != fault.OutOfStock {
		t.Errorf("tried again: %v", got)
	}
	if n := len(rowsOf(w.net, "G", "order")); n != 3 {
		t.Errorf("%d orders of 3 units", n)
	}
}

// Once each lane has its shard, all of them sell at once and none harms another.
func TestLanesSellWithoutConflict(t *testing.T) {
	w := withCatalogue(t, 6)
	w.must(t, "S1", goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: 50, Lanes: 5})
	for i, code := range w.inFlight(t, "D", w.order(t, "p2", 2), w.order(t, "p3", 2),
		w.order(t, "p4", 2), w.order(t, "p5", 2)) {
		if code != peer.TxValidationCode_VALID {
			t.Errorf("lane %d: %s", i+2, code)
		}
	}
}
