package points

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Programme is a unit of points (积分计划). Its issuer owes what they are worth.
type Programme struct {
	_      struct{}    `cbor:",toarray"`
	ID     string      `json:"id"`
	Issuer string      `json:"issuer"` // party that owes
	En     string      `json:"en"`
	Zh     string      `json:"zh"`
	Price  amount.Rate `json:"price"` // settlement price, fen a point; never changes
	Rules  Rules       `json:"rules"`

	State   ProgrammeState `json:"state"`
	StateBy string         `json:"stateBy"` // party that set the state, "" for its opening
	Reason  string         `json:"reason"`  // why it did, or ""

	Changed date.Date `json:"changed"` // business date on which its issuer changed it last, 0 for never
	Changes uint8     `json:"changes"` // how often on that date
}

// OpenProgrammeRequest asks to open a programme in the caller's own name.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN (the caller is no
// issuer), CONFLICT (the id is taken).
type OpenProgrammeRequest struct {
	_         struct{}    `cbor:",toarray"`
	Programme string      `json:"programme"`
	En        string      `json:"en"`
	Zh        string      `json:"zh"`
	Price     amount.Rate `json:"price"` // fen a point, > 0
	Rules     Rules       `json:"rules"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r OpenProgrammeRequest) Check() error {
	if err := name.CheckID("programme", r.Programme); err != nil {
		return err
	}
	if err := name.CheckText("en", r.En); err != nil {
		return err
	}
	if err := name.CheckText("zh", r.Zh); err != nil {
		return err
	}
	if err := r.Price.CheckFine(); err != nil {
		return err
	}
	if r.Price.Num == 0 {
		return fault.New(fault.BadRequest, "price: want more than 0 fen a point")
	}
	return r.Rules.Check()
}

// OpenProgramme makes the caller the issuer of a new programme.
func OpenProgramme(req OpenProgrammeRequest, at At) Programme {
	return Programme{
		ID: req.Programme, Issuer: at.Caller, En: name.Fold(req.En), Zh: name.Fold(req.Zh), Price: req.Price,
		Rules: req.Rules.folded(),
	}
}

// SetRulesRequest replaces a programme's rules, for what happens from now on.
// Only its issuer may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND, FORBIDDEN, LIMIT (too often today).
type SetRulesRequest struct {
	_         struct{} `cbor:",toarray"`
	Programme string   `json:"programme"`
	Rules     Rules    `json:"rules"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r SetRulesRequest) Check() error {
	if err := name.CheckID("programme", r.Programme); err != nil {
		return err
	}
	return r.Rules.Check()
}

// SetRules replaces the rules.
func SetRules(programme Programme, req SetRulesRequest, at At) (Programme, error) {
	if err := programme.RequireIssuer(at.Caller); err != nil {
		return Programme{}, err
	}
	programme.Rules = req.Rules.folded()
	return programme.onceMore(at)
}

// onceMore counts a change by the issuer. LIMIT above MaxChanges on a business date: every hold, capture and refund of
// the programme's points reads its row, and an issuer that wrote it in every block would keep all of them from landing.
func (p Programme) onceMore(at At) (Programme, error) {
	if p.Changed != at.Date {
		p.Changed, p.Changes = at.Date, 0
	}
	if p.Changes >= MaxChanges {
		return Programme{}, fault.New(fault.Limit,
			"%s was changed %d times on %s; change it again when the business date has moved", p.ID, p.Changes, at.Date)
	}
	p.Changes++
	return p, nil
}

// RequireIssuer refuses with FORBIDDEN everyone but the programme's issuer.
func (p Programme) RequireIssuer(caller string) error {
	if p.Issuer != caller {
		return fault.New(fault.Forbidden, "%s is not the issuer of %s", caller, p.ID)
	}
	return nil
}

// Value is what points are worth between parties, in fen, half to even.
func (p Programme) Value(units amount.Units) (amount.Units, error) {
	return p.Price.Of(units, amount.HalfEven)
}
