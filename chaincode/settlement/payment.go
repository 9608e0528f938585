package settlement

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Limits of payments.
const (
	KeptAdvices  = 16  // the last ones of a payment, and of what was taken back, which its row shows
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
	Message  string       `json:"message"`  // id of the debtor's last message to its bank (pain.001), "" before
	Hash     codec.Hash   `json:"hash"`     // SHA-256 of that message's file
	Asked    amount.Units `json:"asked"`    // what that message asks the bank to pay
	Made     int64        `json:"made"`     // when that message says that it was made, UTC seconds
	Execute  date.Date    `json:"execute"`  // when the bank is to pay, as that message says
	Reason   string       `json:"reason"`   // code for which a bank last refused it, "" if none did
	Received amount.Units `json:"received"` // sum of the advices, charges included
	Advices  []Advice     `json:"advices"`  // the last ones
	Count    uint32       `json:"count"`    // of all advices
	Back     amount.Units `json:"back"`     // what of it banks took back, which is owed in other cycles
	Returns  []TakenBack  `json:"returns"`  // the last ones of these
	Told     date.Date    `json:"told"`     // business date on which the debtor's bank was last told, 0 for never
	Tries    uint8        `json:"tries"`    // how often on that date
}

// Rest is what is still to come in.
func (p Payment) Rest() amount.Units { return p.Fen - p.Received }

// Advice is what a bank said came in (到账通知).
type Advice struct {
	_         struct{}       `cbor:",toarray"`
	Reference string         `json:"reference"` // the bank's, unique at the creditor
	Alias     string         `json:"alias"`     // another that the bank gives the same booking, "" for none
	Fen       amount.Units   `json:"fen"`       // that came in
	Charges   amount.Units   `json:"charges"`   // that banks kept, and the creditor bears
	Booked    date.Date      `json:"booked"`
	Late      bool           `json:"late"`   // after the day it was due
	Source    Source         `json:"source"` // where the creditor read it
	By        number.Command `json:"by"`
}

// TakenBack is what a bank took back of a receipt (冲正、退汇).
type TakenBack struct {
	_         struct{}       `cbor:",toarray"`
	Receipt   string         `json:"receipt"`   // reference under which it was counted
	Reference string         `json:"reference"` // the bank's, of taking it back
	Fen       amount.Units   `json:"fen"`
	Booked    date.Date      `json:"booked"`
	Evidence  codec.Hash     `json:"evidence"` // SHA-256 of what the bank wrote
	By        number.Command `json:"by"`
}

// Source is where a creditor read what came in.
type Source uint8

// The sources.
const (
	ByHand      Source = iota // a person read it
	ByNotice                  // camt.054
	ByStatement               // camt.053
	ByTable                   // a bank's CSV
)

var sources = name.Words{"hand", "notice", "statement", "table"}

// MarshalJSON writes the word.
func (s Source) MarshalJSON() ([]byte, error) { return sources.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Source) UnmarshalJSON(data []byte) error {
	i, err := sources.Unmarshal(data)
	*s = Source(i)
	return err
}

// String is the word.
func (s Source) String() string { return sources.Of(uint8(s)) }

// PaymentState is where a payment stands.
type PaymentState uint8

// The states of a payment.
const (
	Due      PaymentState = iota // to be made
	Sent                         // the debtor's bank was told
	PartPaid                     // less came in than is owed
	Paid                         // all of it came in, to the fen
	Bounced                      // the bank refused; it may be sent again
	// it didn't come in whole, or a bank took it back: what is missing is owed in another cycle
	Overdue
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

// checkReference refuses what can't be a bank's reference on the ledger.
func checkReference(what, reference string) error {
	if len(reference) > MaxReference {
		return fault.New(fault.BadRequest, "%s: want at most %d characters", what, MaxReference)
	}
	return name.CheckID(what, reference)
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

// CarryPaymentRequest ends a payment that didn't come in whole: what is missing is owed again in the open cycle, by and
// to the same two. The creditor may once it is overdue, and every party but an auditor after 90 days more.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN (an auditor), NOT_FOUND, WRONG_STATE (it is settled or was
// carried over, or the day hasn't come), FORBIDDEN (somebody else within 90 days).
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
		return Close{}, Payment{}, Owe{}, fault.New(fault.Forbidden, "until %s only %s may carry payment %s over",
			p.Due+MaxOverdue, p.Creditor, p.name())
	}
	next := p
	next.State = Overdue
	return c.moved(p, next), next, Owe{
		Kind: Carried, Debtor: p.Debtor, Creditor: p.Creditor, Fen: p.Fen - p.Received,
	}, nil
}

// MaxDeposit is the largest deposit, in fen: ten billion yuan.
const MaxDeposit amount.Units = 1_000_000_000_000

// DepositRequest announces that the caller has deposited money with another party, so that this one can count it. It
// ends with the cycle. Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN, NOT_FOUND (the holder), CONFLICT (it has announced that
// reference in this cycle).
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
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN, BAD_REQUEST (of its own), NOT_FOUND (the debtor, or it
// has announced no such deposit of so much in this cycle), CONFLICT (the reference was counted before).
type PrefundRequest struct {
	_         struct{}     `cbor:",toarray"`
	Debtor    string       `json:"debtor"` // who deposited
	Fen       amount.Units `json:"fen"`
	Reference string       `json:"reference"` // the bank's, unique at the caller
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r PrefundRequest) Check() error { return checkDeposit("debtor", r.Debtor, r.Reference, r.Fen) }

func (p Payment) name() string { return EndToEnd(p.Cycle, p.N) }

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
	return c.State == before.State && c.Instructed == before.Instructed && c.Settled == before.Settled &&
		c.Failed == before.Failed && c.Carried == before.Carried
}

// Owed is the deposit that a creditor owes back.
func (r PrefundRequest) Owed(creditor string) (Owe, error) {
	if r.Debtor == creditor {
		return Owe{}, fault.New(fault.BadRequest, "debtor: nobody deposits with itself")
	}
	return Owe{Kind: Prefunding, Debtor: creditor, Creditor: r.Debtor, Fen: r.Fen}, nil
}

// Prefunded is what a debtor deposited with a creditor in a cycle.
type Prefunded struct {
	_   struct{}     `cbor:",toarray"`
	Fen amount.Units `json:"fen"`
}
