package node

import (
	"context"
	"errors"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/client/importer"
	"tallystick/client/index"
)

// lookups answers what an import asks of the read model, each question by a reading of its own: an import takes long,
// and looks up what it has made itself.
type lookups struct {
	ctx context.Context
	ix  *index.Index
}

// found looks one row up; false if there is none.
func (l lookups) found(ask func(*index.Reading) (bool, error)) (bool, error) {
	r, err := l.ix.At(l.ctx, 0)
	if err != nil {
		return false, err
	}
	found, err := ask(r)
	return found, errors.Join(err, r.Close())
}

// Benefit is one benefit; false if there is none.
func (l lookups) Benefit(id string) (m benefit.Model, found bool, err error) {
	found, err = l.found(func(r *index.Reading) (is bool, err error) {
		m, is, err = r.Benefit(id)
		return is, err
	})
	return m, found, err
}

// Campaign is one campaign; false if there is none.
func (l lookups) Campaign(id string) (c campaign.Campaign, found bool, err error) {
	found, err = l.found(func(r *index.Reading) (is bool, err error) {
		c, is, err = r.Campaign(id)
		return is, err
	})
	return c, found, err
}

// Supplier is one supplier; false if there is none.
func (l lookups) Supplier(id string) (s goods.Supplier, found bool, err error) {
	found, err = l.found(func(r *index.Reading) (is bool, err error) {
		s, is, err = r.Supplier(id)
		return is, err
	})
	return s, found, err
}

// Terms are what a seller is offered for a good, as a commitment; false if nothing is.
func (l lookups) Terms(supplier, sku, seller string) (t goods.Terms, found bool, err error) {
	found, err = l.found(func(r *index.Reading) (is bool, err error) {
		t, is, err = r.Terms(supplier, sku, seller)
		return is, err
	})
	return t, found, err
}

// Listing is how a seller lists a good; false if it doesn't.
func (l lookups) Listing(seller, supplier, sku string) (of goods.Listing, found bool, err error) {
	found, err = l.found(func(r *index.Reading) (is bool, err error) {
		of, is, err = r.Listing(seller, supplier, sku)
		return is, err
	})
	return of, found, err
}

// Free is how much of a good a seller has.
func (l lookups) Free(supplier, sku, seller string) (free amount.Units, err error) {
	_, err = l.found(func(r *index.Reading) (_ bool, err error) {
		free, err = r.Free(supplier, sku, seller)
		return true, err
	})
	return free, err
}

// linked is the member to whom an account of a party is linked, "" for none.
func (l lookups) linked(party, channel string, account codec.Hash) (id string, err error) {
	_, err = l.found(func(r *index.Reading) (bool, error) {
		found, is, err := r.Account(party, channel, account)
		if err == nil && is && found.State == member.Linked {
			id = found.Member
		}
		return is, err
	})
	return id, err
}

// granted lists a member's entitlements to a benefit by their numbers.
func (l lookups) granted(id, member string) (list []importer.Granted, err error) {
	_, err = l.found(func(r *index.Reading) (_ bool, err error) {
		list, err = granted(r, id, member)
		return true, err
	})
	return list, err
}

// patience is how long an import waits, in all, for entitlements to turn up that the read model hasn't: the peer that
// it reads from may be some blocks behind the one that took them.
const patience = 5 * time.Second

// grants looks entitlements up for write-offs.
type grants struct {
	granted  func(benefit, member string) ([]importer.Granted, error)
	refresh  func() error  // brings the read model up to the ledger
	patience time.Duration // that is left
}

// find lists a member's entitlements to a benefit by their numbers.
func (g *grants) find(ctx context.Context, benefit, member string) ([]importer.Granted, error) {
	for {
		list, err := g.granted(benefit, member)
		if err != nil || len(list) > 0 || g.patience <= 0 {
			return list, err
		}
		began := time.Now()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		if err := g.refresh(); err != nil {
			return nil, err
		}
		g.patience -= time.Since(began)
	}
}

func granted(r *index.Reading, id, member string) ([]importer.Granted, error) {
	found, err := index.All[benefit.Entitlement](r, index.Filter{Member: member, Topic: id})
	if err != nil {
		return nil, err
	}
	list := make([]importer.Granted, len(found))
	for i, one := range found {
		list[i].Entitlement = one.Row
		if list[i].Number, err = number.ParseRow(one.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}
