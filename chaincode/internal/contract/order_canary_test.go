package contract

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/pedersen"
)

// canary is a private price in ten-thousandths of a fen that stands nowhere by chance.
const canary = 7_777_777_777

// canaries are the ways in which it could be written.
func canaries() map[string][]byte {
	var whole [8]byte
	binary.BigEndian.PutUint64(whole[:], canary)
	backwards := bytes.Clone(whole[:])
	for i, j := 0, 7; i < j; i, j = i+1, j-1 {
		backwards[i], backwards[j] = backwards[j], backwards[i]
	}
	list := map[string][]byte{
		"CBOR": codec.Encode(uint64(canary)), "big-endian": bytes.TrimLeft(whole[:], "\x00"),
		"little-endian":   bytes.TrimRight(backwards, "\x00"),
		"CBOR of a value": codec.Encode(pedersen.Whole(canary))[1:],
	}
	for _, text := range []string{"7777777777", "7,777,777,777", "777777.7777", "777777.78", "777,777.7777",
		"7777.777777", "7777.78", fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary),
		fmt.Sprintf("%e", float64(canary))} {
		list[text] = []byte(text)
	}
	return list
}

// leaked names what of the canary stands in some bytes.
func leaked(where []byte) (found []string) {
	for what, pattern := range canaries() {
		if bytes.Contains(where, pattern) {
			found = append(found, what)
		}
	}
	return found
}

// spy is a world whose every answer, refusal and event is written down.
type spy struct {
	*shop
	heard   bytes.Buffer
	effects map[command.Kind]bool
}

// try sends a command that may be refused, as a batch and as a single command.
func (s *spy) try(t *testing.T, msp string, req command.Request) {
	t.Helper()
	_, refusals := s.run(t, msp, req)
	if refusals[0] != nil {
		s.heard.WriteString(refusals[0].Error() + "\n")
	} else {
		s.effects[command.KindOf(req)] = true
	}
	text, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.call(msp, command.KindOf(req).String(), "", string(text)); err != nil {
		s.heard.WriteString(err.Error() + "\n")
	}
}

// ask puts a question and writes the answer down, or the refusal.
func (s *spy) ask(msp string, args ...string) {
	answer, err := s.net.Evaluate(s.client(msp), "G", seal.Outer, ledgersim.Args(args...)...)
	s.heard.Write(answer)
	if err != nil {
		s.heard.WriteString(err.Error() + "\n")
	}
}

// everyVerb does everything that there is of goods and orders, at the private price,
// rightly and wrongly.
func (s *spy) everyVerb(t *testing.T) {
	hidden := opening(t, "canary", canary)
	terms := committed(t, hidden)
	s.try(t, "S1", goods.ApplyRequest{Supplier: "care", En: "c", Zh: "c", Licence: make(codec.Hash, 32)})
	for _, msp := range []string{"D", "G"} {
		s.try(t, msp, goods.ApproveRequest{Supplier: "care", Fee: onePercent})
	}
	s.try(t, "D", goods.SetStorefrontRequest{En: "D", Zh: "D", ShipDays: 2, SilenceDays: 3, ReturnDays: 4, Open: true})
	s.try(t, "D", goods.SetOutletRequest{Outlet: "12", En: "D", Zh: "D", Open: true})
	for i, kind := range []goods.TermsKind{goods.Supply, goods.Commission} {
		sku := []string{"kit", "ride"}[i]
		for _, msp := range []string{"D", "S1"} {
			s.try(t, msp, plainGood("care", sku, goods.Shipped))
			s.try(t, msp, goods.OfferTermsRequest{Supplier: "care", SKU: sku, Seller: "D",
				Kind: kind, Commitment: terms})
			s.try(t, msp, goods.RestockRequest{Supplier: "care", SKU: sku, Seller: "D", Units: 20, Lanes: 2})
			s.try(t, msp, goods.WithdrawStockRequest{Supplier: "care", SKU: sku, Seller: "D", Units: 1, Reason: "x"})
		}
		for _, listed := range []pedersen.Commitment{committed(t, opening(t, "another", 1)), terms} {
			s.try(t, "D", goods.ListRequest{Supplier: "care", SKU: sku, Scene: "retail", Kind: kind, Terms: listed,
				Prices: []goods.Price{{Fen: 900_000}}, Open: true})
		}
		s.everyOrderVerb(t, sku)
	}
	s.try(t, "G", goods.RefuseRequest{Supplier: "care", Reason: "x"})
	s.try(t, "S1", goods.WithdrawSupplierRequest{Supplier: "care"})
}

func (s *spy) everyOrderVerb(t *testing.T, sku string) {
	secret := make(code.Code, code.Size)
	buy := func() goods.PlaceRequest {
		req := s.purchase(t, "D", "li", 2*900_000, nil, want("care", sku, 2))
		req.Pickup = code.Commit(secret)
		return req
	}
	s.try(t, "D", goods.RejectRequest{Order: s.must(t, "D", buy()), Reason: "x"})
	s.try(t, "M", goods.CancelRequest{Order: s.must(t, "D", buy()), Reason: "x"})
	late := s.must(t, "D", buy())
	s.net.Advance(601 * time.Second)
	s.try(t, "M", goods.TimeOutRequest{Order: late})
	s.try(t, "D", buy())
	placed := s.must(t, "D", buy())
	for _, msp := range []string{"S1", "D"} {
		s.try(t, msp, goods.AcceptRequest{Order: placed})
	}
	s.try(t, "S1", goods.ShipRequest{Order: placed, Part: 1, Carrier: "SF", Waybill: "1"})
	for _, said := range []code.Code{code.Code("another's secret"), secret} {
		s.try(t, "D", goods.DeliverRequest{Order: placed, Part: 1, Code: said})
	}
	ask := func(n uint32) goods.RequestReturnRequest {
		return goods.RequestReturnRequest{Order: placed, Part: 1, Line: 1, Quantity: n, Reason: "x"}
	}
	s.try(t, "D", ask(3))
	for _, refuse := range []bool{true, false} {
		back := s.must(t, "M", ask(1))
		if refuse {
			s.try(t, "D", goods.RefuseReturnRequest{Return: back, Reason: "x"})
		}
		s.try(t, "S1", goods.ReceiveReturnRequest{Return: back, Restock: true})
		s.try(t, "D", goods.RefundRequest{Return: back, Payment: "refund-" + sku})
		s.ask("D", "query:Return", back.String())
	}
	s.effects[command.RequestReturn] = true
	s.try(t, "M", goods.CompleteRequest{Order: placed, Part: 1})
	for _, q := range [][]string{{"query:Order", placed.String()}, {"query:HiddenPositions", "2026-11"},
		{"query:Terms", "care", sku, "D"}, {"query:Listing", "D", "care", sku},
		{"query:Stock", "care", sku, "D"}, {"query:Positions", "2026-11"}, {"query:Supplier", "care"},
		{"query:Order", "777"}} {
		s.ask("A", q...)
	}
}

// A private price stands nowhere: in no block, row, answer, refusal, event or log,
// whatever was done at it; and if it did, this test would see it.
func TestNoPrivatePriceIsSeen(t *testing.T) {
	var logged bytes.Buffer
	before := log.Writer()
	log.SetOutput(&logged)
	defer log.SetOutput(before)
	s := &spy{shop: newShop(t, 5), effects: map[command.Kind]bool{}}
	s.everyVerb(t)
	for k := command.ApplySupplier; k <= command.RefundReturn; k++ {
		if name := k.String(); !strings.HasPrefix(name, "kind ") && !s.effects[k] {
			t.Errorf("%s never took effect", name)
		}
	}
	for what, data := range map[string][]byte{"the ledger": everything(t, s.world), "an answer": s.heard.Bytes(),
		"a log": logged.Bytes()} {
		if found := leaked(data); len(found) > 0 {
			t.Errorf("%s has the private price as %v", what, found)
		}
	}
	// Terms in the clear would be seen, in each way in which they could be written.
	for what, pattern := range canaries() {
		seen := everything(t, s.clear(t, pattern))
		if len(leaked(seen)) == 0 {
			t.Errorf("a price that was sent as %s was not seen", what)
		}
	}
}

// clear is a world to which S1 sent bytes in the place of a commitment.
func (s *spy) clear(t *testing.T, price []byte) *world {
	t.Helper()
	w := founded(t, 3)
	plain := append(bytes.Clone(price), make([]byte, pedersen.Size)...)[:pedersen.Size]
	w.run(t, "S1", goods.OfferTermsRequest{Supplier: "care", SKU: "kit", Seller: "D",
		Kind: goods.Supply, Commitment: plain})
	return w
}
