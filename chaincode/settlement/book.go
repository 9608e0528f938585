package settlement

import (
	"slices"
	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// ProposeRequest puts a version of a settlement model into the book. The caller
// agrees to it; it binds others as they agree. A party that the scope names must be
// the caller or the caller the operator.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN (it only audits, it is neither named nor the
// operator, or a version of another's model), EXPIRED (it would take effect before
// tomorrow), LIMIT (the book is full, or the caller has proposed too many).
type ProposeRequest struct {
	_     struct{}  `cbor:",toarray"`
	Model string    `json:"model"`
	Scope Scope     `json:"scope"`
	Terms Terms     `json:"terms"`
	From  date.Date `json:"from"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r ProposeRequest) Check() error {
	if err := name.CheckID("model", r.Model); err != nil {
		return err
	}
	if err := name.CheckOptional([2]string{"issuer", r.Scope.Issuer}, [2]string{"acceptor", r.Scope.Acceptor},
		[2]string{"scene", r.Scope.Scene}, [2]string{"programme", r.Scope.Programme}); err != nil {
		return err
	}
	if r.Scope.Issuer != "" && r.Scope.Issuer == r.Scope.Acceptor {
		return fault.New(fault.BadRequest, "scope: nobody owes itself")
	}
	if err := r.Terms.check(); err != nil {
		return err
	}
	return r.From.Check()
}

func (t Terms) check() error {
	for _, rate := range []amount.Rate{t.Price, t.Fee, t.Tax} {
		if rate.Num == 0 && rate.Den == 0 {
			continue
		}
		if err := rate.CheckFine(); err != nil {
			return err
		}
	}
	if t.Fee.Num > t.Fee.Den || t.Tax.Num > t.Tax.Den {
		return fault.New(fault.BadRequest, "a fee or a tax is at most all of it")
	}
	if err := t.checkPayers(); err != nil {
		return err
	}
	if t.Payer > IssuerPays {
		return fault.New(fault.BadRequest, "payer: want acceptor or issuer")
	}
	if t.Delay < 0 || t.Delay > MaxDelay {
		return fault.New(fault.BadRequest, "delay: want 0 to %d days", MaxDelay)
	}
	return t.Cap.CheckOptional()
}

// checkPayers refuses multilateral terms that don't name who accepts being paid by whom: nobody has to take as a
// payer a party that it never agreed to.
func (t Terms) checkPayers() error {
	if !t.Multilateral {
		if len(t.Payers) > 0 {
			return fault.New(fault.BadRequest, "payers: only multilateral terms name them")
		}
		return nil
	}
	if n := len(t.Payers); n < 2 || n > MaxConsents {
		return fault.New(fault.BadRequest, "payers: want the 2 to %d parties that accept being paid by each other", MaxConsents)
	}
	for i, id := range t.Payers {
		if err := name.CheckID("payers", id); err != nil {
			return err
		}
		if i > 0 && t.Payers[i-1] >= id {
			return fault.New(fault.BadRequest, "payers: want them sorted, each once")
		}
	}
	return nil
}

// AgreeRequest binds the caller by the newest version of a model, from its first
// day, or from tomorrow if that is later. Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT (it is bound by it), LIMIT.
type AgreeRequest struct {
	_       struct{} `cbor:",toarray"`
	Model   string   `json:"model"`
	Version uint32   `json:"version"` // that was read: another that was proposed meanwhile is not agreed to unseen
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AgreeRequest) Check() error {
	if r.Version < 1 {
		return fault.New(fault.BadRequest, "version: want 1 or more")
	}
	return name.CheckID("model", r.Model)
}

// LeaveRequest ends the caller's consent to all versions of a model, with the end of
// today. What was settled by them stays so.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (it is bound by none).
type LeaveRequest struct {
	_     struct{} `cbor:",toarray"`
	Model string   `json:"model"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r LeaveRequest) Check() error { return name.CheckID("model", r.Model) }

// SetPolicyRequest changes how cycles are closed. Only the operator may; it counts for
// cut-offs after it.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN.
type SetPolicyRequest struct {
	_      struct{} `cbor:",toarray"`
	Policy Policy   `json:"policy"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r SetPolicyRequest) Check() error {
	p := r.Policy
	if p.SignDays < 0 || p.SignDays > MaxNoticeDay || p.AnswerDays < 0 || p.AnswerDays > MaxNoticeDay || p.Silence > Consent {
		return fault.New(fault.BadRequest, "policy: want 0 to %d days, and carry or consent", MaxNoticeDay)
	}
	return nil
}

// Propose puts a version in the book.
func (b Book) Propose(req ProposeRequest, caller, operator string, today date.Date) (Book, error) {
	if caller != operator && caller != req.Scope.Issuer && caller != req.Scope.Acceptor {
		return Book{}, fault.New(fault.Forbidden, "%s is neither named by the scope nor the operator", caller)
	}
	version := uint32(1)
	if i := b.newest(req.Model); i >= 0 {
		if b.Models[i].By != caller {
			return Book{}, fault.New(fault.Forbidden, "model %s is %s's", req.Model, b.Models[i].By)
		}
		version = b.Models[i].Version + 1
	}
	if req.From <= today {
		return Book{}, fault.New(fault.Expired, "a model takes effect tomorrow at the earliest, %s", today+1)
	}
	if len(b.Models) >= MaxModels {
		return Book{}, fault.New(fault.Limit, "the book has %d models", MaxModels)
	}
	if caller != operator && b.proposed(caller) >= MaxProposed {
		return Book{}, fault.New(fault.Limit, "%s has proposed %d models", caller, MaxProposed)
	}
	b.Models = append(slices.Clone(b.Models), Model{ID: req.Model, Version: version, By: caller, Scope: req.Scope, Terms: req.Terms, From: req.From,
		Agreed: []Bond{{Party: caller, Since: req.From}}})
	return b, nil
}

// proposed is how many versions are a party's.
func (b Book) proposed(party string) (n int) {
	for _, m := range b.Models {
		if m.By == party {
			n++
		}
	}
	return n
}

// newest is the place of a model's newest version, -1 if there is none.
func (b Book) newest(id string) int {
	for i := len(b.Models) - 1; i >= 0; i-- {
		if b.Models[i].ID == id {
			return i
		}
	}
	return -1
}

// Agree binds the caller by a model's newest version.
func (b Book) Agree(req AgreeRequest, caller string, today date.Date) (Book, error) {
	i := b.newest(req.Model)
	if i < 0 || b.Models[i].Version != req.Version {
		return Book{}, fault.New(fault.NotFound, "version %d is not the newest of model %s", req.Version, req.Model)
	}
	m := b.Models[i]
	if j := m.bond(caller); j >= 0 && m.Agreed[j].Until == 0 {
		return Book{}, fault.New(fault.Conflict, "%s has agreed to model %s", caller, req.Model)
	}
	if len(m.Agreed) >= MaxConsents {
		return Book{}, fault.New(fault.Limit, "model %s binds %d parties", req.Model, MaxConsents)
	}
	m.Agreed = append(slices.Clone(m.Agreed), Bond{Party: caller, Since: max(m.From, today+1)})
	return b.with(i, m), nil
}

// Leave ends the caller's consent to a model.
func (b Book) Leave(req LeaveRequest, caller string, today date.Date) (Book, error) {
	left := false
	for i, m := range b.Models {
		j := m.bond(caller)
		if m.ID != req.Model || j < 0 || m.Agreed[j].Until != 0 {
			continue
		}
		m.Agreed = slices.Clone(m.Agreed)
		m.Agreed[j].Until = max(today, m.Agreed[j].Since-1)
		b, left = b.with(i, m), true
	}
	if !left {
		return Book{}, fault.New(fault.NotFound, "%s is bound by no model %s", caller, req.Model)
	}
	return b, nil
}

// bond is the place of a party's last bond, -1 if there is none.
func (m Model) bond(party string) int {
	for j := len(m.Agreed) - 1; j >= 0; j-- {
		if m.Agreed[j].Party == party {
			return j
		}
	}
	return -1
}

func (b Book) with(i int, m Model) Book {
	b.Models = slices.Clone(b.Models)
	b.Models[i] = m
	return b
}
