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
	KeptAdvices  = 16  // the last ones of a payment, which its row shows
	MaxOverdue   = 90  // days after which not only the creditor can carry a payment over
	MaxInstruct  = 100 // payments of one instruction
	MaxTries     = 4   // instructions of one payment on a business date
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
	Advices  []Advice     `json:"advices"`  // the last ones
	Count    uint32       `json:"count"`    // of all advices
	Told     date.Date    `json:"told"`     // business date on which the debtor's bank was last told, 0 for never
	Tries    uint8        `json:"tries"`    // how often on that date
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
	Overdue                      // it didn't come in whole, and the rest is owed in another cycle
)

var paymentStates = name.Words{"DUE", "INSTRUCTED", "PART_PAID", "SETTLED", "FAILED", "CARRIED"}

// Ended says whether nothing more comes in for the payment.
func (s PaymentState) Ended() bool { return s == Paid || s == Overdue }

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
// another's to make), WRONG_STATE (a payment is neither DUE nor FAILED), LIMIT (too often today).
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
// reference was counted before), WRONG_STATE (the payment is settled or was carried over), CONFLICT (more than is owed: the
// advice is wrong).
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

// CarryPaymentRequest ends a payment that didn't come in whole: what is missing is owed again in the open cycle, by and to
// the same two. The creditor may once it is overdue, and every party but an auditor after 90 days more.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN (an auditor), NOT_FOUND, WRONG_STATE (it is settled or was carried over, or
// the day hasn't come), FORBIDDEN (somebody else within 90 days).
type CarryPaymentRequest struct {
	_       struct{} `cbor:",toarray"`
	Cycle   string   `json:"cycle"`
	Payment uint32   `json:"payment"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r CarryPaymentRequest) Check() error {
	if err := name.CheckID("cycle", r.Cycle); err != nil {
		return err
	}
	if r.Payment < 1 {
		return fault.New(fault.BadRequest, "payment: want its number, from 1")
	}
	return nil
}

// CarryPayment ends a payment that is overdue, and answers what is owed again.
func (c Close) CarryPayment(p Payment, caller string, today date.Date) (Close, Payment, Owe, error) {
	switch {
	case p.State.Ended():
		return Close{}, Payment{}, Owe{}, fault.New(fault.WrongState, "payment %s is %s", p.name(), p.State)
	case today <= p.Due:
		return Close{}, Payment{}, Owe{}, fault.New(fault.WrongState, "payment %s is due on %s", p.name(), p.Due)
	case caller != p.Creditor && today <= p.Due+MaxOverdue:
		return Close{}, Payment{}, Owe{}, fault.New(fault.Forbidden, "until %s only %s may carry payment %s over", p.Due+MaxOverdue, p.Creditor, p.name())
	}
	next := p
	next.State = Overdue
	return c.moved(p, next), next, Owe{Kind: Carried, Debtor: p.Debtor, Creditor: p.Creditor, Fen: p.Fen - p.Received}, nil
}

// MaxDeposit is the largest deposit, in fen: ten billion yuan.
const MaxDeposit amount.Units = 1_000_000_000_000

// DepositRequest announces that the caller has deposited money with another party, so that this one can count it. It ends with
// the cycle. Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN, NOT_FOUND (the holder), CONFLICT (it has announced that reference in this cycle).
type DepositRequest struct {
	_         struct{}     `cbor:",toarray"`
	Holder    string       `json:"holder"` // with whom
	Fen       amount.Units `json:"fen"`
	Reference string       `json:"reference"` // the bank's, by which the holder finds it
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r DepositRequest) Check() error { return checkDeposit("holder", r.Holder, r.Reference, r.Fen) }

func checkDeposit(whose, id, reference string, fen amount.Units) error {
	if err := name.CheckID(whose, id); err != nil {
		return err
	}
	if err := checkReference("reference", reference); err != nil {
		return err
	}
	if fen > MaxDeposit {
		return fault.New(fault.Limit, "fen: want at most %d", int64(MaxDeposit))
	}
	return fen.Check()
}

// Announced is a deposit by its depositor's word.
type Announced struct {
	_   struct{}     `cbor:",toarray"`
	Fen amount.Units `json:"fen"`
}

// PrefundRequest counts a deposit that its depositor has announced: by that much more it may come
// to owe the caller in the open cycle, where their model says so. The caller owes it back, as an obligation.
//
// Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN, BAD_REQUEST (of its own), NOT_FOUND (the debtor, or it has announced
// no such deposit of so much in this cycle), CONFLICT (the reference was counted before).
type PrefundRequest struct {
	_         struct{}     `cbor:",toarray"`
	Debtor    string       `json:"debtor"` // who deposited
	Fen       amount.Units `json:"fen"`
	Reference string       `json:"reference"` // the bank's, unique at the caller
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r PrefundRequest) Check() error { return checkDeposit("debtor", r.Debtor, r.Reference, r.Fen) }

// Instruct notes that the debtor's bank was told to make payments, which are the request's.
func (c Close) Instruct(payments []Payment, req InstructRequest, caller string, today date.Date) (Close, []Payment, error) {
	for _, p := range payments {
		if p.Debtor != caller {
			return Close{}, nil, fault.New(fault.Forbidden, "payment %s is %s's to make", p.name(), p.Debtor)
		}
	}
	next := make([]Payment, len(payments))
	for _, p := range payments {
		if p.State != Due && p.State != Bounced {
			return Close{}, nil, fault.New(fault.WrongState, "payment %s is %s", p.name(), p.State)
		}
	}
	for i, p := range payments {
		var err error
		if next[i], err = p.tried(today); err != nil {
			return Close{}, nil, err
		}
		next[i].State, next[i].Message, next[i].Hash = Sent, req.Message, req.Hash
		c = c.moved(p, next[i])
	}
	return c, next, nil
}

// tried counts one instruction more. LIMIT above MaxTries on a business date: all payments of a cycle write its row, and a
// debtor that told its bank again and again would keep the others' from landing.
func (p Payment) tried(today date.Date) (Payment, error) {
	if p.Told != today {
		p.Told, p.Tries = today, 0
	}
	if p.Tries >= MaxTries {
		return Payment{}, fault.New(fault.Limit, "payment %s was instructed %d times on %s; wait for the next business date", p.name(), p.Tries, today)
	}
	p.Tries++
	return p, nil
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
	if p.State.Ended() {
		return Close{}, Payment{}, fault.New(fault.WrongState, "payment %s is %s", p.name(), p.State)
	}
	if req.Fen > p.Fen-p.Received {
		return Close{}, Payment{}, fault.New(fault.Conflict, "of payment %s, %d fen are to come in, not %d", p.name(), p.Fen-p.Received, req.Fen)
	}
	next := p
	kept := p.Advices[max(0, len(p.Advices)+1-KeptAdvices):]
	next.Count++
	next.Advices = append(slices.Clone(kept), Advice{Reference: req.Reference, Fen: req.Fen, Booked: req.Booked, Late: req.Booked > p.Due, By: by})
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
	count(&c.Carried, func(p Payment) bool { return p.State == Overdue })
	c.State = c.Progress()
	return c
}

// Same says whether a cycle's settlement is as far as before.
func (c Close) Same(before Close) bool {
	return c.State == before.State && c.Instructed == before.Instructed && c.Settled == before.Settled && c.Failed == before.Failed && c.Carried == before.Carried
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
