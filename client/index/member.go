package index

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tallystick/chaincode/audience"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// Member is one member, merged and erased ones too. NOT_FOUND.
func (r *Reading) Member(id string) (m member.Member, err error) {
	list, err := facts[member.Member](r, "SELECT key, block, row FROM entries WHERE key = ?", string(row.Member(id)))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "there is no member %.64s", id)
	}
	if err != nil {
		return member.Member{}, err
	}
	return list[0], nil
}

// Account is an account of a party's channel, by its commitment.
func (r *Reading) Account(party, channel string, commitment codec.Hash) (a member.Account, found bool, err error) {
	list, err := facts[member.Account](r, "SELECT key, block, row FROM entries WHERE key = ?",
		string(row.Account(party, channel, commitment)))
	if err != nil || len(list) == 0 {
		return a, false, err
	}
	return list[0], true, nil
}

// Root is the member that a member was merged into at last: itself if it wasn't,
// or if nobody has enrolled it.
func (r *Reading) Root(id string) (string, error) {
	for hops := 0; hops <= member.MaxDepth; hops++ {
		m, err := r.Member(id)
		if fault.CodeOf(err) == fault.NotFound {
			return id, nil
		}
		if err != nil || m.State != member.Merged {
			return id, err
		}
		id = m.Into
	}
	return "", fmt.Errorf("index: member %s was merged more than %d times", id, member.MaxDepth)
}

// Facts are what an audience asks of a root on a business date: its tier in the
// audience's programme, and the labels of the parties that it names.
func (r *Reading) Facts(root string, a audience.Audience, today date.Date) (f audience.Facts, err error) {
	if a.Programme != "" {
		if f.Tier, err = r.tier(root, a.Programme, today); err != nil {
			return audience.Facts{}, err
		}
	}
	for _, party := range a.Parties() {
		labels, _, err := one(r, "entries", row.Labels(root, party))
		if err != nil {
			return audience.Facts{}, err
		}
		f.Labels = append(f.Labels, labels.Facts(party, today)...)
	}
	return f, nil
}

// tier is what a root has earned in a programme, by its rules as of today.
func (r *Reading) tier(root, programme string, today date.Date) (string, error) {
	p, found, err := one(r, "programmes", row.Programme(programme))
	if err != nil || !found {
		return "", err
	}
	m, found, err := one(r, "entries", row.Member(root))
	if err != nil {
		return "", err
	}
	if !found {
		m.ID = root
	}
	var sum points.Standing
	for _, wallet := range m.Wallets() {
		s, _, err := one(r, "entries", row.Standing(programme, wallet))
		if err != nil {
			return "", err
		}
		sum = sum.Join(s, today)
	}
	return sum.Tier(p.Rules, today), nil
}

// one reads the row of a key; false if there is none.
func one[T any](r *Reading, table string, key row.Key[T]) (v T, found bool, err error) {
	var value []byte
	err = r.tx.QueryRow("SELECT row FROM "+table+" WHERE key = ?", string(key)).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	if err != nil {
		return v, false, inIndex(err)
	}
	v, err = row.Decode[T](value)
	return v, true, err
}

// Tiers are those that a root has today, by programme.
func (r *Reading) Tiers(root string, today date.Date) (map[string]string, error) {
	standings, err := r.Standings(root)
	if err != nil {
		return nil, err
	}
	tiers := map[string]string{}
	for programme := range standings {
		tier, err := r.tier(root, programme, today)
		if err != nil {
			return tiers, err
		}
		if tier != "" {
			tiers[programme] = tier
		}
	}
	return tiers, nil
}

// OffersFor lists the offers that a member is shown on the open business date, by
// party and id: what the ledger would say of it, with the member's labels and
// tiers as the index has them. An erased member is shown none. NOT_FOUND for one
// whom nobody has enrolled.
func (r *Reading) OffersFor(id string) (shown []Entry[audience.Offer], err error) {
	shown = []Entry[audience.Offer]{}
	root, err := r.Root(id)
	if err != nil {
		return nil, err
	}
	m, err := r.Member(root)
	if err != nil {
		return nil, err
	}
	cycle, err := r.Cycle()
	if err != nil {
		return nil, err
	}
	all, err := All[audience.Offer](r, Filter{})
	if err != nil || m.State == member.Erased {
		return shown, err
	}
	for _, o := range all {
		f, err := r.Facts(root, o.Row.Audience, cycle.Date)
		if err != nil {
			return nil, err
		}
		if o.Row.For(f, cycle.Date) {
			shown = append(shown, o)
		}
	}
	return shown, nil
}

// Standings are a root's, by programme, those of who was merged into it included.
func (r *Reading) Standings(id string) (map[string]points.Standing, error) {
	m, err := r.Member(id)
	switch {
	case fault.CodeOf(err) == fault.NotFound:
		m.ID = id
	case err != nil:
		return nil, err
	}
	cycle, err := r.Cycle()
	if err != nil {
		return nil, err
	}
	all := map[string]points.Standing{}
	for _, wallet := range m.Wallets() {
		found, err := All[points.Standing](r, Filter{Member: wallet})
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			if programme, of, _ := strings.Cut(s.ID, "/"); of == wallet {
				all[programme] = all[programme].Join(s.Row, cycle.Date)
			}
		}
	}
	return all, nil
}
