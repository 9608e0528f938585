package contract

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

// centre is a deliberately dumb second implementation of the member centre: it
// counts nothing and remembers no depth, but looks through everything each time.
type centre struct {
	people   map[string]*person
	accounts []*linked
	invited  map[number.Command]*invited
	consents map[number.Command]*agreement
}

type person struct {
	home, into string
	erased     bool
}

type linked struct {
	id     member.AccountID
	person string
	live   bool
}

type invited struct {
	person, by, only string
	code             byte
	until            int64
	done             bool
}

type agreement struct {
	person, by string
	done       bool
}

func (m *centre) root(id string) string {
	for m.people[id].into != "" {
		id = m.people[id].into
	}
	return id
}

// alive says whether commands may change the person: it is there, and neither
// merged nor erased.
func (m *centre) alive(id string) bool {
	p := m.people[id]
	return p != nil && p.into == "" && !p.erased
}

func (m *centre) home(id, caller string) bool {
	return m.people[id] != nil && m.people[id].home == caller
}

func (m *centre) depth(id string) int {
	deepest := 0
	for other, p := range m.people {
		if p.into == id {
			deepest = max(deepest, 1+m.depth(other))
		}
	}
	return deepest
}

func (m *centre) liveAccounts(root string) (ids []member.AccountID) {
	for _, a := range m.accounts {
		if a.live && m.root(a.person) == root {
			ids = append(ids, a.id)
		}
	}
	return ids
}

func (m *centre) liveConsents(root string) (ids []number.Command) {
	for n, c := range m.consents {
		if !c.done && m.root(c.person) == root {
			ids = append(ids, n)
		}
	}
	sortNumbers(ids)
	return ids
}

func (m *centre) find(id member.AccountID) *linked {
	for _, a := range m.accounts {
		if sameAccount(a.id, id) {
			return a
		}
	}
	return nil
}

func sameAccount(a, b member.AccountID) bool {
	return a.Party == b.Party && a.Channel == b.Channel && bytes.Equal(a.Account, b.Account)
}

func oneTime(b byte) code.Code { return bytes.Repeat([]byte{b}, code.Size) }

// accept says whether an invitation lets the caller, and uses it if so.
func (m *centre) accept(n number.Command, person, caller string, cd code.Code, now int64) bool {
	i := m.invited[n]
	ok := i != nil && !i.done && now < i.until && (i.only == caller) &&
		bytes.Equal(cd, oneTime(i.code)) && i.person == person
	if ok {
		i.done = true
	}
	return ok
}

// try says whether the command should take effect, and lets it.
func (m *centre) try(caller string, n number.Command, now int64, req command.Request) bool {
	switch r := req.(type) {
	case member.EnrolRequest:
		id := member.AccountID{Party: caller, Channel: r.Channel, Account: r.Account}
		if m.people[r.Member] != nil || r.HasAccount() && m.find(id) != nil {
			return false
		}
		m.people[r.Member] = &person{home: caller}
		if r.HasAccount() {
			m.accounts = append(m.accounts, &linked{id, r.Member, true})
		}
		return true
	case member.LinkRequest:
		id := member.AccountID{Party: caller, Channel: r.Channel, Account: r.Account}
		if !m.alive(r.Member) || m.find(id) != nil {
			return false
		}
		if ok := r.Invitation.IsZero() && m.home(r.Member, caller) || !r.Invitation.IsZero() &&
			m.accept(r.Invitation, r.Member, caller, r.Code, now); !ok {
			return false
		}
		m.accounts = append(m.accounts, &linked{id, r.Member, true})
		return true
	case member.UnlinkRequest:
		a := m.find(member.AccountID{Party: r.Party, Channel: r.Channel, Account: r.Account})
		if a == nil || !a.live || m.people[r.Member] == nil || m.root(a.person) != m.root(r.Member) {
			return false
		}
		if r.Party != caller && !m.home(m.root(a.person), caller) {
			return false
		}
		a.live = false
		return true
	case member.InviteRequest:
		a := m.find(member.AccountID{Party: caller, Channel: r.Channel, Account: r.Account})
		proven := a != nil && a.live && m.root(a.person) == r.Member
		if !m.alive(r.Member) || !proven && !m.home(r.Member, caller) {
			return false
		}
		secret := byte(1)
		if bytes.Equal(r.Commitment, code.Commit(oneTime(2))) {
			secret = 2
		}
		m.invited[n] = &invited{r.Member, caller, r.For, secret, r.Until, false}
		return true
	case member.CancelInvitationRequest:
		i := m.invited[r.Invitation]
		ok := i != nil && i.by == caller && !i.done
		if ok {
			i.done = true
		}
		return ok
	case member.MergeRequest:
		if !m.alive(r.From) || !m.alive(r.Into) || !m.home(r.From, caller) {
			return false
		}
		if !m.home(r.Into, caller) && len(m.liveConsents(r.From)) > 0 {
			return false
		}
		if m.depth(r.From)+1 > member.MaxDepth || !m.accept(r.Invitation, r.Into, caller, r.Code, now) {
			return false
		}
		m.people[r.From].into = r.Into
		return true
	case member.ConsentRequest:
		if !m.alive(r.Member) || !m.home(r.Member, caller) || slices.Contains(r.Parties, caller) {
			return false
		}
		m.consents[n] = &agreement{r.Member, caller, false}
		return true
	case member.WithdrawConsentRequest:
		c := m.consents[r.Consent]
		ok := c != nil && c.by == caller && !c.done
		if ok {
			c.done = true
		}
		return ok
	case member.EraseRequest:
		if !m.alive(r.Member) || !m.home(r.Member, caller) {
			return false
		}
		accounts, consents := m.liveAccounts(r.Member), m.liveConsents(r.Member)
		if len(accounts) != len(r.Accounts) || len(consents) != len(r.Consents) {
			return false
		}
		for _, a := range accounts {
			if !slices.ContainsFunc(r.Accounts, func(b member.AccountID) bool { return sameAccount(a, b) }) {
				return false
			}
		}
		for _, c := range consents {
			if !slices.Contains(r.Consents, c) {
				return false
			}
		}
		for _, a := range accounts {
			m.find(a).live = false
		}
		for _, c := range consents {
			m.consents[c].done = true
		}
		m.people[r.Member].erased = true
		return true
	}
	panic("unknown request")
}

var pseudonyms = strings.Split("m0 m1 m2 m3 m4 m5 m6 m7 m8 m9 ma mb mc md me mf", " ")

func drawAccount(t *rapid.T) codec.Hash {
	return member.AccountCommitment(nil, "", "", fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "customer")))
}

func keys[V any](m map[number.Command]V) []number.Command {
	var list []number.Command
	for n := range m {
		list = append(list, n)
	}
	sortNumbers(list)
	return list
}

// drawMemberRequest draws a command about what there is, mostly one that may
// take effect.
func drawMemberRequest(t *rapid.T, m *centre, caller string, now int64) command.Request {
	anybody := rapid.SampledFrom(pseudonyms)
	who := func(label string) string {
		var own []string
		for _, id := range pseudonyms {
			if m.alive(id) && m.home(id, caller) {
				own = append(own, id)
			}
		}
		if len(own) == 0 || rapid.IntRange(0, 4).Draw(t, label+": anybody") == 0 {
			return anybody.Draw(t, label)
		}
		return rapid.SampledFrom(own).Draw(t, label)
	}
	secret := func() byte { return byte(rapid.IntRange(1, 2).Draw(t, "code")) }
	invitation := func() (number.Command, *invited) {
		list := keys(m.invited)
		if open := slices.DeleteFunc(slices.Clone(list), func(n number.Command) bool {
			return m.invited[n].done ||
				!m.alive(m.invited[n].person)
		}); len(open) > 0 && rapid.IntRange(0, 5).Draw(t, "any invitation") > 0 {
			list = open
		}
		n := rapid.SampledFrom(list).Draw(t, "invitation")
		return n, m.invited[n]
	}
	kind := rapid.SampledFrom([]int{0, 0, 2, 3, 4, 5, 5, 5, 7, 8, 8, 8, 8, 9, 10, 11}).Draw(t, "kind")
	if len(m.people) < 2 || len(m.invited) == 0 && kind >= 7 && kind <= 9 || len(m.consents) == 0 && kind == 10 ||
		len(m.accounts) == 0 && kind == 4 {
		kind = rapid.SampledFrom([]int{0, 5}).Draw(t, "instead")
	}
	switch kind {
	case 0:
		req := member.EnrolRequest{Member: anybody.Draw(t, "new")}
		if i := slices.IndexFunc(pseudonyms, func(id string) bool { return m.people[id] == nil }); i >= 0 &&
			rapid.IntRange(0, 3).Draw(t, "used name") > 0 {
			req.Member = pseudonyms[i]
		}
		if rapid.Bool().Draw(t, "with an account") {
			req.Channel, req.Account = "app", drawAccount(t)
		}
		return req
	case 2:
		return member.LinkRequest{Member: who("member"), Channel: "app", Account: drawAccount(t)}
	case 3:
		return member.ConsentRequest{Member: who("member"), Purpose: "x",
			Parties: []string{rapid.SampledFrom([]string{"A", caller}).Draw(t, "with")}, Until: day("2026-12-31")}
	case 4:
		a := rapid.SampledFrom(m.accounts).Draw(t, "account")
		of := a.person
		if rapid.Bool().Draw(t, "another") {
			of = anybody.Draw(t, "of")
		}
		return member.UnlinkRequest{Member: of, Party: a.id.Party, Channel: "app", Account: a.id.Account, Reason: "x"}
	case 5:
		req := member.InviteRequest{Member: who("member"), Commitment: code.Commit(oneTime(secret())),
			Until: now + rapid.SampledFrom([]int64{1, 30, 600, 3600}).Draw(t, "seconds"),
			For:   rapid.SampledFrom([]string{"D", "G", caller, caller}).Draw(t, "for")}
		if rapid.Bool().Draw(t, "with an account") {
			req.Channel, req.Account = "app", drawAccount(t)
		}
		return req
	case 7, 8:
		n, i := invitation()
		given := i.code
		if rapid.IntRange(0, 4).Draw(t, "guess") == 0 {
			given = secret()
		}
		if kind == 7 {
			return member.LinkRequest{Member: i.person, Channel: "app", Account: drawAccount(t),
				Invitation: n, Code: oneTime(given)}
		}
		from := who("from")
		if from == i.person {
			return member.CancelInvitationRequest{Invitation: n}
		}
		return member.MergeRequest{From: from, Into: i.person, Invitation: n, Code: oneTime(given)}
	case 9:
		n, _ := invitation()
		return member.CancelInvitationRequest{Invitation: n}
	case 10:
		return member.WithdrawConsentRequest{Consent: rapid.SampledFrom(keys(m.consents)).Draw(t, "consent"),
			Reason: "x"}
	default:
		return drawErase(t, m, who("member"))
	}
}

// drawErase names what is live, now and then less.
func drawErase(t *rapid.T, m *centre, of string) member.EraseRequest {
	req := member.EraseRequest{Member: of, Reason: "x"}
	if m.people[of] == nil {
		return req
	}
	req.Accounts, req.Consents = m.liveAccounts(of), m.liveConsents(of)
	slices.SortFunc(req.Accounts, func(a, b member.AccountID) int {
		return bytes.Compare(append([]byte(a.Party), a.Account...), append([]byte(b.Party), b.Account...))
	})
	if len(req.Accounts) > 0 && rapid.IntRange(0, 3).Draw(t, "fewer") == 0 {
		req.Accounts = req.Accounts[1:]
	}
	return req
}

// TestMembersAgainstModel sends random commands of members and compares every
// outcome, every count and every root with the model.
func TestMembersAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := established(t, 7)
		m := &centre{people: map[string]*person{}, invited: map[number.Command]*invited{},
			consents: map[number.Command]*agreement{}}
		for range rapid.IntRange(5, 40).Draw(t, "batches") {
			w.net.Advance(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
			caller := rapid.SampledFrom([]string{"G", "D"}).Draw(t, "caller")
			now := w.net.Now().Unix()
			var requests []command.Request
			for range rapid.IntRange(1, 4).Draw(t, "commands") {
				requests = append(requests, drawMemberRequest(t, m, caller, now))
			}
			seq := w.heads[caller] + 1
			_, refusals := w.run(t, caller, requests...)
			for i, req := range requests {
				n := number.Command{Party: caller, Lane: 1, Seq: seq, Index: uint16(i)}
				if want := m.try(caller, n, now, req); want != (refusals[i] == nil) {
					t.Fatalf("%s %T %+v: the model says %v, the ledger %v", n, req, req, want, refusals[i])
				}
			}
			compareMembers(t, w, m)
		}
	})
}

func compareMembers(t *rapid.T, w *world, m *centre) {
	found := rowsOf(w.net, "G", "member")
	if len(found) != len(m.people) {
		t.Fatalf("%d members on the ledger, %d in the model", len(found), len(m.people))
	}
	for _, f := range found {
		got, want := f.Row.(member.Member), m.people[f.ID]
		state, accounts, consents := member.Active, len(m.liveAccounts(f.ID)), len(m.liveConsents(f.ID))
		switch {
		case want.into != "":
			state = member.Merged
		case want.erased:
			state = member.Erased
		}
		if got.State != state || got.Into != want.into || got.Home != want.home || int(got.Accounts) != accounts ||
			int(got.Consents) != consents {
			t.Fatalf("%+v; in the model %+v with %d accounts and %d consents", got, want, accounts, consents)
		}
		if state == member.Active && int(got.Depth) != m.depth(f.ID) {
			t.Fatalf("%+v; in the model %d deep", got, m.depth(f.ID))
		}
	}
	for _, c := range rowsOf(w.net, "G", "consent") {
		consent := c.Row.(member.Consent)
		if root := m.people[m.root(consent.Member)]; consent.State == member.ConsentActive && root.home != consent.By {
			t.Fatalf("consent %s was given to %s, the root's home is %s", c.ID, consent.By, root.home)
		}
	}
	for _, a := range m.accounts {
		value := w.net.Get("G", seal.Outer, string(row.Account(a.id.Party, a.id.Channel, a.id.Account)))
		got, err := row.Decode[member.Account](value)
		if err != nil || got.Member != a.person || (got.State == member.Linked) != a.live {
			t.Fatalf("account %+v is %+v, %v", a, got, err)
		}
	}
}
