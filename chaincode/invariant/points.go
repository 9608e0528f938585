package invariant

import (
	"reflect"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// Points is what all rows together say of one programme's points, in its smallest units.
type Points struct {
	Issued, Available, Held, Captured, Refunded amount.Units
	Transferred, Converted, Expired, Revoked    amount.Units
	Bought, Back                                amount.Units // moved into entitlements, and given back by them
	// to acceptors for captures, and by them for refunds, where they aren't the funder
	Owed, OwedBack amount.Units
	Obliged        amount.Units  // by obligations that say so
	Totals         points.Totals // that the lanes counted
}

// Spent is what members had for their points, and kept.
func (p Points) Spent() amount.Units { return p.Captured - p.Refunded + p.Bought - p.Back }

// accounts are the points of each programme.
type accounts map[string]*Points

func (a accounts) of(programme string) *Points {
	if a[programme] == nil {
		a[programme] = &Points{}
	}
	return a[programme]
}

// Points adds the points of each programme up.
func (s *State) Points() map[string]*Points {
	return s.points(func(string, string, ...any) {})
}

func checkPoints(s *State, breach report) {
	for programme, p := range s.points(breach) {
		p.check(programme, breach)
	}
}

func (s *State) points(breach report) map[string]*Points {
	sums := accounts{}
	for id, lot := range all[points.Lot](s, "lot") {
		if sums.of(lot.Programme).addLot(lot); min(lot.Available(), lot.Placed, lot.Transferred, lot.Converted,
			lot.Expired, lot.Revoked) < 0 {
			breach("lot "+id, "it is overdrawn: %+v", lot)
		}
	}
	for id, hold := range all[points.Hold](s, "hold") {
		if captured := sums.addHold(hold); captured != hold.Captured || hold.Refunded() > captured {
			breach("hold "+id, "its captures don't add up: %+v", hold)
		}
	}
	for _, trade := range all[points.Trade](s, "trade") {
		if trade.State == points.Offered {
			for _, p := range trade.Pieces {
				sums.of(p.Programme).Held += p.Amount
			}
		}
	}
	for id, t := range all[points.Totals](s, "totals") {
		p := sums.of(strings.Split(id, "/")[0])
		p.Totals = plus(p.Totals, t)
	}
	for _, r := range all[settlement.Obligations](s, "obligations") {
		for _, o := range r.List {
			if o.Kind == settlement.Redemption || o.Kind == settlement.Refund {
				sums.of(o.Programme).Obliged += o.Points
			}
		}
	}
	sums.addOrders(s)
	sums.addEntitlements(s)
	delete(sums, "") // fees
	return sums
}

// plus is points.Totals.Plus without its bound, which is of a lane.
func plus(a, b points.Totals) points.Totals {
	sum, with := reflect.ValueOf(&a).Elem(), reflect.ValueOf(b)
	for i := range sum.NumField() {
		if f := sum.Field(i); f.CanInt() && f.CanSet() {
			f.SetInt(f.Int() + with.Field(i).Int())
		}
	}
	return a
}

func (p *Points) addLot(lot points.Lot) {
	p.Available += lot.Available()
	p.Transferred += lot.Transferred
	p.Converted += lot.Converted
	p.Expired += lot.Expired
	p.Revoked += lot.Revoked
	if lot.Origin.New() {
		p.Issued += lot.Issued
	}
}

// addHold adds what a hold holds, captured and gave back, and says what its captures come to.
func (a accounts) addHold(hold points.Hold) (captured amount.Units) {
	for _, c := range hold.Captures {
		for _, p := range hold.Pieces.Between(captured, captured+c.Amount) {
			sum := a.of(p.Programme)
			if sum.Captured += p.Amount; p.Funder != hold.Acceptor {
				sum.Owed += p.Amount
			}
		}
		for _, p := range hold.Pieces.Between(captured+c.Amount-c.Refunded, captured+c.Amount) {
			sum := a.of(p.Programme)
			if sum.Refunded += p.Amount; p.Funder != hold.Acceptor {
				sum.OwedBack += p.Amount
			}
		}
		captured += c.Amount
	}
	if hold.State.Holds() {
		for _, p := range hold.Pieces.Between(captured, hold.Sum()) {
			a.of(p.Programme).Held += p.Amount
		}
	}
	return captured
}

// addOrders adds the points that orders hold, have captured and gave back.
func (a accounts) addOrders(s *State) {
	sellers := map[string]string{}
	for id, o := range all[goods.Order](s, "order") {
		sellers[id] = o.Seller
		for _, part := range o.Parts {
			for _, p := range part.Pieces {
				sum := a.of(p.Programme)
				switch {
				case part.State.Holds():
					sum.Held += p.Amount
				case part.State == goods.Delivered || part.State == goods.Completed:
					if sum.Captured += p.Amount; p.Funder != o.Seller {
						sum.Owed += p.Amount
					}
				}
			}
		}
	}
	for _, back := range all[goods.Return](s, "return") {
		for _, p := range back.Pieces {
			sum := a.of(p.Programme)
			if sum.Refunded += p.Amount; p.Funder != sellers[back.Order.String()] {
				sum.OwedBack += p.Amount
			}
		}
	}
}

// addEntitlements adds the points that entitlements took and gave back.
func (a accounts) addEntitlements(s *State) {
	models, entitlements := byID[benefit.Model](s, "benefit"), byID[benefit.Entitlement](s, "entitlement")
	back := func(pieces spend.Line) {
		for _, p := range pieces {
			a.of(p.Programme).Back += p.Amount
		}
	}
	for _, e := range entitlements {
		for _, p := range e.Pieces {
			a.of(p.Programme).Bought += p.Amount
		}
		if e.State == benefit.Revoked || e.State == benefit.Expired && models[e.Benefit].Lapse == benefit.Refund {
			back(e.Unused())
		}
	}
	for _, w := range all[benefit.WriteOff](s, "write-off") {
		if w.State == benefit.Annulled {
			back(entitlements[w.Entitlement.String()].Part(w.Use))
		}
	}
}

func (p *Points) check(programme string, breach report) {
	if p.Issued != p.Available+p.Held+p.Spent()+p.Converted+p.Expired+p.Revoked {
		breach(programme, "issued isn't the sum of the rest: %+v", *p)
	}
	t := p.Totals
	if t.Issued != p.Issued || t.Captured-t.Refunded != p.Spent() || t.Held() != p.Held ||
		t.Transferred != p.Transferred || t.Converted != p.Converted || t.Expired != p.Expired ||
		t.Revoked != p.Revoked || t.Outstanding() != p.Available+p.Held {
		breach(programme, "the lanes counted %+v; the rows say %+v", t, *p)
	}
	// Uses of benefits that points paid for are redemptions as well.
	if p.Bought == 0 && p.Obliged != p.Owed+p.OwedBack {
		breach(programme, "obligations for %d points, captures and refunds of %d", p.Obliged, p.Owed+p.OwedBack)
	}
}
