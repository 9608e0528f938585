package settlement

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// InstructRequest notes that the caller's bank was told to make payments: each to the rest that is still to come
// in. The file stays with the two; its hash is here, and what is needed to write the same file again.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such cycle or payment.
//  4. FORBIDDEN: a payment is another party's to make.
//  5. WRONG_STATE: a payment has ended, or a bank was told of it, hasn't refused it, and none of it came in.
//  6. LIMIT: the caller told of the payment too often today.
//  7. CONFLICT: the rests come to another sum, because money came in since.
type InstructRequest struct {
	_        struct{}     `cbor:",toarray"`
	Cycle    string       `json:"cycle"`
	Payments []uint32     `json:"payments"` // sorted, each once
	Message  string       `json:"message"`
	Hash     codec.Hash   `json:"hash"`
	Fen      amount.Units `json:"fen"`     // that the message asks for in all
	Made     int64        `json:"made"`    // when the message says that it was made, UTC seconds
	Execute  date.Date    `json:"execute"` // when the bank is to pay
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
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
	if r.Made < 0 || r.Made > maxMade {
		return fault.New(fault.BadRequest, "made: want UTC seconds")
	}
	if err := r.Execute.Check(); err != nil {
		return err
	}
	return r.Fen.Check()
}

// maxMade is the last second of 2199.
const maxMade = 7_258_118_399

// Instruct notes that the debtor's bank was told to make payments, which are the request's.
func (c Close) Instruct(payments []Payment, req InstructRequest, caller string,
	today date.Date) (Close, []Payment, error) {
	for _, p := range payments {
		if p.Debtor != caller {
			return Close{}, nil, fault.New(fault.Forbidden, "payment %s is %s's to make", p.name(), p.Debtor)
		}
	}
	next, sum := make([]Payment, len(payments)), amount.Units(0)
	for _, p := range payments {
		if p.State != Due && p.State != Bounced && p.State != PartPaid {
			return Close{}, nil, fault.New(fault.WrongState, "payment %s is %s", p.name(), p.State)
		}
	}
	for i, p := range payments {
		var err error
		if next[i], err = p.tried(today); err != nil {
			return Close{}, nil, err
		}
		next[i].State, next[i].Message, next[i].Hash = Sent, req.Message, req.Hash
		next[i].Asked, next[i].Made, next[i].Execute = p.Rest(), req.Made, req.Execute
		sum = sum.AddUpTo(p.Rest())
		c = c.moved(p, next[i])
	}
	if sum != req.Fen {
		return Close{}, nil, fault.New(fault.Conflict,
			"the message asks for %d fen, %d are still to come in: write it again", req.Fen, sum)
	}
	return c, next, nil
}

// tried counts one instruction more. LIMIT above MaxTries on a business date: all payments of a cycle write its row,
// and a debtor that told its bank again and again would keep the others' from landing.
func (p Payment) tried(today date.Date) (Payment, error) {
	if p.Told != today {
		p.Told, p.Tries = today, 0
	}
	if p.Tries >= MaxTries {
		return Payment{}, fault.New(fault.Limit,
			"payment %s was instructed %d times on %s; wait for the next business date", p.name(), p.Tries, today)
	}
	p.Tries++
	return p, nil
}
