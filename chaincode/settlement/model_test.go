package settlement

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// today is the business date of tables, G the operator.
const today date.Date = 100

func proposal(id string, scope Scope, from date.Date) ProposeRequest {
	return ProposeRequest{Model: id, Scope: scope, From: from}
}

// desk is the book of the day, and what the parties have given notice of.
type desk struct {
	book    Book
	notices map[string]Notice
	today   date.Date
	seq     uint64
}

func newDesk() *desk { return &desk{book: Founding(), notices: map[string]Notice{}, today: today} }

// step is a command of a party's in a batch of its own.
func (d *desk) step(party string) Step {
	d.seq++
	return Step{Caller: party, By: number.Command{Party: party, Lane: 1, Seq: d.seq}, Today: d.today}
}

func (d *desk) keep(party string, n Notice, err error) error {
	if err == nil {
		d.notices[party] = n
	}
	return err
}

func (d *desk) propose(by, id string, scope Scope, from date.Date) error {
	req := proposal(id, scope, from)
	req.Terms.Delay = int32(d.book.Last) + 1
	n, err := d.notices[by].Propose(d.book, req, "G", d.step(by))
	return d.keep(by, n, err)
}

// newest is a model's newest version that a party can read.
func (d *desk) newest(by, id string) Model {
	m, _ := d.book.newest(by, id)
	if n := d.notices[by].on(d.today); n.newest(id) >= 0 {
		m = n.Proposed[n.newest(id)]
	}
	return m
}

func (d *desk) agree(party, by, id string) error {
	m := d.newest(by, id)
	n, err := d.notices[party].Agree(d.book, d.notices[by],
		AgreeRequest{By: by, Model: id, Version: m.Version, Hash: m.Hash()}, d.step(party))
	return d.keep(party, n, err)
}

func (d *desk) leave(party, by, id string) error {
	n, err := d.notices[party].Leave(d.book, LeaveRequest{By: by, Model: id}, d.step(party))
	return d.keep(party, n, err)
}

func (d *desk) advance(days date.Date) {
	var given []Given
	for _, party := range []string{"D", "F", "G"} {
		given = append(given, Given{Party: party, Asked: true, Notice: d.notices[party]})
	}
	d.book, _ = d.book.Next(d.today, d.today+days, "G", given)
	d.today += days
}

// plays does what a line says: "G proposes m from 3", "D agrees G m", "D leaves G m", "2 days", in words
// that are separated by commas. Days count from the first.
func plays(t fataler, play string) *desk {
	t.Helper()
	d := newDesk()
	for line := range strings.SplitSeq(play, ",") {
		var err error
		var n date.Date
		word := strings.Fields(line)
		switch {
		case len(word) == 2:
			fmt.Sscan(word[0], &n)
			d.advance(n)
		case word[1] == "proposes":
			var scope Scope
			if word[0] != "G" {
				scope.Issuer = word[0]
			}
			if len(word) > 5 {
				scope.Scene = word[5]
			}
			fmt.Sscan(word[4], &n)
			err = d.propose(word[0], word[2], scope, today+n)
		case word[1] == "agrees":
			err = d.agree(word[0], word[2], word[3])
		case word[1] == "leaves":
			err = d.leave(word[0], word[2], word[3])
		}
		if err != nil {
			t.Fatal(line, err)
		}
	}
	return d
}

func TestTheMostSpecificModelCounts(t *testing.T) {
	g, gd := Scope{Issuer: "G"}, Scope{Issuer: "G", Acceptor: "D"}
	all := func(t fataler, scopes ...Scope) Book {
		d := newDesk()
		for i, s := range scopes {
			id := fmt.Sprint("m", i)
			if err := d.propose("G", id, s, d.today+1); err != nil {
				t.Fatal(err)
			}
			for _, p := range []string{"D", "F"} {
				if err := d.agree(p, "G", id); err != nil {
					t.Fatal(err)
				}
			}
			d.advance(1)
		}
		return d.book
	}
	for _, c := range []struct {
		name   string
		scopes []Scope
		want   uint32
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
		{"everything", []Scope{gd, {Issuer: "G", Acceptor: "D", Scene: "shop", Programme: "GP"},
			{Issuer: "G", Acceptor: "D", Scene: "shop"}}, 2},
		{"of equals the one proposed later", []Scope{g, g}, 2},
		{"what doesn't fit is no rival", []Scope{g, {Issuer: "G", Acceptor: "D", Scene: "ride"}}, 1},
	} {
		terms, model := all(t, c.scopes...).Select(Question{"G", "D", "shop", "GP", today + 99})
		if model != c.want || terms.Delay != int32(c.want) {
			t.Errorf("%s: model %d with %+v, want %d", c.name, model, terms, c.want)
		}
	}
}

func TestVersionsCountFromTheirDays(t *testing.T) {
	const one, two = "G proposes m from 1,D agrees G m,", "1 day,G proposes m from 5,"
	for _, c := range []struct {
		name, play string
		ahead      date.Date // days after the last
		want       uint32
	}{
		{"before the date has moved", one[:len(one)-1], 0, 0},
		{"on its first day", one + "1 day", 0, 1},
		{"ever after", one + "1 day", 9999, 1},
		{"the first day was skipped", one + "6 days", 0, 1},
		{"only one agreed", "G proposes m from 1,1 day", 0, 0},
		{"agreed late", "G proposes m from 1,3 days,D agrees G m", 0, 0},
		{"agreed late: the day after", "G proposes m from 1,3 days,D agrees G m,1 day", 0, 1},
		{"a first day to come", "G proposes m from 9,D agrees G m,1 day", 7, 0},
		{"a first day to come: then", "G proposes m from 9,D agrees G m,1 day", 8, 1},
		{"the old version until the new one begins", one + two + "D agrees G m,1 day", 2, 1},
		{"the new one then", one + two + "D agrees G m,1 day", 3, 2},
		{"the old one for whom hasn't agreed to the new", one + two + "1 day,1 day", 9, 1},
		{"the new one even if it is for less", one + "1 day,G proposes m from 2 ride,D agrees G m,1 day", 9, 0},
		{"left: today still", one + "1 day,D leaves G m", 0, 1},
		{"left: not tomorrow", one + "1 day,D leaves G m,1 day", 0, 0},
		{"left before it began", one + "D leaves G m,1 day", 0, 0},
		{"left: all versions", one + two + "D agrees G m,1 day,D leaves G m,1 day", 9, 0},
		{"left by the proposer", one + "1 day,G leaves G m,1 day", 0, 0},
		{"withdrawn by the proposer on the same day", one + "G leaves G m,1 day", 0, 0},
		{"left and agreed to on the same day", one + "1 day,D leaves G m,D agrees G m,1 day", 0, 1},
		{"left and agreed to again", one + "1 day,D leaves G m,1 day,D agrees G m,1 day", 0, 1},
		{"another model that began later", one + "G proposes n from 3,D agrees G n,3 days", 0, 2},
		{"another model that begins later: not yet", one + "G proposes n from 3,D agrees G n,2 days", 0, 1},
		{"another that has the higher number and began earlier",
			"G proposes m from 3,D agrees G m,G proposes n from 1,D agrees G n,3 days", 0, 1},
	} {
		d := plays(t, c.play)
		if _, model := d.book.Select(Question{"G", "D", "shop", "GP", d.today + c.ahead}); model != c.want {
			t.Errorf("%s: model %d, want %d of %+v", c.name, model, c.want, d.book.Models)
		}
	}
}

// What is in nobody's way stays in the book, and nothing else, however much is proposed.
func TestWhatLeavesTheBook(t *testing.T) {
	for _, c := range []struct {
		name, play, left string
	}{
		{"a proposal that nobody has agreed to", "G proposes m from 1,9 days", "1"},
		{"one that the proposer left", "G proposes m from 1,1 day,G leaves G m,1 day", ""},
		{"one that binds another alone", "G proposes m from 1,D agrees G m,1 day,G leaves G m,1 day", ""},
		{"one that binds others", "G proposes m from 1,D agrees G m,F agrees G m,1 day,G leaves G m,1 day", "1"},
		{"one that was replaced for all that it binds",
			"G proposes m from 1,D agrees G m,1 day,G proposes m from 2,D agrees G m,1 day", "2"},
		{"one that will be replaced", "G proposes m from 1,D agrees G m,1 day,G proposes m from 9,D agrees G m,1 day",
			"1 2"},
		{"one that was replaced for others",
			"G proposes m from 1,D agrees G m,1 day,G proposes m from 2,F agrees G m,1 day", "1 2"},
		{"a proposal after another, that nobody agreed to", "G proposes m from 1,1 day,G proposes m from 2,1 day", "2"},
	} {
		var left []string
		for _, m := range plays(t, c.play).book.Models {
			left = append(left, fmt.Sprint(m.Number))
		}
		if got := strings.Join(left, " "); got != c.left {
			t.Errorf("%s: %q are left, want %q", c.name, got, c.left)
		}
	}
}

// Agreeing and leaving again leaves nothing, and what is agreed to is what was read.
func TestWhatANoticeKeeps(t *testing.T) {
	d := plays(t, "G proposes m from 1,D agrees G m,D leaves G m")
	if n := d.notices["D"]; len(n.Changes) != 0 {
		t.Errorf("%+v", n)
	}
	d = plays(t, "G proposes m from 1,D agrees G m,G leaves G m")
	if err := d.propose("G", "m", Scope{Scene: "ride"}, today+1); err != nil {
		t.Fatal(err)
	}
	again := *d
	again.notices = maps.Clone(d.notices)
	d.advance(1)
	if m := d.book.Models[0]; m.Version != 1 || m.binds("D") {
		t.Errorf("D agreed to a version 1 that was withdrawn, and is bound by another: %+v", m)
	}
	if err := again.agree("D", "G", "m"); err != nil {
		t.Fatal(err)
	}
	if again.advance(1); !again.book.Models[0].binds("D") {
		t.Errorf("D agreed to the other, too: %+v", again.book.Models[0])
	}
}

func TestWhatNoticesRefuse(t *testing.T) {
	one := "D proposes m from 1,F agrees D m,1 day"
	full := plays(t, "G proposes m from 1")
	for i := range MaxProposed {
		full.book.Models = append(full.book.Models, Model{ID: fmt.Sprint("x", i), By: "D", Agreed: []string{"D"}})
	}
	tired := plays(t, one)
	tired.notices["D"], tired.notices["F"] = Notice{Date: tired.today, Batches: MaxNotices},
		Notice{Date: tired.today, Batches: MaxNotices}
	busy := plays(t, one)
	busy.notices["F"] = Notice{Date: busy.today, Changes: make([]Change, MaxChanges)}
	issuer := Scope{Issuer: "D"}
	doPropose := func(id string, scope Scope, ahead date.Date, by string) func(*desk) error {
		return func(d *desk) error { return d.propose(by, id, scope, d.today+ahead) }
	}
	doAgree := func(req AgreeRequest, hash bool, by string) func(*desk) error {
		return func(d *desk) error {
			req.By = "D"
			if req.Hash = make([]byte, 32); hash {
				req.Hash = d.newest("D", req.Model).Hash()
			}
			n, err := d.notices[by].Agree(d.book, d.notices["D"], req, d.step(by))
			return d.keep(by, n, err)
		}
	}
	doLeave := func(id, by string) func(*desk) error { return func(d *desk) error { return d.leave(by, "D", id) } }
	m, n := AgreeRequest{Model: "m", Version: 1}, AgreeRequest{Model: "n", Version: 1}
	for _, c := range []struct {
		name string
		desk *desk
		do   func(*desk) error
		code fault.Code
	}{
		{"propose as the issuer", newDesk(), doPropose("n", issuer, 1, "D"), ""},
		{"propose as the acceptor", newDesk(), doPropose("n", Scope{Acceptor: "D"}, 1, "D"), ""},
		{"propose as the operator", newDesk(), doPropose("n", Scope{Issuer: "D", Acceptor: "F"}, 1, "G"), ""},
		{"propose once too often", full, doPropose("n", issuer, 1, "D"), fault.Limit},
		{"propose what another can't", full, doPropose("n", Scope{Issuer: "F"}, 1, "F"), ""},
		{"propose a version", plays(t, one), doPropose("m", issuer, 1, "D"), ""},
		{"propose another of the same id", plays(t, one), doPropose("m", issuer, 1, "G"), ""},
		{"propose between others", newDesk(), doPropose("n", Scope{Issuer: "D", Acceptor: "F"}, 1, "M"),
			fault.Forbidden},
		{"propose for any", newDesk(), doPropose("n", Scope{}, 1, "D"), fault.Forbidden},
		{"propose for today", newDesk(), doPropose("n", Scope{}, 0, "G"), fault.Expired},
		{"propose in one batch too many", tired, doPropose("n", issuer, 1, "D"), fault.Limit},
		{"FORBIDDEN before EXPIRED", newDesk(), doPropose("n", Scope{}, 0, "D"), fault.Forbidden},
		{"EXPIRED before LIMIT", full, doPropose("n", issuer, 0, "D"), fault.Expired},
		{"agree", plays(t, one), doAgree(m, true, "S1"), ""},
		{"agree after leaving", plays(t, one+",F leaves D m"), doAgree(m, true, "F"), ""},
		{"agree to none", plays(t, one), doAgree(n, true, "S1"), fault.NotFound},
		{"agree to an older version", plays(t, one+",D proposes m from 9"), doAgree(m, true, "S1"), fault.NotFound},
		{"agree to a version to come", plays(t, one), doAgree(AgreeRequest{Model: "m", Version: 2}, true, "S1"),
			fault.NotFound},
		{"agree to something else", plays(t, one), doAgree(m, false, "S1"), fault.Conflict},
		{"agree twice", plays(t, one), doAgree(m, true, "F"), fault.Conflict},
		{"agree twice today", plays(t, "D proposes m from 1,F agrees D m"), doAgree(m, true, "F"), fault.Conflict},
		{"agree as the proposer", plays(t, one), doAgree(m, true, "D"), fault.Conflict},
		{"agree as the proposer today", plays(t, "D proposes m from 1"), doAgree(m, true, "D"), fault.Conflict},
		{"agree in one batch too many", tired, doAgree(m, true, "F"), fault.Conflict},
		{"agree to too many", busy, doAgree(m, true, "F"), fault.Conflict},
		{"agree to too many others", plays(t, "D proposes m from 1"), func(d *desk) error {
			d.notices["S1"] = Notice{Date: d.today, Changes: make([]Change, MaxChanges)}
			return doAgree(m, true, "S1")(d)
		}, fault.Limit},
		{"NOT_FOUND before CONFLICT", plays(t, one), doAgree(AgreeRequest{Model: "m", Version: 2}, false, "F"),
			fault.NotFound},
		{"leave", plays(t, one), doLeave("m", "F"), ""},
		{"leave as the proposer", plays(t, one), doLeave("m", "D"), ""},
		{"leave another", plays(t, one), doLeave("n", "F"), fault.NotFound},
		{"leave what binds others", plays(t, one), doLeave("m", "S1"), fault.NotFound},
		{"leave twice", plays(t, one+",F leaves D m"), doLeave("m", "F"), fault.NotFound},
		{"leave in one batch too many", tired, doLeave("m", "F"), fault.Limit},
		{"leave too many", busy, doLeave("m", "F"), fault.Limit},
		{"leave what was taken back", plays(t, "D proposes m from 1,F agrees D m,D leaves D m"), doLeave("m", "F"), ""},
		{"leave what was taken back, twice", plays(t, "D proposes m from 1,F agrees D m,D leaves D m,F leaves D m"),
			doLeave("m", "F"), fault.NotFound},
		{"NOT_FOUND before LIMIT", tired, doLeave("n", "F"), fault.NotFound},
	} {
		before := fmt.Sprintf("%+v", c.desk.book)
		if err := c.do(c.desk); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
		if after := fmt.Sprintf("%+v", c.desk.book); before != after {
			t.Errorf("%s: it changed the book it was given", c.name)
		}
	}
}

func TestWellFormedModels(t *testing.T) {
	good := ProposeRequest{Model: "m", Scope: Scope{Issuer: "G"}, Terms: Terms{
		Price: amount.Rate{Num: 4, Den: 5}, Fee: onePercent, Tax: amount.Rate{Num: 6, Den: 106}, Delay: 3, Cap: 9,
	}, From: 20758}
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
		{"a rate of something by nothing", func(r *ProposeRequest) { r.Terms.Price = amount.Rate{Num: 1} },
			fault.BadRequest},
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
}

// calendar is a deliberately dumb second book: every version that was ever proposed, with whom it binds, and each
// party's last word of the day about each model.
type calendar struct {
	versions []*leaf
	made     []*leaf // today
	said     map[[3]string]word
	days     int
}

type leaf struct {
	by, id string
	what   string // of one day, the same to whoever reads it again after it was taken back
	scope  Scope
	from   date.Date
	binds  map[string]bool
	gone   bool // nobody can settle by it any more
}

// word is what a party says of a model of another's: it leaves all versions, then agrees to one.
type word struct {
	leaves bool
	agreed string
}

func newCalendar() *calendar { return &calendar{said: map[[3]string]word{}} }

func (l *leaf) of(by, id string) bool { return l.by == by && l.id == id && !l.gone }

// of lists the versions of a model that are in the book, or proposed today.
func of(list []*leaf, by, id string) (found []*leaf) {
	for _, l := range list {
		if l.of(by, id) {
			found = append(found, l)
		}
	}
	return found
}

func (c *calendar) propose(by string, req ProposeRequest) {
	what := fmt.Sprint(c.days, len(of(c.made, by, req.Model)), req.Scope, req.From)
	c.made = append(c.made,
		&leaf{by: by, id: req.Model, what: what, scope: req.Scope, from: req.From, binds: map[string]bool{by: true}})
}

// agree answers whether it changes anything: who agreed to what is taken back, and proposed again word for word, has
// agreed to it.
func (c *calendar) agree(party, by, id string) bool {
	today := of(c.made, by, id)
	all := slices.Concat(of(c.versions, by, id), today)
	newest, w := all[len(all)-1], c.said[[3]string{party, by, id}]
	if w.agreed == newest.what || newest.binds[party] && !w.leaves || len(today) > 0 && party == by {
		return false
	}
	w.agreed = newest.what
	c.said[[3]string{party, by, id}] = w
	return true
}

// leave answers whether it changes anything: a party that agreed today takes that back, whatever became of the
// proposal.
func (c *calendar) leave(party, by, id string) bool {
	w := c.said[[3]string{party, by, id}]
	bound := !w.leaves && slices.ContainsFunc(of(c.versions, by, id), func(l *leaf) bool { return l.binds[party] })
	took := party == by && len(of(c.made, by, id)) > 0
	if took {
		c.made = slices.DeleteFunc(c.made, func(l *leaf) bool { return l.of(by, id) })
	}
	c.said[[3]string{party, by, id}] = word{leaves: w.leaves || bound}
	return bound || took || w.agreed != ""
}

func (c *calendar) nextDay(parties []string) {
	for of, w := range c.said {
		for _, l := range c.versions {
			if w.leaves && l.of(of[1], of[2]) {
				delete(l.binds, of[0])
			}
		}
	}
	for _, p := range parties {
		for _, l := range c.made {
			if l.by == p {
				c.versions = append(c.versions, l)
			}
		}
	}
	for _, l := range c.versions {
		for of, w := range c.said {
			if l.of(of[1], of[2]) && l.what == w.agreed {
				l.binds[of[0]] = true
			}
		}
		l.gone = len(l.binds) == 0 || len(l.binds) == 1 && !l.binds[l.by]
	}
	c.made, c.said, c.days = nil, map[[3]string]word{}, c.days+1
}

// choose lists what fits, and strikes out what something else is preferred to.
func (c *calendar) choose(q Question) uint32 {
	var list []int
	for i, l := range c.versions {
		if q.Day >= l.from && l.binds[q.Issuer] && l.binds[q.Acceptor] {
			list = slices.DeleteFunc(list,
				func(j int) bool { return c.versions[j].id == l.id && c.versions[j].by == l.by })
			list = append(list, i)
		}
	}
	fits := func(want, is string) bool { return want == "" || want == is }
	list = slices.DeleteFunc(list, func(i int) bool {
		s := c.versions[i].scope
		return !fits(s.Issuer, q.Issuer) || !fits(s.Acceptor, q.Acceptor) || !fits(s.Scene, q.Scene) ||
			!fits(s.Programme, q.Programme)
	})
	for _, part := range []func(Scope) string{func(s Scope) string { return s.Issuer },
		func(s Scope) string { return s.Acceptor }, func(s Scope) string { return s.Scene },
		func(s Scope) string { return s.Programme }} {
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
	return uint32(best + 1)
}

// TestTheBookIsWhatWasAgreed proposes, agrees and leaves at random while days pass, and compares every selection
// with the calendar. The book forgets what settles nothing any more, the calendar nothing.
func TestTheBookIsWhatWasAgreed(t *testing.T) {
	parties := []string{"D", "F", "G"}
	rapid.Check(t, func(t *rapid.T) {
		d, c := newDesk(), newCalendar()
		one := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
		for range rapid.IntRange(1, 24).Draw(t, "steps") {
			caller, by, id := one("caller", parties...), one("by", parties...), one("model", "m", "n")
			switch rapid.IntRange(0, 4).Draw(t, "verb") {
			case 0, 1:
				req := proposal(id, Scope{
					Issuer: one("issuer", "", "", "G", "D"), Acceptor: one("acceptor", "", "", "D", "F"),
					Scene: one("scene", "", "", "shop"), Programme: one("programme", "", "GP"),
				}, d.today+date.Date(rapid.IntRange(0, 6).Draw(t, "days ahead")))
				if d.propose(caller, id, req.Scope, req.From) == nil {
					c.propose(caller, req)
				}
			case 2:
				if d.newest(by, id).Version > 0 {
					if err := d.agree(caller, by, id); c.agree(caller, by, id) != (err == nil) {
						t.Fatalf("%s agrees to %s: %v", caller, id, err)
					}
				}
			case 3:
				if err := d.leave(caller, by, id); c.leave(caller, by, id) != (err == nil) {
					t.Fatalf("%s leaves %s: %v", caller, id, err)
				}
			case 4:
				d.advance(date.Date(rapid.IntRange(1, 3).Draw(t, "days")))
				c.nextDay(parties)
			}
			for _, issuer := range parties {
				for _, acceptor := range parties {
					for day := d.today; day <= d.today+8; day++ {
						q := Question{issuer, acceptor, "shop", "GP", day}
						if _, got := d.book.Select(q); got != c.choose(q) && issuer != acceptor {
							t.Fatalf("%+v on %d: model %d, the calendar says %d of %+v",
								q, d.today, got, c.choose(q), d.book.Models)
						}
					}
				}
			}
		}
	})
}
