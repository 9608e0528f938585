package index

import (
	"fmt"
	"strconv"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

// Order is one order. NOT_FOUND.
func (r *Reading) Order(n number.Command) (o Order, err error) {
	list, err := r.orders("SELECT key, block, row FROM orders WHERE key = ?", string(row.Order(n)))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "there is no order %s", n)
	}
	if err == nil {
		o = list[0]
	}
	return o, err
}

func (r *Reading) orders(query string, args ...any) ([]Order, error) {
	list := []Order{}
	err := r.rows(func(key string, block uint64, value []byte) error {
		o, err := readOrder(key, block, value)
		list = append(list, o)
		return err
	}, query, args...)
	return list, err
}

// PartFilter narrows a list of parts of orders; zero fields don't. A member stands
// for all that were merged into it.
type PartFilter struct {
	Seller    string
	Member    string
	Supplier  string
	Party     string // that acts for the supplier
	Reference string
	Waybill   string
	States    []goods.State
	Since     date.Date // in their state since this day or a later one
	From      date.Date // ordered on this day or a later one
	Until     date.Date // ordered on this day or an earlier one
}

// clause is a query's condition in the making.
type clause struct {
	with  string
	where []string
	args  []any
}

func (c *clause) add(condition string, args ...any) {
	c.where, c.args = append(c.where, condition), append(c.args, args...)
}

// has adds that a column is a text, unless it is "".
func (c *clause) has(column, text string) {
	if text != "" {
		c.add(column+" = ?", text)
	}
}

// in adds that a column is one of some numbers, unless there are none.
func in[T ~uint8](c *clause, column string, list []T) {
	if len(list) == 0 {
		return
	}
	marks := make([]any, len(list))
	for i, v := range list {
		marks[i] = int64(v)
	}
	c.add(column+" IN (?"+strings.Repeat(",?", len(marks)-1)+")", marks...)
}

// of adds that a column is a member or one that was merged into it. It must come
// first: its argument does.
func (c *clause) of(column, member string) {
	if member == "" {
		return
	}
	c.with, c.where, c.args = mine, append(c.where, column+" IN (SELECT id FROM mine)"),
		append([]any{member}, c.args...)
}

// text is the condition of a WHERE.
func (c *clause) text() string { return strings.Join(append(c.where, "TRUE"), " AND ") }

func (f PartFilter) clause() clause {
	var c clause
	c.of("p.member", f.Member)
	for _, t := range [][2]string{{"p.seller", f.Seller}, {"p.supplier", f.Supplier}, {"p.party", f.Party},
		{"p.reference", f.Reference}, {"p.waybill", f.Waybill}} {
		c.has(t[0], t[1])
	}
	in(&c, "p.state", f.States)
	if f.Since != 0 {
		c.add("p.since >= ?", int64(f.Since))
	}
	if f.From != 0 {
		c.add("p.date >= ?", int64(f.From))
	}
	if f.Until != 0 {
		c.add("p.date <= ?", int64(f.Until))
	}
	return c
}

// Parts lists parts of orders by order and part.
func (r *Reading) Parts(filter PartFilter, page Page) (Part[OrderPart], error) {
	c := filter.clause()
	c.add("p.key > ?", page.After)
	return part(r, page, func() ([]OrderPart, error) { return r.parts(c, "p.key", page.Limit) },
		func(p OrderPart) string { return partKey(string(row.Order(p.Order)), p.Number) })
}

// parts reads the parts that a condition lets through.
func (r *Reading) parts(c clause, order string, limit int) ([]OrderPart, error) {
	list := []OrderPart{}
	err := r.rows(func(key string, block uint64, value []byte) error {
		order, n, err := cutPartKey(key)
		if err != nil {
			return err
		}
		o, err := readOrder(order, block, value)
		if err != nil {
			return err
		}
		list = append(list, o.Part(n))
		return nil
	}, c.with+"SELECT p.key, p.block, o.row FROM parts p JOIN orders o ON o.key = p.order_key WHERE "+c.text()+
		" ORDER BY "+order+" LIMIT ?",
		append(c.args, limit)...)
	return list, err
}

func cutPartKey(key string) (order string, part int, err error) {
	at := strings.LastIndexByte(key, '/')
	if part, err = strconv.Atoi(key[at+1:]); err != nil {
		err = fmt.Errorf("index: part %.90q: %w", key, err)
	}
	return key[:max(at, 0)], part, err
}

// Cursor names a part as it was written, for who asks for what has changed since.
func (p OrderPart) Cursor() string { return fmt.Sprintf("%d/%s/%d", p.Block, p.Order, p.Number) }

// parseCursor reads what Cursor writes. BAD_REQUEST.
func parseCursor(text string) (block uint64, key string, err error) {
	words := strings.Split(text, "/")
	if len(words) != 3 {
		return 0, "", fault.New(fault.BadRequest, "cursor %.80q: want one that was answered before", text)
	}
	block, err = strconv.ParseUint(words[0], 10, 63)
	n, err2 := number.ParseCommand(words[1])
	part, err3 := strconv.ParseUint(words[2], 10, 8)
	if err != nil || err2 != nil || err3 != nil {
		return 0, "", fault.New(fault.BadRequest, "cursor %.80q: want one that was answered before", text)
	}
	return block, partKey(string(row.Order(n)), int(part)), nil
}

// Changed lists parts in the order in which their orders were written last, after
// the part that a page's bookmark names; see OrderPart.Cursor. A part comes again
// when its order has changed, with the bookmark of the change: whoever goes on from
// the last one misses nothing. BAD_REQUEST for a bookmark that isn't any.
func (r *Reading) Changed(filter PartFilter, page Page) (Part[OrderPart], error) {
	c := filter.clause()
	if page.After != "" {
		block, key, err := parseCursor(page.After)
		if err != nil {
			return Part[OrderPart]{}, err
		}
		c.add("(p.block, p.key) > (?, ?)", block, key)
	}
	return part(r, page, func() ([]OrderPart, error) { return r.parts(c, "p.block, p.key", page.Limit) },
		OrderPart.Cursor)
}

// DueParts lists up to limit parts in a state that has ended by itself: those that are
// PLACED by the clock, in UTC seconds, the others by the business date. seller "" is
// every seller's.
func (r *Reading) DueParts(state goods.State, seller string, now int64, today date.Date,
	limit int) ([]OrderPart, error) {
	var c clause
	c.has("p.seller", seller)
	c.add("p.state = ?", int64(state))
	if state == goods.Placed {
		c.add("p.until <= ?", now)
	} else {
		c.add("p.until < ?", int64(today))
	}
	c.add("p.state <= 4") // what the table of those that end by themselves has
	return r.parts(c, "p.key", limit)
}

// Return is a return with its number, what it is a return of, and the block that
// wrote it last.
type Return struct {
	Number number.Command `json:"number"`
	goods.Return
	Seller   string `json:"seller"`
	Member   string `json:"member"`
	Supplier string `json:"supplier"`
	SKU      string `json:"sku"`
	Block    uint64 `json:"block"`
}

// ReturnFilter narrows a list of returns; zero fields don't. A member stands for all
// that were merged into it.
type ReturnFilter struct {
	Order    number.Command
	Seller   string
	Member   string
	Supplier string
	Party    string // that acts for the supplier
	States   []goods.ReturnState
}

// Returns lists returns by number.
func (r *Reading) Returns(filter ReturnFilter, page Page) (Part[Return], error) {
	var c clause
	c.of("o.member", filter.Member)
	for _, t := range [][2]string{{"l.seller", filter.Seller}, {"l.supplier", filter.Supplier},
		{"l.party", filter.Party}} {
		c.has(t[0], t[1])
	}
	if !filter.Order.IsZero() {
		c.add("r.order_key = ?", string(row.Order(filter.Order)))
	}
	in(&c, "r.state", filter.States)
	c.add("r.key > ?", page.After)
	return part(r, page, func() ([]Return, error) { return r.returns(c, page.Limit) },
		func(x Return) string { return string(row.Return(x.Number)) })
}

func (r *Reading) returns(c clause, limit int) ([]Return, error) {
	rows, err := r.tx.Query(c.with+`SELECT r.key, r.block, r.row, l.seller, o.member, l.supplier, l.sku
		FROM returns r JOIN lines l ON l.key = r.line_key JOIN orders o ON o.key = r.order_key
		WHERE `+c.text()+" ORDER BY r.key LIMIT ?", append(c.args, limit)...)
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	list := []Return{}
	for rows.Next() {
		var x Return
		var key string
		var value []byte
		if err := rows.Scan(&key, &x.Block, &value, &x.Seller, &x.Member, &x.Supplier, &x.SKU); err != nil {
			return nil, inIndex(err)
		}
		named, err := row.Read(key, value)
		if err != nil {
			return nil, inIndex(err)
		}
		x.Return = named.Row.(goods.Return)
		if x.Number, err = number.ParseCommand(named.ID); err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, rows.Err()
}

// Used is what orders have made of a good's stock at a seller. Together with what is
// free,
//
//	restocked − withdrawn = free + reserved + delivered + lost − put back
type Used struct {
	Reserved  amount.Units `json:"reserved"`  // in parts that aren't delivered yet
	Delivered amount.Units `json:"delivered"` // ever
	Lost      amount.Units `json:"lost"`      // on the way
	PutBack   amount.Units `json:"putBack"`   // of what was delivered and returned
}

// Used is what orders have made of a good's stock at a seller.
func (r *Reading) Used(supplier, sku, seller string) (u Used, err error) {
	// States 1 to 3 hold stock, 4 and 5 are DELIVERED and COMPLETED.
	err = r.tx.QueryRow(
		`SELECT COALESCE(SUM(CASE WHEN state <= 3 THEN quantity END), 0), COALESCE(SUM(CASE WHEN state IN (4, 5) THEN quantity END), 0),
			COALESCE(SUM(lost * quantity), 0), COALESCE((SELECT SUM(r.quantity) FROM returns r JOIN lines b ON b.key = r.line_key
				WHERE r.restocked = 1 AND b.supplier = ?1 AND b.sku = ?2 AND b.seller = ?3), 0)
		FROM lines WHERE supplier = ?1 AND sku = ?2 AND seller = ?3`, supplier, sku, seller).Scan(&u.Reserved,
		&u.Delivered, &u.Lost, &u.PutBack)
	if err != nil {
		err = inIndex(err)
	}
	return u, err
}
