package member

import (
	"encoding/json"
	"fmt"
	"testing"

	"tallystick/chaincode/fault"
)

// Every verb of a freeze, on a wallet in every state that one party can see it in, and with another's
// freeze beside it, which no verb touches.
func TestFreezes(t *testing.T) {
	day := func(caller string) At { return At{Caller: caller, Date: 100} }
	req := FreezeRequest{Member: "li", Reason: "odd"}
	beside := Freeze{By: "A", Reason: "other"}
	in := func(f ...Freeze) Member {
		return Member{ID: "li", Home: "M", State: Active, Freezes: append([]Freeze{beside}, f...)}
	}
	appealed := Freeze{By: "D", Reason: "odd", Appeal: Appeal{State: Appealed, By: "M"}}
	verbs := []func(Member) (Member, error){
		func(m Member) (Member, error) { return m.Freeze(req, false, day("D")) },
		func(m Member) (Member, error) { return m.Freeze(req, true, day("D")) },
		func(m Member) (Member, error) { return m.Unfreeze(day("D")) },
		func(m Member) (Member, error) { return m.Appeal(AppealRequest{Member: "li", Against: "D"}, day("M")) },
		func(m Member) (Member, error) { return m.Appeal(AppealRequest{Member: "li", Against: "D"}, day("D")) },
		func(m Member) (Member, error) { return m.Dismiss(DismissRequest{Member: "li"}, day("D")) },
	}
	const ok, no, none = fault.Code(""), fault.WrongState, fault.Forbidden
	for _, c := range []struct {
		name string
		in   Member
		want [6]fault.Code // freeze, freeze as the operator, unfreeze, appeal, appeal as another, dismiss
	}{
		{"not frozen", in(), [6]fault.Code{ok, ok, no, no, none, no}},
		{"frozen", in(Freeze{By: "D", Reason: "odd"}), [6]fault.Code{no, no, ok, ok, none, no}},
		{"appealed", in(appealed), [6]fault.Code{no, no, ok, no, none, ok}},
		{"dismissed", in(Freeze{By: "D", Appeal: Appeal{State: Dismissed}}), [6]fault.Code{no, no, ok, no, none, no}},
		{"lifted today", in(Freeze{By: "D", Lifted: 100}), [6]fault.Code{fault.Limit, ok, no, no, none, no}},
		{"lifted before", in(Freeze{By: "D", Lifted: 99}), [6]fault.Code{ok, ok, no, no, none, no}},
		{"merged", Member{ID: "li", Home: "M", State: Merged, Freezes: []Freeze{beside}},
			[6]fault.Code{no, no, no, no, none, no}},
	} {
		for i, verb := range verbs {
			before := fmt.Sprintf("%+v", c.in)
			next, err := verb(c.in)
			if wants(t, err, c.want[i]); err == nil && next.Freezes[0].Reason != beside.Reason {
				t.Errorf("%s, verb %d: another's freeze is %+v", c.name, i, next.Freezes[0])
			}
			if fmt.Sprintf("%+v", c.in) != before {
				t.Errorf("%s, verb %d changed what it was given", c.name, i)
			}
		}
	}
}

// However many freeze a wallet, and lift it, one more can; what was lifted is gone a day later.
func TestNobodysFreezesKeepOthersOut(t *testing.T) {
	m := Member{ID: "li", State: Active}
	var err error
	for i := range 127 {
		at := At{Caller: fmt.Sprintf("p%03d", i), Date: 100}
		if m, err = m.Freeze(FreezeRequest{Member: "li", Reason: "x"}, false, at); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			if m, err = m.Unfreeze(at); err != nil {
				t.Fatal(err)
			}
		}
	}
	if m, err = m.Freeze(FreezeRequest{Member: "li", Reason: "laundering"}, true,
		At{Caller: "G", Date: 101}); err != nil {
		t.Fatal(err)
	}
	if len(m.Frozen()) != 64 || len(m.Freezes) != 64 {
		t.Errorf("%d stand of %d", len(m.Frozen()), len(m.Freezes))
	}
}

func TestAppealsReadAsWords(t *testing.T) {
	data, _ := json.Marshal([]AppealState{NoAppeal, Appealed, Dismissed})
	var after []AppealState
	if err := json.Unmarshal(data, &after); string(data) != `["NONE","APPEALED","DISMISSED"]` || err != nil ||
		after[2] != Dismissed {
		t.Errorf("%s, %v, %v", data, after, err)
	}
	if json.Unmarshal([]byte(`["LOST"]`), &after) == nil {
		t.Error("an unknown state was read")
	}
}
