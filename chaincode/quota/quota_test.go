package quota

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

func TestALaneTakesWhatItNeedsAndASixteenth(t *testing.T) {
	q, l := Quota{Limit: 10_000}, Lease{}
	q, l, grew, ok := Draw(q, l, 5_000)
	if !ok || !grew || l.Granted != 5_312 || q.Leased != 5_312 {
		t.Fatalf("%+v %+v", q, l)
	}
	if q, l, grew, ok = Draw(q, l, 313); !ok || !grew || l.Spare() != (10_000-5_313)/16 {
		t.Fatalf("%+v %+v", q, l)
	}
	if q, l, grew, ok = Draw(q, l, 100); !ok || grew {
		t.Fatalf("within the lease, the quota changed: %+v %+v", q, l)
	}
	if _, _, _, ok = Draw(q, l, 5_000); ok {
		t.Fatal("10,413 of 10,000 were drawn")
	}
	if q, l, _, ok = Draw(q, l, 4_587); !ok || q.Free() != 0 || l.Spare() != 0 {
		t.Fatalf("the last of it: %+v %+v", q, l)
	}
}

// A party that draws a little in each of its lanes keeps little from the others, however often it does.
func TestSmallDrawsLeaseLittle(t *testing.T) {
	q, lanes := Quota{Limit: 1_000}, make([]Lease, 30)
	for range 4 {
		for k := range lanes {
			q, lanes[k], _, _ = Draw(q, lanes[k], 1)
		}
	}
	if used := amount.Units(4 * len(lanes)); q.Leased > 2*used {
		t.Errorf("%d are used, %d leased", used, q.Leased)
	}
	_, l, _, grew := Quota{Limit: 1_000}, Lease{}, 0, false
	draws, meets := 600, 0
	for q := (Quota{Limit: 1_000_000}); draws > 0; draws-- {
		if q, l, grew, _ = Draw(q, l, 1); grew {
			meets++
		}
	}
	if meets > 12 {
		t.Errorf("a lane that draws 600 times by itself met the others %d times", meets)
	}
}

// What is used and returned again and again leaves counters that every reader can hold.
func TestCountersStaySmall(t *testing.T) {
	q, lanes := Quota{Limit: amount.Max}, make([]Lease, 2)
	for range 9 {
		var ok bool
		if q, lanes[0], _, ok = Draw(q, lanes[0], amount.Max); !ok {
			t.Fatalf("%+v %+v", q, lanes)
		}
		lanes[1] = lanes[1].Return(amount.Max)
		if q, lanes[1] = Surrender(q, lanes[1]); q.Free() != amount.Max {
			t.Fatalf("%+v %+v", q, lanes)
		}
		lanes[0] = lanes[0].Return(0)
	}
	for range 9 {
		lanes[0] = lanes[0].Return(5)
		_, lanes[0], _ = Overdraw(q, lanes[0], 5)
	}
	if l := (Lease{}).use(amount.Max).Return(amount.Max).use(amount.Max).Return(amount.Max); l.Used != 0 ||
		l.Returned != 0 {
		t.Errorf("%+v", l)
	}
}

// TestNeverPassed draws, returns and surrenders in many lanes and compares with
// one plain counter.
func TestNeverPassed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Quota{Limit: amount.Units(rapid.Int64Range(0, 1000).Draw(t, "limit"))}
		lanes := make([]Lease, 4)
		used, over := amount.Units(0), amount.Units(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			k := rapid.IntRange(0, 3).Draw(t, "lane")
			n := amount.Units(rapid.Int64Range(0, 200).Draw(t, "n"))
			switch rapid.IntRange(0, 5).Draw(t, "verb") {
			case 0:
				if n <= used {
					lanes[k], used = lanes[k].Return(n), used-n
				}
			case 1:
				q, lanes[k] = Surrender(q, lanes[k])
			case 2:
				if rapid.IntRange(0, 3).Draw(t, "rarely") == 0 {
					over += max(0, n-max(0, lanes[k].Spare())-q.Free())
					q, lanes[k], _ = Overdraw(q, lanes[k], n)
					used += n
				}
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
			if used+spare != q.Limit || q.Leased > q.Limit || used > q.Limit+over {
				t.Fatalf("used %d + spare %d, limit %d, of which %d are leased, and %d overdrawn",
					used, spare, q.Limit, q.Leased, over)
			}
		}
	})
}

func TestOverdraw(t *testing.T) {
	for _, c := range []struct {
		name                 string
		free, spare, need    amount.Units
		left, after, returns amount.Units // free and spare afterwards, and spare once 50 were given back
		grew                 bool
	}{
		{"of what the lane has", 100, 30, 30, 100, 0, 50, false},
		{"of what is free", 100, 30, 40, 85, 5, 55, true},
		{"as much again", 160, 0, 1, 158, 1, 51, true},
		{"all that is free", 100, 30, 130, 0, 0, 50, true},
		{"more than is free", 100, 30, 160, 0, -30, 20, true},
		{"where nothing is free", 0, 0, 60, 0, -60, -10, false},
		{"once more", 0, -20, 40, 0, -60, -10, false},
		{"with a debt, and room", 100, -20, 40, 38, 2, 52, true},
	} {
		q, l, grew := Overdraw(Quota{Limit: c.free}, Lease{Granted: max(0, c.spare), Used: max(0, -c.spare)}, c.need)
		if q.Free() != c.left || l.Spare() != c.after || l.Return(50).Spare() != c.returns || grew != c.grew {
			t.Errorf("%s: %+v %+v %v", c.name, q, l, grew)
		}
	}
}

// What is drawn and given back in millionths takes as many whole units as all of it together makes, rounded up once.
func TestMillionthsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, l, out := Quota{Limit: amount.Max}, Lease{}, []Count{}
		all := int64(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(out) > 0 && rapid.Bool().Draw(t, "back") {
				last := out[len(out)-1]
				l, out, all = l.GiveBack(last), out[:len(out)-1], all-int64(last.Whole*parts+last.Parts)
			} else {
				n, price := rapid.Int64Range(0, 5_000).Draw(t, "points"), amount.Rate{
					Num: amount.Units(rapid.Int64Range(0, 9).Draw(t, "num")),
					Den: amount.Units(rapid.Int64Range(1, 1_000_000).Draw(t, "den")),
				}
				c, err := Worth(amount.Units(n), price)
				if err != nil {
					t.Fatal(err)
				}
				if exact, got := n*int64(price.Num)*parts, int64(c.Whole*parts+c.Parts)*int64(price.Den); got < exact ||
					got >= exact+int64(price.Den) {
					t.Fatalf("%d at %s are %+v", n, price, c)
				}
				need, next := l.Whole(c)
				var ok bool
				if q, l, _, ok = Draw(q, next, need); !ok {
					t.Fatal("refused")
				}
				out, all = append(out, c), all+int64(c.Whole*parts+c.Parts)
			}
			if int64(l.Used*parts-l.Rest) != all || l.Rest < 0 || l.Rest >= parts || l.Returned != 0 {
				t.Fatalf("%+v of %d", l, all)
			}
		}
	})
}

// What is left when a part of something is taken away.
func TestCountsAreTakenApart(t *testing.T) {
	for _, c := range [][3]Count{
		{{5, 200_000}, {2, 100_000}, {3, 100_000}}, {{5, 100_000}, {2, 200_000}, {2, 900_000}}, {{1, 0}, {1, 0}, {}},
	} {
		if got := c[0].Less(c[1]); got != c[2] || got.None() != (c[2] == Count{}) {
			t.Errorf("%+v without %+v is %+v", c[0], c[1], got)
		}
	}
	if _, err := Worth(amount.Max, amount.Rate{Num: 2, Den: 1}); fault.CodeOf(err) != fault.Limit {
		t.Errorf("twice the most: %v", err)
	}
}
