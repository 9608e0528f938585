package main

import (
	"context"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/client/gateway"
)

func consortium(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "consortium", Short: "Found the network (联盟)"}
	var req party.FoundRequest
	var roles []string
	var first string
	found := &cobra.Command{
		Use:   "found NETWORK",
		Short: "Found the network with yourself as its operator: the ledger's first command",
		Example: `  tally --as G consortium found alliance --en Group --zh 集团 --roles issuer,acceptor \
      --peer --cycle 2026-11 --date 2026-11-01 --test`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			req.Network = args[0]
			if req.Roles, err = party.ParseRoles(roles); err != nil {
				return err
			}
			if req.Date, err = date.Parse(first); err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, g *gateway.Gateway) error {
				charter, err := g.Found(ctx, req)
				if err != nil {
					return err
				}
				return a.print(charter, func(t table.Writer) {
					t.AppendRows([]table.Row{{"network", charter.Network}, {"operator", charter.Operator}, {"test", charter.Test}})
				})
			})
		},
	}
	f := found.Flags()
	f.StringVar(&req.En, "en", "", "your name in English")
	f.StringVar(&req.Zh, "zh", "", "your name in Chinese")
	f.StringSliceVar(&roles, "roles", nil, "your roles besides operator")
	f.BoolVar(&req.Peer, "peer", false, "you run a peer")
	f.StringVar(&req.Cycle, "cycle", "", "first settlement cycle, such as 2026-11")
	f.StringVar(&first, "date", "", "first business date")
	f.BoolVar(&req.Test, "test", false, "a test network, whose business date may run ahead of the calendar")
	cmd.AddCommand(found)
	return cmd
}

func parties(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "party", Short: "Parties and their roles (参与方)"}
	var req party.RegisterRequest
	var roles []string
	register := &cobra.Command{
		Use:     "register PARTY",
		Short:   "Admit a party; for the operator",
		Example: `  tally --as G party register D --en Dealer --zh 经销商 --roles issuer,acceptor --peer`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			req.Party = args[0]
			if req.Roles, err = party.ParseRoles(roles); err != nil {
				return err
			}
			return a.submit(cmd.Context(), req)
		},
	}
	f := register.Flags()
	f.StringVar(&req.En, "en", "", "name in English")
	f.StringVar(&req.Zh, "zh", "", "name in Chinese")
	f.StringSliceVar(&roles, "roles", nil, "issuer, acceptor, supplier, finance, auditor")
	f.BoolVar(&req.Peer, "peer", false, "it runs a peer, so what is done in its name needs that peer's endorsement")
	list := &cobra.Command{
		Use:   "list",
		Short: "List the parties",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, g *gateway.Gateway) error {
				all, err := everything(func(p gateway.Page) (gateway.Part[party.Party], error) { return g.Query().Parties(ctx, p) })
				if err != nil {
					return err
				}
				return a.print(all, func(t table.Writer) {
					t.AppendHeader(table.Row{"party", "name", "名称", "roles", "peer"})
					for _, p := range all {
						t.AppendRow(table.Row{p.ID, p.En, p.Zh, strings.Join(p.Roles.Names(), ", "), yes(p.Peer)})
					}
				})
			})
		},
	}
	cmd.AddCommand(register, list)
	return cmd
}

// everything asks for all pages of a list.
func everything[T any](ask func(gateway.Page) (gateway.Part[T], error)) ([]T, error) {
	all := []T{}
	for page := (gateway.Page{Limit: 500}); ; {
		part, err := ask(page)
		if err != nil {
			return nil, err
		}
		if all = append(all, part.Rows...); part.Next == "" {
			return all, nil
		}
		page.After = part.Next
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func programmes(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "programme", Short: "Programmes: units of points with one issuer (积分计划)"}
	var req points.OpenProgrammeRequest
	var price string
	open := &cobra.Command{
		Use:     "open PROGRAMME",
		Short:   "Open a programme in your own name; for issuers",
		Example: `  tally --as F programme open FP --en "Finance points" --zh 金融积分 --price 4/5`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			req.Programme = args[0]
			if req.Price, err = amount.ParseRate(price); err != nil {
				return err
			}
			return a.submit(cmd.Context(), req)
		},
	}
	f := open.Flags()
	f.StringVar(&req.En, "en", "", "name in English")
	f.StringVar(&req.Zh, "zh", "", "name in Chinese")
	f.StringVar(&price, "price", "1", "settlement price, fen a point: 1, 4/5 or 0.8")
	list := &cobra.Command{
		Use:   "list",
		Short: "List the programmes",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, g *gateway.Gateway) error {
				all, err := everything(func(p gateway.Page) (gateway.Part[points.Programme], error) { return g.Query().Programmes(ctx, p) })
				if err != nil {
					return err
				}
				return a.print(all, func(t table.Writer) {
					t.AppendHeader(table.Row{"programme", "issuer", "name", "名称", "fen a point"})
					right(t, 5)
					for _, p := range all {
						t.AppendRow(table.Row{p.ID, p.Issuer, p.En, p.Zh, p.Price})
					}
				})
			})
		},
	}
	cmd.AddCommand(open, list)
	return cmd
}

func cycles(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "cycle", Short: "The settlement cycle and the business date (结算周期、日切)"}
	show := &cobra.Command{
		Use:   "show",
		Short: "Show the open cycle and the business date",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, g *gateway.Gateway) error {
				cycle, err := g.Query().Cycle(ctx)
				if err != nil {
					return err
				}
				return a.print(cycle, func(t table.Writer) {
					t.AppendRows([]table.Row{{"cycle", cycle.ID}, {"business date", cycle.Date}})
				})
			})
		},
	}
	advance := &cobra.Command{
		Use:     "advance DATE",
		Short:   "Move the business date on; for the operator",
		Example: "  tally --as G cycle advance 2026-11-02",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			day, err := date.Parse(args[0])
			if err != nil {
				return err
			}
			return a.submit(cmd.Context(), settlement.AdvanceRequest{Date: day})
		},
	}
	cmd.AddCommand(show, advance)
	return cmd
}
