package settlement

import (
	"cmp"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/name"
)

// Limits of the book of settlement models.
const (
	MaxModels    = 1024 // versions in the book: none ever leaves it
	MaxProposed  = 64   // of them by one party that isn't the operator, so that none can fill it
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
	Multilateral bool         `json:"multilateral"` // netted with the others among Payers who agreed to it, else pair by pair
	Payers       []string     `json:"payers"`       // of multilateral terms: who accepts being paid by whom, namely each of these by each other; sorted
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
