package settle

import (
	"context"

	"tallystick/chaincode/settlement"
	"tallystick/client/node"
)

// The operations of payments (付款).
var (
	PaymentBounce = node.Sends[settlement.BounceRequest](node.Describe("payment.bounce", "POST",
		"/v1/payments/{cycle}/{payment}/bounce", node.Finance,
		"Say that your bank refused a payment; it can be instructed again", "退票",
		`{"cycle":"2026-11","payment":3,"reason":"account_closed"}`))
	PaymentCarry = node.Sends[settlement.CarryPaymentRequest](node.Describe("payment.carry", "POST",
		"/v1/payments/{cycle}/{payment}/carry", node.Finance,
		"End a payment that is overdue: what didn't come in is owed again, in the open cycle", "逾期结转",
		`{"cycle":"2026-11","payment":3}`))
	PaymentDeposit = node.Sends[settlement.DepositRequest](node.Describe("payment.deposit", "POST",
		"/v1/deposits", node.Finance,
		"Say that you have deposited money with another party, which then counts it", "预存申报",
		`{"holder":"D","fen":500000,"reference":"20261203000017"}`))
	PaymentPrefund = node.Sends[settlement.PrefundRequest](node.Describe("payment.prefund", "POST",
		"/v1/deposits/prefund", node.Finance,
		"Count a deposit that a debtor has announced: by so much more it may come to owe you; you owe it back", "预存",
		`{"debtor":"F","fen":500000,"reference":"20261203000017"}`))
	PaymentInstruct = node.Sends[settlement.InstructRequest](node.Describe("payment.instruct", "POST",
		"/v1/payments/{cycle}/instruct", node.Finance,
		"Note on the ledger that your bank was told to pay your payments of a cycle", "付款指令",
		`{"cycle":"2026-11","message":"tally-1","hash":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","payments":[2,3],"fen":25946,
"made":1796117400,"execute":"2026-12-03"}`))
	PaymentReceive = node.Does(node.Describe("payment.receive", "POST", "/v1/payments/{payment}/receipts", node.Finance,
		"Tell by hand what came in for a payment, after a look at the account", "手工确认到账",
		`{"payment":"2026-11-3","fen":9700,"charges":100,"reference":"N77","booked":"2026-12-03"}`), receive)
	PaymentTakeBack = node.Does(node.Describe("payment.take-back", "POST",
		"/v1/payments/{payment}/returns", node.Finance,
		"Say that your bank took back what had come in: it is owed again, in the open cycle", "冲正、退汇",
		`{"payment":"2026-11-3","receipt":"N77","fen":9700,"reference":"N91","booked":"2026-12-05",
"evidence":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`), takeBack)
	PaymentList = node.Does(node.Describe("payment.list", "GET", "/v1/payments", node.Read,
		"List a cycle's payments", "付款列表", `{"cycle":"2026-11","party":"S1"}`), listPayments)
	PaymentShow = node.Does(node.Describe("payment.show", "GET", "/v1/payments/{cycle}/{payment}", node.Read,
		"Show a payment, and what came in for it", "付款详情", `{"cycle":"2026-11","payment":3}`), showPayment)
)

// ListPaymentsRequest narrows the list.
type ListPaymentsRequest struct {
	Cycle string `json:"cycle,omitempty"` // closed; the one that was cut off last if it is left out
	Party string `json:"party,omitempty"` // those alone that this party pays or gets
}

// NamedPayment is a payment with its name.
type NamedPayment struct {
	EndToEnd string `json:"endToEndId"`
	settlement.Payment
}

// WithName gives a payment its name on the ledger.
func WithName(p settlement.Payment) NamedPayment {
	return NamedPayment{settlement.EndToEnd(p.Cycle, p.N), p}
}

func listPayments(ctx context.Context, n *node.Node, _ *node.Call,
	req ListPaymentsRequest) (list node.List[NamedPayment], err error) {
	cycle, err := Closed(ctx, n, req.Cycle)
	if err != nil {
		return list, err
	}
	all, _, err := Payments(ctx, n, cycle)
	for _, p := range all {
		if req.Party == "" || p.Debtor == req.Party || p.Creditor == req.Party {
			list.Rows = append(list.Rows, WithName(p))
		}
	}
	list.Height = n.Height()
	return list, err
}

// Payments lists the payments of a closed cycle.
func Payments(ctx context.Context, n *node.Node, cycle string) ([]settlement.Payment, settlement.Close, error) {
	closed, err := n.Query().Close(ctx, cycle)
	if err != nil {
		return nil, closed, err
	}
	list, err := paymentsOf(ctx, n.Query(), closed)
	return list, closed, err
}

// ShowPaymentRequest names a payment.
type ShowPaymentRequest struct {
	Cycle   string `json:"cycle"`
	Payment uint32 `json:"payment"` // its number in the cycle
}

func showPayment(ctx context.Context, n *node.Node, _ *node.Call, req ShowPaymentRequest) (NamedPayment, error) {
	p, err := n.Query().Payment(ctx, req.Cycle, req.Payment)
	return NamedPayment{settlement.EndToEnd(req.Cycle, req.Payment), p}, err
}
