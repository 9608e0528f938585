package benefit

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// GrantRequest grants 1 to 100 entitlements without points; all or none. The
// provider and the model's grantors may; a grantor then owes the provider the
// price of every use.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. NOT_FOUND: there is no such benefit.
//  3. FORBIDDEN: the caller is neither the provider nor a grantor.
//  4. WRONG_STATE: the benefit isn't open, or it costs points and this is no gift.
//  5. EXPIRED: the benefit's last day has passed.
//  6. BAD_REQUEST: a commitment is missing, or given where none is needed.
//
// Then, grant by grant:
//
//  7. NOT_FOUND: there is no such member.
//  8. INELIGIBLE: the member isn't in the benefit's audience.
//  9. LIMIT: the member has had as many as it may have.
//
// Then:
//
//  10. QUOTA: the benefit's quota is used up.
type GrantRequest struct {
	_       struct{} `cbor:",toarray"`
	Benefit string   `json:"benefit"`
	Gift    bool     `json:"gift"` // give what others pay points for
	Grants  []Grant  `json:"grants"`
}

// Grant is one entitlement that a grant asks for.
type Grant struct {
	_          struct{}        `cbor:",toarray"`
	Member     string          `json:"member"`
	Activator  string          `json:"activator"`  // "" or the party whose evidence activates it
	Commitment code.Commitment `json:"commitment"` // of the first code; "" if the model needs none
	Reference  string          `json:"reference"`  // what for, or ""
}

// Check refuses a malformed request with BAD_REQUEST.
func (r GrantRequest) Check() error {
	if err := name.CheckID("benefit", r.Benefit); err != nil {
		return err
	}
	if len(r.Grants) < 1 || len(r.Grants) > MaxGrants {
		return fault.New(fault.BadRequest, "grants: want 1 to %d", MaxGrants)
	}
	for i, g := range r.Grants {
		if err := g.check(); err != nil {
			return fault.At("grants", i, err)
		}
	}
	return nil
}

func (g Grant) check() error {
	if err := name.CheckID("member", g.Member); err != nil {
		return err
	}
	if err := g.Commitment.Check(); err != nil {
		return err
	}
	return name.CheckOptional([2]string{"activator", g.Activator}, [2]string{"reference", g.Reference})
}

// GrantAll makes the entitlements of a request, in its order. The members are
// as the request names them.
func GrantAll(m Model, req GrantRequest, at At) ([]Entitlement, error) {
	if m.Provider != at.Caller && !slices.Contains(m.Grantors, at.Caller) {
		return nil, fault.New(fault.Forbidden, "%s may not grant benefit %s", at.Caller, m.ID)
	}
	if !m.Open {
		return nil, fault.New(fault.WrongState, "benefit %s is not open", m.ID)
	}
	if len(m.Points) > 0 && !req.Gift {
		return nil, fault.New(fault.WrongState, "benefit %s costs points: sell it, or say that it is a gift", m.ID)
	}
	made := make([]Entitlement, len(req.Grants))
	for i, g := range req.Grants {
		e, err := m.begin(g, at)
		if err != nil {
			return nil, err
		}
		made[i] = e
	}
	return made, nil
}

// GrantFor makes one entitlement whose uses several parties pay for together, 1 to
// 16, whatever it costs others in points. Refused as a grant by the provider is.
func GrantFor(m Model, g Grant, funders []Funder, at At) (Entitlement, error) {
	made, err := GrantAll(m, GrantRequest{Benefit: m.ID, Gift: true, Grants: []Grant{g}}, at)
	if err != nil {
		return Entitlement{}, err
	}
	if len(funders) < 1 || len(funders) > MaxFunders {
		return Entitlement{}, fault.New(fault.BadRequest, "funders: want 1 to %d", MaxFunders)
	}
	made[0].Funders = funders
	return made[0], nil
}

// begin makes one entitlement, unpaid. EXPIRED, then BAD_REQUEST for a
// commitment that is missing or not wanted.
func (m Model) begin(g Grant, at At) (Entitlement, error) {
	until, err := m.last(at.Date)
	if err != nil {
		return Entitlement{}, err
	}
	if err := m.checkCommitment(g.Commitment); err != nil {
		return Entitlement{}, err
	}
	e := Entitlement{
		Benefit: m.ID, Member: g.Member, State: Active, By: at.Caller, Uses: m.Uses, Until: until,
		Commitment: g.Commitment, Pieces: spend.Line{}, Reference: g.Reference, Funders: []Funder{}, Drawn: m.Quota > 0,
	}
	if g.Activator != "" {
		e.State, e.Activator = Granted, g.Activator
	}
	return e, nil
}

func (m Model) checkCommitment(c code.Commitment) error {
	if m.Code != (len(c) > 0) {
		return fault.New(fault.BadRequest,
			"benefit %s: want a commitment if its write-offs need a code, and none if not", m.ID)
	}
	return nil
}

// BuyRequest sells an entitlement for points, which stay in it until they are
// written off or given back. Only the provider may.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such benefit.
//  4. FORBIDDEN: the caller isn't the provider.
//  5. WRONG_STATE: the benefit isn't open, or costs no points.
//  6. EXPIRED: the benefit's last day has passed.
//  7. BAD_REQUEST: a commitment is missing, or given where none is needed.
//  8. NOT_FOUND: there is no such member.
//  9. WRONG_STATE: the member was erased.
//  10. INELIGIBLE: the member isn't in the benefit's audience.
//  11. LIMIT: the member has had as many as it may have.
//  12. NOT_FOUND: there is no such lot.
//  13. BAD_REQUEST: the pieces aren't exactly what the benefit costs.
//
// Then, of the authorisation, unless the caller is the member's home:
//
//  14. UNAUTHORISED: the request names none.
//  15. NOT_FOUND: there is none of that number.
//  16. UNAUTHORISED: it is another member's, or for another acceptor.
//  17. WRONG_STATE: it is revoked or used.
//  18. EXPIRED: it has ended.
//  19. WRONG_CODE: the one-time code is wrong or missing.
//  20. UNAUTHORISED: it doesn't cover a programme, or less of it is left.
//
// Then, lot by lot:
//
//  21. FORBIDDEN: the lot isn't the member's.
//  22. WRONG_STATE: the lot isn't ACTIVE.
//  23. EXPIRED: the lot's last day has passed.
//  24. INSUFFICIENT: less is left in the lot.
//
// Then:
//
//  25. FROZEN: the operator or an issuer of the points has frozen the member's wallet.
//  26. WRONG_ORDER: a lot stands before one that expires earlier, or isn't drained before the next.
//  27. DAILY_CAP: the member would spend more today than the programme allows.
//  28. NET_DEBIT_CAP: a funder would come to owe more in this cycle than its cap.
//  29. QUOTA: the benefit's quota is used up.
type BuyRequest struct {
	_             struct{}        `cbor:",toarray"`
	Benefit       string          `json:"benefit"`
	Member        string          `json:"member"`
	Pieces        []spend.Take    `json:"pieces"`        // earliest expiry first, each programme for itself
	Authorisation number.Command  `json:"authorisation"` // the member's consent, or ""
	Code          code.Code       `json:"code"`          // that opens it, or ""
	Commitment    code.Commitment `json:"commitment"`    // of the first write-off's code; "" if the model needs none
	Reference     string          `json:"reference"`     // what for, or ""
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r BuyRequest) Check() error {
	for _, id := range [][2]string{{"benefit", r.Benefit}, {"member", r.Member}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	if !r.Authorisation.IsZero() {
		if err := r.Authorisation.Check(); err != nil {
			return err
		}
	}
	if err := r.Code.Check(); err != nil {
		return err
	}
	if err := r.Commitment.Check(); err != nil {
		return err
	}
	if err := name.CheckOptional([2]string{"reference", r.Reference}); err != nil {
		return err
	}
	return spend.Check(r.Pieces, 1, MaxPieces)
}

// Buy makes the entitlement of a request, not yet paid: see Pay.
func Buy(m Model, req BuyRequest, at At) (Entitlement, error) {
	if err := m.require(at.Caller); err != nil {
		return Entitlement{}, err
	}
	if !m.Open {
		return Entitlement{}, fault.New(fault.WrongState, "benefit %s is not open", m.ID)
	}
	if len(m.Points) == 0 {
		return Entitlement{}, fault.New(fault.WrongState, "benefit %s costs no points", m.ID)
	}
	return m.begin(Grant{Member: req.Member, Commitment: req.Commitment, Reference: req.Reference}, at)
}

// CheckCost refuses with BAD_REQUEST payments that are not exactly what an
// entitlement costs. programmes[i] is the programme of pieces[i].
func (m Model) CheckCost(pieces []spend.Take, programmes []string) error {
	sums := make(map[string]amount.Units, len(m.Points))
	for i, p := range pieces {
		sums[programmes[i]] += p.Amount // the request's sum is checked
	}
	for _, c := range m.Points {
		if sums[c.Programme] != c.Amount {
			return fault.New(fault.BadRequest, "benefit %s costs %d points of %s, the pieces are %d",
				m.ID, int64(c.Amount), c.Programme, int64(sums[c.Programme]))
		}
	}
	if len(sums) != len(m.Points) {
		return fault.New(fault.BadRequest, "benefit %s does not cost points of all the pieces' programmes", m.ID)
	}
	return nil
}

// Pay puts the points that paid into an entitlement.
func (e Entitlement) Pay(pieces spend.Line) Entitlement {
	e.Pieces = pieces
	return e
}

// ActivateRequest gives the evidence that a granted entitlement waits for. Only
// its activator may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE,
// EXPIRED.
type ActivateRequest struct {
	_           struct{}   `cbor:",toarray"`
	Entitlement number.Row `json:"entitlement"`
	Evidence    codec.Hash `json:"evidence"` // SHA-256 of a document that the activator keeps
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ActivateRequest) Check() error {
	if len(r.Evidence) != 32 {
		return fault.New(fault.BadRequest, "evidence: want the 32 bytes of a SHA-256")
	}
	return r.Entitlement.Check()
}

// Activate makes a granted entitlement usable.
func Activate(e Entitlement, req ActivateRequest, at At) (Entitlement, error) {
	if e.Activator != at.Caller {
		return Entitlement{}, fault.New(fault.Forbidden, "%s is not the activator of %s", at.Caller, req.Entitlement)
	}
	if err := e.requireState(Granted, req.Entitlement, at.Now); err != nil {
		return Entitlement{}, err
	}
	if err := e.requireValid(req.Entitlement, at.Date); err != nil {
		return Entitlement{}, err
	}
	next := e
	next.State, next.Evidence = Active, req.Evidence
	return next, nil
}
