package contract

import (
	"crypto/ed25519"
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
)

// membersPrecedence is what TestRefusalsComeInTheirDocumentedOrder tries of members.
var membersPrecedence = map[string]precedence{
	"label": {labelOn(false), [][]ground{{{"a stranger", "", fault.Forbidden}, {"no member", "", fault.NotFound},
		{"erased", "", fault.WrongState}, {"ended", "", fault.Expired}, {"full", "", fault.Limit}}}},
	"take a label back": {labelOn(true), [][]ground{{{"a stranger", "", fault.Forbidden},
		{"no member", "", fault.NotFound}, {"no label", "", fault.NotFound}}}},
	"consent": {consentOn, [][]ground{{{"no member", "", fault.NotFound}, {"no party", "", fault.NotFound},
		{"not the home", "home", fault.Forbidden}, {"erased", "", fault.WrongState},
		{"the home is a party", "home", fault.Conflict}, {"ended", "", fault.Expired}, {"full", "", fault.Limit}}}},
	"link": {linkOn, [][]ground{{{"a stranger", "", fault.Forbidden}, {"no member", "", fault.NotFound},
		{"no invitation", "named", fault.NotFound}, {"names none", "named", fault.Forbidden},
		{"erased", "", fault.WrongState}, {"cancelled", "", fault.WrongState}, {"ended", "", fault.Expired},
		{"for another", "", fault.Forbidden}, {"wrong code", "", fault.WrongCode},
		{"another's", "", fault.Unauthorised}, {"linked before", "", fault.Conflict}, {"full", "", fault.Limit}}}},
	"authorise": {authoriseOn, [][]ground{{{"no member", "", fault.NotFound}, {"no acceptor", "", fault.NotFound},
		{"no programme", "", fault.NotFound}, {"for another", "", fault.Forbidden}, {"erased", "", fault.WrongState},
		{"another's key", "", fault.Unauthorised}, {"used before", "", fault.Conflict},
		{"ended", "end", fault.Expired}, {"too far", "end", fault.Limit}}}},
}

// labelOn is that D says something of wang, or takes it back.
func labelOn(back bool) func(fataler, causes) (*stage, string, command.Request) {
	return func(t fataler, has causes) (*stage, string, command.Request) {
		s, said := &stage{world: founded(t, 5)}, 1
		if has["full"] {
			said = 32
		}
		for i := range said {
			s.must(t, "D", member.LabelRequest{Member: "wang", Label: fmt.Sprintf("l%d", i)})
		}
		if has["erased"] {
			s.must(t, "D", member.EraseRequest{Member: "wang", Reason: "x"})
		}
		s.advance(t, 2)
		req := member.LabelRequest{Member: set(has["no member"], "ghost", "wang"), Label: "new", Remove: back}
		if back {
			req.Label = set(has["no label"], "new", "l0")
		} else {
			req.Until = day(firstDay) + set(has["ended"], date.Date(1), 90)
		}
		return s, set(has["a stranger"], "S1", "D"), req
	}
}

// consentOn is that wang lets D show its profile to M.
func consentOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: founded(t, 5)}
	req := member.ConsentRequest{Member: "wang", Purpose: "p", Parties: []string{"M"}, Until: day(firstDay) + 90}
	if has["full"] {
		for range 32 {
			s.must(t, "D", req)
		}
	}
	if has["erased"] {
		s.must(t, "D", member.EraseRequest{Member: "wang", Reason: "x"})
	}
	s.advance(t, 2)
	req.Member = set(has["no member"], "ghost", "wang")
	if has["the home is a party"] {
		req.Parties = []string{"D", "M"}
	}
	if has["no party"] {
		req.Parties = append(req.Parties, "X")
	}
	req.Until = day(firstDay) + set(has["ended"], date.Date(1), 90)
	return s, set(has["not the home"], "M", "D"), req
}

// linkOn is that M links an account to wang, whom D has invited.
func linkOn(t fataler, has causes) (*stage, string, command.Request) {
	s, secret := &stage{world: founded(t, 5)}, make(code.Code, code.Size)
	account := func(i byte) member.LinkRequest {
		id := make(codec.Hash, 32)
		id[0] = i
		return member.LinkRequest{Member: "wang", Channel: "app", Account: id}
	}
	if has["full"] {
		for i := range 32 {
			s.must(t, "D", account(byte(i+1)))
		}
	}
	req := account(99)
	if has["linked before"] {
		other := req
		other.Member = "li"
		s.must(t, "M", other)
	}
	invite := inviting(set(has["another's"], "sun", "wang"),
		set(has["wrong code"], code.Code("another's secret"), secret),
		s.net.Now().Unix()+set(has["ended"], int64(10), 600))
	invite.For = set(has["for another"], "G", "M")
	inv := s.must(t, homes[invite.Member], invite)
	if has["cancelled"] {
		s.must(t, homes[invite.Member], member.CancelInvitationRequest{Invitation: inv})
	}
	s.closeMembers(t, has)
	req.Member = set(has["no member"], "ghost", "wang")
	if !has["names none"] {
		req.Invitation, req.Code = set(has["no invitation"], nowhere, inv), secret
	}
	return s, set(has["a stranger"], "S1", "M"), req
}

// closeMembers does what ends the preparations.
func (s *stage) closeMembers(t fataler, has causes) {
	if has["erased"] {
		s.must(t, "D", member.EraseRequest{Member: "wang", Reason: "x"})
	}
	s.advance(t, 2)
	s.net.Advance(20e9)
	s.ends = s.net.Now().Unix() + set(has["ended"], int64(0), 60) + set(has["too far"], int64(400*86400), 0)
}

// authoriseOn is that M hands in what wang has signed.
func authoriseOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: founded(t, 5)}
	s.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP",
		Price: amount.Rate{Num: 1, Den: 1}})
	keyOf := func(i byte) ed25519.PrivateKey {
		seed := make([]byte, ed25519.SeedSize)
		seed[0] = i
		return ed25519.NewKeyFromSeed(seed)
	}
	public, _ := keyOf(1).Public().(ed25519.PublicKey)
	s.must(t, "D", member.SetKeyRequest{Member: "wang", Key: member.Key(public)})
	signed := func(req member.AuthoriseRequest, key ed25519.PrivateKey) member.AuthoriseRequest {
		req.Signature = ed25519.Sign(key, member.Statement("test", req))
		return req
	}
	req := member.AuthoriseRequest{Member: "wang", Acceptor: "M", Nonce: make(member.Nonce, 16),
		Caps: []member.Limit{{Programme: "GP", Amount: 5}}, Until: s.net.Now().Unix() + 600}
	if has["used before"] {
		s.must(t, "M", signed(req, keyOf(1)))
	}
	s.closeMembers(t, has)
	req.Member, req.Until = set(has["no member"], "ghost", "wang"), s.ends
	req.Acceptor = set(has["no acceptor"], "X", "M")
	req.Caps[0].Programme = set(has["no programme"], "XP", "GP")
	return s, set(has["for another"], "G", "M"), signed(req, keyOf(set(has["another's key"], byte(2), 1)))
}
