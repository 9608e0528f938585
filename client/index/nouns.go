package index

import (
	"fmt"
	"reflect"
	"strings"

	"tallystick/chaincode/row"
)

// noun is what can be searched for of a row: by whose it is, which party has to do
// with it, and what it is about.
type noun struct {
	member, party, topic, state string
	until                       int64 // UTC seconds or days since 1970, as the row has it; of a member, freezes that stand
}

// noun writes a row among those that are searched for together.
func (f *fold) noun(key string, n noun, c change) error {
	return f.put("nouns", key, c.named.Kind, n.member, n.party, n.topic, n.state, n.until, c.block, c.value)
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

// kindOf is how the ledger calls rows of type T that are searched for.
func kindOf[T any]() (string, error) {
	for _, s := range keepers {
		if s.table == "nouns" && s.of == reflect.TypeFor[T]() {
			return s.kind, nil
		}
	}
	return "", fmt.Errorf("index: nobody searches for a %T", *new(T))
}
