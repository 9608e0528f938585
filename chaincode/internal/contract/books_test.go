package contract

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// book is what all rows together say of one programme.
type book struct {
	issued, available, held, captured, refunded amount.Units
	transferred, converted, expired, revoked    amount.Units
	bought, back                                amount.Units // moved into entitlements, and given back by them
	// to acceptors for captures, and by them for refunds, where they aren't the funder
	owed, owedBack amount.Units
	totals         points.Totals
	obliged        amount.Units // by obligations that say so
}

// spent is what members had for their points, and kept.
func (b book) spent() amount.Units { return b.captured - b.refunded + b.bought - b.back }

// checkBooks holds the one invariant on a peer's whole state, by reading every
// row, and what lanes counted must say the same:
//
//	issued = available + held + captured − refunded + converted + expired + revoked
//
// where what entitlements took and haven't given back counts as captured.
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
	addOrders(net, peer, of)
	for key, value := range net.State(peer, seal.Outer) {
		found, err := row.Read(key, value)
		if err != nil {
			return nil, err
		}
		switch r := found.Row.(type) {
		case points.Lot:
			err = of(r.Programme).addLot(r)
		case points.Hold:
			err = addHold(r, of)
		case points.Trade:
			if r.State == points.Offered {
				for _, p := range r.Pieces {
					of(p.Programme).held += p.Amount
				}
			}
		case points.Totals:
			b := of(strings.Split(found.ID, "/")[0])
			b.totals = addTotals(b.totals, r) // of lanes, each of which is bounded
		case settlement.Obligations:
			for _, o := range r.List {
				if o.Kind == settlement.Redemption || o.Kind == settlement.Refund {
					of(o.Programme).obliged += o.Points
				}
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", found.Kind, found.ID, err)
		}
	}
	if err := checkOwing(net, peer); err != nil {
		return nil, err
	}
	delete(books, "") // fees
	for programme, b := range books {
		if err := b.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", programme, err)
		}
	}
	return books, nil
}

// addTotals is Plus without its bound.
func addTotals(a, b points.Totals) points.Totals {
	sum, with := reflect.ValueOf(&a).Elem(), reflect.ValueOf(b)
	for i := range sum.NumField() {
		if f := sum.Field(i); f.CanInt() && f.CanSet() {
			f.SetInt(f.Int() + with.Field(i).Int())
		}
	}
	return a
}

func (b *book) addLot(r points.Lot) error {
	b.available += r.Available()
	b.transferred += r.Transferred
	b.converted += r.Converted
	b.expired += r.Expired
	b.revoked += r.Revoked
	if min(r.Available(), r.Placed, r.Transferred, r.Converted, r.Expired, r.Revoked) < 0 {
		return fmt.Errorf("it is overdrawn: %+v", r)
	}
	if r.Origin.New() {
		b.issued += r.Issued
	}
	return nil
}

func addHold(r points.Hold, of func(string) *book) error {
	at := amount.Units(0)
	for _, c := range r.Captures {
		for _, p := range r.Pieces.Between(at, at+c.Amount) {
			of(p.Programme).captured += p.Amount
			if p.Funder != r.Acceptor {
				of(p.Programme).owed += p.Amount
			}
		}
		for _, p := range r.Pieces.Between(at+c.Amount-c.Refunded, at+c.Amount) {
			of(p.Programme).refunded += p.Amount
			if p.Funder != r.Acceptor {
				of(p.Programme).owedBack += p.Amount
			}
		}
		at += c.Amount
	}
	if at != r.Captured || r.Refunded() > at {
		return fmt.Errorf("its captures don't add up: %+v", r)
	}
	if r.State.Holds() {
		for _, p := range r.Pieces.Between(at, r.Sum()) {
			of(p.Programme).held += p.Amount
		}
	}
	return nil
}

func (b *book) check() error {
	if b.issued != b.available+b.held+b.spent()+b.converted+b.expired+b.revoked {
		return fmt.Errorf("issued isn't the sum of the rest: %+v", *b)
	}
	t := b.totals
	if t.Issued != b.issued || t.Captured-t.Refunded != b.spent() || t.Held() != b.held ||
		t.Transferred != b.transferred ||
		t.Converted != b.converted || t.Expired != b.expired || t.Revoked != b.revoked ||
		t.Outstanding() != b.available+b.held {
		return fmt.Errorf("the lanes counted %+v; the rows say %+v", t, *b)
	}
	// Uses of benefits that points paid for are redemptions as well.
	if b.bought == 0 && b.obliged != b.owed+b.owedBack {
		return fmt.Errorf("obligations for %d points, captures and refunds of %d", b.obliged, b.owed+b.owedBack)
	}
	return nil
}

// addEntitlements counts the points that entitlements took and gave back.
func addEntitlements(net *ledgersim.Network, peer string, of func(string) *book) error {
	models, entitlements := map[string]benefit.Model{}, map[string]benefit.Entitlement{}
	for _, found := range rowsOf(net, peer, "benefit") {
		models[found.ID] = found.Row.(benefit.Model)
	}
	back := func(pieces spend.Line) {
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
		if row.KindOf(key) != kind {
			continue
		}
		if found, err := row.Read(key, value); err == nil {
			rows = append(rows, found)
		}
	}
	slices.SortFunc(rows, func(a, b row.Named) int { return strings.Compare(a.ID, b.ID) })
	return rows
}
