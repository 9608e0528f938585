package main

import (
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
)

// root is the program: the commands of all rooms.
func root(a *cli.App) *cobra.Command {
	cmd := cli.Group("tally", "A participant's command line of the alliance's ledger (合契)",
		Consortium(a), Parties(a), Programmes(a), Cycles(a), Models(a), Statements(a),
		Disputes(a), Payments(a), Points(a, Wallet(a), Liability(a), Prove(a)), Rates(a), Trades(a), Members(a, MemberOffers(a)), Offers(a),
		Benefits(a), Suppliers(a), Goods(a, ImportGoods(a)), Terms(a), Storefronts(a), Orders(a), Campaigns(a), Quotas(a),
		Queries(a, Owes(a)), Import(a), Undo(a), Books(a), Reports(a), VerifyProof(a), VerifyStatement(a),
		VerifyLiability(a), refusals(a), versionCommand(a))
	cmd.Long = `tally does what one party may do on the ledger, and asks it questions.

Say who you are with --as PARTY (its profile is found in the network's folder)
or --profile FILE. Commands take effect once for a request id: after a lost
answer, ask again with the same --request. Every refusal has a code; tally
refusals lists them with the exit codes.

Money is written in yuan, with at most two decimals: 12.50. Points are written as they are
shown, in their programme's digits: 18.60. In the JSON both are whole numbers, as on the
ledger: fen, and the smallest units of the programme. A list in JSON is {"rows": […]}.
What this party may know of persons stays in its vault, in its state directory: tally
member says who is who. A one-time code is best given in a file or in $TALLY_CODE.`
	cmd.Example = `  tally --as G points issue --programme GP --grant zhang:200.00:2027-12-31
  tally --as D points wallet zhang
  tally --as D points redeem --member zhang --take GP:5.00 --request till-7-000123
  tally --as A query owes -o json`
	cmd.Version = built()
	a.Bind(cmd)
	return cmd
}
