package index

import (
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
	"tallystick/client/figure"
)

// MaxPage is the most rows of one answer.
const MaxPage = 500

// Page asks for a part of a list: up to Limit rows, 1–500, after a bookmark.
type Page struct {
	Limit int
	After string
}

func (p Page) check() error {
	if p.Limit < 1 || p.Limit > MaxPage {
		return fault.New(fault.BadRequest, "limit: want 1 to %d", MaxPage)
	}
	return nil
}

// Part is a part of a list.
type Part[T any] struct {
	Height uint64 `json:"height"` // blocks that it speaks of
	Rows   []T    `json:"rows"`
	Next   string `json:"next"` // bookmark of the next part, "" after the last
}

// Lot is a lot with its number and the block that wrote it last.
type Lot struct {
	Number number.Row `json:"number"`
	points.Lot
	Block uint64 `json:"block"`
}

// Hold is a hold with its number and the block that wrote it last.
type Hold struct {
	Number number.Command `json:"number"`
	points.Hold
	Block uint64 `json:"block"`
}

// rows visits the answer of a query that selects key, block, row.
func (r *Reading) rows(visit func(key string, block uint64, value []byte) error, query string, args ...any) error {
	rows, err := r.tx.Query(query, args...)
	if err != nil {
		return inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var block uint64
		var value []byte
		if err := rows.Scan(&key, &block, &value); err != nil {
			return inIndex(err)
		}
		if err := visit(key, block, value); err != nil {
			return err
		}
	}
	return rows.Err()
}

// digits are those after the point of a programme's points; none if there is no such programme.
func (r *Reading) digits(programme string) (digits uint8, err error) {
	err = r.rows(func(_ string, _ uint64, value []byte) error {
		p, err := row.Decode[points.Programme](value)
		digits = p.Rules.Scale
		return err
	}, "SELECT key, block, row FROM programmes WHERE key = ?", string(row.Programme(programme)))
	return digits, err
}

// lots decodes the answer of a query.
func (r *Reading) lots(query string, args ...any) ([]Lot, error) {
	list := []Lot{}
	err := r.rows(func(key string, block uint64, value []byte) error {
		named, err := row.Read(key, value)
		if err != nil {
			return inIndex(err)
		}
		n, err := number.ParseRow(named.ID)
		list = append(list, Lot{Number: n, Lot: named.Row.(points.Lot), Block: block})
		return err
	}, query, args...)
	return list, err
}

// holds decodes the answer of a query.
func (r *Reading) holds(query string, args ...any) ([]Hold, error) {
	list := []Hold{}
	err := r.rows(func(key string, block uint64, value []byte) error {
		named, err := row.Read(key, value)
		if err != nil {
			return inIndex(err)
		}
		n, err := number.ParseCommand(named.ID)
		list = append(list, Hold{Number: n, Hold: named.Row.(points.Hold), Block: block})
		return err
	}, query, args...)
	return list, err
}

// Wallet is what a member has.
type Wallet struct {
	Height uint64 `json:"height"` // blocks that it speaks of
	Member string `json:"member"`
	Lots   []Lot  `json:"lots"` // with something left, earliest expiry first
	Held   []Held `json:"held"` // what is set aside of them, and of lots with nothing left
}

// mine selects a member and all that were merged into it; its one argument is the
// member. CROSS JOIN has SQLite look for each id, where it would look at every member.
const mine = `WITH RECURSIVE mine(id) AS (VALUES (CAST(? AS TEXT) COLLATE BINARY)
	UNION SELECT n.member FROM mine CROSS JOIN entries n WHERE n.topic = mine.id AND n.kind = 'member') `

// Wallet lists what is left of a member's lots, and of those who were merged into
// it, earliest expiry first; pending and expired ones included, which the ledger
// won't let be spent. It also lists what is held.
func (r *Reading) Wallet(member string) (w Wallet, err error) {
	w.Member, w.Height = member, r.height
	w.Lots, err = r.lots(
		mine+
			"SELECT key, block, row FROM lots WHERE member IN (SELECT id FROM mine) AND available > 0 ORDER BY expires, key",
		member)
	if err == nil {
		w.Held, err = r.held(member)
	}
	return w, err
}

// onTheLedger is the condition that the ledger has a lot as it is here: nothing that
// isn't honoured has been written over it since. A batch that spent such a lot would not
// be honoured either, with all that is in it.
const onTheLedger = `COALESCE((SELECT u.row FROM unsealed u WHERE u.key = lots.key AND u.block >= lots.block ORDER BY u.block DESC, u.place DESC LIMIT 1), row) = row`

// Choose picks the pieces that pay an amount of one programme on a business
// date, as the ledger wants them: earliest expiry first, each drained before
// the next. Where that takes more lots than a command may name, the smallest of the
// earliest are left out, so that a wallet full of dust can be spent. INSUFFICIENT if
// there is too little; LIMIT if even the largest 64 lots are too little together.
// Freezes are for the ledger to see.
func (r *Reading) Choose(member, programme string, want amount.Units, on date.Date) ([]spend.Take, error) {
	if err := want.Check(); err != nil {
		return nil, err
	}
	digits, err := r.digits(programme)
	if err != nil {
		return nil, err
	}
	// || '' has it look among the member's lots, not among the programme's.
	found, err := r.lots(mine+`SELECT key, block, row FROM lots
		WHERE member IN (SELECT id FROM mine) AND available > 0 AND programme || '' = ? AND state = ? AND expires >= ? AND `+
		onTheLedger+`
		ORDER BY expires, key LIMIT 10000`, member, programme, int64(points.Active), int64(on))
	if err == nil {
		found, err = r.theirs(found)
	}
	if err != nil {
		return nil, err
	}
	all := amount.Units(0)
	for _, lot := range found {
		all += lot.Available()
	}
	if all < want {
		return nil, fault.New(fault.Insufficient, "%s has %s points of %s, %s asked",
			member, figure.Points(all, digits), programme, figure.Points(want, digits))
	}
	chosen, most := enough(found, want, points.MaxPieces)
	if most < want {
		return nil, fault.New(fault.Limit, "the largest %d lots have %s points of %s together: spend these first",
			points.MaxPieces, figure.Points(most, digits), programme)
	}
	var pieces []spend.Take
	for _, lot := range chosen {
		if want > 0 {
			part := min(want, lot.Available())
			pieces = append(pieces, spend.Take{Lot: lot.Number, Amount: part})
			want -= part
		}
	}
	return pieces, nil
}

// enough is the earliest lots that come to an amount, at most so many of them: of a
// run that is longer, the largest, in their order. sum is what they come to.
func enough(lots []Lot, want amount.Units, most int) (chosen []Lot, sum amount.Units) {
	for _, lot := range lots {
		if sum >= want {
			break
		}
		chosen, sum = append(chosen, lot), sum+lot.Available()
		if len(chosen) > most {
			least := 0
			for i, one := range chosen {
				if one.Available() < chosen[least].Available() {
					least = i
				}
			}
			sum -= chosen[least].Available()
			chosen = slices.Delete(chosen, least, least+1)
		}
	}
	return chosen, sum
}

// theirs leaves out lots that were granted to a member of one home and whose
// pseudonym another enrolled: they are nobody's.
func (r *Reading) theirs(lots []Lot) ([]Lot, error) {
	var left []Lot
	for _, lot := range lots {
		if lot.Home != "" {
			m, _, err := one(r, "entries", row.Member(lot.Member))
			if err != nil {
				return nil, err
			}
			if m.Home != lot.Home {
				continue
			}
		}
		left = append(left, lot)
	}
	return left, nil
}

// LotFilter narrows a list of lots; zero fields don't.
type LotFilter struct{ Member, Programme string }

// Lots lists lots by number.
func (r *Reading) Lots(filter LotFilter, page Page) (Part[Lot], error) {
	where, args := "key > ?", []any{page.After}
	for _, c := range [][2]string{{"member", filter.Member}, {"programme", filter.Programme}} {
		if c[1] != "" {
			where, args = where+" AND "+c[0]+" = ?", append(args, c[1])
		}
	}
	return part(r, page, func() ([]Lot, error) {
		return r.lots("SELECT key, block, row FROM lots WHERE "+where+" ORDER BY key LIMIT ?",
			append(args, page.Limit)...)
	}, func(l Lot) string { return string(row.Lot(l.Number)) })
}

// HoldFilter narrows a list of holds; zero fields don't.
type HoldFilter struct {
	Member   string
	Acceptor string
	States   []points.HoldState
	Due      int64 // only those whose deadline is at or before it, UTC seconds
}

// Holds lists holds by number.
func (r *Reading) Holds(filter HoldFilter, page Page) (Part[Hold], error) {
	where, args := []string{"key > ?"}, []any{page.After}
	add := func(condition string, values ...any) { where, args = append(where, condition), append(args, values...) }
	if filter.Member != "" {
		add("member = ?", filter.Member)
	}
	if filter.Acceptor != "" {
		add("acceptor = ?", filter.Acceptor)
	}
	if filter.Due > 0 {
		add("deadline <= ?", filter.Due)
	}
	if len(filter.States) > 0 {
		marks := make([]any, len(filter.States))
		for i, s := range filter.States {
			marks[i] = int64(s)
		}
		add("state IN (?"+strings.Repeat(",?", len(marks)-1)+")", marks...)
	}
	return part(r, page, func() ([]Hold, error) {
		return r.holds("SELECT key, block, row FROM holds WHERE "+strings.Join(where, " AND ")+" ORDER BY key LIMIT ?",
			append(args, page.Limit)...)
	}, func(h Hold) string { return string(row.Hold(h.Number)) })
}

// Due lists up to limit lots of a programme whose last day was before a business
// date and of which something is left, for an expiry run. Where expiry slides, the
// ledger may find that some can be spent still.
func (r *Reading) Due(programme string, before date.Date, limit int) ([]Lot, error) {
	return r.lots(
		"SELECT key, block, row FROM lots WHERE programme = ? AND expires < ? AND state = ? AND available > 0 AND "+
			onTheLedger+" ORDER BY expires, key LIMIT ?",
		programme, int64(before), int64(points.Active), limit)
}

func part[T any](r *Reading, page Page, list func() ([]T, error), keyOf func(T) string) (p Part[T], err error) {
	if err := page.check(); err != nil {
		return p, err
	}
	p.Height = r.height
	p.Rows, err = list()
	if n := len(p.Rows); err == nil && n == page.Limit {
		p.Next = keyOf(p.Rows[n-1])
	}
	return p, err
}
