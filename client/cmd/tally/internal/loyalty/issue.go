package loyalty

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node/loyalty"
)

func issue(a *cli.App) *cobra.Command {
	var req points.IssueRequest
	var rest points.Grant
	cmd := cli.Sends(a, "issue", `  tally --as G points issue --programme GP --grant zhang:200.00:2027-12-31:D
  tally --as D points issue --programme DP --grant wang:5.00:2026-11-30 --grant wang:20.00:2027-05-31
  tally --as G points issue --programme GP --grant li:30.00:2027-03-31 --split G:60 --split D:40:D.0.9.0`,
		loyalty.PointsIssue, func([]string) (points.IssueRequest, error) {
			for i, g := range req.Grants {
				g.Home, g.Split, g.Outlet, g.Reference = rest.Home, rest.Split, rest.Outlet, rest.Reference
				req.Grants[i] = g
			}
			return req, nil
		})
	cmd.Long = `Issue lots of your own programme. A grant is member:points, with :expires after it
where the programme has no expiry rule, and :activator if the lot is to wait for that
party's evidence. Shares, outlet and reference are those of all grants: a grant
whose cost several parties bear becomes one lot for each of them. A member who isn't
enrolled yet needs --home: the party that will enrol it, and that alone can.`
	cli.Word(cmd, &req.Programme, "programme", "programme")
	grantsFlag(a, cmd, &req)
	cli.Word(cmd, &rest.Home, "home", "of members who are yet to be enrolled: the party that will")
	granting(cmd, &rest)
	cli.Require(cmd, "programme", "grant")
	return cmd
}

// granting are the flags of what issues and awards have in common.
func granting(cmd *cobra.Command, g *points.Grant) {
	cli.Many(cmd, &g.Split, "split",
		"who bears the cost: FUNDER:PARTS, and :PLEDGE for others than you (出资)", parseShare)
	cli.Word(cmd, &g.Outlet, "outlet", "where it was earned, an id of yours")
	cli.Word(cmd, &g.Reference, "reference", "what for, such as a receipt's number")
}

// grantsFlag are the lots of an issue, in the scale of its programme.
func grantsFlag(a *cli.App, cmd *cobra.Command, req *points.IssueRequest) {
	var written []grantText
	cli.Many(cmd, &written, "grant", "member:points[:expires[:activator]]", func(text string) (grantText, error) {
		g, d, err := parseGrant(text)
		if err == nil && len(written) == 0 {
			a.Later(func(_ context.Context, _ *cli.Node, s cli.Scales) (err error) {
				for i := range req.Grants {
					if req.Grants[i].Amount, err = s.Units(req.Programme, written[i].points); err != nil {
						return err
					}
				}
				return nil
			})
		}
		req.Grants = append(req.Grants, g)
		return grantText{g, d}, err
	})
}

// grantText is a grant whose points have no scale yet.
type grantText struct {
	points.Grant
	points figure.Decimal
}

// String is the grant in the one way to write it.
func (g grantText) String() string {
	return fmt.Sprintf("%s:%s:%s:%s", g.Member, g.points.Form(), g.Expires, g.Activator)
}

// parseGrant reads member:points[:expires[:activator]]; expires may be empty.
func parseGrant(text string) (g points.Grant, d figure.Decimal, err error) {
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 4 {
		return g, d, fmt.Errorf("%q: want member:points[:expires[:activator]]", text)
	}
	g.Member = parts[0]
	if d, err = figure.Parse(parts[1]); err != nil {
		return g, d, cli.InFront("points", err)
	}
	if g.Amount, err = d.Least(); err != nil {
		return g, d, err
	}
	if len(parts) > 2 && parts[2] != "" {
		if g.Expires, err = date.Parse(parts[2]); err != nil {
			return g, d, err
		}
	}
	if len(parts) > 3 {
		g.Activator = parts[3]
	}
	return g, d, nil
}

// parseShare reads FUNDER:PARTS[:PLEDGE].
func parseShare(text string) (points.Share, error) {
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return points.Share{}, fmt.Errorf("%q: want FUNDER:PARTS[:PLEDGE], such as G:60 or D:40:D.0.9.0", text)
	}
	s := points.Share{Funder: parts[0]}
	var err error
	if s.Parts, err = cli.ParseCount(parts[1]); err != nil {
		return points.Share{}, err
	}
	if len(parts) > 2 {
		s.Pledge, err = number.ParseCommand(parts[2])
	}
	return s, err
}

func pledge(a *cli.App) *cobra.Command {
	var req points.PledgeRequest
	cmd := cli.Sends(a, "pledge PROGRAMME", "  tally --as D points pledge GP --points 500.00 --until 2026-12-31",
		loyalty.PointsPledge, cli.Words(&req, &req.Programme))
	a.PointsFlag(cmd, &req.Amount, "points", "points, in all", cli.OfProgramme(&req.Programme))
	cli.Day(cmd, &req.Until, "until", "last day on which they may be issued")
	cli.Require(cmd, "points", "until")
	return cmd
}

func pledges(a *cli.App) *cobra.Command {
	var req loyalty.PointsPledgesRequest
	cmd := cli.Lists(a, "pledges", "  tally --as G points pledges --programme GP", loyalty.PointsPledges,
		cli.Columns[points.Pledge]{
			Header: table.Row{"pledge", "funder", "programme", "points", "until"}, Right: []int{4},
			Cells: func(n index.Entry[points.Pledge], s cli.Scales) table.Row {
				return table.Row{n.ID, n.Row.Funder, n.Row.Programme,
					s.Show(n.Row.Programme, n.Row.Amount), n.Row.Until}
			},
		}, cli.Words(&req))
	cli.Word(cmd, &req.Programme, "programme", "of this programme only")
	cli.Word(cmd, &req.Funder, "funder", "of this party only")
	return cmd
}

func activate(a *cli.App) *cobra.Command {
	var req points.ActivateRequest
	cmd := cli.Sends(a, "activate LOT", `  tally --as D points activate G.1.3.0.0 --evidence handover.pdf
  tally --as D points activate G.1.3.0.0 --hash e3b0c442…`, loyalty.PointsActivate,
		cli.Parsed(&req, &req.Lot, number.ParseRow))
	cli.Evidence(cmd, &req.Evidence)
	return cmd
}

func cancelLot(a *cli.App) *cobra.Command {
	var req points.CancelRequest
	cmd := cli.Sends(a, "cancel LOT", "  tally --as G points cancel G.1.3.0.0 --reason sale_cancelled",
		loyalty.PointsCancel, cli.Parsed(&req, &req.Lot, number.ParseRow))
	cli.Reason(cmd, &req.Reason, "sale_cancelled")
	return cmd
}

func adjust(a *cli.App) *cobra.Command {
	var req points.AdjustRequest
	cmd := cli.Sends(a, "adjust LOT",
		"  tally --as D points adjust D.1.7.3.0 --points 0.25 --reason basket_missed_a_line", loyalty.PointsAdjust,
		cli.Parsed(&req, &req.Lot, number.ParseRow))
	a.PointsFlag(cmd, &req.Amount, "points", "points that are added, in a lot of their own", cli.OfLot(&req.Lot))
	cli.Reason(cmd, &req.Reason, "basket_missed_a_line")
	cli.Require(cmd, "points")
	return cmd
}

func revokePoints(a *cli.App) *cobra.Command {
	var req points.RevokeRequest
	cmd := cli.Sends(a, "revoke",
		"  tally --as D points revoke --lot D.1.7.3.0:0.25 --lot D.1.9.0.0:1.00 --reason sale_returned",
		loyalty.PointsRevoke, cli.Words(&req))
	a.LotsFlag(cmd, &req.Pieces, "lot", "lot:points, from what is left of it")
	cli.Reason(cmd, &req.Reason, "sale_returned")
	cmd.Flags().BoolVar(&req.Reopen, "reopen-receipts", false,
		"they were awarded in error: their receipts may earn again, once all is taken back")
	cli.Require(cmd, "lot")
	return cmd
}
