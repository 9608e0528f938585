package index

import (
	"fmt"
	"strings"

	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// noun is what can be searched for of a row: by whose it is, which party has to do
// with it, and what it is about.
type noun struct {
	member, party, topic, state string
	until                       int64 // UTC seconds or days since 1970, as the row has it; of a member, freezes that stand
}

// nounOf takes a noun's columns from its row. id is the parts of the row's key
// after its prefix. false for rows that nobody searches for.
func nounOf(named row.Named, id []string) (noun, bool) {
	switch r := named.Row.(type) {
	case member.Member:
		return noun{r.ID, r.Home, r.Into, r.State.String(), int64(len(r.Frozen()))}, true
	case member.Account: // PARTY/CHANNEL/HEX
		return noun{r.Member, id[0], id[1], r.State.String(), 0}, true
	case member.Invitation:
		return noun{r.Member, r.By, r.For, r.State.String(), r.Until}, true
	case member.Consent:
		return noun{r.Member, r.By, r.Purpose, r.State.String(), int64(r.Until)}, true
	case member.Labels: // MEMBER/PARTY
		return noun{id[0], id[1], "", "", 0}, true
	case member.Authorisation:
		return noun{r.Member, r.Acceptor, "", r.State.String(), r.Until}, true
	case points.Standing: // PROGRAMME/MEMBER
		return noun{id[1], "", id[0], "", 0}, true
	case points.Trade:
		return noun{r.Maker, r.By, r.Wants, r.State.String(), r.Until}, true
	case points.Rule:
		return noun{"", "", r.Programme, "", int64(r.Until)}, true
	case points.Conversion:
		return noun{"", "", r.To, "", int64(r.Until)}, true
	case points.Pledge:
		return noun{"", r.Funder, r.Programme, "", int64(r.Until)}, true
	case audience.Offer: // PARTY/OFFER
		return noun{"", r.By, r.Benefit, "", int64(r.Until)}, true
	case benefit.Model:
		return noun{"", r.Provider, r.ID, "", int64(r.Until)}, true
	case benefit.Entitlement:
		return noun{r.Member, r.By, r.Benefit, r.State.String(), int64(r.Until)}, true
	case benefit.WriteOff:
		return noun{r.Member, r.Provider, r.Benefit, r.State.String(), int64(r.Date)}, true
	case goods.Due:
		return noun{r.Member, r.Seller, r.Order.String(), r.State.String(), int64(r.Since)}, true
	case goods.Terms: // SUPPLIER/SKU/SELLER
		return noun{"", id[2], id[0] + "/" + id[1], "", int64(r.Until)}, true
	case campaign.Campaign:
		return noun{"", r.By, r.ID, r.State.String(), int64(r.Terms.Until)}, true
	case campaign.Award:
		return noun{r.Member, "", r.Campaign, "", int64(r.Date)}, true
	case settlement.Close:
		return noun{"", "", r.Next, r.State.String(), int64(r.SignBy)}, true
	case settlement.Dispute:
		return noun{"", r.By, r.Cycle, r.State.String(), int64(r.AnswerBy)}, true
	}
	return noun{}, false
}

// Noun is a row of one kind with its id as people write it, and the block that
// wrote it last.
type Noun[T any] struct {
	ID    string `json:"id"`
	Row   T      `json:"row"`
	Block uint64 `json:"block"`
}

// Filter narrows a search for nouns; zero fields don't. A member stands for all
// that were merged into it.
type Filter struct {
	Member string
	Party  string // acceptor, provider, home or maker, as the kind has it
	Topic  string // benefit, programme, campaign, channel, purpose, cycle or next cycle, as the kind has it
	States []string
	Before int64 // only those that end before it: UTC seconds or days since 1970, as the kind has it
}

// Search lists the rows of type T by key: members, accounts, invitations,
// consents, labels, authorisations, standings, trades, rules, conversions, pledges,
// offers, benefits, entitlements, write-offs, campaigns, awards, closed cycles, disputes, cash that sellers owe.
func Search[T any](r *Reading, f Filter, page Page) (Part[Noun[T]], error) {
	kind, err := kindOf[T]()
	if err != nil {
		return Part[Noun[T]]{}, err
	}
	with, where, args := "", []string{"kind = ?", "key > ?"}, []any{kind, page.After}
	add := func(condition string, values ...any) { where, args = append(where, condition), append(args, values...) }
	if f.Party != "" {
		add("party = ?", f.Party)
	}
	if f.Topic != "" {
		add("topic = ?", f.Topic)
	}
	if f.Before != 0 {
		add("until < ?", f.Before)
	}
	if len(f.States) > 0 {
		marks := make([]any, len(f.States))
		for i, s := range f.States {
			marks[i] = s
		}
		add("state IN (?"+strings.Repeat(",?", len(marks)-1)+")", marks...)
	}
	if f.Member != "" {
		with = mine
		where, args = append(where, "member IN (SELECT id FROM mine)"), append([]any{f.Member}, args...)
	}
	var keys []string
	return part(r, page, func() ([]Noun[T], error) {
		list := []Noun[T]{}
		err := r.rows(func(key string, block uint64, value []byte) error {
			named, err := row.Read(key, value)
			if err != nil {
				return inIndex(err)
			}
			keys = append(keys, key)
			list = append(list, Noun[T]{ID: named.ID, Row: named.Row.(T), Block: block})
			return nil
		}, with+"SELECT key, block, row FROM nouns WHERE "+strings.Join(where, " AND ")+" ORDER BY key LIMIT ?", append(args, page.Limit)...)
		return list, err
	}, func(Noun[T]) string { return keys[len(keys)-1] })
}

// All is Search over all pages.
func All[T any](r *Reading, f Filter) ([]Noun[T], error) {
	list := []Noun[T]{}
	for page := (Page{Limit: MaxPage}); ; {
		found, err := Search[T](r, f, page)
		if err != nil {
			return nil, err
		}
		list = append(list, found.Rows...)
		if found.Next == "" {
			return list, nil
		}
		page.After = found.Next
	}
}

// kindOf is how the ledger calls rows of type T.
func kindOf[T any]() (string, error) {
	switch any(*new(T)).(type) {
	case member.Member:
		return "member", nil
	case member.Account:
		return "account", nil
	case member.Invitation:
		return "invitation", nil
	case member.Consent:
		return "consent", nil
	case member.Labels:
		return "labels", nil
	case member.Authorisation:
		return "authorisation", nil
	case points.Standing:
		return "standing", nil
	case points.Trade:
		return "trade", nil
	case points.Rule:
		return "rule", nil
	case points.Conversion:
		return "conversion", nil
	case points.Pledge:
		return "pledge", nil
	case audience.Offer:
		return "offer", nil
	case benefit.Model:
		return "benefit", nil
	case benefit.Entitlement:
		return "entitlement", nil
	case benefit.WriteOff:
		return "write-off", nil
	case goods.Due:
		return "cash", nil
	case goods.Terms:
		return "terms", nil
	case campaign.Campaign:
		return "campaign", nil
	case campaign.Award:
		return "award", nil
	case settlement.Close:
		return "close", nil
	case settlement.Dispute:
		return "dispute", nil
	}
	return "", fmt.Errorf("index: nobody searches for a %T", *new(T))
}
