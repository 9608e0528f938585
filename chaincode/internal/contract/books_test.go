package contract

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// book is what all rows together say of one programme.
type book struct {
	issued, available, held, captured, transferred amount.Units
	totals                                         points.Totals
	owed                                           amount.Units
}

// checkBooks holds the one invariant on a peer's whole state, by reading every
// row: issued = available + held + captured, and what lanes counted says the same.
func checkBooks(net *ledgersim.Network, peer string) (map[string]*book, error) {
	books := map[string]*book{}
	of := func(programme string) *book {
		if books[programme] == nil {
			books[programme] = &book{}
		}
		return books[programme]
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
		if b.issued != b.available+b.held+b.captured {
			return nil, fmt.Errorf("%s: issued %d, but available %d + held %d + captured %d", programme, b.issued, b.available, b.held, b.captured)
		}
		t := b.totals
		if t.Issued != b.issued || t.Captured != b.captured || t.Held() != b.held || t.Transferred != b.transferred {
			return nil, fmt.Errorf("%s: the lanes counted %+v, owed %d; the rows say %+v", programme, t, b.owed, *b)
		}
	}
	return books, nil
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
