package index

import (
	"fmt"
	"reflect"
	"strings"

	"tallystick/chaincode/row"
)

// facets is what can be searched for of a row: by whose it is, which party has to do
// with it, and what it is about.
type facets struct {
	member, party, topic, state string
	// UTC seconds or days since 1970, as the row has it; of a member, freezes that stand
	until int64
}

// entry writes a row among those that are searched for together.
func (f *fold) entry(key string, n facets, c change) error {
	return f.put("entries", key, c.named.Kind, n.member, n.party, n.topic, n.state, n.until, c.block, c.value)
}

// Entry is a row of one kind with its id as people write it, and the block that
// wrote it last.
type Entry[T any] struct {
	ID    string `json:"id"`
	Row   T      `json:"row"`
	Block uint64 `json:"block"`
}

// Filter narrows a search for entries; zero fields don't. A member stands for all
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
func Search[T any](r *Reading, f Filter, page Page) (Part[Entry[T]], error) {
	var last string
	return part(r, page, func() (list []Entry[T], err error) {
		list, last, err = searched[T](r, f, " AND key > ? ORDER BY key LIMIT ?", page.After, page.Limit)
		return list, err
	}, func(Entry[T]) string { return last })
}

// All is Search without pages.
func All[T any](r *Reading, f Filter) ([]Entry[T], error) {
	list, _, err := searched[T](r, f, " ORDER BY key")
	return list, err
}

// searched lists the rows of type T that a filter lets through, and the last one's key. rest is the end of the query.
func searched[T any](r *Reading, f Filter, rest string, more ...any) (list []Entry[T], last string, err error) {
	list = []Entry[T]{}
	kind, err := kindOf[T]()
	if err != nil {
		return list, "", err
	}
	with, c := f.clauses(kind)
	err = r.rows(func(key string, block uint64, value []byte) error {
		named, err := row.Read(key, value)
		if err != nil {
			return inIndex(err)
		}
		last = key
		list = append(list, Entry[T]{ID: named.ID, Row: named.Row.(T), Block: block})
		return nil
	}, with+"SELECT key, block, row FROM entries WHERE "+c.String()+rest, append(c.args, more...)...)
	return list, last, err
}

// clauses are the filter's conditions for rows of one kind, and what the query begins with that has them.
func (f Filter) clauses(kind string) (with string, c clauses) {
	if f.Member != "" {
		with, c.args = mine, append(c.args, f.Member)
	}
	c.add("kind = ?", kind)
	c.is("party = ?", f.Party)
	c.is("topic = ?", f.Topic)
	if f.Before != 0 {
		c.add("until < ?", f.Before)
	}
	if len(f.States) > 0 {
		marks := make([]any, len(f.States))
		for i, s := range f.States {
			marks[i] = s
		}
		c.add("state IN (?"+strings.Repeat(",?", len(marks)-1)+")", marks...)
	}
	if f.Member != "" {
		c.add("member IN (SELECT id FROM mine)")
	}
	return with, c
}

// kindOf is how the ledger calls rows of type T that are searched for.
func kindOf[T any]() (string, error) {
	for _, s := range keepers {
		if s.table == "entries" && s.of == reflect.TypeFor[T]() {
			return s.kind, nil
		}
	}
	return "", fmt.Errorf("index: nobody searches for a %T", *new(T))
}
