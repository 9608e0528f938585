package catalogue

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/catalogue"
)

func returns(a *cli.App) *cobra.Command {
	return cli.Group("return", "Returns: a quantity of a line on its way back (退货)",
		requestReturn(a), receiveReturn(a), refuseReturn(a), refundReturn(a), timeOutReturn(a), listReturns(a))
}

func requestReturn(a *cli.App) *cobra.Command {
	req := goods.RequestReturnRequest{}
	cmd := cli.Sends(a, "request ORDER PART LINE",
		"  tally --as G order return request D.0.7.0 1 1 --quantity 1 --reason wrong_size",
		catalogue.OrderReturnRequest, func(args []string) (_ goods.RequestReturnRequest, err error) {
			if req.Order, req.Part, err = parseOrderPart(args[:2]); err != nil {
				return req, err
			}
			req.Line, err = parsePlace("line", args[2])
			return req, err
		})
	cli.Whole(cmd, &req.Quantity, "quantity", 1, "how many of it")
	cli.Reason(cmd, &req.Reason, "wrong_size")
	return cmd
}

func receiveReturn(a *cli.App) *cobra.Command {
	var req goods.ReceiveReturnRequest
	cmd := cli.Sends(a, "receive RETURN", "  tally --as S2 order return receive G.0.12.0 --restock",
		catalogue.OrderReturnReceive, cli.Parsed(&req, &req.Return, number.ParseCommand))
	cmd.Flags().BoolVar(&req.Restock, "restock", false, "they can be sold again")
	return cmd
}

func refuseReturn(a *cli.App) *cobra.Command {
	var req goods.RefuseReturnRequest
	cmd := cli.Sends(a, "refuse RETURN", "  tally --as D order return refuse G.0.12.0 --reason used",
		catalogue.OrderReturnRefuse, cli.Parsed(&req, &req.Return, number.ParseCommand))
	cli.Reason(cmd, &req.Reason, "used")
	return cmd
}

func refundReturn(a *cli.App) *cobra.Command {
	var req goods.RefundRequest
	cmd := cli.Sends(a, "refund RETURN",
		"  tally --as D order return refund G.0.12.0\n  tally --as D order return refund G.0.12.0 --cash-reference refund-77-12",
		catalogue.OrderReturnRefund, cli.Parsed(&req, &req.Return, number.ParseCommand))
	cmd.Long = `Give back what was paid for returned goods: the points to the very lots that they were
taken from, and what the parties came to owe each other they owe the other way
round. Of a line, the units that were sold last go back first.`
	cli.Word(cmd, &req.Payment, "cash-reference", "reference of the cash refund, if cash goes back")
	return cmd
}

func timeOutReturn(a *cli.App) *cobra.Command {
	var d due
	cmd := cli.Leaf("timeout [RETURN]",
		"End a return in the member's favour that its seller left unanswered; for everyone (超时退款)",
		"  tally --as G order return timeout G.0.12.0\n  tally --as M order return timeout --due",
		func(ctx context.Context, args []string) error {
			if err := d.check("return timeout", args); err != nil {
				return err
			}
			if d.all {
				return runDue(ctx, a, catalogue.OrderReturnTimeoutDue, d, "returns timed out")
			}
			n, err := number.ParseCommand(args[0])
			if err != nil {
				return err
			}
			return cli.Send(ctx, a, catalogue.OrderReturnTimeout, goods.TimeOutReturnRequest{Return: n})
		})
	cmd.Long = `End a return whose seller neither took the goods nor refused nor refunded in the days that
its storefront gives. The points go back; cash that the seller then owes is listed by
tally order cash list.`
	d.flags(cmd, "all whose days to be answered have passed")
	return a.TakesLong(cmd)
}

func cashOwed(a *cli.App) *cobra.Command {
	return cli.Group("cash", "Cash that sellers owe members: of parts that ended, of returns left unanswered (应退现金)",
		payBack(a), listCash(a))
}

func payBack(a *cli.App) *cobra.Command {
	var req goods.PayBackRequest
	cmd := cli.Sends(a, "refunded CASH", "  tally --as D order cash refunded D.0.9.0 --cash-reference refund-77-13",
		catalogue.OrderCashRefunded, cli.Parsed(&req, &req.Due, number.ParseCommand))
	cli.Word(cmd, &req.Payment, "cash-reference", "reference of the cash refund; one proves one")
	cli.Require(cmd, "cash-reference")
	return cmd
}

func listCash(a *cli.App) *cobra.Command {
	var req catalogue.CashListRequest
	cmd := cli.Verb(a, "list",
		"  tally --as D order cash list --seller D\n  tally --as G order cash list --member zhang --state OWED,PAID_BACK",
		catalogue.OrderCashList, cli.Words(&req), cli.Shows(a, cashTable))
	cli.Word(cmd, &req.Member, "member", "of this member only")
	cli.Word(cmd, &req.Seller, "seller", "of this seller only")
	cli.Word(cmd, &req.Order, "order", "of this order only")
	wordsOf(cmd, &req.States, "state", "in these states only, otherwise in OWED", "OWED", "PAID_BACK")
	return cmd
}

func cashTable(t table.Writer, list node.Found[goods.Due]) {
	t.AppendHeader(table.Row{"cash", "order", "return", "seller", "member", "amount", "state", "since", "refund"})
	cli.Right(t, 6)
	t.SuppressEmptyColumns()
	for _, c := range list.Rows {
		d := c.Row
		t.AppendRow(table.Row{c.ID, d.Order, d.Return, d.Seller, d.Member, cli.Yuan(d.Fen),
			d.State, d.Since, d.Payment})
	}
	cli.AsOf(t, list.Height)
}

func listReturns(a *cli.App) *cobra.Command {
	var req catalogue.ReturnListRequest
	cmd := cli.Verb(a, "list",
		"  tally --as D order return list --member wang --state REQUESTED,RECEIVED\n  tally --as S2 order return list --own", catalogue.OrderReturnList,
		cli.Words(&req), printRows(a, returnsTable))
	cli.One(cmd, &req.Order, "order", "of this order only", number.ParseCommand)
	cli.Word(cmd, &req.Member, "member", "of this member only")
	cli.Word(cmd, &req.Seller, "seller", "of this seller only")
	cli.Word(cmd, &req.Supplier, "supplier", "of this supplier's goods only")
	cmd.Flags().BoolVar(&req.Own, "own", false, "of goods of the suppliers that you act for only")
	wordsOf(cmd, &req.States, "state", "in these states only", "REQUESTED", "RECEIVED", "REFUNDED", "REFUSED")
	return cmd
}

func returnsTable(t table.Writer, list []index.Return, s cli.Scales) {
	t.AppendHeader(table.Row{"return", "order", "part", "line", "good", "quantity", "state", "since", "answer by",
		"member", "reason", "in stock again", "points", "cash"})
	cli.Right(t, 3, 4, 6, 13, 14)
	t.SuppressEmptyColumns()
	for _, r := range list {
		t.AppendRow(table.Row{r.Number, r.Order, r.Part, r.Line, r.Supplier + "/" + r.SKU, r.Quantity, r.State, r.Since,
			returnBy(r), r.Member, r.Reason,
			cli.Yes(r.Restocked), cli.LineText(r.Pieces, s), cli.YuanOrNone(r.Cash)})
	}
}

// returnBy is the last day for the seller's next step, "" once there is none.
func returnBy(r index.Return) string {
	if r.State != goods.Requested && r.State != goods.Received {
		return ""
	}
	return r.AnswerBy.String()
}

// unlessZero leaves a figure out that is none.
func unlessZero(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// wordsOf is a flag with some of a few words, with commas between them.
func wordsOf[T any](cmd *cobra.Command, to *[]T, name, usage string, words ...string) {
	cli.On(cmd, name, usage+": "+joined(words), func(text string) error {
		for _, word := range splitWords(text) {
			if word == "" {
				return fault.New(fault.BadRequest, "want one or more of %v, with commas between them", words)
			}
			v, err := cli.FromWord[T](word)
			if err != nil {
				return err
			}
			*to = append(*to, v)
		}
		return nil
	})
	cli.Complete(cmd, name, words...)
}
