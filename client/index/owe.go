package index

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// Outstanding is what an issuer owes members in one programme, in points.
//
//	outstanding = issued − redeemed − converted − expired − revoked = available in lots + held
type Outstanding struct {
	Issuer      string       `json:"issuer"`
	Programme   string       `json:"programme"`
	Issued      amount.Units `json:"issued"`
	Redeemed    amount.Units `json:"redeemed"`  // captured and not refunded
	Converted   amount.Units `json:"converted"` // into other programmes
	Expired     amount.Units `json:"expired"`
	Revoked     amount.Units `json:"revoked"`
	Held        amount.Units `json:"held"` // by open holds, orders and offers of trades
	Outstanding amount.Units `json:"outstanding"`
	Worth       string       `json:"worth"` // of what is outstanding, fen, exact: "350" or "1/2"
}

// Outstanding sums up every programme, by issuer.
func (ix *Index) Outstanding() (height uint64, list []Outstanding, err error) {
	list = []Outstanding{}
	err = ix.reading(func(r at) error {
		height = r.height
		rows, err := r.tx.Query(`SELECT p.row, COALESCE(SUM(t.issued),0), COALESCE(SUM(t.redeemed),0), COALESCE(SUM(t.converted),0),
				COALESCE(SUM(t.expired),0), COALESCE(SUM(t.revoked),0), COALESCE(SUM(t.held),0)
			FROM programmes p LEFT JOIN totals t ON t.programme = p.id
			GROUP BY p.key ORDER BY p.issuer, p.id`)
		if err != nil {
			return fmt.Errorf("index: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var o Outstanding
			var value []byte
			if err := rows.Scan(&value, &o.Issued, &o.Redeemed, &o.Converted, &o.Expired, &o.Revoked, &o.Held); err != nil {
				return fmt.Errorf("index: %w", err)
			}
			programme, err := row.Decode[points.Programme](value)
			if err != nil {
				return fmt.Errorf("index: %w", err)
			}
			o.Issuer, o.Programme = programme.Issuer, programme.ID
			o.Outstanding = o.Issued - o.Redeemed - o.Converted - o.Expired - o.Revoked
			var worth amount.Exact
			worth.Add(o.Outstanding, programme.Price)
			o.Worth = worth.String()
			list = append(list, o)
		}
		return rows.Err()
	})
	return height, list, err
}

// Breakage is what a party no longer owes because points expired.
type Breakage struct {
	Party     string       `json:"party"` // that bore their cost
	Programme string       `json:"programme"`
	Points    amount.Units `json:"points"`
	Fen       string       `json:"fen"` // exact: "400" or "1/2"
}

// Breakage sums up what expired, by the party that would have owed it (弃兑).
func (ix *Index) Breakage() (height uint64, list []Breakage, err error) {
	list = []Breakage{}
	err = ix.reading(func(r at) error {
		height = r.height
		rows, err := r.tx.Query(`SELECT CASE l.funder WHEN '' THEN p.issuer ELSE l.funder END AS party, p.row, SUM(l.expired)
			FROM lots l JOIN programmes p ON p.id = l.programme WHERE l.expired > 0 GROUP BY party, p.key ORDER BY party, p.id`)
		if err != nil {
			return fmt.Errorf("index: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var b Breakage
			var value []byte
			if err := rows.Scan(&b.Party, &value, &b.Points); err != nil {
				return fmt.Errorf("index: %w", err)
			}
			programme, err := row.Decode[points.Programme](value)
			if err != nil {
				return fmt.Errorf("index: %w", err)
			}
			var fen amount.Exact
			fen.Add(b.Points, programme.Price)
			b.Programme, b.Fen = programme.ID, fen.String()
			list = append(list, b)
		}
		return rows.Err()
	})
	return height, list, err
}

// facts decodes the rows of a kind.
func facts[T any](ix *Index, query string, args ...any) (height uint64, list []T, err error) {
	list = []T{}
	err = ix.reading(func(r at) error {
		height = r.height
		return r.rows(func(_ string, _ uint64, value []byte) error {
			one, err := row.Decode[T](value)
			list = append(list, one)
			return err
		}, query, args...)
	})
	return height, list, err
}

const factsOf = "SELECT key, block, row FROM facts WHERE kind = ? ORDER BY key"

// Parties lists the parties by id.
func (ix *Index) Parties() (uint64, []party.Party, error) {
	return facts[party.Party](ix, factsOf, "party")
}

// Programmes lists the programmes by id.
func (ix *Index) Programmes() (uint64, []points.Programme, error) {
	return facts[points.Programme](ix, "SELECT key, block, row FROM programmes ORDER BY key")
}

// Operator is who runs the network. NOT_FOUND before the founding.
func (ix *Index) Operator() (string, error) {
	_, list, err := facts[party.Charter](ix, factsOf, "charter")
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "no operator yet: found the network first")
	}
	if err != nil {
		return "", err
	}
	return list[0].Operator, nil
}

// Cycle is the open cycle with the business date. NOT_FOUND before the founding.
func (ix *Index) Cycle() (uint64, settlement.Cycle, error) {
	height, list, err := facts[settlement.Cycle](ix, factsOf, "cycle")
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "no cycle yet: found the network first")
	}
	if err != nil {
		return height, settlement.Cycle{}, err
	}
	return height, list[0], nil
}

// Freeze is a freeze that stands, with the member whose wallet it is on.
type Freeze struct {
	Member string `json:"member"`
	member.Freeze
}

// Freezes lists the freezes that stand, of one member or, for "", of all.
func (ix *Index) Freezes(id string) (uint64, []Freeze, error) {
	query, args := "SELECT key, block, row FROM nouns WHERE kind = ? AND until > 0 ORDER BY key", []any{"member"}
	if id != "" {
		query, args = "SELECT key, block, row FROM nouns WHERE key = ?", []any{string(row.Member(id))}
	}
	height, members, err := facts[member.Member](ix, query, args...)
	list := []Freeze{}
	for _, m := range members {
		for _, f := range m.Frozen() {
			list = append(list, Freeze{m.ID, f})
		}
	}
	return height, list, err
}

// Request says which command took effect for a party's request. NOT_FOUND if
// none has, so far.
func (ix *Index) Request(party, id string) (uint64, row.Request, error) {
	height, list, err := facts[row.Request](ix, "SELECT key, block, row FROM requests WHERE key = ?", string(row.NamedRequest(party, id)))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "no request %s of %s has taken effect", id, party)
	}
	if err != nil {
		return height, row.Request{}, err
	}
	return height, list[0], nil
}

// Digest is a SHA-256 over every table as it stands, and the height it speaks
// of: the same for everybody who has taken in the same blocks. It reads the
// whole index.
func (ix *Index) Digest() (height uint64, digest codec.Hash, err error) {
	h := sha256.New()
	err = ix.reading(func(r at) error {
		height = r.height
		for _, t := range tables {
			if err := r.digest(t, h); err != nil {
				return fmt.Errorf("index: %w", err)
			}
		}
		return nil
	})
	return height, h.Sum(nil), err
}

// digest adds a table's rows to a hash, by primary key.
func (r at) digest(t table, h hash.Hash) error {
	rows, err := r.tx.Query("SELECT " + strings.Join(t.names(), ", ") + " FROM " + t.name + " ORDER BY " + strings.Join(t.key, ", "))
	if err != nil {
		return err
	}
	defer rows.Close()
	values, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			if b, is := v.([]byte); is {
				values[i] = notNil(b) // one driver says nil for none
			}
		}
		h.Write(codec.Encode(append([]any{t.name}, values...)))
	}
	return rows.Err()
}
