package verb

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

func (c *call) hold(req points.HoldRequest) error {
	if err := req.CheckDeadline(c.At.Now); err != nil {
		return err
	}
	member, wallet, err := c.wallet(req.Member, req.Pieces)
	if err != nil {
		return err
	}
	req.Authorisation = c.under(member, req.Authorisation)
	hold, next, err := points.Place(req, wallet, c.At)
	if err != nil {
		return err
	}
	if err := c.mayspend(member, req.Authorisation, req.Code, hold.Pieces.ByProgramme()); err != nil {
		return err
	}
	if err := c.countSpent(wallet, hold.Pieces); err != nil {
		return err
	}
	hold.Cycle = c.Cycle.ID
	if hold.Capped, err = c.capFunders(occasion{c.Caller.ID, hold.Scene, hold.Placed}, hold.Pieces); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Hold(c.At.Number), hold)
	return c.place(req.Pieces, next)
}

// place writes lots that pieces were taken from.
func (c *call) place(pieces []spend.Take, lots []points.Lot) error {
	for i, piece := range pieces {
		ledger.Put(c.Tx, row.Lot(piece.Lot), lots[i])
		if err := c.count(lots[i].Programme, points.Totals{Placed: piece.Amount}); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) capture(req points.CaptureRequest) error {
	hold, err := c.heldAs(req.Hold)
	if err != nil {
		return err
	}
	next, err := points.Capture(hold, req, c.At)
	if err != nil {
		return err
	}
	next = next.CapturedIn(c.Cycle.ID)
	ledger.Put(c.Tx, row.Hold(req.Hold), next)
	for _, m := range hold.Pieces.Between(hold.Captured, next.Captured).ByProgramme() {
		if err := c.count(m.Programme, points.Totals{Captured: m.Amount}); err != nil {
			return err
		}
	}
	return c.oweFor(spentIn(req.Hold, hold), hold.Pieces, hold.Captured, next.Captured)
}

func (c *call) refund(req points.RefundRequest) error {
	hold, err := c.heldAs(req.Hold)
	if err != nil {
		return err
	}
	next, from, to, err := points.RefundCapture(hold, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Hold(req.Hold), next)
	if err := c.unwind(hold.Pieces.Between(from, to)); err != nil {
		return err
	}
	return c.oweBack(spentIn(req.Hold, hold), hold.Pieces, from, to, hold.OwedIn(req.Capture))
}

// unwind returns captured pieces to the lots that they were taken from; one whose
// lot has ended becomes a lot of its own.
func (c *call) unwind(pieces spend.Line) error {
	for _, piece := range pieces {
		if err := c.returnTo(piece); err != nil {
			return err
		}
		if err := c.count(piece.Programme, points.Totals{Refunded: piece.Amount}); err != nil {
			return err
		}
		programme, err := c.programme(piece.Programme)
		if err != nil {
			return err
		}
		if err := c.chargeLiability(programme, piece.Amount); err != nil {
			return err
		}
	}
	return nil
}

// returnTo returns a piece to the lot that it was taken from; if that has ended, the piece becomes
// a lot of its own, with its programme's grace.
func (c *call) returnTo(piece spend.Piece) error {
	lot, err := c.lot(piece.Lot)
	if err != nil {
		return err
	}
	wallet, err := c.walletOf(lot)
	if err != nil {
		return err
	}
	rules := wallet.Programmes[lot.Programme].Rules
	next, child := points.Unwind(lot, piece, rules, wallet.LastDay(lot), c.At.Date)
	if child == nil {
		ledger.Put(c.Tx, row.Lot(piece.Lot), next)
		return nil
	}
	ledger.Put(c.Tx, row.Lot(c.At.Number.Row(c.lots)), *child)
	c.lots++
	return nil
}

func (c *call) release(req points.ReleaseRequest) error {
	hold, err := c.heldAs(req.Hold)
	if err != nil {
		return err
	}
	next, _, err := points.Release(hold, req, c.At)
	if err != nil {
		return err
	}
	return c.endHold(req.Hold, hold, next)
}

func (c *call) timeOut(req points.TimeOutRequest) error {
	hold, err := c.heldAs(req.Hold)
	if err != nil {
		return err
	}
	next, _, err := points.TimeOut(hold, req, c.At)
	if err != nil {
		return err
	}
	return c.endHold(req.Hold, hold, next)
}

// endHold gives back what a hold still held.
func (c *call) endHold(id number.Command, hold, next points.Hold) error {
	ledger.Put(c.Tx, row.Hold(id), next)
	return c.giveBackAll(spentIn(id, hold), hold.Pieces, hold.Captured, true)
}

func spentIn(id number.Command, h points.Hold) spent {
	return spent{occasion{h.Acceptor, h.Scene, h.Placed}, id, h.Member, h.Authorisation, h.Capped, h.Cycle}
}

// giveBackAll gives back the points of a line from one of them on: to their lots,
// to the member's consent, to the day's limit and to the funders' caps. grace: what comes back after its
// last day lives on as a refund does, because the member isn't at fault.
func (c *call) giveBackAll(s spent, line spend.Line, from amount.Units, grace bool) error {
	back := line.Between(from, line.Sum())
	if err := c.giveBack(back, grace); err != nil {
		return err
	}
	moved := back.ByProgramme()
	if err := c.unspend(s.authorisation, moved); err != nil {
		return err
	}
	if err := c.countUnspent(s, moved); err != nil {
		return err
	}
	return c.uncapFunders(s, line, from)
}

// giveBack returns pieces that were never captured to their lots.
func (c *call) giveBack(pieces spend.Line, grace bool) error {
	for _, piece := range pieces {
		if grace {
			if err := c.returnTo(piece); err != nil {
				return err
			}
			if err := c.count(piece.Programme, points.Totals{Returned: piece.Amount}); err != nil {
				return err
			}
			continue
		}
		lot, err := c.lot(piece.Lot)
		if err != nil {
			return err
		}
		next, broken := points.GiveBack(lot, piece)
		ledger.Put(c.Tx, row.Lot(piece.Lot), next)
		if err := c.count(piece.Programme, points.Totals{Returned: piece.Amount, Expired: broken}); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) heldAs(id number.Command) (points.Hold, error) {
	return ledger.Get(c.Tx, row.Hold(id), "hold", id.String())
}

// wallet reads all that a spend must know of a member.
func (c *call) wallet(id string, pieces []spend.Take) (member.Member, points.Wallet, error) {
	root, err := c.root(id)
	if err != nil {
		return member.Member{}, points.Wallet{}, err
	}
	wallet := points.Wallet{Member: root.ID, Lots: make([]points.Lot, len(pieces))}
	owners := []string{root.ID}
	for i, piece := range pieces {
		if wallet.Lots[i], err = c.lot(piece.Lot); err != nil {
			return member.Member{}, points.Wallet{}, err
		}
		if of := wallet.Lots[i].Member; !slices.Contains(owners, of) {
			owners = append(owners, of)
		}
	}
	if wallet.Homes, err = c.homesOf(wallet.Lots); err != nil {
		return member.Member{}, points.Wallet{}, err
	}
	if wallet.Programmes, err = c.programmesOf(wallet.Lots); err != nil {
		return member.Member{}, points.Wallet{}, err
	}
	if wallet.Standings, err = c.standingsOf(root.ID, wallet.Programmes, wallet.Lots); err != nil {
		return member.Member{}, points.Wallet{}, err
	}
	wallet.Stops = Stops(root)
	return root, wallet, c.ownersOf(&wallet, owners)
}

// homesOf reads the homes of members of lots that are bound to one.
func (c *call) homesOf(lots []points.Lot) (map[string]string, error) {
	var homes map[string]string
	for _, lot := range lots {
		if lot.Home == "" {
			continue
		}
		m, err := c.member(lot.Member)
		if err != nil {
			return nil, err
		}
		if homes == nil {
			homes = map[string]string{}
		}
		homes[lot.Member] = m.Home
	}
	return homes, nil
}

// ownersOf notes what became of the members whose lots are in the wallet.
func (c *call) ownersOf(wallet *points.Wallet, owners []string) error {
	for _, owner := range owners {
		if owner != wallet.Member {
			became, err := c.root(owner)
			if err != nil {
				return err
			}
			if wallet.Owners == nil {
				wallet.Owners = map[string]string{}
			}
			wallet.Owners[owner] = became.ID
		}
	}
	return nil
}

// Stops lists the freezes that stand. What was merged into the member was under none.
func Stops(root member.Member) []points.Stop {
	stops := []points.Stop{}
	for _, f := range root.Frozen() {
		stops = append(stops, points.Stop{By: f.By, All: f.All, Reason: f.Reason})
	}
	return stops
}

// walletOf is a wallet with one lot in it, to ask for its last day. The member is
// read only where the day depends on it: points may have been granted to one that
// was never enrolled, and they expire too.
func (c *call) walletOf(lot points.Lot) (points.Wallet, error) {
	programmes, err := c.programmesOf([]points.Lot{lot})
	if err != nil {
		return points.Wallet{}, err
	}
	if programmes[lot.Programme].Rules.Expiry.Kind != points.Sliding {
		return points.Wallet{Lots: []points.Lot{lot}, Programmes: programmes}, nil
	}
	member, err := c.root(lot.Member)
	if err != nil {
		return points.Wallet{}, err
	}
	standings, err := c.standingsOf(member.ID, programmes, []points.Lot{lot})
	return points.Wallet{Member: member.ID, Lots: []points.Lot{lot}, Programmes: programmes, Standings: standings}, err
}

func (c *call) programmesOf(lots []points.Lot) (map[string]points.Programme, error) {
	programmes := make(map[string]points.Programme, 2)
	for _, lot := range lots {
		if _, known := programmes[lot.Programme]; known {
			continue
		}
		programme, err := c.programme(lot.Programme)
		if err != nil {
			return nil, err
		}
		programmes[lot.Programme] = programme
	}
	return programmes, nil
}
