//go:build e2e

package e2e

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/veil"
	"tallystick/client/block"
)

// stall is a good of a supplier of S1's, as one seller sells it.
type stall struct {
	Supplier, SKU, Seller string
	Terms                 veil.Opening `json:"-"` // what the seller owes for a unit, in ten-thousandths of a fen
	Commitment            veil.Commitment
}

// supplier makes a new supplier that S1 acts for.
func supplier(t *testing.T, s1, g *node) string {
	t.Helper()
	id := fresh("care")
	do(t, s1, goods.ApplyRequest{Supplier: id, En: "Car care", Zh: "养护", Licence: make(codec.Hash, 32)})
	do(t, g, goods.ApproveRequest{Supplier: id, Fee: amount.Rate{Num: 1, Den: 100}})
	return id
}

// good makes a good of the supplier's that is handed over at the counter.
func good(t *testing.T, s1 *node, supplier string) string {
	t.Helper()
	sku := fresh("kit")
	do(t, s1, goods.SetGoodRequest{
		Supplier: supplier, SKU: sku, En: "Oil change kit", Zh: "机油保养套装", Category: "care", Unit: "piece",
		Tax: "standard", Delivery: goods.Counter, Open: true,
	})
	return sku
}

// openStorefront opens a party's storefront, of which there is one, as every test has it: it takes points of the
// party's own programme, a fen each, and what it sells can be returned for a year.
func openStorefront(t *testing.T, seller *node) {
	t.Helper()
	do(t, seller, goods.SetStorefrontRequest{En: seller.Party(), Zh: seller.Party(), ReturnDays: 366, Open: true,
		Tenders: []goods.Tender{{Programme: seller.Party() + "P", Value: amount.Rate{Num: 1, Den: 1}}}})
}

// openStall has a seller sell a good for so many fen and points of its own programme, which
// count for a fen each; worth is the private price of a unit. S1 offers the terms.
func openStall(t *testing.T, s1, seller *node, supplier, sku string, fen amount.Units, worth uint64) stall {
	t.Helper()
	s := stall{Supplier: supplier, SKU: sku, Seller: seller.Party()}
	s.Terms = veil.Opening{Value: veil.Whole(worth), Salt: must(veil.NewSalt(rand.Reader))}
	s.Commitment = must(s.Terms.Commit())
	do(t, s1, goods.OfferTermsRequest{
		Supplier: supplier, SKU: sku, Seller: s.Seller, Kind: goods.Supply, Commitment: s.Commitment,
	})
	openStorefront(t, seller)
	do(t, seller, goods.ListRequest{
		Supplier: supplier, SKU: sku, Scene: "shop", Kind: goods.Supply, Terms: s.Commitment,
		Prices: []goods.Price{{Fen: fen}}, Open: true,
	})
	return s
}

// quote asks what the seller offers a member for so many units.
func (s stall) quote(t *testing.T, seller *node, member string, quantity uint32) answer.Quoted {
	t.Helper()
	q, err := seller.Query().Quote(t.Context(), answer.QuoteAsked{
		Seller: s.Seller, Member: member, Lines: []goods.Wanted{s.wanted(quantity)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func (s stall) wanted(quantity uint32) goods.Wanted {
	return goods.Wanted{Supplier: s.Supplier, SKU: s.SKU, Quantity: quantity}
}

// ledgerGoods are rows as the valid transactions of the blocks leave them: a reader of
// its own, that knows no index.
type ledgerGoods struct {
	height    uint64
	lots      map[string]points.Lot     // by number
	orders    map[string]goods.Order    // by number
	returns   map[string]goods.Return   // by number
	pools     map[string]goods.Pool     // by SUPPLIER/SKU/SELLER
	shards    map[string]goods.Shard    // by SUPPLIER/SKU/SELLER/LANE
	suppliers map[string]goods.Supplier // by id
	goods     map[string]goods.Good     // by SUPPLIER/SKU
	listings  map[string]goods.Listing  // by SELLER/SUPPLIER/SKU
	fronts    map[string]goods.Storefront
}

// readGoods reads them up to now.
func readGoods(t *testing.T, g *node) *ledgerGoods {
	t.Helper()
	l := &ledgerGoods{

		lots: map[string]points.Lot{}, orders: map[string]goods.Order{}, returns: map[string]goods.Return{},
		pools:  map[string]goods.Pool{},
		shards: map[string]goods.Shard{}, suppliers: map[string]goods.Supplier{}, goods: map[string]goods.Good{},
		listings: map[string]goods.Listing{},
		fronts:   map[string]goods.Storefront{},
	}
	l.more(t, g)
	return l
}

// more reads what came since.
func (l *ledgerGoods) more(t *testing.T, g *node) {
	t.Helper()
	if err := g.Sync(t.Context(), l); err != nil {
		t.Fatal(err)
	}
}

// Height is the number of blocks that were read.
func (l *ledgerGoods) Height() uint64 { return l.height }

// Apply reads the next blocks.
func (l *ledgerGoods) Apply(blocks ...*block.Block) error {
	for _, b := range blocks {
		for _, tx := range b.Txs {
			if !tx.Valid() {
				continue
			}
			writes, err := tx.Writes("tally")
			if err != nil {
				return err
			}
			for _, w := range writes {
				if err := l.write(w); err != nil {
					return fmt.Errorf("block %d, %s: %w", b.Number, w.Key, err)
				}
			}
		}
		l.height = b.Number + 1
	}
	return nil
}

func (l *ledgerGoods) write(w block.Write) error {
	named, err := row.Read(w.Key, w.Value)
	if err != nil {
		return err
	}
	switch r := named.Row.(type) {
	case points.Lot:
		l.lots[named.ID] = r
	case goods.Order:
		l.orders[named.ID] = r
	case goods.Return:
		l.returns[named.ID] = r
	case goods.Pool:
		l.pools[named.ID] = r
	case goods.Shard:
		l.shards[named.ID] = r
	case goods.Supplier:
		l.suppliers[named.ID] = r
	case goods.Good:
		if named.Kind == "good" { // not one of its versions before
			l.goods[named.ID] = r
		}
	case goods.Listing:
		l.listings[named.ID] = r
	case goods.Storefront:
		l.fronts[named.ID] = r
	}
	return nil
}

// units are what became of the stock of a good at a seller.
type units struct {
	restocked, withdrawn, free, reserved, delivered amount.Units
}

// whole says whether nothing was sold that wasn't there.
func (u units) whole() bool {
	return u.restocked-u.withdrawn == u.free+u.reserved+u.delivered && u.free >= 0
}

// of is what became of a stall's stock.
func (l *ledgerGoods) of(s stall) units { return l.stock()[s.Supplier+"/"+s.SKU+"/"+s.Seller] }

// stock adds up the rows of every good at every seller, by SUPPLIER/SKU/SELLER. What
// was lost on its way counts as delivered.
func (l *ledgerGoods) stock() map[string]units {
	all := map[string]units{}
	add := func(id string, more units) {
		u := all[id]
		u.restocked, u.withdrawn, u.free = u.restocked+more.restocked, u.withdrawn+more.withdrawn, u.free+more.free
		u.reserved, u.delivered = u.reserved+more.reserved, u.delivered+more.delivered
		all[id] = u
	}
	for id, p := range l.pools {
		add(id, units{restocked: p.Restocked, withdrawn: p.Withdrawn, free: p.Free})
	}
	for id, s := range l.shards {
		add(id[:strings.LastIndex(id, "/")], units{free: s.Free})
	}
	for _, o := range l.orders {
		for _, part := range o.Parts {
			for _, line := range part.Lines {
				id, n := part.Supplier+"/"+line.SKU+"/"+o.Seller, amount.Units(line.Quantity)
				switch {
				case part.State.Holds():
					add(id, units{reserved: n})
				case part.State == goods.Delivered || part.State == goods.Completed || part.Lost:
					add(id, units{delivered: n})
				}
			}
		}
	}
	for _, r := range l.returns {
		if o := l.orders[r.Order.String()]; r.Restocked {
			part := o.Parts[r.Part-1]
			add(part.Supplier+"/"+part.Lines[r.Line-1].SKU+"/"+o.Seller, units{delivered: -amount.Units(r.Quantity)})
		}
	}
	return all
}
