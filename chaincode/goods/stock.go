package goods

import (
	"tallystick/chaincode/amount"
)

// Pool is what a supplier lets a seller sell of a good, as far as no lane has taken
// it. Orders touch it only when their lane's shard runs out.
type Pool struct {
	_         struct{}     `cbor:",toarray"`
	Free      amount.Units `json:"free"`
	Restocked amount.Units `json:"restocked"` // ever
	Withdrawn amount.Units `json:"withdrawn"` // ever, of what was restocked
	Lanes     uint8        `json:"lanes"`     // shards are in the seller's lanes below this one
}

// Shard is the part of a good's stock that one lane of the seller sells from, so that
// everybody can buy one good at once and no two lanes meet.
type Shard struct {
	_    struct{}     `cbor:",toarray"`
	Free amount.Units `json:"free"`
}

// RestockRequest adds to what a seller may sell of a good. With lanes, it is shared
// out evenly among the shards of the seller's lanes 1 … lanes, the rest to the pool;
// else it all goes to the pool, which is right while the good is being sold. Only the
// supplier's party may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (the good, the supplier, the
// seller), FORBIDDEN, WRONG_STATE (the supplier isn't approved), LIMIT (above 2⁵³−1).
type RestockRequest struct {
	_        struct{}     `cbor:",toarray"`
	Supplier string       `json:"supplier"`
	SKU      string       `json:"sku"`
	Seller   string       `json:"seller"` // party
	Units    amount.Units `json:"units"`
	Lanes    uint8        `json:"lanes"` // 0 … 31
}

// WithdrawStockRequest takes back what is free. Only the supplier's party may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (the supplier, the
// stock), FORBIDDEN, OUT_OF_STOCK (less is free).
type WithdrawStockRequest struct {
	_        struct{}     `cbor:",toarray"`
	Supplier string       `json:"supplier"`
	SKU      string       `json:"sku"`
	Seller   string       `json:"seller"`
	Units    amount.Units `json:"units"`
	Reason   string       `json:"reason"` // a code such as damaged
}
