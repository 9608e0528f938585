package contract

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// The verbs of points. Each loads, lets points decide, and writes; who may and
// what is refused in which order stands at the request's type.
var pointsVerbs = []verb{
	does((*call).openProgramme),
	reading((*call).issue, func(r *run, req points.IssueRequest) []string {
		return []string{string(row.Programme(req.Programme)), string(row.Totals(req.Programme, r.caller.ID, r.lane))}
	}),
	reading((*call).activate, func(_ *run, req points.ActivateRequest) []string { return []string{lotKey(req.Lot)} }),
	reading((*call).hold, func(_ *run, req points.HoldRequest) []string { return spendKeys(req.Member, req.Pieces) }),
	reading((*call).capture, func(_ *run, req points.CaptureRequest) []string { return []string{string(row.Hold(req.Hold))} }),
	reading((*call).release, func(_ *run, req points.ReleaseRequest) []string { return []string{string(row.Hold(req.Hold))} }),
	reading((*call).timeOut, func(_ *run, req points.TimeOutRequest) []string { return []string{string(row.Hold(req.Hold))} }),
	reading((*call).transfer, func(_ *run, req points.TransferRequest) []string { return spendKeys(req.From, req.Pieces) }),
	does((*call).freeze),
	does((*call).unfreeze),
}

func spendKeys(member string, pieces []points.Piece) []string {
	keys := []string{string(row.Frozen(points.Bucket(member)))}
	for _, p := range pieces {
		keys = append(keys, lotKey(p.Lot))
	}
	return keys
}

func (c *call) openProgramme(req points.OpenProgrammeRequest) error {
	if err := c.caller.Require(party.Issuer); err != nil {
		return err
	}
	_, taken, err := ledger.Find(c.tx, row.Programme(req.Programme))
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "programme %s exists", req.Programme)
	}
	ledger.Put(c.tx, row.Programme(req.Programme), points.OpenProgramme(req, c.at))
	return nil
}

func (c *call) issue(req points.IssueRequest) error {
	programme, err := c.programme(req.Programme)
	if err != nil {
		return err
	}
	lots, err := points.Issue(programme, req, c.at)
	if err != nil {
		return err
	}
	var count points.Totals
	for i, lot := range lots {
		ledger.Put(c.tx, row.Lot(c.at.Number.Row(i)), lot)
		count.Issued += lot.Issued // the request's sum is checked
		if lot.State == points.Pending {
			count.Pending += lot.Issued
		}
	}
	return c.count(programme.ID, count)
}

func (c *call) activate(req points.ActivateRequest) error {
	lot, err := c.lot(req.Lot)
	if err != nil {
		return err
	}
	next, err := points.Activate(lot, req, c.at)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Lot(req.Lot), next)
	return c.count(lot.Programme, points.Totals{Activated: lot.Issued})
}

func (c *call) hold(req points.HoldRequest) error {
	if err := c.caller.Require(party.Acceptor); err != nil {
		return err
	}
	if err := req.CheckDeadline(c.at.Now); err != nil {
		return err
	}
	lots, issuers, frozen, err := c.spend(req.Member, req.Pieces)
	if err != nil {
		return err
	}
	hold, next, err := points.Place(req, lots, issuers, frozen, c.at)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Hold(c.at.Number), hold)
	for i, piece := range req.Pieces {
		ledger.Put(c.tx, row.Lot(piece.Lot), next[i])
		if err := c.count(next[i].Programme, points.Totals{Placed: piece.Amount}); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) capture(req points.CaptureRequest) error {
	hold, err := ledger.Get(c.tx, row.Hold(req.Hold), "hold", req.Hold.String())
	if err != nil {
		return err
	}
	next, moved, err := points.Capture(hold, req, c.at)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Hold(req.Hold), next)
	for _, m := range moved {
		if err := c.count(m.Programme, points.Totals{Captured: m.Amount}); err != nil {
			return err
		}
		if err := c.owe(m); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) release(req points.ReleaseRequest) error {
	hold, err := ledger.Get(c.tx, row.Hold(req.Hold), "hold", req.Hold.String())
	if err != nil {
		return err
	}
	next, back, err := points.Release(hold, req, c.at)
	if err != nil {
		return err
	}
	return c.giveBack(req.Hold, next, back)
}

func (c *call) timeOut(req points.TimeOutRequest) error {
	hold, err := ledger.Get(c.tx, row.Hold(req.Hold), "hold", req.Hold.String())
	if err != nil {
		return err
	}
	next, back, err := points.TimeOut(hold, req, c.at)
	if err != nil {
		return err
	}
	return c.giveBack(req.Hold, next, back)
}

func (c *call) giveBack(id number.Command, hold points.Hold, back []points.HeldPiece) error {
	for _, piece := range back {
		lot, err := c.lot(piece.Lot)
		if err != nil {
			return err
		}
		ledger.Put(c.tx, row.Lot(piece.Lot), points.GiveBack(lot, piece))
		if err := c.count(piece.Programme, points.Totals{Returned: piece.Amount}); err != nil {
			return err
		}
	}
	ledger.Put(c.tx, row.Hold(id), hold)
	return nil
}

func (c *call) transfer(req points.TransferRequest) error {
	lots, issuers, frozen, err := c.spend(req.From, req.Pieces)
	if err != nil {
		return err
	}
	given, got, err := points.Transfer(req, lots, issuers, frozen, c.at)
	if err != nil {
		return err
	}
	for i, piece := range req.Pieces {
		ledger.Put(c.tx, row.Lot(piece.Lot), given[i])
		ledger.Put(c.tx, row.Lot(c.at.Number.Row(i)), got[i])
		if err := c.count(given[i].Programme, points.Totals{Transferred: piece.Amount}); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) freeze(req points.FreezeRequest) error {
	operator := c.caller.Roles.Has(party.Operator)
	if !operator {
		if err := c.caller.Require(party.Issuer); err != nil {
			return err
		}
	}
	return c.changeFrozen(req.Member, func(f points.Frozen) (points.Frozen, error) { return f.Add(req, operator, c.at) })
}

func (c *call) unfreeze(req points.UnfreezeRequest) error {
	return c.changeFrozen(req.Member, func(f points.Frozen) (points.Frozen, error) { return f.Lift(req, c.at) })
}

func (c *call) changeFrozen(member string, change func(points.Frozen) (points.Frozen, error)) error {
	key := row.Frozen(points.Bucket(member))
	frozen, _, err := ledger.Find(c.tx, key)
	if err != nil {
		return err
	}
	next, err := change(frozen)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, key, next)
	return nil
}

// spend reads the lots that pieces name, who issues them, and the member's freezes.
func (c *call) spend(member string, pieces []points.Piece) ([]points.Lot, map[string]string, points.Frozen, error) {
	lots := make([]points.Lot, len(pieces))
	issuers := make(map[string]string, 2)
	for i, piece := range pieces {
		lot, err := c.lot(piece.Lot)
		if err != nil {
			return nil, nil, points.Frozen{}, err
		}
		programme, err := c.programme(lot.Programme)
		if err != nil {
			return nil, nil, points.Frozen{}, err
		}
		lots[i], issuers[programme.ID] = lot, programme.Issuer
	}
	frozen, _, err := ledger.Find(c.tx, row.Frozen(points.Bucket(member)))
	return lots, issuers, frozen, err
}

func (c *call) lot(n number.Row) (points.Lot, error) {
	return ledger.Get(c.tx, row.Lot(n), "lot", n.String())
}

func (c *call) programme(id string) (points.Programme, error) {
	return ledger.Get(c.tx, row.Programme(id), "programme", id)
}

// count adds to the lane's totals of a programme. LIMIT above 2⁵³−1.
func (c *call) count(programme string, by points.Totals) error {
	key := row.Totals(programme, c.caller.ID, c.lane)
	totals, _, err := ledger.Find(c.tx, key)
	if err != nil {
		return err
	}
	next, err := totals.Plus(by)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, key, next)
	return nil
}

// owe adds captured points to what their issuer owes the caller in this cycle.
func (c *call) owe(m points.Moved) error {
	programme, err := c.programme(m.Programme)
	if err != nil {
		return err
	}
	return c.position(settlement.Owe{Debtor: programme.Issuer, Creditor: c.caller.ID, Programme: programme.ID, Points: m.Amount})
}

// position adds to what the lane makes the parties owe each other in this cycle.
func (c *call) position(owe settlement.Owe) error {
	key := row.Positions(c.cycle.ID, c.caller.ID, c.lane)
	positions, _, err := ledger.Find(c.tx, key)
	if err != nil {
		return err
	}
	next, err := positions.Plus(owe)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, key, next)
	return nil
}

func lotKey(n number.Row) string { return string(row.Lot(n)) }
