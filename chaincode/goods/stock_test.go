package goods

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

func TestDraw(t *testing.T) {
	for _, c := range []struct {
		name                      string
		pool, shard, need         amount.Units
		wantPool, wantShard, rest amount.Units
	}{
		{"within the shard", 160, 5, 5, 160, 0, 0},
		{"a sixteenth of the pool", 160, 5, 6, 150, 9, 0},
		{"what is missing", 160, 5, 35, 130, 0, 0},
		{"all of the pool", 10, 5, 15, 0, 0, 0},
		{"more than both", 10, 5, 17, 0, 0, 2},
		{"an empty pool", 0, 5, 6, 0, 0, 1},
		{"nothing anywhere", 0, 0, 3, 0, 0, 3},
		{"less than sixteen", 15, 0, 1, 14, 0, 0},
	} {
		pool, shard, short := Draw(Pool{Free: c.pool, Restocked: 500}, Shard{Free: c.shard}, 4, c.need)
		if pool.Free != c.wantPool || shard.Free != c.wantShard || short != c.rest || pool.Restocked != 500 {
			t.Errorf("%s: %+v %+v %d", c.name, pool, shard, short)
		}
		if wantLanes := c.need > c.shard; (pool.Lanes == 5) != wantLanes || !wantLanes && pool.Lanes != 0 {
			t.Errorf("%s: shards in lanes below %d", c.name, pool.Lanes)
		}
	}
}

// Nothing is made or lost, and nothing is short while enough is there.
func TestDrawKeepsTheSum(t *testing.T) {
	units := rapid.Int64Range(0, 1000)
	rapid.Check(t, func(t *rapid.T) {
		pool, shard, need := amount.Units(units.Draw(t, "pool")), amount.Units(units.Draw(t, "shard")),
			amount.Units(units.Draw(t, "need"))
		nextPool, nextShard, short := Draw(Pool{Free: pool, Lanes: 9}, Shard{Free: shard}, 2, need)
		if nextPool.Free < 0 || nextShard.Free < 0 || nextPool.Free+nextShard.Free+need-short != pool+shard ||
			nextPool.Lanes != 9 {
			t.Fatalf("%+v %+v %d", nextPool, nextShard, short)
		}
		if short != max(0, need-pool-shard) {
			t.Fatalf("short of %d", short)
		}
	})
}

func TestRestock(t *testing.T) {
	for _, c := range []struct {
		name       string
		supplier   Supplier
		caller     string
		before     amount.Units
		units      amount.Units
		lanes      uint8
		want       fault.Code
		free, each amount.Units
		shards     uint8
	}{
		{"to the pool", care(Approved), "S", 7, 100, 0, "", 107, 0, 3},
		{"to eight lanes, the rest to the pool", care(Approved), "S", 7, 100, 8, "", 11, 12, 9},
		{"to fewer lanes than have shards", care(Approved), "S", 7, 100, 1, "", 7, 100, 3},
		{"to more lanes than units", care(Approved), "S", 7, 3, 8, "", 10, 0, 9},
		{"up to the limit", care(Approved), "S", 7, amount.Max - 7, 0, "", amount.Max, 0, 3},
		{"another party's, suspended", care(Suspended), "D", 7, amount.Max, 0, fault.Forbidden, 0, 0, 0},
		{"suspended, too much", care(Suspended), "S", 7, amount.Max, 0, fault.WrongState, 0, 0, 0},
		{"too much", care(Approved), "S", 7, amount.Max - 6, 0, fault.Limit, 0, 0, 0},
	} {
		before := Pool{Free: c.before, Restocked: c.before, Lanes: 3}
		pool, each, err := before.Restock(c.supplier, RestockRequest{Units: c.units, Lanes: c.lanes},
			At{Caller: c.caller, Date: 7})
		if fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil &&
			(pool.Free != c.free || each != c.each || pool.Lanes != c.shards || pool.Restocked != c.before+c.units) {
			t.Errorf("%s: %+v, %d each", c.name, pool, each)
		}
	}
}

func TestWithdraw(t *testing.T) {
	for _, c := range []struct {
		name   string
		state  SupplierState
		caller string
		units  amount.Units
		want   fault.Code
		free   amount.Units
		short  amount.Units
	}{
		{"some", Approved, "S", 4, "", 6, 0},
		{"all", Withdrawn, "S", 10, "", 0, 0},
		{"more than the pool has", Approved, "S", 13, "", 0, 3},
		{"another party's", Approved, "D", 4, fault.Forbidden, 0, 0},
	} {
		pool, short, err := Pool{Free: 10, Restocked: 20, Withdrawn: 1}.Withdraw(care(c.state), c.units,
			At{Caller: c.caller, Date: 7})
		if fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil &&
			(pool.Free != c.free || short != c.short || pool.Withdrawn != 1+c.units || pool.Restocked != 20) {
			t.Errorf("%s: %+v, %d", c.name, pool, short)
		}
	}
}

// A supplier changes a stock so often on a date, however it does.
func TestStockIsChangedSoOften(t *testing.T) {
	pool, today := Pool{}, At{Caller: "S", Date: 7}
	change := func(at At) (err error) {
		next, _, err := pool.Restock(care(Approved), RestockRequest{Units: 1}, at)
		if pool.Changes%2 == 1 {
			next, _, err = pool.Withdraw(care(Approved), 1, at)
		}
		if err == nil {
			pool = next
		}
		return err
	}
	for i := range MaxStocked {
		if err := change(today); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
	}
	if err := change(today); fault.CodeOf(err) != fault.Limit {
		t.Errorf("one too many: %v", err)
	}
	if err := change(At{Caller: "S", Date: 8}); err != nil || pool.Changes != 1 {
		t.Errorf("on the next day: %v, %+v", err, pool)
	}
}
