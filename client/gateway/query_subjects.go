package gateway

import (
	"context"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/settlement"
)

// HiddenPositions is what a cycle's deliveries make the parties owe each other in amounts
// that only the two of a pair can open.
func (q Query) HiddenPositions(ctx context.Context, cycle string) ([]settlement.HiddenPosition, error) {
	return ask[[]settlement.HiddenPosition](ctx, q, "HiddenPositions", cycle)
}

// Simulate says what an award would earn, and why; nothing is written.
func (q Query) Simulate(ctx context.Context, req points.AwardRequest) (points.Earned, error) {
	return ask[points.Earned](ctx, q, "Simulate", asJSON(req))
}

// Rule is an earn rule.
func (q Query) Rule(ctx context.Context, programme, rule string) (points.Rule, error) {
	return ask[points.Rule](ctx, q, "Rule", programme, rule)
}

// Conversion is the published rate between two programmes.
func (q Query) Conversion(ctx context.Context, from, to string) (points.Conversion, error) {
	return ask[points.Conversion](ctx, q, "Conversion", from, to)
}

// Trade is one trade.
func (q Query) Trade(ctx context.Context, trade number.Command) (points.Trade, error) {
	return ask[points.Trade](ctx, q, "Trade", trade.String())
}

// Standing is what a member has done in a programme, and its tier today.
func (q Query) Standing(ctx context.Context, programme, member string) (answer.Tiered, error) {
	return ask[answer.Tiered](ctx, q, "Standing", programme, member)
}

// Member is one member, as it is: perhaps merged into another.
func (q Query) Member(ctx context.Context, id string) (member.Member, error) {
	return ask[member.Member](ctx, q, "Member", id)
}

// Recognise finds the member that a party's channel account belongs to.
func (q Query) Recognise(ctx context.Context, party, channel string, account codec.Hash) (answer.Recognised, error) {
	return ask[answer.Recognised](ctx, q, "Recognise", party, channel, account.String())
}

// Authorisation is one authorisation.
func (q Query) Authorisation(ctx context.Context, n number.Command) (member.Authorisation, error) {
	return ask[member.Authorisation](ctx, q, "Authorisation", n.String())
}

// Invitation is one invitation.
func (q Query) Invitation(ctx context.Context, n number.Command) (member.Invitation, error) {
	return ask[member.Invitation](ctx, q, "Invitation", n.String())
}

// Consent is one consent.
func (q Query) Consent(ctx context.Context, n number.Command) (member.Consent, error) {
	return ask[member.Consent](ctx, q, "Consent", n.String())
}

// Profile is what was shared under a consent: with the caller, or, for the
// member's home, with the party that it names.
func (q Query) Profile(ctx context.Context, consent number.Command, party string) (answer.Profile, error) {
	return ask[answer.Profile](ctx, q, "Profile", consent.String(), party)
}

// Benefit is one benefit.
func (q Query) Benefit(ctx context.Context, id string) (benefit.Model, error) {
	return ask[benefit.Model](ctx, q, "Benefit", id)
}

// Entitlements are up to 500 entitlements, in the order asked.
func (q Query) Entitlements(ctx context.Context, list ...number.Row) ([]benefit.Entitlement, error) {
	return askEach[benefit.Entitlement](ctx, q, len(list), "Entitlements", asJSON(list))
}

// WriteOff is one write-off.
func (q Query) WriteOff(ctx context.Context, n number.Command) (benefit.WriteOff, error) {
	return ask[benefit.WriteOff](ctx, q, "WriteOff", n.String())
}

// Quota is a limit and what was drawn on it.
func (q Query) Quota(ctx context.Context, kind quota.Subject, id string) (answer.QuotaUse, error) {
	return ask[answer.QuotaUse](ctx, q, "Quota", string(kind), id)
}

// Pledge is one pledge.
func (q Query) Pledge(ctx context.Context, pledge number.Command) (points.Pledge, error) {
	return ask[points.Pledge](ctx, q, "Pledge", pledge.String())
}
