package node

import (
	"testing"

	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/index/indextest"
)

// TestWhatAPartyIsToGet: what is still to come in of cycles that were netted, and nothing of others'.
func TestWhatAPartyIsToGet(t *testing.T) {
	closed := func(id string, state settlement.State, n uint32) indextest.Entry {
		return indextest.Put(row.Close(id), settlement.Close{ID: id, Next: id + "x", State: state, Payments: n})
	}
	payment := func(cycle string, n uint32, creditor string, state settlement.PaymentState) indextest.Entry {
		return indextest.Put(row.Payment(cycle, n), settlement.Payment{Cycle: cycle, N: n, Debtor: "G", Creditor: creditor, Fen: 100, State: state})
	}
	r := indextest.ReadModel(t, []indextest.Entry{
		closed("a", settlement.Settled, 1), payment("a", 1, "S1", settlement.Paid),
		closed("b", settlement.PartSettled, 4), payment("b", 1, "S1", settlement.Paid), payment("b", 2, "S1", settlement.Sent), payment("b", 3, "D", settlement.Due),
		payment("b", 4, "S1", settlement.PartPaid), closed("c", settlement.Computed, 0),
	})
	list, err := toGet(r, "S1")
	if err != nil || len(list) != 2 || list[0].N != 2 || list[1].N != 4 {
		t.Errorf("%+v, %v", list, err)
	}
}
