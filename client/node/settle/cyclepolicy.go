package settle

import (
	"context"

	"tallystick/chaincode/command"
	"tallystick/chaincode/settlement"
	"tallystick/client/node"
)

// PolicyChange is what is to be otherwise in how cycles are closed; what is left out stays as it is.
type PolicyChange struct {
	SignDays   *int32              `json:"signDays,omitempty"`   // business days from cut-off to sign or dispute
	AnswerDays *int32              `json:"answerDays,omitempty"` // business days to answer a dispute
	Silence    *settlement.Silence `json:"silence,omitempty"`    // of who doesn't sign in time
}

// On returns a policy with the changes.
func (r PolicyChange) On(present settlement.Policy) settlement.Policy {
	if r.SignDays != nil {
		present.SignDays = *r.SignDays
	}
	if r.AnswerDays != nil {
		present.AnswerDays = *r.AnswerDays
	}
	if r.Silence != nil {
		present.Silence = *r.Silence
	}
	return present
}

// SetPolicyRequest asks for another way of closing cycles.
type SetPolicyRequest struct{ PolicyChange }

// Check refuses what no policy can be.
func (r SetPolicyRequest) Check() error { return r.on(settlement.Founding().Policy).Check() }

func (r SetPolicyRequest) on(present settlement.Policy) settlement.SetPolicyRequest {
	return settlement.SetPolicyRequest{Policy: r.On(present)}
}

// AcceptPolicyRequest says how strict the rules may be for the party itself.
type AcceptPolicyRequest struct{ PolicyChange }

// Check refuses what nobody can accept.
func (r AcceptPolicyRequest) Check() error { return r.on(settlement.Founding().Policy).Check() }

func (r AcceptPolicyRequest) on(present settlement.Policy) settlement.AcceptPolicyRequest {
	return settlement.AcceptPolicyRequest{Policy: r.On(present)}
}

// Policy is how cycles are closed.
type Policy struct {
	settlement.Policy
	Consenting []string `json:"consenting"` // parties whose silence is consent
}

func policy(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (Policy, error) {
	book, err := n.Query().Models(ctx, 0)
	return Policy{book.Policy, book.Consenting()}, err
}

func setPolicy(ctx context.Context, n *node.Node, c *node.Call, req SetPolicyRequest) (node.Receipt, error) {
	return n.Once(ctx, c, func() (command.Request, error) {
		book, err := n.Query().Models(ctx, 0)
		return req.on(book.Asked), err
	})
}

func acceptPolicy(ctx context.Context, n *node.Node, c *node.Call, req AcceptPolicyRequest) (node.Receipt, error) {
	return n.Once(ctx, c, func() (command.Request, error) {
		book, err := n.Query().Models(ctx, 0)
		return req.on(book.AcceptedBy(n.Party())), err
	})
}
