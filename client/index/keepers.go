package index

import (
	"reflect"
	"strings"

	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/index/internal/database"
)

// keeper is how the index keeps the rows of one kind.
type keeper struct {
	kind    string       // as the ledger calls it
	of      reflect.Type // what such a row is
	table   string       // that has the row under its own key
	unasked bool         // who may write such a row doesn't depend on what was there, as of the rows of a lane
	keep    func(f *fold, key string, c change) error
}

// keepers are those of all kinds of rows, each in one place: TestEveryRowIsKept names those that were forgotten.
var keepers = byKind(
	whole("lot", "lots", func(l points.Lot, _ []string) []any {
		return []any{l.Member, l.Programme, l.Funder, int64(l.Expires), int64(l.State), int64(l.Available()),
			int64(l.Expired),
			parentOf(l)}
	}),
	whole("hold", "holds", func(h points.Hold, _ []string) []any {
		return []any{h.Acceptor, h.Member, int64(h.State), h.Deadline, int64(h.Sum()), int64(h.Captured)}
	}),
	whole("programme", "programmes", func(p points.Programme, _ []string) []any { return []any{p.ID, p.Issuer} }),
	whole("request", "requests", func(r row.Request, id []string) []any { // PARTY/REQUEST
		return []any{id[0], id[1], r.Number.String()}
	}),
	whole("supplier", "suppliers", func(s goods.Supplier, _ []string) []any {
		return []any{s.ID, s.Party, s.State.String()}
	}),
	whole("good", "goods", func(g goods.Good, _ []string) []any {
		return []any{g.Supplier, g.SKU, g.Category, commas(g.Labels), database.Bit(g.Open), textOf(g)}
	}),
	whole("listing", "listings", func(l goods.Listing, _ []string) []any {
		return []any{l.Seller, l.Supplier, l.SKU, commas(l.Labels), database.Bit(l.Open)}
	}),
	whole("outlet", "outlets", func(o goods.Outlet, _ []string) []any {
		return []any{o.Party, o.Region, database.Bit(o.Open)}
	}),
	whole("pool", "stock", func(p goods.Pool, id []string) []any { // SUPPLIER/SKU/SELLER
		return []any{id[0], id[1], id[2], int64(-1), int64(p.Free)}
	}),
	by("shard", "stock", (*fold).shard),
	by("order", "orders", (*fold).order),
	by("return", "returns", (*fold).returned),
	by("totals", "totals", (*fold).totals).blind(),
	by("positions", "positions", (*fold).positions).blind(),
	by("hidden", "hidden", (*fold).hidden).blind(),
	by("obligations", "obligations", (*fold).obligations).blind(),
	fact[quota.Lease]("lease").blind(),

	searchable("member", func(m member.Member, _ []string) facets {
		return facets{m.ID, m.Home, m.Into, m.State.String(), int64(len(m.Frozen()))}
	}),
	searchable("account", func(a member.Account, id []string) facets { // PARTY/CHANNEL/HEX
		return facets{a.Member, id[0], id[1], a.State.String(), 0}
	}),
	searchable("invitation", func(i member.Invitation, _ []string) facets {
		return facets{i.Member, i.By, i.For, i.State.String(), i.Until}
	}),
	searchable("consent", func(c member.Consent, _ []string) facets {
		return facets{c.Member, c.By, c.Purpose, c.State.String(), int64(c.Until)}
	}),
	searchable("labels", func(_ member.Labels, id []string) facets { // MEMBER/PARTY
		return facets{id[0], id[1], "", "", 0}
	}),
	searchable("authorisation", func(a member.Authorisation, _ []string) facets {
		return facets{a.Member, a.Acceptor, "", a.State.String(), a.Until}
	}),
	searchable("standing", func(_ points.Standing, id []string) facets { // PROGRAMME/MEMBER
		return facets{id[1], "", id[0], "", 0}
	}),
	searchable("trade", func(t points.Trade, _ []string) facets {
		return facets{t.Maker, t.By, t.Wants, t.State.String(), t.Until}
	}),
	searchable("rule",
		func(r points.Rule, _ []string) facets { return facets{"", "", r.Programme, "", int64(r.Until)} }),
	searchable("conversion", func(c points.Conversion, _ []string) facets {
		return facets{"", "", c.To, "", int64(c.Until)}
	}),
	searchable("pledge", func(p points.Pledge, _ []string) facets {
		return facets{"", p.Funder, p.Programme, "", int64(p.Until)}
	}),
	searchable("offer", func(o audience.Offer, _ []string) facets {
		return facets{"", o.By, o.Benefit, "", int64(o.Until)}
	}),
	searchable("benefit", func(m benefit.Model, _ []string) facets {
		return facets{"", m.Provider, m.ID, "", int64(m.Until)}
	}),
	searchable("entitlement", func(e benefit.Entitlement, _ []string) facets {
		return facets{e.Member, e.By, e.Benefit, e.State.String(), int64(e.Until)}
	}),
	searchable("write-off", func(w benefit.WriteOff, _ []string) facets {
		return facets{w.Member, w.Provider, w.Benefit, w.State.String(), int64(w.Date)}
	}),
	searchable("cash", func(d goods.Due, _ []string) facets {
		return facets{d.Member, d.Seller, d.Order.String(), d.State.String(), int64(d.Since)}
	}),
	searchable("terms", func(t goods.Terms, id []string) facets { // SUPPLIER/SKU/SELLER
		return facets{"", id[2], id[0] + "/" + id[1], "", int64(t.Until)}
	}),
	searchable("campaign", func(c campaign.Campaign, _ []string) facets {
		return facets{"", c.By, c.ID, c.State.String(), int64(c.Terms.Until)}
	}),
	by("award", "entries", (*fold).award),
	searchable("close", func(c settlement.Close, _ []string) facets {
		return facets{"", "", c.Next, c.State.String(), int64(c.SignBy)}
	}),
	searchable("dispute", func(d settlement.Dispute, _ []string) facets {
		return facets{"", d.By, d.Cycle, d.State.String(), int64(d.AnswerBy)}
	}),

	fact[party.Consortium]("consortium"), fact[settlement.Cycle]("cycle"), fact[party.Party]("party"),
	fact[party.Directory]("directory"), fact[row.Cursor]("source"),
	fact[points.Receipt]("receipt"), fact[member.Used]("statement used"), fact[benefit.Count]("benefit-count"),
	fact[campaign.Used]("purchase awarded"), fact[campaign.Count]("award-count"), fact[quota.Quota]("quota"),
	fact[goods.Good]("good-version"), fact[goods.Storefront]("storefront"), fact[goods.Paid]("payment used"),
	fact[goods.Paid]("refund used"),
	fact[settlement.Agreements]("agreements"), fact[settlement.Model]("model"), fact[settlement.Notice]("notice"),
	fact[settlement.Pair]("pair"),
	fact[settlement.Netting]("netting"), fact[settlement.Payment]("payment"), fact[settlement.Used]("reference"),
	fact[settlement.Prefunded]("prefunded"), fact[settlement.Announced]("deposit"),
)

func byKind(list ...keeper) map[string]keeper {
	all := map[string]keeper{}
	for _, s := range list {
		if _, twice := all[s.kind]; twice {
			panic("index: two tables are for a " + s.kind) // the list is constant
		}
		all[s.kind] = s
	}
	return all
}

// by is for rows of which a function makes what the tables have.
func by[T any](kind, table string, keep func(f *fold, key string, id []string, r T, c change) error) keeper {
	return keeper{kind: kind, of: reflect.TypeFor[T](), table: table, keep: func(f *fold, key string, c change) error {
		return keep(f, key, strings.Split(c.named.ID, "/"), c.named.Row.(T), c)
	}}
}

// whole is for rows that are one in a table of their own, with these columns between key and block.
func whole[T any](kind, table string, columns func(r T, id []string) []any) keeper {
	return by(kind, table, func(f *fold, key string, id []string, r T, c change) error {
		return f.put(table, append(append([]any{key}, columns(r, id)...), c.block, c.value)...)
	})
}

// searchable is for rows that are searched for together with others.
func searchable[T any](kind string, columns func(r T, id []string) facets) keeper {
	return by(kind, "entries", func(f *fold, key string, id []string, r T, c change) error {
		return f.entry(key, columns(r, id), c)
	})
}

// fact is for rows that are found by their keys alone.
func fact[T any](kind string) keeper {
	return by(kind, "facts", func(f *fold, key string, _ []string, _ T, c change) error {
		return f.put("facts", key, kind, c.block, c.value)
	})
}

// blind says that nobody asks what was there.
func (s keeper) blind() keeper {
	s.unasked = true
	return s
}

// tableOf is where a row stands by its key; "" for a key of no row, and where what was there says nothing of who may
// write it.
func tableOf(key string) string {
	if s := keepers[row.KindOf(key)]; !s.unasked {
		return s.table
	}
	return ""
}
