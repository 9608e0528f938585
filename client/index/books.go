package index

import (
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
	"tallystick/client/books"
)

// What the books read: every lot, whatever its state, and every redemption. Each of
// these reads whole tables, once.

// EachLot visits every lot by key, with what is held of it and with the lot in which
// its points were first issued.
func (r *Reading) EachLot(visit func(books.Lot) error) (err error) {
	c, err := r.census()
	if err != nil {
		return err
	}
	return r.rows(func(key string, _ uint64, value []byte) error {
		lot, err := c.lot(key, value)
		if err != nil {
			return inIndex(err)
		}
		return visit(lot)
	}, "SELECT key, block, row FROM lots ORDER BY key")
}

// census is what has to be known of all lots to read one.
type census struct {
	moments map[string]moment
	issuers map[string]string       // by programme
	held    map[string]amount.Units // by the lot's key
	parents map[string]string       // of lots whose points were in another before
	first   map[string]first        // of lots that are a parent
	own     map[string]amount.Units // by the lot's key: what was redeemed at the outlets of who bears it
}

// first is what a lot says of those that its points went on to.
type first struct {
	number number.Row
	origin points.Origin
}

func (r *Reading) census() (c census, err error) {
	c.issuers, c.first = map[string]string{}, map[string]first{}
	if c.moments, err = r.moments(); err != nil {
		return c, err
	}
	if c.held, err = r.heldOfLots(); err != nil {
		return c, err
	}
	if c.own, err = r.redeemedAtHome(c.moments); err != nil {
		return c, err
	}
	if c.parents, err = r.pairs("SELECT key, parent FROM lots WHERE parent <> ''"); err != nil {
		return c, err
	}
	err = decoded(r, func(_ string, _ uint64, p points.Programme) error {
		c.issuers[p.ID] = p.Issuer
		return nil
	}, "SELECT key, block, row FROM programmes")
	if err != nil {
		return c, err
	}
	parents, err := r.lots("SELECT key, block, row FROM lots WHERE key IN (SELECT parent FROM lots WHERE parent <> '')")
	for _, l := range parents {
		c.first[string(row.Lot(l.Number))] = first{l.Number, l.Origin}
	}
	return c, err
}

// pairs reads two columns of texts.
func (r *Reading) pairs(query string, args ...any) (map[string]string, error) {
	rows, err := r.tx.Query(query, args...)
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var from, to string
		if err := rows.Scan(&from, &to); err != nil {
			return nil, inIndex(err)
		}
		all[from] = to
	}
	return all, rows.Err()
}

// lot reads one row.
func (c census) lot(key string, value []byte) (books.Lot, error) {
	named, err := row.Read(key, value)
	if err != nil {
		return books.Lot{}, err
	}
	n, err := number.ParseRow(named.ID)
	if err != nil {
		return books.Lot{}, err
	}
	l := named.Row.(points.Lot)
	lot := books.Lot{

		Number: n, Root: n, Issuer: c.issuers[l.Programme], Programme: l.Programme, Party: l.Funder,
		Origin: l.Origin, Expires: l.Expires,
		Available: l.Available(), Held: c.held[key], Converted: l.Converted, Expired: l.Expired, Revoked: l.Revoked,
		Own: c.own[key],
	}
	if lot.Party == "" {
		lot.Party = lot.Issuer
	}
	root := c.root(key)
	if root == key {
		lot.Issued = l.Issued
	} else {
		lot.Root, lot.Origin = c.first[root].number, c.first[root].origin
	}
	lot.Born, err = c.born(root)
	return lot, err
}

// root is the key of the lot in which a lot's points were first issued.
func (c census) root(key string) string {
	for range len(c.parents) { // each is met once at most
		parent, has := c.parents[key]
		if !has {
			break
		}
		key = parent
	}
	return key
}

// born is the business date on which a row was made that a command names.
func (c census) born(key string) (date.Date, error) {
	batch, _ := row.Sealed(key)
	m, known := c.moments[batch]
	if !known {
		return 0, fmt.Errorf("no batch made %.90q", key)
	}
	return m.date, nil
}

// heldOfLots sums up what open holds, orders and trades hold, by the lot's key.
func (r *Reading) heldOfLots() (map[string]amount.Units, error) {
	held := map[string]amount.Units{}
	add := func(line spend.Line) {
		for _, p := range line {
			held[string(row.Lot(p.Lot))] += p.Amount // at most what the lot had
		}
	}
	holds, err := r.holds("SELECT key, block, row FROM holds WHERE state IN (?, ?) ORDER BY key", int64(points.Open),
		int64(points.PartCaptured))
	if err != nil {
		return nil, err
	}
	for _, h := range holds {
		add(h.Pieces.Between(h.Captured, h.Sum()))
	}
	orders, err := r.orders("SELECT key, block, row FROM orders WHERE open = 1 ORDER BY key")
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		add(o.Held())
	}
	return held, decoded(r, func(_ string, _ uint64, t points.Trade) error {
		add(t.Pieces)
		return nil
	}, "SELECT key, block, row FROM entries WHERE kind = 'trade' AND state = ? ORDER BY key", points.Offered.String())
}

// Owed lists what each member has of a programme, held points included, by member: the
// root of its names. Those who have nothing are left out.
//
// Its sum is the programme's Outstanding, read at the same height. NOT_FOUND for no
// such programme.
func (r *Reading) Owed(programme string) (list []books.Owed, err error) {
	list = []books.Owed{}
	sums, err := r.owed(programme)
	for _, root := range sortedKeys(sums) {
		list = append(list, books.Owed{Member: root, Points: sums[root]})
	}
	return list, err
}

func (r *Reading) owed(programme string) (map[string]amount.Units, error) {
	if _, found, err := one(r, "programmes", row.Programme(programme)); err != nil || !found {
		if err == nil {
			err = fault.New(fault.NotFound, "there is no programme %.64s", programme)
		}
		return nil, err
	}
	held, err := r.heldOfLots()
	if err != nil {
		return nil, err
	}
	roots, err := r.merged()
	if err != nil {
		return nil, err
	}
	sums := map[string]amount.Units{}
	return sums, decoded(r, func(key string, _ uint64, l points.Lot) error {
		if n := l.Available() + held[key]; n > 0 {
			sums[roots.of(l.Member)] += n
		}
		return nil
	}, "SELECT key, block, row FROM lots WHERE programme = ? ORDER BY key", programme)
}

// merges are the members that were merged, each with the one it was merged into.
type merges map[string]string

func (r *Reading) merged() (merges, error) {
	return r.pairs("SELECT member, topic FROM entries WHERE kind = 'member' AND topic <> ''")
}

// of is the member that a name stands for in the end.
func (m merges) of(name string) string {
	for range member.MaxDepth + 1 {
		into, merged := m[name]
		if !merged {
			break
		}
		name = into
	}
	return name
}
