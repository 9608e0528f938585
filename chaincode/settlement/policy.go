package settlement

import (
	"cmp"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Bounds of a policy.
const (
	MaxNoticeDay = 90 // days that a party can have to sign, or to answer
	usualDays    = 3  // that a party has if it hasn't accepted fewer
)

// Policy is how cycles are closed. What a cycle is closed by is what was in force when it opened.
type Policy struct {
	_ struct{} `cbor:",toarray"`
	// business days from cut-off in which statements are signed and lines disputed
	SignDays   int32   `json:"signDays"`
	AnswerDays int32   `json:"answerDays"` // business days from raising a dispute to its answer
	Silence    Silence `json:"silence"`    // what it means not to sign in time
}

// Silence is what it means not to sign a statement in time.
type Silence uint8

// What silence means.
const (
	CarryOver Silence = iota // the pair is left out, and what it owes carried into the open cycle
	Consent                  // the statement stands, for a party that has accepted this
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

// usual is the policy of a new network, and the strictest that a party is bound by without having accepted it.
var usual = Policy{SignDays: usualDays, AnswerDays: usualDays}

// Acceptance is the strictest policy that a party accepts: no fewer days than these, and its silence as consent or not.
type Acceptance struct {
	_      struct{} `cbor:",toarray"`
	Party  string   `json:"party"`
	Policy Policy   `json:"policy"`
}

func (p Policy) check(most int32) error {
	if p.SignDays < 1 || p.SignDays > most || p.AnswerDays < 1 || p.AnswerDays > most || p.Silence > Consent {
		return fault.New(fault.BadRequest, "policy: want 1 to %d days, and carry or consent", most)
	}
	return nil
}

// inForce is the policy that the operator asks for, as far as all parties that take part accept it: nobody has fewer
// days than it accepted.
func (b Book) inForce(parties []string) Policy {
	p := b.Asked
	for _, party := range parties {
		accepts := b.AcceptedBy(party)
		p.SignDays, p.AnswerDays = max(p.SignDays, accepts.SignDays), max(p.AnswerDays, accepts.AnswerDays)
	}
	return p
}

// AcceptedBy is the strictest policy that a party accepts.
func (b Book) AcceptedBy(party string) Policy {
	if i := slices.IndexFunc(b.Accepted, func(a Acceptance) bool { return a.Party == party }); i >= 0 {
		return b.Accepted[i].Policy
	}
	return usual
}

// Consenting lists the parties whose silence is consent by the book's policy, sorted.
func (b Book) Consenting() []string {
	var list []string
	for _, a := range b.Accepted {
		if b.Policy.Silence == Consent && a.Policy.Silence == Consent {
			list = append(list, a.Party)
		}
	}
	return list
}

// accept notes what a party accepts, in place of what it accepted before.
func (b Book) accept(party string, p Policy) Book {
	i, found := slices.BinarySearchFunc(b.Accepted, party,
		func(a Acceptance, party string) int { return cmp.Compare(a.Party, party) })
	b.Accepted = slices.Clone(b.Accepted)
	if !found {
		b.Accepted = slices.Insert(b.Accepted, i, Acceptance{Party: party})
	}
	b.Accepted[i].Policy = p
	return b
}

// SetPolicyRequest says how the operator wants cycles to be closed. It is in force from the next business date on, as
// far as the parties accept it, and counts for the cycles that open from then on: nobody has fewer than three
// days to sign or to answer, nor is its silence taken for consent, unless it has accepted that.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, LIMIT (too many batches of notices today).
type SetPolicyRequest struct {
	_      struct{} `cbor:",toarray"`
	Policy Policy   `json:"policy"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r SetPolicyRequest) Check() error { return r.Policy.check(MaxNoticeDay) }

// AcceptPolicyRequest says which policy the caller accepts at the strictest, from the next business date on. Every
// party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, LIMIT (too many batches of notices today).
type AcceptPolicyRequest struct {
	_      struct{} `cbor:",toarray"`
	Policy Policy   `json:"policy"` // 1 to 3 days, whatever the operator asks for, and what its silence means
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AcceptPolicyRequest) Check() error { return r.Policy.check(usualDays) }
