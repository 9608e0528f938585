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
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the benefit), FORBIDDEN,
// WRONG_STATE (it isn't open; it costs points and this is no gift), EXPIRED (its
// last day has passed), BAD_REQUEST (a commitment is missing or not wanted);
// then, grant by grant, NOT_FOUND (the member), INELIGIBLE, LIMIT (the member's);
// then QUOTA.
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
	Witness    string          `json:"witness"`    // "" or the party whose evidence activates it
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
	for _, g := range r.Grants {
		if err := name.CheckID("member", g.Member); err != nil {
			return err
		}
		if err := g.Commitment.Check(); err != nil {
			return err
		}
		if err := name.CheckOptional([2]string{"witness", g.Witness}, [2]string{"reference", g.Reference}); err != nil {
			return err
		}
	}
	return nil
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
	if g.Witness != "" {
		e.State, e.Witness = Granted, g.Witness
	}
	return e, nil
}

func (m Model) checkCommitment(c code.Commitment) error {
	if m.Code != (len(c) > 0) {
		return fault.New(fault.BadRequest, "benefit %s: want a commitment if its write-offs need a code, and none if not", m.ID)
	}
	return nil
}

// BuyRequest sells an entitlement for points, which stay in it until they are
// written off or given back. Only the provider may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (the benefit),
// FORBIDDEN, WRONG_STATE (it isn't open, or costs no points), EXPIRED (its last
// day has passed), BAD_REQUEST (a commitment is missing or not wanted), NOT_FOUND
// (the member), WRONG_STATE (it was erased), INELIGIBLE, LIMIT (the member's),
// NOT_FOUND (a lot), BAD_REQUEST (the pieces are not exactly what it costs); then
// UNAUTHORISED … WRONG_CODE as for a hold; then what a hold of the pieces would be
// refused with; then QUOTA.
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
			return fault.New(fault.BadRequest, "benefit %s costs %d points of %s, the pieces are %d", m.ID, int64(c.Amount), c.Programme, int64(sums[c.Programme]))
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
// its witness may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE,
// EXPIRED.
type ActivateRequest struct {
	_           struct{}   `cbor:",toarray"`
	Entitlement number.Row `json:"entitlement"`
	Evidence    codec.Hash `json:"evidence"` // SHA-256 of a document that the witness keeps
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
	if e.Witness != at.Caller {
		return Entitlement{}, fault.New(fault.Forbidden, "%s is not the witness of %s", at.Caller, req.Entitlement)
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
