package settlement

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Limits of disputes.
const (
	MaxDisputed    = 50 // lines of one dispute
	MaxAllocations = 16 // obligations that a ruling or a split makes
	MaxIdle        = 60 // days after which a dispute lapses in which nothing is done
)

// Dispute is about lines of a statement (争议). Raising it carves them out, so that the rest is
// settled in time; what is decided becomes an adjustment in the cycle that is open then. The lines themselves
// never change.
type Dispute struct {
	_        struct{}       `cbor:",toarray"`
	Cycle    string         `json:"cycle"`
	By       string         `json:"by"`      // who raised it
	Against  string         `json:"against"` // the other side
	Lines    []Disputed     `json:"lines"`
	Reason   string         `json:"reason"`   // code
	Evidence codec.Hash     `json:"evidence"` // SHA-256 of what supports it
	State    DisputeState   `json:"state"`
	AnswerBy date.Date      `json:"answerBy"` // last day to answer, if no day is skipped; after it, it can be escalated
	Skipped  int32          `json:"skipped"`  // the open cycle's when it was raised
	Answer   codec.Hash     `json:"answer"`   // SHA-256 of the answer, none before
	Decided  []Allocation   `json:"decided"`  // a proposed split, what was agreed to or what was ruled; else none
	Grounds  codec.Hash     `json:"grounds"`  // SHA-256 of the ruling's document, none before
	Since    date.Date      `json:"since"`    // of the state
	Last     number.Command `json:"last"`     // the command that brought it about; what it made owed bears its number
}

// Disputed is a line as it stood.
type Disputed struct {
	_         struct{}     `cbor:",toarray"`
	Line      number.Row   `json:"line"`
	Debtor    string       `json:"debtor"`
	Creditor  string       `json:"creditor"`
	Programme string       `json:"programme"`
	Points    amount.Units `json:"points"`
	Fen       amount.Units `json:"fen"`
}

// Allocation is a part of the disputed amount that somebody is to bear.
type Allocation struct {
	_        struct{}     `cbor:",toarray"`
	Debtor   string       `json:"debtor"`
	Creditor string       `json:"creditor"`
	Fen      amount.Units `json:"fen"`
}

// DisputeState is where a dispute stands.
type DisputeState uint8

// The states of a dispute.
//
//	RAISED ─▶ ANSWERED ─▶ ACCEPTED | REJECTED | SPLIT ─▶ CLOSED
//	   └────────┴──────────────────────┴────────┴▶ ESCALATED ─▶ RULED
//
// Before its end it can be ACCEPTED or WITHDRAWN in every state. A split can be rejected after all, when its day is
// over, and what was rejected split.
const (
	Raised    DisputeState = 1 + iota
	Answered               // with evidence, undecided
	Accepted               // by the other side: the lines are void. Final
	Refused                // domain: REJECTED: the other side stands by the lines
	Split                  // the other side offers a part
	Closed                 // the split was agreed to. Final
	Escalated              // the operator is asked
	Ruled                  // by the operator. Final
	Withdrawn              // the lines are owed as they stood. Final
	Lapsed                 // nothing was done for long: the lines are owed as they stood. Final
)

var disputeStates = name.Words{
	"", "RAISED", "ANSWERED", "ACCEPTED", "REJECTED", "SPLIT", "CLOSED", "ESCALATED", "RULED", "WITHDRAWN", "LAPSED",
}

// MarshalJSON writes the state's name.
func (s DisputeState) MarshalJSON() ([]byte, error) { return disputeStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *DisputeState) UnmarshalJSON(data []byte) error {
	i, err := disputeStates.Unmarshal(data)
	*s = DisputeState(i)
	return err
}

// String is the state's name.
func (s DisputeState) String() string { return disputeStates.Of(uint8(s)) }

// RaiseRequest disputes lines of a statement between the caller and another party. They are left out of its settlement;
// its signatures stay, since a root is of all lines. A line whose amount is hidden can't be disputed, but what its
// cycle's sum came to when it was opened can; what came of a dispute can't again, or a debtor that disputed it in each
// cycle would never pay. Either of the two may.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. NOT_FOUND: there is no such cycle or pair.
//  3. WRONG_STATE: the cycle isn't COMPUTED, or the statement has ended.
//  4. EXPIRED: the deadline has passed.
//  5. NOT_FOUND: there is no such line.
//  6. BAD_REQUEST: a line is of another pair or cycle.
//  7. WRONG_STATE: a line came of a dispute.
//  8. CONFLICT: a line is disputed already.
//  9. LIMIT: the caller would dispute more than MaxCarved lines of the statement.
type RaiseRequest struct {
	_        struct{}     `cbor:",toarray"`
	Cycle    string       `json:"cycle"`
	With     string       `json:"with"`
	Lines    []number.Row `json:"lines"` // each once
	Reason   string       `json:"reason"`
	Evidence codec.Hash   `json:"evidence"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RaiseRequest) Check() error {
	for _, id := range [][2]string{{"cycle", r.Cycle}, {"with", r.With}, {"reason", r.Reason}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	if n := len(r.Lines); n < 1 || n > MaxDisputed {
		return fault.New(fault.BadRequest, "lines: want 1 to %d", MaxDisputed)
	}
	seen := map[number.Row]bool{}
	for i, line := range r.Lines {
		if err := line.Check(); err != nil {
			return fault.At("lines", i, err)
		}
		if seen[line] {
			return fault.New(fault.BadRequest, "lines: %s stands twice", line)
		}
		seen[line] = true
	}
	return checkHash("evidence", r.Evidence)
}

func checkHash(what string, hash codec.Hash) error {
	if len(hash) != 32 {
		return fault.New(fault.BadRequest, "%s: want a SHA-256", what)
	}
	return nil
}

// AnswerRequest answers a dispute, undecided. Only the other side may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it isn't RAISED).
type AnswerRequest struct {
	_       struct{}       `cbor:",toarray"`
	Dispute number.Command `json:"dispute"`
	Answer  codec.Hash     `json:"answer"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AnswerRequest) Check() error {
	if err := r.Dispute.Check(); err != nil {
		return err
	}
	return checkHash("answer", r.Answer)
}

// AcceptRequest grants a dispute: its lines are void. Only the other side may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it has ended).
type AcceptRequest struct {
	_       struct{}       `cbor:",toarray"`
	Dispute number.Command `json:"dispute"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AcceptRequest) Check() error { return r.Dispute.Check() }

// RejectRequest stands by the lines. Only the other side may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it isn't RAISED, ANSWERED or SPLIT, or
// it was split today).
type RejectRequest struct {
	_       struct{}       `cbor:",toarray"`
	Dispute number.Command `json:"dispute"`
	Answer  codec.Hash     `json:"answer"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RejectRequest) Check() error {
	if err := r.Dispute.Check(); err != nil {
		return err
	}
	return checkHash("answer", r.Answer)
}

// SplitRequest offers what is to be owed instead. Only the other side may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN (the caller, or a party to bear or get a part that
// is neither of the two), WRONG_STATE (it isn't RAISED, ANSWERED or REJECTED), LIMIT (more than was disputed).
type SplitRequest struct {
	_       struct{}       `cbor:",toarray"`
	Dispute number.Command `json:"dispute"`
	Parts   []Allocation   `json:"parts"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r SplitRequest) Check() error {
	if err := r.Dispute.Check(); err != nil {
		return err
	}
	return checkAllocations(r.Parts, 1)
}

func checkAllocations(list []Allocation, least int) error {
	if n := len(list); n < least || n > MaxAllocations {
		return fault.New(fault.BadRequest, "parts: want %d to %d", least, MaxAllocations)
	}
	for _, a := range list {
		if err := name.CheckID("debtor", a.Debtor); err != nil {
			return err
		}
		if err := name.CheckID("creditor", a.Creditor); err != nil {
			return err
		}
		if a.Debtor == a.Creditor {
			return fault.New(fault.BadRequest, "parts: nobody owes itself")
		}
		if err := a.Fen.Check(); err != nil {
			return err
		}
	}
	return nil
}

// AgreeSplitRequest takes the offered split: its parts are owed from now on. Only who raised the dispute may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (nothing is offered).
type AgreeSplitRequest struct {
	_       struct{}       `cbor:",toarray"`
	Dispute number.Command `json:"dispute"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AgreeSplitRequest) Check() error { return r.Dispute.Check() }

// EscalateRequest asks the operator to rule. Either side may: once the other has rejected, or offered a split, or
// answered; or when the answer is late.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it has ended or is ESCALATED, or it is
// RAISED and the answer isn't late).
type EscalateRequest struct {
	_       struct{}       `cbor:",toarray"`
	Dispute number.Command `json:"dispute"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r EscalateRequest) Check() error { return r.Dispute.Check() }

// RuleRequest decides an escalated dispute: what is owed instead of its lines, from now on, maybe nothing. Only the
// operator may, or, where it is itself a side, an auditor that is none; and only the two sides and who rules can come
// to bear a part.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. FORBIDDEN: the caller is neither the operator nor an auditor.
//  3. NOT_FOUND: there is no such dispute.
//  4. FORBIDDEN: the dispute isn't the caller's to rule on.
//  5. WRONG_STATE: it isn't ESCALATED.
//  6. FORBIDDEN: a party would bear or get a part that has nothing to do with it.
//  7. LIMIT: the parts come to more than was disputed.
type RuleRequest struct {
	_       struct{}       `cbor:",toarray"`
	Dispute number.Command `json:"dispute"`
	Parts   []Allocation   `json:"parts"`
	Grounds codec.Hash     `json:"grounds"` // SHA-256 of the ruling's document
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r RuleRequest) Check() error {
	if err := r.Dispute.Check(); err != nil {
		return err
	}
	if err := checkHash("grounds", r.Grounds); err != nil {
		return err
	}
	return checkAllocations(r.Parts, 0)
}

// LapseRequest ends a dispute in which nothing was done for 60 days, so that nobody keeps a line from being settled by
// saying nothing: its lines are owed, as they stood, in the cycle that is open now. Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE (it has ended, or too few days have
// passed).
type LapseRequest struct {
	_       struct{}       `cbor:",toarray"`
	Dispute number.Command `json:"dispute"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r LapseRequest) Check() error { return r.Dispute.Check() }

// WithdrawRequest takes a dispute back: its lines are owed, as they stood, in the cycle that is open now. Only who
// raised it may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it has ended).
type WithdrawRequest struct {
	_       struct{}       `cbor:",toarray"`
	Dispute number.Command `json:"dispute"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r WithdrawRequest) Check() error { return r.Dispute.Check() }
