package verb

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/run"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
)

// shelf is a ledger of one peer: what Flush writes, a later transaction reads.
type shelf map[string][]byte

func (s shelf) GetState(key string) ([]byte, error) {
	if key == "" {
		return nil, errors.New("empty key")
	}
	return s[key], nil
}

func (s shelf) GetMultipleStates(keys ...string) ([][]byte, error) {
	values := make([][]byte, len(keys))
	for i, key := range keys {
		values[i] = s[key]
	}
	return values, nil
}

func (s shelf) PutState(key string, value []byte) error    { s[key] = value; return nil }
func (s shelf) PutPrivateData(_, _ string, _ []byte) error { return errors.New("no collections") }
func (s shelf) PurgePrivateData(_, _ string) error         { return errors.New("no collections") }
func (s shelf) StartWriteBatch()                           {}
func (s shelf) FinishWriteBatch() error                    { return nil }

// transact does one thing in a party's lane and flushes it if it isn't refused.
func (s shelf) transact(t fataler, msp string, lane uint8, do func(*call) error) error {
	t.Helper()
	c := &call{Call: &run.Call{Run: &run.Run{Tx: ledger.New(s), Caller: party.Party{ID: msp}, Lane: lane}}}
	c.At.Caller, c.At.Date = msp, 1
	if err := do(c); err != nil {
		return err
	}
	if err := c.Tx.Flush(); err != nil {
		t.Fatal(err)
	}
	return nil
}

func TestDrawRefusals(t *testing.T) {
	for _, c := range []struct {
		name string
		kind quota.Subject
		id   string
		need amount.Units
		code fault.Code
	}{
		{"all of it", quota.Benefit, "ride", 100, ""},
		{"one too many", quota.Benefit, "ride", 101, fault.Quota},
		{"a liability", quota.Liability, "ride", 101, fault.LiabilityCap},
		{"a debit", quota.Debit, "ride", 101, fault.NetDebitCap},
		{"no such quota", quota.Benefit, "other", 1, fault.NotFound},
		{"nothing of no such quota", quota.Benefit, "other", 0, ""},
	} {
		s := shelf{}
		_ = s.transact(t, "M", 1, func(c *call) error {
			for _, k := range []quota.Subject{quota.Benefit, quota.Liability, quota.Debit} {
				c.openQuota(k, "ride", 100)
			}
			return nil
		})
		if err := s.transact(t, "M", 1, func(call *call) error {
			return call.draw(c.kind, c.id,
				c.need)
		}); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestADrawWithinTheLeaseReadsAndWritesTheLaneOnly(t *testing.T) {
	s := shelf{}
	_ = s.transact(t, "M", 1, func(c *call) error {
		c.openQuota(quota.Benefit, "ride", 160)
		return c.draw(quota.Benefit, "ride", 1)
	})
	delete(s, string(row.Quota(quota.Benefit, "ride")))
	if err := s.transact(t, "M", 1, func(c *call) error { return c.draw(quota.Benefit, "ride", 1) }); err != nil {
		t.Errorf("one more of two: %v", err)
	}
	if err := s.transact(t, "M", 1, func(c *call) error {
		return c.draw(quota.Benefit, "ride",
			1)
	}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("the third doesn't ask the limit: %v", err)
	}
}

func TestSurrenderQuota(t *testing.T) {
	s := shelf{}
	_ = s.transact(t, "M", 1, func(c *call) error {
		c.openQuota(quota.Benefit, "ride", 160)
		return c.draw(quota.Benefit, "ride", 4)
	})
	req := quota.SurrenderRequest{Kind: quota.Benefit, ID: "ride"}
	surrender := func(c *call) error { return c.surrenderQuota(req) }
	if err := s.transact(t, "M", 2, surrender); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a lane without a lease: %v", err)
	}
	if err := s.transact(t, "M", 1, surrender); err != nil {
		t.Error(err)
	}
	if err := s.transact(t, "M", 1, surrender); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("twice: %v", err)
	}
	if err := s.transact(t, "G", 1, func(c *call) error { return c.draw(quota.Benefit, "ride", 150) }); err != nil {
		t.Errorf("another takes what was handed back: %v", err)
	}
	again := func(day date.Date) fault.Code {
		return fault.CodeOf(s.transact(t, "M", 1, func(c *call) error {
			c.At.Date = day
			return c.surrenderQuota(req)
		}))
	}
	_ = s.transact(t, "M", 1, func(c *call) error {
		return c.giveBackQuota(quota.Benefit, "ride", quota.Count{Whole: 2}, number.Command{Party: "M", Lane: 1})
	})
	if first, second := again(1), again(2); first != fault.Limit || second != "" {
		t.Errorf("on the same date %q, on the next %q", first, second)
	}
	for _, bad := range []quota.SurrenderRequest{{Kind: "gold", ID: "x"}, {Kind: quota.Benefit},
		{Kind: quota.Benefit, ID: "a/b"}} {
		if err := bad.Check(); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestLanesShareAQuota draws, returns, surrenders and changes the limit in four
// lanes, each step a transaction, and compares with one plain counter. A change
// of the limit only refuses; while it stands still nothing passes it.
func TestLanesShareAQuota(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := shelf{}
		limit, used := amount.Units(rapid.Int64Range(0, 500).Draw(t, "limit")), amount.Units(0)
		_ = s.transact(t, "M", 1, func(c *call) error { c.openQuota(quota.Benefit, "ride", limit); return nil })
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			msp, lane := rapid.SampledFrom([]string{"M", "G"}).Draw(t, "party"), rapid.Uint8Range(0, 1).Draw(t, "lane")
			n := amount.Units(rapid.Int64Range(1, 100).Draw(t, "n"))
			switch rapid.IntRange(0, 4).Draw(t, "verb") {
			case 0:
				if n > used {
					continue
				}
				drew := number.Command{Party: msp, Lane: lane}
				if err := s.transact(t, "S", 3, func(c *call) error {
					return c.giveBackQuota(quota.Benefit, "ride", quota.Count{Whole: n}, drew)
				}); err != nil {
					t.Fatal(err)
				}
				used -= n
			case 1:
				today := date.Date(rapid.Int32Range(1, 9).Draw(t, "today"))
				_ = s.transact(t, msp, lane, func(c *call) error {
					c.At.Date = today
					return c.surrenderQuota(quota.SurrenderRequest{Kind: quota.Benefit, ID: "ride"})
				})
			case 2:
				limit += n
				if err := s.transact(t, msp, lane, func(c *call) error {
					return c.limitQuota(quota.Benefit, "ride", limit)
				}); err != nil {
					t.Fatal(err)
				}
			default:
				if s.transact(t, msp, lane, func(c *call) error { return c.draw(quota.Benefit, "ride", n) }) == nil {
					used += n
				} else if n <= free(t, s) {
					t.Fatalf("%d refused with %d free", n, free(t, s))
				}
			}
			if used > limit {
				t.Fatalf("%d used of %d", used, limit)
			}
		}
	})
}

func free(t fataler, s shelf) amount.Units {
	q, err := row.Decode[quota.Quota](s[string(row.Quota(quota.Benefit, "ride"))])
	if err != nil {
		t.Fatal(err)
	}
	return q.Free()
}
