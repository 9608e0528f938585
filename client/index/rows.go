package index

import (
	"fmt"
	"strconv"
	"strings"

	"tallystick/chaincode/campaign"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// row makes of one row's last value what its table has of it.
func (f *fold) row(key string, c change) error {
	if c.value == nil {
		f.gone = append(f.gone, key)
		return nil
	}
	named := c.named
	id := strings.Split(named.ID, "/")
	switch r := named.Row.(type) {
	case points.Lot:
		return f.put("lots", key, r.Member, r.Programme, r.Funder, int64(r.Expires), int64(r.State), int64(r.Available()), int64(r.Expired), parentOf(r), c.block, c.value)
	case points.Hold:
		return f.put("holds", key, r.Acceptor, r.Member, int64(r.State), r.Deadline, int64(r.Sum()), int64(r.Captured), c.block, c.value)
	case points.Totals: // PROGRAMME/PARTY/LANE
		lane, err := strconv.ParseInt(id[2], 16, 8)
		if err != nil {
			return fmt.Errorf("key %.90q: %w", key, err)
		}
		return f.put("totals", key, id[0], id[1], lane, int64(r.Issued), int64(r.Captured-r.Refunded), int64(r.Converted), int64(r.Expired), int64(r.Revoked), int64(r.Held()), c.block, c.value)
	case settlement.Positions: // CYCLE/PARTY/LANE
		return f.positions(key, id, r, c)
	case settlement.Veiled: // CYCLE/PARTY/LANE
		return f.veiled(key, id, r, c)
	case settlement.Obligations:
		return f.obligations(key, r, c)
	case goods.Order:
		return f.order(key, r, c)
	case goods.Return:
		return f.returned(key, r, c)
	case points.Programme:
		return f.put("programmes", key, r.ID, r.Issuer, c.block, c.value)
	case row.Request: // PARTY/REQUEST
		return f.put("requests", key, id[0], id[1], r.Number.String(), c.block, c.value)
	}
	if known, err := f.catalogue(key, named, id, c); known {
		return err
	}
	if a, is := named.Row.(campaign.Award); is {
		if err := f.borne(key, a, c); err != nil {
			return err
		}
	}
	if n, ok := nounOf(named, id); ok {
		return f.put("nouns", key, named.Kind, n.member, n.party, n.topic, n.state, n.until, c.block, c.value)
	}
	return f.put("facts", key, named.Kind, c.block, c.value)
}

// parentOf is the key of the lot that a lot's points were in before; "" for points
// that were new with it.
func parentOf(lot points.Lot) string {
	if lot.Parent.IsZero() || lot.Origin.New() {
		return ""
	}
	return string(row.Lot(lot.Parent))
}

// borne writes what each funder bears of an award, which never changes.
func (f *fold) borne(key string, a campaign.Award, c change) error {
	for _, b := range a.Funders {
		lot := ""
		if !b.Lot.IsZero() {
			lot = string(row.Lot(b.Lot))
		}
		if err := f.put("awards", key+"/"+b.Party, a.Campaign, a.Member, b.Party, lot, int64(b.Points), int64(b.Fen), c.block); err != nil {
			return err
		}
	}
	return nil
}

// positions replaces a lane's rows of a cycle.
func (f *fold) positions(key string, id []string, all settlement.Positions, c change) error {
	for _, p := range all.List {
		// One row of the ledger is several here; debtor, creditor and programme
		// make the key whole. Positions only grow, so none is left over.
		part := strings.Join([]string{key, p.Debtor, p.Creditor, p.Programme}, "/")
		if err := f.put("positions", part, id[0], p.Debtor, p.Creditor, p.Programme, int64(p.Points), int64(p.Fen), c.block); err != nil {
			return err
		}
	}
	return nil
}
