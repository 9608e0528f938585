package catalogue

import (
	"context"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/client/index"
	"tallystick/client/node"
)

// OrderPurchase answers an ERP system (采购订单).
var OrderPurchase = node.Does(node.Describe("order.purchase", "POST", "/v1/purchases", node.Catalogue,
	"What your suppliers are to deliver or have delivered, line by line, for an ERP system", "采购订单",
	`{"supplier":"S2","states":["ACCEPTED","SHIPPED"],"after":"812/D.0.7.0/1","limit":100}`).Asking(), purchases)

// PurchaseRequest asks for what has changed after a cursor.
type PurchaseRequest struct {
	Supplier string        `json:"supplier,omitempty"` // of this supplier only
	States   []goods.State `json:"states,omitempty"`   // what was accepted, or ended after that, if it is left out
	Since    date.Date     `json:"since,omitzero"`     // in their state since this day or a later one
	After    string        `json:"after,omitempty"`    // cursor of the last row that the asker has
	Limit    uint32        `json:"limit,omitempty"`    // at most so many parts; all if it is left out
}

// PurchaseLine is a line of a part that a supplier is to deliver, or has delivered, as an ERP system takes it in.
type PurchaseLine struct {
	Cursor    string         `json:"cursor"` // for after
	Order     number.Command `json:"order"`
	Part      int            `json:"part"`
	Line      int            `json:"line"`
	State     goods.State    `json:"state"`
	Since     date.Date      `json:"since"`   // of the state
	LastDay   date.Date      `json:"lastDay"` // of the state, if it ends by itself
	Ordered   date.Date      `json:"ordered"`
	Seller    string         `json:"seller"`
	Reference string         `json:"reference"` // the seller's own number, or ""
	Outlet    string         `json:"outlet"`
	Region    string         `json:"region"`
	Supplier  string         `json:"supplier"`
	SKU       string         `json:"sku"`
	GTIN      string         `json:"gtin"`
	En        string         `json:"en"`
	Zh        string         `json:"zh"`
	Unit      string         `json:"unit"`
	Delivery  goods.Delivery `json:"delivery"`
	Quantity  uint32         `json:"quantity"`
	Returned  uint32         `json:"returned"`
	// what the seller owes for the quantity, fen, exact; "" if your vault doesn't know
	Supply  PrivatePrice `json:"supply"`
	Carrier string       `json:"carrier"`
	Waybill string       `json:"waybill"`
}

// Purchases is the answer to an ERP system.
type Purchases struct {
	Height uint64         `json:"height"` // blocks that it speaks of
	Rows   []PurchaseLine `json:"rows"`
	Next   string         `json:"next"` // for after: goes on behind the last row
}

// purchaseStates are those of parts that were accepted, or may have been before they ended: an ERP system that has
// taken one in must learn of its end.
var purchaseStates = []goods.State{goods.Accepted, goods.OnItsWay, goods.Delivered, goods.Completed,
	goods.Cancelled, goods.TimedOut}

func purchases(ctx context.Context, n *node.Node, _ *node.Call, req PurchaseRequest) (Purchases, error) {
	v, err := n.Vault()
	if err != nil {
		return Purchases{}, err
	}
	return node.Ask(ctx, n, func(r *index.Reading) (Purchases, error) { return req.of(r, v, n.Party()) })
}

// of reads what a party's suppliers are to deliver after a cursor.
func (req PurchaseRequest) of(r *index.Reading, known node.Openings, party string) (Purchases, error) {
	filter := index.PartFilter{Party: party, Supplier: req.Supplier, States: req.States, Since: req.Since}
	if len(filter.States) == 0 {
		filter.States = purchaseStates
	}
	answer := Purchases{Rows: []PurchaseLine{}, Next: req.After}
	p := purchasing{r, map[sold]goods.Good{}, node.OpeningFinder{Known: known}}
	for left := int(req.Limit); ; {
		page := index.Page{Limit: index.MaxPage, After: answer.Next}
		if req.Limit > 0 {
			page.Limit = min(left, page.Limit)
		}
		found, err := r.Changed(filter, page)
		if err != nil {
			return Purchases{}, err
		}
		answer.Height = found.Height
		for _, part := range found.Rows {
			lines, err := p.lines(part)
			if err != nil {
				return Purchases{}, err
			}
			answer.Rows, answer.Next = append(answer.Rows, lines...), part.Cursor()
		}
		if left -= len(found.Rows); found.Next == "" || req.Limit > 0 && left <= 0 {
			return answer, nil
		}
	}
}

// purchasing makes lines of parts.
type purchasing struct {
	r      *index.Reading
	goods  map[sold]goods.Good // looked up once
	opened node.OpeningFinder
}

// sold is a good in the version that an order is of.
type sold struct {
	supplier, sku string
	version       uint32
}

func (p *purchasing) good(of sold) (good goods.Good, err error) {
	good, known := p.goods[of]
	if known {
		return good, nil
	}
	good, err = p.r.GoodAt(of.supplier, of.sku, of.version)
	p.goods[of] = good
	return good, err
}

func (p *purchasing) lines(part index.OrderPart) ([]PurchaseLine, error) {
	list := make([]PurchaseLine, len(part.Lines))
	for i, l := range part.Lines {
		good, err := p.good(sold{part.Supplier, l.SKU, l.Version})
		if err != nil {
			return nil, err
		}
		supply, err := p.opened.Supply(part.Supplier, part.Seller, l)
		if err != nil {
			return nil, fault.New(fault.CodeOf(err), "order %s, part %d, line %d: %v",
				part.Order, part.Number, i+1, err)
		}
		list[i] = PurchaseLine{
			Cursor: part.Cursor(), Order: part.Order, Part: part.Number, Line: i + 1, State: part.State,
			Since: part.Since, LastDay: part.LastDay,
			Ordered: part.Date, Seller: part.Seller, Reference: part.Reference, Outlet: part.Outlet,
			Region: part.Region, Supplier: part.Supplier,
			SKU: l.SKU, GTIN: good.GTIN, En: good.En, Zh: good.Zh, Unit: good.Unit,
			Delivery: part.Delivery, Quantity: l.Quantity,
			Returned: l.Returned, Supply: PrivatePrice(supply), Carrier: part.Carrier, Waybill: part.Waybill,
		}
	}
	return list, nil
}
