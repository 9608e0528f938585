package contract

import (
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// What tests of orders need of a world: suppliers, goods, terms, listings, quotes.

// onePercent is the operator's fee of the story.
var onePercent = amount.Rate{Num: 1, Den: 100}

// supply makes a party a supplier of that id, approved with a fee.
func (w *world) supply(t fataler, id, party string, fee amount.Rate) {
	t.Helper()
	w.must(t, party, goods.ApplyRequest{Supplier: id, En: id, Zh: id, Licence: make(codec.Hash, 32)})
	w.must(t, "G", goods.ApproveRequest{Supplier: id, Fee: fee})
}

func plainGood(supplier, sku string, delivery goods.Delivery) goods.SetGoodRequest {
	return goods.SetGoodRequest{Supplier: supplier, SKU: sku, En: sku, Zh: sku, Category: "care", Unit: "piece",
		Tax: "13", Delivery: delivery, Open: true}
}

// opening is one of a private value, with a salt that hangs on a name.
func opening(t fataler, name string, value uint64) pedersen.Opening {
	t.Helper()
	seed := sha512.Sum512([]byte(name))
	salt, err := pedersen.NewSalt(bytesOf(seed[:]))
	if err != nil {
		t.Fatal(err)
	}
	return pedersen.Opening{Value: pedersen.Whole(value), Salt: salt}
}

// bytesOf reads bytes, for ever.
type bytesOf []byte

func (b bytesOf) Read(to []byte) (int, error) { return copy(to, b), nil }

func committed(t fataler, o pedersen.Opening) pedersen.Commitment {
	t.Helper()
	c, err := o.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ask quotes a member something, as anybody may.
func (w *world) ask(asked answer.QuoteAsked) (answer.Quoted, error) {
	text, err := json.Marshal(asked)
	if err != nil {
		return answer.Quoted{}, err
	}
	return ask[answer.Quoted](w, asked.Seller, "query:Quote", string(text))
}

// quoted is ask, of what can be had.
func (w *world) quoted(t fataler, seller, member string, lines ...goods.Wanted) answer.Quoted {
	t.Helper()
	q, err := w.ask(answer.QuoteAsked{Seller: seller, Member: member, Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func want(supplier, sku string, n uint32) goods.Wanted {
	return goods.Wanted{Supplier: supplier, SKU: sku, Quantity: n}
}

// purchase is an order for what was quoted, to be accepted within ten minutes.
func (w *world) purchase(t fataler, seller, member string, cash amount.Units, pieces []spend.Take,
	lines ...goods.Wanted) goods.PlaceRequest {
	t.Helper()
	req := goods.PlaceRequest{Member: member, Lines: lines, Quote: w.quoted(t, seller, member, lines...).Hash,
		Pieces: pieces, Cash: cash, AcceptBy: w.net.Now().Unix() + 600}
	if cash > 0 {
		req.Payment = fmt.Sprintf("pay-%d", w.heads[seller]) // no two in one batch
	}
	return req
}

// shop is a world in which D sells S1's oil (shipped, supply price 700 fen, listed
// at 900), S2's wiper (at the counter, commission of a tenth, listed at 500), S1's
// voucher (virtual, supply price 90, listed at 100) and its own cap (at the counter,
// at 300), 20 of each; points of G's count for a fen. li (M's), wang (D's) and sun
// (G's) have 1,000 GP each.
type shop struct {
	*world
	lots     map[string]number.Row
	openings map[string]pedersen.Opening // by SUPPLIER/SKU
}

func newShop(t fataler, seed uint64) *shop {
	t.Helper()
	s := &shop{world: founded(t, seed), lots: map[string]number.Row{}, openings: map[string]pedersen.Opening{}}
	s.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP", Price: amount.Rate{Num: 1, Den: 1},
		Rules: points.Rules{Grace: 7}})
	issue := points.IssueRequest{Programme: "GP"}
	for _, id := range []string{"li", "wang", "sun"} {
		issue.Grants = append(issue.Grants, points.Grant{Member: id, Amount: 1000, Expires: day(firstDay) + 90})
	}
	issued := s.must(t, "G", issue)
	for i, g := range issue.Grants {
		s.lots[g.Member] = issued.Row(i)
	}
	s.must(t, "D", goods.SetStorefrontRequest{En: "D", Zh: "D",
		Tenders: []goods.Tender{{Programme: "GP", Value: amount.Rate{Num: 1, Den: 1}}}, ShipDays: 2, SilenceDays: 3,
		ReturnDays: 4, Open: true})
	s.supply(t, "S1", "S1", onePercent)
	s.supply(t, "S2", "S2", onePercent)
	s.supply(t, "DS", "D", onePercent)
	for _, g := range []struct {
		supplier, sku string
		delivery      goods.Delivery
		kind          goods.TermsKind
		value         uint64
		fen           amount.Units
	}{{"S1", "oil", goods.Shipped, goods.Supply, 7_000_000, 900},
		{"S2", "wiper", goods.Counter, goods.Commission, 1000, 500},
		{"S1", "voucher", goods.Virtual, goods.Supply, 900_000, 100},
		{"DS", "cap", goods.Counter, goods.NoTerms, 0, 300}} {
		s.stockUp(t, g.supplier, g.sku, g.delivery, g.kind, g.value, g.fen)
	}
	return s
}

// stockUp makes a good, and has D list it.
func (s *shop) stockUp(t fataler, supplier, sku string, delivery goods.Delivery, kind goods.TermsKind,
	value uint64, fen amount.Units) {
	t.Helper()
	party := supplier
	list := goods.ListRequest{Supplier: supplier, SKU: sku, Scene: "retail",
		Prices: []goods.Price{{Fen: fen}}, Open: true}
	if supplier == "DS" {
		party = "D"
	}
	s.must(t, party, plainGood(supplier, sku, delivery),
		goods.RestockRequest{Supplier: supplier, SKU: sku, Seller: "D", Units: 20})
	if kind != goods.NoTerms {
		o := opening(t, supplier+"/"+sku, value)
		s.openings[supplier+"/"+sku] = o
		list.Kind, list.Terms = kind, committed(t, o)
		s.must(t, party, goods.OfferTermsRequest{Supplier: supplier, SKU: sku, Seller: "D", Kind: kind,
			Commitment: list.Terms})
	}
	s.must(t, "D", list)
}

// pays is so many points of a member's only lot.
func (s *shop) pays(id string, n amount.Units) []spend.Take {
	return []spend.Take{{Lot: s.lots[id], Amount: n}}
}

// check holds the books and the stock of the shop.
func (s *shop) check(t *testing.T) {
	t.Helper()
	if err := checkBooks(s.net); err != nil {
		t.Error(err)
	}
}

// hiddenOf is what all lanes together make parties owe each other in secret.
func hiddenOf(t fataler, net *ledgersim.Network, cycle string) []settlement.HiddenPosition {
	t.Helper()
	var sum settlement.HiddenPositions
	for _, found := range rowsOf(net, "G", "hidden") {
		if !strings.HasPrefix(found.ID, cycle+"/") {
			continue
		}
		for _, p := range found.Row.(settlement.HiddenPositions).List {
			var err error
			if sum, err = sum.Plus(p.Of()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return sum.List
}
