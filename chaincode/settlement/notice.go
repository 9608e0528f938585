package settlement

import (
	"bytes"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Limits of a party's notice on one business date. Moving the date on reads the notices of all parties, so a party that
// changed its own without end would keep the date from moving.
const (
	MaxNotices = 32  // batches that change it
	MaxChanges = 256 // models that it agrees to or leaves
	MaxPayers  = 128 // parties of multilateral terms
)

// Notice is what one party gave notice of on a business date (预告): it takes effect when the date moves on. Only the
// party writes it, and only moving the date on and whoever agrees to what it proposes read it, so it disturbs nobody's
// daily business.
type Notice struct {
	_        struct{}       `cbor:",toarray"`
	Date     date.Date      `json:"date"`
	Batches  uint32         `json:"batches"`  // that changed it on that date
	Last     number.Command `json:"last"`     // command that changed it last
	Proposed []Model        `json:"proposed"` // in the order in which they were
	Changes  []Change       `json:"changes"`  // at most one of each model: the day's last word counts
	Asks     Policy         `json:"asks"`     // the operator, for how cycles are closed; 0 days: nothing
	Accepts  Policy         `json:"accepts"`  // the strictest policy that it accepts; 0 days: as before
	UpTo     date.Date      `json:"upTo"`     // date up to which it lets the business date move at once
}

// Change is what a party does about its consent to a model: it leaves all versions that bind it, then agrees to one.
type Change struct {
	_       struct{}   `cbor:",toarray"`
	By      string     `json:"by"`
	Model   string     `json:"model"`
	Leaves  bool       `json:"leaves"`
	Version uint32     `json:"version"` // 0: none
	Hash    codec.Hash `json:"hash"`    // of that version
}

// on is the notice of a business date: empty if it was given on another.
func (n Notice) on(today date.Date) Notice {
	if n.Date != today {
		return Notice{Date: today}
	}
	return n
}

// by is the notice as a command of the party left it. LIMIT.
func (n Notice) by(s Step) (Notice, error) {
	if n.Batches == 0 || n.Last.Lane != s.By.Lane || n.Last.Seq != s.By.Seq {
		if n.Batches >= MaxNotices {
			return Notice{}, fault.New(fault.Limit,
				"%s gave notice in %d batches on %s; wait for the next business date", s.Caller, MaxNotices, s.Today)
		}
		n.Batches++
	}
	n.Last = s.By
	return n, nil
}

// ProposeRequest proposes a version of a settlement model of the caller's. The caller
// agrees to it; it binds others as they agree. A party that the scope names must be
// the caller or the caller the operator.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN (it only audits, or it is neither named nor the
// operator), EXPIRED (it would take effect before tomorrow), LIMIT (too many of its versions bind somebody or are
// proposed, or too many batches of notices today).
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
	if err := t.checkPayers(); err != nil {
		return err
	}
	if t.Fee.Num > t.Fee.Den || t.Tax.Num > t.Tax.Den {
		return fault.New(fault.BadRequest, "a fee or a tax is at most all of it")
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
	if n := len(t.Payers); n < 2 || n > MaxPayers {
		return fault.New(fault.BadRequest, "payers: want the 2 to %d parties that accept being paid by each other",
			MaxPayers)
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

// Propose adds a version, which is the next after the newest in the book and the notice.
func (n Notice) Propose(b Book, req ProposeRequest, operator string, s Step) (Notice, error) {
	if s.Caller != operator && s.Caller != req.Scope.Issuer && s.Caller != req.Scope.Acceptor {
		return Notice{}, fault.New(fault.Forbidden, "%s is neither named by the scope nor the operator", s.Caller)
	}
	if req.From <= s.Today {
		return Notice{}, fault.New(fault.Expired, "a model takes effect tomorrow at the earliest, %s", s.Today+1)
	}
	n = n.on(s.Today)
	newest, _ := b.newest(s.Caller, req.Model)
	if i := n.newest(req.Model); i >= 0 {
		newest = n.Proposed[i]
	}
	n.Proposed = append(slices.Clone(n.Proposed), Model{
		By: s.Caller, ID: req.Model, Version: newest.Version + 1, Scope: req.Scope, Terms: req.Terms, From: req.From,
	})
	if err := mayPropose(slices.Concat(b.by(s.Caller), n.Proposed), s.Caller == operator); err != nil {
		return Notice{}, err
	}
	return n.by(s)
}

// mayPropose refuses with LIMIT more models of one party than its share of the book.
func mayPropose(list []Model, operator bool) error {
	most, bytes, size := MaxProposed, MaxProposedBytes, 0
	if operator {
		most, bytes = MaxByOperator, MaxByOperator*MaxProposedBytes/MaxProposed
	}
	for _, m := range list {
		m.Agreed = nil
		size += len(codec.Encode(m))
	}
	if len(list) > most || size > bytes {
		return fault.New(fault.Limit,
			"one party can have %d models, of %d bytes; versions that bind nobody leave the book", most, bytes)
	}
	return nil
}

// newest is the place of the newest version that is proposed of a model, -1 if there is none.
func (n Notice) newest(id string) int {
	for i := len(n.Proposed) - 1; i >= 0; i-- {
		if n.Proposed[i].ID == id {
			return i
		}
	}
	return -1
}

// AgreeRequest binds the caller by the newest version of a model, from its first
// day, or from tomorrow if that is later. Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND (it isn't the newest version), CONFLICT (that version
// says something else, or binds the caller already), LIMIT (too many changes, or batches of notices, today).
type AgreeRequest struct {
	_       struct{}   `cbor:",toarray"`
	By      string     `json:"by"` // who proposed it
	Model   string     `json:"model"`
	Version uint32     `json:"version"`
	Hash    codec.Hash `json:"hash"` // Model.Hash of what was read: nothing else is agreed to unseen
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AgreeRequest) Check() error {
	if r.Version < 1 || len(r.Hash) != 32 {
		return fault.New(fault.BadRequest, "want a version from 1 on, and the 32 bytes of its hash")
	}
	return LeaveRequest{By: r.By, Model: r.Model}.Check()
}

// Agree notes that the caller agrees. The proposer's notice holds what isn't in the book yet.
func (n Notice) Agree(b Book, proposer Notice, req AgreeRequest, s Step) (Notice, error) {
	newest, found := b.newest(req.By, req.Model)
	if i := proposer.newest(req.Model); proposer.Date == s.Today && i >= 0 {
		newest, found = proposer.Proposed[i], true
	}
	if !found || newest.Version != req.Version {
		return Notice{}, fault.New(fault.NotFound, "version %d is not the newest of model %s of %s's",
			req.Version, req.Model, req.By)
	}
	if !bytes.Equal(newest.Hash(), req.Hash) {
		return Notice{}, fault.New(fault.Conflict, "version %d of model %s of %s's says something else: read it again",
			req.Version, req.Model, req.By)
	}
	n = n.on(s.Today)
	c, i := n.change(req.By, req.Model)
	if bytes.Equal(c.Hash, req.Hash) || newest.binds(s.Caller) && !c.Leaves ||
		newest.Number == 0 && req.By == s.Caller {
		return Notice{}, fault.New(fault.Conflict, "%s has agreed to model %s of %s's", s.Caller, req.Model, req.By)
	}
	c.Version, c.Hash = req.Version, req.Hash
	return n.with(c, i, s)
}

// LeaveRequest ends the caller's consent to all versions of a model, with the end of
// today; what it proposed or agreed to today is as if it hadn't, whatever became of the proposal: agreed to is a hash,
// which the proposer may take back and propose again. What was settled stays so.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (it is bound by none, and neither proposed nor agreed to one
// today), LIMIT (too many changes, or batches of notices, today).
type LeaveRequest struct {
	_     struct{} `cbor:",toarray"`
	By    string   `json:"by"` // who proposed it
	Model string   `json:"model"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r LeaveRequest) Check() error {
	if err := name.CheckID("by", r.By); err != nil {
		return err
	}
	return name.CheckID("model", r.Model)
}

// Leave notes that the caller leaves a model.
func (n Notice) Leave(b Book, req LeaveRequest, s Step) (Notice, error) {
	n = n.on(s.Today)
	c, i := n.change(req.By, req.Model)
	bound := b.bound(s.Caller, req.By, req.Model) && !c.Leaves
	withdraws := req.By == s.Caller && n.newest(req.Model) >= 0
	if !bound && c.Version == 0 && !withdraws {
		return Notice{}, fault.New(fault.NotFound, "%s is bound by no model %s of %s's", s.Caller, req.Model, req.By)
	}
	if withdraws {
		n.Proposed = slices.DeleteFunc(slices.Clone(n.Proposed), func(m Model) bool { return m.ID == req.Model })
	}
	c.Leaves, c.Version, c.Hash = c.Leaves || bound, 0, nil
	return n.with(c, i, s)
}

// change is what the notice changes about a model, with its place, -1 if it is nothing yet.
func (n Notice) change(by, id string) (Change, int) {
	for i, c := range n.Changes {
		if c.By == by && c.Model == id {
			return c, i
		}
	}
	return Change{By: by, Model: id}, -1
}

// with is the notice with a change in its place; one that changes nothing is left out. LIMIT.
func (n Notice) with(c Change, at int, s Step) (Notice, error) {
	n.Changes = slices.Clone(n.Changes)
	if at >= 0 {
		n.Changes = slices.Delete(n.Changes, at, at+1)
	}
	if !c.Leaves && c.Version == 0 {
		return n.by(s)
	}
	if len(n.Changes) >= MaxChanges {
		return Notice{}, fault.New(fault.Limit, "the notice is of %d models; wait for the next business date",
			MaxChanges)
	}
	n.Changes = append(n.Changes, c)
	return n.by(s)
}

// Ask notes how the operator wants cycles to be closed.
func (n Notice) Ask(req SetPolicyRequest, s Step) (Notice, error) {
	n = n.on(s.Today)
	n.Asks = req.Policy
	return n.by(s)
}

// Accept notes which policy the caller accepts.
func (n Notice) Accept(req AcceptPolicyRequest, s Step) (Notice, error) {
	n = n.on(s.Today)
	n.Accepts = req.Policy
	return n.by(s)
}
