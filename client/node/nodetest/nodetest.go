// Package nodetest has what tests of a node's use cases begin with.
package nodetest

import (
	"log/slog"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/spend"
	"tallystick/client/config"
	"tallystick/client/gateway/gatewaytest"
	"tallystick/client/index/indextest"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// November is 2026-11-01, the first day of the story's cycle.
const November = date.Date(20758)

// Offline is a node of D that has a vault and isn't connected.
func Offline(t testing.TB) *node.Node {
	t.Helper()
	n := node.Offline(config.Config{Party: "D", State: t.TempDir()})
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// PriceList is a vault with what D owes S1 and S2 for a unit: an oil kit 26,800, of
// wipers 13 1/3 % commission.
func PriceList(t *testing.T) (known *vault.Vault, oil, wiper pedersen.Commitment) {
	t.Helper()
	v, err := Offline(t).Vault()
	if err != nil {
		t.Fatal(err)
	}
	keep := func(supplier, sku string, kind goods.TermsKind, value uint64) pedersen.Commitment {
		terms := vault.Terms{Supplier: supplier, SKU: sku, Seller: "D", Kind: kind,
			Opening: pedersen.Opening{Value: pedersen.Whole(value)}}
		salt, err := v.TermsSalt("test", terms)
		if err != nil {
			t.Fatal(err)
		}
		terms.Opening.Salt = salt
		if err := v.PutTerms(terms); err != nil {
			t.Fatal(err)
		}
		c, err := terms.Opening.Commit()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	return v, keep("S1", "oilkit", goods.Supply, 268_000_000), keep("S2", "wiper", goods.Commission, 1333)
}

// taken is points of a lot.
func taken(programme string, units amount.Units) spend.Piece {
	return spend.Piece{Lot: indextest.Numbered(99).Row(0), Programme: programme, Funder: "D", Amount: units}
}

// Kit is the story's R1: an oil kit of S1 at D's storefront for 29,800.
func Kit(state goods.State) goods.Order {
	return goods.Order{
		Seller: "D", Member: "zhang", Outlet: "T3", Region: "sh", Reference: "R1", Date: November, Payment: "pos-77",
		ShipDays: 3, SilenceDays: 7, ReturnDays: 10,
		Parts: []goods.Part{{
			Supplier: "S1", Party: "S1", Delivery: goods.Shipped, Scene: "care", Fee: amount.Rate{Num: 1, Den: 100},
			State: state, Since: November + 1,
			Lines:  []goods.Line{{SKU: "oilkit", Version: 1, Quantity: 1, Fen: 29_800}},
			Pieces: spend.Line{taken("DP", 1860), taken("FP", 8400), taken("GP", 20_000)}, Cash: 1220,
		}},
	}
}

// Open is a party's node on a network that is served, with lane 1.
func Open(t testing.TB, s *gatewaytest.Server, party string) *node.Node {
	t.Helper()
	cfg := s.Config(t, party)
	cfg.Lanes, cfg.Linger = "1", 0
	n, err := node.Open(t.Context(), cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}
