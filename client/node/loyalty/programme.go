package loyalty

import (
	"context"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of programmes (积分计划).
var (
	ProgrammeSet = node.Sends[points.SetProgrammeRequest](node.Describe("programme.set", "POST",
		"/v1/programmes/{programme}/state", node.Loyalty,
		"Suspend, close or reopen a programme; for its issuer, and to suspend for the operator", "暂停、关闭、恢复积分计划",
		`{"programme":"DP","state":"CLOSED","reason":"replaced"}`))
	ProgrammeOpen = node.Sends[points.OpenProgrammeRequest](node.Describe("programme.open", "POST",
		"/v1/programmes/{programme}", node.Loyalty,
		"Open a programme in your own name; for issuers", "开设积分计划",
		`{"programme":"FP","en":"Finance points","zh":"金融积分","price":{"num":4,"den":5},"rules":{"scale":0,"expiry":{"kind":"free","n":0,"on":""},"evidence":false,"transfer":{"allowed":false,"perDay":0,"perCounterparty":0,"wait":0},"earnPerDay":0,"spendPerDay":0,"grace":0,"tiers":[],"window":0,"shortfall":"refuse"}}`))
	ProgrammeRules = node.Does(node.Describe("programme.rules", "POST", "/v1/programmes/{programme}/rules",
		node.Loyalty,
		"Change a programme's rules, for what happens from now on; for its issuer", "积分规则",
		`{"programme":"GP","grace":14,"transfer":true,"transferPerDay":5000}`), changeRules)
	ProgrammeShow = node.Does(node.Describe("programme.show", "GET", "/v1/programmes/{programme}", node.See,
		"Show a programme with its rules and tiers", "积分计划", `{"programme":"GP"}`), programmeShow)
	ProgrammeList = node.Does(node.Describe("programme.list", "GET", "/v1/programmes", node.See,
		"List the programmes", "积分计划列表", `{}`), programmes)
)

func programmes(ctx context.Context, n *node.Node, _ *node.Call,
	_ node.NoRequest) (node.List[points.Programme], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (node.List[points.Programme], error) {
		rows, err := r.Programmes()
		return node.List[points.Programme]{Height: r.Height(), Rows: rows}, err
	})
}

// ProgrammeRulesRequest changes a programme's rules. What is left out stays as it is.
type ProgrammeRulesRequest struct {
	Programme string `json:"programme"`
	RuleChanges
}

// Check refuses a programme that is none, and a request that changes nothing.
func (r ProgrammeRulesRequest) Check() error {
	if r.None() {
		return fault.New(fault.BadRequest, "say which rules change")
	}
	return points.SetRulesRequest{Programme: r.Programme}.Check()
}

// RuleChanges are rules that are put in the place of others. Points are smallest units.
type RuleChanges struct {
	Scale    *uint8         `json:"scale,omitempty"` // digits after the point, 0 to 6
	Expiry   *points.Expiry `json:"expiry,omitempty"`
	Evidence *bool          `json:"evidence,omitempty"` // every grant waits for an activator's evidence
	// points may go from member to member; false ends the limits of it, too
	Transfer *bool `json:"transfer,omitempty"`
	// that one member may send; 0: no limit
	TransferPerDay *amount.Units `json:"transferPerDay,omitempty"`
	// a day, from one member to one other; 0: no limit
	TransferPerCounterparty *amount.Units `json:"transferPerCounterparty,omitempty"`
	Wait                    *uint16       `json:"wait,omitempty"`       // days before received points can be sent on
	EarnPerDay              *amount.Units `json:"earnPerDay,omitempty"` // that one member may get; 0: no limit
	// that one member may spend or convert; 0: no limit
	SpendPerDay *amount.Units `json:"spendPerDay,omitempty"`
	// days that points live which are refunded after their expiry; 0: 30
	Grace *uint16 `json:"grace,omitempty"`
	// all tiers, lowest first, in the place of those that there are; none takes them away, and their window
	Tiers     *[]points.Tier    `json:"tiers,omitempty"`
	Window    *uint8            `json:"window,omitempty"`    // months that count towards a tier, this one included
	Shortfall *points.Shortfall `json:"shortfall,omitempty"` // of a clawback of points that are no longer there
}

// None says whether nothing changes.
func (c RuleChanges) None() bool { return c == RuleChanges{} }

// On returns rules with the changes.
func (c RuleChanges) On(rules points.Rules) points.Rules {
	put(&rules.Scale, c.Scale)
	put(&rules.Expiry, c.Expiry)
	put(&rules.Evidence, c.Evidence)
	if put(&rules.Transfer.Allowed, c.Transfer); !rules.Transfer.Allowed && c.Transfer != nil {
		rules.Transfer = points.TransferRules{}
	}
	put(&rules.Transfer.PerDay, c.TransferPerDay)
	put(&rules.Transfer.PerCounterparty, c.TransferPerCounterparty)
	put(&rules.Transfer.Wait, c.Wait)
	put(&rules.EarnPerDay, c.EarnPerDay)
	put(&rules.SpendPerDay, c.SpendPerDay)
	put(&rules.Grace, c.Grace)
	put(&rules.Window, c.Window)
	if put(&rules.Tiers, c.Tiers); c.Tiers != nil && len(rules.Tiers) == 0 {
		rules.Tiers, rules.Window = nil, 0
	}
	put(&rules.Shortfall, c.Shortfall)
	return rules
}

// put puts a value that is named in another's place.
func put[T any](to, named *T) {
	if named != nil {
		*to = *named
	}
}

func changeRules(ctx context.Context, n *node.Node, c *node.Call, req ProgrammeRulesRequest) (node.Receipt, error) {
	return n.Once(ctx, c, func() (command.Request, error) {
		present, err := n.Query().Programme(ctx, req.Programme)
		return points.SetRulesRequest{Programme: req.Programme, Rules: req.On(present.Rules)}, err
	})
}

func programmeShow(ctx context.Context, n *node.Node, _ *node.Call, req node.ProgrammeQuery) (points.Programme, error) {
	return n.Query().Programme(ctx, req.Programme)
}
