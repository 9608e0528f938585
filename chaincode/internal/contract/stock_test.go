package contract

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
)

// stocked is a ledger on which S1 supplies D with a kit of which there is nothing yet.
func stocked(t fataler) shelf {
	s := shelf{}
	err := s.transact(t, "S1", 1, func(c *call) error {
		ledger.Put(c.tx, row.Party("D"), party.Party{ID: "D"})
		ledger.Put(c.tx, row.Supplier("care"), goods.Supplier{ID: "care", Party: "S1", State: goods.Approved})
		ledger.Put(c.tx, row.Good("care", "kit"), goods.Good{Supplier: "care", SKU: "kit"})
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
		return c.withdrawStock(goods.WithdrawStockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: units, Reason: "damaged"})
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
	step("shared out among two lanes, the rest to the pool", s.restock(t, 21, 2), 158, map[int]amount.Units{1: 10, 2: 10, 3: 2})
	step("all of the pool and of the shards in their order", s.reserve(t, 2, 179), 0, map[int]amount.Units{1: 0, 2: 0, 3: 1})
	step("the last one, for a lane that had none", s.reserve(t, 9, 1), 0, map[int]amount.Units{1: 0, 2: 0, 3: 0, 9: 0})
	if err := s.reserve(t, 3, 1); fault.CodeOf(err) != fault.OutOfStock {
		t.Errorf("one more: %v", err)
	}
	if err := s.transact(t, "D", 1, func(c *call) error { return c.reserve("care", "kit", "M", 1) }); fault.CodeOf(err) != fault.OutOfStock {
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
				if err = s.putBack(t, rapid.SampledFrom([]string{"D", "D", "M"}).Draw(t, "by"), lane, uint32(n)); err == nil {
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

// inFlight endorses requests of a party as first batches of lanes 2, 3 …, all against
// the ledger as it is, orders them in one block and answers what became of each.
func (w *world) inFlight(t fataler, msp string, requests ...command.Request) []peer.TxValidationCode {
	t.Helper()
	var ids []string
	for i, req := range requests {
		batch := command.Batch{Lane: uint8(i + 2), Seq: 1, Commands: []command.Command{command.New("", req)}}
		env, err := w.net.Endorse(w.net.Propose(w.client(msp), seal.Outer, []byte("batch:Run"), codec.Encode(batch)), endorsers(msp)...)
		if err != nil {
			t.Fatal(err)
		}
		w.net.Submit(env)
		ids = append(ids, env.TxID)
	}
	if _, err := w.net.Cut(0); err != nil {
		t.Fatal(err)
	}
	w.net.DeliverAll()
	codes := make([]peer.TxValidationCode, len(ids))
	for i, id := range ids {
		codes[i] = w.net.Lookup("G", id).Code
	}
	return codes
}

// Four lanes want the last three units at once, one each: one of them gets through, the
// others try again, and the fourth is refused.
func TestLanesRaceForTheLastUnits(t *testing.T) {
	w := withCatalogue(t, 6)
	w.must(t, "S1", goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: 3})
	orders := []command.Request{w.order(t, "p2", 1), w.order(t, "p3", 1), w.order(t, "p4", 1), w.order(t, "p5", 1)}
	codes := w.inFlight(t, "D", orders...)
	for i, want := range []peer.TxValidationCode{peer.TxValidationCode_VALID, peer.TxValidationCode_MVCC_READ_CONFLICT, peer.TxValidationCode_MVCC_READ_CONFLICT, peer.TxValidationCode_MVCC_READ_CONFLICT} {
		if codes[i] != want {
			t.Errorf("lane %d: %s", i+2, codes[i])
		}
	}
	var got []fault.Code
	for lane := uint8(3); lane <= 5; lane++ {
		_, refusals, err := w.send(t, "D", command.Batch{Lane: lane, Seq: 1, Commands: []command.Command{command.New("", orders[lane-2])}})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fault.CodeOf(refusals[0]))
	}
	if got[0] != "" || got[1] != "" || got[2] != fault.OutOfStock {
		t.Errorf("tried again: %v", got)
	}
	if n := len(rowsOf(w.net, "G", "order")); n != 3 {
		t.Errorf("%d orders of 3 units", n)
	}
}

// Once each lane has its shard, all of them sell at once and none harms another.
func TestLanesSellWithoutConflict(t *testing.T) {
	w := withCatalogue(t, 6)
	w.must(t, "S1", goods.RestockRequest{Supplier: "care", SKU: "kit", Seller: "D", Units: 50, Lanes: 5})
	for i, code := range w.inFlight(t, "D", w.order(t, "p2", 2), w.order(t, "p3", 2), w.order(t, "p4", 2), w.order(t, "p5", 2)) {
		if code != peer.TxValidationCode_VALID {
			t.Errorf("lane %d: %s", i+2, code)
		}
	}
}
