package adversary

import (
	"fmt"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// S15. S1 offers D terms as a price, and makes them a commission when D has read them.
func TestTermsAreTakenAsTheyWereRead(t *testing.T) {
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.consortium()
	p.programmes()
	p.shelves()
	terms, err := p.oil().Commit()
	if err != nil {
		t.Fatal(err)
	}
	p.must("S1", goods.OfferTermsRequest{
		Supplier: "S1", SKU: "oil", Seller: "D", Kind: goods.Commission, Commitment: terms,
	})
	p.refused("D", goods.ListRequest{
		Supplier: "S1", SKU: "oil", Scene: "retail", Terms: terms, Prices: []goods.Price{{Fen: 100}}, Open: true,
	})
}

// S12. An order whose points are borne by as many as can be is shipped: it is delivered, too.
func TestWhatIsShippedCanBeDelivered(t *testing.T) {
	w := found(t)
	funders := []string{"D", "F", "G", "S1", "S2"}
	var pieces []spend.Take
	store := goods.SetStorefrontRequest{En: "x", Zh: "x", Open: true, ShipDays: 5, SilenceDays: 5, ReturnDays: 5}
	for i := range 12 {
		id := fmt.Sprintf("P%02d", i)
		w.must("D", points.OpenProgrammeRequest{Programme: id, En: "x", Zh: "x", Price: one})
		store.Tenders = append(store.Tenders, goods.Tender{Programme: id, Value: one})
		grant := points.Grant{Member: "li", Amount: 50, Expires: w.today + 90}
		for _, f := range funders {
			s := points.Share{Funder: f, Parts: 1}
			if f != "D" {
				s.Pledge = w.must(f, points.PledgeRequest{Programme: id, Amount: 10, Until: w.today + 9})
			}
			grant.Split = append(grant.Split, s)
		}
		n := w.must("D", points.IssueRequest{Programme: id, Grants: []points.Grant{grant}})
		for k := range funders {
			pieces = append(pieces, spend.Take{Lot: n.Row(k), Amount: 10})
		}
	}
	w.must("G", settlement.ProposeRequest{
		Model: "all", Terms: settlement.Terms{Fee: amount.Rate{Num: 1, Den: 10}}, From: w.today + 1,
	})
	for _, id := range []string{"D", "F", "M", "S1", "S2"} {
		w.must(id, w.agree("G", "all"))
	}
	w.pass(2)
	w.must("M", store)
	w.must("M", goods.ApplyRequest{Supplier: "MS", En: "x", Zh: "x", Licence: make(codec.Hash, 32)})
	w.must("G", goods.ApproveRequest{Supplier: "MS", Fee: amount.Rate{Num: 1, Den: 100}})
	w.must("M", goods.SetGoodRequest{
		Supplier: "MS", SKU: "car", En: "x", Zh: "x", Category: "care", Unit: "piece", Tax: "13",
		Delivery: goods.Shipped, Open: true,
	})
	w.must("M", goods.RestockRequest{Supplier: "MS", SKU: "car", Seller: "M", Units: 2})
	for n := len(pieces); n > 0; n -= 10 {
		w.must("M", goods.ListRequest{
			Supplier: "MS", SKU: "car", Scene: "retail", Prices: []goods.Price{{Fen: amount.Units(10 * n)}}, Open: true,
		})
		lines := []goods.Wanted{{Supplier: "MS", SKU: "car", Quantity: 1}}
		var quoted struct{ Hash codec.Hash }
		if err := w.net.Ask("M", "Quote", &quoted,
			map[string]any{"seller": "M", "member": "li", "lines": lines}); err != nil {
			t.Fatal(err)
		}
		order, err := w.try("M", goods.PlaceRequest{
			Member: "li", Lines: lines, Quote: quoted.Hash, Pieces: pieces[:n], AcceptBy: w.soon(600),
		})
		if err != nil {
			continue // what couldn't be delivered isn't placed
		}
		w.must("M", goods.AcceptRequest{Order: order})
		w.must("M", goods.ShipRequest{Order: order, Part: 1, Carrier: "x", Waybill: "x"})
		w.must("M", goods.DeliverRequest{Order: order, Part: 1, Evidence: make(codec.Hash, 32)})
		return
	}
	t.Error("nothing can be ordered")
}
