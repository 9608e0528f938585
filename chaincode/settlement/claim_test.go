package settlement

import (
	"testing"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// claimed is a statement of which D owes M 1,200; both have signed as the states say, and M claims it if it may.
func claimed(t fataler, mine, other Signature) (Close, Pair, error) {
	t.Helper()
	closed, pairs := ended(t, byThree, Draft, owing{"D", "M", "DP", 1200})
	p := pairs[0]
	p.SignedA, p.SignedB = other, mine
	next, err := p.Claimed(closed, "M")
	return closed, next, err
}

// A debtor that signs another root, or none, pays what the ledger adds up; but not before the deadline, and not while
// sums are hidden.
func TestAClaimStandsAgainstNonsenseAndSilence(t *testing.T) {
	root, nonsense := Signature{Root: hashOf(1)}, Signature{Root: hashOf(2)}
	for _, policy := range []Policy{byThree, {SignDays: 3, Silence: Consent}} {
		for name, other := range map[string]Signature{"silence": {}, "nonsense": nonsense} {
			closed, p, err := claimed(t, root, other)
			if err != nil {
				t.Fatal(err)
			}
			closed.Policy = policy
			if _, err := closed.Net([]Pair{p}, Book{}, lastDay+3); fault.CodeOf(err) != fault.WrongState {
				t.Errorf("%s: before the deadline: %v", name, err)
			}
			if _, err := p.Carry(closed, "G", lastDay+4); fault.CodeOf(err) != fault.WrongState {
				t.Errorf("%s: carried over all the same: %v", name, err)
			}
			got, err := closed.Net([]Pair{p}, Book{}, lastDay+4)
			if err != nil || len(got.Pairs) != 1 || got.Pairs[0].State != Upheld || len(got.Payments) != 1 ||
				got.Payments[0].Fen != 1200 {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			p.Pending = 1
			if _, err := closed.Net([]Pair{p}, Book{}, lastDay+4); fault.CodeOf(err) != fault.WrongState {
				t.Errorf("%s: with a hidden sum: %v", name, err)
			}
			if _, err := p.Carry(closed, "G", lastDay+4); err != nil {
				t.Errorf("%s: with a hidden sum it can be carried: %v", name, err)
			}
		}
	}
}

func TestClaimRefusals(t *testing.T) {
	if _, _, err := claimed(t, Signature{}, Signature{Root: hashOf(1)}); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("who hasn't signed: %v", err)
	}
	closed, p, err := claimed(t, Signature{Root: hashOf(1)}, Signature{Root: hashOf(2)})
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"D", "M"} {
		if _, err := p.Claimed(closed, who); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("%s claims again: %v", who, err)
		}
	}
	p.State = Agreed
	if _, err := p.Claimed(closed, "M"); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("what has ended: %v", err)
	}
	closed.State = Final
	p.State = Differs
	if _, err := p.Claimed(closed, "M"); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("in a netted cycle: %v", err)
	}
	for _, bad := range []ClaimRequest{{With: "D"}, {Cycle: "2026-11"}} {
		if fault.CodeOf(bad.Check()) != fault.BadRequest {
			t.Errorf("%+v is taken", bad)
		}
	}
}

// A payment that doesn't come is owed again, once its creditor says so, or anybody long after.
func TestWhatIsNotPaidIsOwedAgain(t *testing.T) {
	for _, c := range []struct {
		who  string
		days date.Date
		code fault.Code
	}{{"G", 0, fault.WrongState}, {"G", 1, ""}, {"D", 1, fault.Forbidden}, {"F", 1, fault.Forbidden},
		{"F", MaxOverdue, fault.Forbidden}, {"F", MaxOverdue + 1, ""}, {"D", MaxOverdue + 1, ""}} {
		closed, list := paid(2)
		p := list[0]
		p.State, p.Received = PartPaid, 3
		next, after, owe, err := closed.CarryPayment(p, c.who, p.Due+c.days)
		if fault.CodeOf(err) != c.code {
			t.Errorf("%+v: %v", c, err)
		}
		if err != nil {
			continue
		}
		if owe != (Owe{Kind: Carried, Debtor: p.Debtor, Creditor: p.Creditor, Fen: p.Fen - 3}) ||
			after.State != Overdue || next.Carried != 1 {
			t.Errorf("%+v: %+v, %+v", c, owe, after)
		}
		if _, _, _, err := next.CarryPayment(after, "G", p.Due+999); fault.CodeOf(err) != fault.WrongState {
			t.Errorf("carried twice: %v", err)
		}
		if next, _, _, _ = next.CarryPayment(list[1], list[1].Creditor, list[1].Due+1); next.State != Failed {
			t.Errorf("nothing came in, and the cycle is %s", next.State)
		}
	}
}
