package verb

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// paymentVerbs are those of what banks did.
var paymentVerbs = []verb{
	does((*call).instruct),
	does((*call).advise),
	does((*call).takeBack),
	does((*call).bounce),
	does((*call).prefund),
	does((*call).announceDeposit),
	does((*call).carryPayment),
}

func (c *call) payment(cycle string, n uint32) (settlement.Payment, error) {
	return ledger.Get(c.Tx, row.Payment(cycle, n), "payment", settlement.EndToEnd(cycle, n))
}

func (c *call) instruct(req settlement.InstructRequest) error {
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	payments := make([]settlement.Payment, len(req.Payments))
	for i, n := range req.Payments {
		if payments[i], err = c.payment(req.Cycle, n); err != nil {
			return err
		}
	}
	next, list, err := closed.Instruct(payments, req, c.Caller.ID, c.At.Date)
	if err != nil {
		return err
	}
	c.putPayments(closed, next, list...)
	return nil
}

// putPayments writes payments, and their cycle if it got further: a payment that comes in by many parts writes it
// twice.
func (c *call) putPayments(before, closed settlement.Close, payments ...settlement.Payment) {
	for _, p := range payments {
		ledger.Put(c.Tx, row.Payment(closed.ID, p.N), p)
	}
	if !closed.Same(before) {
		ledger.Put(c.Tx, row.Close(closed.ID), closed)
	}
}

func (c *call) advise(req settlement.AdviseRequest) error {
	payment, err := c.payment(req.Cycle, req.Payment)
	if err != nil {
		return err
	}
	if err := payment.MayAdvise(c.Caller.ID); err != nil {
		return err
	}
	for _, reference := range req.References() {
		if err := c.countReference(reference, req.UsedFor(reference, c.At.Number)); err != nil {
			return err
		}
	}
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	next, payment, err := closed.Advise(payment, req, c.At.Number)
	if err != nil {
		return err
	}
	c.putPayments(closed, next, payment)
	return nil
}

// countReference notes a bank's reference of the caller's. CONFLICT if it was counted before. It is read where it is
// absent: nothing else says so, and the key is the caller's own.
func (c *call) countReference(reference string, counts settlement.Used) error {
	key := row.Used(c.Caller.ID, reference)
	used, counted, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	if counted {
		return fault.New(fault.Conflict, "reference %s was counted by %s", reference, used.By)
	}
	ledger.Put(c.Tx, key, counts)
	return nil
}

func (c *call) takeBack(req settlement.TakeBackRequest) error {
	payment, err := c.payment(req.Cycle, req.Payment)
	if err != nil {
		return err
	}
	if err := payment.MayAdvise(c.Caller.ID); err != nil {
		return err
	}
	counted := row.Used(c.Caller.ID, req.Receipt)
	receipt, _, err := ledger.Find(c.Tx, counted)
	if err != nil {
		return err
	}
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	next, payment, receipt, owe, err := closed.TakeBack(payment, receipt, req, c.At.Number)
	if err != nil {
		return err
	}
	if err := c.countReference(req.Reference, settlement.Used{By: c.At.Number}); err != nil {
		return err
	}
	ledger.Put(c.Tx, counted, receipt)
	c.putPayments(closed, next, payment)
	return c.owe(owe)
}

func (c *call) bounce(req settlement.BounceRequest) error {
	payment, err := c.payment(req.Cycle, req.Payment)
	if err != nil {
		return err
	}
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	next, payment, err := closed.Bounce(payment, req, c.Caller.ID)
	if err != nil {
		return err
	}
	c.putPayments(closed, next, payment)
	return nil
}

func (c *call) carryPayment(req settlement.CarryPaymentRequest) error {
	payment, err := c.payment(req.Cycle, req.Payment)
	if err != nil {
		return err
	}
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	next, payment, owe, err := closed.CarryPayment(payment, c.Caller.ID, c.At.Date)
	if err != nil {
		return err
	}
	c.putPayments(closed, next, payment)
	return c.owe(owe)
}

// announceDeposit notes the depositor's word. It is read where it is absent: nothing else says so, and the key is the
// caller's own.
func (c *call) announceDeposit(req settlement.DepositRequest) error {
	if _, err := c.party(req.Holder); err != nil {
		return err
	}
	key := row.Announced(c.Cycle.ID, c.Caller.ID, req.Holder, req.Reference)
	_, announced, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	if announced {
		return fault.New(fault.Conflict, "the deposit %s was announced", req.Reference)
	}
	ledger.Put(c.Tx, key, settlement.Announced{Fen: req.Fen})
	return nil
}

// announced refuses with NOT_FOUND a deposit that its depositor hasn't announced so.
func (c *call) announced(req settlement.PrefundRequest) error {
	deposit, _, err := ledger.Find(c.Tx, row.Announced(c.Cycle.ID, req.Debtor, c.Caller.ID, req.Reference))
	if err == nil && deposit.Fen != req.Fen {
		err = fault.New(fault.NotFound, "%s has announced no deposit %s of %d fen in cycle %s", req.Debtor,
			req.Reference, req.Fen, c.Cycle.ID)
	}
	return err
}

// prefund notes a deposit: a lease on what its debtor may come to owe reads it when it grows.
func (c *call) prefund(req settlement.PrefundRequest) error {
	owe, err := req.Owed(c.Caller.ID)
	if err != nil {
		return err
	}
	if _, err := c.party(req.Debtor); err != nil {
		return err
	}
	if err := c.announced(req); err != nil {
		return err
	}
	if err := c.countReference(req.Reference, settlement.Used{By: c.At.Number}); err != nil {
		return err
	}
	key := row.Prefunded(c.Cycle.ID, req.Debtor, c.Caller.ID)
	deposit, _, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	deposit.Fen = deposit.Fen.AddUpTo(req.Fen)
	ledger.Put(c.Tx, key, deposit)
	return c.owe(owe)
}
