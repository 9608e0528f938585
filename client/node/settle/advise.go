package settle

import (
	"context"
	"errors"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/accounts"
	"tallystick/client/banktable"
	"tallystick/client/bounds"
	"tallystick/client/index"
	"tallystick/client/iso20022"
	"tallystick/client/node"
	"tallystick/client/payments"
)

// PaymentAdvise tells the ledger what a bank's file says (到账通知).
var PaymentAdvise = node.Does(node.Describe("payment.advise", "POST", "/v1/payments/advices", node.Finance,
	"Match your bank's file with your payments, and tell the ledger what came in", "到账通知",
	`{"cycle":"2026-11","notice":{"name":"camt054.xml","sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},"mapping":"bank: icbc","accounts":[
{"party":"S1","name":"某某供应链有限公司","account":"0200000000000002","cnaps":"102290000002"}]}`), advise)

// AdvisePaymentsRequest tells what a bank booked.
type AdvisePaymentsRequest struct {
	Cycle   string    `json:"cycle,omitempty"`   // of this cycle's payments only
	Notice  node.File `json:"notice"`            // the bank's file: a camt.053 or camt.054, or a table
	Mapping string    `json:"mapping,omitempty"` // YAML, of a table: which column holds what
	Bounce  bool      `json:"bounce,omitempty"`  // payments of the party's that came back are noted as FAILED
	// of the party and of who pays it; no part of what a request id stands for
	Accounts accounts.Book `json:"accounts" cbor:"-"`
}

// Carries returns the bank's file.
func (r *AdvisePaymentsRequest) Carries() (said *node.File, field string, most int64) {
	return &r.Notice, "notice", bounds.Evidence
}

// Check refuses accounts or a mapping that are malformed.
func (r AdvisePaymentsRequest) Check() error {
	if _, err := r.mapping(); err != nil {
		return err
	}
	return r.Accounts.Check()
}

// mapping says which column holds what, nil for a file that needs none.
func (r AdvisePaymentsRequest) mapping() (*banktable.Mapping, error) {
	if r.Mapping == "" {
		return nil, nil
	}
	return banktable.Parse([]byte(r.Mapping))
}

// Advised is what a bank's file means to the party.
type Advised struct {
	Rows   []payments.Line `json:"rows"`
	Height uint64          `json:"height,omitempty"`
	Others int             `json:"others"` // lines of others', which were left
	Unread int             `json:"unread"` // lines that can't be read, and name no payment of the party's
	Notes  []string        `json:"notes"`  // what was found out about the file
}

// Refused says whether a line needs a person: what counted was told nevertheless.
func (a Advised) Refused() bool { return payments.ForPersons(a.Rows) > 0 }

// failed is NEEDS_PERSON if a line needs one.
func (a Advised) failed() error {
	if n := payments.ForPersons(a.Rows); n > 0 {
		return fault.New(fault.NeedsPerson, "%d of %d lines that concern you need a person; what counted was told", n,
			len(a.Rows))
	}
	return nil
}

func advise(ctx context.Context, n *node.Node, c *node.Call, req AdvisePaymentsRequest) (Advised, error) {
	if _, err := req.Accounts.Of(n.Party()); err != nil {
		return Advised{}, err
	}
	view, err := paymentsView(ctx, n, req.Cycle, req.Accounts.Holders())
	if err != nil {
		return Advised{}, err
	}
	answer, err := req.read(ctx, c.File(), view)
	if err != nil {
		return Advised{}, err
	}
	run, err := n.Begin(ctx, c)
	if err != nil {
		return Advised{}, err
	}
	tell := func(req command.Request) error { return run.Repeat(ctx, req) }
	if err := payments.Tell(answer.Rows, req.Bounce, tell, fault.Code.Passing); err != nil {
		return Advised{}, err
	}
	answer.Height = n.Height()
	return answer, answer.failed()
}

// read says what each line of the bank's file means, without telling anybody.
func (r AdvisePaymentsRequest) read(ctx context.Context, notice bounds.Input,
	view payments.View) (answer Advised, err error) {
	mapping, err := r.mapping()
	if err != nil {
		return answer, err
	}
	file, err := payments.Open(notice, mapping, view.Mark)
	if err != nil {
		return answer, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	found, err := view.Sift(ctx, file.Advices)
	if err != nil {
		return answer, err
	}
	return Advised{Rows: view.Match(found), Others: found.Others, Unread: found.Unread,
		Notes: append([]string{}, file.Notes...)}, nil
}

// paymentsView is what the party knows of its payments: with it a bank's file is read. "" is for all cycles.
func paymentsView(ctx context.Context, n *node.Node, cycle string, holders map[string]iso20022.Holder,
) (v payments.View, err error) {
	consortium, err := n.Query().Consortium(ctx)
	if err != nil {
		return v, err
	}
	v = payments.View{Party: n.Party(), Mark: consortium.Mark, Cycle: cycle, Holders: holders, Ledger: n.Query()}
	v.Open, err = node.Ask(ctx, n, func(r *index.Reading) ([]settlement.Payment, error) { return toGet(r, n.Party()) })
	return v, err
}

// toGet lists the payments that a party is to get, and that haven't ended.
func toGet(r *index.Reading, party string) (open []settlement.Payment, err error) {
	closed, err := index.All[settlement.Close](r, index.Filter{})
	if err != nil {
		return nil, err
	}
	for _, c := range closed {
		if c.Row.State < settlement.Final || c.Row.State == settlement.Settled {
			continue
		}
		list, err := r.Payments(c.Row.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if p.Creditor == party && !p.State.Ended() {
				open = append(open, p)
			}
		}
	}
	return open, nil
}
