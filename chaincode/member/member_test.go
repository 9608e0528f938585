package member

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// The setting of the tests: home G, another party D, now 1000 on day 20600.
var (
	home    = At{Caller: "G", Number: number.Command{Party: "G", Lane: 1, Seq: 9}, Now: 1000, Date: 20600}
	other   = At{Caller: "D", Number: number.Command{Party: "D", Lane: 1, Seq: 9}, Now: 1000, Date: 20600}
	id      = number.Command{Party: "G", Lane: 1, Seq: 1}
	secret  = code.Code("0123456789abcdef")
	wrong   = code.Code("0123456789abcdeF")
	private = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	public  = Key(private.Public().(ed25519.PublicKey))
	account = AccountCommitment(make([]byte, 32), "D", "app", "c-1")
)

func li() Member { return Member{ID: "li", Home: "G", State: Active, Key: public, Accounts: 1} }

func with[T any](row T, change func(*T)) T { change(&row); return row }

func in(state State) Member {
	m := li()
	if m.State = state; state == Merged {
		m.Into = "li2"
	}
	return m
}

func open() Invitation {
	return Invitation{
		Member: "li", By: "G", For: "D", Commitment: code.Commit(secret), Until: 2000, State: InvitationOpen,
	}
}

// wants compares a refusal's code.
func wants(t *testing.T, err error, want fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != want {
		t.Errorf("got %v, want %q", err, want)
	}
}

type checked interface{ Check() error }

// TestChecks spoils a good request of each type in one way a line.
func TestChecks(t *testing.T) {
	enrol := EnrolRequest{Member: "li", Channel: "app", Account: account, Key: public}
	link := LinkRequest{Member: "li", Channel: "app", Account: account, Invitation: id, Code: secret}
	unlink := UnlinkRequest{Member: "li", Party: "D", Channel: "app", Account: account, Reason: "x"}
	invite := InviteRequest{
		Member: "li", Channel: "app", Account: account, For: "D", Commitment: code.Commit(secret), Until: 2000,
	}
	merge := MergeRequest{From: "li", Into: "zhang", Invitation: id, Code: secret}
	consent := ConsentRequest{Member: "li", Purpose: "insurance", Parties: []string{"D", "F"}, Until: 20700}
	share := ShareRequest{Consent: id, Party: "D", Digest: account}
	erase := EraseRequest{Member: "li", Accounts: []AccountID{{Party: "D", Channel: "app", Account: account},
		{Party: "D", Channel: "shop", Account: account}}, Consents: []number.Command{id}, Reason: "x"}
	authorise := AuthoriseRequest{
		Member: "li", Acceptor: "D", Caps: []Limit{{Programme: "DP", Amount: 1}, {Programme: "GP", Amount: 1}},
		Until: 2000,
	}
	signed := with(authorise, func(r *AuthoriseRequest) { r.Nonce, r.Signature = make(Nonce, 16), make(Signature, 64) })
	for name, req := range map[string]checked{
		"enrol": enrol, "enrol, no account": EnrolRequest{Member: "li"}, "link": link,
		"link by the home": LinkRequest{Member: "li", Channel: "app", Account: account}, "unlink": unlink,
		"invite": invite,
		"invite by the home": InviteRequest{
			Member: "li", For: "D", Commitment: code.Commit(secret), Until: 2000,
		}, "cancel": CancelInvitationRequest{Invitation: id},
		"merge": merge, "key": SetKeyRequest{Member: "li", Key: public}, "no key": SetKeyRequest{Member: "li"},
		"consent": consent, "share": share,
		"withdraw": WithdrawConsentRequest{
			Consent: id, Reason: "x",
		}, "erase": erase, "erase, nothing": EraseRequest{Member: "li", Reason: "x"},
		"label":     LabelRequest{Member: "li", Label: "vip", Until: 20700},
		"label off": LabelRequest{Member: "li", Label: "vip", Remove: true},
		"authorise": authorise, "signed": signed, "revoke": RevokeAuthorisationRequest{Authorisation: id, Reason: "x"},
	} {
		if err := req.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := func(name string, req checked, want fault.Code) {
		if err := req.Check(); fault.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	long := slices.Repeat([]AccountID{{Party: "D", Channel: "app", Account: account}}, MaxAccounts+1)
	for name, req := range map[string]checked{
		"enrol: no member":         with(enrol, func(r *EnrolRequest) { r.Member = "" }),
		"enrol: a name":            with(enrol, func(r *EnrolRequest) { r.Member = "Zhang Wei" }),
		"enrol: channel alone":     with(enrol, func(r *EnrolRequest) { r.Account = nil }),
		"enrol: account alone":     with(enrol, func(r *EnrolRequest) { r.Channel = "" }),
		"enrol: short account":     with(enrol, func(r *EnrolRequest) { r.Account = account[1:] }),
		"enrol: short key":         with(enrol, func(r *EnrolRequest) { r.Key = public[1:] }),
		"link: no account":         with(link, func(r *LinkRequest) { r.Account = nil }),
		"link: no code":            with(link, func(r *LinkRequest) { r.Code = nil }),
		"link: short code":         with(link, func(r *LinkRequest) { r.Code = secret[1:] }),
		"link: code alone":         with(link, func(r *LinkRequest) { r.Invitation = number.Command{} }),
		"link: no such number":     with(link, func(r *LinkRequest) { r.Invitation.Seq = 0 }),
		"unlink: no reason":        with(unlink, func(r *UnlinkRequest) { r.Reason = "" }),
		"unlink: no party":         with(unlink, func(r *UnlinkRequest) { r.Party = "" }),
		"invite: no commitment":    with(invite, func(r *InviteRequest) { r.Commitment = nil }),
		"invite: short commitment": with(invite, func(r *InviteRequest) { r.Commitment = r.Commitment[1:] }),
		"invite: for a dot":        with(invite, func(r *InviteRequest) { r.For = "D.1" }),
		"invite: channel alone":    with(invite, func(r *InviteRequest) { r.Account = nil }),
		"invite: until never":      with(invite, func(r *InviteRequest) { r.Until = 0 }),
		"cancel: no number":        CancelInvitationRequest{},
		"merge: itself":            with(merge, func(r *MergeRequest) { r.Into = "li" }),
		"merge: no invitation":     with(merge, func(r *MergeRequest) { r.Invitation = number.Command{} }),
		"merge: no code":           with(merge, func(r *MergeRequest) { r.Code = nil }),
		"key: short":               SetKeyRequest{Member: "li", Key: public[1:]},
		"consent: nobody":          with(consent, func(r *ConsentRequest) { r.Parties = nil }),
		"consent: too many": with(consent,
			func(r *ConsentRequest) { r.Parties = make([]string, MaxConsentParties+1) }),
		"consent: twice":      with(consent, func(r *ConsentRequest) { r.Parties = []string{"D", "D"} }),
		"consent: no purpose": with(consent, func(r *ConsentRequest) { r.Purpose = "" }),
		"consent: no day":     with(consent, func(r *ConsentRequest) { r.Until = 0 }),
		"share: no digest":    with(share, func(r *ShareRequest) { r.Digest = nil }),
		"share: no party":     with(share, func(r *ShareRequest) { r.Party = "" }),
		"withdraw: no reason": WithdrawConsentRequest{Consent: id},
		"erase: unsorted": with(erase,
			func(r *EraseRequest) { r.Accounts = []AccountID{r.Accounts[1], r.Accounts[0]} }),
		"erase: an account twice": with(erase,
			func(r *EraseRequest) { r.Accounts = []AccountID{r.Accounts[0], r.Accounts[0]} }),
		"erase: a consent twice": with(erase, func(r *EraseRequest) { r.Consents = []number.Command{id, id} }),
		"erase: too many":        with(erase, func(r *EraseRequest) { r.Accounts = long }),
		"label: until and off":   LabelRequest{Member: "li", Label: "vip", Until: 20700, Remove: true},
		"label: a colon":         LabelRequest{Member: "li", Label: "D:vip"},
		"authorise: no caps":     with(authorise, func(r *AuthoriseRequest) { r.Caps = nil }),
		"authorise: a programme twice": with(authorise,
			func(r *AuthoriseRequest) { r.Caps = []Limit{r.Caps[0], r.Caps[0]} }),
		"authorise: nothing of it": with(authorise,
			func(r *AuthoriseRequest) { r.Caps = []Limit{{Programme: "DP"}} }),
		"authorise: nonce alone":     with(signed, func(r *AuthoriseRequest) { r.Signature = nil }),
		"authorise: signature alone": with(signed, func(r *AuthoriseRequest) { r.Nonce = nil }),
		"authorise: short nonce":     with(signed, func(r *AuthoriseRequest) { r.Nonce = r.Nonce[1:] }),
		"authorise: code and signed": with(signed, func(r *AuthoriseRequest) { r.Commitment = code.Commit(secret) }),
		"revoke: no number":          RevokeAuthorisationRequest{Reason: "x"},
	} {
		bad(name, req, fault.BadRequest)
	}
	bad("authorise: too much",
		with(authorise, func(r *AuthoriseRequest) { r.Caps = []Limit{{Programme: "DP", Amount: amount.Max + 1}} }),
		fault.Limit)
}

// Linking: each case breaks one rule more than the case below it, and the
// earlier rule answers.
func TestLink(t *testing.T) {
	inv := with(open(), func(i *Invitation) { i.For = "D" })
	full := with(li(), func(m *Member) { m.Accounts = MaxAccounts })
	for _, c := range []struct {
		name  string
		m     Member
		inv   *Invitation
		code  code.Code
		taken bool
		at    At
		want  fault.Code
	}{
		{"no invitation, not the home, before the state", in(Merged), nil, nil, true, other, fault.Forbidden},
		{"the home, merged", in(Merged), nil, nil, true, home, fault.WrongState},
		{"the home, erased", in(Erased), nil, nil, true, home, fault.WrongState},
		{"erased before a used invitation", in(Erased), &Invitation{State: InvitationUsed}, wrong, true, other,
			fault.WrongState},
		{"used before late", full, &Invitation{State: InvitationUsed, Until: 1, For: "F"}, wrong, true, other,
			fault.WrongState},
		{"cancelled", full, &Invitation{State: InvitationCancelled, Until: 1, For: "F"}, wrong, true, other,
			fault.WrongState},
		{"late before another's", full, &Invitation{State: InvitationOpen, Until: 1000, For: "F"}, wrong, true, other,
			fault.Expired},
		{"another's before the code", full, &Invitation{State: InvitationOpen, Until: 1001, For: "F"}, wrong, true,
			other, fault.Forbidden},
		{"the home's is no exception", full, &inv, secret, true, home, fault.Forbidden},
		{"the code before the member", with(full, func(m *Member) { m.ID = "x" }), &inv, wrong, true, other,
			fault.WrongCode},
		{"the member before taken", with(full, func(m *Member) { m.ID = "x" }), &inv, secret, true, other,
			fault.Unauthorised},
		{"taken before full", full, &inv, secret, true, other, fault.Conflict},
		{"full", full, &inv, secret, false, other, fault.Limit},
		{"full, the home", full, nil, nil, false, home, fault.Limit},
		{"invited", li(), &inv, secret, false, other, ""},
		{"invited as nobody", li(),
			&Invitation{Member: "li", Commitment: code.Commit(secret), Until: 1001, State: InvitationOpen}, secret,
			false, other, fault.Forbidden},
		{"the home", li(), nil, nil, false, home, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			next, used, err := Link(c.m, c.inv, c.taken, LinkRequest{Member: c.m.ID, Invitation: id, Code: c.code},
				c.at)
			wants(t, err, c.want)
			if err == nil &&
				(next.Accounts != 2 || (used == nil) != (c.inv == nil) || used != nil && used.State != InvitationUsed) {
				t.Errorf("%+v, %+v", next, used)
			}
		})
	}
}

func TestInvite(t *testing.T) {
	for _, c := range []struct {
		name   string
		m      Member
		proven bool
		until  int64
		at     At
		want   fault.Code
	}{
		{"a stranger before the state", in(Erased), false, 1, other, fault.Forbidden},
		{"erased before late", in(Erased), true, 1, other, fault.WrongState},
		{"merged", in(Merged), false, 1, home, fault.WrongState},
		{"late", li(), false, 1000, home, fault.Expired},
		{"too far", li(), true, 1001 + MaxInvitationSecs, other, fault.Limit},
		{"a week", li(), true, 1000 + MaxInvitationSecs, other, ""},
		{"the home", li(), false, 1001, home, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Invite(c.m, c.proven,
				InviteRequest{Member: "li", For: "F", Commitment: code.Commit(secret), Until: c.until}, c.at)
			wants(t, err, c.want)
			if err == nil &&
				(got.Member != "li" || got.By != c.at.Caller || got.For != "F" || got.State != InvitationOpen) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	from := Member{ID: "wang", Home: "D", State: Active, Key: public, Accounts: 2, Depth: 1}
	deep := with(from, func(m *Member) { m.Depth = MaxDepth })
	agreed := with(deep, func(m *Member) { m.Consents = 1 })
	mine := with(li(), func(m *Member) { m.Home = "D" })
	inv := open()
	for _, c := range []struct {
		name       string
		from, into Member
		inv        Invitation
		code       code.Code
		frozen     bool
		at         At
		want       fault.Code
	}{
		{"not the home before the state", with(deep, func(m *Member) { m.State = Merged }), in(Erased), inv, wrong,
			true, home, fault.Forbidden},
		{"from is merged", with(deep, func(m *Member) { m.State = Merged }), li(), inv, wrong, true, other,
			fault.WrongState},
		{"from is erased", with(deep, func(m *Member) { m.State = Erased }), li(), inv, wrong, true, other,
			fault.WrongState},
		{"into is erased", deep, in(Erased), inv, wrong, true, other, fault.WrongState},
		{"into is merged", deep, in(Merged), inv, wrong, true, other, fault.WrongState},
		{"consents would change their home", agreed, li(), inv, wrong, true, other, fault.WrongState},
		{"an ended invitation before frozen", deep, li(), with(inv, func(i *Invitation) { i.Until = 1000 }), secret,
			true, other, fault.Expired},
		{"a wrong code before frozen", deep, li(), inv, wrong, true, other, fault.WrongCode},
		{"of another member", deep, li(), with(inv, func(i *Invitation) { i.Member = "chen" }), secret, true, other,
			fault.Unauthorised},
		{"frozen before too deep", deep, li(), inv, secret, true, other, fault.Frozen},
		{"too deep", deep, li(), inv, secret, false, other, fault.Limit},
		{"too many accounts", from, with(li(), func(m *Member) { m.Accounts = MaxAccounts - 1 }), inv, secret, false,
			other, fault.Limit},
		{"too many consents", with(from, func(m *Member) { m.Consents = 1 }),
			with(mine, func(m *Member) { m.Consents = MaxConsents }), inv, secret, false, other, fault.Limit},
		{"joined", from, li(), inv, secret, false, other, ""},
		{"as deep as may be", with(from, func(m *Member) { m.Depth = MaxDepth - 1 }), li(), inv, secret, false, other,
			""},
		{"consents stay with their home", with(from, func(m *Member) { m.Consents = 1 }), mine, inv, secret, false,
			other, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.frozen {
				c.into.Freezes = []Freeze{{By: "G"}}
			}
			ended, root, used, err := Merge(c.from, c.into, c.inv,
				MergeRequest{From: "wang", Into: "li", Invitation: id, Code: c.code}, c.at)
			wants(t, err, c.want)
			if err != nil {
				return
			}
			if ended.State != Merged || ended.Into != "li" || ended.Key != nil ||
				ended.Accounts+ended.Consents != 0 || used.State != InvitationUsed {
				t.Errorf("%+v, %+v", ended, used)
			}
			if root.Depth != max(c.into.Depth, c.from.Depth+1) || root.Accounts != 3 ||
				root.Consents != c.from.Consents {
				t.Errorf("%+v", root)
			}
		})
	}
}

// What hangs on a long chain doesn't grow when a short one is merged.
func TestMergeKeepsTheLongerChain(t *testing.T) {
	into := with(li(), func(m *Member) { m.Depth = 3 })
	_, root, _, err := Merge(Member{ID: "wang", Home: "D", State: Active}, into, open(),
		MergeRequest{From: "wang", Into: "li", Invitation: id, Code: secret}, other)
	if err != nil || root.Depth != 3 {
		t.Errorf("%+v, %v", root, err)
	}
}

func TestErase(t *testing.T) {
	m := with(li(), func(m *Member) { m.Consents = 2 })
	linked, unlinked := Account{Member: "old", State: Linked}, Account{Member: "li", State: Unlinked}
	agreed := Consent{
		Member: "li", By: "G", Parties: []string{"D", "F"}, State: ConsentActive,
		Shared: []Share{{Party: "D"}, {Party: "F"}},
	}
	bare := Consent{Member: "li", By: "G", Parties: []string{"D"}, State: ConsentActive}
	second := with(id, func(n *number.Command) { n.Seq = 2 })
	type accounts = []Held[Account]
	type consents = []Held[Consent]
	all := consents{{agreed, "li"}, {bare, "li"}}
	for _, c := range []struct {
		name     string
		m        Member
		accounts accounts
		consents consents
		at       At
		want     fault.Code
	}{
		{"a stranger before the state", in(Erased), nil, nil, other, fault.Forbidden},
		{"erased before the lists", in(Erased), nil, nil, home, fault.WrongState},
		{"merged", in(Merged), nil, nil, home, fault.WrongState},
		{"an account too few", m, nil, all, home, fault.Conflict},
		{"an account too many", m, accounts{{linked, "li"}, {linked, "li"}}, all, home, fault.Conflict},
		{"an ended account", m, accounts{{unlinked, "li"}}, all, home, fault.Conflict},
		{"another's account", m, accounts{{linked, "zhang"}}, all, home, fault.Conflict},
		{"a consent too few", m, accounts{{linked, "li"}}, all[:1], home, fault.Conflict},
		{"a withdrawn consent", m, accounts{{linked, "li"}}, consents{all[0], {Consent{State: ConsentWithdrawn}, "li"}},
			home, fault.Conflict},
		{"another's consent", m, accounts{{linked, "li"}}, consents{all[0], {bare, "zhang"}}, home, fault.Conflict},
		{"all of it", m, accounts{{linked, "li"}}, all, home, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			left, err := Erase(c.m, c.accounts, c.consents,
				EraseRequest{Member: "li", Consents: []number.Command{id, second}}, c.at)
			wants(t, err, c.want)
			if err != nil {
				return
			}
			if left.Member.State != Erased || left.Member.Key != nil || left.Member.Accounts+left.Member.Consents != 0 {
				t.Errorf("%+v", left.Member)
			}
			if left.Accounts[0].State != Unlinked || left.Consents[0].State != ConsentWithdrawn ||
				len(left.Consents[0].Shared) != 0 || left.Consents[1].State != ConsentWithdrawn {
				t.Errorf("%+v", left)
			}
			if !slices.Equal(left.Purge, []Purged{{id, "D"}, {id, "F"}}) || len(agreed.Shared) != 2 {
				t.Errorf("%+v", left.Purge)
			}
		})
	}
}

func TestLabels(t *testing.T) {
	full := Labels{}
	for i := range MaxLabels {
		full.List = append(full.List, Label{ID: string(rune('a'+i/26)) + string(rune('a'+i%26)), Until: 20600})
	}
	few := Labels{List: []Label{{ID: "beta"}, {ID: "old", Until: 20599}, {ID: "vip", Until: 20600}}}
	for _, c := range []struct {
		name   string
		labels Labels
		m      Member
		req    LabelRequest
		want   fault.Code
		facts  []string
	}{
		{"a merged member before until", full, in(Merged), LabelRequest{Label: "zz", Until: 20599}, fault.WrongState,
			nil},
		{"an erased member", few, in(Erased), LabelRequest{Label: "zz"}, fault.WrongState, nil},
		{"until before full", full, li(), LabelRequest{Label: "zz", Until: 20599}, fault.Expired, nil},
		{"full", full, li(), LabelRequest{Label: "zz", Until: 20600}, fault.Limit, nil},
		{"off that isn't on", few, in(Erased), LabelRequest{Label: "zz", Remove: true}, fault.NotFound, nil},
		{"off", few, in(Erased), LabelRequest{Label: "vip", Remove: true}, "", []string{"D:beta"}},
		{"on", few, li(), LabelRequest{Label: "car", Until: 20600}, "", []string{"D:beta", "D:car", "D:vip"}},
		{"on again, for ever", few, li(), LabelRequest{Label: "vip"}, "", []string{"D:beta", "D:vip"}},
		{"the ended gives room", with(full, func(l *Labels) { l.List = slices.Clone(l.List); l.List[3].Until = 20599 }),
			li(), LabelRequest{Label: "ad"}, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			next, err := c.labels.Change(c.m, c.req, other)
			wants(t, err, c.want)
			if err == nil && c.facts != nil && !slices.Equal(next.Facts("D", 20600), c.facts) {
				t.Errorf("%v", next.Facts("D", 20600))
			}
			if !slices.IsSortedFunc(next.List, func(a, b Label) int {
				return bytes.Compare([]byte(a.ID), []byte(b.ID))
			}) || len(next.List) > MaxLabels {
				t.Errorf("%+v", next)
			}
		})
	}
}

func signedRequest(network string) AuthoriseRequest {
	req := AuthoriseRequest{
		Member: "li", Acceptor: "D", Caps: []Limit{{Programme: "DP", Amount: 10}, {Programme: "GP", Amount: 20}},
		Until: 2000, Nonce: make(Nonce, 16),
	}
	req.Signature = ed25519.Sign(private, Statement(network, req))
	return req
}

func TestAuthorise(t *testing.T) {
	plain := with(signedRequest("net"), func(r *AuthoriseRequest) { r.Nonce, r.Signature = nil, nil })
	coded := with(plain, func(r *AuthoriseRequest) { r.Commitment = code.Commit(secret) })
	signed := signedRequest("net")
	elsewhere := signedRequest("other")
	for _, c := range []struct {
		name     string
		m        Member
		acceptor bool
		used     bool
		req      AuthoriseRequest
		at       At
		want     fault.Code
	}{
		{"a stranger before no acceptor", in(Erased), false, true, plain, other, fault.Forbidden},
		{"the home with a signature for D", in(Erased), true, true, signed, home, fault.Forbidden},
		{"no acceptor before the state", in(Erased), false, true, plain, home, fault.Forbidden},
		{"erased before the signature", in(Erased), true, true, elsewhere, other, fault.WrongState},
		{"merged", in(Merged), true, false, plain, home, fault.WrongState},
		{"another network before used", li(), true, true, elsewhere, other, fault.Unauthorised},
		{"no key", with(li(), func(m *Member) { m.Key = nil }), true, true, signed, other, fault.Unauthorised},
		{"another member", with(li(), func(m *Member) { m.Key = Key(bytes.Repeat([]byte{9}, 32)) }), true, true, signed,
			other, fault.Unauthorised},
		{"more than was signed", li(), true, false,
			with(signed, func(r *AuthoriseRequest) { r.Caps = slices.Clone(r.Caps); r.Caps[1].Amount++ }), other,
			fault.Unauthorised},
		{"longer than was signed", li(), true, false, with(signed, func(r *AuthoriseRequest) { r.Until++ }), other,
			fault.Unauthorised},
		{"another nonce", li(), true, false,
			with(signed, func(r *AuthoriseRequest) { r.Nonce = bytes.Repeat([]byte{1}, 16) }), other,
			fault.Unauthorised},
		{"used before late", li(), true, true, signed, with(other, func(a *At) { a.Now = 2000 }), fault.Conflict},
		{"late", li(), true, false, signed, with(other, func(a *At) { a.Now = 2000 }), fault.Expired},
		{"too far", li(), true, false, with(plain, func(r *AuthoriseRequest) { r.Until = 1001 + MaxAuthoriseSecs }),
			home, fault.Limit},
		{"a leap year", li(), true, false, with(plain, func(r *AuthoriseRequest) { r.Until = 1000 + MaxAuthoriseSecs }),
			home, ""},
		{"by the home", li(), true, false, plain, home, ""},
		{"by the home, with a code", li(), true, false, coded, home, ""},
		{"by the member", li(), true, false, signed, other, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Authorise(c.m, c.acceptor, "net", c.used, c.req, c.at)
			wants(t, err, c.want)
			want := AuthorisationOpen
			if len(c.req.Commitment) > 0 {
				want = AuthorisationWaiting
			}
			if err == nil && (got.State != want || got.By != c.at.Caller || len(got.Caps) != 2 ||
				got.Caps[1] != Cap{Programme: "GP", Amount: 20}) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// The statement's text is part of the protocol: members' phones sign it.
func TestStatement(t *testing.T) {
	want := "tallystick authorisation v1\nnetwork: net\nmember: li\nacceptor: D\ncap: DP 10\ncap: GP 20\nuntil: 2000\nnonce: 00000000000000000000000000000000\n"
	if got := string(Statement("net", signedRequest("net"))); got != want {
		t.Errorf("%s", got)
	}
}

func authorised(state AuthorisationState) Authorisation {
	return Authorisation{
		Member: "li", Acceptor: "D", Caps: []Cap{{Programme: "DP", Amount: 10, Used: 4}, {Programme: "GP", Amount: 20}},
		Until: 2000, Commitment: code.Commit(secret), State: state, By: "G",
	}
}

func TestUse(t *testing.T) {
	ends := func(a Authorisation) Authorisation { a.Until = 1000; return a }
	spend := func(programme string, n amount.Units) []Spend { return []Spend{{programme, n}} }
	waiting, opened, revoked := authorised(AuthorisationWaiting), authorised(AuthorisationOpen),
		authorised(AuthorisationRevoked)
	for _, c := range []struct {
		name             string
		auth             Authorisation
		member, acceptor string
		code             code.Code
		spends           []Spend
		want             fault.Code
		used             amount.Units // of DP
	}{
		{"another member before revoked", ends(revoked), "zhang", "D", wrong, spend("XP", 99), fault.Unauthorised, 0},
		{"another acceptor before revoked", ends(revoked), "li", "F", wrong, spend("XP", 99), fault.Unauthorised, 0},
		{"revoked before late", ends(revoked), "li", "D", wrong, spend("XP", 99), fault.WrongState, 0},
		{"late before the code", ends(waiting), "li", "D", wrong, spend("XP", 99), fault.Expired, 0},
		{"the code before the cap", waiting, "li", "D", wrong, spend("XP", 99), fault.WrongCode, 0},
		{"no code before the cap", waiting, "li", "D", nil, spend("XP", 99), fault.WrongCode, 0},
		{"another programme", opened, "li", "D", nil, spend("XP", 1), fault.Unauthorised, 0},
		{"over the cap", opened, "li", "D", nil, spend("DP", 7), fault.Unauthorised, 0},
		{"over the cap together", opened, "li", "D", nil, []Spend{{"DP", 3}, {"GP", 1}, {"DP", 4}}, fault.Unauthorised,
			0},
		{"the rest of the cap", opened, "li", "D", nil, []Spend{{"DP", 3}, {"GP", 20}, {"DP", 3}}, "", 10},
		{"its code serves", waiting, "li", "D", secret, spend("DP", 1), "", 5},
		{"an open one needs none", opened, "li", "D", wrong, spend("DP", 1), "", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			next, err := Use(c.auth, id, c.member, c.acceptor, c.code, c.spends, other)
			wants(t, err, c.want)
			served := AuthorisationOpen
			if c.auth.State == AuthorisationWaiting {
				served = AuthorisationUsed
			}
			if err == nil && (next.State != served || next.Caps[0].Used != c.used) {
				t.Errorf("%+v", next)
			}
			if c.auth.Caps[0].Used != 4 || c.auth.Caps[1].Used != 0 {
				t.Error("the row that was read has changed")
			}
		})
	}
}

func TestGiveBack(t *testing.T) {
	for state := AuthorisationWaiting; state <= AuthorisationRevoked; state++ {
		before := authorised(state)
		next := GiveBack(before, []Spend{{"DP", 3}, {"GP", 1}, {"XP", 1}})
		if next.Caps[0].Used != 1 || next.Caps[1].Used != 0 || next.State != state || before.Caps[0].Used != 4 {
			t.Errorf("%+v", next)
		}
	}
}

// A commitment says nothing without its salt, and nothing of one channel in another.
func TestAccountCommitment(t *testing.T) {
	salt := bytes.Repeat([]byte{3}, SaltSize)
	base := AccountCommitment(salt, "D", "app", "c-1")
	for _, c := range [][]byte{AccountCommitment(salt[1:], "D", "app", "c-1"),
		AccountCommitment(salt, "F", "app", "c-1"),
		AccountCommitment(salt, "D", "shop", "c-1"), AccountCommitment(salt, "D", "app", "c-2")} {
		if bytes.Equal(base, c) {
			t.Error("two accounts have one commitment")
		}
	}
	if !bytes.Equal(base, AccountCommitment(salt, "D", "app", "c-1")) {
		t.Error("it can't be found again")
	}
}

func TestProfile(t *testing.T) {
	sealed := SealProfile([SaltSize]byte{1}, []byte("tier=gold"))
	digest := codec.Hash(sum(sealed))
	for name, c := range map[string]struct {
		sealed []byte
		want   fault.Code
	}{
		"its own":    {sealed, ""},
		"changed":    {append(bytes.Clone(sealed[:len(sealed)-1]), 'x'), fault.BadRequest},
		"nothing":    {nil, fault.BadRequest},
		"salt alone": {sealed[:SaltSize], fault.BadRequest},
		"too long":   {make([]byte, MaxProfile+1), fault.BadRequest},
	} {
		err := CheckProfile(c.sealed, digest)
		if fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if profile, err := OpenProfile(sealed); err != nil || string(profile) != "tier=gold" {
		t.Errorf("%s, %v", profile, err)
	}
	if Collection("G", "D") != "profiles-D-G" || Collection("D", "G") != "profiles-D-G" {
		t.Error(Collection("G", "D"))
	}
}

// Rows read back from JSON and CBOR as they were.
func TestRowsReadBack(t *testing.T) {
	m := with(li(), func(m *Member) { m.Number = id })
	var back Member
	if err := codec.Decode(codec.Encode(m), &back); err != nil || !bytes.Equal(codec.Encode(back), codec.Encode(m)) {
		t.Errorf("%+v, %v", back, err)
	}
	data, _ := json.Marshal(m)
	if err := codec.DecodeJSON(data, &back); err != nil || !bytes.Equal(codec.Encode(back), codec.Encode(m)) {
		t.Errorf("%s, %v", data, err)
	}
	for _, bad := range []string{`{"key":"zz"}`, `{"key":7}`, `{"state":"GONE"}`, `{"state":1}`} {
		if codec.DecodeJSON([]byte(bad), &back) == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
