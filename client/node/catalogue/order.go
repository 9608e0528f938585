package catalogue

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of orders (订单); those that make one are beside them.
var (
	OrderAccept = node.Sends[goods.AcceptRequest](node.Describe("order.accept", "POST",
		"/v1/orders/{order}/accept", node.Catalogue,
		"Take an order on; what needs no delivery is delivered by it; for its seller", "接单",
		`{"order":"D.0.7.0"}`))
	OrderCancel = node.Sends[goods.CancelRequest](node.Describe("order.cancel", "POST",
		"/v1/orders/{order}/cancel", node.Catalogue,
		"End an order that isn't accepted, or a part that isn't delivered", "取消",
		`{"order":"D.0.7.0","part":0,"lost":false,"reason":"member_changed_mind"}`))
	OrderComplete = node.Sends[goods.CompleteRequest](node.Describe("order.complete", "POST",
		"/v1/orders/{order}/complete", node.Catalogue,
		"End a delivered part: nothing can be returned any more; for the member's home, then for everyone", "完成",
		`{"order":"D.0.7.0","part":1}`))
	OrderDeliver = node.Sends[goods.DeliverRequest](node.Describe("order.deliver", "POST",
		"/v1/orders/{order}/deliver", node.Counter,
		"Say that a part has reached the member, and with what proof", "签收",
		`{"order":"D.0.7.0","part":1,"code":"2ABCD-EFGH2-JKMN3-PQRS4-TVWXY-8","evidence":""}`))
	OrderReject = node.Sends[goods.RejectRequest](node.Describe("order.reject", "POST",
		"/v1/orders/{order}/reject", node.Catalogue,
		"Turn an order down: stock and points go back; for its seller", "拒单",
		`{"order":"D.0.7.0","reason":"address_unknown"}`))
	OrderShip = node.Sends[goods.ShipRequest](node.Describe("order.ship", "POST",
		"/v1/orders/{order}/ship", node.Catalogue,
		"Hand a part to a carrier; for the seller and the supplier's party", "发货",
		`{"order":"D.0.7.0","part":1,"carrier":"sf","waybill":"SF1234567890"}`))
	OrderTimeout = node.Sends[goods.TimeOutRequest](node.Describe("order.timeout", "POST",
		"/v1/orders/{order}/timeout", node.Catalogue,
		"End what wasn't accepted, or a part that wasn't shipped, in time; for everyone", "超时取消",
		`{"order":"D.0.7.0","part":0}`))
	OrderTimeoutDue = node.Does(node.Describe("order.timeout.due", "POST", "/v1/orders/timeouts", node.Catalogue,
		"End all orders and parts whose time to be accepted, or shipped, has passed", "批量超时取消", `{"seller":"D"}`),
		timeOutDueOrders)
	OrderDeliverDue = node.Does(node.Describe("order.deliver.due", "POST", "/v1/orders/deliveries", node.Catalogue,
		"Deliver all parts that were shipped and about which silence lasted long enough", "批量默认签收", `{"seller":"D"}`),
		deliverDue)
	OrderCompleteDue = node.Does(node.Describe("order.complete.due", "POST", "/v1/orders/completions", node.Catalogue,
		"End all parts that were delivered and can't be returned any more", "批量完成", `{"seller":"D"}`), completeDue)
	OrderList = node.Does(node.Describe("order.list", "GET", "/v1/orders", node.Read,
		"List orders, part by part", "订单查询", `{"seller":"D","states":["PLACED","ACCEPTED"]}`), parts)
	OrderShow = node.Does(node.Describe("order.show", "GET", "/v1/orders/{order}", node.See,
		"Show an order: how far each part is, what paid for it, what came back", "订单详情", `{"order":"D.0.7.0"}`), order)
)

// DueRequest asks for everything whose time has come.
type DueRequest struct {
	Seller string `json:"seller,omitempty"` // of this seller only
}

func timeOutDueOrders(ctx context.Context, n *node.Node, c *node.Call, req DueRequest) (*node.Results, error) {
	return runDue(ctx, n, c, req, timeOutOf, goods.Placed, goods.Accepted)
}

func deliverDue(ctx context.Context, n *node.Node, c *node.Call, req DueRequest) (*node.Results, error) {
	return runDue(ctx, n, c, req, deliverOf, goods.OnItsWay)
}

func completeDue(ctx context.Context, n *node.Node, c *node.Call, req DueRequest) (*node.Results, error) {
	return runDue(ctx, n, c, req, completeOf, goods.Delivered)
}

// timeOutOf times a part out, or all of an order that isn't accepted.
func timeOutOf(p index.OrderPart) command.Request {
	if p.State == goods.Placed {
		return goods.TimeOutRequest{Order: p.Order}
	}
	return goods.TimeOutRequest{Order: p.Order, Part: uint8(p.Number)}
}

func deliverOf(p index.OrderPart) command.Request {
	return goods.DeliverRequest{Order: p.Order, Part: uint8(p.Number)}
}

func completeOf(p index.OrderPart) command.Request {
	return goods.CompleteRequest{Order: p.Order, Part: uint8(p.Number)}
}

// runDue does something with every part whose state has ended by itself.
func runDue(ctx context.Context, n *node.Node, c *node.Call, req DueRequest, make func(index.OrderPart) command.Request,
	in ...goods.State) (*node.Results, error) {
	list, err := node.Ask(ctx, n, func(r *index.Reading) (list []dueOne, err error) {
		today, err := node.BusinessDate(r)
		for i := 0; i < len(in) && err == nil; i++ {
			var due []index.OrderPart
			due, err = r.DueParts(in[i], req.Seller, time.Now().Unix(), today, maxDue)
			list = append(list, dueOnes(due, make)...)
		}
		return list, err
	})
	if err != nil {
		return nil, err
	}
	return runEach(ctx, n, c, list)
}

// runEach does one thing after the other, and counts what became of them.
func runEach(ctx context.Context, n *node.Node, c *node.Call, list []dueOne) (*node.Results, error) {
	run, err := n.Begin(ctx, c)
	if err != nil {
		return nil, err
	}
	results := node.NewResults()
	for _, one := range list {
		if err := results.Note(one.name, run.Repeat(ctx, one.req)); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// maxDue is the most parts in one state that a run takes on; another run goes on.
const maxDue = 10_000

// dueOne is one thing to do of a run.
type dueOne struct {
	name string
	req  command.Request
}

// dueOnes lists what to do with parts, each order that isn't accepted once: all of its parts end together.
func dueOnes(due []index.OrderPart, make func(index.OrderPart) command.Request) (list []dueOne) {
	for i, p := range due {
		name := fmt.Sprintf("%s/%d", p.Order, p.Number)
		if p.State == goods.Placed {
			if i > 0 && due[i-1].Order == p.Order {
				continue
			}
			name = p.Order.String()
		}
		list = append(list, dueOne{name, make(p)})
	}
	return list
}

// OrderListRequest narrows a list of parts of orders.
type OrderListRequest struct {
	Seller    string        `json:"seller,omitempty"`
	Member    string        `json:"member,omitempty"`
	Supplier  string        `json:"supplier,omitempty"`
	Party     string        `json:"party,omitempty"`     // that acts for the supplier
	Reference string        `json:"reference,omitempty"` // the seller's own number
	Waybill   string        `json:"waybill,omitempty"`   // the carrier's number
	States    []goods.State `json:"states,omitempty"`
	Since     date.Date     `json:"since,omitzero"` // in their state since this day or a later one
	From      date.Date     `json:"from,omitzero"`  // ordered on this day or a later one
	Until     date.Date     `json:"until,omitzero"` // ordered on this day or an earlier one
}

func parts(ctx context.Context, n *node.Node, _ *node.Call, req OrderListRequest) (node.List[index.OrderPart], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (node.List[index.OrderPart], error) {
		if err := (node.Narrowed{Member: req.Member, Party: cmp.Or(req.Seller, req.Party)}).There(r); err != nil {
			return node.List[index.OrderPart]{}, err
		}
		rows, err := node.All(func(p index.Page) (index.Part[index.OrderPart], error) {
			return r.Parts(index.PartFilter(req), p)
		})
		return node.List[index.OrderPart]{Height: r.Height(), Rows: rows}, err
	})
}

// OrderRequest names an order.
type OrderRequest struct {
	Order number.Command `json:"order"`
}

// WholeOrder is an order with its returns.
type WholeOrder struct {
	Height uint64 `json:"height"`
	index.Order
	Returns []index.Return `json:"returns"`
}

func order(ctx context.Context, n *node.Node, _ *node.Call, req OrderRequest) (WholeOrder, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (o WholeOrder, err error) {
		o.Height = r.Height()
		if o.Order, err = r.Order(req.Order); err != nil {
			return o, err
		}
		o.Returns, err = node.All(func(p index.Page) (index.Part[index.Return], error) {
			return r.Returns(index.ReturnFilter{Order: req.Order}, p)
		})
		return o, err
	})
}
