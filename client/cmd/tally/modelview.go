package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/client/node"
)

// selecting is what tally model select is asked.
type selecting struct {
	settlement.Question
	view string
}

const (
	issuerView   = "issuer"   // 积分服务商
	acceptorView = "acceptor" // 积分消费商
	ownerView    = "owner"    // 积分所有人
)

func selectModel(a *app) *cobra.Command {
	var q selecting
	cmd := leaf("select", "Say which model settles what an issuer owes an acceptor, or how it looks to one of the three (结算视图)",
		`  tally --as D model select --issuer G --acceptor D --programme GP --scene care
  tally --as G model select --view issuer --issuer G
  tally --as D model select --view acceptor --acceptor D --date 2026-12-01
  tally --as M model select --view owner`,
		func(ctx context.Context, _ []string) error {
			if err := q.check(); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *node.Node) error { return a.selectModel(ctx, g, q) })
		})
	cmd.Long = `Select by the same rule as the ledger. With a view, list all that it selects:
issuer 积分服务商     what it owes for whose acceptance: price, fees that it pays, caps, tax
acceptor 积分消费商   what it gets from whom, what it pays in fees, and when
owner 积分所有人      which programmes count where at what price; for members' homes, nothing between enterprises`
	word(cmd, &q.Issuer, "issuer", "who owes")
	word(cmd, &q.Acceptor, "acceptor", "whom it owes")
	word(cmd, &q.Scene, "scene", "in which points are spent")
	word(cmd, &q.Programme, "programme", "whose points")
	day(cmd, &q.Day, "date", "business date; today's if you name none")
	word(cmd, &q.view, "view", issuerView+", "+acceptorView+" or "+ownerView)
	complete(cmd, "view", issuerView, acceptorView, ownerView)
	return cmd
}

// check refuses with BAD_REQUEST a question without what its view needs.
func (q selecting) check() error {
	switch {
	case q.view == "" && (q.Issuer == "" || q.Acceptor == "" || q.Issuer == q.Acceptor):
		return fault.New(fault.BadRequest, "say --issuer and --acceptor, two parties, or choose a --view")
	case q.view == issuerView && q.Issuer == "":
		return fault.New(fault.BadRequest, "--view issuer: say which, --issuer")
	case q.view == acceptorView && q.Acceptor == "":
		return fault.New(fault.BadRequest, "--view acceptor: say which, --acceptor")
	case !slices.Contains([]string{"", issuerView, acceptorView, ownerView}, q.view):
		return fault.New(fault.BadRequest, "--view: want issuer, acceptor or owner")
	}
	return nil
}

// asked is a question as JSON has it.
type asked struct {
	Issuer    string    `json:"issuer"`
	Acceptor  string    `json:"acceptor"`
	Scene     string    `json:"scene"`
	Programme string    `json:"programme"`
	Day       date.Date `json:"day"`
}

// selected is what settles between two parties: a model, or none.
type selected struct {
	asked
	Number  uint32           `json:"number"` // of the model, 0 for none
	Model   string           `json:"model"`
	Version uint32           `json:"version"`
	Price   amount.Rate      `json:"price"` // fen a point: the model's, else the programme's; 0/0 if no programme is named
	Terms   settlement.Terms `json:"terms"`
}

// sight is what the ledger has that a view shows.
type sight struct {
	book       settlement.Book
	parties    []party.Party
	programmes []points.Programme
}

func (a *app) selectModel(ctx context.Context, g *node.Node, q selecting) error {
	var s sight
	var err error
	if s.book, q.Day, err = bookOf(ctx, g, q.Day); err != nil {
		return err
	}
	if s.programmes, err = g.Query().AllProgrammes(ctx); err != nil {
		return err
	}
	if s.parties, err = g.Query().AllParties(ctx); err != nil {
		return err
	}
	return a.printView(q, s)
}

// bookOf is the book of a business date that there was; today's, to look ahead, of a later one, and for none.
func bookOf(ctx context.Context, g *node.Node, day date.Date) (settlement.Book, date.Date, error) {
	cycle, err := g.Query().Cycle(ctx)
	if err != nil {
		return settlement.Book{}, 0, err
	}
	if day == 0 || day > cycle.Date {
		book, err := g.Query().Models(ctx, cycle.Date)
		return book, max(day, cycle.Date), err
	}
	book, err := g.Query().Models(ctx, day)
	return book, day, err
}

func (a *app) printView(q selecting, s sight) error {
	if q.view == "" {
		one := s.one(q.Question)
		return a.print(one, func(t table.Writer) { selectedTable(t, one, scalesOf(s.programmes)) })
	}
	list := s.view(q)
	if q.view == ownerView {
		counts := ownersOf(list)
		return printList(a, 0, counts, func(t table.Writer) { ownerTable(t, counts, scalesOf(s.programmes)) })
	}
	return printList(a, 0, list, func(t table.Writer) { viewTable(t, q.view, list, scalesOf(s.programmes)) })
}

// one is what settles one question.
func (s sight) one(q settlement.Question) selected {
	found := selected{asked: asked(q)}
	found.Terms, found.Number = s.book.Select(q)
	if i := slices.IndexFunc(s.book.Models, func(m settlement.Model) bool { return m.Number == found.Number }); i >= 0 {
		found.Model, found.Version = s.book.Models[i].ID, s.book.Models[i].Version
	}
	if found.Price = found.Terms.Price; found.Price.Den == 0 {
		if i := slices.IndexFunc(s.programmes, func(p points.Programme) bool { return p.ID == q.Programme }); i >= 0 {
			found.Price = s.programmes[i].Price
		}
	}
	return found
}

// view lists what settles, for each programme, acceptor and scene that the question leaves open: a
// scene only where it is settled otherwise than in general.
func (s sight) view(q selecting) []selected {
	list := []selected{}
	for _, p := range s.programmes {
		if q.Issuer != "" && p.Issuer != q.Issuer || q.Programme != "" && p.ID != q.Programme {
			continue
		}
		for _, to := range s.parties {
			if to.ID == p.Issuer || !to.Roles.Has(party.Acceptor) || q.Acceptor != "" && to.ID != q.Acceptor {
				continue
			}
			list = append(list, s.scenes(settlement.Question{Issuer: p.Issuer, Acceptor: to.ID, Programme: p.ID, Day: q.Day}, q.Scene)...)
		}
	}
	return list
}

func (s sight) scenes(q settlement.Question, only string) []selected {
	q.Scene = only
	general := s.one(q)
	list := []selected{general}
	if only != "" {
		return list
	}
	for _, scene := range s.namedScenes() {
		q.Scene = scene
		if one := s.one(q); one.Number != general.Number {
			list = append(list, one)
		}
	}
	return list
}

// namedScenes are those that some model is for, sorted.
func (s sight) namedScenes() []string {
	var list []string
	for _, m := range s.book.Models {
		if m.Scope.Scene != "" {
			list = append(list, m.Scope.Scene)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func selectedTable(t table.Writer, one selected, s scales) {
	model := "none: the programme's price, paid pair by pair"
	if one.Number > 0 {
		model = fmt.Sprintf("%s, version %d, number %d", one.Model, one.Version, one.Number)
	}
	t.AppendRows([]table.Row{{"owes", one.Issuer}, {"whom", one.Acceptor}, {"on", one.Day}, {"settled by", model}})
	if one.Number > 0 {
		t.AppendRows(termsRows(one.Terms, s, one.Programme))
	}
	if one.Programme != "" {
		t.AppendRow(table.Row{"a point of " + one.Programme, "¥" + s.price(one.Programme, one.Price)})
	}
}

// viewTable shows an issuer what it owes, or an acceptor what it gets. A fee that the other one pays is
// none to the reader.
func viewTable(t table.Writer, view string, list []selected, s scales) {
	mine, money, when := settlement.IssuerPays, "may owe in a cycle", "pays, days after cut-off"
	if view == acceptorView {
		mine, money, when = settlement.AcceptorPays, "may be owed in a cycle", "is paid, days after cut-off"
	}
	t.AppendHeader(table.Row{"programme", "issuer", "acceptor", "scene", "yuan a point", "fee to pay", "tax contained", money, when, "netting", "model"})
	right(t, 5, 6, 7, 8, 9)
	t.SuppressEmptyColumns()
	for _, one := range list {
		fee := ""
		if one.Terms.Payer == mine && one.Terms.Fee.Num > 0 {
			fee = one.Terms.Fee.String()
		}
		t.AppendRow(table.Row{one.Programme, one.Issuer, one.Acceptor, one.Scene, s.price(one.Programme, one.Price), fee, rateText(one.Terms.Tax), capText(one.Terms),
			one.Terms.Delay, nettingText(one.Terms), modelText(one)})
	}
}

func modelText(one selected) string {
	if one.Number == 0 {
		return ""
	}
	return fmt.Sprintf("%s %d", one.Model, one.Version)
}

// countsAt is what a member's home may tell of how points are settled.
type countsAt struct {
	Programme string      `json:"programme"`
	At        string      `json:"at"` // acceptor
	Scene     string      `json:"scene"`
	Price     amount.Rate `json:"price"` // fen a point
	Day       date.Date   `json:"day"`
}

// ownersOf leaves out all that is between the enterprises.
func ownersOf(list []selected) []countsAt {
	counts := make([]countsAt, len(list))
	for i, one := range list {
		counts[i] = countsAt{one.Programme, one.Acceptor, one.Scene, one.Price, one.Day}
	}
	return counts
}

func ownerTable(t table.Writer, list []countsAt, s scales) {
	t.AppendHeader(table.Row{"programme", "counts at", "scene", "yuan a point"})
	right(t, 4)
	t.SuppressEmptyColumns()
	for _, c := range list {
		t.AppendRow(table.Row{c.Programme, c.At, c.Scene, s.price(c.Programme, c.Price)})
	}
}
