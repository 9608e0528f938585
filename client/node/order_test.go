package node

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
)

// taken is points of a lot.
func taken(programme string, units amount.Units) spend.Piece {
	return spend.Piece{Lot: indextest.Numbered(99).Row(0), Programme: programme, Funder: "D", Amount: units}
}

// kit is the story's R1: an oil kit of S1 at D's storefront for 29,800.
func kit(state goods.State) goods.Order {
	return goods.Order{
		Seller: "D", Member: "zhang", Outlet: "T3", Region: "sh", Reference: "R1", Date: november, Payment: "pos-77", ShipDays: 3, SilenceDays: 7, ReturnDays: 10,
		Parts: []goods.Part{{
			Supplier: "S1", Party: "S1", Delivery: goods.Shipped, Scene: "care", Fee: amount.Rate{Num: 1, Den: 100}, State: state, Since: november + 1,
			Lines:  []goods.Line{{SKU: "oilkit", Version: 1, Quantity: 1, Fen: 29_800}},
			Pieces: spend.Line{taken("DP", 1860), taken("FP", 8400), taken("GP", 20_000)}, Cash: 1220,
		}},
	}
}

// TestPlacing: what is asked of the ledger is what the request says.
func TestPlacing(t *testing.T) {
	p := PlaceRequest{
		Basket:   Basket{Member: "zhang", Region: "sh", Outlet: "T3", Lines: []goods.Wanted{{Supplier: "S1", SKU: "oil", Quantity: 2}}},
		Spending: Spending{Take: []Part{{"DP", 5}}}, Cash: 7, Payment: "p", Reference: "R", For: 3600,
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	hash := bytes.Repeat([]byte{7}, 32)
	commitment := code.Commit(code.Code(strings.Repeat("x", code.Size)))
	before := time.Now().Add(time.Hour).Unix()
	req := p.request([]spend.Take{ALot}, hash, commitment)
	if req.Check() != nil || req.AcceptBy < before || req.AcceptBy > before+60 {
		t.Fatalf("%+v, %v", req, req.Check())
	}
	req.AcceptBy = 0
	want := goods.PlaceRequest{Member: "zhang", Lines: p.Lines, Region: "sh", Outlet: "T3", Quote: hash, Pieces: []spend.Take{ALot},
		Cash: 7, Payment: "p", Pickup: commitment, Reference: "R"}
	if d := cmp.Diff(want, req); d != "" {
		t.Error(d)
	}
	p.Accept = true
	if req := p.request(nil, hash, nil); req.Check() != nil || !req.Accept || req.AcceptBy != 0 {
		t.Errorf("%+v, %v", req, req.Check())
	}
	p.Take = []Part{{"DP", 0}}
	if err := p.Check(); fault.CodeOf(err) != fault.Limit && fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("no points: %v", err)
	}
}

func TestDueOnes(t *testing.T) {
	two := kit(goods.Placed)
	two.Parts = append(two.Parts, two.Parts[0])
	placed, accepted := index.Order{Number: indextest.Numbered(1), Order: two}, index.Order{Number: indextest.Numbered(2), Order: kit(goods.Accepted)}
	list := dueOnes([]index.OrderPart{placed.Part(1), placed.Part(2), accepted.Part(1)}, timeOutOf)
	want := []dueOne{{"D.1.1.1", goods.TimeOutRequest{Order: indextest.Numbered(1)}}, {"D.1.1.2/1", goods.TimeOutRequest{Order: indextest.Numbered(2), Part: 1}}}
	if fmt.Sprint(list) != fmt.Sprint(want) {
		t.Errorf("%v", list)
	}
	shipped := index.Order{Number: indextest.Numbered(3), Order: kit(goods.OnItsWay)}
	if req := deliverOf(shipped.Part(1)).(goods.DeliverRequest); req.Order != indextest.Numbered(3) || req.Part != 1 || req.Check() != nil {
		t.Errorf("%+v", req)
	}
	if req := completeOf(shipped.Part(1)).(goods.CompleteRequest); req.Order != indextest.Numbered(3) || req.Part != 1 || req.Check() != nil {
		t.Errorf("%+v", req)
	}
}
