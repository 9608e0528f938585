package node

import (
	"context"
	"errors"
	"testing"

	"tallystick/chaincode/fault"
)

func TestRunsGoOnAfterWhatIsAboutOneRow(t *testing.T) {
	results := NewResults()
	for _, c := range []struct {
		err   error
		stops bool
	}{
		{nil, false}, {fault.New(fault.WrongState, "it has ended"), false}, {fault.New(fault.NotFound, "gone"), false},
		{fault.New(fault.Unavailable, "no peer"), true}, {fault.New(fault.UnknownOutcome, "?"), true},
		{context.Canceled, true}, {errors.New("disk"), true},
	} {
		if err := results.Note("D.0.1.0", c.err); (err != nil) != c.stops {
			t.Errorf("%v: %v", c.err, err)
		}
	}
	if len(results.Done) != 1 || len(results.Refused) != 2 || results.Refused[0].Code != fault.WrongState {
		t.Errorf("%+v", results)
	}
}
