package catalogue

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
)

// TestPlacing: what is asked of the ledger is what the request says.
func TestPlacing(t *testing.T) {
	p := PlaceRequest{
		Basket: Basket{Member: "zhang", Region: "sh", Outlet: "T3",
			Lines: []goods.Wanted{{Supplier: "S1", SKU: "oil", Quantity: 2}}},
		Spending: node.Spending{Take: []node.Part{{Programme: "DP", Points: 5}}}, Cash: 7, Payment: "p",
		Reference: "R", For: 3600,
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	hash := bytes.Repeat([]byte{7}, 32)
	commitment := code.Commit(code.Code(strings.Repeat("x", code.Size)))
	before := time.Now().Add(time.Hour).Unix()
	req := p.request([]spend.Take{node.ALot}, hash, commitment)
	if req.Check() != nil || req.AcceptBy < before || req.AcceptBy > before+60 {
		t.Fatalf("%+v, %v", req, req.Check())
	}
	req.AcceptBy = 0
	want := goods.PlaceRequest{Member: "zhang", Lines: p.Lines, Region: "sh", Outlet: "T3", Quote: hash,
		Pieces: []spend.Take{node.ALot},
		Cash:   7, Payment: "p", Pickup: commitment, Reference: "R"}
	if d := cmp.Diff(want, req); d != "" {
		t.Error(d)
	}
	p.Accept = true
	if req := p.request(nil, hash, nil); req.Check() != nil || !req.Accept || req.AcceptBy != 0 {
		t.Errorf("%+v, %v", req, req.Check())
	}
	p.Take = []node.Part{{Programme: "DP"}}
	if err := p.Check(); fault.CodeOf(err) != fault.Limit && fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("no points: %v", err)
	}
}

func TestDueOnes(t *testing.T) {
	two := nodetest.Kit(goods.Placed)
	two.Parts = append(two.Parts, two.Parts[0])
	placed, accepted := index.Order{Number: indextest.Numbered(1), Order: two},
		index.Order{Number: indextest.Numbered(2), Order: nodetest.Kit(goods.Accepted)}
	list := dueOnes([]index.OrderPart{placed.Part(1), placed.Part(2), accepted.Part(1)}, timeOutOf)
	want := []dueOne{{"D.1.1.1", goods.TimeOutRequest{Order: indextest.Numbered(1)}},
		{"D.1.1.2/1", goods.TimeOutRequest{Order: indextest.Numbered(2), Part: 1}}}
	if fmt.Sprint(list) != fmt.Sprint(want) {
		t.Errorf("%v", list)
	}
	shipped := index.Order{Number: indextest.Numbered(3), Order: nodetest.Kit(goods.OnItsWay)}
	if req := deliverOf(shipped.Part(1)).(goods.DeliverRequest); req.Order != indextest.Numbered(3) ||
		req.Part != 1 || req.Check() != nil {
		t.Errorf("%+v", req)
	}
	if req := completeOf(shipped.Part(1)).(goods.CompleteRequest); req.Order != indextest.Numbered(3) ||
		req.Part != 1 || req.Check() != nil {
		t.Errorf("%+v", req)
	}
}
