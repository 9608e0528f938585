package loyalty

import (
	"context"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of benefits and entitlements (权益).
var (
	BenefitActivate = node.Sends[benefit.ActivateRequest](node.Describe("benefit.activate", "POST",
		"/v1/entitlements/{entitlement}/activate", node.Loyalty,
		"Give the evidence that an entitlement waits for; for its activator", "激活权益",
		`{"entitlement":"M.0.12.0.0","evidence":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`))
	BenefitDefine = node.Sends[benefit.DefineRequest](node.Describe("benefit.define", "POST",
		"/v1/benefits", node.Loyalty,
		"Offer a benefit in your own name; for acceptors and suppliers", "权益模型",
		`{"benefit":"ride","en":"Airport ride","zh":"接机","kind":"service","price":0,"points":[{"programme":"GP","amount":10800}],"uses":1,"days":60,"until":"","quota":0,"perMember":0,"stackable":false,"transferable":false,"audience":{"programme":"","tiers":[],"labels":[],"not":[]},"window":7,"grantors":[],"scene":"travel","fee":{"num":1,"den":100},"code":true,"lapse":"REFUND"}`))
	BenefitExpire = node.Sends[benefit.ExpireRequest](node.Describe("benefit.expire", "POST",
		"/v1/entitlements/{entitlement}/expire", node.Loyalty,
		"End an entitlement whose last day has passed, or all of a benefit's; for everyone", "过期",
		`{"entitlement":"M.0.12.0.0"}`))
	BenefitReverse = node.Sends[benefit.ReverseRequest](node.Describe("benefit.reverse", "POST",
		"/v1/write-offs/{writeOff}/reverse", node.Counter,
		"Take a write-off back, within its window; for its provider", "冲正",
		`{"writeOff":"M.0.15.0","reason":"not_delivered"}`))
	BenefitRevoke = node.Sends[benefit.RevokeRequest](node.Describe("benefit.revoke", "POST",
		"/v1/entitlements/{entitlement}/revoke", node.Loyalty,
		"Take an entitlement back; unused points return; for who gave it and its provider", "撤销",
		`{"entitlement":"M.0.12.0.0","reason":"granted_in_error"}`))
	BenefitUnreserve = node.Sends[benefit.UnreserveRequest](node.Describe("benefit.unreserve", "POST",
		"/v1/entitlements/{entitlement}/unreserve", node.Counter,
		"End a reservation; for who made it, and after its end for everyone", "取消预约",
		`{"entitlement":"M.0.12.0.0"}`))
	BenefitWriteoff = node.Sends[benefit.WriteOffRequest](node.Describe("benefit.writeoff", "POST",
		"/v1/entitlements/{entitlement}/write-offs", node.Counter,
		"Use an entitlement once, at the counter; for its provider", "核销",
		`{"entitlement":"M.0.12.0.0","code":"2ABCD-EFGH2-JKMN3-PQRS4-TVWXY-8","outlet":"T3","reference":""}`))
	BenefitAmend = node.Tries(node.Describe("benefit.amend", "POST", "/v1/benefits/{benefit}/amend", node.Loyalty,
		"Change a benefit's quota or who may give it, or close it; for its provider", "变更权益",
		`{"benefit":"ride","quota":2000}`), amendBenefit)
	BenefitShow = node.Does(node.Describe("benefit.show", "GET", "/v1/benefits/{benefit}", node.See,
		"Show a benefit and its terms", "权益模型详情", `{"benefit":"ride"}`), showBenefit)
	BenefitList = node.Lists[BenefitListRequest, benefit.Model](node.Describe("benefit.list", "GET",
		"/v1/benefits", node.See,
		"List the benefits", "权益列表", `{}`))
	BenefitEntitlements = node.Lists[BenefitEntitlementsRequest,
		benefit.Entitlement](node.Describe("benefit.entitlements", "GET", "/v1/entitlements", node.See,
		"List entitlements", "权益实例", `{}`))
	BenefitWriteoffs = node.Lists[BenefitWriteoffsRequest,
		benefit.WriteOff](node.Describe("benefit.writeoffs", "GET", "/v1/write-offs", node.Read,
		"List write-offs, and what is owed for each", "核销记录", `{}`))
)

// AmendBenefitRequest changes a benefit; what is left out stays as it is.
type AmendBenefitRequest struct {
	Benefit  string        `json:"benefit"`
	Quota    *amount.Units `json:"quota,omitempty"`    // how many can be given in all; 0: no limit
	Grantors []string      `json:"grantors,omitempty"` // by id, who may give it instead of those so far
	Open     *bool         `json:"open,omitempty"`     // whether it can be got
}

// Check refuses a change of nothing, and what is malformed whatever the benefit is.
func (r AmendBenefitRequest) Check() error {
	if r.Quota == nil && r.Grantors == nil && r.Open == nil {
		return fault.New(fault.BadRequest, "say what changes: `quota`, `grantors` or `open`")
	}
	return r.of(benefit.Model{ID: r.Benefit}).Check()
}

// of changes a benefit as it is.
func (r AmendBenefitRequest) of(m benefit.Model) benefit.AmendRequest {
	req := benefit.AmendRequest{Benefit: m.ID, Quota: m.Quota, Grantors: m.Grantors, Open: m.Open}
	if r.Quota != nil {
		req.Quota = *r.Quota
	}
	if r.Grantors != nil {
		req.Grantors = r.Grantors
	}
	if r.Open != nil {
		req.Open = *r.Open
	}
	return req
}

func amendBenefit(ctx context.Context, n *node.Node, c *node.Call, req AmendBenefitRequest) (node.Receipt, error) {
	return n.Once(ctx, c, func() (command.Request, error) {
		present, err := n.Query().Benefit(ctx, req.Benefit)
		return req.of(present), err
	})
}

// BenefitRequest names a benefit.
type BenefitRequest struct {
	Benefit string `json:"benefit"`
}

func showBenefit(ctx context.Context, n *node.Node, _ *node.Call, req BenefitRequest) (benefit.Model, error) {
	return n.Query().Benefit(ctx, req.Benefit)
}

// BenefitListRequest narrows the list.
type BenefitListRequest struct {
	Provider string `json:"provider,omitempty"`
}

func (r BenefitListRequest) Filter() index.Filter {
	return index.Filter{Party: r.Provider}
}

// BenefitEntitlementsRequest narrows the list.
type BenefitEntitlementsRequest struct {
	Member  string   `json:"member,omitempty"`
	Benefit string   `json:"benefit,omitempty"`
	By      string   `json:"by,omitempty"`
	States  []string `json:"states,omitempty"`
}

func (r BenefitEntitlementsRequest) Filter() index.Filter {
	return index.Filter{Member: r.Member, Topic: r.Benefit, Party: r.By, States: r.States}
}

// BenefitWriteoffsRequest narrows the list.
type BenefitWriteoffsRequest struct {
	Member   string `json:"member,omitempty"`
	Benefit  string `json:"benefit,omitempty"`
	Provider string `json:"provider,omitempty"`
}

func (r BenefitWriteoffsRequest) Filter() index.Filter {
	return index.Filter{Member: r.Member, Topic: r.Benefit, Party: r.Provider}
}
