package verb

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
)

// stocked is a ledger on which S1 supplies D with a kit of which there is nothing yet.
func stocked(t fataler) shelf {
	s := shelf{}
	err := s.transact(t, "S1", 1, func(c *call) error {
		ledger.Put(c.Tx, row.Party("D"), party.Party{ID: "D"})
		ledger.Put(c.Tx, row.Supplier("care"), goods.Supplier{ID: "care", Party: "S1", State: goods.Approved})
		ledger.Put(c.Tx, row.Good("care", "kit"), goods.Good{Supplier: "care", SKU: "kit"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s shelf) restock(t fataler, units amount.Units, lanes uint8) error {
	return s.transact(t, "S1", 1, func(c *call) error {
		return c.restock(goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: units, Lanes: lanes})
	})
}

func (s shelf) withdraw(t fataler, units amount.Units) error {
	return s.transact(t, "S1", 1, func(c *call) error {
		return c.withdrawStock(goods.WithdrawStockRequest{Supplier: "care", SKU: "kit", Seller: "D",
			Units: units, Reason: "damaged"})
	})
}

func (s shelf) reserve(t fataler, lane uint8, units uint32) error {
	return s.transact(t, "D", lane, func(c *call) error { return c.reserve("care", "kit", "D", units) })
}

func (s shelf) putBack(t fataler, msp string, lane uint8, units uint32) error {
	return s.transact(t, msp, lane, func(c *call) error { return c.putBack("care", "kit", "D", units) })
}

// stock is the pool, and what each lane's shard has; −1 where there is none.
func (s shelf) stock(t fataler) (goods.Pool, []amount.Units) {
	pool, err := row.Decode[goods.Pool](s[string(row.Pool("care", "kit", "D"))])
	if err != nil {
		t.Fatal(err)
	}
	shards := make([]amount.Units, number.Lanes)
	for lane := range shards {
		shards[lane] = -1
		if value := s[string(row.Shard("care", "kit", "D", uint8(lane)))]; len(value) > 0 {
			shard, err := row.Decode[goods.Shard](value)
			if err != nil {
				t.Fatal(err)
			}
			shards[lane] = shard.Free
		}
	}
	return pool, shards
}

// Where units come from and go back to.
func TestStockMovesBetweenShards(t *testing.T) {
	s := stocked(t)
	step := func(what string, err error, free amount.Units, shards map[int]amount.Units) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		pool, found := s.stock(t)
		if pool.Free != free {
			t.Errorf("%s: %d in the pool, want %d", what, pool.Free, free)
		}
		for lane, has := range found {
			if want, there := shards[lane]; there != (has >= 0) || there && want != has {
				t.Errorf("%s: lane %d has %d, want %d", what, lane, has, want)
			}
		}
	}
	step("160 to the pool", s.restock(t, 160, 0), 160, nil)
	step("a sixteenth to the first lane that sells", s.reserve(t, 3, 1), 150, map[int]amount.Units{3: 9})
	step("from the shard alone", s.reserve(t, 3, 9), 150, map[int]amount.Units{3: 0})
	step("back to the lane's shard", s.putBack(t, "D", 3, 2), 150, map[int]amount.Units{3: 2})
	step("back from a lane without a shard", s.putBack(t, "D", 7, 3), 153, map[int]amount.Units{3: 2})
	step("back from another party", s.putBack(t, "M", 3, 4), 157, map[int]amount.Units{3: 2})
	step("shared out among two lanes, the rest to the pool", s.restock(t, 21, 2), 158,
		map[int]amount.Units{1: 10, 2: 10, 3: 2})
	step("all of the pool and of the shards in their order", s.reserve(t, 2, 179), 0,
		map[int]amount.Units{1: 0, 2: 0, 3: 1})
	step("the last one, for a lane that had none", s.reserve(t, 9, 1), 0, map[int]amount.Units{1: 0, 2: 0, 3: 0, 9: 0})
	if err := s.reserve(t, 3, 1); fault.CodeOf(err) != fault.OutOfStock {
		t.Errorf("one more: %v", err)
	}
	if err := s.transact(t, "D", 1, func(c *call) error {
		return c.reserve("care", "kit", "M",
			1)
	}); fault.CodeOf(err) != fault.OutOfStock {
		t.Errorf("of what was never stocked: %v", err)
	}
	if pool, _ := s.stock(t); pool.Lanes != 10 || pool.Restocked != 181 || pool.Withdrawn != 0 {
		t.Errorf("%+v", pool)
	}
}

// A sale within the shard touches nothing that another lane does.
func TestASaleWithinTheShardReadsAndWritesTheLaneOnly(t *testing.T) {
	s := stocked(t)
	if err := s.restock(t, 20, 2); err != nil {
		t.Fatal(err)
	}
	delete(s, string(row.Pool("care", "kit", "D")))
	delete(s, string(row.Shard("care", "kit", "D", 2)))
	if err := s.reserve(t, 1, 10); err != nil {
		t.Error(err)
	}
	if err := s.putBack(t, "D", 1, 10); err != nil {
		t.Error(err)
	}
}

// TestStockAgainstADumbModel restocks, reserves, puts back and withdraws in random
// lanes, each step a transaction, and compares with one counter.
func TestStockAgainstADumbModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := stocked(t)
		free, reserved, in, out := amount.Units(0), amount.Units(0), amount.Units(0), amount.Units(0)
		if err := s.restock(t, 1, 0); err != nil {
			t.Fatal(err)
		}
		free, in = 1, 1
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			n := amount.Units(rapid.Uint32Range(1, 40).Draw(t, "n"))
			lane := rapid.SampledFrom([]uint8{0, 1, 2, 5, 31}).Draw(t, "lane")
			var err error
			enough := true
			switch rapid.IntRange(0, 6).Draw(t, "verb") {
			case 0:
				if err = s.restock(t, n, rapid.SampledFrom([]uint8{0, 1, 2, 31}).Draw(t, "lanes")); err == nil {
					free, in = free+n, in+n
				}
			case 1:
				if enough = n <= free; !enough {
					n = free + 1
				}
				if err = s.withdraw(t, n); err == nil {
					free, out = free-n, out+n
				}
			case 2:
				if n = min(n, reserved); n == 0 {
					continue
				}
				if err = s.putBack(t, rapid.SampledFrom([]string{"D", "D", "M"}).Draw(t, "by"), lane,
					uint32(n)); err == nil {
					free, reserved = free+n, reserved-n
				}
			default:
				enough = n <= free
				if err = s.reserve(t, lane, uint32(n)); err == nil {
					free, reserved = free-n, reserved+n
				}
			}
			if enough != (err == nil) || err != nil && fault.CodeOf(err) != fault.OutOfStock {
				t.Fatalf("%d with %d free: %v", n, free, err)
			}
			compareStock(t, s, free, in, out)
		}
	})
}

func compareStock(t fataler, s shelf, free, in, out amount.Units) {
	pool, shards := s.stock(t)
	sum := pool.Free
	for lane, has := range shards {
		sum += max(0, has)
		if has >= 0 && lane >= int(pool.Lanes) {
			t.Fatalf("lane %d has a shard, the pool says below %d", lane, pool.Lanes)
		}
	}
	if sum != free || pool.Restocked != in || pool.Withdrawn != out || pool.Free < 0 {
		t.Fatalf("%+v and %v, want %d free", pool, shards, free)
	}
}
