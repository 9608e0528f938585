package member

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// ConsentState is where a consent stands. That its last day has passed is derived.
type ConsentState uint8

// The states of a consent. Withdrawn is final.
const (
	ConsentActive ConsentState = 1 + iota
	ConsentWithdrawn
)

var consentStates = name.Words{"", "ACTIVE", "WITHDRAWN"}

// MarshalJSON writes the state's name.
func (s ConsentState) MarshalJSON() ([]byte, error) { return consentStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *ConsentState) UnmarshalJSON(data []byte) error {
	state, err := consentStates.Unmarshal(data)
	*s = ConsentState(state)
	return err
}

// String is the state's name.
func (s ConsentState) String() string { return consentStates.Of(uint8(s)) }

// Consent is the member's agreement that the home may show the member's profile
// to some parties for one purpose (授权同意).
type Consent struct {
	_       struct{}     `cbor:",toarray"`
	Member  string       `json:"member"`
	Purpose string       `json:"purpose"` // id
	By      string       `json:"by"`      // the home that asked for it
	Parties []string     `json:"parties"` // sorted; none is By
	Until   date.Date    `json:"until"`   // last day
	State   ConsentState `json:"state"`
	Shared  []Share      `json:"shared"` // sorted by party; empty once withdrawn
}

// Share says that a profile lies in the collection of the home and a party.
type Share struct {
	_      struct{}   `cbor:",toarray"`
	Party  string     `json:"party"`
	Digest codec.Hash `json:"digest"` // SHA-256 of the profile, whose salt makes it say nothing
}

// ConsentRequest records a consent. Only the member's home may.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. NOT_FOUND: there is no such member or party.
//  3. FORBIDDEN: the caller isn't the home.
//  4. WRONG_STATE: the member is merged or erased.
//  5. CONFLICT: the home, which has the data, is among the parties.
//  6. EXPIRED: its last day is past.
//  7. LIMIT: the member has 32 live consents.
type ConsentRequest struct {
	_       struct{}  `cbor:",toarray"`
	Member  string    `json:"member"`
	Purpose string    `json:"purpose"`
	Parties []string  `json:"parties"` // 1 … 16, sorted, each once
	Until   date.Date `json:"until"`   // last day
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ConsentRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if err := name.CheckID("purpose", r.Purpose); err != nil {
		return err
	}
	if n := len(r.Parties); n < 1 || n > MaxConsentParties {
		return fault.New(fault.BadRequest, "parties: want 1 to %d", MaxConsentParties)
	}
	if err := checkSorted("parties", r.Parties); err != nil {
		return err
	}
	return r.Until.Check()
}

// Agree makes the consent and counts it.
func Agree(m Member, req ConsentRequest, at At) (Member, Consent, error) {
	if err := m.requireHome(at.Caller); err != nil {
		return Member{}, Consent{}, err
	}
	if err := m.requireActive(); err != nil {
		return Member{}, Consent{}, err
	}
	if slices.Contains(req.Parties, m.Home) {
		return Member{}, Consent{}, fault.New(fault.Conflict, "%s is the home and needs no consent", m.Home)
	}
	if req.Until < at.Date {
		return Member{}, Consent{}, fault.New(fault.Expired, "the consent would have ended on %s", req.Until)
	}
	if m.Consents >= MaxConsents {
		return Member{}, Consent{}, fault.New(fault.Limit, "member %s has %d live consents", m.ID, MaxConsents)
	}
	next := m
	next.Consents++
	return next, Consent{
		Member: m.ID, Purpose: req.Purpose, By: at.Caller, Parties: req.Parties, Until: req.Until, State: ConsentActive,
		Shared: []Share{},
	}, nil
}

// Collection names the private data collection of two parties that run peers.
// Whoever sets collections up must refuse parties for whom two pairs would get
// one name ("A-B" with "C", and "A" with "B-C").
func Collection(a, b string) string { return "profiles-" + min(a, b) + "-" + max(a, b) }

// SealProfile is a profile as it is shared: SaltSize random bytes, then the
// profile. Its SHA-256 stands on the ledger, and without the salt anybody could
// try out what little a profile says.
func SealProfile(salt [SaltSize]byte, profile []byte) []byte {
	return slices.Concat(salt[:], profile)
}

// OpenProfile is what SealProfile was given. BAD_REQUEST if there is nothing.
func OpenProfile(sealed []byte) ([]byte, error) {
	if len(sealed) <= SaltSize {
		return nil, fault.New(fault.BadRequest, "profile: want %d random bytes and the profile", SaltSize)
	}
	return sealed[SaltSize:], nil
}

// CheckProfile refuses with BAD_REQUEST a sealed profile that is too short or
// too long, or whose SHA-256 isn't the digest.
func CheckProfile(sealed []byte, digest codec.Hash) error {
	if _, err := OpenProfile(sealed); err != nil {
		return err
	}
	if len(sealed) > MaxProfile {
		return fault.New(fault.BadRequest, "profile: want at most %d bytes", MaxProfile)
	}
	if sum := sha256.Sum256(sealed); !bytes.Equal(sum[:], digest) {
		return fault.New(fault.BadRequest, "profile: its SHA-256 is not the digest")
	}
	return nil
}

// ShareRequest shows the member's profile to one party of a consent. Only the
// home may. The profile travels as transient data, under the digest's digits,
// and is seen by the peers that endorse: ask the home's and the party's only. To
// share again replaces what was shared.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the consent, the party),
// FORBIDDEN (the caller isn't the home, the party isn't in the consent, or one of
// the two runs no peer), WRONG_STATE, EXPIRED. The whole transaction is refused
// with BAD_REQUEST if the profile is missing, malformed or not the digest's: a
// replay could not find that again.
type ShareRequest struct {
	_       struct{}       `cbor:",toarray"`
	Consent number.Command `json:"consent"`
	Party   string         `json:"party"`
	Digest  codec.Hash     `json:"digest"` // SHA-256 of the sealed profile
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ShareRequest) Check() error {
	if err := r.Consent.Check(); err != nil {
		return err
	}
	if err := name.CheckID("party", r.Party); err != nil {
		return err
	}
	return checkHash("digest", r.Digest)
}

// Share notes that the profile is shown. peers says whether home and party both
// run peers.
func (c Consent) Share(req ShareRequest, peers bool, at At) (Consent, error) {
	switch {
	case c.By != at.Caller:
		return Consent{}, fault.New(fault.Forbidden, "consent %s was not given to %s", req.Consent, at.Caller)
	case !slices.Contains(c.Parties, req.Party):
		return Consent{}, fault.New(fault.Forbidden, "%s is not in consent %s", req.Party, req.Consent)
	case !peers:
		return Consent{}, fault.New(fault.Forbidden,
			"%s and %s don't both run peers, so no collection can hold what they share", at.Caller, req.Party)
	}
	if err := c.inForce(req.Consent, at.Date); err != nil {
		return Consent{}, err
	}
	next := c
	next.Shared = slices.Clone(c.Shared)
	share := Share{Party: req.Party, Digest: req.Digest}
	i, found := c.findShare(req.Party)
	if found {
		next.Shared[i] = share
	} else {
		next.Shared = slices.Insert(next.Shared, i, share)
	}
	return next, nil
}

// inForce refuses with WRONG_STATE or EXPIRED a consent that has ended.
func (c Consent) inForce(id number.Command, today date.Date) error {
	if c.State != ConsentActive {
		return fault.New(fault.WrongState, "consent %s is %s", id, c.State)
	}
	if today > c.Until {
		return fault.New(fault.Expired, "consent %s ended on %s", id, c.Until)
	}
	return nil
}

func (c Consent) findShare(party string) (int, bool) {
	return slices.BinarySearchFunc(c.Shared, party, func(s Share, p string) int { return cmp.Compare(s.Party, p) })
}

// MayRead says which share a reader may see: a party its own, the home that of
// the party that it names. Refused, first that applies: FORBIDDEN, WRONG_STATE,
// EXPIRED, NOT_FOUND (nothing was shared with the party).
func (c Consent) MayRead(id number.Command, party, reader string, today date.Date) (Share, error) {
	if reader != c.By && (reader != party || !slices.Contains(c.Parties, reader)) {
		return Share{}, fault.New(fault.Forbidden, "%s may not read what consent %s shows %s", reader, id, party)
	}
	if err := c.inForce(id, today); err != nil {
		return Share{}, err
	}
	i, found := c.findShare(party)
	if !found {
		return Share{}, fault.New(fault.NotFound, "nothing was shared with %s under consent %s", party, id)
	}
	return c.Shared[i], nil
}

// WithdrawConsentRequest ends a consent and purges what was shared under it: the
// home at any time, all of it. After the last day each of its parties may purge
// what it holds itself, its peers' collection with the home being all that it
// can write; with the last share gone the consent is withdrawn.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN (the caller is
// neither the home nor in it), WRONG_STATE (it is withdrawn, its last day is
// still ahead for a party, or others hold shares and the party has none).
type WithdrawConsentRequest struct {
	_       struct{}       `cbor:",toarray"`
	Consent number.Command `json:"consent"`
	Reason  string         `json:"reason"` // a code such as member_asked
}

// Check refuses a malformed request with BAD_REQUEST.
func (r WithdrawConsentRequest) Check() error {
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Consent.Check()
}

// Withdraw ends a root's consent, or a party's part in it. It returns both as
// they then are, and the parties whose shares are to be purged.
func Withdraw(root Member, c Consent, req WithdrawConsentRequest, at At) (Member, Consent, []string, error) {
	refuse := func(err error) (Member, Consent, []string, error) { return Member{}, Consent{}, nil, err }
	home := c.By == at.Caller
	if !home && !slices.Contains(c.Parties, at.Caller) {
		return refuse(fault.New(fault.Forbidden, "%s is not in consent %s", at.Caller, req.Consent))
	}
	if c.State != ConsentActive {
		return refuse(fault.New(fault.WrongState, "consent %s is %s", req.Consent, c.State))
	}
	if home {
		ended, gone := c.end()
		return root.lessConsents(1), ended, gone, nil
	}
	if at.Date <= c.Until {
		return refuse(fault.New(fault.WrongState, "consent %s lasts until %s", req.Consent, c.Until))
	}
	i, holds := c.findShare(at.Caller)
	switch {
	case !holds && len(c.Shared) > 0:
		return refuse(fault.New(fault.WrongState, "%s holds nothing of consent %s, others do", at.Caller, req.Consent))
	case holds && len(c.Shared) > 1:
		next := c
		next.Shared = slices.Delete(slices.Clone(c.Shared), i, i+1)
		return root, next, []string{at.Caller}, nil
	}
	ended, gone := c.end()
	return root.lessConsents(1), ended, gone, nil
}

// end withdraws the consent and lists the parties whose shares are to be purged.
func (c Consent) end() (Consent, []string) {
	var gone []string
	for _, s := range c.Shared {
		gone = append(gone, s.Party)
	}
	c.State, c.Shared = ConsentWithdrawn, []Share{}
	return c, gone
}

func (m Member) lessConsents(n uint16) Member {
	m.Consents -= n
	return m
}
