package settle

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node"
	"tallystick/client/node/settle"
)

// Models is the group of settlement models.
func Models(a *cli.App) *cobra.Command {
	cmd := cli.Group("model",
		"Settlement models: what is owed for points, by issuer, acceptor, scene and programme (结算模型)",
		proposeModel(a), agreeModel(a), leaveModel(a), listModels(a), showModel(a), selectModel(a))
	cmd.Long = `A settlement model says at which price, fee and tax what one party owes another for
points is settled, when it is paid, and how much may come to be owed. It binds the
parties that agreed to it, from tomorrow at the earliest: what was settled stays so.
It is named by who proposed it and its id; --by is only needed where two parties have
one of the same id.
Of several that fit the most specific counts; where two have agreed to none, the
programme's own price does.`
	return cmd
}

func proposeModel(a *cli.App) *cobra.Command {
	var req settlement.ProposeRequest
	cmd := cli.Sends(a, "propose MODEL",
		`  tally --as G model propose gp-at-dealers --issuer G --programme GP --point-price 4/5 --fee 1/100 --payer acceptor --tax 6/100 --delay-days 3 --multilateral D,F,G,M --from 2026-12-01
  tally --as D model propose fd --issuer F --acceptor D --cap 10000.00 --prefunded --from 2026-12-01`, settle.ModelPropose,
		cli.Words(&req, &req.Model))
	cmd.Long = `Propose a settlement model. A scope that you leave open is any: any issuer, any
acceptor, any scene, any programme. You must be named in it, or be the operator. A
change is the next version, which the others agree to anew. What is proposed takes
effect when the business date moves on; agreeing and leaving do, too.`
	cli.Word(cmd, &req.Scope.Issuer, "issuer", "who owes; any if you name none (积分服务商)")
	cli.Word(cmd, &req.Scope.Acceptor, "acceptor", "whom it owes; any if you name none (积分消费商)")
	cli.Word(cmd, &req.Scope.Scene, "scene", "in which points are spent; any if you name none (消费场景)")
	cli.Word(cmd, &req.Scope.Programme, "programme", "whose points; any if you name none")
	termsFlags(a, cmd, &req.Terms, func(s cli.Scales) (uint8, error) { return digitsInScope(s, req.Scope.Programme) })
	cli.Day(cmd, &req.From, "from", "first day, from tomorrow on")
	cli.Require(cmd, "from")
	return cmd
}

func termsFlags(a *cli.App, cmd *cobra.Command, t *settlement.Terms, of func(cli.Scales) (uint8, error)) {
	f := cmd.Flags()
	a.RateFlag(cmd, &t.Price, "point-price", "yuan a point, instead of the programme's", perUnit(of))
	cli.One(cmd, &t.Fee, "fee", "of the points' worth, to the operator (手续费)", amount.ParseRate)
	cli.Choice(cmd, &t.Payer, "payer", "who pays the fee", "acceptor", "issuer")
	cli.One(cmd, &t.Tax, "tax", "VAT that the amounts contain, such as 6/100 (增值税率)", amount.ParseRate)
	cli.Whole(cmd, &t.Delay, "delay-days", 0, "days from cut-off to payment")
	cli.One(cmd, &t.Payers, "multilateral",
		"set off with the others of these who agree, not between the two alone; each accepts being paid by each other (多边轧差), such as D,F,G", func(text string) ([]string, error) {
			t.Multilateral = true
			payers := strings.Split(text, ",")
			slices.Sort(payers)
			return payers, nil
		})
	cli.YuanFlag(cmd, &t.Cap, "cap", "what the issuer may come to owe the acceptor in a cycle; 0: no cap (限额)")
	f.BoolVar(&t.Prefunded, "prefunded", false, "it may owe what it deposited beforehand, and the cap on top (预存)")
}

func agreeModel(a *cli.App) *cobra.Command {
	var req settle.AgreeModelRequest
	cmd := cli.Verb(a, "agree MODEL", "  tally --as D model agree gp-at-dealers --version 1", settle.ModelAgree,
		cli.Words(&req, &req.Model), a.ReceiptOf("model:Agree"))
	byFlag(cmd, &req.By)
	cli.Whole(cmd, &req.Version, "version", 0,
		"that you read: another that was proposed meanwhile is refused; 0: the newest, whatever it says")
	return cmd
}

func byFlag(cmd *cobra.Command, by *string) {
	cli.Word(cmd, by, "by", "who proposed it, if several did")
}

func leaveModel(a *cli.App) *cobra.Command {
	var req settle.LeaveModelRequest
	cmd := cli.Verb(a, "leave MODEL", "  tally --as D model leave gp-at-dealers", settle.ModelLeave,
		cli.Words(&req, &req.Model), a.ReceiptOf("model:Leave"))
	byFlag(cmd, &req.By)
	return cmd
}

func listModels(a *cli.App) *cobra.Command {
	var req settle.ListModelsRequest
	cmd := cli.Verb(a, "list", "  tally --as D model list --party D", settle.ModelList,
		cli.Words(&req), rowsInTable(a, modelsTable))
	cli.Word(cmd, &req.Party, "party", "those alone that name this party or that it has agreed to")
	return cmd
}

// rowsInTable shows a list in a table that has points in it.
func rowsInTable[T any](a *cli.App, fill func(table.Writer, []T,
	cli.Scales)) func(context.Context, *cli.Node, node.List[T]) error {
	return cli.InTable(a, func(t table.Writer, list node.List[T], s cli.Scales) { fill(t, list.Rows, s) })
}

func modelsTable(t table.Writer, list []settlement.Model, points cli.Scales) {
	t.AppendHeader(table.Row{"no.", "model", "version", "by", "issuer", "acceptor", "scene", "programme", "price",
		"fee", "tax", "days", "cap", "netting", "from", "agreed"})
	cli.Right(t, 1, 3, 9, 10, 11, 12, 13)
	t.SuppressEmptyColumns()
	for _, m := range list {
		s := m.Terms
		t.AppendRow(table.Row{numberText(m), m.ID, m.Version, m.By, orAny(m.Scope.Issuer), orAny(m.Scope.Acceptor),
			m.Scope.Scene, m.Scope.Programme,
			priceText(points, m.Scope.Programme, s.Price), feeText(s), rateText(s.Tax), s.Delay,
			capText(s), nettingText(s),
			m.From, strings.Join(m.Agreed, ", ")})
	}
}

func showModel(a *cli.App) *cobra.Command {
	var req settle.ModelRequest
	cmd := cli.Verb(a, "show MODEL", "  tally --as D model show gp-at-dealers", settle.ModelShow,
		cli.Words(&req, &req.Model), rowsInTable(a, modelTable))
	byFlag(cmd, &req.By)
	return cmd
}

func modelTable(t table.Writer, list []settlement.Model, s cli.Scales) {
	for _, m := range list {
		t.AppendRows([]table.Row{{"model", fmt.Sprintf("%s, version %d, by %s", m.ID, m.Version, m.By)},
			{"number", numberText(m)},
			{"issuer", orAny(m.Scope.Issuer)}, {"acceptor", orAny(m.Scope.Acceptor)}, {"scene", orAny(m.Scope.Scene)},
			{"programme", orAny(m.Scope.Programme)}})
		t.AppendRows(termsRows(m.Terms, s, m.Scope.Programme))
		t.AppendRows([]table.Row{{"from", m.From}, {"binds", strings.Join(m.Agreed, ", ")}, {"hash", m.Hash()}})
		t.AppendSeparator()
	}
}

// price is yuan for a point of a programme, as it is shown; fen a smallest unit for points with different digits.
func priceText(s cli.Scales, programme string, r amount.Rate) string {
	if r.Den == 0 {
		return ""
	}
	scale, err := digitsInScope(s, programme)
	if err != nil {
		return r.String() + " fen a smallest unit"
	}
	return figure.PerPoint(r, scale)
}

func termsRows(s settlement.Terms, points cli.Scales, programme string) []table.Row {
	price := "the programme's"
	if s.Price.Den > 0 {
		price = priceText(points, programme, s.Price)
	}
	return []table.Row{{"price, yuan a point", price}, {"fee, to the operator", feeText(s)},
		{"tax contained", rateText(s.Tax)},
		{"paid", fmt.Sprintf("%d days after cut-off", s.Delay)}, {"netting", nettingText(s)},
		{"cap in a cycle", capText(s)}}
}

func orAny(id string) string {
	if id == "" {
		return "any"
	}
	return id
}

// rateText leaves a rate that there is none of empty.
func rateText(r amount.Rate) string {
	if r.Den == 0 {
		return ""
	}
	return r.String()
}

func feeText(s settlement.Terms) string {
	if s.Fee.Num == 0 {
		return ""
	}
	return s.Fee.String() + " by the " + cli.WordOf(s.Payer)
}

func capText(s settlement.Terms) string {
	switch {
	case s.Prefunded && s.Cap > 0:
		return "prefunded + " + cli.Yuan(s.Cap)
	case s.Prefunded:
		return "prefunded"
	}
	return cli.YuanOrNone(s.Cap)
}

func nettingText(s settlement.Terms) string {
	if s.Multilateral {
		return strings.TrimSpace("multilateral " + strings.Join(s.Payers, " "))
	}
	return "bilateral"
}

// numberText is the number by which obligations name a model. What was proposed today has none yet.
func numberText(m settlement.Model) string {
	if m.Number == 0 {
		return "from tomorrow"
	}
	return fmt.Sprint(m.Number)
}

// perUnit makes a price of a point as it is shown one of a smallest unit.
func perUnit(of func(cli.Scales) (uint8,
	error)) func(context.Context, *cli.Node, cli.Scales, amount.Rate) (amount.Rate, error) {
	return func(_ context.Context, _ *cli.Node, s cli.Scales, shown amount.Rate) (amount.Rate, error) {
		scale, err := of(s)
		if err != nil {
			return shown, err
		}
		return figure.PerUnit(shown, scale)
	}
}

// inScope is how many digits points have that a model is about: those of its programme, or, if it names none, of all.
// BAD_REQUEST if these differ: then yuan a point says nothing.
func digitsInScope(s cli.Scales, programme string) (uint8, error) {
	if programme != "" {
		return s.Of(programme)
	}
	ids := slices.Sorted(maps.Keys(s))
	for _, id := range ids {
		if s[id] != s[ids[0]] {
			return 0, fault.New(fault.BadRequest,
				"points of %s and %s have different digits: name the programme whose points have this price",
				ids[0], id)
		}
	}
	if len(ids) == 0 {
		return 0, fault.New(fault.NotFound, "there is no programme yet")
	}
	return s[ids[0]], nil
}
