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

// AdviseRequest matches what came in on the creditor's account with a payment. Only the
// creditor may. A payment is settled when all of it came in, to the fen; charges that banks
// kept count if the creditor says that it bears them.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such payment.
//  4. FORBIDDEN: the caller isn't the creditor.
//  5. CONFLICT: the reference or its alias was counted before.
//  6. WRONG_STATE: the payment is settled or was carried over.
//  7. CONFLICT: more came in than is owed: the advice is wrong.
type AdviseRequest struct {
	_         struct{}     `cbor:",toarray"`
	Cycle     string       `json:"cycle"`
	Payment   uint32       `json:"payment"`
	Reference string       `json:"reference"`
	Alias     string       `json:"alias"`   // another reference that the bank gives the same booking; "" for none
	Fen       amount.Units `json:"fen"`     // that came in; 0 if nothing but charges is counted
	Charges   amount.Units `json:"charges"` // that banks kept, and the creditor bears
	Booked    date.Date    `json:"booked"`
	Source    Source       `json:"source"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r AdviseRequest) Check() error {
	if err := checkPayment(r.Cycle, r.Payment); err != nil {
		return err
	}
	if err := checkReference("reference", r.Reference); err != nil {
		return err
	}
	if r.Alias != "" {
		if err := checkReference("alias", r.Alias); err != nil {
			return err
		}
	}
	switch {
	case r.Alias == r.Reference:
		return fault.New(fault.BadRequest, "alias: is the reference")
	case r.Fen < 0 || r.Charges < 0:
		return fault.New(fault.BadRequest, "fen and charges: want no less than 0")
	case r.Source > ByTable:
		return fault.New(fault.BadRequest, "source: want one of %v", sources)
	}
	all, err := r.Fen.Add(r.Charges)
	if err != nil {
		return err
	}
	if err := all.Check(); err != nil {
		return err
	}
	return r.Booked.Check()
}

func checkPayment(cycle string, n uint32) error {
	if err := name.CheckID("cycle", cycle); err != nil {
		return err
	}
	if n < 1 {
		return fault.New(fault.BadRequest, "payment: want its number, from 1")
	}
	return nil
}

// References are those that it counts, each once.
func (r AdviseRequest) References() []string {
	if r.Alias == "" {
		return []string{r.Reference}
	}
	return []string{r.Reference, r.Alias}
}

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
	if req.Fen > p.Rest() || req.Charges > p.Rest()-req.Fen {
		return Close{}, Payment{}, fault.New(fault.Conflict, "of payment %s, %d fen are to come in, not %d",
			p.name(), p.Rest(), req.Fen+req.Charges)
	}
	next := p
	kept := p.Advices[max(0, len(p.Advices)+1-KeptAdvices):]
	next.Count++
	next.Advices = append(slices.Clone(kept),
		Advice{Reference: req.Reference, Alias: req.Alias, Fen: req.Fen, Charges: req.Charges,
			Booked: req.Booked, Late: req.Booked > p.Due, Source: req.Source, By: by})
	next.Received += req.Fen + req.Charges
	next.State = next.cameIn()
	return c.moved(p, next), next, nil
}

// cameIn is the state of a payment of which so much came in: one of which something was taken back again doesn't
// settle any more.
func (p Payment) cameIn() PaymentState {
	switch {
	case p.Received < p.Fen:
		return PartPaid
	case p.Back > 0:
		return Overdue
	}
	return Paid
}

// TakeBackRequest says that a bank took back what it had booked: a reversal or a return (冲正、退汇). Only the creditor may,
// for a receipt that it counted, and up to what came in by it. What was taken back is owed again, in the open cycle, by
// and to the same two, as a line that the debtor can dispute; a payment that was settled is so no more.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (the payment), FORBIDDEN, NOT_FOUND (the caller counted no
// such receipt of that payment), CONFLICT (the bank's reference was counted before; or more than is left of the
// receipt).
type TakeBackRequest struct {
	_         struct{}     `cbor:",toarray"`
	Cycle     string       `json:"cycle"`
	Payment   uint32       `json:"payment"`
	Receipt   string       `json:"receipt"`   // reference under which it was counted
	Reference string       `json:"reference"` // the bank's, of taking it back; it counts once
	Fen       amount.Units `json:"fen"`
	Booked    date.Date    `json:"booked"`
	Evidence  codec.Hash   `json:"evidence"` // SHA-256 of the bank's file or letter
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r TakeBackRequest) Check() error {
	if err := checkPayment(r.Cycle, r.Payment); err != nil {
		return err
	}
	if err := checkReference("receipt", r.Receipt); err != nil {
		return err
	}
	if err := checkReference("reference", r.Reference); err != nil {
		return err
	}
	if len(r.Evidence) != 32 {
		return fault.New(fault.BadRequest, "evidence: want the SHA-256 of what the bank wrote")
	}
	if err := r.Fen.Check(); err != nil {
		return err
	}
	return r.Booked.Check()
}

// Used says what a bank's reference was counted for.
type Used struct {
	_       struct{}       `cbor:",toarray"`
	By      number.Command `json:"by"`
	Payment string         `json:"payment"` // for which it came in; "" if it is of no receipt
	Fen     amount.Units   `json:"fen"`     // that came in by it
	Back    amount.Units   `json:"back"`    // what of it was taken back
}

// UsedFor is what each reference of an advice was counted for. Its alias stands for no money of its own.
func (r AdviseRequest) UsedFor(reference string, by number.Command) Used {
	if reference != r.Reference {
		return Used{By: by}
	}
	return Used{By: by, Payment: EndToEnd(r.Cycle, r.Payment), Fen: r.Fen}
}

// TakeBack counts what was taken back of a receipt, and answers what is owed again.
func (c Close) TakeBack(p Payment, receipt Used, req TakeBackRequest,
	by number.Command) (Close, Payment, Used, Owe, error) {
	if receipt.Payment != p.name() {
		return Close{}, Payment{}, Used{}, Owe{}, fault.New(fault.NotFound,
			"nothing was counted under reference %s for payment %s", req.Receipt, p.name())
	}
	if req.Fen > receipt.Fen-receipt.Back {
		return Close{}, Payment{}, Used{}, Owe{}, fault.New(fault.Conflict, "of receipt %s, %d fen are left, not %d",
			req.Receipt, receipt.Fen-receipt.Back, req.Fen)
	}
	receipt.Back += req.Fen
	next := p
	next.Back += req.Fen
	kept := p.Returns[max(0, len(p.Returns)+1-KeptAdvices):]
	next.Returns = append(slices.Clone(kept), TakenBack{
		Receipt: req.Receipt, Reference: req.Reference, Fen: req.Fen, Booked: req.Booked, Evidence: req.Evidence,
		By: by,
	})
	if p.State == Paid {
		next.State = Overdue
	}
	return c.moved(p, next), next, receipt, Owe{
		Kind: Carried, Debtor: p.Debtor, Creditor: p.Creditor, Fen: req.Fen,
	}, nil
}
