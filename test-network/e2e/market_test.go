//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/vault"
)

// market is where the parties come to owe each other, in every way that there is. All tests have the same.
type market struct {
	kit             stall // S1's good at D
	buyer           customer
	gpAtM, gpAtD    customer // who spend G's points at M and at D; every customer is at home where it spends
	dpAtG, fpAtD    customer
	saver           customer   // who converts G's points into D's
	ride            number.Row // an entitlement to rides of M's that D gave
	rideFen, kitFen amount.Units
}

// opened is the market, once a test has opened it.
var opened *market

// fortune is how many points each customer has: more than all tests spend.
const fortune = 1_000_000_000

// traders are the gateways of those who do something in the market.
type traders map[string]*node

func openTraders(t *testing.T) traders {
	t.Helper()
	return traders{
		"G": net.open(t, "G", "1,2"), "D": net.open(t, "D", "1-4"), "M": net.open(t, "M", "1,2"),
		"F": net.open(t, "F", "1"), "S1": net.open(t, "S1", "1"),
	}
}

// openMarket opens the market, unless it is open.
func openMarket(t *testing.T, by traders) *market {
	t.Helper()
	if opened != nil {
		return opened
	}
	m := &market{rideFen: 10_800, kitFen: 5_000}
	g, d, s1 := by["G"], by["D"], by["S1"]
	spender := func(home, issuer string) customer {
		who := fresh("spender")
		enrol(t, by[home], who)
		return customer{Member: who, Lot: issue(t, by[issuer], issuer+"P", who, fortune)}
	}
	m.gpAtM, m.gpAtD, m.dpAtG, m.fpAtD, m.saver, m.buyer = spender("M", "G"), spender("D", "G"), spender("G", "D"),
		spender("D", "F"), spender("D", "G"), spender("D", "D")
	do(t, d, points.PublishRateRequest{
		From: "GP", To: "DP", Rate: amount.Rate{Num: 1, Den: 1}, Since: day("2026-11-01"), Until: farDay,
	})
	agreeRate(t, g, "GP", "DP")
	rides := fresh("ride")
	do(t, by["M"], benefit.DefineRequest{
		Benefit: rides, En: "Airport ride", Zh: "接机", Kind: benefit.Service, Price: m.rideFen, Uses: benefit.MaxUses,
		Days:      300,
		Stackable: true, Grantors: []string{"D"}, Scene: "travel", Fee: amount.Rate{Num: 1, Den: 100},
		Lapse: benefit.Keep, Window: 7,
	})
	m.ride = do(t, d, benefit.GrantRequest{Benefit: rides, Grants: []benefit.Grant{{Member: m.buyer.Member}}}).Row(0)
	of := supplier(t, s1, g)
	m.kit = openStall(t, s1, d, of, good(t, s1, of), m.kitFen, 3_333*settlement.PerFen)
	do(t, s1, goods.RestockRequest{Supplier: of, SKU: m.kit.SKU, Seller: "D", Units: 1_000_000})
	for _, party := range []desk{"D", "S1"} {
		party.learn(t, vault.Terms{Supplier: of, SKU: m.kit.SKU, Seller: "D", Kind: goods.Supply, Opening: m.kit.Terms})
	}
	opened = m
	return m
}

// ask has the buyer know what a kit costs today.
func (m *market) ask(t *testing.T, by traders) {
	m.buyer.Quotes = []codec.Hash{m.kit.quote(t, by["D"], m.buyer.Member, 1).Hash}
}

// made is a command that made somebody owe something.
type made struct {
	command.Receipt
	known, hidden int // obligations
}

// deal is one way to come to owe, of so many fen where that can be said.
type deal func(ctx context.Context, by traders, fen amount.Units) ([]made, error)

// deals are all of them, by who owes whom.
func (m *market) deals() map[string]deal {
	return map[string]deal{
		"G→M, points of G's taken by M":            m.takes("M", m.gpAtM, "travel", 0),
		"G→D, points of G's taken by D, and back":  m.takes("D", m.gpAtD, "shop", 3),
		"D→G, points of D's taken by G":            m.takes("G", m.dpAtG, "shop", 0),
		"F→D, points of F's taken by D":            m.takes("D", m.fpAtD, "finance", 0),
		"G→D, points of G's turned into D's":       m.converts,
		"D→M and M→G, a ride that D gave":          m.rides,
		"D→S1, hidden, a kit of S1's that D sells": m.sells,
	}
}

// takes has a party take points; one of part of them goes back, unless that is 0.
func (m *market) takes(acceptor string, c customer, scene string, part amount.Units) deal {
	return func(ctx context.Context, by traders, fen amount.Units) ([]made, error) {
		g := by[acceptor]
		hold, err := g.Do(ctx, fresh("hold"), points.HoldRequest{
			Member: c.Member, Pieces: []spend.Take{{Lot: c.Lot, Amount: fen}}, Deadline: soon(), Scene: scene,
		})
		if err != nil {
			return nil, err
		}
		taken, err := g.Do(ctx, fresh("capture"), points.CaptureRequest{Hold: hold.Number, Amount: fen})
		if err != nil || part == 0 {
			return []made{{taken, 1, 0}}, err
		}
		back, err := g.Do(ctx, fresh("refund"), points.RefundRequest{
			Hold: hold.Number, Capture: taken.Number, Amount: max(1, fen/part), Reason: "goods_returned",
		})
		return []made{{taken, 1, 0}, {back, 1, 0}}, err
	}
}

func (m *market) converts(ctx context.Context, by traders, fen amount.Units) ([]made, error) {
	r, err := by["D"].Do(ctx, fresh("convert"), points.ConvertRequest{
		Member: m.saver.Member, To: "DP", Pieces: []spend.Take{{Lot: m.saver.Lot, Amount: fen}},
	})
	return []made{{r, 1, 0}}, err
}

func (m *market) rides(ctx context.Context, by traders, _ amount.Units) ([]made, error) {
	r, err := by["M"].Do(ctx, fresh("ride"), benefit.WriteOffRequest{Entitlement: m.ride, Outlet: "T3"})
	return []made{{r, 2, 0}}, err
}

func (m *market) sells(ctx context.Context, by traders, _ amount.Units) ([]made, error) {
	d := by["D"]
	order, err := d.Do(ctx, fresh("order"), goods.PlaceRequest{
		Member: m.buyer.Member, Lines: []goods.Wanted{m.kit.wanted(1)}, Quote: m.buyer.Quotes[0], Accept: true,
		Pieces: []spend.Take{{Lot: m.buyer.Lot, Amount: m.kitFen}},
	})
	if err != nil {
		return nil, err
	}
	r, err := d.Do(ctx, fresh("deliver"), goods.DeliverRequest{
		Order: order.Number, Part: 1, Evidence: make(codec.Hash, 32),
	})
	return []made{{r, 0, 1}}, err
}

// trade has all deals made at once, each again and again with other amounts, until it is enough. It answers all that
// was made.
func (m *market) trade(t *testing.T, by traders, enough <-chan struct{}) (list []made) {
	t.Helper()
	m.ask(t, by)
	var all sync.WaitGroup
	var mu sync.Mutex
	for name, one := range m.deals() {
		all.Go(func() {
			for n := amount.Units(1); !isClosed(enough) && t.Context().Err() == nil; n++ {
				got, err := one(t.Context(), by, 100*n+n%7)
				if fault.CodeOf(err) != "" {
					t.Errorf("%s: %v", name, err)
					return
				}
				mu.Lock()
				list = append(list, got...)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return list
}

// once has every deal made once, all of them at once, of amounts that are always the same.
func (m *market) once(t *testing.T, by traders) (list []made) {
	t.Helper()
	m.ask(t, by)
	fen := map[string]amount.Units{}
	for name := range maps.Keys(m.deals()) {
		fen[name] = amount.Units(1_000 + 37*len(name))
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	for name, one := range m.deals() {
		all.Go(func() {
			got, err := one(t.Context(), by, fen[name])
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			mu.Lock()
			defer mu.Unlock()
			list = append(list, got...)
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return list
}

// counts says how many obligations were made, known and hidden.
func counts(list []made) (known, hidden int) {
	for _, m := range list {
		known, hidden = known+m.known, hidden+m.hidden
	}
	return known, hidden
}

func (m made) String() string { return fmt.Sprintf("%s in %s", m.Number, m.Cycle) }
