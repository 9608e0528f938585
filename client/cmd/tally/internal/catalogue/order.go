package catalogue

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/catalogue"
)

// Orders is the group of orders, with their returns and the cash that sellers owe.
func Orders(a *cli.App) *cobra.Command {
	cmd := cli.Group("order", "Orders: goods for points and cash, in parts that ship and return on their own (订单)")
	cli.Under(cmd, "Buy (下单)", quoteOrder(a), placeOrder(a), orderCodes(a))
	cli.Under(cmd, "Decide (接单)", acceptOrder(a), rejectOrder(a), cancelOrder(a), timeOutOrder(a))
	cli.Under(cmd, "Deliver (履约)", shipOrder(a), deliverOrder(a), completeOrder(a), returns(a), cashOwed(a))
	cli.Under(cmd, "See (查看)", showOrder(a), listOrders(a), purchaseOrders(a))
	return cmd
}

// ofOrder is a command about one order, or about a part of it if its use names one.
func ofOrder[Req command.Request](a *cli.App, use, example string, op node.Op[Req, node.Receipt],
	ask func(number.Command, uint8) (Req, error)) *cobra.Command {
	return cli.Sends(a, use, example, op, func(args []string) (req Req, err error) {
		n, part, err := parseOrderPart(args)
		if err != nil {
			return req, err
		}
		return ask(n, part)
	})
}

// parseOrderPart reads an order's number and, if there is one, a part's, from 1.
func parseOrderPart(args []string) (n number.Command, part uint8, err error) {
	if n, err = number.ParseCommand(args[0]); err != nil || len(args) < 2 {
		return n, 0, err
	}
	part, err = parsePlace("part", args[1])
	return n, part, err
}

// parsePlace reads which of a list something is, counted from 1.
func parsePlace(what, text string) (uint8, error) {
	at, err := strconv.ParseUint(text, 10, 8)
	if err != nil || at < 1 {
		return 0, fault.New(fault.BadRequest, "%s %.20q: want 1, 2 …", what, text)
	}
	return uint8(at), nil
}

func acceptOrder(a *cli.App) *cobra.Command {
	return ofOrder(a, "accept ORDER",
		"  tally --as D order accept D.0.7.0", catalogue.OrderAccept,
		func(n number.Command, _ uint8) (goods.AcceptRequest, error) {
			return goods.AcceptRequest{Order: n}, nil
		})
}

func rejectOrder(a *cli.App) *cobra.Command {
	var why string
	cmd := ofOrder(a, "reject ORDER",
		"  tally --as D order reject D.0.7.0 --reason address_unknown", catalogue.OrderReject,
		func(n number.Command, _ uint8) (goods.RejectRequest, error) {
			return goods.RejectRequest{Order: n, Reason: why}, nil
		})
	cli.Reason(cmd, &why, "address_unknown")
	return cmd
}

func cancelOrder(a *cli.App) *cobra.Command {
	var req goods.CancelRequest
	cmd := ofOrder(a, "cancel ORDER [PART]",
		`  tally --as G order cancel D.0.7.0 --reason member_changed_mind
  tally --as D order cancel D.0.7.0 2 --reason lost_on_the_way --lost`, catalogue.OrderCancel,
		func(n number.Command, part uint8) (goods.CancelRequest, error) {
			req.Order, req.Part = n, part
			return req, nil
		})
	cmd.Long = `End an order that isn't accepted yet, for the seller and the member's home; or, of an
order that is, one part that can't be had or was lost, for the seller. Points go
back, and stock unless it is lost.`
	cli.Reason(cmd, &req.Reason, "member_changed_mind")
	cmd.Flags().BoolVar(&req.Lost, "lost", false, "the part's goods don't come back into stock")
	return cmd
}

func timeOutOrder(a *cli.App) *cobra.Command {
	var d due
	cmd := cli.Leaf("timeout [ORDER] [PART]",
		"End what wasn't accepted, or a part that wasn't shipped, in time; for everyone (超时取消)",
		`  tally --as M order timeout D.0.7.0
  tally --as M order timeout D.0.7.0 2
  tally --as M order timeout --due
  tally --as D order timeout --due --seller D`, func(ctx context.Context, args []string) error {
			if err := d.check("timeout", args); err != nil {
				return err
			}
			if d.all {
				return runDue(ctx, a, catalogue.OrderTimeoutDue, d, "orders and parts timed out")
			}
			n, part, err := parseOrderPart(args)
			if err != nil {
				return err
			}
			return cli.Send(ctx, a, catalogue.OrderTimeout, goods.TimeOutRequest{Order: n, Part: part})
		})
	d.flags(cmd, "all whose time to be accepted, or shipped, has passed")
	return a.TakesLong(cmd)
}

// due says that everything whose time has come is meant: of one seller, or of all.
type due struct {
	all    bool
	seller string
}

func (d *due) flags(cmd *cobra.Command, usage string) {
	cmd.Flags().BoolVar(&d.all, "due", false, usage)
	cli.Word(cmd, &d.seller, "seller", "of this seller only, with --due")
}

// check refuses with BAD_REQUEST both or neither of an order and --due, and a seller without it.
func (d *due) check(verb string, args []string) error {
	if (len(args) > 0) == d.all || d.seller != "" && !d.all {
		return fault.New(fault.BadRequest,
			"name an order, or say --due, for one seller with --seller; see tally order %s --help", verb)
	}
	return nil
}

// runDue does everything whose time has come, and counts it.
func runDue(ctx context.Context, a *cli.App, op node.Op[catalogue.DueRequest, *node.Results],
	d due, what string) error {
	return cli.Perform(ctx, a, op, func() (catalogue.DueRequest, error) {
		return catalogue.DueRequest{Seller: d.seller}, nil
	}, a.ResultsOf(what))
}

func shipOrder(a *cli.App) *cobra.Command {
	var req goods.ShipRequest
	cmd := ofOrder(a, "ship ORDER PART",
		"  tally --as S1 order ship D.0.7.0 1 --carrier sf --waybill SF1234567890", catalogue.OrderShip,
		func(n number.Command, part uint8) (goods.ShipRequest, error) {
			req.Order, req.Part = n, part
			return req, nil
		})
	cli.Word(cmd, &req.Carrier, "carrier", "the carrier's id")
	cli.Word(cmd, &req.Waybill, "waybill", "the carrier's number for it")
	cli.Require(cmd, "carrier", "waybill")
	return cmd
}

func deliverOrder(a *cli.App) *cobra.Command {
	var req goods.DeliverRequest
	var secret cli.OneTime
	var d due
	cmd := cli.Leaf("deliver [ORDER] [PART]", "Say that a part has reached the member, and with what proof (签收)",
		`  tally --as D order deliver D.0.7.0 1 --code-file code.txt
  tally --as S1 order deliver D.0.7.0 1 --evidence handover.pdf
  tally --as G order deliver D.0.7.0 1
  tally --as S1 order deliver --due`, func(ctx context.Context, args []string) (err error) {
			if err := d.check("deliver", args); err != nil {
				return err
			}
			if d.all {
				return runDue(ctx, a, catalogue.OrderDeliverDue, d, "parts delivered by silence")
			}
			if len(args) < 2 {
				return fault.New(fault.BadRequest, "say which part of order %.40s: 1, 2 …", args[0])
			}
			if req.Order, req.Part, err = parseOrderPart(args); err != nil {
				return err
			}
			if secret.Given() || len(req.Evidence) == 0 {
				if req.Code, err = secret.Read(a); err != nil {
					return err
				}
			}
			return cli.Send(ctx, a, catalogue.OrderDeliver, req)
		})
	cmd.Long = `Say that a part has reached the member: its points are captured, and the parties owe
each other. The proof is the member's one-time code (from the flag, a file or
$TALLY_CODE) or a document, for the seller and the supplier's party; with neither,
the word of the member's home, or anyone's once the storefront's days of silence
have passed since it was shipped. --due delivers all that silence has.`
	secret.Flags(cmd)
	cli.Document(cmd, &req.Evidence)
	d.flags(cmd, "all that were shipped and about which silence lasted long enough")
	return a.TakesLong(cmd)
}

func completeOrder(a *cli.App) *cobra.Command {
	var d due
	cmd := cli.Leaf("complete [ORDER] [PART]",
		"End a delivered part: nothing can be returned any more; for the member's home, then for everyone (完成)",
		"  tally --as G order complete D.0.7.0 1\n  tally --as D order complete --due --seller D",
		func(ctx context.Context, args []string) error {
			if err := d.check("complete", args); err != nil {
				return err
			}
			if d.all {
				return runDue(ctx, a, catalogue.OrderCompleteDue, d, "parts completed")
			}
			if len(args) < 2 {
				return fault.New(fault.BadRequest, "say which part of order %.40s: 1, 2 …", args[0])
			}
			n, part, err := parseOrderPart(args)
			if err != nil {
				return err
			}
			return cli.Send(ctx, a, catalogue.OrderComplete, goods.CompleteRequest{Order: n, Part: part})
		})
	d.flags(cmd, "all that were delivered and can't be returned any more")
	return a.TakesLong(cmd)
}

// untilDay writes the last day of a part's state, or the moment until which an order
// can be accepted.
func untilDay(p index.OrderPart) string {
	if p.AcceptBy > 0 {
		return cli.Moment(p.AcceptBy)
	}
	return p.LastDay.String()
}
