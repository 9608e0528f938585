package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/client/gateway"
)

// What is sold. Every acceptor has a storefront, with all goods in it.
const (
	goodsSold = 1000
	scene     = "shop"
	// plenty is how much of each good a seller's lane gets: more than any run sells.
	plenty amount.Units = 1_000_000_000
	// maxQuantity is the most that is ordered at once.
	maxQuantity = 3
	// returnDays are the storefronts'.
	returnDays = 7
)

// suppliers are the parties that act for a supplier each; good i is of supplier
// i mod 2. What the first one sells has a supply price, what the second one sells a
// commission.
var suppliers = []string{"S1", "S2"}

// supplyFee is of the supply value, the supplier's party to the operator.
var supplyFee = amount.Rate{Num: 1, Den: 100}

func supplierOf(party string) string { return "of-" + party }

// ware is a good in one seller's storefront, with what only the seller and the
// supplier's party know of it.
type ware struct {
	line  goods.Quoted // as it is quoted, one unit
	terms pedersen.Opening
	owes  pedersen.Opening // what the seller owes for a unit, in ten-thousandths of a fen
}

// newWare draws the terms of good i for a seller: a supply price of three quarters
// and a bit, or a commission of that many basis points.
func newWare(i int) (*ware, error) {
	salt, err := pedersen.NewSalt(rand.Reader)
	if err != nil {
		return nil, err
	}
	of := suppliers[i%len(suppliers)]
	x := &ware{line: goods.Quoted{

		Supplier: supplierOf(of), Party: of, SKU: fmt.Sprintf("g%04d", i), Version: 1, Delivery: goods.Counter,
		Scene:    scene,
		Quantity: 1, Fen: amount.Units(4 + i%(maxPart-3)), Fee: supplyFee,
	}}
	price := uint64(10_000 * x.line.Fen)
	if i%len(suppliers) == 0 {
		x.line.Kind, x.terms = goods.Supply,
			pedersen.Opening{Value: pedersen.Whole(price*3/4 + uint64(i%goodsSold)), Salt: salt}
		x.owes = x.terms
	} else {
		x.line.Kind = goods.Commission
		x.terms = pedersen.Opening{Value: pedersen.Whole(uint64(500 + i%goodsSold)), Salt: salt}
		if x.owes, err = kept(price, uint64(x.line.Fen), x.terms); err != nil {
			return nil, err
		}
	}
	x.line.Terms, err = x.terms.Commit()
	return x, err
}

// kept opens what is left of a price when the seller keeps a commission of it.
func kept(price, fen uint64, commission pedersen.Opening) (pedersen.Opening, error) {
	keeps, err := commission.Times(fen)
	if err != nil {
		return pedersen.Opening{}, err
	}
	return pedersen.Known(pedersen.Whole(price)).Minus(keeps)
}

func (x *ware) wanted(quantity uint32) goods.Wanted {
	return goods.Wanted{Supplier: x.line.Supplier, SKU: x.line.SKU, Quantity: quantity}
}

// quote is what the seller's storefront offers a member for so many units: the
// ledger makes it anew, and refuses the order if its hash is another.
func (x *ware) quote(seller, member string, quantity uint32) codec.Hash {
	line := x.line
	line.Quantity = quantity
	return goods.Quote{
		Seller: seller, Member: member, Lines: []goods.Quoted{line}, Tenders: tenders,
		Total: line.Fen * amount.Units(quantity), Service: [4]int32{0, 0, returnDays, 14},
	}.Hash()
}

// tenders are the storefronts': a point of each programme counts for a fen.
var tenders = func() []goods.Tender {
	list := make([]goods.Tender, len(programmes))
	for i, p := range programmes {
		list[i] = goods.Tender{Programme: p, Value: amount.Rate{Num: 1, Den: 1}}
	}
	return list
}()

// takeSuppliersOn has each supplier apply and the operator approve it.
func (w *world) takeSuppliersOn(ctx context.Context) error {
	for _, of := range suppliers {
		err := w.as(ctx, of, "", func(g *gateway.Gateway) error {
			_, err := g.Single(ctx, "bench-supplier", goods.ApplyRequest{
				Supplier: supplierOf(of), En: "Supplier", Zh: "供应商", Licence: make(codec.Hash, 32),
			})
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", of, err)
		}
	}
	return w.as(ctx, operator, "", func(g *gateway.Gateway) error {
		for _, of := range suppliers {
			if _, err := g.Single(ctx, "bench-"+supplierOf(of),
				goods.ApproveRequest{Supplier: supplierOf(of), Fee: supplyFee}); err != nil {
				return fmt.Errorf("%s: %w", of, err)
			}
		}
		return nil
	})
}

// openStorefronts has every acceptor open one.
func (w *world) openStorefronts(ctx context.Context) error {
	for _, seller := range acceptors {
		err := w.as(ctx, seller, "", func(g *gateway.Gateway) error {
			_, err := g.Single(ctx, "bench-storefront", goods.SetStorefrontRequest{
				En: "Shop", Zh: "商城", Tenders: tenders, ReturnDays: returnDays, Open: true,
			})
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", seller, err)
		}
	}
	return nil
}

// stockStorefronts has the suppliers make the goods, offer terms and stock for them
// to every seller, and the sellers list them. One good of the operator's is stocked in
// all its lanes.
func (w *world) stockStorefronts(ctx context.Context) error {
	supply := map[string][]command.Command{} // by party
	for i := range goodsSold {
		x, err := newWare(i)
		if err != nil {
			return err
		}
		supply[x.line.Party] = append(supply[x.line.Party], command.New("", x.set()))
	}
	if err := w.allOf(ctx, supply); err != nil {
		return err
	}
	offers, lists := map[string][]command.Command{}, map[string][]command.Command{}
	for _, seller := range acceptors {
		lanes := lanesAll / len(acceptors)
		for i := range goodsSold {
			x, err := newWare(i)
			if err != nil {
				return err
			}
			w.wares[seller] = append(w.wares[seller], x)
			offers[x.line.Party] = append(offers[x.line.Party], command.New("", x.offer(seller)),
				w.restock(x, seller, lanes))
			lists[seller] = append(lists[seller], command.New("", x.list()))
		}
	}
	first := w.wares[operator][0]
	offers[first.line.Party] = append(offers[first.line.Party], w.restock(first, operator, lanesAll))
	if err := w.allOf(ctx, offers); err != nil {
		return err
	}
	return w.allOf(ctx, lists)
}

// set makes the good.
func (x *ware) set() goods.SetGoodRequest {
	return goods.SetGoodRequest{

		Supplier: x.line.Supplier, SKU: x.line.SKU, En: "Oil change kit", Zh: "机油保养套装", Category: "care",
		Unit: "piece", Tax: "standard",
		Delivery: x.line.Delivery, Open: true,
	}
}

// offer offers a seller the ware's terms.
func (x *ware) offer(seller string) goods.OfferTermsRequest {
	return goods.OfferTermsRequest{
		Supplier: x.line.Supplier, SKU: x.line.SKU, Seller: seller, Kind: x.line.Kind, Commitment: x.line.Terms,
	}
}

// list has the seller list the ware under these terms.
func (x *ware) list() goods.ListRequest {
	return goods.ListRequest{

		Supplier: x.line.Supplier, SKU: x.line.SKU, Scene: x.line.Scene, Kind: x.line.Kind, Terms: x.line.Terms,
		Prices: []goods.Price{{Fen: x.line.Fen}}, Open: true,
	}
}

// restock gives the seller plenty in each of its first lanes.
func (w *world) restock(x *ware, seller string, lanes int) command.Command {
	units := plenty * amount.Units(lanes)
	w.books.restocked.Add(int64(units))
	return command.New("", goods.RestockRequest{
		Supplier: x.line.Supplier, SKU: x.line.SKU, Seller: seller, Units: units, Lanes: uint8(lanes),
	})
}

// allOf has parties run commands none of which may be refused, in full batches,
// each party's side by side. A batch may not need what another one makes.
func (w *world) allOf(ctx context.Context, commands map[string][]command.Command) error {
	for _, party := range slices.Sorted(maps.Keys(commands)) {
		err := w.as(ctx, party, "1-4", func(g *gateway.Gateway) error {
			var group errgroup.Group
			for batch := range slices.Chunk(commands[party], batchSize) {
				group.Go(func() error {
					_, err := runAll(ctx, g, batch)
					return err
				})
			}
			return group.Wait()
		})
		if err != nil {
			return fmt.Errorf("%s: %w", party, err)
		}
	}
	return nil
}

// debt says who owes whom for goods; receivable is what that comes to, as only the
// two know, and for how many deliveries.
type (
	debt       struct{ debtor, creditor string }
	receivable struct {
		opening    pedersen.Opening
		deliveries uint64
	}
)

// sold notes what a delivered sale makes its seller owe the supplier's party.
func (b *books) sold(seller string, s sale) error {
	one, err := s.ware.owes.Times(uint64(s.quantity))
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.delivered += int64(s.quantity)
	of := debt{seller, s.ware.line.Party}
	sum, found := b.owed[of]
	if !found {
		sum.opening = pedersen.Known(pedersen.Value{})
	}
	if sum.opening, err = sum.opening.Plus(one); err != nil {
		return err
	}
	sum.deliveries++
	b.owed[of] = sum
	return nil
}
