package settlement

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// today is the business date of tables, G the operator.
const today date.Date = 100

func proposal(id string, scope Scope, from date.Date) ProposeRequest {
	return ProposeRequest{Model: id, Scope: scope, From: from}
}

// propose adds a version that says its place in the book as its delay.
func propose(t fataler, b Book, by, id string, scope Scope, from, now date.Date) Book {
	t.Helper()
	req := proposal(id, scope, from)
	req.Terms.Delay = int32(len(b.Models) + 1)
	next, err := b.Propose(req, by, "G", now)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func agree(t fataler, b Book, id string, now date.Date, parties ...string) Book {
	t.Helper()
	for _, p := range parties {
		next, err := b.Agree(AgreeRequest{Model: id, Version: b.Models[b.newest(id)].Version}, p, now)
		if err != nil {
			t.Fatal(err)
		}
		b = next
	}
	return b
}

func leave(t fataler, b Book, id, party string, now date.Date) Book {
	t.Helper()
	next, err := b.Leave(LeaveRequest{Model: id}, party, now)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestTheMostSpecificModelCounts(t *testing.T) {
	g, gd := Scope{Issuer: "G"}, Scope{Issuer: "G", Acceptor: "D"}
	all := func(t fataler, scopes ...Scope) Book {
		var b Book
		for i, s := range scopes {
			id := fmt.Sprint("m", i)
			b = agree(t, propose(t, b, "G", id, s, today+1, today), id, today, "D", "F")
		}
		return b
	}
	for _, c := range []struct {
		name   string
		scopes []Scope
		want   uint16
	}{
		{"none", nil, 0},
		{"any", []Scope{{}}, 1},
		{"another issuer", []Scope{{Issuer: "F"}}, 0},
		{"another acceptor", []Scope{{Acceptor: "F"}}, 0},
		{"another scene", []Scope{{Scene: "ride"}}, 0},
		{"another programme", []Scope{{Programme: "DP"}}, 0},
		{"one part of several is another", []Scope{{Issuer: "G", Acceptor: "D", Scene: "shop", Programme: "DP"}}, 0},
		{"the issuer before any", []Scope{g, {}}, 1},
		{"the issuer before all the rest", []Scope{{Acceptor: "D", Scene: "shop", Programme: "GP"}, g}, 2},
		{"the acceptor before scene and programme", []Scope{{Scene: "shop", Programme: "GP"}, {Acceptor: "D"}}, 2},
		{"the scene before the programme", []Scope{{Scene: "shop"}, {Programme: "GP"}}, 1},
		{"two parts before one", []Scope{gd, g}, 1},
		{"everything", []Scope{gd, {Issuer: "G", Acceptor: "D", Scene: "shop", Programme: "GP"}, {Issuer: "G", Acceptor: "D", Scene: "shop"}}, 2},
		{"of equals the one proposed later", []Scope{g, g}, 2},
		{"what doesn't fit is no rival", []Scope{g, {Issuer: "G", Acceptor: "D", Scene: "ride"}}, 1},
	} {
		terms, model := all(t, c.scopes...).Select(Question{"G", "D", "shop", "GP", today + 1})
		if model != c.want || terms.Delay != int32(c.want) {
			t.Errorf("%s: model %d with %+v, want %d", c.name, model, terms, c.want)
		}
	}
}

func TestVersionsAndBondsCountFromTheirDays(t *testing.T) {
	any := Scope{}
	question := func(day date.Date) Question { return Question{"G", "D", "shop", "GP", day} }
	one := agree(t, propose(t, Book{}, "G", "m", any, today+1, today), "m", today, "D")
	late := agree(t, propose(t, Book{}, "G", "m", any, today+9, today), "m", today, "D")
	two := agree(t, propose(t, one, "G", "m", any, today+5, today+2), "m", today+2, "D")
	for _, c := range []struct {
		name string
		book Book
		day  date.Date
		want uint16
	}{
		{"before its first day", one, today, 0},
		{"on its first day", one, today + 1, 1},
		{"ever after", one, today + 9999, 1},
		{"only one agreed", propose(t, Book{}, "G", "m", any, today+1, today), today + 9, 0},
		{"agreed late: from the day after", agree(t, propose(t, Book{}, "G", "m", any, today+1, today), "m", today+3, "D"), today + 3, 0},
		{"agreed late: then", agree(t, propose(t, Book{}, "G", "m", any, today+1, today), "m", today+3, "D"), today + 4, 1},
		{"the old version until the new one begins", two, today + 4, 1},
		{"the new one then", two, today + 5, 2},
		{"the old one for whom hasn't agreed to the new", propose(t, one, "G", "m", any, today+5, today+2), today + 9, 1},
		{"the new one even if it begins earlier", agree(t, propose(t, late, "G", "m", any, today+2, today), "m", today, "D"), today + 20, 2},
		{"the new one even if it is for less", agree(t, propose(t, one, "G", "m", Scope{Scene: "ride"}, today+5, today+2), "m", today+2, "D"), today + 5, 0},
		{"the new one even if it is less specific", agree(t, propose(t, agree(t, propose(t, Book{}, "G", "m", Scope{Issuer: "G"}, today+1, today), "m", today, "D"), "G", "m", any, today+5, today+2), "m", today+2, "D"), today + 5, 2},
		{"left: today still", leave(t, one, "m", "D", today+3), today + 3, 1},
		{"left: not tomorrow", leave(t, one, "m", "D", today+3), today + 4, 0},
		{"left before it began", leave(t, one, "m", "D", today), today + 1, 0},
		{"left: all versions", leave(t, two, "m", "D", today+3), today + 5, 0},
		{"left by the proposer", leave(t, one, "m", "G", today+3), today + 4, 0},
		{"left and agreed to again", agree(t, leave(t, one, "m", "D", today+3), "m", today+6, "D"), today + 7, 1},
		{"left and agreed to again: not in between", agree(t, leave(t, one, "m", "D", today+3), "m", today+6, "D"), today + 6, 0},
		{"left and agreed to on the same day", agree(t, leave(t, one, "m", "D", today+3), "m", today+3, "D"), today + 4, 1},
		{"another model that began later", agree(t, propose(t, one, "G", "n", any, today+3, today), "n", today, "D"), today + 3, 2},
		{"another model that begins later: not yet", agree(t, propose(t, one, "G", "n", any, today+3, today), "n", today, "D"), today + 2, 1},
		{"another that was proposed later and began earlier", agree(t, propose(t, agree(t, propose(t, Book{}, "G", "m", any, today+3, today), "m", today, "D"), "G", "n", any, today+1, today), "n", today, "D"), today + 3, 1},
	} {
		if _, model := c.book.Select(question(c.day)); model != c.want {
			t.Errorf("%s: model %d, want %d", c.name, model, c.want)
		}
	}
}

func TestWhatABookRefuses(t *testing.T) {
	one := agree(t, propose(t, Book{}, "D", "m", Scope{Issuer: "D"}, today+1, today), "m", today, "F")
	full, many := Book{Models: make([]Model, MaxModels)}, Book{}
	for range MaxProposed {
		many.Models = append(many.Models, Model{ID: "x", By: "D"})
	}
	crowd := propose(t, Book{}, "G", "m", Scope{}, today+1, today)
	for i := range MaxConsents - 1 {
		crowd.Models[0].Agreed = append(crowd.Models[0].Agreed, Bond{Party: fmt.Sprint("p", i), Since: today})
	}
	doPropose := func(req ProposeRequest, by string) func(Book) (Book, error) {
		return func(b Book) (Book, error) { return b.Propose(req, by, "G", today) }
	}
	doAgree := func(id string, version uint32, by string) func(Book) (Book, error) {
		return func(b Book) (Book, error) { return b.Agree(AgreeRequest{Model: id, Version: version}, by, today) }
	}
	doLeave := func(id, by string) func(Book) (Book, error) {
		return func(b Book) (Book, error) { return b.Leave(LeaveRequest{Model: id}, by, today) }
	}
	for _, c := range []struct {
		name string
		book Book
		do   func(Book) (Book, error)
		code fault.Code
	}{
		{"propose as the issuer", Book{}, doPropose(proposal("n", Scope{Issuer: "D"}, today+1), "D"), ""},
		{"propose as the acceptor", Book{}, doPropose(proposal("n", Scope{Acceptor: "D"}, today+1), "D"), ""},
		{"propose as the operator", Book{}, doPropose(proposal("n", Scope{Issuer: "D", Acceptor: "F"}, today+1), "G"), ""},
		{"propose once too often", many, doPropose(proposal("n", Scope{Issuer: "D"}, today+1), "D"), fault.Limit},
		{"propose what another can't", many, doPropose(proposal("n", Scope{Issuer: "F"}, today+1), "F"), ""},
		{"propose a version", one, doPropose(proposal("m", Scope{Issuer: "D"}, today+1), "D"), ""},
		{"propose between others", one, doPropose(proposal("n", Scope{Issuer: "D", Acceptor: "F"}, today+1), "M"), fault.Forbidden},
		{"propose for any", one, doPropose(proposal("n", Scope{}, today+1), "D"), fault.Forbidden},
		{"propose a version of another's", one, doPropose(proposal("m", Scope{Issuer: "D"}, today+1), "G"), fault.Forbidden},
		{"propose for today", one, doPropose(proposal("n", Scope{}, today), "G"), fault.Expired},
		{"propose for yesterday", one, doPropose(proposal("n", Scope{}, today-1), "G"), fault.Expired},
		{"propose in a full book", full, doPropose(proposal("n", Scope{}, today+1), "G"), fault.Limit},
		{"FORBIDDEN before EXPIRED", one, doPropose(proposal("n", Scope{}, today), "D"), fault.Forbidden},
		{"FORBIDDEN, a version, before EXPIRED", one, doPropose(proposal("m", Scope{}, today), "G"), fault.Forbidden},
		{"FORBIDDEN before LIMIT", full, doPropose(proposal("n", Scope{}, today+1), "D"), fault.Forbidden},
		{"EXPIRED before LIMIT", full, doPropose(proposal("n", Scope{}, today), "G"), fault.Expired},
		{"agree", one, doAgree("m", 1, "S1"), ""},
		{"agree after leaving", leave(t, one, "m", "F", today), doAgree("m", 1, "F"), ""},
		{"agree to none", one, doAgree("n", 1, "S1"), fault.NotFound},
		{"agree to an older version", propose(t, one, "D", "m", Scope{Issuer: "D"}, today+1, today), doAgree("m", 1, "S1"), fault.NotFound},
		{"agree to a version to come", one, doAgree("m", 2, "S1"), fault.NotFound},
		{"agree twice", one, doAgree("m", 1, "F"), fault.Conflict},
		{"agree as the proposer", one, doAgree("m", 1, "D"), fault.Conflict},
		{"agree as one too many", crowd, doAgree("m", 1, "S1"), fault.Limit},
		{"NOT_FOUND before CONFLICT", one, doAgree("m", 2, "F"), fault.NotFound},
		{"CONFLICT before LIMIT", crowd, doAgree("m", 1, "p0"), fault.Conflict},
		{"leave", one, doLeave("m", "F"), ""},
		{"leave as the proposer", one, doLeave("m", "D"), ""},
		{"leave another", one, doLeave("n", "F"), fault.NotFound},
		{"leave what binds others", one, doLeave("m", "S1"), fault.NotFound},
		{"leave twice", leave(t, one, "m", "F", today), doLeave("m", "F"), fault.NotFound},
	} {
		before := fmt.Sprintf("%+v", c.book)
		if _, err := c.do(c.book); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
		if after := fmt.Sprintf("%+v", c.book); before != after {
			t.Errorf("%s: it changed the book it was given", c.name)
		}
	}
}

func TestWellFormedModels(t *testing.T) {
	good := ProposeRequest{Model: "m", Scope: Scope{Issuer: "G"}, Terms: Terms{Price: amount.Rate{Num: 4, Den: 5}, Fee: onePercent, Tax: amount.Rate{Num: 6, Den: 106}, Delay: 3, Cap: 9}, From: 20758}
	for _, c := range []struct {
		name   string
		change func(*ProposeRequest)
		code   fault.Code
	}{
		{"as it is", func(*ProposeRequest) {}, ""},
		{"no rates", func(r *ProposeRequest) { r.Terms = Terms{} }, ""},
		{"a fee of all", func(r *ProposeRequest) { r.Terms.Fee = amount.Rate{Num: 1, Den: 1} }, ""},
		{"a price of nothing", func(r *ProposeRequest) { r.Terms.Price = amount.Rate{Den: 1} }, ""},
		{"the longest delay", func(r *ProposeRequest) { r.Terms.Delay = MaxDelay }, ""},
		{"no id", func(r *ProposeRequest) { r.Model = "" }, fault.BadRequest},
		{"a scene that is none", func(r *ProposeRequest) { r.Scope.Scene = "a/b" }, fault.BadRequest},
		{"with itself", func(r *ProposeRequest) { r.Scope.Acceptor = "G" }, fault.BadRequest},
		{"a rate of something by nothing", func(r *ProposeRequest) { r.Terms.Price = amount.Rate{Num: 1} }, fault.BadRequest},
		{"more fee than all", func(r *ProposeRequest) { r.Terms.Fee = amount.Rate{Num: 3, Den: 2} }, fault.BadRequest},
		{"more tax than all", func(r *ProposeRequest) { r.Terms.Tax = amount.Rate{Num: 3, Den: 2} }, fault.BadRequest},
		{"a payer that is none", func(r *ProposeRequest) { r.Terms.Payer = IssuerPays + 1 }, fault.BadRequest},
		{"a day too late", func(r *ProposeRequest) { r.Terms.Delay = MaxDelay + 1 }, fault.BadRequest},
		{"a day too early", func(r *ProposeRequest) { r.Terms.Delay = -1 }, fault.BadRequest},
		{"a cap below nothing", func(r *ProposeRequest) { r.Terms.Cap = -1 }, fault.BadRequest},
		{"a cap above 2⁵³−1", func(r *ProposeRequest) { r.Terms.Cap = amount.Max + 1 }, fault.Limit},
		{"a price above 2⁵³−1", func(r *ProposeRequest) { r.Terms.Price.Num = amount.Max + 1 }, fault.Limit},
		{"no first day", func(r *ProposeRequest) { r.From = 0 }, fault.BadRequest},
	} {
		req := good
		c.change(&req)
		if err := req.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
	for _, p := range []Policy{{SignDays: -1}, {AnswerDays: -1}, {SignDays: MaxNoticeDay + 1}, {AnswerDays: MaxNoticeDay + 1}, {Silence: Consent + 1}} {
		if err := (SetPolicyRequest{Policy: p}).Check(); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if err := (SetPolicyRequest{Policy: Policy{SignDays: MaxNoticeDay, Silence: Consent}}).Check(); err != nil {
		t.Error(err)
	}
}

// calendar is a deliberately dumb second book: for each version a leaf of days for each
// party, on which it is ticked if it is bound.
type calendar struct {
	versions []leaf
}

type leaf struct {
	id    string
	scope Scope
	from  date.Date
	ticks map[string]map[date.Date]bool
	open  map[string]bool // bound without an end
}

const horizon = today + 120

func (l leaf) tick(party string, since, until date.Date, bound bool) {
	if l.ticks[party] == nil {
		l.ticks[party] = map[date.Date]bool{}
	}
	for d := since; d <= until; d++ {
		l.ticks[party][d] = bound
	}
	l.open[party] = bound
}

func (c *calendar) propose(req ProposeRequest, by string) {
	l := leaf{req.Model, req.Scope, req.From, map[string]map[date.Date]bool{}, map[string]bool{}}
	l.tick(by, req.From, horizon, true)
	c.versions = append(c.versions, l)
}

// choose lists what fits, and strikes out what something else is preferred to.
func (c *calendar) choose(q Question) uint16 {
	var list []int
	for i, l := range c.versions {
		if q.Day >= l.from && l.ticks[q.Issuer][q.Day] && l.ticks[q.Acceptor][q.Day] {
			list = slices.DeleteFunc(list, func(j int) bool { return c.versions[j].id == l.id })
			list = append(list, i)
		}
	}
	fits := func(want, is string) bool { return want == "" || want == is }
	list = slices.DeleteFunc(list, func(i int) bool {
		s := c.versions[i].scope
		return !fits(s.Issuer, q.Issuer) || !fits(s.Acceptor, q.Acceptor) || !fits(s.Scene, q.Scene) || !fits(s.Programme, q.Programme)
	})
	for _, part := range []func(Scope) string{func(s Scope) string { return s.Issuer }, func(s Scope) string { return s.Acceptor }, func(s Scope) string { return s.Scene }, func(s Scope) string { return s.Programme }} {
		if slices.ContainsFunc(list, func(i int) bool { return part(c.versions[i].scope) != "" }) {
			list = slices.DeleteFunc(list, func(i int) bool { return part(c.versions[i].scope) == "" })
		}
	}
	best := -1
	for _, i := range list {
		if best < 0 || c.versions[i].from >= c.versions[best].from {
			best = i
		}
	}
	return uint16(best + 1)
}

// TestThePastStaysAsItWas proposes, agrees and leaves at random while days pass, and
// compares every selection with the calendar; what was selected for a day that has begun is
// selected for it ever after.
func TestThePastStaysAsItWas(t *testing.T) {
	parties := []string{"G", "D", "F"}
	rapid.Check(t, func(t *rapid.T) {
		b, c, now := Book{}, &calendar{}, today
		fixed := map[Question]uint16{}
		one := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
		for range rapid.IntRange(1, 24).Draw(t, "steps") {
			caller, id := one("caller", parties...), one("model", "m", "n")
			switch rapid.IntRange(0, 4).Draw(t, "verb") {
			case 0, 1:
				req := proposal(id, Scope{Issuer: one("issuer", "", "", "G", "D"), Acceptor: one("acceptor", "", "", "D", "F"), Scene: one("scene", "", "", "shop"), Programme: one("programme", "", "GP")}, now+date.Date(rapid.IntRange(0, 6).Draw(t, "days ahead")))
				if next, err := b.Propose(req, caller, "G", now); err == nil {
					b = next
					c.propose(req, caller)
				}
			case 2:
				if i := b.newest(id); i >= 0 {
					next, err := b.Agree(AgreeRequest{Model: id, Version: b.Models[i].Version}, caller, now)
					if (err == nil) == c.versions[i].open[caller] {
						t.Fatalf("%s agrees to %s: %v", caller, id, err)
					}
					if err == nil {
						b = next
						c.versions[i].tick(caller, max(now+1, c.versions[i].from), horizon, true)
					}
				}
			case 3:
				next, err := b.Leave(LeaveRequest{Model: id}, caller, now)
				left := false
				for _, l := range c.versions {
					if l.id == id && l.open[caller] {
						left = true
						l.tick(caller, now+1, horizon, false)
					}
				}
				if left != (err == nil) {
					t.Fatalf("%s leaves %s: %v", caller, id, err)
				}
				if left {
					b = next
				}
			case 4:
				now += date.Date(rapid.IntRange(1, 3).Draw(t, "days"))
			}
			for _, issuer := range parties {
				for _, acceptor := range parties {
					for day := today; day <= now+8; day++ {
						q := Question{issuer, acceptor, "shop", "GP", day}
						_, got := b.Select(q)
						if want := c.choose(q); got != want && issuer != acceptor {
							t.Fatalf("%+v on %d: model %d, the calendar says %d of %+v", q, now, got, want, b.Models)
						}
						if was, asked := fixed[q]; asked && was != got {
							t.Fatalf("%+v was settled by model %d, now by %d: %+v", q, was, got, b.Models)
						}
						if day <= now {
							fixed[q] = got
						}
					}
				}
			}
		}
	})
}
