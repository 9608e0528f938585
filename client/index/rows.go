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
	s, known := keepers[c.named.Kind]
	if !known {
		return fmt.Errorf("no table is for a %s", c.named.Kind)
	}
	return s.keep(f, key, c)
}

// parentOf is the key of the lot that a lot's points were in before; "" for points
// that were new with it.
func parentOf(lot points.Lot) string {
	if lot.Parent.IsZero() || lot.Origin.New() {
		return ""
	}
	return string(row.Lot(lot.Parent))
}

// award writes an award, and what each funder bears of it, which never changes.
func (f *fold) award(key string, _ []string, a campaign.Award, c change) error {
	for _, b := range a.Funders {
		lot := ""
		if !b.Lot.IsZero() {
			lot = string(row.Lot(b.Lot))
		}
		if err := f.put("awards", key+"/"+b.Party, a.Campaign, a.Member, b.Party, lot, int64(b.Points), int64(b.Fen),
			c.block); err != nil {
			return err
		}
	}
	return f.entry(key, facets{a.Member, "", a.Campaign, "", int64(a.Date)}, c)
}

// totals replaces a lane's totals of a programme.
func (f *fold) totals(key string, id []string, t points.Totals, c change) error { // PROGRAMME/PARTY/LANE
	lane, err := laneOf(key, id[2])
	if err != nil {
		return err
	}
	return f.put("totals", key, id[0], id[1], lane, int64(t.Issued), int64(t.Captured-t.Refunded), int64(t.Converted),
		int64(t.Expired), int64(t.Revoked),
		int64(t.Held()), c.block, c.value)
}

// shard replaces a lane's part of a stock.
func (f *fold) shard(key string, id []string, s goods.Shard, c change) error { // SUPPLIER/SKU/SELLER/LANE
	lane, err := laneOf(key, id[3])
	if err != nil {
		return err
	}
	return f.put("stock", key, id[0], id[1], id[2], lane, int64(s.Free), c.block, c.value)
}

func laneOf(key, digits string) (int64, error) {
	lane, err := strconv.ParseInt(digits, 16, 8)
	if err != nil {
		return 0, fmt.Errorf("key %.90q: %w", key, err)
	}
	return lane, nil
}

// positions replaces a lane's rows of a cycle.
func (f *fold) positions(key string, id []string, all settlement.Positions, c change) error {
	for _, p := range all.List {
		// One row of the ledger is several here; debtor, creditor and programme
		// make the key whole. Positions only grow, so none is left over.
		part := strings.Join([]string{key, p.Debtor, p.Creditor, p.Programme}, "/")
		if err := f.put("positions", part, id[0], p.Debtor, p.Creditor, p.Programme, int64(p.Points), int64(p.Fen),
			c.block); err != nil {
			return err
		}
	}
	return nil
}
