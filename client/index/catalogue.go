package index

import (
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/row"
)

// commas writes labels so that one can be found as ",label,".
func commas(labels []string) string { return "," + strings.Join(labels, ",") + "," }

// textOf is what a text is looked for in.
func textOf(g goods.Good) string {
	return strings.ToLower(strings.Join([]string{g.En, g.Zh, g.SKU, g.GTIN}, "\n"))
}

// clauses are conditions of a query with their values.
type clauses struct {
	where []string
	args  []any
}

func (c *clauses) add(condition string, values ...any) {
	c.where, c.args = append(c.where, condition), append(c.args, values...)
}

// is adds a condition unless its value is empty.
func (c *clauses) is(condition, value string) {
	if value != "" {
		c.add(condition, value)
	}
}

// label looks for one in a column that commas wrote.
func (c *clauses) label(column, label string) {
	if label != "" {
		c.add("instr("+column+", ?) > 0", ","+label+",")
	}
}

// words looks for each word of a text.
func (c *clauses) words(column, text string) {
	for _, word := range strings.Fields(strings.ToLower(text)) {
		c.add("instr("+column+", ?) > 0", word)
	}
}

func (c *clauses) String() string { return strings.Join(c.where, " AND ") }

// entries lists rows of type T by key: what a query after "SELECT … FROM" says.
func entries[T any](r *Reading, page Page, table string, c clauses) (Part[Entry[T]], error) {
	c.add(table+".key > ?", page.After)
	var last string
	return part(r, page, func() ([]Entry[T], error) {
		list := []Entry[T]{}
		err := r.rows(func(key string, block uint64, value []byte) error {
			named, err := row.Read(key, value)
			if err != nil {
				return inIndex(err)
			}
			last = key
			list = append(list, Entry[T]{ID: named.ID, Row: named.Row.(T), Block: block})
			return nil
		}, "SELECT key, block, row FROM "+table+" WHERE "+c.String()+" ORDER BY key LIMIT ?",
			append(c.args, page.Limit)...)
		return list, err
	}, func(Entry[T]) string { return last })
}

// SupplierFilter narrows a list of suppliers; zero fields don't.
type SupplierFilter struct {
	Party string // that acts for them
	State string
}

// Suppliers lists suppliers by id.
func (r *Reading) Suppliers(f SupplierFilter, page Page) (Part[Entry[goods.Supplier]], error) {
	var c clauses
	c.is("party = ?", f.Party)
	c.is("state = ?", f.State)
	return entries[goods.Supplier](r, page, "suppliers", c)
}

// GoodFilter narrows a search for goods; zero fields don't.
type GoodFilter struct {
	Supplier string
	Party    string // that acts for the supplier
	Category string
	Label    string // of the good, or, of a listing, the seller's too
	Text     string // words that are all in its names, its SKU or its GTIN, in any order
	Open     bool   // only what can be ordered
}

// Goods finds goods by supplier and SKU.
func (r *Reading) Goods(f GoodFilter, page Page) (Part[Entry[goods.Good]], error) {
	var c clauses
	c.is("supplier = ?", f.Supplier)
	c.is("supplier IN (SELECT id FROM suppliers WHERE party = ?)", f.Party)
	c.is("category = ?", f.Category)
	c.label("labels", f.Label)
	c.words("text", f.Text)
	if f.Open {
		c.add("open = 1")
	}
	return entries[goods.Good](r, page, "goods", c)
}

// Listings finds what a seller lists, by supplier and SKU.
func (r *Reading) Listings(seller string, f GoodFilter, page Page) (Part[Entry[goods.Listing]], error) {
	return entries[goods.Listing](r, page, "listings", listed(seller, f))
}

// listed are the conditions of a seller's listings.
func listed(seller string, f GoodFilter) (c clauses) {
	c.add("seller = ?", seller)
	c.is("supplier = ?", f.Supplier)
	c.is("supplier IN (SELECT id FROM suppliers WHERE party = ?)", f.Party)
	if f.Open {
		c.add("open = 1")
	}
	var of clauses
	of.is("g.category = ?", f.Category)
	of.words("g.text", f.Text)
	if f.Label != "" {
		c.add("(instr(labels, ?) > 0 OR EXISTS ("+itsGood()+" AND instr(g.labels, ?) > 0))",
			","+f.Label+",", ","+f.Label+",")
	}
	if len(of.where) > 0 {
		c.add("EXISTS ("+itsGood()+" AND "+of.String()+")", of.args...)
	}
	return c
}

// itsGood selects the good that a listing is of.
func itsGood() string {
	before, _ := row.Goods().Bounds()
	return "SELECT 1 FROM goods g WHERE g.key = '" + before + "' || listings.supplier || '/' || listings.sku"
}

// Outlets lists the outlets of a party, or of all for "", in a region or anywhere.
func (r *Reading) Outlets(party, region string, page Page) (Part[Entry[goods.Outlet]], error) {
	var c clauses
	c.is("party = ?", party)
	c.is("region = ?", region)
	return entries[goods.Outlet](r, page, "outlets", c)
}

// Stock is how much of a good a seller has.
type Stock struct {
	Supplier string       `json:"supplier"`
	SKU      string       `json:"sku"`
	Seller   string       `json:"seller"`
	Free     amount.Units `json:"free"`   // pool and shards together
	Pool     amount.Units `json:"pool"`   // of it, in no lane's shard
	Shards   int          `json:"shards"` // how many lanes have one
	Used                  // what orders have made of it
}

// Stocks lists what there is of the goods of a supplier, of a party's suppliers, at
// a seller; "" for any. It goes by supplier, SKU and seller.
func (r *Reading) Stocks(supplier, sku, party, seller string, page Page) (Part[Stock], error) {
	var c clauses
	c.is("supplier = ?", supplier)
	c.is("sku = ?", sku)
	c.is("supplier IN (SELECT id FROM suppliers WHERE party = ?)", party)
	c.is("seller = ?", seller)
	c.add("supplier || '/' || sku || '/' || seller > ?", page.After)
	return part(r, page, func() ([]Stock, error) {
		rows, err := r.tx.Query(
			`SELECT supplier, sku, seller, SUM(free), SUM(CASE lane WHEN -1 THEN free ELSE 0 END), SUM(CASE WHEN lane >= 0 THEN 1 ELSE 0 END) FROM stock
			WHERE `+c.String()+
				` GROUP BY supplier, sku, seller ORDER BY supplier || '/' || sku || '/' || seller LIMIT ?`,
			append(c.args, page.Limit)...)
		if err != nil {
			return nil, inIndex(err)
		}
		defer rows.Close()
		list := []Stock{}
		for rows.Next() {
			var s Stock
			if err := rows.Scan(&s.Supplier, &s.SKU, &s.Seller, &s.Free, &s.Pool, &s.Shards); err != nil {
				return nil, inIndex(err)
			}
			list = append(list, s)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		for i, s := range list {
			if list[i].Used, err = r.Used(s.Supplier, s.SKU, s.Seller); err != nil {
				return nil, err
			}
		}
		return list, nil
	}, func(s Stock) string { return s.Supplier + "/" + s.SKU + "/" + s.Seller })
}

// Free is how much of a good a seller has; 0 if there never was any.
func (r *Reading) Free(supplier, sku, seller string) (amount.Units, error) {
	found, err := r.Stocks(supplier, sku, "", seller, Page{Limit: 1})
	if err != nil || len(found.Rows) == 0 {
		return 0, err
	}
	return found.Rows[0].Free, nil
}

// Benefit is one benefit; false if there is none.
func (r *Reading) Benefit(id string) (benefit.Model, bool, error) {
	return one(r, "entries", row.Benefit(id))
}

// Campaign is one campaign; false if there is none.
func (r *Reading) Campaign(id string) (campaign.Campaign, bool, error) {
	return one(r, "entries", row.Campaign(id))
}

// Supplier is one supplier; false if there is none.
func (r *Reading) Supplier(id string) (goods.Supplier, bool, error) {
	return one(r, "suppliers", row.Supplier(id))
}

// Listing is how a seller lists a good; false if it doesn't.
func (r *Reading) Listing(seller, supplier, sku string) (goods.Listing, bool, error) {
	return one(r, "listings", row.Listing(seller, supplier, sku))
}

// Good is a good as it is now; false if there is none.
func (r *Reading) Good(supplier, sku string) (goods.Good, bool, error) {
	return one(r, "goods", row.Good(supplier, sku))
}

// Terms are what a seller is offered for a good, as a commitment; false if nothing is.
func (r *Reading) Terms(supplier, sku, seller string) (goods.Terms, bool, error) {
	return one(r, "entries", row.Terms(supplier, sku, seller))
}

// Storefront is a seller's. NOT_FOUND.
func (r *Reading) Storefront(seller string) (goods.Storefront, error) {
	s, found, err := one(r, "facts", row.Storefront(seller))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "%s has no storefront", seller)
	}
	return s, err
}
