package index

import (
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/books"
)

// Caps lists the net debit caps of the open cycle, by party: of those who have one.
// NOT_FOUND before the founding.
func (r *Reading) Caps() (list []books.Cap, err error) {
	list = []books.Cap{}
	cycle, found, err := one(r, "facts", row.Cycle())
	if err == nil && !found {
		err = fault.New(fault.NotFound, "no cycle yet: found the network first")
	}
	if err != nil {
		return nil, err
	}
	var parties []party.Party
	err = decoded(r, func(_ string, _ uint64, p party.Party) error {
		if p.Debit > 0 {
			parties = append(parties, p)
		}
		return nil
	}, factsOf, "party")
	if err != nil {
		return nil, err
	}
	for _, p := range parties {
		cap, err := r.cap(cycle, p)
		if err != nil {
			return nil, err
		}
		list = append(list, cap)
	}
	pairs, err := r.pairCaps(cycle)
	list = append(list, pairs...)
	return list, err
}

// cap sums up one party's. The quota's row is made by the first draw.
func (r *Reading) cap(cycle settlement.Cycle, p party.Party) (books.Cap, error) {
	id := cycle.ID + "." + p.ID
	limit, _, err := one(r, "facts", row.Quota(quota.Debit, id))
	if err != nil {
		return books.Cap{}, err
	}
	c := books.Cap{Cycle: cycle.ID, Party: p.ID, Limit: p.Debit, Leased: limit.Leased}
	c.Drawn, err = r.drawn(id)
	return c, err
}

// pairCaps are those towards one creditor, which were drawn on: their settlement models set them.
func (r *Reading) pairCaps(cycle settlement.Cycle) (list []books.Cap, err error) {
	before := string(row.Quota(quota.Debit, cycle.ID+"."))
	err = decoded(r, func(key string, _ uint64, q quota.Quota) error {
		debtor, creditor, pair := strings.Cut(key[len(before):], ".")
		if pair {
			list = append(list, books.Cap{
				Cycle: cycle.ID, Party: debtor, Whom: creditor, Limit: q.Limit, Leased: q.Leased,
			})
		}
		return nil
	}, "SELECT key, block, row FROM facts WHERE key >= ? AND key < ? ORDER BY key", before,
		before[:len(before)-1]+"/") // '/' follows '.'
	for i, c := range list {
		if err == nil {
			list[i].Drawn, err = r.drawn(cycle.ID + "." + c.Party + "." + c.Whom)
		}
	}
	return list, err
}

// drawn is what all lanes have drawn of a net debit cap, less what they gave back.
func (r *Reading) drawn(id string) (sum amount.Units, err error) {
	from, to := row.LeasesOf(quota.Debit, id).Bounds()
	return sum, decoded(r, func(_ string, _ uint64, l quota.Lease) error {
		sum += l.Used - l.Returned
		return nil
	}, "SELECT key, block, row FROM facts WHERE key >= ? AND key < ? ORDER BY key", from, to)
}
