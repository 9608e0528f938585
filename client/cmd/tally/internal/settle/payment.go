package settle

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/settle"
	"tallystick/client/payments"
)

// Payments is the group of payments.
func Payments(a *cli.App) *cobra.Command {
	cmd := cli.Group("payment", "Payments that settle a cycle: told to banks, and matched with what banks tell (付款)")
	cli.Under(cmd, "See (查看)", listPayments(a), showPayment(a))
	cli.Under(cmd, "Pay (付款)", instructPayments(a), bouncePayment(a), depositMoney(a))
	cli.Under(cmd, "Receive (收款)", advisePayments(a), receivePayment(a), takeBackPayment(a),
		carryPayment(a), prefund(a))
	cmd.Long = `The ledger holds no money: it says who pays whom how much until when, that a bank was told
(pain.001), and what a bank said came in (camt.054, camt.053, a bank's CSV). A payment is named
by cycle and number, such as 2026-11-3; banks carry it with the ledger's mark behind it,
such as 2026-11-3-K7Q2M4XA, so that no other network's payment has the same name.

Accounts stand in a file of the node's own, and never on the ledger:

  parties:
    - {party: G, name: 某某汽车集团有限公司, account: "1001244300000001", bic: ICBKCNBJ}
    - {party: S1, name: 某某供应链有限公司, account: "0200000000000002", cnaps: "102290000002"}`
	return cmd
}

func cycleFlag(cmd *cobra.Command, to *string) {
	cli.Word(cmd, to, "cycle", "closed cycle; the one that was cut off last if you name none")
}

func listPayments(a *cli.App) *cobra.Command {
	var req settle.ListPaymentsRequest
	cmd := cli.Verb(a, "list", "  tally --as S1 payment list --cycle 2026-11 --party S1", settle.PaymentList,
		cli.Words(&req),
		cli.Shows(a, func(t table.Writer, list node.List[settle.NamedPayment]) { paymentsTable(t, list.Rows) }))
	cycleFlag(cmd, &req.Cycle)
	cli.Word(cmd, &req.Party, "party", "those alone that this party pays or gets")
	return cmd
}

func paymentsTable(t table.Writer, list []settle.NamedPayment) {
	t.AppendHeader(table.Row{"payment", "pays", "whom", "¥", "due", "state", "came in", "message"})
	cli.Right(t, 4, 7)
	t.SuppressEmptyColumns()
	for _, p := range list {
		t.AppendRow(table.Row{p.EndToEnd, p.Debtor, p.Creditor, cli.Yuan(p.Fen), p.Due, p.State,
			cli.YuanOrNone(p.Received), p.Message})
	}
}

func showPayment(a *cli.App) *cobra.Command {
	return cli.Verb(a, "show PAYMENT", "  tally --as S1 payment show 2026-11-3", settle.PaymentShow,
		func(args []string) (req settle.ShowPaymentRequest, err error) {
			req.Cycle, req.Payment, err = payments.Parse(args[0])
			return req, err
		}, func(_ context.Context, _ *cli.Node, p settle.NamedPayment) error {
			return a.PrintParts(p, func(t table.Writer) { t.AppendRows(paymentRows(p)) },
				func(t table.Writer) { advicesTable(t, p.Payment) }, func(t table.Writer) {
					takenBackTable(t, p.Payment)
				})
		})
}

func paymentRows(p settle.NamedPayment) []table.Row {
	rows := []table.Row{{"payment", p.EndToEnd}, {"pays", p.Debtor}, {"whom", p.Creditor}, {"amount", cli.Yuan(p.Fen)},
		{"due", p.Due}, {"state", p.State}}
	if p.Message != "" {
		rows = append(rows, table.Row{"message to the bank", p.Message}, table.Row{"SHA-256 of its file", p.Hash})
	}
	return rows
}

func advicesTable(t table.Writer, p settlement.Payment) {
	if len(p.Advices) == 0 {
		return
	}
	t.AppendHeader(table.Row{"came in", "¥", "charges borne", "bank's reference", "also",
		"read in", "late", "advised by"})
	cli.Right(t, 2, 3)
	t.SuppressEmptyColumns()
	for _, v := range p.Advices {
		t.AppendRow(table.Row{v.Booked, cli.Yuan(v.Fen), cli.YuanOrNone(v.Charges), v.Reference, v.Alias,
			v.Source, cli.Yes(v.Late), v.By})
	}
}

func takenBackTable(t table.Writer, p settlement.Payment) {
	if len(p.Returns) == 0 {
		return
	}
	t.AppendHeader(table.Row{"taken back", "¥", "of receipt", "bank's reference", "evidence", "told by"})
	cli.Right(t, 2)
	for _, v := range p.Returns {
		t.AppendRow(table.Row{v.Booked, cli.Yuan(v.Fen), v.Receipt, v.Reference, v.Evidence, v.By})
	}
}

func bouncePayment(a *cli.App) *cobra.Command {
	var req settlement.BounceRequest
	cmd := cli.Sends(a, "bounce PAYMENT", "  tally --as F payment bounce 2026-11-3 --reason account_closed",
		settle.PaymentBounce, func(args []string) (_ settlement.BounceRequest, err error) {
			req.Cycle, req.Payment, err = payments.Parse(args[0])
			return req, err
		})
	cli.Reason(cmd, &req.Reason, "account_closed")
	return cmd
}

func carryPayment(a *cli.App) *cobra.Command {
	return cli.Sends(a, "carry PAYMENT", "  tally --as S1 payment carry 2026-11-3", settle.PaymentCarry,
		func(args []string) (_ settlement.CarryPaymentRequest, err error) {
			var req settlement.CarryPaymentRequest
			req.Cycle, req.Payment, err = payments.Parse(args[0])
			return req, err
		})
}

func depositMoney(a *cli.App) *cobra.Command {
	var req settlement.DepositRequest
	cmd := cli.Sends(a, "deposit HOLDER",
		"  tally --as F payment deposit D --amount 5000.00 --reference 20261203000017", settle.PaymentDeposit,
		cli.Words(&req, &req.Holder))
	cli.YuanFlag(cmd, &req.Fen, "amount", "what you deposited")
	cli.Word(cmd, &req.Reference, "reference", "the bank's, as the holder's bank shows it")
	cli.Require(cmd, "amount", "reference")
	return cmd
}

func prefund(a *cli.App) *cobra.Command {
	var req settlement.PrefundRequest
	cmd := cli.Sends(a, "prefund DEBTOR",
		"  tally --as D payment prefund F --amount 5000.00 --reference 20261203000017", settle.PaymentPrefund,
		cli.Words(&req, &req.Debtor))
	cli.YuanFlag(cmd, &req.Fen, "amount", "what came in")
	cli.Word(cmd, &req.Reference, "reference", "your bank's; it counts once")
	cli.Require(cmd, "amount", "reference")
	return cmd
}
