// Package status says how a node is, and what of the party's needs somebody: what to sign, to pay, to answer, to renew.
package status

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"time"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/settlement"
	"tallystick/client/access"
	"tallystick/client/bounds"
	"tallystick/client/index"
	"tallystick/client/machine"
	"tallystick/client/node"
	"tallystick/client/node/control"
	"tallystick/client/node/events"
	"tallystick/client/node/jobs"
	"tallystick/client/webhook"
)

// NodeStatus says how the node is (状态).
var NodeStatus = node.Does(node.Describe("node.status", "GET", "/v1/node", node.Read,
	"Say how your node is, and what needs somebody: what to sign, to pay, to answer, to renew", "节点状态与待办",
	`{}`), status)

// Operations lists what this package does.
func Operations() []node.Operation { return []node.Operation{NodeStatus} }

// Status is how a node is.
type Status struct {
	Party  string    `json:"party"`
	Height uint64    `json:"height"` // blocks that its read model has
	Ledger uint64    `json:"ledger"` // blocks that it knows of
	Date   date.Date `json:"date"`   // the business date
	Cycle  string    `json:"cycle"`  // the open one
	Lanes  []Lane    `json:"lanes"`  // who writes which; of all processes of the party, where they share lanes
	Needs  []Need    `json:"needs"`  // most urgent first
}

// Lane is who writes one of the party's lanes.
type Lane struct {
	Lane    uint8  `json:"lane"`
	Process string `json:"process"` // its machine, and the directory of its state; "" for nobody
}

// Need is something that somebody of the party has to do.
type Need struct {
	What string `json:"what"` // its code, such as sign or pay
	En   string `json:"en"`   // what to do
	Zh   string `json:"zh"`   // the same in Chinese
	// what it is about: a cycle, a payment, a dispute, an order, a job, a file
	Of        string    `json:"of"`
	With      string    `json:"with"`         // the other party, "" for none
	By        date.Date `json:"by,omitempty"` // last day, 0 for none
	Late      bool      `json:"late"`         // the last day has passed
	Count     int       `json:"count"`        // how many it stands for
	Operation string    `json:"operation"`    // that does it, "" for what is done outside
}

// what is a kind of need: what to do, and by which operation.
type what struct{ Code, En, Zh, Operation string }

// The kinds of needs.
var (
	signStatement = what{"sign", "sign the statement", "签认对账单", "statement.sign"}
	signAgain     = what{"differs", "the two signed different statements: compare, and sign again",
		"双方签认不一致，核对后重签", "statement.diff"}
	pay           = what{"pay", "have the bank pay", "付款", "payment.instruct"}
	payAgain      = what{"bounced", "the bank refused the payment: pay again", "银行退回，重新付款", "payment.instruct"}
	answerDispute = what{"answer", "answer the dispute", "答复争议", "dispute.answer"}
	decideDispute = what{"decide", "agree to what the other side offers, withdraw, or escalate",
		"对方已答复：同意、撤回或提请裁决", "dispute.show"}
	ruleDispute   = what{"rule", "rule on the dispute", "裁决争议", "dispute.rule"}
	acceptOrders  = what{"accept", "accept the orders, or turn them down", "接单或拒单", "order.accept"}
	shipOrders    = what{"ship", "ship what was accepted", "发货", "order.ship"}
	answerReturns = what{"return", "answer the returns", "处理退货", "order.return.receive"}
	lookAtJob     = what{"job", "look why the work was refused", "任务被拒，查看原因", "job.show"}
	replayHook    = what{"webhook", "see why the endpoint acknowledges nothing, and replay", "推送已停：查明后重放",
		"webhook.replay"}
	approve         = what{"approve", "approve the requests that wait, or reject them", "复核待办请求", "approval.approve"}
	renewIdentity   = what{"certificate", "renew the certificate by which the party signs", "更新签名证书", ""}
	bringIndexAlong = what{"behind", "the read model is behind the ledger: is a peer down?", "读模型落后于账本", ""}
)

func (w what) need(of, with string, by, today date.Date, count int) Need {
	return Need{What: w.Code, En: w.En, Zh: w.Zh, Of: of, With: with, By: by, Late: by != 0 && by < today, Count: count,
		Operation: w.Operation}
}

// found is what is looked at: one reading, on a day.
type found struct {
	party string
	r     *index.Reading
	today date.Date
	needs []Need
}

func (f *found) add(w what, of, with string, by date.Date, count int) {
	f.needs = append(f.needs, w.need(of, with, by, f.today, count))
}

func status(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (Status, error) {
	s, err := node.Ask(ctx, n, func(r *index.Reading) (s Status, err error) {
		cycle, err := r.Cycle()
		if err != nil {
			return s, err
		}
		f := &found{party: n.Party(), r: r, today: cycle.Date}
		for _, look := range []func() error{f.closes, f.disputes, f.orders, f.returns} {
			if err := look(); err != nil {
				return s, err
			}
		}
		return Status{Party: n.Party(), Height: r.Height(), Date: cycle.Date, Cycle: cycle.ID, Needs: f.needs}, nil
	})
	if err != nil {
		return s, err
	}
	shared, err := n.Lanes(ctx)
	if err != nil {
		return s, err
	}
	s.Lanes = make([]Lane, len(shared))
	for i, l := range shared {
		s.Lanes[i] = Lane{l.Lane, l.Process}
	}
	s.Ledger = n.Gateway().Known()
	if s.Ledger > s.Height+mostBehind {
		s.Needs = append(s.Needs, bringIndexAlong.need("", "", 0, s.Date, int(s.Ledger-s.Height)))
	}
	for _, look := range []func(context.Context, *node.Node, date.Date) ([]Need, error){
		refusedJobs, parkedHooks, waitingApprovals, certificates,
	} {
		more, err := look(ctx, n, s.Date)
		if err != nil {
			return s, err
		}
		s.Needs = append(s.Needs, more...)
	}
	slices.SortStableFunc(s.Needs, byUrgency)
	if s.Needs == nil {
		s.Needs = []Need{}
	}
	return s, nil
}

// mostBehind is how many blocks the read model may be behind without a word.
const mostBehind = 5

// byUrgency has what is late first, and then what has the nearest last day.
func byUrgency(a, b Need) int {
	day := func(n Need) date.Date {
		if n.By == 0 {
			return 1<<31 - 1
		}
		return n.By
	}
	return int(day(a)) - int(day(b))
}

// closes looks at the statements and the payments of the cycles that are closed.
func (f *found) closes() error {
	closed, err := index.All[settlement.Close](f.r, index.Filter{})
	if err != nil {
		return err
	}
	for _, c := range closed {
		look := f.payments
		if c.Row.State == settlement.Computed {
			look = f.statements
		}
		if err := look(c.Row); err != nil {
			return err
		}
	}
	return nil
}

func (f *found) statements(c settlement.Close) error {
	pairs, err := f.r.Pairs(c.ID)
	for _, p := range pairs {
		own, other := p.SignedA, p.B
		if p.B == f.party {
			own, other = p.SignedB, p.A
		}
		switch {
		case p.A != f.party && p.B != f.party:
		case p.State == settlement.Differs:
			f.add(signAgain, c.ID, other, c.SignBy, 1)
		case (p.State == settlement.Draft || p.State == settlement.OneSide) && len(own.Root) == 0:
			f.add(signStatement, c.ID, other, c.SignBy, 1)
		}
	}
	return err
}

func (f *found) payments(c settlement.Close) error {
	payments, err := f.r.Payments(c.ID)
	for _, p := range payments {
		kind := pay
		switch {
		case p.Debtor != f.party || p.State.Ended() || p.State == settlement.Sent:
			continue
		case p.State == settlement.Bounced:
			kind = payAgain
		}
		f.add(kind, settlement.EndToEnd(p.Cycle, p.N), p.Creditor, p.Due, 1)
	}
	return err
}

func (f *found) disputes() error {
	all, err := f.r.Disputes("")
	if err != nil {
		return err
	}
	operator, err := f.r.Operator()
	for _, d := range all {
		switch {
		case d.State == settlement.Raised && d.Against == f.party:
			f.add(answerDispute, d.Number.String(), d.By, d.AnswerBy, 1)
		case d.State == settlement.Escalated && f.party == operator:
			f.add(ruleDispute, d.Number.String(), d.By, 0, 1)
		case d.By == f.party && (d.State == settlement.Split || d.State == settlement.Refused ||
			d.State == settlement.Answered):
			f.add(decideDispute, d.Number.String(), d.Against, 0, 1)
		}
	}
	return err
}

// mostCounted is how many orders are looked at; more are as many.
const mostCounted = 500

func (f *found) orders() error {
	for _, o := range []struct {
		kind  what
		state goods.State
		of    index.PartFilter
	}{
		{acceptOrders, goods.Placed, index.PartFilter{Seller: f.party}},
		{shipOrders, goods.Accepted, index.PartFilter{Seller: f.party}},
		{shipOrders, goods.Accepted, index.PartFilter{Party: f.party}}, // which acts for the supplier
	} {
		o.of.States = []goods.State{o.state}
		part, err := f.r.Parts(o.of, index.Page{Limit: mostCounted})
		if err != nil {
			return err
		}
		rows := slices.DeleteFunc(part.Rows, func(p index.OrderPart) bool {
			return o.of.Seller == "" && p.Seller == f.party
		})
		if len(rows) > 0 {
			f.add(o.kind, rows[0].Order.String(), "", 0, len(rows))
		}
	}
	return nil
}

func (f *found) returns() error {
	part, err := f.r.Returns(index.ReturnFilter{Seller: f.party, States: []goods.ReturnState{goods.Requested}},
		index.Page{Limit: mostCounted})
	if err != nil || len(part.Rows) == 0 {
		return err
	}
	first := part.Rows[0]
	for _, r := range part.Rows {
		if r.AnswerBy < first.AnswerBy {
			first = r
		}
	}
	f.add(answerReturns, first.Number.String(), "", first.AnswerBy, len(part.Rows))
	return nil
}

// recently is how long a refused job needs somebody.
const recently = 3 * 24 * time.Hour

func refusedJobs(ctx context.Context, n *node.Node, today date.Date) (needs []Need, err error) {
	list, err := jobs.JobList.Do(ctx, n, &node.Call{}, jobs.ListRequest{})
	for _, j := range list.Rows {
		if j.State == jobs.Refused && time.Since(j.Ended) < recently {
			needs = append(needs, lookAtJob.need(j.ID, "", 0, today, 1))
		}
	}
	return needs, err
}

func parkedHooks(ctx context.Context, n *node.Node, today date.Date) (needs []Need, err error) {
	list, err := events.WebhookList.Do(ctx, n, &node.Call{}, node.NoRequest{})
	for _, w := range list.Rows {
		if w.State == webhook.Parked || w.State == webhook.Unreadable {
			needs = append(needs, replayHook.need(w.ID, "", 0, today, 1))
		}
	}
	return needs, err
}

func waitingApprovals(ctx context.Context, n *node.Node, today date.Date) (needs []Need, err error) {
	waiting := control.ApprovalListRequest{State: access.Waiting}
	list, err := control.ApprovalList.Do(ctx, n, &node.Call{}, waiting)
	if len(list.Rows) > 0 {
		needs = append(needs, approve.need(list.Rows[0].ID, "", 0, today, len(list.Rows)))
	}
	return needs, err
}

// renewBefore is how long before its end a certificate is to be renewed.
const renewBefore = 30 * 24 * time.Hour

// certificates looks at the certificate by which the party signs.
func certificates(_ context.Context, n *node.Node, today date.Date) ([]Need, error) {
	text, err := bounds.File(n.Config().Identity.Cert, bounds.Key)
	if err != nil {
		return nil, machine.Fault(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fault.New(fault.Machine, "the identity's certificate isn't PEM: put it back")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("the identity's certificate: %w", err)
	}
	if time.Until(c.NotAfter) > renewBefore {
		return nil, nil
	}
	ends, err := date.Parse(c.NotAfter.UTC().Format(time.DateOnly))
	return []Need{renewIdentity.need("identity", "", ends, today, 1)}, err
}
