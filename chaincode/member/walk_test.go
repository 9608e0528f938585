package member

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

func sum(b []byte) []byte { h := sha256.Sum256(b); return h[:] }

// walk is one line a (state, verb): what the row's own actor gets, and another.
func walk[S fmt.Stringer](states []S, verbs []string, do func(S, string, At) (string, error)) string {
	var got strings.Builder
	outcome := func(state string, err error) string {
		if err != nil {
			return string(fault.CodeOf(err))
		}
		return state
	}
	stranger := At{Caller: "S", Number: other.Number, Now: 1000, Date: 20600}
	for _, s := range states {
		for _, v := range verbs {
			fmt.Fprintf(&got, "%-9s %-9s home: %-18s party: %-13s stranger: %s\n", s, v,
				outcome(do(s, v, home)), outcome(do(s, v, other)), outcome(do(s, v, stranger)))
		}
	}
	return strings.TrimSpace(got.String())
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	if got != strings.TrimSpace(want) {
		t.Errorf("the walk changed:\n%s", got)
	}
}

// TestMemberWalk tries every verb on a member in every state, by its home G, by
// D, and by a stranger. D holds an invitation for what needs one.
func TestMemberWalk(t *testing.T) {
	verbs := []string{"link", "invited", "invite", "merge", "join", "key", "consent", "erase", "authorise", "signed",
		"label"}
	got := walk([]State{Active, Merged, Erased}, verbs, func(s State, verb string, at At) (string, error) {
		m := in(s)
		m.Accounts = 0
		next, err := m, error(nil)
		switch verb {
		case "link":
			next, _, err = Link(m, nil, false, LinkRequest{}, at)
		case "invited":
			inv := open()
			inv.For = "D"
			next, _, err = Link(m, &inv, false, LinkRequest{Code: secret}, at)
		case "invite":
			_, err = Invite(m, at.Caller == "D", InviteRequest{Until: 2000}, at)
		case "merge":
			inv := open()
			inv.Member, inv.For = "zhang", "G"
			next, _, _, err = Merge(m, Member{ID: "zhang", Home: "D", State: Active}, inv, MergeRequest{Code: secret},
				at)
		case "join":
			_, next, _, err = Merge(Member{ID: "wang", Home: "D", State: Active}, m, open(), MergeRequest{Code: secret},
				at)
		case "key":
			next, err = m.SetKey(SetKeyRequest{}, at)
		case "consent":
			next, _, err = Agree(m, ConsentRequest{Parties: []string{"D"}, Until: 20600}, at)
		case "erase":
			var left Erasure
			left, err = Erase(m, nil, nil, EraseRequest{}, at)
			next = left.Member
		case "authorise":
			_, err = Authorise(m, true, "net", false, AuthoriseRequest{Acceptor: "D", Until: 2000}, at)
		case "signed":
			_, err = Authorise(m, true, "net", false, signedRequest("net"), at)
		case "label":
			_, err = Labels{}.Change(m, LabelRequest{Label: "vip"}, at)
		}
		return next.State.String(), err
	})
	compare(t, got, memberWalk)
}

// TestAccountWalk: unlinking, the account's party being D.
func TestAccountWalk(t *testing.T) {
	got := walk([]AccountState{Linked, Unlinked}, []string{"unlink"},
		func(s AccountState, _ string, at At) (string, error) {
			root, next, err := Unlink(li(), Account{Member: "li", State: s}, UnlinkRequest{Party: "D"}, at)
			if err == nil && root.Accounts != 0 {
				t.Errorf("%+v", root)
			}
			return next.State.String(), err
		})
	compare(t, got, `
LINKED    unlink    home: UNLINKED           party: UNLINKED      stranger: FORBIDDEN
UNLINKED  unlink    home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN`)
}

// TestInvitationWalk: an invitation of the home's for D.
func TestInvitationWalk(t *testing.T) {
	states := []InvitationState{InvitationOpen, InvitationUsed, InvitationCancelled}
	got := walk(states, []string{"cancel", "use"}, func(s InvitationState, verb string, at At) (string, error) {
		inv := open()
		inv.State, inv.For = s, "D"
		next, err := inv.Cancel(CancelInvitationRequest{Invitation: id}, at)
		if verb == "use" {
			next, err = inv.accept(id, "li", secret, at)
		}
		return next.State.String(), err
	})
	compare(t, got, `
OPEN      cancel    home: CANCELLED          party: FORBIDDEN     stranger: FORBIDDEN
OPEN      use       home: FORBIDDEN          party: USED          stranger: FORBIDDEN
USED      cancel    home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
USED      use       home: WRONG_STATE        party: WRONG_STATE   stranger: WRONG_STATE
CANCELLED cancel    home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
CANCELLED use       home: WRONG_STATE        party: WRONG_STATE   stranger: WRONG_STATE`)
}

// TestConsentWalk: a consent for D and F, on its last day and after. D alone, D
// and F, F alone or nobody hold a share.
func TestConsentWalk(t *testing.T) {
	states := []ConsentState{ConsentActive, ConsentWithdrawn}
	verbs := []string{"share", "read", "withdraw", "share+1", "read+1", "none+1", "own+1", "both+1", "others+1"}
	got := walk(states, verbs, func(s ConsentState, verb string, at At) (string, error) {
		c := Consent{Member: "li", By: "G", Parties: []string{"D", "F"}, Until: 20600, State: s}
		verb, late := strings.CutSuffix(verb, "+1")
		if late {
			at.Date++
		}
		d, f := Share{Party: "D", Digest: account}, Share{Party: "F", Digest: account}
		switch verb {
		case "share", "read", "own", "withdraw":
			c.Shared = []Share{d}
		case "both":
			c.Shared = []Share{d, f}
		case "others":
			c.Shared = []Share{f}
		}
		switch verb {
		case "share":
			next, err := c.Share(ShareRequest{Consent: id, Party: "F", Digest: account}, true, at)
			return fmt.Sprintf("%s %d", next.State, len(next.Shared)), err
		case "read":
			share, err := c.MayRead(id, "D", at.Caller, at.Date)
			return share.Party, err
		}
		root := li()
		root.Consents = 1
		root, next, gone, err := Withdraw(root, c, WithdrawConsentRequest{Consent: id}, at)
		return fmt.Sprintf("%s %d%v", next.State, root.Consents, gone), err
	})
	compare(t, got, consentWalk)
}

// TestShareRefusals: each case breaks one rule more than the case below it.
func TestShareRefusals(t *testing.T) {
	ended := Consent{By: "G", Parties: []string{"D"}, Until: 20599, State: ConsentWithdrawn}
	late := with(ended, func(c *Consent) { c.State = ConsentActive })
	good := with(late, func(c *Consent) { c.Until, c.Shared = 20600, []Share{{Party: "D"}} })
	for _, c := range []struct {
		name    string
		consent Consent
		party   string
		peers   bool
		at      At
		want    fault.Code
	}{
		{"a stranger", ended, "F", false, other, fault.Forbidden},
		{"not in it before no peer", ended, "F", true, home, fault.Forbidden},
		{"no peer before withdrawn", ended, "D", false, home, fault.Forbidden},
		{"withdrawn before late", ended, "D", true, home, fault.WrongState},
		{"late", late, "D", true, home, fault.Expired},
		{"again", good, "D", true, home, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			next, err := c.consent.Share(ShareRequest{Consent: id, Party: c.party, Digest: account}, c.peers, c.at)
			wants(t, err, c.want)
			if err == nil && (len(next.Shared) != 1 || next.Shared[0].Digest.String() != account.String() ||
				c.consent.Shared[0].Digest != nil) {
				t.Errorf("%+v", next)
			}
		})
	}
}

func TestAgreeRefusals(t *testing.T) {
	full := with(li(), func(m *Member) { m.Consents = MaxConsents })
	for _, c := range []struct {
		name    string
		m       Member
		parties []string
		until   date.Date
		at      At
		want    fault.Code
	}{
		{"a stranger before the state", in(Erased), []string{"G"}, 1, other, fault.Forbidden},
		{"erased before itself", in(Erased), []string{"G"}, 1, home, fault.WrongState},
		{"itself before late", full, []string{"D", "G"}, 1, home, fault.Conflict},
		{"late before full", full, []string{"D"}, 20599, home, fault.Expired},
		{"full", full, []string{"D"}, 20600, home, fault.Limit},
		{"agreed", li(), []string{"D"}, 20600, home, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := ConsentRequest{Member: "li", Purpose: "x", Parties: c.parties, Until: c.until}
			next, consent, err := Agree(c.m, req, c.at)
			wants(t, err, c.want)
			if err == nil &&
				(next.Consents != 1 || consent.State != ConsentActive || consent.By != "G" || consent.Member != "li") {
				t.Errorf("%+v, %+v", next, consent)
			}
		})
	}
}

// TestAuthorisationWalk: every verb by the member's home, the acceptor D and a
// stranger.
func TestAuthorisationWalk(t *testing.T) {
	states := []AuthorisationState{AuthorisationWaiting, AuthorisationOpen, AuthorisationRevoked, AuthorisationUsed}
	got := walk(states, []string{"use", "no code", "give back", "revoke"},
		func(s AuthorisationState, verb string, at At) (string, error) {
			auth := authorised(s)
			next, err := auth, error(nil)
			switch verb {
			case "use":
				next, err = Use(auth, id, "li", at.Caller, secret, []Spend{{"DP", 1}}, at)
			case "no code":
				next, err = Use(auth, id, "li", at.Caller, nil, []Spend{{"DP", 1}}, at)
			case "give back":
				next = GiveBack(auth, []Spend{{"DP", 1}})
			case "revoke":
				next, err = auth.Revoke(li(), RevokeAuthorisationRequest{Authorisation: id}, at)
			}
			return next.State.String(), err
		})
	compare(t, got, authorisationWalk)
}

const (
	memberWalk = `
ACTIVE    link      home: ACTIVE             party: FORBIDDEN     stranger: FORBIDDEN
ACTIVE    invited   home: FORBIDDEN          party: ACTIVE        stranger: FORBIDDEN
ACTIVE    invite    home: ACTIVE             party: ACTIVE        stranger: FORBIDDEN
ACTIVE    merge     home: MERGED             party: FORBIDDEN     stranger: FORBIDDEN
ACTIVE    join      home: FORBIDDEN          party: ACTIVE        stranger: FORBIDDEN
ACTIVE    key       home: ACTIVE             party: FORBIDDEN     stranger: FORBIDDEN
ACTIVE    consent   home: ACTIVE             party: FORBIDDEN     stranger: FORBIDDEN
ACTIVE    erase     home: ERASED             party: FORBIDDEN     stranger: FORBIDDEN
ACTIVE    authorise home: ACTIVE             party: FORBIDDEN     stranger: FORBIDDEN
ACTIVE    signed    home: FORBIDDEN          party: ACTIVE        stranger: FORBIDDEN
ACTIVE    label     home: ACTIVE             party: ACTIVE        stranger: ACTIVE
MERGED    link      home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
MERGED    invited   home: WRONG_STATE        party: WRONG_STATE   stranger: WRONG_STATE
MERGED    invite    home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN
MERGED    merge     home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
MERGED    join      home: FORBIDDEN          party: WRONG_STATE   stranger: FORBIDDEN
MERGED    key       home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
MERGED    consent   home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
MERGED    erase     home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
MERGED    authorise home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
MERGED    signed    home: FORBIDDEN          party: WRONG_STATE   stranger: FORBIDDEN
MERGED    label     home: WRONG_STATE        party: WRONG_STATE   stranger: WRONG_STATE
ERASED    link      home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
ERASED    invited   home: WRONG_STATE        party: WRONG_STATE   stranger: WRONG_STATE
ERASED    invite    home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN
ERASED    merge     home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
ERASED    join      home: FORBIDDEN          party: WRONG_STATE   stranger: FORBIDDEN
ERASED    key       home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
ERASED    consent   home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
ERASED    erase     home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
ERASED    authorise home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
ERASED    signed    home: FORBIDDEN          party: WRONG_STATE   stranger: FORBIDDEN
ERASED    label     home: WRONG_STATE        party: WRONG_STATE   stranger: WRONG_STATE`

	consentWalk = `
ACTIVE    share     home: ACTIVE 2           party: FORBIDDEN     stranger: FORBIDDEN
ACTIVE    read      home: D                  party: D             stranger: FORBIDDEN
ACTIVE    withdraw  home: WITHDRAWN 0[D]     party: WRONG_STATE   stranger: FORBIDDEN
ACTIVE    share+1   home: EXPIRED            party: FORBIDDEN     stranger: FORBIDDEN
ACTIVE    read+1    home: EXPIRED            party: EXPIRED       stranger: FORBIDDEN
ACTIVE    none+1    home: WITHDRAWN 0[]      party: WITHDRAWN 0[] stranger: FORBIDDEN
ACTIVE    own+1     home: WITHDRAWN 0[D]     party: WITHDRAWN 0[D] stranger: FORBIDDEN
ACTIVE    both+1    home: WITHDRAWN 0[D F]   party: ACTIVE 1[D]   stranger: FORBIDDEN
ACTIVE    others+1  home: WITHDRAWN 0[F]     party: WRONG_STATE   stranger: FORBIDDEN
WITHDRAWN share     home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
WITHDRAWN read      home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN
WITHDRAWN withdraw  home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN
WITHDRAWN share+1   home: WRONG_STATE        party: FORBIDDEN     stranger: FORBIDDEN
WITHDRAWN read+1    home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN
WITHDRAWN none+1    home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN
WITHDRAWN own+1     home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN
WITHDRAWN both+1    home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN
WITHDRAWN others+1  home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN`

	authorisationWalk = `
WAITING   use       home: UNAUTHORISED       party: USED          stranger: UNAUTHORISED
WAITING   no code   home: UNAUTHORISED       party: WRONG_CODE    stranger: UNAUTHORISED
WAITING   give back home: WAITING            party: WAITING       stranger: WAITING
WAITING   revoke    home: REVOKED            party: REVOKED       stranger: FORBIDDEN
OPEN      use       home: UNAUTHORISED       party: OPEN          stranger: UNAUTHORISED
OPEN      no code   home: UNAUTHORISED       party: OPEN          stranger: UNAUTHORISED
OPEN      give back home: OPEN               party: OPEN          stranger: OPEN
OPEN      revoke    home: REVOKED            party: REVOKED       stranger: FORBIDDEN
REVOKED   use       home: UNAUTHORISED       party: WRONG_STATE   stranger: UNAUTHORISED
REVOKED   no code   home: UNAUTHORISED       party: WRONG_STATE   stranger: UNAUTHORISED
REVOKED   give back home: REVOKED            party: REVOKED       stranger: REVOKED
REVOKED   revoke    home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN
USED      use       home: UNAUTHORISED       party: WRONG_STATE   stranger: UNAUTHORISED
USED      no code   home: UNAUTHORISED       party: WRONG_STATE   stranger: UNAUTHORISED
USED      give back home: USED               party: USED          stranger: USED
USED      revoke    home: WRONG_STATE        party: WRONG_STATE   stranger: FORBIDDEN`
)
