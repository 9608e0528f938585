package index

import (
	"testing"

	"tallystick/chaincode/date"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

// Cash that is owed is found by seller, member, order and state.
func TestCashThatSellersOwe(t *testing.T) {
	w := newWorld(t)
	at := func(i uint16) number.Command { return number.Command{Party: "D", Lane: 1, Seq: 1, Index: i} }
	due := goods.Due{Seller: "D", Member: "li", Order: at(0), Fen: 400, State: goods.Owed, Since: date.Date(20758)}
	paid := due
	paid.Member, paid.State, paid.Payment = "wang", goods.PaidBack, "b1"
	seal := entry{
		Space: row.SealOf("D", true), Key: string(row.LaneHead("D", 1)),
		Value: row.Encode(row.Head{Seq: 1, Chain: make([]byte, 32)}),
	}
	w.write(seal, put(row.Due(at(1)), due), put(row.Due(at(2)), paid))
	ix := w.index()
	for _, c := range []struct {
		f    Filter
		want []string
	}{
		{Filter{}, []string{"D.1.1.1", "D.1.1.2"}},
		{Filter{States: []string{"OWED"}}, []string{"D.1.1.1"}},
		{Filter{Party: "D", Member: "wang"}, []string{"D.1.1.2"}},
		{Filter{Topic: "D.1.1.0", States: []string{"PAID_BACK"}}, []string{"D.1.1.2"}},
		{Filter{Party: "G"}, nil},
	} {
		list, err := All[goods.Due](now(t, ix), c.f)
		if err != nil || len(list) != len(c.want) {
			t.Fatalf("%+v: %+v, %v", c.f, list, err)
		}
		for i, d := range list {
			if d.ID != c.want[i] {
				t.Errorf("%+v: %s, want %s", c.f, d.ID, c.want[i])
			}
		}
	}
}
