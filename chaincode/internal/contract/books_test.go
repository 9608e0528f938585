package contract

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// book is what all rows together say of one programme.
type book struct {
	issued, available, held, captured, transferred amount.Units
	bought, back                                   amount.Units // moved into entitlements, and given back by them
	totals                                         points.Totals
	owed                                           amount.Units
}

// checkBooks holds the one invariant on a peer's whole state, by reading every
// row: issued = available + held + captured, where what entitlements have and
// haven't given back counts as captured; and what lanes counted says the same.
func checkBooks(net *ledgersim.Network, peer string) (map[string]*book, error) {
	books := map[string]*book{}
	of := func(programme string) *book {
		if books[programme] == nil {
			books[programme] = &book{}
		}
		return books[programme]
	}
	if err := addEntitlements(net, peer, of); err != nil {
		return nil, err
	}
	for key, value := range net.State(peer, seal.Outer) {
		found, err := row.Read(key, value)
		if err != nil {
			return nil, err
		}
		switch r := found.Row.(type) {
		case points.Lot:
			b := of(r.Programme)
			b.available += r.Available()
			b.transferred += r.Transferred
			if r.Available() < 0 || r.Placed < 0 || r.Transferred < 0 {
				return nil, fmt.Errorf("lot %s is overdrawn: %+v", found.ID, r)
			}
			if r.Parent.IsZero() {
				b.issued += r.Issued
			}
		case points.Hold:
			rest := r.Captured
			for _, p := range r.Pieces {
				spent := min(rest, p.Amount)
				rest -= spent
				of(p.Programme).captured += spent
				if r.State == points.Open || r.State == points.PartCaptured {
					of(p.Programme).held += p.Amount - spent
				}
			}
		case points.Totals:
			b := of(strings.Split(found.ID, "/")[0])
			if b.totals, err = b.totals.Plus(r); err != nil {
				return nil, err
			}
		case settlement.Positions:
			for _, p := range r.List {
				of(p.Programme).owed += p.Points
			}
		}
	}
	for programme, b := range books {
		if b.issued != b.available+b.held+b.captured+b.bought-b.back {
			return nil, fmt.Errorf("%s: issued %d, but available %d + held %d + captured %d + bought %d − back %d", programme, b.issued, b.available, b.held, b.captured, b.bought, b.back)
		}
		t := b.totals
		if t.Issued != b.issued || t.Captured != b.captured+b.bought || t.Held() != b.held-b.back || t.Transferred != b.transferred {
			return nil, fmt.Errorf("%s: the lanes counted %+v, owed %d; the rows say %+v", programme, t, b.owed, *b)
		}
	}
	return books, nil
}

// addEntitlements counts the points that entitlements took and gave back.
func addEntitlements(net *ledgersim.Network, peer string, of func(string) *book) error {
	models, entitlements := map[string]benefit.Model{}, map[string]benefit.Entitlement{}
	for _, found := range rowsOf(net, peer, "benefit") {
		models[found.ID] = found.Row.(benefit.Model)
	}
	back := func(pieces []benefit.Piece) {
		for _, p := range pieces {
			of(p.Programme).back += p.Amount
		}
	}
	for _, found := range rowsOf(net, peer, "entitlement") {
		e := found.Row.(benefit.Entitlement)
		entitlements[found.ID] = e
		for _, p := range e.Pieces {
			of(p.Programme).bought += p.Amount
		}
		if e.State == benefit.Revoked || e.State == benefit.Expired && models[e.Benefit].Lapse == benefit.Refund {
			back(e.Unused())
		}
		if e.Used > e.Uses || e.Reversed > e.Used {
			return fmt.Errorf("entitlement %s: %+v", found.ID, e)
		}
	}
	for _, found := range rowsOf(net, peer, "write-off") {
		if w := found.Row.(benefit.WriteOff); w.State == benefit.Annulled {
			back(entitlements[w.Entitlement.String()].Part(w.Use))
		}
	}
	return nil
}

// rowsOf lists the rows of one kind in a peer's state, sorted.
func rowsOf(net *ledgersim.Network, peer, kind string) []row.Named {
	var rows []row.Named
	for key, value := range net.State(peer, seal.Outer) {
		if found, err := row.Read(key, value); err == nil && found.Kind == kind {
			rows = append(rows, found)
		}
	}
	slices.SortFunc(rows, func(a, b row.Named) int { return strings.Compare(a.ID, b.ID) })
	return rows
}
