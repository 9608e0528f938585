package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/settlement"
	"tallystick/client/node"
	"tallystick/client/payments"
)

// receivePayment is a person's word for what came in.
func receivePayment(a *app) *cobra.Command {
	var req settlement.AdviseRequest
	cmd := leaf("receive PAYMENT", "Tell by hand what came in for a payment, after a look at the account (手工确认到账)",
		"  tally --as S1 payment receive 2026-11-3 --amount 97.00 --charges 1.00 --reference N77 --booked 2026-12-03",
		func(ctx context.Context, args []string) error {
			name := req.Reference
			return a.withPayment(ctx, args[0], func(cycle string, n uint32) error {
				req.Cycle, req.Payment, req.Source = cycle, n, settlement.ByHand
				if req.Reference = payments.OnLedger(name); name == "" {
					req.Reference = unnamedReceipt(req)
				}
				return req.Check()
			}, func(ctx context.Context, g *node.Node) error { return a.submitTo(ctx, g, req) })
		})
	cmd.Long = `Say what came in where the bank's file can't: it has no end-to-end id or no reference, its
amounts don't add up, or there is no file. Each reference counts once. Without one, the same
amount on the same day counts once for a payment.

What the bank kept of it counts if you bear it: say --charges. Without it, the rest is still
owed, and its debtor can pay it with tally payment instruct --rest.`
	one(cmd, &req.Fen, "amount", "yuan", "what came in", parseYuan)
	one(cmd, &req.Charges, "charges", "yuan", "that banks kept, and you bear", parseYuan)
	word(cmd, &req.Reference, "reference", "the bank's, as its file or statement has it")
	bookedFlag(cmd, &req.Booked)
	requireOne(cmd, "amount", "charges")
	require(cmd, "booked")
	return cmd
}

// unnamedReceipt names a booking for which the bank gives no reference.
func unnamedReceipt(req settlement.AdviseRequest) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s-%d %d+%d %s", req.Cycle, req.Payment, req.Fen, req.Charges, req.Booked))
	return "hand-" + hex.EncodeToString(sum[:12])
}

// takeBackPayment is a person's word for what a bank took back.
func takeBackPayment(a *app) *cobra.Command {
	var req settlement.TakeBackRequest
	cmd := leaf("take-back PAYMENT", "Say that your bank took back what had come in: it is owed again, in the open cycle (冲正、退汇)",
		"  tally --as S1 payment take-back 2026-11-3 --receipt N77 --amount 97.00 --reference N91 --booked 2026-12-05 --evidence camt054.xml",
		func(ctx context.Context, args []string) error {
			return a.withPayment(ctx, args[0], func(cycle string, n uint32) error {
				req.Cycle, req.Payment = cycle, n
				req.Receipt, req.Reference = payments.OnLedger(req.Receipt), payments.OnLedger(req.Reference)
				return req.Check()
			}, func(ctx context.Context, g *node.Node) error { return a.submitTo(ctx, g, req) })
		})
	cmd.Long = `Say what your bank took back of a receipt that the ledger has counted. It is owed again, by and
to the same two, as a line of the open cycle's statement, which the other side can dispute
(tally dispute raise): so keep what the bank wrote, of which the ledger has the SHA-256.`
	word(cmd, &req.Receipt, "receipt", "reference under which it was counted: tally payment show")
	one(cmd, &req.Fen, "amount", "yuan", "that was taken back", parseYuan)
	word(cmd, &req.Reference, "reference", "the bank's, of taking it back")
	bookedFlag(cmd, &req.Booked)
	evidence(cmd, &req.Evidence)
	require(cmd, "receipt", "amount", "reference", "booked")
	return cmd
}

func bookedFlag(cmd *cobra.Command, to *date.Date) {
	day(cmd, to, "booked", "day on which the bank booked it")
}

// withPayment finds the payment that is meant, by its name on the ledger or at banks.
func (a *app) withPayment(ctx context.Context, text string, check func(cycle string, n uint32) error, do func(context.Context, *node.Node) error) error {
	cycle, n, err := payments.ParseAny(text, "")
	if err == nil {
		err = check(cycle, n) // before anything is sent
	}
	if err != nil {
		return err
	}
	return a.with(ctx, func(ctx context.Context, g *node.Node) error {
		charter, err := g.Query().Charter(ctx)
		if err != nil {
			return err
		}
		cycle, n, err := payments.ParseAny(text, charter.Mark)
		if err != nil {
			return err
		}
		if err := check(cycle, n); err != nil {
			return err
		}
		return do(ctx, g)
	})
}

// submitTo sends one command through a gateway that is open, and prints its receipt.
func (a *app) submitTo(ctx context.Context, g *node.Node, req command.Request) error {
	answer, err := g.Send(ctx, &a.call, req)
	if err != nil {
		return err
	}
	return a.printReceipt(nameOf(req), answer)
}
