package points

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// TestSpendRefusals holds the order of refusals: each case breaks several rules,
// and the earliest answers.
func TestSpendRefusals(t *testing.T) {
	early, late, other := active("GP", 60, today+10), active("GP", 60, today+20), active("DP", 60, today+5)
	freeze := func(by string, all bool) []Stop { return []Stop{{By: by, All: all, Reason: "r"}} }
	zhangs := with(early, func(l *Lot) { l.Member, l.State, l.Expires = "zhang", Pending, 1 })
	for _, c := range []struct {
		name    string
		lots    []Lot
		amounts []amount.Units
		freezes []Stop
		code    fault.Code
	}{
		{"in order", []Lot{early, late}, []amount.Units{60, 10}, nil, ""},
		{"of one expiry, either first", []Lot{early, early}, []amount.Units{60, 10}, nil, ""},
		{"each programme for itself", []Lot{late, other}, []amount.Units{10, 10}, nil, ""},
		{"programmes mixed", []Lot{early, other, late}, []amount.Units{60, 10, 1}, nil, ""},
		{"a foreign lot before all", []Lot{zhangs}, []amount.Units{99}, freeze("G", true), fault.Forbidden},
		{"pending before expired", []Lot{with(early, func(l *Lot) { l.State, l.Expires = Pending, 1 })},
			[]amount.Units{99}, freeze("G", true), fault.WrongState},
		{"revoked", []Lot{with(early, func(l *Lot) { l.State, l.Revoked = Revoked, 60 })}, []amount.Units{1}, nil,
			fault.WrongState},
		{"cancelled", []Lot{with(early, func(l *Lot) { l.State, l.Revoked = Cancelled, 60 })}, []amount.Units{1}, nil,
			fault.WrongState},
		{"ended", []Lot{with(early, func(l *Lot) { l.State, l.Expired = Expired, 60 })}, []amount.Units{1}, nil,
			fault.Expired},
		{"expired before insufficient", []Lot{with(early, func(l *Lot) { l.Expires = today - 1 })}, []amount.Units{99},
			freeze("G", true), fault.Expired},
		{"lot by lot", []Lot{with(early, func(l *Lot) { l.Expires = today - 1 }), zhangs}, []amount.Units{1, 1}, nil,
			fault.Expired},
		{"the second lot before frozen", []Lot{early, zhangs}, []amount.Units{60, 1}, freeze("G", true),
			fault.Forbidden},
		{"insufficient before frozen", []Lot{early}, []amount.Units{61}, freeze("G", true), fault.Insufficient},
		{"frozen before order", []Lot{late, early}, []amount.Units{60, 60}, freeze("G", false), fault.Frozen},
		{"frozen by the operator", []Lot{other}, []amount.Units{1}, freeze("O", true), fault.Frozen},
		{"frozen by another issuer", []Lot{early}, []amount.Units{1}, freeze("D", false), ""},
		{"one lot frozen", []Lot{early, other}, []amount.Units{1, 1}, freeze("D", false), fault.Frozen},
		{"late before early", []Lot{late, early}, []amount.Units{60, 60}, nil, fault.WrongOrder},
		{"early not drained", []Lot{early, late}, []amount.Units{59, 1}, nil, fault.WrongOrder},
		{"drained of what was left", []Lot{with(early, func(l *Lot) { l.Placed = 20 }), late}, []amount.Units{40, 1},
			nil, ""},
		{"on its last day", []Lot{with(early, func(l *Lot) { l.Expires = today })}, []amount.Units{60}, nil, ""},
		{"waiting points can be spent", []Lot{with(early, func(l *Lot) { l.Waits = today + 3 })}, []amount.Units{60},
			nil, ""},
		{"what was taken is gone",
			[]Lot{with(early, func(l *Lot) { l.Placed, l.Transferred, l.Converted, l.Revoked = 10, 10, 10, 10 })},
			[]amount.Units{21}, nil, fault.Insufficient},
	} {
		p := purse(c.lots...)
		p.Stops = c.freezes
		line, next, err := p.Place(pieces(c.amounts...), today)
		if !expect(t, c.name, err, c.code) {
			continue
		}
		for i, l := range next {
			if l.Available() != c.lots[i].Available()-c.amounts[i] || line[i].Amount != c.amounts[i] ||
				line[i].Lot != lotA.Command.Row(i) || !whole(l) {
				t.Errorf("%s: piece %d: %+v, %+v", c.name, i, l, line[i])
			}
		}
	}
}

func TestPlaceRecordsWhoOwes(t *testing.T) {
	funded := with(active("GP", 10, today), func(l *Lot) { l.Funder = "D" })
	line, _, err := purse(funded, active("GP", 10, today), active("FP", 10, today)).Place(pieces(10, 5, 5), today)
	if err != nil || line[0].Funder != "D" || line[1].Funder != "G" || line[2].Funder != "F" ||
		line[2].Programme != "FP" {
		t.Errorf("%+v, %v", line, err)
	}
}

// Of merged members, each one's lots are the survivor's, and each one's freezes stop it.
func TestPurseOfMergedMembers(t *testing.T) {
	old := with(active("GP", 10, today), func(l *Lot) { l.Member = "li2" })
	p := purse(old)
	_, _, err := p.Place(pieces(1), today)
	expect(t, "unmerged", err, fault.Forbidden)
	p.Owners = map[string]string{"li2": "li"}
	_, _, err = p.Place(pieces(1), today)
	expect(t, "merged", err, "")
	p.Stops = []Stop{{By: "G"}}
	_, _, err = p.Place(pieces(1), today)
	expect(t, "merged and frozen", err, fault.Frozen)
	p = purse(active("GP", 10, today))
	p.Owners = map[string]string{"li": "zhang"}
	_, _, err = p.Place(pieces(1), today)
	expect(t, "merged into another", err, fault.Forbidden)
}

// TestSlidingExpiry holds a lot's last day against a naive account of activity.
func TestSlidingExpiry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := Rules{Expiry: Expiry{Kind: Sliding, N: uint16(rapid.IntRange(1, 60).Draw(t, "n"))}}
		gp := Programme{ID: "GP", Issuer: "G", Rules: rules}
		lots, err := Issue(gp, IssueRequest{Programme: "GP", Grants: []Grant{{Member: "li", Amount: 100}}},
			as("G", before))
		if err != nil {
			t.Fatal(err)
		}
		s, err := Standing{}.Earn(rules, 100, today)
		if err != nil {
			t.Fatal(err)
		}
		lot, now, last := lots[0][0], today, today+date.Date(rules.Expiry.N)
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			now += date.Date(rapid.Int32Range(0, 70).Draw(t, "days"))
			p := Purse{
				Member: "li", Lots: []Lot{lot}, Programmes: map[string]Programme{"GP": gp},
				Standings: map[string]Standing{"GP": s},
			}
			if p.LastDay(lot) != last {
				t.Fatalf("last day %s, want %s", p.LastDay(lot), last)
			}
			_, next, err := p.Place(pieces(1), now)
			if now > last {
				if fault.CodeOf(err) != fault.Expired {
					t.Fatalf("spent after %s: %v", last, err)
				}
				if _, _, err := p.Expire(lot, lotA, At{Caller: "G", Date: now}); err != nil {
					t.Fatalf("can't be ended after %s: %v", last, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := p.Expire(lot, lotA, At{Caller: "G", Date: now}); fault.CodeOf(err) != fault.WrongState {
				t.Fatalf("ended on %s, before %s: %v", now, last, err)
			}
			lot = next[0]
			if s, err = s.Spend(rules, 1, now); err != nil {
				t.Fatal(err)
			}
			last = now + date.Date(rules.Expiry.N)
		}
	})
}
