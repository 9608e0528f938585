package verb

import (
	"fmt"
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// acceptorM is who calls on it.
var acceptorM = party.Party{ID: "M", Roles: party.Acceptor}

// fullest is a ledger with 64 lots of 64 funders, all bound by a model with a fee.
func fullest(tx *ledger.Tx) (line spend.Line) {
	ledger.Put(tx, row.Consortium(), party.Consortium{Operator: "G"})
	ledger.Put(tx, row.Party("M"), party.Party{ID: "M", Roles: party.Acceptor})
	of := settlement.Model{ID: "all", Version: 1, By: "G", From: day(firstDay),
		Terms: settlement.Terms{Fee: amount.Rate{Num: 1, Den: 10}}, Agreed: []string{"M"}}
	for i := range 64 {
		id, funder := fmt.Sprintf("P%d", i/16), fmt.Sprintf("F%d", i%16)
		ledger.Put(tx, row.Programme(id), points.Programme{ID: id, Issuer: "D", Price: amount.Rate{Num: 1, Den: 1}})
		if i < 16 {
			of.Agreed = append(of.Agreed, funder)
			ledger.Put(tx, row.Party(funder), party.Party{ID: funder})
		}
		line = append(line, spend.Piece{Lot: number.Command{Party: "D", Lane: 1, Seq: 1}.Row(i), Programme: id,
			Funder: funder, Amount: 10})
	}
	slices.Sort(of.Agreed)
	for d := range date.Date(2) {
		ledger.Put(tx, row.Agreements(day(firstDay)+d), settlement.Agreements{Models: []settlement.Model{of}})
	}
	return line
}

// owed counts what a command made the parties owe.
func owed(t *testing.T, tx *ledger.Tx, seq uint64) int {
	t.Helper()
	list, _, err := ledger.Find(tx, row.Obligations("M", 1, seq))
	if err != nil {
		t.Fatal(err)
	}
	return len(list.List) + len(list.Hidden)
}

// At its limits, every part can be delivered: 64 lots of 64 funders, and 64 lines with terms, under
// a model with a fee.
func TestTheFullestPartCanBeDelivered(t *testing.T) {
	tx := ledger.New(empty{})
	part := goods.Part{Supplier: "S", Party: "S1", Delivery: goods.Shipped, State: goods.OnItsWay,
		Fee: amount.Rate{Num: 1, Den: 100}, Since: day(firstDay), Pieces: fullest(tx)}
	for i := range 64 {
		part.Lines = append(part.Lines, goods.Line{SKU: fmt.Sprint(i), Quantity: 1, Fen: 10, Kind: goods.Supply,
			Terms: pedersen.Public(pedersen.Whole(uint64(i) + 1)).Commitment()})
	}
	n := number.Command{Party: "M", Lane: 1, Seq: 1}
	ledger.Put(tx, row.Order(n), goods.Order{Seller: "M", Member: "li", Date: day(firstDay), Parts: []goods.Part{part}})
	if err := Do(callOf(tx, acceptorM, 2).Call, goods.DeliverRequest{Order: n, Part: 1,
		Evidence: make(codec.Hash, 32)}); err != nil {
		t.Fatal(err)
	}
	if n := owed(t, tx, 2); n != 192 {
		t.Errorf("%d", n)
	}
}

// At its limits, an entitlement to one use can be written off, or lapses.
func TestTheFullestEntitlementEnds(t *testing.T) {
	tx := ledger.New(empty{})
	e := benefit.Entitlement{Benefit: "ride", Member: "li", State: benefit.Active, By: "M", Uses: 1,
		Until: day(firstDay), Pieces: fullest(tx), Paid: benefit.Payment{Date: day(firstDay)}}
	ledger.Put(tx, row.Benefit("ride"), benefit.Model{ID: "ride", Provider: "M", Uses: 1, Stackable: true,
		Fee: amount.Rate{Num: 1, Den: 100}, Lapse: benefit.Keep, Open: true})
	n := number.Command{Party: "M", Lane: 1, Seq: 1}.Row(0)
	ledger.Put(tx, row.Entitlement(n), e)
	if err := Do(callOf(tx, acceptorM, 2).Call, benefit.WriteOffRequest{Entitlement: n}); err != nil {
		t.Errorf("write-off: %v", err)
	}
	if n := owed(t, tx, 2); n < 128 {
		t.Errorf("%d", n)
	}
	ledger.Put(tx, row.Entitlement(n), e)
	late := callOf(tx, acceptorM, 3)
	if late.At.Date++; Do(late.Call, benefit.ExpireRequest{Entitlement: n}) != nil {
		t.Error("it doesn't lapse")
	}
}
