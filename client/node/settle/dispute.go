package settle

import (
	"context"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of disputes (争议).
var (
	DisputeAccept = node.Sends[settlement.AcceptRequest](node.Describe("dispute.accept", "POST",
		"/v1/disputes/{dispute}/accept", node.Finance,
		"Grant a dispute: its lines are void; for the other side", "认可",
		`{"dispute":"D.0.9.0"}`))
	DisputeAgree = node.Sends[settlement.AgreeSplitRequest](node.Describe("dispute.agree", "POST",
		"/v1/disputes/{dispute}/agree", node.Finance,
		"Take the split that is offered: its parts are owed from now on; for who raised it", "同意分担",
		`{"dispute":"D.0.9.0"}`))
	DisputeAnswer = node.Sends[settlement.AnswerRequest](node.Describe("dispute.answer", "POST",
		"/v1/disputes/{dispute}/answer", node.Finance,
		"Answer a dispute with a document, undecided; for the other side", "答复",
		`{"dispute":"D.0.9.0","answer":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`))
	DisputeEscalate = node.Sends[settlement.EscalateRequest](node.Describe("dispute.escalate", "POST",
		"/v1/disputes/{dispute}/escalate", node.Finance,
		"Ask the operator to rule; for either side", "升级",
		`{"dispute":"D.0.9.0"}`))
	DisputeLapse = node.Sends[settlement.LapseRequest](node.Describe("dispute.lapse", "POST",
		"/v1/disputes/{dispute}/lapse", node.Finance,
		"End a dispute in which nothing was done for 60 days: its lines are owed as they stood, in the open cycle",
		"失效",
		`{"dispute":"D.0.9.0"}`))
	DisputeRaise = node.Sends[settlement.RaiseRequest](node.Describe("dispute.raise", "POST",
		"/v1/disputes", node.Finance,
		"Dispute lines of your statement with another party", "提出争议",
		`{"cycle":"2026-11","with":"M","lines":["M.0.42.0.0"],"reason":"not_delivered","evidence":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`))
	DisputeReject = node.Sends[settlement.RejectRequest](node.Describe("dispute.reject", "POST",
		"/v1/disputes/{dispute}/reject", node.Finance,
		"Stand by the lines; for the other side", "驳回",
		`{"dispute":"D.0.9.0","answer":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`))
	DisputeRule = node.Sends[settlement.RuleRequest](node.Describe("dispute.rule", "POST",
		"/v1/disputes/{dispute}/rule", node.Finance,
		"Decide an escalated dispute; for the operator", "裁决",
		`{"dispute":"D.0.9.0","parts":[{"debtor":"D","creditor":"M","fen":1000},{"debtor":"G","creditor":"M","fen":200}],"grounds":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`))
	DisputeSplit = node.Sends[settlement.SplitRequest](node.Describe("dispute.split", "POST",
		"/v1/disputes/{dispute}/split", node.Finance,
		"Offer what is to be owed instead; for the other side", "提出分担",
		`{"dispute":"D.0.9.0","parts":[{"debtor":"D","creditor":"M","fen":1000}]}`))
	DisputeWithdraw = node.Sends[settlement.WithdrawRequest](node.Describe("dispute.withdraw", "POST",
		"/v1/disputes/{dispute}/withdraw", node.Finance,
		"Take a dispute back: its lines are owed as they stood, in the open cycle; for who raised it", "撤回",
		`{"dispute":"D.0.9.0"}`))
	DisputeList = node.Lists[DisputeListRequest, settlement.Dispute](node.Describe("dispute.list", "GET",
		"/v1/disputes", node.Read,
		"List disputes", "争议列表", `{}`))
	DisputeShow = node.Does(node.Describe("dispute.show", "GET", "/v1/disputes/{dispute}", node.Read,
		"Show a dispute, its lines, and what was offered or decided", "争议详情", `{"dispute":"D.0.9.0"}`), showDispute)
)

// ShowDisputeRequest names a dispute.
type ShowDisputeRequest struct {
	Dispute number.Command `json:"dispute"`
}

// ShownDispute is a dispute with its number and the sum in dispute.
type ShownDispute struct {
	Number number.Command `json:"number"`
	settlement.Dispute
	Fen amount.Units `json:"fen"` // of its lines
}

func showDispute(ctx context.Context, n *node.Node, _ *node.Call, req ShowDisputeRequest) (ShownDispute, error) {
	d, err := n.Query().Dispute(ctx, req.Dispute)
	return ShownDispute{req.Dispute, d, d.Sum()}, err
}

// DisputeListRequest narrows the list.
type DisputeListRequest struct {
	Cycle  string   `json:"cycle,omitempty"`
	By     string   `json:"by,omitempty"`
	States []string `json:"states,omitempty"`
}

func (r DisputeListRequest) Filter() index.Filter {
	return index.Filter{Topic: r.Cycle, Party: r.By, States: r.States}
}
