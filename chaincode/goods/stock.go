package goods

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Pool is what a supplier lets a seller sell of a good, as far as no lane has taken
// it. Orders touch it only when their lane's shard runs out.
type Pool struct {
	_         struct{}     `cbor:",toarray"`
	Free      amount.Units `json:"free"`
	Restocked amount.Units `json:"restocked"` // ever
	Withdrawn amount.Units `json:"withdrawn"` // ever, of what was restocked
	Lanes     uint8        `json:"lanes"`     // shards are in the seller's lanes below this one
	Changed   date.Date    `json:"changed"`   // business date on which the supplier last changed it
	Changes   uint8        `json:"changes"`   // how often on that date
}

// Shard is the part of a good's stock that one lane of the seller sells from, so that
// everybody can buy one good at once and no two lanes meet.
type Shard struct {
	_    struct{}     `cbor:",toarray"`
	Free amount.Units `json:"free"`
}

// share is the part of the pool that a shard takes at least, as its inverse.
const share = 16

// Draw takes so much from the shard of a lane, of what free there is. If the shard
// has too little, it takes from the pool what is missing or a sixteenth of the pool,
// whichever is more, or all if that is less. short is what both together lack: then
// they are empty, and other shards have to Give it. The pool's row is as it was
// unless the shard had too little.
func Draw(pool Pool, shard Shard, lane uint8, need amount.Units) (_ Pool, _ Shard, short amount.Units) {
	if missing := need - shard.Free; missing > 0 {
		taken := min(pool.Free, max(missing, pool.Free/share))
		pool.Free -= taken
		shard.Free += taken
		pool.Lanes = max(pool.Lanes, lane+1)
	}
	taken := min(need, shard.Free)
	shard.Free -= taken
	return pool, shard, need - taken
}

// Give takes up to so much from a shard.
func (s Shard) Give(need amount.Units) (_ Shard, given amount.Units) {
	given = min(need, s.Free)
	s.Free -= given
	return s, given
}

// Back puts units into a shard.
func (s Shard) Back(n amount.Units) Shard {
	s.Free += n
	return s
}

// Back puts units into the pool that had been taken out of it.
func (p Pool) Back(n amount.Units) Pool {
	p.Free += n
	return p
}

// RestockRequest adds to what a seller may sell of a good. With lanes, it is shared
// out evenly among the shards of the seller's lanes 1 … lanes, the rest to the pool;
// else it all goes to the pool, which is right while the good is being sold. Only the
// supplier's party may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (the good, the supplier, the seller), FORBIDDEN,
// WRONG_STATE (the supplier isn't approved), LIMIT (above 2⁵³−1, or changed MaxStocked times today).
type RestockRequest struct {
	_        struct{}     `cbor:",toarray"`
	Supplier string       `json:"supplier"`
	SKU      string       `json:"sku"`
	Seller   string       `json:"seller"` // party
	Units    amount.Units `json:"units"`
	Lanes    uint8        `json:"lanes"` // 0 … 31
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r RestockRequest) Check() error {
	if err := checkStock(r.Supplier, r.SKU, r.Seller); err != nil {
		return err
	}
	if r.Lanes >= number.Lanes {
		return fault.New(fault.BadRequest, "lanes: want at most %d", number.Lanes-1)
	}
	return r.Units.Check()
}

func checkStock(supplier, sku, seller string) error {
	if err := checkGoodIDs(supplier, sku); err != nil {
		return err
	}
	return name.CheckID("seller", seller)
}

// Restock adds to the pool what each of the seller's shards doesn't get, and answers
// how much every one gets.
func (p Pool) Restock(supplier Supplier, req RestockRequest, at At) (_ Pool, each amount.Units, _ error) {
	if err := supplier.lists(at.Caller); err != nil {
		return Pool{}, 0, err
	}
	restocked, err := p.Restocked.Add(req.Units)
	if err != nil {
		return Pool{}, 0, err
	}
	if req.Lanes > 0 {
		each = req.Units / amount.Units(req.Lanes)
		p.Lanes = max(p.Lanes, req.Lanes+1)
	}
	p.Restocked = restocked
	p.Free += req.Units - each*amount.Units(req.Lanes)
	p, err = p.onceMore(at)
	return p, each, err
}

// onceMore counts a change by the supplier. LIMIT above MaxStocked on a business date: what comes back of an order that
// ends goes into these rows, and a supplier that wrote them in every block would keep it from ending.
func (p Pool) onceMore(at At) (Pool, error) {
	if p.Changed != at.Date {
		p.Changed, p.Changes = at.Date, 0
	}
	if p.Changes >= MaxStocked {
		return Pool{}, fault.New(fault.Limit,
			"this stock was changed %d times on %s; change it again when the business date has moved",
			p.Changes, at.Date)
	}
	p.Changes++
	return p, nil
}

// WithdrawStockRequest takes back what is free. Only the supplier's party may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (the supplier, the
// stock), FORBIDDEN, LIMIT (changed MaxStocked times today), OUT_OF_STOCK (less is free).
type WithdrawStockRequest struct {
	_        struct{}     `cbor:",toarray"`
	Supplier string       `json:"supplier"`
	SKU      string       `json:"sku"`
	Seller   string       `json:"seller"`
	Units    amount.Units `json:"units"`
	Reason   string       `json:"reason"` // a code such as damaged
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r WithdrawStockRequest) Check() error {
	if err := checkStock(r.Supplier, r.SKU, r.Seller); err != nil {
		return err
	}
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Units.Check()
}

// Withdraw takes units out of the pool for the supplier's party. short is what the
// pool lacks: shards have to Give it.
func (p Pool) Withdraw(supplier Supplier, units amount.Units, at At) (_ Pool, short amount.Units, _ error) {
	if err := supplier.require(at.Caller); err != nil {
		return Pool{}, 0, err
	}
	taken := min(units, p.Free)
	p.Free -= taken
	p.Withdrawn += units
	p, err := p.onceMore(at)
	return p, units - taken, err
}
