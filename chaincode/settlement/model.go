package settlement

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Limits of the book of settlement models.
const (
	MaxModels    = 1024 // versions in the book: none ever leaves it
	MaxConsents  = 128  // parties of one version
	MaxDelay     = 365  // days from cut-off to payment
	MaxNoticeDay = 90   // days that a party has to sign, or to answer
)

// Book is all settlement models that were ever proposed (结算模型), in the order in
// which they were: a model is named by its place, from 1. Every batch that owes
// reads it, and only a proposal or a consent writes it. Nothing leaves it, and
// nothing takes effect before tomorrow, so what is selected for a day that has
// begun never changes.
type Book struct {
	_      struct{} `cbor:",toarray"`
	Models []Model  `json:"models"`
	Policy Policy   `json:"policy"`
}

// Policy is what the consortium agreed about closing a cycle.
type Policy struct {
	_          struct{} `cbor:",toarray"`
	SignDays   int32    `json:"signDays"`   // business days from cut-off in which statements are signed and lines disputed
	AnswerDays int32    `json:"answerDays"` // from raising a dispute to its answer
	Silence    Silence  `json:"silence"`    // what it means not to sign in time
}

// Silence is what it means not to sign a statement in time.
type Silence uint8

// What silence means.
const (
	CarryOver Silence = iota // the pair is left out, and what it owes carried into the open cycle
	Consent                  // the statement stands
)

var silences = name.Words{"carry", "consent"}

// MarshalJSON writes the word.
func (s Silence) MarshalJSON() ([]byte, error) { return silences.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Silence) UnmarshalJSON(data []byte) error {
	i, err := silences.Unmarshal(data)
	*s = Silence(i)
	return err
}

// Founding is the book of a new network: no model, three days to sign, three to
// answer, and what isn't signed is carried over.
func Founding() Book { return Book{Models: []Model{}, Policy: Policy{SignDays: 3, AnswerDays: 3}} }

// Scope says what a model is for. "" stands for any.
type Scope struct {
	_         struct{} `cbor:",toarray"`
	Issuer    string   `json:"issuer"`   // 积分服务商: who owes for the points
	Acceptor  string   `json:"acceptor"` // 积分消费商: whom it owes
	Scene     string   `json:"scene"`    // 消费场景
	Programme string   `json:"programme"`
}

// Payer says who pays a model's fee.
type Payer uint8

// The payers.
const (
	AcceptorPays Payer = iota
	IssuerPays
)

var payers = name.Words{"acceptor", "issuer"}

// MarshalJSON writes the word.
func (p Payer) MarshalJSON() ([]byte, error) { return payers.Marshal(uint8(p)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Payer) UnmarshalJSON(data []byte) error {
	i, err := payers.Unmarshal(data)
	*p = Payer(i)
	return err
}

// Terms are what a model settles by. A rate of 0/0 stands for none.
type Terms struct {
	_            struct{}     `cbor:",toarray"`
	Price        amount.Rate  `json:"price"`        // fen a point; none: the programme's
	Fee          amount.Rate  `json:"fee"`          // of the points' worth, to the operator, half to even
	Payer        Payer        `json:"payer"`        // of the fee
	Tax          amount.Rate  `json:"tax"`          // VAT that the amounts contain, such as 6/100; for statements and journals
	Delay        int32        `json:"delay"`        // days from cut-off to payment
	Multilateral bool         `json:"multilateral"` // netted with all others who agreed to it, else pair by pair
	Cap          amount.Units `json:"cap"`          // fen that the issuer may come to owe the acceptor in a cycle; 0: no cap
	Prefunded    bool         `json:"prefunded"`    // it may owe what it deposited beforehand, and the cap on top
}

// FeeOn is the fee on one obligation's fen, half to even.
func (t Terms) FeeOn(fen amount.Units) (amount.Units, error) {
	if t.Fee.Num == 0 {
		return 0, nil
	}
	return t.Fee.Of(fen, amount.HalfEven)
}

// Capped says whether there is a limit to what the issuer may come to owe the acceptor in a cycle.
func (t Terms) Capped() bool { return t.Cap > 0 || t.Prefunded }

// Model is one version of a settlement model. It binds the parties that have agreed to
// it, and settles what one of them owes another.
type Model struct {
	_       struct{}  `cbor:",toarray"`
	ID      string    `json:"id"`
	Version uint32    `json:"version"` // from 1
	By      string    `json:"by"`
	Scope   Scope     `json:"scope"`
	Terms   Terms     `json:"terms"`
	From    date.Date `json:"from"` // first day; of its versions the newest counts that has begun for both
	Agreed  []Bond    `json:"agreed"`
}

// Bond is the time in which a party is bound by a model.
type Bond struct {
	_     struct{}  `cbor:",toarray"`
	Party string    `json:"party"`
	Since date.Date `json:"since"`
	Until date.Date `json:"until"` // last day, 0 for no end
}

// ProposeRequest puts a version of a settlement model into the book. The caller
// agrees to it; it binds others as they agree. A party that the scope names must be
// the caller or the caller the operator.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN (neither named nor the
// operator, or a version of another's model), EXPIRED (it would take effect before
// tomorrow), LIMIT (the book is full).
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
		if err := rate.Check(); err != nil {
			return err
		}
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

// AgreeRequest binds the caller by the newest version of a model, from its first
// day, or from tomorrow if that is later. Every party may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, CONFLICT (it is bound by it), LIMIT.
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
	b.Models = append(slices.Clone(b.Models), Model{ID: req.Model, Version: version, By: caller, Scope: req.Scope, Terms: req.Terms, From: req.From,
		Agreed: []Bond{{Party: caller, Since: req.From}}})
	return b, nil
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

// binds says whether a party is bound by the model on a day.
func (m Model) binds(party string, day date.Date) bool {
	for _, b := range m.Agreed {
		if b.Party == party && b.Since <= day && (b.Until == 0 || day <= b.Until) {
			return true
		}
	}
	return false
}

// Question is what a model is selected for.
type Question struct {
	Issuer, Acceptor, Scene, Programme string
	Day                                date.Date
}

// Select answers the terms that settle what an issuer owes an acceptor, and their
// model's number in the book; no terms and 0 where the two have agreed to none. Of
// a model only the newest version counts that binds both, even where an older one had another
// scope. Of several models the most specific counts: one that names the issuer before one that
// names the acceptor, then the scene, then the programme; then the one that began later, then the
// one that was proposed later.
func (b Book) Select(q Question) (Terms, uint16) {
	best := -1
	for i, m := range b.Models {
		if !m.Scope.fits(q) || !m.settles(q) || best >= 0 && m.order(b.Models[best]) < 0 || b.replaced(i, q) {
			continue
		}
		best = i
	}
	if best < 0 {
		return Terms{}, 0
	}
	return b.Models[best].Terms, uint16(best + 1)
}

// settles says whether a version binds both parties on the day.
func (m Model) settles(q Question) bool {
	return m.From <= q.Day && m.binds(q.Issuer, q.Day) && m.binds(q.Acceptor, q.Day)
}

// replaced says whether a newer version of the model binds both parties on the day.
func (b Book) replaced(i int, q Question) bool {
	for _, m := range b.Models[i+1:] {
		if m.ID == b.Models[i].ID && m.settles(q) {
			return true
		}
	}
	return false
}

func (s Scope) fits(q Question) bool {
	fits := func(want, is string) bool { return want == "" || want == is }
	return fits(s.Issuer, q.Issuer) && fits(s.Acceptor, q.Acceptor) && fits(s.Scene, q.Scene) && fits(s.Programme, q.Programme)
}

// order sorts models that fit by how far they are preferred.
func (m Model) order(n Model) int {
	return cmp.Or(cmp.Compare(m.Scope.weight(), n.Scope.weight()), cmp.Compare(m.From, n.From))
}

func (s Scope) weight() (w int) {
	for _, part := range []string{s.Issuer, s.Acceptor, s.Scene, s.Programme} {
		if w *= 2; part != "" {
			w++
		}
	}
	return w
}
