package benefit

import (
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// The setting of the walks: M provides, D granted, F is the witness, H the
// member's home; now is 1,000 s, today 20,600.
var (
	entitlementID = number.Command{Party: "M", Lane: 1, Seq: 7}.Row(0)
	writeOffID    = number.Command{Party: "M", Lane: 1, Seq: 8}
	lotA          = number.Command{Party: "G", Lane: 1, Seq: 1}.Row(0)
	lotB          = number.Command{Party: "G", Lane: 1, Seq: 1}.Row(1)
	codes, first  = code.Chain(make(code.Code, code.Size), 3)
	terms         = Terms{Prices: map[string]amount.Rate{"GP": {Num: 1, Den: 1}}, Operator: "G", Cycle: "2026-11"}
)

func by(caller string) At { return At{Caller: caller, Now: 1000, Date: 20600} }

func ride() Model {
	return Model{
		ID: "ride", Provider: "M", Price: 90, Points: []Cost{{Programme: "GP", Amount: 100}}, Uses: 3, Days: 30,
		Stackable: true, Transferable: true, Grantors: []string{"D"}, Scene: "travel",
		Fee:    amount.Rate{Num: 1, Den: 100},
		Window: 7, Code: true, Lapse: Refund, Open: true,
	}
}

// in is an entitlement in a state with one of three uses made.
func in(state State) Entitlement {
	e := Entitlement{
		Benefit: "ride", Member: "li", State: state, By: "D", Uses: 3, Used: 1, Until: 20600, Witness: "F",
		Commitment: code.Commitment(codes[0]), Pieces: spend.Line{

			{Lot: lotA, Programme: "GP", Funder: "G", Amount: 60},
			{Lot: lotB, Programme: "GP", Funder: "D", Amount: 40},
		},
	}
	switch state {
	case Reserved:
		e.Holder, e.ReservedUntil = "M", 1001
	case Granted:
		e.Used, e.Commitment = 0, first
	case Consumed:
		e.Used, e.Reversed, e.Commitment = 3, 2, nil
	case Reversed:
		e.Used, e.Reversed, e.Commitment = 3, 3, nil
	case Active, Expired, Revoked:
	}
	return e
}

// walkVerbs are the verbs of an entitlement, each by who may.
var walkVerbs = []struct {
	name string
	do   func(Entitlement, At) (Entitlement, error)
}{
	{"activate", func(e Entitlement, at At) (Entitlement, error) {
		at.Caller = "F"
		return Activate(e, ActivateRequest{Entitlement: entitlementID, Evidence: make([]byte, 32)}, at)
	}},
	{"reserve", func(e Entitlement, at At) (Entitlement, error) {
		return Reserve(ride(), e, ReserveRequest{Entitlement: entitlementID, Until: 2000}, at)
	}},
	{"unreserve", func(e Entitlement, at At) (Entitlement, error) {
		return Unreserve(e, UnreserveRequest{Entitlement: entitlementID}, at)
	}},
	{"write off", func(e Entitlement, at At) (Entitlement, error) {
		_, next, err := Use(ride(), e, WriteOffRequest{Entitlement: entitlementID, Code: codes[e.Used%3]}, terms, at)
		return next, err
	}},
	{"write off last", func(e Entitlement, at At) (Entitlement, error) {
		e.Used, e.Commitment = 2, code.Commitment(codes[1])
		_, next, err := Use(ride(), e, WriteOffRequest{Entitlement: entitlementID, Code: codes[2]}, terms, at)
		return next, err
	}},
	{"reverse", func(e Entitlement, at At) (Entitlement, error) {
		w := WriteOff{State: Done, Use: 1, Date: 20600}
		_, next, _, _, err := Reverse(ride(), w, e, ReverseRequest{WriteOff: writeOffID, Reason: "x"}, "c", at)
		return next, err
	}},
	{"expire", func(e Entitlement, at At) (Entitlement, error) {
		at.Caller = "A"
		next, _, _, _, err := Expire(ride(), e, ExpireRequest{Entitlement: entitlementID}, terms, at)
		return next, err
	}},
	{"revoke", func(e Entitlement, at At) (Entitlement, error) {
		next, _, err := Revoke(ride(), e, RevokeRequest{Entitlement: entitlementID, Reason: "x"}, at)
		return next, err
	}},
	{"transfer", func(e Entitlement, at At) (Entitlement, error) {
		at.Caller = "H"
		return Transfer(ride(), e, Owner{ID: e.Member, Home: "H"}, "wang",
			TransferRequest{Entitlement: entitlementID, To: "wang", Commitment: first}, at)
	}},
	{"new code", func(e Entitlement, at At) (Entitlement, error) {
		at.Caller = "H"
		return NewCode(ride(), e, Owner{Home: "H"}, NewCodeRequest{Entitlement: entitlementID, Commitment: first}, at)
	}},
}

// TestEntitlementWalk tries every verb in every state, on the last day and the
// day after; RESERVED before its end and, as "RESERVED past", at it.
func TestEntitlementWalk(t *testing.T) {
	want := strings.TrimSpace(`
GRANTED       activate       valid: ACTIVE      past: EXPIRED
GRANTED       reserve        valid: WRONG_STATE past: WRONG_STATE
GRANTED       unreserve      valid: WRONG_STATE past: WRONG_STATE
GRANTED       write off      valid: WRONG_STATE past: WRONG_STATE
GRANTED       write off last valid: WRONG_STATE past: WRONG_STATE
GRANTED       reverse        valid: GRANTED     past: GRANTED
GRANTED       expire         valid: WRONG_STATE past: EXPIRED
GRANTED       revoke         valid: REVOKED     past: REVOKED
GRANTED       transfer       valid: WRONG_STATE past: WRONG_STATE
GRANTED       new code       valid: WRONG_STATE past: WRONG_STATE
ACTIVE        activate       valid: WRONG_STATE past: WRONG_STATE
ACTIVE        reserve        valid: RESERVED    past: EXPIRED
ACTIVE        unreserve      valid: WRONG_STATE past: WRONG_STATE
ACTIVE        write off      valid: ACTIVE      past: EXPIRED
ACTIVE        write off last valid: CONSUMED    past: EXPIRED
ACTIVE        reverse        valid: ACTIVE      past: ACTIVE
ACTIVE        expire         valid: WRONG_STATE past: EXPIRED
ACTIVE        revoke         valid: REVOKED     past: REVOKED
ACTIVE        transfer       valid: ACTIVE      past: EXPIRED
ACTIVE        new code       valid: ACTIVE      past: EXPIRED
RESERVED      activate       valid: WRONG_STATE past: WRONG_STATE
RESERVED      reserve        valid: WRONG_STATE past: WRONG_STATE
RESERVED      unreserve      valid: ACTIVE      past: ACTIVE
RESERVED      write off      valid: ACTIVE      past: EXPIRED
RESERVED      write off last valid: CONSUMED    past: EXPIRED
RESERVED      reverse        valid: RESERVED    past: RESERVED
RESERVED      expire         valid: WRONG_STATE past: EXPIRED
RESERVED      revoke         valid: REVOKED     past: REVOKED
RESERVED      transfer       valid: WRONG_STATE past: WRONG_STATE
RESERVED      new code       valid: WRONG_STATE past: WRONG_STATE
RESERVED past activate       valid: WRONG_STATE past: WRONG_STATE
RESERVED past reserve        valid: RESERVED    past: EXPIRED
RESERVED past unreserve      valid: ACTIVE      past: ACTIVE
RESERVED past write off      valid: ACTIVE      past: EXPIRED
RESERVED past write off last valid: CONSUMED    past: EXPIRED
RESERVED past reverse        valid: RESERVED    past: RESERVED
RESERVED past expire         valid: WRONG_STATE past: EXPIRED
RESERVED past revoke         valid: REVOKED     past: REVOKED
RESERVED past transfer       valid: ACTIVE      past: EXPIRED
RESERVED past new code       valid: ACTIVE      past: EXPIRED
CONSUMED      activate       valid: WRONG_STATE past: WRONG_STATE
CONSUMED      reserve        valid: WRONG_STATE past: WRONG_STATE
CONSUMED      unreserve      valid: WRONG_STATE past: WRONG_STATE
CONSUMED      write off      valid: WRONG_STATE past: WRONG_STATE
CONSUMED      write off last valid: WRONG_STATE past: WRONG_STATE
CONSUMED      reverse        valid: REVERSED    past: REVERSED
CONSUMED      expire         valid: WRONG_STATE past: WRONG_STATE
CONSUMED      revoke         valid: WRONG_STATE past: WRONG_STATE
CONSUMED      transfer       valid: WRONG_STATE past: WRONG_STATE
CONSUMED      new code       valid: WRONG_STATE past: WRONG_STATE
EXPIRED       activate       valid: WRONG_STATE past: WRONG_STATE
EXPIRED       reserve        valid: WRONG_STATE past: WRONG_STATE
EXPIRED       unreserve      valid: WRONG_STATE past: WRONG_STATE
EXPIRED       write off      valid: WRONG_STATE past: WRONG_STATE
EXPIRED       write off last valid: WRONG_STATE past: WRONG_STATE
EXPIRED       reverse        valid: EXPIRED     past: EXPIRED
EXPIRED       expire         valid: WRONG_STATE past: WRONG_STATE
EXPIRED       revoke         valid: WRONG_STATE past: WRONG_STATE
EXPIRED       transfer       valid: WRONG_STATE past: WRONG_STATE
EXPIRED       new code       valid: WRONG_STATE past: WRONG_STATE
REVOKED       activate       valid: WRONG_STATE past: WRONG_STATE
REVOKED       reserve        valid: WRONG_STATE past: WRONG_STATE
REVOKED       unreserve      valid: WRONG_STATE past: WRONG_STATE
REVOKED       write off      valid: WRONG_STATE past: WRONG_STATE
REVOKED       write off last valid: WRONG_STATE past: WRONG_STATE
REVOKED       reverse        valid: REVOKED     past: REVOKED
REVOKED       expire         valid: WRONG_STATE past: WRONG_STATE
REVOKED       revoke         valid: WRONG_STATE past: WRONG_STATE
REVOKED       transfer       valid: WRONG_STATE past: WRONG_STATE
REVOKED       new code       valid: WRONG_STATE past: WRONG_STATE
REVERSED      activate       valid: WRONG_STATE past: WRONG_STATE
REVERSED      reserve        valid: WRONG_STATE past: WRONG_STATE
REVERSED      unreserve      valid: WRONG_STATE past: WRONG_STATE
REVERSED      write off      valid: WRONG_STATE past: WRONG_STATE
REVERSED      write off last valid: WRONG_STATE past: WRONG_STATE
REVERSED      reverse        valid: REVERSED    past: REVERSED
REVERSED      expire         valid: WRONG_STATE past: WRONG_STATE
REVERSED      revoke         valid: WRONG_STATE past: WRONG_STATE
REVERSED      transfer       valid: WRONG_STATE past: WRONG_STATE
REVERSED      new code       valid: WRONG_STATE past: WRONG_STATE`)
	outcome := func(e Entitlement, err error) string {
		if err != nil {
			return string(fault.CodeOf(err))
		}
		if e.State != Reserved && (e.Holder != "" || e.ReservedUntil != 0) && e.State != Reversed {
			t.Errorf("%s keeps a reservation", e.State)
		}
		return e.State.String()
	}
	var got strings.Builder
	walk := func(name string, e Entitlement, at At) {
		later := at
		later.Date++
		for _, v := range walkVerbs {
			fmt.Fprintf(&got, "%-13s %-14s valid: %-11s past: %s\n",
				name, v.name, outcome(v.do(e, at)), outcome(v.do(e, later)))
		}
	}
	for state := Granted; state <= Reversed; state++ {
		walk(state.String(), in(state), by("M"))
		if state == Reserved {
			at := by("M")
			at.Now = 1001
			walk("RESERVED past", in(state), at)
		}
	}
	if got := strings.TrimSpace(got.String()); got != want {
		t.Errorf("the walk changed:\n%s", got)
	}
}
