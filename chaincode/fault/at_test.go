package fault_test

import (
	"errors"
	"testing"

	"tallystick/chaincode/fault"
)

// TestAt: a refusal says in which entry of a list it is, and by which name of its request.
func TestAt(t *testing.T) {
	odd := errors.New("odd")
	for _, c := range []struct {
		got  error
		want string
	}{
		{fault.At("grants", 3, fault.New(fault.BadRequest, "amount: 0 is under 1")),
			"BAD_REQUEST: grants.3.amount: 0 is under 1"},
		{fault.At("a", 1, fault.At("b", 2, fault.New(fault.Limit, "too much"))), "LIMIT: a.1.b.2: too much"},
		{fault.At("take", 0, fault.Named("points", fault.New(fault.BadRequest, "amount: 0 is under 1"))),
			"BAD_REQUEST: take.0.points: 0 is under 1"},
		{fault.Named("points", odd), "odd"},
		{fault.At("lots", 0, odd), "odd"},
	} {
		if c.got.Error() != c.want {
			t.Errorf("%v, want %s", c.got, c.want)
		}
	}
	if fault.At("x", 0, nil) != nil || fault.Named("x", nil) != nil {
		t.Error("no error became one")
	}
}
