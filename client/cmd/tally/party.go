package main

import (
	"context"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/party"
	"tallystick/client/node"
)

func parties(a *app) *cobra.Command {
	return group("party", "Parties, their roles and caps (参与方)", registerParty(a), beginPeer(a), amendParty(a),
		setParty(a, "suspend", party.Suspended, "Have a party begin nothing new for now; what it owes and is owed goes on (暂停)"),
		setParty(a, "close", party.Closed, "Close a party, which leaves; what it owes and is owed goes on (关闭)"),
		setParty(a, "reopen", party.Active, "Have a suspended or closed party begin new business again (恢复)"), listParties(a))
}

// roles is a flag with a list of roles.
func roles(cmd *cobra.Command, to *party.Roles, usage string) {
	one(cmd, to, "roles", "roles", usage+": issuer, acceptor, supplier, finance, auditor", parseRoles)
	complete(cmd, "roles", party.Roles(^party.Operator).Names()...)
}

func parseRoles(text string) (party.Roles, error) {
	if text == "" {
		return 0, nil
	}
	return party.ParseRoles(strings.Split(text, ","))
}

func registerParty(a *app) *cobra.Command {
	var req party.RegisterRequest
	cmd := sends(a, "register PARTY",
		`  tally --as G party register D --en Dealer --zh 经销商 --roles issuer,acceptor`, node.PartyRegister,
		func(args []string) (party.RegisterRequest, error) {
			req.Party = args[0]
			return req, nil
		})
	cmd.Long = `Admit a party. One that runs a peer then says so with tally party begin-peer: until
then what is done in its name needs the peers of others, not its own.`
	names(cmd, &req.En, &req.Zh)
	roles(cmd, &req.Roles, "what it may do")
	require(cmd, "roles")
	return cmd
}

func beginPeer(a *app) *cobra.Command {
	cmd := sends(a, "begin-peer",
		`  tally --as D party begin-peer`, node.PartyBeginPeer,
		func([]string) (party.BeginPeerRequest, error) { return party.BeginPeerRequest{}, nil })
	cmd.Long = `Say that you run a peer. The channel has a chaincode for your lane heads by then,
tallyseal-PARTY, whose policy is that peer: from here on nothing is done in your name
without it. Send it first of all, or whenever the peer comes.`
	return cmd
}

func setParty(a *app, verb string, state party.State, short string) *cobra.Command {
	req := party.SetRequest{State: state}
	cmd := sends(a, verb+" PARTY", "  tally --as G party "+verb+" D --reason contract_ended", node.PartySet,
		func(args []string) (party.SetRequest, error) {
			req.Party = args[0]
			return req, nil
		})
	cmd.Short = short + "; for the operator"
	reason(cmd, &req.Reason, "contract_ended")
	return cmd
}

func amendParty(a *app) *cobra.Command {
	var given party.AmendRequest
	cmd := leaf("amend PARTY", "Change a party's roles and caps; for the operator (限额)", `  tally --as G party amend B --debit 100.00
  tally --as G party amend D --roles issuer --liability 0`, nil)
	cmd.Long = `Change what a party may do. What no flag names stays as it is; a cap of 0 is no
cap. A role that is taken away stops what needs it; what was begun can be ended. After setting
a liability cap on an issuer that has points outstanding, have them counted:
tally points relieve.`
	roles(cmd, &given.Roles, "what it may do from now on")
	yuanFlag(cmd, &given.Liability, "liability", "what it may owe members at most; 0: no cap (负债上限)")
	yuanFlag(cmd, &given.Debit, "debit", "what it may come to owe other parties in a cycle; 0: no cap (净借记限额)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		given.Party = args[0]
		if err := given.Check(); err != nil {
			return err
		}
		return a.with(cmd.Context(), func(ctx context.Context, g *node.Node) error {
			answer, err := g.Once(ctx, &a.call, func() (command.Request, error) {
				present, err := g.Query().Party(ctx, given.Party)
				return amended(present, given, cmd.Flags().Changed), err
			})
			if err != nil {
				return err
			}
			return a.printReceipt("party:Amend", answer)
		})
	}
	return cmd
}

// amended is a party's roles and caps with those that were given in their place.
func amended(present party.Party, given party.AmendRequest, changed func(flag string) bool) party.AmendRequest {
	req := party.AmendRequest{Party: present.ID, Roles: present.Roles &^ party.Operator, Liability: present.Liability, Debit: present.Debit}
	if changed("roles") {
		req.Roles = given.Roles
	}
	if changed("liability") {
		req.Liability = given.Liability
	}
	if changed("debit") {
		req.Debit = given.Debit
	}
	return req
}

func listParties(a *app) *cobra.Command {
	return leaf("list", "List the parties", "", func(ctx context.Context, _ []string) error {
		return a.with(ctx, func(ctx context.Context, g *node.Node) error {
			all, err := g.Query().AllParties(ctx)
			if err != nil {
				return err
			}
			return printList(a, 0, all, func(t table.Writer) { partiesTable(t, all) })
		})
	})
}

func partiesTable(t table.Writer, all []party.Party) {
	t.AppendHeader(table.Row{"party", "name", "名称", "roles", "state", "peer", "liability cap", "debit cap"})
	right(t, 7, 8)
	t.SuppressEmptyColumns()
	for _, p := range all {
		t.AppendRow(table.Row{p.ID, p.En, p.Zh, strings.Join(p.Roles.Names(), ", "), p.State, yesOrNo(p.Peer), yuanOrNone(p.Liability), yuanOrNone(p.Debit)})
	}
}
