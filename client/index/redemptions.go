package index

import (
	"fmt"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
	"tallystick/client/books"
)

// Redemptions lists what was redeemed and not given back: of holds, each capture; of
// orders, each part that was delivered; of entitlements, each use that was written off,
// and what a provider kept of unused ones. A part's and a write-off's cycle is that in
// which the parties came to owe each other for it, a capture's that of its batch.
func (r *Reading) Redemptions() (list []books.Redemption, err error) {
	list = []books.Redemption{}
	times, err := r.moments()
	if err != nil {
		return nil, err
	}
	roots, err := r.merged()
	if err != nil {
		return nil, err
	}
	err = r.spendings(times, func(t taking) { list = append(list, t.redemptions(roots)...) })
	return list, err
}

// redeemedAtHome sums up, by lot, what was redeemed at an outlet of the party that bears it: nobody owes anybody for
// it.
func (r *Reading) redeemedAtHome(times map[string]moment) (map[string]amount.Units, error) {
	own := map[string]amount.Units{}
	return own, r.spendings(times, func(t taking) {
		for _, p := range t.pieces {
			if p.Funder == t.acceptor {
				own[string(row.Lot(p.Lot))] += p.Amount // at most what the lot had
			}
		}
	})
}

// taking is pieces of one redemption that stands.
type taking struct {
	cycle, acceptor, member, of string
	pieces                      spend.Line
}

// redemptions are the pieces by programme and who bears them.
func (t taking) redemptions(roots merges) (list []books.Redemption) {
	for _, p := range t.pieces {
		i := slices.IndexFunc(list,
			func(r books.Redemption) bool { return r.Programme == p.Programme && r.Party == p.Funder })
		if i < 0 {
			i = len(list)
			list = append(list, books.Redemption{
				Cycle: t.cycle, Programme: p.Programme, Party: p.Funder, Acceptor: t.acceptor,
				Member: roots.of(t.member), Of: t.of,
			})
		}
		list[i].Points += p.Amount
	}
	return list
}

// spendings visits all redemptions that stand.
func (r *Reading) spendings(times map[string]moment, visit func(taking)) error {
	s := spending{Reading: r, times: times, visit: visit}
	for _, read := range []func() error{s.readHolds, s.readOrders, s.readWriteOffs} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// spending reads redemptions.
type spending struct {
	*Reading
	times map[string]moment
	visit func(taking)
}

func (s *spending) readHolds() error {
	return decoded(s.Reading, func(key string, _ uint64, h points.Hold) error {
		from := amount.Units(0)
		for _, taken := range h.Captures {
			batch, _ := row.Sealed(string(row.Hold(taken.Number)))
			s.visit(taking{
				s.times[batch].cycle, h.Acceptor, h.Member, key,
				h.Pieces.Between(from, from+taken.Amount-taken.Refunded),
			})
			from += taken.Amount
		}
		return nil
	}, "SELECT key, block, row FROM holds WHERE captured > 0 ORDER BY key")
}

func (s *spending) readOrders() error {
	return decoded(s.Reading, func(key string, _ uint64, o goods.Order) error {
		for i, part := range o.Parts {
			if part.Cycle == "" {
				continue
			}
			kept, _, err := o.Kept(part)
			if err != nil {
				return err
			}
			s.visit(taking{part.Cycle, o.Seller, o.Member, partKey(key, i+1), kept})
		}
		return nil
	},
		"SELECT key, block, row FROM orders WHERE key IN (SELECT order_key FROM parts WHERE state IN (?, ?)) ORDER BY key",
		int64(goods.Delivered), int64(goods.Completed))
}

func (s *spending) readWriteOffs() error {
	type use struct {
		benefit.WriteOff
		key string
	}
	var uses []use // read to their end first: their entitlements are another question
	err := decoded(s.Reading, func(key string, _ uint64, w benefit.WriteOff) error {
		uses = append(uses, use{w, key})
		return nil
	}, "SELECT key, block, row FROM entries WHERE kind = 'write-off' AND state = ? ORDER BY key", benefit.Done.String())
	if err != nil {
		return err
	}
	for _, u := range uses {
		e, found, err := one(s.Reading, "entries", row.Entitlement(u.Entitlement))
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("index: %.90q is of no entitlement", u.key)
		}
		part := e.Unused() // of a lapse
		if u.Use > 0 {
			part = e.Part(u.Use)
		}
		s.visit(taking{u.Cycle, u.Provider, u.Member, u.key, part})
	}
	return nil
}

// Conversions lists what points became of another programme's, by lot.
func (r *Reading) Conversions() (list []books.Conversion, err error) {
	list = []books.Conversion{}
	times, err := r.moments()
	if err != nil {
		return nil, err
	}
	parents := map[string]bool{}
	var of []string
	err = decoded(r, func(key string, _ uint64, l points.Lot) error {
		if l.Origin != points.Converted {
			return nil
		}
		batch, _ := row.Sealed(key)
		list = append(list, books.Conversion{Cycle: times[batch].cycle, To: l.Programme, Points: l.Issued})
		parent := string(row.Lot(l.Parent))
		of, parents[parent] = append(of, parent), true
		return nil
	}, "SELECT key, block, row FROM lots ORDER BY key")
	if err != nil {
		return nil, err
	}
	programmes := map[string]string{}
	for key := range parents {
		l, _, err := one(r, "lots", row.Key[points.Lot](key))
		if err != nil {
			return nil, err
		}
		programmes[key] = l.Programme
	}
	for i, key := range of {
		list[i].From = programmes[key]
	}
	return list, nil
}
