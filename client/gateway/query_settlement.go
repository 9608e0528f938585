package gateway

import (
	"context"
	"fmt"

	"tallystick/chaincode/date"

	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

// Models asks for what is agreed about settling on a business date that there was, or, for none, today.
func (q Query) Models(ctx context.Context, on date.Date) (settlement.Agreements, error) {
	return ask[settlement.Agreements](ctx, q, "Models", on.String())
}

// Notices asks for what the parties gave notice of today.
func (q Query) Notices(ctx context.Context) ([]settlement.Given, error) {
	return ask[[]settlement.Given](ctx, q, "Notices")
}

// Close is a cycle that was cut off. NOT_FOUND for the open one.
func (q Query) Close(ctx context.Context, cycle string) (settlement.Close, error) {
	return ask[settlement.Close](ctx, q, "Close", cycle)
}

// Statement is the statement of two parties for a closed cycle, in whatever order they
// are named: sums, and what each signed.
func (q Query) Statement(ctx context.Context, cycle, a, b string) (settlement.Pair, error) {
	return ask[settlement.Pair](ctx, q, "Statement", cycle, a, b)
}

// Netting is what was netted of a cycle.
func (q Query) Netting(ctx context.Context, cycle string) (settlement.Netting, error) {
	return ask[settlement.Netting](ctx, q, "Netting", cycle)
}

// Payment is a payment of a cycle, by its number from 1.
func (q Query) Payment(ctx context.Context, cycle string, n uint32) (settlement.Payment, error) {
	return ask[settlement.Payment](ctx, q, "Payment", cycle, fmt.Sprint(n))
}

// Dispute is one dispute.
func (q Query) Dispute(ctx context.Context, n number.Command) (settlement.Dispute, error) {
	return ask[settlement.Dispute](ctx, q, "Dispute", n.String())
}

// Obligation is one line of a statement.
func (q Query) Obligation(ctx context.Context, line number.Row) (settlement.Obligation, error) {
	return ask[settlement.Obligation](ctx, q, "Obligation", line.String())
}

// Obligations are all of a line's batch, hidden ones included.
func (q Query) Obligations(ctx context.Context, line number.Row) (settlement.Obligations, error) {
	return ask[settlement.Obligations](ctx, q, "Obligations", line.String())
}
