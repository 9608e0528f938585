package catalogue

import (
	"context"

	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of returns, and of cash that sellers owe members (退货、应退现金).
var (
	OrderCashRefunded = node.Sends[goods.PayBackRequest](node.Describe("order.cash.refunded", "POST",
		"/v1/cash/{due}/refunded", node.Counter,
		"Name the refund that paid cash back; for the seller and the member's home", "现金已退",
		`{"due":"D.0.9.0","payment":"refund-77-13"}`))
	OrderReturnReceive = node.Sends[goods.ReceiveReturnRequest](node.Describe("order.return.receive", "POST",
		"/v1/returns/{return}/receive", node.Counter,
		"Say that returned goods are back; for the seller and the supplier's party", "收到退货",
		`{"return":"G.0.12.0","restock":true}`))
	OrderReturnRefund = node.Sends[goods.RefundRequest](node.Describe("order.return.refund", "POST",
		"/v1/returns/{return}/refund", node.Counter,
		"Give points and cash back for returned goods; for the seller", "退款",
		`{"return":"G.0.12.0","payment":""}`))
	OrderReturnRefuse = node.Sends[goods.RefuseReturnRequest](node.Describe("order.return.refuse", "POST",
		"/v1/returns/{return}/refuse", node.Catalogue,
		"Turn a return down; for the seller", "拒绝退货",
		`{"return":"G.0.12.0","reason":"used"}`))
	OrderReturnRequest = node.Sends[goods.RequestReturnRequest](node.Describe("order.return.request", "POST",
		"/v1/orders/{order}/returns", node.Counter,
		"Ask to return a quantity of a line; for the seller and the member's home", "退货申请",
		`{"order":"D.0.7.0","part":1,"line":1,"quantity":1,"reason":"wrong_size"}`))
	OrderReturnTimeout = node.Sends[goods.TimeOutReturnRequest](node.Describe("order.return.timeout", "POST",
		"/v1/returns/{return}/timeout", node.Catalogue,
		"End a return in the member's favour that its seller left unanswered; for everyone", "超时退款",
		`{"return":"G.0.12.0"}`))
	OrderReturnTimeoutDue = node.Does(node.Describe("order.return.timeout.due", "POST",
		"/v1/returns/timeouts", node.Catalogue,
		"End all returns in the members' favour that their sellers left unanswered", "批量超时退款", `{"seller":"D"}`),
		timeOutReturns)
	OrderReturnList = node.Does(node.Describe("order.return.list", "GET", "/v1/returns", node.Read,
		"List returns", "退货记录", `{"member":"wang","states":["REQUESTED","RECEIVED"]}`), returns)
	OrderCashList = node.Paged(node.Describe("order.cash.list", "GET", "/v1/cash", node.Read,
		"List cash that sellers owe, or owed, members", "应退现金清单", `{"seller":"D"}`), cash)
)

// timeOutReturns times out what a seller, or anyone, has left unanswered.
func timeOutReturns(ctx context.Context, n *node.Node, c *node.Call, req DueRequest) (*node.Results, error) {
	list, err := node.Ask(ctx, n, func(r *index.Reading) (list []dueOne, err error) {
		today, err := node.BusinessDate(r)
		if err != nil {
			return nil, err
		}
		filter := index.ReturnFilter{Seller: req.Seller, States: []goods.ReturnState{goods.Requested, goods.Received}}
		open, err := node.All(func(p index.Page) (index.Part[index.Return], error) { return r.Returns(filter, p) })
		for _, one := range open {
			if one.AnswerBy < today {
				list = append(list, dueOne{one.Number.String(), goods.TimeOutReturnRequest{Return: one.Number}})
			}
		}
		return list, err
	})
	if err != nil {
		return nil, err
	}
	return runEach(ctx, n, c, list)
}

// ReturnListRequest narrows a list of returns.
type ReturnListRequest struct {
	Order    number.Command      `json:"order,omitzero"`
	Seller   string              `json:"seller,omitempty"`
	Member   string              `json:"member,omitempty"`
	Supplier string              `json:"supplier,omitempty"`
	Own      bool                `json:"own,omitempty"` // of goods of the suppliers that the party acts for only
	States   []goods.ReturnState `json:"states,omitempty"`
}

func returns(ctx context.Context, n *node.Node, _ *node.Call, req ReturnListRequest) (node.List[index.Return], error) {
	filter := index.ReturnFilter{Order: req.Order, Seller: req.Seller, Member: req.Member,
		Supplier: req.Supplier, States: req.States}
	if req.Own {
		filter.Party = n.Party()
	}
	return node.Ask(ctx, n, func(r *index.Reading) (node.List[index.Return], error) {
		if err := (node.Narrowed{Member: req.Member, Party: req.Seller}).There(r); err != nil {
			return node.List[index.Return]{}, err
		}
		rows, err := node.All(func(p index.Page) (index.Part[index.Return], error) { return r.Returns(filter, p) })
		return node.List[index.Return]{Height: r.Height(), Rows: rows}, err
	})
}

// CashListRequest narrows a list of cash that sellers owe members.
type CashListRequest struct {
	Member string   `json:"member,omitempty"`
	Seller string   `json:"seller,omitempty"`
	Order  string   `json:"order,omitempty"`
	States []string `json:"states,omitempty"` // what is owed still, if it is left out
}

func cash(ctx context.Context, n *node.Node, c *node.Call, req CashListRequest) (node.Found[goods.Due], error) {
	filter := index.Filter{Member: req.Member, Party: req.Seller, Topic: req.Order, States: req.States}
	if len(filter.States) == 0 {
		filter.States = []string{goods.Owed.String()}
	}
	return node.Pages(ctx, n, c, func(r *index.Reading, p index.Page) (index.Part[index.Entry[goods.Due]], error) {
		if err := (node.Narrowed{Member: req.Member, Party: req.Seller}).There(r); err != nil {
			return index.Part[index.Entry[goods.Due]]{}, err
		}
		return index.Search[goods.Due](r, filter, p)
	})
}
