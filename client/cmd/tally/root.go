package main

import (
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/accounting"
	"tallystick/client/cmd/tally/internal/audits"
	"tallystick/client/cmd/tally/internal/catalogue"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/consortium"
	"tallystick/client/cmd/tally/internal/control"
	"tallystick/client/cmd/tally/internal/events"
	"tallystick/client/cmd/tally/internal/imports"
	"tallystick/client/cmd/tally/internal/loyalty"
	"tallystick/client/cmd/tally/internal/members"
	"tallystick/client/cmd/tally/internal/own"
	"tallystick/client/cmd/tally/internal/settle"
)

// root is the program: the commands of all rooms.
func root(a *cli.App) *cobra.Command {
	cmd := cli.Group("tally", "A participant's command line of the alliance's ledger (合契)",
		consortium.Group(a), consortium.Parties(a), consortium.Queries(a, settle.Owes(a)),
		members.Group(a, loyalty.MemberOffers(a)),
		loyalty.Points(a, members.Wallet(a), members.Liability(a), accounting.Prove(a)), loyalty.Programmes(a),
		loyalty.Rates(a), loyalty.Trades(a), loyalty.Offers(a), loyalty.Benefits(a),
		loyalty.Campaigns(a), loyalty.Quotas(a),
		catalogue.Suppliers(a), catalogue.Goods(a, imports.Goods(a)), catalogue.Terms(a), catalogue.Storefronts(a),
		catalogue.Orders(a), settle.Cycles(a), settle.Models(a), settle.Statements(a), settle.Disputes(a),
		settle.Payments(a), settle.VerifyStatement(a), accounting.Books(a), accounting.Reports(a),
		accounting.VerifyProof(a), accounting.VerifyLiability(a), imports.Import(a), imports.Undo(a), events.Events(a),
		events.Webhooks(a), own.Jobs(a), own.Node(a), control.Keys(a), control.Approvals(a), control.AuditLog(a),
		audits.Group(a), refusals(a),
		versionCommand(a))
	cmd.Long = `tally does what one party may do on the ledger, and asks it questions.

Say who you are with --as PARTY (its profile is found in the network's folder)
or --profile FILE. Commands take effect once for a request id: after a lost
answer, ask again with the same --request. Every refusal has a code; tally
refusals lists them with the exit codes.

It asks the node that --node URL names, or the profile; else tallyd, if the party's runs and
its socket is in the state directory; else it opens the party's node itself, as --node none
always does. The same answers and exit codes come from each. What checks a file (verify-…)
or blocks (audit), signs for a member, or lists refusals asks no node.

Money is written in yuan, with at most two decimals: 12.50. Points are written as they are
shown, in their programme's digits: 18.60. In the JSON both are whole numbers, as on the
ledger: fen, and the smallest units of the programme. A list in JSON is {"rows": […]}.
What this party may know of persons stays in its vault, in its state directory: tally
member says who is who. A one-time code is best given in a file or in $TALLY_CODE.`
	cmd.Example = `  tally --as G points issue --programme GP --grant zhang:200.00:2027-12-31
  tally --as D points wallet zhang
  tally --as D points redeem --member zhang --take GP:5.00 --request till-7-000123
  tally --as A query owes -o json
  tally --node https://node.dealer.example:7443 --node-key till.key points wallet zhang`
	cmd.Version = built()
	a.Bind(cmd)
	return cmd
}
