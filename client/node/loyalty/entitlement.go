package loyalty

import (
	"context"
	"slices"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of each member's entitlements (权益实例).
var (
	BenefitGrant = node.Does(node.Describe("benefit.grant", "POST", "/v1/benefits/{benefit}/grants", node.Loyalty,
		"Give a benefit to 1 to 100 members; for its provider and those who may", "发放",
		`{"benefit":"ride","members":["li","wang"],"gift":true}`), grant)
	BenefitBuy = node.Does(node.Describe("benefit.buy", "POST", "/v1/benefits/{benefit}/sales", node.Counter,
		"Sell a benefit to a member for points; for its provider", "兑换",
		`{"benefit":"ride","member":"li","take":[{"programme":"GP","points":10800}]}`), buy)
	BenefitTransfer = node.Does(node.Describe("benefit.transfer", "POST",
		"/v1/entitlements/{entitlement}/transfer", node.Loyalty,
		"Pass an entitlement on to another member, with codes of its own; for its member's home", "转赠",
		`{"entitlement":"D.0.12.0.0","to":"wang"}`), transferEntitlement)
	BenefitNewcode = node.Does(node.Describe("benefit.newcode", "POST",
		"/v1/entitlements/{entitlement}/newcode", node.Loyalty,
		"Make new codes instead of lost ones; for the member's home and who gave it", "换码",
		`{"entitlement":"M.0.12.0.0"}`), newCode)
	BenefitCodes = node.Does(node.Describe("benefit.codes", "POST",
		"/v1/entitlements/{entitlement}/codes", node.Loyalty,
		"Tell the codes of the uses that are left again, if your vault made them", "查码",
		`{"entitlement":"M.0.12.0.0"}`), codes)
	BenefitReserve = node.Tries(node.Describe("benefit.reserve", "POST",
		"/v1/entitlements/{entitlement}/reserve", node.Counter,
		"Keep an entitlement for an appointment; for its provider", "预约",
		`{"entitlement":"M.0.12.0.0","for":129600}`), reserve)
	BenefitExpireDue = node.Does(node.Describe("benefit.expire.due", "POST", "/v1/entitlements/expiries", node.Loyalty,
		"End all entitlements whose last day has passed, of all that you gave or provide", "批量过期",
		`{"benefit":"ride"}`), expireEntitlements)
	BenefitEntitlement = node.Does(node.Describe("benefit.entitlement", "GET",
		"/v1/entitlements/{entitlement}", node.See,
		"Show an entitlement and the points that paid for it", "权益详情",
		`{"entitlement":"M.0.12.0.0"}`), showEntitlement)
)

// GrantRequest gives a benefit to members.
type GrantRequest struct {
	Benefit   string   `json:"benefit"`
	Members   []string `json:"members"`
	Gift      bool     `json:"gift,omitempty"`      // give what others pay points for; its price is owed
	Activator string   `json:"activator,omitempty"` // party whose evidence activates it
	Reference string   `json:"reference,omitempty"` // what for, such as a receipt's number
}

// Check refuses with BAD_REQUEST or LIMIT what is malformed whatever codes will be made.
func (r GrantRequest) Check() error {
	return r.request(make([]code.Commitment, len(r.Members))).Check()
}

func (r GrantRequest) request(commitments []code.Commitment) benefit.GrantRequest {
	made := benefit.GrantRequest{Benefit: r.Benefit, Gift: r.Gift}
	for i, who := range r.Members {
		one := benefit.Grant{Member: who, Activator: r.Activator, Commitment: commitments[i], Reference: r.Reference}
		made.Grants = append(made.Grants, one)
	}
	return made
}

func grant(ctx context.Context, n *node.Node, c *node.Call, req GrantRequest) (Given, error) {
	return give(ctx, n, c, req.Benefit, req.Members, func(_ benefit.Model,
		commitments []code.Commitment) (command.Request, error) {
		return req.request(commitments), nil
	})
}

// BuyRequest sells a benefit for the points that it costs. Of which lots is the node's to choose, or named.
type BuyRequest struct {
	Benefit string `json:"benefit"`
	Member  string `json:"member"` // who takes it
	node.Spending
	Authorisation number.Command `json:"authorisation,omitzero"` // the member's; its home needs none
	Code          code.Code      `json:"code,omitempty"`         // one-time, if the authorisation waits for one
	Reference     string         `json:"reference,omitempty"`    // what for, or a receipt's number
}

// Check refuses with BAD_REQUEST what is malformed whatever lots will be chosen.
func (r BuyRequest) Check() error { return r.request([]spend.Take{node.ALot}, nil).Check() }

func (r BuyRequest) request(pieces []spend.Take, commitment code.Commitment) command.Request {
	return benefit.BuyRequest{Benefit: r.Benefit, Member: r.Member, Pieces: pieces,
		Authorisation: r.Authorisation, Code: r.Code,
		Commitment: commitment, Reference: r.Reference}
}

func buy(ctx context.Context, n *node.Node, c *node.Call, req BuyRequest) (Given, error) {
	return give(ctx, n, c, req.Benefit, []string{req.Member},
		func(m benefit.Model, commitments []code.Commitment) (command.Request, error) {
			pays := req.Spending
			if len(pays.Take)+len(pays.Lots) == 0 {
				for _, cost := range m.Points {
					pays.Take = append(pays.Take, node.Part{Programme: cost.Programme, Points: cost.Amount})
				}
			}
			pieces, err := node.Ask(ctx, n, func(r *index.Reading) ([]spend.Take, error) {
				return pays.Pieces(r, req.Member)
			})
			return req.request(pieces, commitments[0]), err
		})
}

// EntitlementRequest names an entitlement.
type EntitlementRequest struct {
	Entitlement number.Row `json:"entitlement"`
}

func showEntitlement(ctx context.Context, n *node.Node, _ *node.Call,
	req EntitlementRequest) (benefit.Entitlement, error) {
	return entitlementOf(ctx, n, req.Entitlement)
}

// entitlementOf asks a peer for one entitlement. NOT_FOUND.
func entitlementOf(ctx context.Context, n *node.Node, of number.Row) (e benefit.Entitlement, err error) {
	found, err := n.Query().Entitlements(ctx, of)
	if err != nil {
		return e, err
	}
	return found[0], nil
}

// PassRequest passes an entitlement on.
type PassRequest struct {
	Entitlement number.Row `json:"entitlement"`
	To          string     `json:"to"` // member who gets it
}

// Check refuses what is malformed whatever codes will be made.
func (r PassRequest) Check() error { return r.request(nil).Check() }

func (r PassRequest) request(commitment code.Commitment) command.Request {
	return benefit.TransferRequest{Entitlement: r.Entitlement, To: r.To, Commitment: commitment}
}

func transferEntitlement(ctx context.Context, n *node.Node, c *node.Call, req PassRequest) (Given, error) {
	return recode(ctx, n, c, req.Entitlement, req.To, req.request)
}

func newCode(ctx context.Context, n *node.Node, c *node.Call, req EntitlementRequest) (Given, error) {
	return recode(ctx, n, c, req.Entitlement, "", func(commitment code.Commitment) command.Request {
		return benefit.NewCodeRequest{Entitlement: req.Entitlement, Commitment: commitment}
	})
}

func codes(ctx context.Context, n *node.Node, _ *node.Call, req EntitlementRequest) (told GivenOne, err error) {
	v, err := n.Vault()
	if err != nil {
		return told, err
	}
	e, err := entitlementOf(ctx, n, req.Entitlement)
	if err != nil {
		return told, err
	}
	secrets, err := v.Codes(ofEntitlements, req.Entitlement.String())
	if err != nil {
		return told, err
	}
	left := codesLeft(secrets, e)
	if len(left) == 0 {
		return told, fault.New(fault.NotFound,
			"your vault has no code of entitlement %s as it is now; make new ones: `benefit.newcode`",
			req.Entitlement)
	}
	return GivenOne{req.Entitlement, e.Member, left}, nil
}

// ReserveRequest keeps an entitlement for an appointment.
type ReserveRequest struct {
	Entitlement number.Row `json:"entitlement"`
	For         int64      `json:"for"` // seconds from now, 7 days at most
}

// Check refuses what is malformed.
func (r ReserveRequest) Check() error { return r.request().Check() }

func (r ReserveRequest) request() command.Request {
	return benefit.ReserveRequest{Entitlement: r.Entitlement, Until: node.FromNow(r.For)}
}

func reserve(ctx context.Context, n *node.Node, c *node.Call, req ReserveRequest) (node.Receipt, error) {
	return n.Once(ctx, c, node.Just(req.request()))
}

// ExpireEntitlementsRequest asks that entitlements end whose last day has passed.
type ExpireEntitlementsRequest struct {
	Benefit string `json:"benefit,omitempty"` // of this benefit only; else of all that the party gave or provides
}

func expireEntitlements(ctx context.Context, n *node.Node, c *node.Call,
	req ExpireEntitlementsRequest) (*node.Results, error) {
	due, err := node.Ask(ctx, n, func(r *index.Reading) ([]index.Entry[benefit.Entitlement], error) {
		return dueEntitlements(n, r, req.Benefit)
	})
	if err != nil {
		return nil, err
	}
	run, err := n.Begin(ctx, c)
	if err != nil {
		return nil, err
	}
	results := node.NewResults()
	for _, e := range due {
		of, err := number.ParseRow(e.ID)
		if err != nil {
			return nil, err
		}
		if err := results.Note(e.ID, run.Repeat(ctx, benefit.ExpireRequest{Entitlement: of})); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// dueEntitlements are those whose last day has passed: of one benefit, or of all that the party gave or provides.
func dueEntitlements(n *node.Node, r *index.Reading, id string) ([]index.Entry[benefit.Entitlement], error) {
	today, err := node.BusinessDate(r)
	if err != nil {
		return nil, err
	}
	live := []string{benefit.Granted.String(), benefit.Active.String(), benefit.Reserved.String()}
	due, err := index.All[benefit.Entitlement](r, index.Filter{Topic: id, Before: int64(today), States: live})
	if err != nil || id != "" {
		return due, err
	}
	provided, err := index.All[benefit.Model](r, index.Filter{Party: n.Party()})
	return slices.DeleteFunc(due, func(e index.Entry[benefit.Entitlement]) bool {
		provides := slices.ContainsFunc(provided, func(m index.Entry[benefit.Model]) bool {
			return m.Row.ID == e.Row.Benefit
		})
		return e.Row.By != n.Party() && !provides
	}), err
}
