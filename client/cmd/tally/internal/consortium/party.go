package consortium

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/party"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/consortium"
)

// Parties is the group of parties.
func Parties(a *cli.App) *cobra.Command {
	return cli.Group("party", "Parties, their roles and caps (参与方)", registerParty(a), beginPeer(a), amendParty(a),
		setParty(a, "suspend", party.Suspended,
			"Have a party begin nothing new for now; what it owes and is owed goes on (暂停)"),
		setParty(a, "close", party.Closed, "Close a party, which leaves; what it owes and is owed goes on (关闭)"),
		setParty(a, "reopen", party.Active, "Have a suspended or closed party begin new business again (恢复)"),
		listParties(a))
}

// roles is a flag with a list of roles.
func roles(cmd *cobra.Command, to *party.Roles, usage string) {
	cli.One(cmd, to, "roles", usage+": issuer, acceptor, supplier, finance, auditor", parseRoles)
	cli.Complete(cmd, "roles", party.Roles(^party.Operator).Names()...)
}

func parseRoles(text string) (party.Roles, error) {
	if text == "" {
		return 0, nil
	}
	return party.ParseRoles(strings.Split(text, ","))
}

func registerParty(a *cli.App) *cobra.Command {
	var req party.RegisterRequest
	cmd := cli.Sends(a, "register PARTY",
		`  tally --as G party register D --en Dealer --zh 经销商 --roles issuer,acceptor`, consortium.PartyRegister,
		cli.Words(&req, &req.Party))
	cmd.Long = `Admit a party. One that runs a peer then says so with tally party begin-peer: until
then what is done in its name needs the peers of others, not its own.`
	cli.Names(cmd, &req.En, &req.Zh)
	roles(cmd, &req.Roles, "what it may do")
	cli.Require(cmd, "roles")
	return cmd
}

func beginPeer(a *cli.App) *cobra.Command {
	cmd := cli.Sends(a, "begin-peer", `  tally --as D party begin-peer`, consortium.PartyBeginPeer,
		func([]string) (party.BeginPeerRequest, error) { return party.BeginPeerRequest{}, nil })
	cmd.Long = `Say that you run a peer. The channel has a chaincode for your lane heads by then,
tallyseal-PARTY, whose policy is that peer: from here on nothing is done in your name
without it. Send it first of all, or whenever the peer comes.`
	return cmd
}

func setParty(a *cli.App, verb string, state party.State, short string) *cobra.Command {
	req := party.SetRequest{State: state}
	cmd := cli.Sends(a, verb+" PARTY", "  tally --as G party "+verb+" D --reason contract_ended", consortium.PartySet,
		cli.Words(&req, &req.Party))
	cmd.Short = short + "; for the operator"
	cli.Reason(cmd, &req.Reason, "contract_ended")
	return cmd
}

func amendParty(a *cli.App) *cobra.Command {
	var req consortium.PartyAmendRequest
	var given party.AmendRequest
	var cmd *cobra.Command
	cmd = cli.Verb(a, "amend PARTY", `  tally --as G party amend B --debit 100.00
  tally --as G party amend D --roles issuer --liability 0`,
		consortium.PartyAmend, func(args []string) (consortium.PartyAmendRequest, error) {
			req.Party = args[0]
			req.Roles = named(cmd, "roles", &given.Roles)
			req.Liability = named(cmd, "liability", &given.Liability)
			req.Debit = named(cmd, "debit", &given.Debit)
			return req, nil
		}, a.ReceiptOf("party:Amend"))
	cmd.Long = `Change what a party may do. What no flag names stays as it is; a cap of 0 is no
cap. A role that is taken away stops what needs it; what was begun can be ended. After setting
a liability cap on an issuer that has points outstanding, have them counted:
tally points relieve.`
	roles(cmd, &given.Roles, "what it may do from now on")
	cli.YuanFlag(cmd, &given.Liability, "liability", "what it may owe members at most; 0: no cap (负债上限)")
	cli.YuanFlag(cmd, &given.Debit, "debit", "what it may come to owe other parties in a cycle; 0: no cap (净借记限额)")
	return cmd
}

// named is a flag's value, nil if the flag isn't given: then what it is about stays as it is.
func named[T any](cmd *cobra.Command, flag string, value *T) *T {
	if !cmd.Flags().Changed(flag) {
		return nil
	}
	return value
}

func listParties(a *cli.App) *cobra.Command {
	return cli.Verb(a, "list", "", consortium.PartyList, cli.Nothing,
		cli.Shows(a, func(t table.Writer, all node.List[party.Party]) { partiesTable(t, all.Rows) }))
}

func partiesTable(t table.Writer, all []party.Party) {
	t.AppendHeader(table.Row{"party", "name", "名称", "roles", "state", "peer", "liability cap", "debit cap"})
	cli.Right(t, 7, 8)
	t.SuppressEmptyColumns()
	for _, p := range all {
		t.AppendRow(table.Row{p.ID, p.En, p.Zh, strings.Join(p.Roles.Names(), ", "), p.State, cli.YesOrNo(p.Peer),
			cli.YuanOrNone(p.Liability), cli.YuanOrNone(p.Debit)})
	}
}
