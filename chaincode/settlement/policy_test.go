package settlement

import (
	"slices"
	"testing"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

func policyOf(sign, answer int32, silence Silence) Policy {
	return Policy{SignDays: sign, AnswerDays: answer, Silence: silence}
}

func TestWellFormedPolicies(t *testing.T) {
	for _, c := range []struct {
		policy      Policy
		set, accept fault.Code
	}{
		{policyOf(1, 1, Consent), "", ""},
		{policyOf(3, 3, CarryOver), "", ""},
		{policyOf(4, 3, CarryOver), "", fault.BadRequest},
		{policyOf(3, 4, CarryOver), "", fault.BadRequest},
		{policyOf(MaxNoticeDay, MaxNoticeDay, CarryOver), "", fault.BadRequest},
		{policyOf(MaxNoticeDay+1, 1, CarryOver), fault.BadRequest, fault.BadRequest},
		{policyOf(1, MaxNoticeDay+1, CarryOver), fault.BadRequest, fault.BadRequest},
		{policyOf(0, 1, CarryOver), fault.BadRequest, fault.BadRequest},
		{policyOf(1, 0, CarryOver), fault.BadRequest, fault.BadRequest},
		{policyOf(-1, 1, CarryOver), fault.BadRequest, fault.BadRequest},
		{policyOf(1, 1, Consent+1), fault.BadRequest, fault.BadRequest},
	} {
		if err := (SetPolicyRequest{Policy: c.policy}).Check(); fault.CodeOf(err) != c.set {
			t.Errorf("%+v set: %v", c.policy, err)
		}
		if err := (AcceptPolicyRequest{Policy: c.policy}).Check(); fault.CodeOf(err) != c.accept {
			t.Errorf("%+v accepted: %v", c.policy, err)
		}
	}
}

// The operator asks, and nobody has fewer days than it accepts or consents by silence without having said so.
func TestPolicyInForce(t *testing.T) {
	strict := policyOf(1, 2, Consent)
	for _, c := range []struct {
		name       string
		asked      Policy
		accepted   map[string]Policy
		want       Policy
		consenting []string
	}{
		{"nothing was said", Policy{}, nil, usual, nil},
		{"more days", policyOf(5, 9, CarryOver), nil, policyOf(5, 9, CarryOver), nil},
		{"fewer days that nobody accepts", strict, nil, policyOf(3, 3, Consent), nil},
		{"fewer days that some accept", strict, map[string]Policy{"D": strict, "G": strict}, policyOf(3, 3, Consent),
			[]string{"D", "G"}},
		{"fewer days that all accept", strict,
			map[string]Policy{"D": strict, "F": policyOf(1, 1, CarryOver), "G": strict}, strict, []string{"D", "G"}},
		{"fewer than some accept", strict, map[string]Policy{"D": policyOf(2, 3, CarryOver), "F": strict, "G": strict},
			policyOf(2, 3, Consent), []string{"F", "G"}},
		{"consent that the operator doesn't ask for", policyOf(4, 4, CarryOver), map[string]Policy{"D": strict},
			policyOf(4, 4, CarryOver), nil},
	} {
		d := newDesk()
		if c.asked != (Policy{}) {
			n, err := d.notices["G"].Ask(SetPolicyRequest{Policy: c.asked}, d.step("G"))
			if d.keep("G", n, err) != nil {
				t.Fatal(err)
			}
		}
		for _, party := range []string{"D", "F", "G"} {
			if p, said := c.accepted[party]; said {
				n, err := d.notices[party].Accept(AcceptPolicyRequest{Policy: p}, d.step(party))
				if d.keep(party, n, err) != nil {
					t.Fatal(err)
				}
			}
		}
		if d.book.Policy != usual {
			t.Errorf("%s: in force today: %+v", c.name, d.book.Policy)
		}
		d.advance(1)
		if d.book.Policy != c.want || !slices.Equal(d.book.Consenting(), c.consenting) {
			t.Errorf("%s: %+v, %v", c.name, d.book.Policy, d.book.Consenting())
		}
		d.advance(1)
		if d.book.Policy != c.want {
			t.Errorf("%s: a day later %+v", c.name, d.book.Policy)
		}
	}
}

// A party can take its word back, and only the operator's counts for what is asked.
func TestAnotherPolicyIsAccepted(t *testing.T) {
	d := newDesk()
	say := func(party string, n Notice, err error) {
		if d.keep(party, n, err) != nil {
			t.Fatal(err)
		}
	}
	n, err := d.notices["G"].Ask(SetPolicyRequest{Policy: policyOf(3, 3, Consent)}, d.step("G"))
	say("G", n, err)
	n, err = d.notices["D"].Accept(AcceptPolicyRequest{Policy: policyOf(3, 3, Consent)}, d.step("D"))
	say("D", n, err)
	d.advance(1)
	n, err = d.notices["D"].Accept(AcceptPolicyRequest{Policy: usual}, d.step("D"))
	say("D", n, err)
	n, err = d.notices["F"].Ask(SetPolicyRequest{Policy: policyOf(9, 9, Consent)}, d.step("F"))
	say("F", n, err)
	d.advance(1)
	if d.book.Policy != (policyOf(3, 3, Consent)) || len(d.book.Consenting()) > 0 {
		t.Errorf("%+v, %v", d.book.Policy, d.book.Consenting())
	}
}

// Who hasn't signed, and hasn't accepted that its silence is consent, hasn't consented.
func TestWhoseSilenceIsConsent(t *testing.T) {
	closed := Close{State: Computed, SignBy: 9, Policy: policyOf(3, 3, Consent), Consenting: []string{"D", "F"}}
	signed := Signature{Root: make([]byte, 32)}
	for _, c := range []struct {
		name string
		pair Pair
		day  date.Date
		want bool
	}{
		{"both have accepted it", Pair{A: "D", B: "F"}, 10, true},
		{"on the last day", Pair{A: "D", B: "F"}, 9, false},
		{"one hasn't, and hasn't signed", Pair{A: "D", B: "M", State: OneSide, SignedA: signed}, 10, false},
		{"one hasn't, and has signed", Pair{A: "D", B: "M", State: OneSide, SignedB: signed}, 10, true},
		{"neither has", Pair{A: "M", B: "N"}, 10, false},
		{"they differ", Pair{A: "D", B: "F", State: Differs, SignedA: signed, SignedB: signed}, 10, false},
		{"a hidden sum waits", Pair{A: "D", B: "F", Pending: 1}, 10, false},
	} {
		if got := closed.Silent(c.pair, c.day); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestDaysThatWereSkippedDontCount(t *testing.T) {
	friday := date.Date(20791) // 2026-12-04, the last day
	closed := Close{SignBy: friday, Skipped: 4}
	if day := closed.Day(Cycle{Date: friday + 10, Skipped: 10}); day != friday {
		t.Errorf("six working days were skipped, the last one among them, and it is %s", day)
	}
	if day := closed.Day(Cycle{Date: friday + 3, Skipped: 4}); day != friday+3 {
		t.Errorf("on Monday it is %s: no working day was skipped", day)
	}
	d := Dispute{By: "D", Against: "G", State: Raised, AnswerBy: friday, Skipped: 4}
	if _, err := d.Escalate(Step{Caller: "D", Today: friday + 10, Skipped: 10}); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("escalated on the last day to answer: %v", err)
	}
	if _, err := d.Escalate(Step{Caller: "D", Today: friday + 11, Skipped: 10}); err != nil {
		t.Error(err)
	}
}
