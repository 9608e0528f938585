package contract

import (
	"slices"

	"tallystick/chaincode/code"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
)

// allowances is a dumb second implementation of authorisations: what each lets its acceptor take.
type allowances map[number.Command]*allowance

type allowance struct {
	member, acceptor string
	left, used       map[string]int // points by programme
	until            int64
	code             code.Code // to be said; none if it is open
	revoked, done    bool      // by somebody; by its one use
}

// write notes an authorisation that took effect.
func (s allowances) write(n number.Command, r member.AuthoriseRequest, secret code.Code) {
	x := &allowance{member: r.Member, acceptor: r.Acceptor, left: map[string]int{},
		used: map[string]int{}, until: r.Until}
	for _, c := range r.Caps {
		x.left[c.Programme] = int(c.Amount)
	}
	if len(r.Commitment) > 0 {
		x.code = secret
	}
	s[n] = x
}

// covers says whether a party may take so much of a member's points under it.
func (x *allowance) covers(id, acceptor string, now int64, said code.Code, spends map[string]int) bool {
	if x == nil || x.member != id || x.acceptor != acceptor || x.revoked || x.done || now >= x.until {
		return false
	}
	if x.code != nil && !slices.Equal(x.code, said) {
		return false
	}
	for programme, n := range spends {
		if left, there := x.left[programme]; !there || left < n {
			return false
		}
	}
	return true
}

// take notes that so much was taken, or, with −1, came back.
func (x *allowance) take(spends map[string]int, sign int) {
	if x == nil {
		return
	}
	x.done = x.done || sign > 0 && x.code != nil
	for programme, n := range spends {
		x.left[programme] -= sign * n
		x.used[programme] += sign * n
	}
}

// numbers lists the allowances in an order that doesn't change.
func (s allowances) numbers() []number.Command {
	var list []number.Command
	for n := range s {
		list = append(list, n)
	}
	sortNumbers(list)
	return list
}

// drawAuthorise draws an authorisation of a member's: large or small, soon over or
// not, with a code or open at once.
func drawAuthorise(d dice, id, acceptor string, programmes []string, now int64) (member.AuthoriseRequest, code.Code) {
	req := member.AuthoriseRequest{Member: id, Acceptor: acceptor,
		Until: now + pick(d, []int64{20, 3600, 86400, 86400, 86400})}
	for i, p := range programmes {
		if i == 0 || !d.odd(4) {
			req.Caps = append(req.Caps, member.Limit{Programme: p, Amount: d.n(60)})
		}
	}
	if !d.odd(3) {
		return req, nil
	}
	secret := d.secret()
	req.Commitment = code.Commit(secret)
	return req, secret
}

// drawProof draws one of the allowances that may suit, or none, and the code to say.
func (s allowances) drawProof(d dice, id, acceptor string) (number.Command, code.Code) {
	var suits []number.Command
	for _, n := range s.numbers() {
		if s[n].member == id && s[n].acceptor == acceptor && !s[n].revoked {
			suits = append(suits, n)
		}
	}
	if d.odd(10) {
		suits = s.numbers()
	}
	if len(suits) == 0 || d.odd(10) {
		return number.Command{}, nil
	}
	n := pick(d, suits)
	if d.odd(8) {
		return n, make(code.Code, code.Size)
	}
	return n, s[n].code
}

// compareAllowances holds every authorisation on the ledger against its allowance.
func compareAllowances(t fataler, net *ledgersim.Network, s allowances) {
	found := rowsOf(net, "G", "authorisation")
	if len(found) != len(s) {
		t.Fatalf("%d authorisations, %d allowances", len(found), len(s))
	}
	for _, f := range found {
		n, _ := number.ParseCommand(f.ID)
		a, x := f.Row.(member.Authorisation), s[n]
		for _, c := range a.Caps {
			if int(c.Used) != x.used[c.Programme] || int(c.Amount-c.Used) != x.left[c.Programme] {
				t.Fatalf("authorisation %s is %+v, on paper %+v", n, a, x)
			}
		}
		state := member.AuthorisationOpen
		switch {
		case x.revoked:
			state = member.AuthorisationRevoked
		case x.done:
			state = member.AuthorisationUsed
		case x.code != nil:
			state = member.AuthorisationWaiting
		}
		if a.State != state {
			t.Fatalf("authorisation %s is %s, on paper %+v", n, a.State, x)
		}
	}
}
