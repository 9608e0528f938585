package settlement

import (
	"cmp"
	"crypto/sha256"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/name"
)

// Limits of settlement models. All that the parties can have in the book together is fewer than the
// 4,096 elements that a row can be read with.
const (
	MaxProposed      = 24      // versions in the book by one party, so that none can fill it
	MaxProposedBytes = 6 << 10 // of them together
	MaxByOperator    = 512     // and by the operator, with as many bytes each
	MaxDelay         = 365     // days from cut-off to payment
)

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
	_     struct{}    `cbor:",toarray"`
	Price amount.Rate `json:"price"` // fen a point; none: the programme's
	Fee   amount.Rate `json:"fee"`   // of the points' worth, to the operator, half to even
	Payer Payer       `json:"payer"` // of the fee
	// VAT that the amounts contain, such as 6/100; for statements and journals
	Tax   amount.Rate `json:"tax"`
	Delay int32       `json:"delay"` // days from cut-off to payment
	// netted with the others among Payers who agreed to it, else pair by pair
	Multilateral bool `json:"multilateral"`
	// of multilateral terms: who accepts being paid by whom, namely each of these by each other; sorted
	Payers    []string     `json:"payers"`
	Cap       amount.Units `json:"cap"`       // fen that the issuer may come to owe the acceptor in a cycle; 0: no cap
	Prefunded bool         `json:"prefunded"` // it may owe what it deposited beforehand, and the cap on top
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

// Model is one version of a settlement model, named by who proposed it, its id and its version. It settles what
// one of the parties that have agreed to it owes another.
type Model struct {
	_ struct{} `cbor:",toarray"`
	// by which obligations name it, from 1 in the order in which models took effect; 0 before
	Number  uint32    `json:"number"`
	By      string    `json:"by"`
	ID      string    `json:"id"`
	Version uint32    `json:"version"` // from 1
	Scope   Scope     `json:"scope"`
	Terms   Terms     `json:"terms"`
	From    date.Date `json:"from"`   // first day; of its versions the newest counts that has begun and binds both
	Agreed  []string  `json:"agreed"` // the parties that it binds, sorted
}

// Hash is what a party agrees to: SHA-256 over the CBOR of the model without its number and its parties.
func (m Model) Hash() codec.Hash {
	m.Number, m.Agreed = 0, nil
	sum := sha256.Sum256(codec.Encode(m))
	return sum[:]
}

// same says whether two are versions of one model.
func (m Model) same(by, id string) bool { return m.By == by && m.ID == id }

// binds says whether a party has agreed to it.
func (m Model) binds(party string) bool {
	_, found := slices.BinarySearch(m.Agreed, party)
	return found
}

// with is the model with a party bound by it, without is it with the party bound no more.
func (m Model) with(party string) Model {
	if i, found := slices.BinarySearch(m.Agreed, party); !found {
		m.Agreed = slices.Insert(slices.Clone(m.Agreed), i, party)
	}
	return m
}

func (m Model) without(party string) Model {
	if i, found := slices.BinarySearch(m.Agreed, party); found {
		m.Agreed = slices.Delete(slices.Clone(m.Agreed), i, i+1)
	}
	return m
}

// Question is what a model is selected for. Its day is the book's, or, to look ahead, a later one.
type Question struct {
	Issuer, Acceptor, Scene, Programme string
	Day                                date.Date
}

// Select answers the terms that settle what an issuer owes an acceptor, and their
// model's number; no terms and 0 where the two have agreed to none. Of
// a model only the newest version counts that binds both, even where an older one had another
// scope. Of several models the most specific counts: one that names the issuer before one that
// names the acceptor, then the scene, then the programme; then the one that began later, then the
// one with the higher number.
func (b Book) Select(q Question) (Terms, uint32) {
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
	return b.Models[best].Terms, b.Models[best].Number
}

// settles says whether a version binds both parties on the day.
func (m Model) settles(q Question) bool {
	return m.From <= q.Day && m.binds(q.Issuer) && m.binds(q.Acceptor)
}

// replaced says whether a newer version of the model binds both parties on the day.
func (b Book) replaced(i int, q Question) bool {
	for _, m := range b.Models[i+1:] {
		if m.same(b.Models[i].By, b.Models[i].ID) && m.settles(q) {
			return true
		}
	}
	return false
}

func (s Scope) fits(q Question) bool {
	fits := func(want, is string) bool { return want == "" || want == is }
	return fits(s.Issuer, q.Issuer) && fits(s.Acceptor, q.Acceptor) && fits(s.Scene, q.Scene) &&
		fits(s.Programme, q.Programme)
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
