package index

import (
	"crypto/sha256"
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
	"tallystick/client/index/internal/database"
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
func (r *Reading) Outstanding() (list []Outstanding, err error) {
	list = []Outstanding{}
	rows, err := r.tx.Query(
		`SELECT p.row, COALESCE(SUM(t.issued),0), COALESCE(SUM(t.redeemed),0), COALESCE(SUM(t.converted),0),
				COALESCE(SUM(t.expired),0), COALESCE(SUM(t.revoked),0), COALESCE(SUM(t.held),0)
			FROM programmes p LEFT JOIN totals t ON t.programme = p.id
			GROUP BY p.key ORDER BY p.issuer, p.id`)
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		var o Outstanding
		var value []byte
		if err := rows.Scan(&value, &o.Issued, &o.Redeemed, &o.Converted, &o.Expired, &o.Revoked, &o.Held); err != nil {
			return nil, inIndex(err)
		}
		programme, err := row.Decode[points.Programme](value)
		if err != nil {
			return nil, inIndex(err)
		}
		o.Issuer, o.Programme = programme.Issuer, programme.ID
		o.Outstanding = o.Issued - o.Redeemed - o.Converted - o.Expired - o.Revoked
		var worth amount.Exact
		worth.Add(o.Outstanding, programme.Price)
		o.Worth = worth.String()
		list = append(list, o)
	}
	return list, rows.Err()
}

// Breakage is what a party no longer owes because points expired.
type Breakage struct {
	Party     string       `json:"party"` // that bore their cost
	Programme string       `json:"programme"`
	Points    amount.Units `json:"points"`
	Fen       string       `json:"fen"` // exact: "400" or "1/2"
}

// Breakage sums up what expired, by the party that would have owed it (弃兑).
func (r *Reading) Breakage() (list []Breakage, err error) {
	list = []Breakage{}
	rows, err := r.tx.Query(
		`SELECT CASE l.funder WHEN '' THEN p.issuer ELSE l.funder END AS party, p.row, SUM(l.expired)
			FROM lots l JOIN programmes p ON p.id = l.programme WHERE l.expired > 0 GROUP BY party, p.key ORDER BY party, p.id`)
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		var b Breakage
		var value []byte
		if err := rows.Scan(&b.Party, &value, &b.Points); err != nil {
			return nil, inIndex(err)
		}
		programme, err := row.Decode[points.Programme](value)
		if err != nil {
			return nil, inIndex(err)
		}
		var fen amount.Exact
		fen.Add(b.Points, programme.Price)
		b.Programme, b.Fen = programme.ID, fen.String()
		list = append(list, b)
	}
	return list, rows.Err()
}

// facts decodes the rows of a kind.
func facts[T any](r *Reading, query string, args ...any) (list []T, err error) {
	list = []T{}
	err = r.rows(func(_ string, _ uint64, value []byte) error {
		one, err := row.Decode[T](value)
		list = append(list, one)
		return err
	}, query, args...)
	return list, err
}

const factsOf = "SELECT key, block, row FROM facts WHERE kind = ? ORDER BY key"

// Parties lists the parties by id.
func (r *Reading) Parties() ([]party.Party, error) {
	return facts[party.Party](r, factsOf, "party")
}

// Programmes lists the programmes by id.
func (r *Reading) Programmes() ([]points.Programme, error) {
	return facts[points.Programme](r, "SELECT key, block, row FROM programmes ORDER BY key")
}

// Operator is who runs the network. NOT_FOUND before the founding.
func (r *Reading) Operator() (string, error) {
	list, err := facts[party.Consortium](r, factsOf, "consortium")
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "no operator yet: found the network first")
	}
	if err != nil {
		return "", err
	}
	return list[0].Operator, nil
}

// Cycle is the open cycle with the business date. NOT_FOUND before the founding.
func (r *Reading) Cycle() (settlement.Cycle, error) {
	list, err := facts[settlement.Cycle](r, factsOf, "cycle")
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "no cycle yet: found the network first")
	}
	if err != nil {
		return settlement.Cycle{}, err
	}
	return list[0], nil
}

// Freeze is a freeze that stands, with the member whose wallet it is on.
type Freeze struct {
	Member string `json:"member"`
	member.Freeze
}

// Freezes lists the freezes that stand, of one member or, for "", of all.
func (r *Reading) Freezes(id string) ([]Freeze, error) {
	query, args := "SELECT key, block, row FROM entries WHERE kind = ? AND until > 0 ORDER BY key", []any{"member"}
	if id != "" {
		query, args = "SELECT key, block, row FROM entries WHERE key = ?", []any{string(row.Member(id))}
	}
	members, err := facts[member.Member](r, query, args...)
	list := []Freeze{}
	for _, m := range members {
		for _, f := range m.Frozen() {
			list = append(list, Freeze{m.ID, f})
		}
	}
	return list, err
}

// Request says which command took effect for a party's request. NOT_FOUND if
// none has, so far.
func (r *Reading) Request(party, id string) (row.Request, error) {
	list, err := facts[row.Request](r, "SELECT key, block, row FROM requests WHERE key = ?",
		string(row.NamedRequest(party, id)))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "no request %s of %s has taken effect", id, party)
	}
	if err != nil {
		return row.Request{}, err
	}
	return list[0], nil
}

// Digest is a SHA-256 over every table: the same for everybody who has taken in the
// same blocks. It reads the whole index.
func (r *Reading) Digest() (codec.Hash, error) {
	h := sha256.New()
	for _, t := range tables {
		if err := r.digest(t, h); err != nil {
			return nil, inIndex(err)
		}
	}
	return h.Sum(nil), nil
}

// digest adds a table's rows to a hash, by primary key.
func (r *Reading) digest(t database.Table, h hash.Hash) error {
	rows, err := r.tx.Query(
		"SELECT " + strings.Join(t.Names(), ", ") + " FROM " + t.Name + " ORDER BY " + strings.Join(t.Key, ", "))
	if err != nil {
		return err
	}
	defer rows.Close()
	values, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			if b, is := v.([]byte); is {
				values[i] = database.NotNil(b) // one driver says nil for none
			}
		}
		h.Write(codec.Encode(append([]any{t.Name}, values...)))
	}
	return rows.Err()
}
