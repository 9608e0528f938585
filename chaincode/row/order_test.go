package row

import (
	"strings"
	"testing"

	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
)

// Rows of orders read back by their key; orders and returns lie beside those of the
// same batch and are covered by its lane's head.
func TestOrderRowsReadBack(t *testing.T) {
	n := number.Command{Party: "D", Lane: 3, Seq: 42, Index: 17}
	for key, want := range map[string]struct {
		kind, id string
		value    []byte
		sealed   bool
	}{
		string(Order(n)):           {"order", n.String(), Encode(goods.Order{}), true},
		string(Return(n)):          {"return", n.String(), Encode(goods.Return{}), true},
		string(Paid("D", "pos-1")): {"payment used", "D/pos-1", Encode(goods.Paid{Order: n}), false},
	} {
		if found, err := Read(key, want.value); err != nil || found.Kind != want.kind || found.ID != want.id {
			t.Errorf("%s: %+v, %v", key, found, err)
		}
		batch, sealed := Sealed(key)
		if sealed != want.sealed || sealed && (batch != Batch("D", 3, 42) || !strings.Contains(key, batch)) {
			t.Errorf("%s is sealed by %q, %v", key, batch, sealed)
		}
	}
}
