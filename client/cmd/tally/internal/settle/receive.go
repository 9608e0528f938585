package settle

import (
	"github.com/spf13/cobra"

	"tallystick/chaincode/date"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/settle"
)

// receivePayment is a person's word for what came in.
func receivePayment(a *cli.App) *cobra.Command {
	var req settle.ReceivePaymentRequest
	cmd := cli.Verb(a, "receive PAYMENT",
		"  tally --as S1 payment receive 2026-11-3 --amount 97.00 --charges 1.00 --reference N77 --booked 2026-12-03",
		settle.PaymentReceive, cli.Words(&req, &req.Payment), a.ReceiptOf("payment:Advise"))
	cmd.Long = `Say what came in where the bank's file can't: it has no end-to-end id or no reference, its
amounts don't add up, or there is no file. Each reference counts once. Without one, the same
amount on the same day counts once for a payment.

What the bank kept of it counts if you bear it: say --charges. Without it, the rest is still
owed, and its debtor can pay it with tally payment instruct --rest.`
	cli.One(cmd, &req.Fen, "amount", "what came in", cli.ParseYuan)
	cli.One(cmd, &req.Charges, "charges", "that banks kept, and you bear", cli.ParseYuan)
	cli.Word(cmd, &req.Reference, "reference", "the bank's, as its file or statement has it")
	bookedFlag(cmd, &req.Booked)
	cli.RequireOne(cmd, "amount", "charges")
	cli.Require(cmd, "booked")
	return cmd
}

// takeBackPayment is a person's word for what a bank took back.
func takeBackPayment(a *cli.App) *cobra.Command {
	var req settle.TakeBackPaymentRequest
	cmd := cli.Verb(a, "take-back PAYMENT",
		"  tally --as S1 payment take-back 2026-11-3 --receipt N77 --amount 97.00 --reference N91 --booked 2026-12-05 --evidence camt054.xml",
		settle.PaymentTakeBack, cli.Words(&req, &req.Payment), a.ReceiptOf("payment:TakeBack"))
	cmd.Long = `Say what your bank took back of a receipt that the ledger has counted. It is owed again, by and
to the same two, as a line of the open cycle's statement, which the other side can dispute
(tally dispute raise): so keep what the bank wrote, of which the ledger has the SHA-256.`
	cli.Word(cmd, &req.Receipt, "receipt", "reference under which it was counted: tally payment show")
	cli.One(cmd, &req.Fen, "amount", "that was taken back", cli.ParseYuan)
	cli.Word(cmd, &req.Reference, "reference", "the bank's, of taking it back")
	bookedFlag(cmd, &req.Booked)
	cli.Evidence(cmd, &req.Evidence)
	cli.Require(cmd, "receipt", "amount", "reference", "booked")
	return cmd
}

func bookedFlag(cmd *cobra.Command, to *date.Date) {
	cli.Day(cmd, to, "booked", "day on which the bank booked it")
}
