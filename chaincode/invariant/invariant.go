// Package invariant adds up what a ledger's rows promise, from the rows alone: what members have and had against what
// was issued, what parties owe against what arose, statements against obligations, payments against statements, stock
// against orders, awards against budgets.
//
//	State   the rows of a ledger at one height
//	Breach  a promise that they don't keep
//
// It is a second opinion: it knows nothing of commands and shares no sum with the rules that wrote the rows, so that
// what a rule miscounts, or a forger writes, is found where the sums disagree. It can't say who did it; running the
// blocks again (package replay) can. Rows may say anything: what can't be added up is a breach, too.
//
//	state := invariant.Of(rows)
//	for _, b := range state.Breaches() {
//		fmt.Println(b) // points DP: issued isn't the sum of the rest: …
//	}
package invariant

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"tallystick/chaincode/row"
)

// State is the rows of a ledger's main namespace at one height.
type State struct {
	kinds  map[string][]row.Named // sorted by id
	unread []Breach
}

// Breach is a promise that the rows don't keep.
type Breach struct {
	Rule    string `json:"rule"`    // name of the rule; see Rules
	Subject string `json:"subject"` // that it speaks of: a programme, or a row's kind and id
	Why     string `json:"why"`
}

// String is the breach for people.
func (b Breach) String() string { return b.Rule + " " + b.Subject + ": " + b.Why }

// report takes a breach of the rule that is being checked.
type report func(subject, format string, args ...any)

// Rule is one promise.
type Rule struct {
	Name  string
	Says  string // what is promised, in a sentence
	check func(s *State, breach report)
}

// Rules lists all promises, in the order in which they are checked.
func Rules() []Rule {
	return []Rule{
		{"points", "of each programme, issued = available + held + captured − refunded + converted + expired + " +
			"revoked, and the lanes counted the same", checkPoints},
		{"owing", "each lane's positions, hidden sums and chain are what its obligations come to", checkOwing},
		{"statements", "each closed cycle's root and statements are what its lanes' obligations come to", checkCloses},
		{"payments", "what a cycle netted is what its statements say, and each party gets and pays its balance",
			checkPayments},
		{"carried", "what was left out, bounced or disputed is owed elsewhere, once", checkCarried},
		{"stock", "of each good and seller, what was restocked is free, in a lane, or in an order", checkStock},
		{"orders", "each order is paid exactly, by one payment, and its returns add up", checkOrders},
		{"rights", "each use of an entitlement was made once, and no more than it has", checkRights},
		{"campaigns", "no purchase was awarded twice, shares add up, budgets are what was drawn", checkCampaigns},
		{"caps", "what a limit leased is what lanes were granted", checkCaps},
		{"requests", "each request id stands for one command of its own party", checkRequests},
	}
}

// Of reads rows, by key and value. What can't be read is a breach, and left out.
func Of(rows iter.Seq2[string, []byte]) *State {
	s := &State{kinds: map[string][]row.Named{}}
	for key, value := range rows {
		found, err := row.Read(key, value)
		if err != nil {
			s.unread = append(s.unread, Breach{"rows", fmt.Sprintf("%q", key), err.Error()})
			continue
		}
		s.kinds[found.Kind] = append(s.kinds[found.Kind], found)
	}
	for _, list := range s.kinds {
		slices.SortFunc(list, func(a, b row.Named) int { return strings.Compare(a.ID, b.ID) })
	}
	return s
}

// Breaches checks all rules: those that can't be read first, then rule by rule, by subject.
func (s *State) Breaches() []Breach {
	list := slices.Clone(s.unread)
	for _, rule := range Rules() {
		list = append(list, s.of(rule)...)
	}
	return list
}

// of checks one rule. Forged rows may name what isn't there: a rule that stumbles over one says so.
func (s *State) of(rule Rule) (list []Breach) {
	breach := func(subject, format string, args ...any) {
		list = append(list, Breach{rule.Name, subject, fmt.Sprintf(format, args...)})
	}
	defer func() {
		if r := recover(); r != nil {
			breach("its rows", "they can't be added up: %v", r)
		}
		slices.SortStableFunc(list, func(a, b Breach) int {
			return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Why, b.Why))
		})
	}()
	rule.check(s, breach)
	return list
}

// all lists the rows of one kind with their ids, sorted.
func all[T any](s *State, kind string) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		for _, f := range s.kinds[kind] {
			if !yield(f.ID, f.Row.(T)) {
				return
			}
		}
	}
}

// byID is all rows of one kind by their ids.
func byID[T any](s *State, kind string) map[string]T {
	rows := make(map[string]T, len(s.kinds[kind]))
	for id, r := range all[T](s, kind) {
		rows[id] = r
	}
	return rows
}

// checkRequests holds every named request against its key: its command is of the party that asked.
func checkRequests(s *State, breach report) {
	for id, r := range all[row.Request](s, "request") {
		if len(r.Hash) != 32 || r.Number.Party != strings.Split(id, "/")[0] {
			breach("request "+id, "it stands for %s", r.Number)
		}
	}
}
