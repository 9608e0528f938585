package member

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// AuthorisationState is where an authorisation stands.
type AuthorisationState uint8

// The states of an authorisation. Revoked and Used are final.
const (
	AuthorisationWaiting AuthorisationState = 1 + iota // for its one-time code
	AuthorisationOpen
	AuthorisationRevoked
	AuthorisationUsed // its code has served once
)

var authorisationStates = name.Words{"", "WAITING", "OPEN", "REVOKED", "USED"}

// MarshalJSON writes the state's name.
func (s AuthorisationState) MarshalJSON() ([]byte, error) {
	return authorisationStates.Marshal(uint8(s))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *AuthorisationState) UnmarshalJSON(data []byte) error {
	state, err := authorisationStates.Unmarshal(data)
	*s = AuthorisationState(state)
	return err
}

// ended says whether nothing more is spent under it, whatever the day.
func (s AuthorisationState) ended() bool { return s == AuthorisationRevoked || s == AuthorisationUsed }

// String is the state's name.
func (s AuthorisationState) String() string { return authorisationStates.Of(uint8(s)) }

// Authorisation is the member's consent that one acceptor spends so much of its
// points until then (积分认证). One that waits for the code that the member says at
// the counter serves one spend, with that code; what came back of it can't be spent
// under it again.
type Authorisation struct {
	_          struct{}           `cbor:",toarray"`
	Member     string             `json:"member"` // as it was when this was given
	Acceptor   string             `json:"acceptor"`
	Caps       []Cap              `json:"caps"`       // sorted by programme, 1 … 16
	Until      int64              `json:"until"`      // UTC seconds; from then on nothing more is spent
	Commitment code.Commitment    `json:"commitment"` // of its one-time code; none if it needs none
	State      AuthorisationState `json:"state"`
	By         string             `json:"by"` // home or acceptor
}

// Cap is how much of one programme may be spent. 0 ≤ used ≤ amount.
type Cap struct {
	_         struct{}     `cbor:",toarray"`
	Programme string       `json:"programme"`
	Amount    amount.Units `json:"amount"`
	Used      amount.Units `json:"used"` // less what was given back
}

// AuthoriseRequest records an authorisation: by the member's home, at the
// member's wish; or by the acceptor itself, with the member's own signature on
// Statement.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such member, acceptor or programme.
//  4. FORBIDDEN: the caller is neither the home nor, with a signature, the acceptor; or the party named is no acceptor.
//  5. WRONG_STATE: the member is merged or erased.
//  6. UNAUTHORISED: the member has no key, or didn't sign this.
//  7. CONFLICT: the statement was used before.
//  8. EXPIRED: until is past.
//  9. LIMIT: until is more than 366 days ahead.
type AuthoriseRequest struct {
	_        struct{} `cbor:",toarray"`
	Member   string   `json:"member"`
	Acceptor string   `json:"acceptor"`
	Caps     []Limit  `json:"caps"`  // sorted by programme, 1 … 16
	Until    int64    `json:"until"` // UTC seconds
	// of a one-time code, to serve once; "" to be open; none with a signature
	Commitment code.Commitment `json:"commitment"`
	Nonce      Nonce           `json:"nonce"`     // of the signed statement, or ""
	Signature  Signature       `json:"signature"` // of the member, or ""
}

// Limit asks for a cap.
type Limit struct {
	_         struct{}     `cbor:",toarray"`
	Programme string       `json:"programme"`
	Amount    amount.Units `json:"amount"` // 1 … 2⁵³−1
}

// Signed says whether the member itself has signed.
func (r AuthoriseRequest) Signed() bool { return len(r.Signature) > 0 }

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r AuthoriseRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if err := name.CheckID("acceptor", r.Acceptor); err != nil {
		return err
	}
	if err := r.checkProof(); err != nil {
		return err
	}
	if err := checkUntil(r.Until); err != nil {
		return err
	}
	return checkCaps(r.Caps)
}

func (r AuthoriseRequest) checkProof() error {
	if err := r.Commitment.Check(); err != nil {
		return err
	}
	if err := r.Nonce.Check(); err != nil {
		return err
	}
	if err := r.Signature.Check(); err != nil {
		return err
	}
	if (len(r.Nonce) > 0) != r.Signed() || r.Signed() && len(r.Commitment) > 0 {
		return fault.New(fault.BadRequest, "want a nonce and a signature, or a commitment, or none of them")
	}
	return nil
}

func checkCaps(caps []Limit) error {
	if n := len(caps); n < 1 || n > MaxCaps {
		return fault.New(fault.BadRequest, "caps: want 1 to %d", MaxCaps)
	}
	programmes := make([]string, len(caps))
	for i, c := range caps {
		programmes[i] = c.Programme
	}
	if err := checkSorted("caps", programmes); err != nil {
		return err
	}
	for _, c := range caps {
		if err := c.Amount.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Authorise makes the authorisation. acceptor says whether the party that it
// names is one, network is the charter's, and used says whether the statement
// was used before.
func Authorise(m Member, acceptor bool, network string, used bool, req AuthoriseRequest, at At) (Authorisation, error) {
	if err := req.mayAuthorise(m, acceptor, at.Caller); err != nil {
		return Authorisation{}, err
	}
	if err := m.requireActive(); err != nil {
		return Authorisation{}, err
	}
	if req.Signed() && !m.signed(network, req) {
		return Authorisation{}, fault.New(fault.Unauthorised, "this is not signed with the key of member %s", m.ID)
	}
	if req.Signed() && used {
		return Authorisation{}, fault.New(fault.Conflict, "member %s's statement was used before", m.ID)
	}
	if err := within(req.Until, at.Now, MaxAuthoriseSecs); err != nil {
		return Authorisation{}, err
	}
	auth := Authorisation{
		Member: m.ID, Acceptor: req.Acceptor, Until: req.Until, State: AuthorisationOpen, By: at.Caller,
	}
	if len(req.Commitment) > 0 {
		auth.Commitment, auth.State = req.Commitment, AuthorisationWaiting
	}
	for _, c := range req.Caps {
		auth.Caps = append(auth.Caps, Cap{Programme: c.Programme, Amount: c.Amount})
	}
	return auth, nil
}

func (r AuthoriseRequest) mayAuthorise(m Member, acceptor bool, caller string) error {
	switch {
	case r.Signed() && r.Acceptor != caller:
		return fault.New(fault.Forbidden, "the statement was signed for %s, not for %s", r.Acceptor, caller)
	case !r.Signed() && m.Home != caller:
		return fault.New(fault.Forbidden, "%s is not the home of member %s, and the member has not signed",
			caller, m.ID)
	case !acceptor:
		return fault.New(fault.Forbidden, "%s is not an acceptor", r.Acceptor)
	}
	return nil
}

// RevokeAuthorisationRequest ends an authorisation. The member's home and the
// acceptor may. What was spent stays spent.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE.
type RevokeAuthorisationRequest struct {
	_             struct{}       `cbor:",toarray"`
	Authorisation number.Command `json:"authorisation"`
	Reason        string         `json:"reason"` // a code such as member_asked
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RevokeAuthorisationRequest) Check() error {
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Authorisation.Check()
}

// Revoke ends the authorisation of a root.
func (a Authorisation) Revoke(root Member, req RevokeAuthorisationRequest, at At) (Authorisation, error) {
	if a.Acceptor != at.Caller {
		if err := root.requireHome(at.Caller); err != nil {
			return Authorisation{}, err
		}
	}
	if a.State.ended() {
		return Authorisation{}, fault.New(fault.WrongState, "authorisation %s is %s", req.Authorisation, a.State)
	}
	next := a
	next.State = AuthorisationRevoked
	return next, nil
}

// Spend is an amount of one programme that an acceptor takes or gives back.
type Spend struct {
	Programme string
	Amount    amount.Units
}

// Use lets the acceptor spend a member's points under an authorisation; both
// name the root. A WAITING one is USED after it, and needs its code; a code for one
// that is open is not looked at.
//
// Refused, first that applies: UNAUTHORISED (another member's, or for another
// acceptor), WRONG_STATE (revoked, or used), EXPIRED, WRONG_CODE, UNAUTHORISED (a
// programme that it doesn't cover, or more than is left).
func Use(auth Authorisation, id number.Command, member, acceptor string, cd code.Code, spends []Spend,
	at At) (Authorisation, error) {
	switch {
	case auth.Member != member:
		return Authorisation{}, fault.New(fault.Unauthorised, "authorisation %s is another member's", id)
	case auth.Acceptor != acceptor:
		return Authorisation{}, fault.New(fault.Unauthorised, "authorisation %s is not for %s", id, acceptor)
	case auth.State.ended():
		return Authorisation{}, fault.New(fault.WrongState, "authorisation %s is %s", id, auth.State)
	case at.Now >= auth.Until:
		return Authorisation{}, fault.New(fault.Expired, "authorisation %s has ended", id)
	case auth.State == AuthorisationWaiting && !cd.Opens(auth.Commitment):
		return Authorisation{}, fault.New(fault.WrongCode, "the code is not that of authorisation %s", id)
	}
	next := auth
	next.Caps = slices.Clone(auth.Caps)
	if auth.State == AuthorisationWaiting {
		next.State = AuthorisationUsed
	}
	for _, s := range spends {
		i, found := auth.findCap(s.Programme)
		if !found {
			return Authorisation{}, fault.New(fault.Unauthorised, "authorisation %s does not cover %s", id, s.Programme)
		}
		c := &next.Caps[i]
		if s.Amount > c.Amount-c.Used {
			return Authorisation{}, fault.New(fault.Unauthorised, "authorisation %s has %d of %s left, %d asked",
				id, int64(c.Amount-c.Used), s.Programme, int64(s.Amount))
		}
		c.Used += s.Amount
	}
	return next, nil
}

// GiveBack returns what was spent but came back, in any state and at any time.
// Used never falls under 0; what the authorisation doesn't cover is passed over.
func GiveBack(auth Authorisation, spends []Spend) Authorisation {
	next := auth
	next.Caps = slices.Clone(auth.Caps)
	for _, s := range spends {
		if i, found := auth.findCap(s.Programme); found {
			next.Caps[i].Used = max(0, next.Caps[i].Used-s.Amount)
		}
	}
	return next
}

func (a Authorisation) findCap(programme string) (int, bool) {
	return slices.BinarySearchFunc(a.Caps, programme, func(c Cap, p string) int { return cmp.Compare(c.Programme, p) })
}
