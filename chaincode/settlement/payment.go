package settlement

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Limits of payments.
const (
	MaxAdvices   = 16  // of one payment
	MaxInstruct  = 100 // payments of one instruction
	MaxReference = 35  // characters of a bank's reference, or of a message's id
)

// Payment is what one party pays another to settle a cycle (付款). The ledger holds no
// money: banks pay, and their notices are matched with it.
type Payment struct {
	_        struct{}     `cbor:",toarray"`
	Cycle    string       `json:"cycle"`
	N        uint32       `json:"n"` // from 1
	Debtor   string       `json:"debtor"`
	Creditor string       `json:"creditor"`
	Fen      amount.Units `json:"fen"`
	Due      date.Date    `json:"due"` // last day to pay without being late
	State    PaymentState `json:"state"`
	Message  string       `json:"message"`  // id of the debtor's message to its bank (pain.001), "" before
	Hash     codec.Hash   `json:"hash"`     // SHA-256 of that message's file
	Reason   string       `json:"reason"`   // code for which a bank last refused it, "" if none did
	Received amount.Units `json:"received"` // sum of the advices
	Advices  []Advice     `json:"advices"`
}

// Advice is what a bank said came in (到账通知).
type Advice struct {
	_         struct{}       `cbor:",toarray"`
	Reference string         `json:"reference"` // the bank's, unique at the creditor
	Fen       amount.Units   `json:"fen"`
	Booked    date.Date      `json:"booked"`
	Late      bool           `json:"late"` // after the day it was due
	By        number.Command `json:"by"`
}

// PaymentState is where a payment stands.
type PaymentState uint8

// The states of a payment.
const (
	Due      PaymentState = iota // to be made
	Sent                         // the debtor's bank was told
	PartPaid                     // less came in than is owed
	Paid                         // all of it came in, to the fen
	Bounced                      // the bank refused; it may be sent again
)

var paymentStates = name.Words{"DUE", "INSTRUCTED", "PART_PAID", "SETTLED", "FAILED"}

// MarshalJSON writes the state's name.
func (s PaymentState) MarshalJSON() ([]byte, error) { return paymentStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *PaymentState) UnmarshalJSON(data []byte) error {
	i, err := paymentStates.Unmarshal(data)
	*s = PaymentState(i)
	return err
}

// String is the state's name.
func (s PaymentState) String() string { return paymentStates.Of(uint8(s)) }

// InstructRequest notes that the caller's bank was told to make payments. The file stays with
// the two; its hash is here.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the cycle or a payment), FORBIDDEN (one of them is
// another's to make), WRONG_STATE (a payment is neither DUE nor FAILED).
type InstructRequest struct {
	_        struct{}   `cbor:",toarray"`
	Cycle    string     `json:"cycle"`
	Payments []uint32   `json:"payments"` // sorted, each once
	Message  string     `json:"message"`
	Hash     codec.Hash `json:"hash"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r InstructRequest) Check() error {
	if err := name.CheckID("cycle", r.Cycle); err != nil {
		return err
	}
	if err := checkReference("message", r.Message); err != nil {
		return err
	}
	if n := len(r.Payments); n < 1 || n > MaxInstruct {
		return fault.New(fault.BadRequest, "payments: want 1 to %d", MaxInstruct)
	}
	for i, n := range r.Payments {
		if n < 1 || i > 0 && n <= r.Payments[i-1] {
			return fault.New(fault.BadRequest, "payments: want their numbers, sorted, each once")
		}
	}
	if len(r.Hash) != 32 {
		return fault.New(fault.BadRequest, "hash: want the file's SHA-256")
	}
	return nil
}

// checkReference refuses what can't be a bank's reference on the ledger.
func checkReference(what, reference string) error {
	if len(reference) > MaxReference {
		return fault.New(fault.BadRequest, "%s: want at most %d characters", what, MaxReference)
	}
	return name.CheckID(what, reference)
}

// AdviseRequest matches what came in on the creditor's account with a payment. Only the
// creditor may. A payment is settled when all of it came in, to the fen.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (the payment), FORBIDDEN, CONFLICT (the
// reference was counted before), WRONG_STATE (the payment is settled), CONFLICT (more than is owed: the
// advice is wrong), LIMIT (too many advices).
type AdviseRequest struct {
	_         struct{}     `cbor:",toarray"`
	Cycle     string       `json:"cycle"`
	Payment   uint32       `json:"payment"`
	Reference string       `json:"reference"`
	Fen       amount.Units `json:"fen"`
	Booked    date.Date    `json:"booked"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r AdviseRequest) Check() error {
	if err := name.CheckID("cycle", r.Cycle); err != nil {
		return err
	}
	if r.Payment < 1 {
		return fault.New(fault.BadRequest, "payment: want its number, from 1")
	}
	if err := checkReference("reference", r.Reference); err != nil {
		return err
	}
	if err := r.Fen.Check(); err != nil {
		return err
	}
	return r.Booked.Check()
}

// BounceRequest notes that the debtor's bank refused a payment. Only the debtor may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it isn't INSTRUCTED).
type BounceRequest struct {
	_       struct{} `cbor:",toarray"`
	Cycle   string   `json:"cycle"`
	Payment uint32   `json:"payment"`
	Reason  string   `json:"reason"` // code
}

// Check refuses a malformed request with BAD_REQUEST.
func (r BounceRequest) Check() error {
	if err := name.CheckID("cycle", r.Cycle); err != nil {
		return err
	}
	if r.Payment < 1 {
		return fault.New(fault.BadRequest, "payment: want its number, from 1")
	}
	return name.CheckID("reason", r.Reason)
}

// PrefundRequest notes that the caller holds a deposit of a debtor's: by that much more it may come
// to owe the caller in the open cycle, where their model says so. The caller owes it back, as an obligation.
//
// Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN, BAD_REQUEST (of its own), NOT_FOUND (the debtor), CONFLICT (the
// reference was counted before), LIMIT.
type PrefundRequest struct {
	_         struct{}     `cbor:",toarray"`
	Debtor    string       `json:"debtor"` // who deposited
	Fen       amount.Units `json:"fen"`
	Reference string       `json:"reference"` // the bank's, unique at the caller
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r PrefundRequest) Check() error {
	if err := name.CheckID("debtor", r.Debtor); err != nil {
		return err
	}
	if err := checkReference("reference", r.Reference); err != nil {
		return err
	}
	return r.Fen.Check()
}

// Instruct notes that the debtor's bank was told to make payments, which are the request's.
func (c Close) Instruct(payments []Payment, req InstructRequest, caller string) (Close, []Payment, error) {
	for _, p := range payments {
		if p.Debtor != caller {
			return Close{}, nil, fault.New(fault.Forbidden, "payment %s is %s's to make", p.name(), p.Debtor)
		}
	}
	next := make([]Payment, len(payments))
	for i, p := range payments {
		if p.State != Due && p.State != Bounced {
			return Close{}, nil, fault.New(fault.WrongState, "payment %s is %s", p.name(), p.State)
		}
		next[i] = p
		next[i].State, next[i].Message, next[i].Hash = Sent, req.Message, req.Hash
		c = c.moved(p, next[i])
	}
	return c, next, nil
}

func (p Payment) name() string { return EndToEnd(p.Cycle, p.N) }

// MayAdvise refuses with FORBIDDEN whoever isn't paid by it.
func (p Payment) MayAdvise(caller string) error {
	if p.Creditor != caller {
		return fault.New(fault.Forbidden, "payment %s is paid to %s", p.name(), p.Creditor)
	}
	return nil
}

// Advise counts what came in.
func (c Close) Advise(p Payment, req AdviseRequest, by number.Command) (Close, Payment, error) {
	if p.State == Paid {
		return Close{}, Payment{}, fault.New(fault.WrongState, "payment %s is %s", p.name(), p.State)
	}
	if req.Fen > p.Fen-p.Received {
		return Close{}, Payment{}, fault.New(fault.Conflict, "of payment %s, %d fen are to come in, not %d", p.name(), p.Fen-p.Received, req.Fen)
	}
	if len(p.Advices) >= MaxAdvices {
		return Close{}, Payment{}, fault.New(fault.Limit, "payment %s came in in %d parts", p.name(), MaxAdvices)
	}
	next := p
	next.Advices = append(slices.Clone(p.Advices), Advice{Reference: req.Reference, Fen: req.Fen, Booked: req.Booked, Late: req.Booked > p.Due, By: by})
	next.Received += req.Fen
	if next.State = PartPaid; next.Received == next.Fen {
		next.State = Paid
	}
	return c.moved(p, next), next, nil
}

// Bounce notes that the debtor's bank refused.
func (c Close) Bounce(p Payment, req BounceRequest, caller string) (Close, Payment, error) {
	if p.Debtor != caller {
		return Close{}, Payment{}, fault.New(fault.Forbidden, "payment %s is %s's to make", p.name(), p.Debtor)
	}
	if p.State != Sent {
		return Close{}, Payment{}, fault.New(fault.WrongState, "payment %s is %s", p.name(), p.State)
	}
	next := p
	next.State, next.Reason = Bounced, req.Reason
	return c.moved(p, next), next, nil
}

// moved counts a payment that changed, and says how far the cycle's settlement is.
func (c Close) moved(before, after Payment) Close {
	count := func(n *uint32, is func(Payment) bool) {
		if is(before) {
			*n--
		}
		if is(after) {
			*n++
		}
	}
	count(&c.Instructed, func(p Payment) bool { return p.Message != "" && p.State != Bounced })
	count(&c.Settled, func(p Payment) bool { return p.State == Paid })
	count(&c.Failed, func(p Payment) bool { return p.State == Bounced })
	c.State = c.Progress()
	return c
}

// Owed is the deposit that a creditor owes back.
func (r PrefundRequest) Owed(creditor string) (Owe, error) {
	if r.Debtor == creditor {
		return Owe{}, fault.New(fault.BadRequest, "debtor: nobody deposits with itself")
	}
	return Owe{Kind: Prefunding, Debtor: creditor, Creditor: r.Debtor, Fen: r.Fen}, nil
}

// Used says what a bank's reference was counted for.
type Used struct {
	_  struct{}       `cbor:",toarray"`
	By number.Command `json:"by"`
}

// Prefunded is what a debtor deposited with a creditor in a cycle.
type Prefunded struct {
	_   struct{}     `cbor:",toarray"`
	Fen amount.Units `json:"fen"`
}
