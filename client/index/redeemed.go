package index

import (
	"database/sql"
	"errors"
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// What a campaign's results read, in this order.

func (c *count) readPrices() error {
	return decoded(c.Reading, func(_ string, _ uint64, p points.Programme) error {
		c.prices[p.ID] = p
		return nil
	}, "SELECT key, block, row FROM programmes")
}

// readAwards notes who had which award first, and the entitlements given.
func (c *count) readAwards() error {
	var names []string
	var firsts []since
	err := decoded(c.Reading, func(_ string, block uint64, a campaign.Award) error {
		c.awards++
		c.points += a.Points
		if !a.Entitlement.IsZero() {
			c.rights[string(row.Entitlement(a.Entitlement))] = true
		}
		names, firsts = append(names, a.Member), append(firsts, since{int64(a.Date), block})
		return nil
	}, "SELECT key, block, row FROM entries WHERE kind = 'award' AND topic = ? ORDER BY key", c.of.ID)
	if err != nil {
		return err
	}
	for i, name := range names {
		root, err := c.meet(name)
		if err != nil {
			return err
		}
		if before, had := c.first[root]; !had || firsts[i].before(before.date, before.block) {
			c.first[root] = firsts[i]
		}
	}
	return nil
}

// meet notes a name's root as one whose spending is to be read.
func (c *count) meet(name string) (string, error) {
	root, known := c.roots[name]
	if !known {
		var err error
		if root, err = c.root(name); err != nil {
			return "", err
		}
		c.roots[name] = root
	}
	c.wallets[root] = true
	return root, nil
}

// root is the member that a name was merged into at last.
func (r *Reading) root(name string) (string, error) {
	for range member.MaxDepth + 1 {
		var into string
		err := r.tx.QueryRow("SELECT topic FROM entries WHERE key = ?", string(row.Member(name))).Scan(&into)
		if errors.Is(err, sql.ErrNoRows) || err == nil && into == "" {
			return name, nil
		}
		if err != nil {
			return "", inIndex(err)
		}
		name = into
	}
	return "", fmt.Errorf("index: a member was merged more than %d times", member.MaxDepth)
}

// readFunders sums up what each funder bears.
func (c *count) readFunders() error {
	for _, f := range c.of.Bearers() {
		b := Bearing{Party: f.Party, Parts: f.Parts, Cap: f.Cap}
		err := c.tx.QueryRow(
			"SELECT COALESCE(SUM(points),0), COALESCE(SUM(fen),0) FROM awards WHERE campaign = ? AND party = ?",
			c.of.ID, f.Party).Scan(&b.Points, &b.Fen)
		if err != nil {
			return inIndex(err)
		}
		c.bearings = append(c.bearings, b)
	}
	return nil
}

// readLots finds the lots of the awards and those that their points went on to.
func (c *count) readLots() error {
	var owners []string
	err := decoded(c.Reading, func(key string, _ uint64, lot points.Lot) error {
		c.lots[key] = true
		owners = append(owners, lot.Member)
		return nil
	}, `WITH RECURSIVE came(key) AS (SELECT lot FROM awards WHERE campaign = ? AND lot <> '' UNION SELECT l.key FROM lots l JOIN came ON l.parent = came.key AND l.parent <> '')
		SELECT l.key, l.block, l.row FROM lots l JOIN came ON l.key = came.key`, c.of.ID)
	if err != nil {
		return err
	}
	return c.meetAll(owners)
}

func (c *count) meetAll(names []string) error {
	for _, name := range names {
		if _, err := c.meet(name); err != nil {
			return err
		}
	}
	return nil
}

// readRights finds who else has entitlements that the campaign gave, or that its
// points paid for: those of a benefit that can be passed on may be anybody's.
func (c *count) readRights() error {
	var benefits, owners []string
	err := decoded(c.Reading, func(_ string, _ uint64, m benefit.Model) error {
		if m.Transferable {
			benefits = append(benefits, m.ID)
		}
		return nil
	}, "SELECT key, block, row FROM entries WHERE kind = 'benefit' ORDER BY key")
	if err != nil {
		return err
	}
	for _, id := range benefits {
		err := decoded(c.Reading, func(key string, _ uint64, e benefit.Entitlement) error {
			if c.rights[key] || c.came(e.Pieces).Sum() > 0 {
				owners = append(owners, e.Member)
			}
			return nil
		}, "SELECT key, block, row FROM entries WHERE kind = 'entitlement' AND topic = ? ORDER BY key", id)
		if err != nil {
			return err
		}
	}
	return c.meetAll(owners)
}

// came are the pieces of lots that came of the awards.
func (c *count) came(pieces spend.Line) (line spend.Line) {
	for _, p := range pieces {
		if c.lots[string(row.Lot(p.Lot))] {
			line = append(line, p)
		}
	}
	return line
}

// readWallet reads what a member, under whatever name, has spent and used.
func (c *count) readWallet(root string) error {
	err := decoded(c.Reading, func(_ string, block uint64, h points.Hold) error {
		kept := keptOf(h)
		if len(kept) == 0 {
			return nil
		}
		fen, err := c.worth(kept)
		if err != nil {
			return err
		}
		c.elsewhere(root, Redeemed{h.Acceptor, 1, kept.Sum(), fen}, int64(h.Placed), block)
		return c.redeem(h.Acceptor, c.came(kept))
	}, mine+"SELECT key, block, row FROM holds WHERE member IN (SELECT id FROM mine) AND captured > 0 ORDER BY key",
		root)
	if err != nil {
		return err
	}
	if err := c.readOrders(root); err != nil {
		return err
	}
	type use struct {
		benefit.WriteOff
		block uint64
	}
	var uses []use
	err = decoded(c.Reading, func(_ string, block uint64, w benefit.WriteOff) error {
		uses = append(uses, use{w, block})
		return nil
	},
		mine+
			"SELECT key, block, row FROM entries WHERE member IN (SELECT id FROM mine) AND kind = 'write-off' AND state = ? ORDER BY key",
		root, benefit.Done.String())
	if err != nil {
		return err
	}
	for _, u := range uses {
		if err := c.use(root, u.WriteOff, u.block); err != nil {
			return err
		}
	}
	return nil
}

// readOrders reads what a member bought and kept: each part that was delivered.
func (c *count) readOrders(root string) error {
	return decoded(c.Reading, func(_ string, block uint64, o goods.Order) error {
		for _, part := range o.Parts {
			if part.State != goods.Delivered && part.State != goods.Completed {
				continue
			}
			kept, fen, err := o.Kept(part)
			if err != nil {
				return err
			}
			if fen > 0 {
				c.elsewhere(root, Redeemed{o.Seller, 1, kept.Sum(), fen}, int64(o.Date), block)
			}
			if err := c.redeem(o.Seller, c.came(kept)); err != nil {
				return err
			}
		}
		return nil
	}, mine+"SELECT key, block, row FROM orders WHERE member IN (SELECT id FROM mine) ORDER BY key", root)
}

// keptOf are the points of a hold that were captured and not refunded: a refund
// unwinds the end of a capture.
func keptOf(h points.Hold) (kept spend.Line) {
	from := amount.Units(0)
	for _, taken := range h.Captures {
		kept = append(kept, h.Pieces.Between(from, from+taken.Amount-taken.Refunded)...)
		from += taken.Amount
	}
	return kept
}

// use counts one write-off that stands.
func (c *count) use(root string, w benefit.WriteOff, block uint64) error {
	key := row.Entitlement(w.Entitlement)
	e, found, err := one(c.Reading, "entries", key)
	if err != nil || !found {
		return err
	}
	part := e.Unused() // of a lapse
	if w.Use > 0 {
		part = e.Part(w.Use)
		c.elsewhere(root, Redeemed{w.Provider, 1, part.Sum(), w.Value}, int64(w.Date), block)
	}
	if c.rights[string(key)] {
		c.used++
		c.add(Redeemed{w.Provider, 1, 0, w.Value})
		return nil
	}
	return c.redeem(w.Provider, c.came(part))
}

// redeem counts points of the campaign that were spent at a party.
func (c *count) redeem(party string, pieces spend.Line) error {
	if len(pieces) == 0 {
		return nil
	}
	fen, err := c.worth(pieces)
	if err != nil {
		return err
	}
	for _, p := range pieces {
		c.spent[p.Funder] += p.Amount
	}
	c.add(Redeemed{party, 1, pieces.Sum(), fen})
	return nil
}

func (c *count) add(more Redeemed) {
	if c.redeemed[more.Party] == nil {
		c.redeemed[more.Party] = &Redeemed{Party: more.Party}
	}
	c.redeemed[more.Party].plus(more)
}

func (r *Redeemed) plus(more Redeemed) {
	r.Times += more.Times
	r.Points += more.Points
	r.Fen += more.Fen
}

// elsewhere counts what a member spent, if it is repurchase.
func (c *count) elsewhere(root string, more Redeemed, date int64, block uint64) {
	first, awarded := c.first[root]
	if !awarded || more.Party == c.of.By || !first.before(date, block) {
		return
	}
	if c.other[more.Party] == nil {
		c.other[more.Party] = &Elsewhere{Redeemed: Redeemed{Party: more.Party}}
		c.loyal[more.Party] = map[string]bool{}
	}
	c.other[more.Party].plus(more)
	c.loyal[more.Party][root], c.loyal[""][root] = true, true
}

// worth is what points are worth, half to even by programme.
func (c *count) worth(pieces spend.Line) (fen amount.Units, err error) {
	for _, m := range pieces.ByProgramme() {
		one, err := c.prices[m.Programme].Value(m.Amount)
		if err != nil {
			return 0, err
		}
		fen += one
	}
	return fen, nil
}
