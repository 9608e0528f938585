package control

import (
	"context"
	"encoding/json"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/access"
	"tallystick/client/node"
)

// The operations of requests that a second person has to let happen (复核).
var (
	ApprovalList = node.PagedAlone(node.Describe("approval.list", "GET", "/v1/approvals", node.Read,
		"List requests that wait, or waited, for a second person", "复核列表", `{"state":"WAITING"}`), listApprovals)
	ApprovalShow = node.Alone(node.Describe("approval.show", "POST", "/v1/approvals/{approval}/show", node.Approve,
		"Show what a request that waits asks for", "复核详情", `{"approval":"a-abcdefghijklmnop"}`).Asking(), showApproval)
	ApprovalApprove = node.Alone(node.Describe("approval.approve", "POST", "/v1/approvals/{approval}/approve",
		node.Approve, "Let a request happen that somebody else asked for; it is sent then", "复核通过",
		`{"approval":"a-abcdefghijklmnop"}`), approve)
	ApprovalReject = node.Alone(node.Describe("approval.reject", "POST", "/v1/approvals/{approval}/reject",
		node.Approve, "Have a request never happen that somebody else asked for", "复核驳回",
		`{"approval":"a-abcdefghijklmnop","reason":"wrong_programme"}`), reject)
)

func approvals(ctx context.Context, n *node.Node) (access.Approvals, error) {
	own, err := n.Store(ctx)
	return access.NewApprovals(n, own), err
}

// ApprovalListRequest narrows the list.
type ApprovalListRequest struct {
	// WAITING, APPROVED, REJECTED, EXPIRED, DONE or REFUSED; all if it is left out
	State string `json:"state,omitempty"`
}

// Check refuses a state that there isn't.
func (r ApprovalListRequest) Check() error {
	states := []string{"", access.Waiting, access.Approved, access.Rejected, access.Expired, access.Sent, access.Failed}
	if !slices.Contains(states, r.State) {
		return fault.New(fault.BadRequest, "`state`: want one of %v", states[1:])
	}
	return nil
}

func listApprovals(ctx context.Context, n *node.Node, c *node.Call,
	req ApprovalListRequest) (list node.List[access.Approval], err error) {
	of, err := approvals(ctx, n)
	if err != nil {
		return list, err
	}
	return node.Listed(c, func(after string, most int) ([]access.Approval, string, error) {
		return of.List(ctx, req.State, after, most)
	})
}

// ApprovalRequest names an approval.
type ApprovalRequest struct {
	Approval string `json:"approval"` // its id
}

// Check refuses what is no id.
func (r ApprovalRequest) Check() error { return name.CheckID("approval", r.Approval) }

// ShownApproval is an approval with what it is of.
type ShownApproval struct {
	access.Approval
	Role   string          `json:"role"`             // as which it was asked for
	Outlet string          `json:"outlet,omitempty"` // whose request it is
	Asks   json.RawMessage `json:"asks"`             // the operation's request
}

func showApproval(ctx context.Context, n *node.Node, _ *node.Call, req ApprovalRequest) (s ShownApproval, err error) {
	of, err := approvals(ctx, n)
	if err != nil {
		return s, err
	}
	if s.Approval, err = of.Show(ctx, req.Approval); err != nil {
		return s, err
	}
	kept, err := of.Opened(ctx, req.Approval)
	s.Role, s.Outlet, s.Asks = kept.Who.Role.Name, kept.Who.Outlet, kept.Request
	return s, err
}

func approve(ctx context.Context, n *node.Node, c *node.Call, req ApprovalRequest) (access.Approval, error) {
	of, err := approvals(ctx, n)
	if err != nil {
		return access.Approval{}, err
	}
	return of.Decide(ctx, req.Approval, c.Who, access.Approved, "")
}

// RejectRequest rejects a request.
type RejectRequest struct {
	Approval string `json:"approval"` // its id
	Reason   string `json:"reason"`   // a code such as wrong_programme
}

// Check refuses what is no id, and no reason.
func (r RejectRequest) Check() error {
	if err := name.CheckID("approval", r.Approval); err != nil {
		return err
	}
	return name.CheckID("reason", r.Reason)
}

func reject(ctx context.Context, n *node.Node, c *node.Call, req RejectRequest) (access.Approval, error) {
	of, err := approvals(ctx, n)
	if err != nil {
		return access.Approval{}, err
	}
	return of.Decide(ctx, req.Approval, c.Who, access.Rejected, req.Reason)
}
