// Package control has the verbs of who may ask a party's node: API keys, approvals, and the log.
package control

import (
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/client/access"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/node/control"
)

// Keys is the group of API keys.
func Keys(a *cli.App) *cobra.Command {
	return cli.Group("key", "The API keys of your node (接口密钥)", addKey(a), listKeys(a), endKey(a))
}

func addKey(a *cli.App) *cobra.Command {
	var req access.NewKey
	var perRequest, perDay amount.Units
	var perMinute uint32
	var until date.Date
	cmd := cli.Verb(a, "add NAME", `  tally --as D key add till-7 --role counter --outlet 12 --most-per-request 500 --most-per-day 20000
  tally --as D key add li --role approver --person li@dealer.example --until 2027-06-30`, control.KeyAdd,
		func(args []string) (_ access.NewKey, err error) {
			req.Name, req.PerRequest, req.PerDay = args[0], int64(perRequest), int64(perDay)
			req.PerMinute = int64(perMinute)
			if until != 0 {
				req.Ends, err = endOf(until)
			}
			return req, err
		}, cli.Shows(a, func(t table.Writer, k control.AddedKey) {
			t.AppendRows([]table.Row{{"key", k.Text}, {"id", k.ID}, {"role", k.Role}})
			t.SetCaption("the key isn't shown again")
		}))
	var roles []string
	for _, r := range access.Roles {
		roles = append(roles, r.Name)
	}
	cli.Choice(cmd, &req.Role, "role", "what it may do", roles...)
	cli.Word(cmd, &req.Person, "person", "who uses it, if that is a person: the same for each of his keys")
	cli.Word(cmd, &req.Outlet, "outlet", "the one outlet whose requests it makes")
	cli.YuanFlag(cmd, &perRequest, "most-per-request", "yuan that one request may move; points count by their price")
	cli.YuanFlag(cmd, &perDay, "most-per-day", "yuan that a day's requests may move together")
	cli.Whole(cmd, &perMinute, "requests-per-minute", 0, "requests that write, within a minute; 0 for any")
	cli.Day(cmd, &until, "until", "last day on which it can be used")
	cli.Require(cmd, "role")
	return cmd
}

// endOf is when a day has ended.
func endOf(day date.Date) (time.Time, error) {
	place, err := time.LoadLocation(config.Default().Serve.Place)
	if err != nil {
		return time.Time{}, err
	}
	begins, err := time.ParseInLocation(time.DateOnly, day.String(), place)
	return begins.AddDate(0, 0, 1), err
}

func listKeys(a *cli.App) *cobra.Command {
	return cli.Verb(a, "list", "  tally --as D key list", control.KeyList, cli.Nothing,
		cli.Shows(a, func(t table.Writer, list node.List[access.Key]) {
			t.AppendHeader(table.Row{"key", "role", "name", "person", "outlet", "a request", "a day", "a minute",
				"until", "ended"})
			for _, k := range list.Rows {
				t.AppendRow(table.Row{k.ID, k.Role, k.Name, k.Person, k.Outlet,
					cli.YuanOrNone(amount.Units(k.PerRequest)),
					cli.YuanOrNone(amount.Units(k.PerDay)), count(k.PerMinute), moment(k.Ends), moment(k.Ended)})
			}
		}))
}

func count(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return cli.Moment(t.Unix())
}

func endKey(a *cli.App) *cobra.Command {
	var req control.EndKeyRequest
	return cli.Verb(a, "end KEY", "  tally --as D key end abcdefgh", control.KeyEnd, cli.Words(&req, &req.Key),
		cli.Shows(a, func(t table.Writer, done control.EndedKey) { t.AppendRow(table.Row{"ended", done.Key}) }))
}

// Approvals is the group of requests that a second person has to let happen.
func Approvals(a *cli.App) *cobra.Command {
	return cli.Group("approval", "Requests that a second person has to let happen (复核)",
		listApprovals(a), showApproval(a), approve(a), reject(a))
}

func listApprovals(a *cli.App) *cobra.Command {
	var req control.ApprovalListRequest
	cmd := cli.Verb(a, "list", "  tally --as D approval list --state WAITING", control.ApprovalList, cli.Words(&req),
		cli.Shows(a, func(t table.Writer, list node.List[access.Approval]) {
			t.AppendHeader(table.Row{"approval", "operation", "moves", "asked by", "asked", "until", "state",
				"decided by"})
			for _, p := range list.Rows {
				t.AppendRow(table.Row{p.ID, p.Operation, cli.YuanOrNone(amount.Units(p.Fen)), asker(p), moment(p.Asked),
					moment(p.Until), p.State, p.By})
			}
		}))
	cli.Choice(cmd, &req.State, "state", "in this state only", access.Waiting, access.Approved, access.Rejected,
		access.Expired, access.Sent, access.Failed)
	return cmd
}

// asker is who asked, by his name if it is known.
func asker(p access.Approval) string {
	if p.Person != "" {
		return p.Person
	}
	return p.Who
}

func approvalTable(t table.Writer, p access.Approval) {
	t.AppendRows([]table.Row{{"approval", p.ID}, {"operation", p.Operation}, {"request", p.Request},
		{"moves", cli.YuanOrNone(amount.Units(p.Fen))}, {"asked by", asker(p)}, {"until", moment(p.Until)},
		{"state", p.State}, {"decided by", p.By}, {"reason", p.Reason}, {"outcome", p.Outcome}})
}

func showApproval(a *cli.App) *cobra.Command {
	var req control.ApprovalRequest
	return cli.Verb(a, "show APPROVAL", "  tally --as D approval show a-abcdefghijklmnop", control.ApprovalShow,
		cli.Words(&req, &req.Approval), cli.Shows(a, func(t table.Writer, s control.ShownApproval) {
			approvalTable(t, s.Approval)
			t.AppendRow(table.Row{"asks", string(s.Asks)})
		}))
}

func approve(a *cli.App) *cobra.Command {
	var req control.ApprovalRequest
	return cli.Verb(a, "approve APPROVAL", "  tally --as D approval approve a-abcdefghijklmnop",
		control.ApprovalApprove,
		cli.Words(&req, &req.Approval), cli.Shows(a, approvalTable))
}

func reject(a *cli.App) *cobra.Command {
	var req control.RejectRequest
	cmd := cli.Verb(a, "reject APPROVAL", "  tally --as D approval reject a-abcdefghijklmnop --reason wrong_programme",
		control.ApprovalReject, cli.Words(&req, &req.Approval), cli.Shows(a, approvalTable))
	cli.Reason(cmd, &req.Reason, "wrong_programme")
	return cmd
}
