package quota

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
)

func TestALaneTakesWhatItNeedsOrASixteenth(t *testing.T) {
	q, l := Quota{Limit: 10_000}, Lease{}
	q, l, grew, ok := Draw(q, l, 5_000)
	if !ok || !grew || l.Granted != 5_000 || q.Leased != 5_000 {
		t.Fatalf("%+v %+v", q, l)
	}
	if q, l, grew, ok = Draw(q, l, 1); !ok || !grew || l.Spare() != 5_000/16-1 {
		t.Fatalf("%+v %+v", q, l)
	}
	if q, l, grew, ok = Draw(q, l, 100); !ok || grew {
		t.Fatalf("within the lease, the quota changed: %+v %+v", q, l)
	}
	if _, _, _, ok = Draw(q, l, 5_000); ok {
		t.Fatal("10,101 of 10,000 were drawn")
	}
	if q, l, _, ok = Draw(q, l, 4_899); !ok || q.Free() != 0 || l.Spare() != 0 {
		t.Fatalf("the last of it: %+v %+v", q, l)
	}
}

// TestNeverPassed draws, returns and surrenders in many lanes and compares with
// one plain counter.
func TestNeverPassed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Quota{Limit: amount.Units(rapid.Int64Range(0, 1000).Draw(t, "limit"))}
		lanes := make([]Lease, 4)
		used := amount.Units(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			k := rapid.IntRange(0, 3).Draw(t, "lane")
			n := amount.Units(rapid.Int64Range(0, 200).Draw(t, "n"))
			switch rapid.IntRange(0, 4).Draw(t, "verb") {
			case 0:
				if n <= used {
					lanes[k], used = lanes[k].Return(n), used-n
				}
			case 1:
				q, lanes[k] = Surrender(q, lanes[k])
			default:
				next, l, _, ok := Draw(q, lanes[k], n)
				if ok {
					q, lanes[k], used = next, l, used+n
				} else if n <= lanes[k].Spare()+q.Free() {
					t.Fatalf("%d refused with %d to spare and %d free", n, lanes[k].Spare(), q.Free())
				}
			}
			spare := q.Free()
			for _, l := range lanes {
				spare += l.Spare()
			}
			if used+spare != q.Limit {
				t.Fatalf("used %d + spare %d, limit %d", used, spare, q.Limit)
			}
		}
	})
}
