package wait

import (
	"context"
	"errors"
	"testing"
	"time"
)

var errNotYet = errors.New("not yet")

func TestUntilAsksAgain(t *testing.T) {
	asked := 0
	err := Until(t.Context(), "third", func(context.Context) error {
		if asked++; asked < 3 {
			return errNotYet
		}
		return nil
	})
	if err != nil || asked != 3 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

func TestUntilSaysWhyItGaveUp(t *testing.T) {
	late := errors.New("too late")
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, late)
	defer cancel()
	err := Until(ctx, "never", func(context.Context) error { return errNotYet })
	if !errors.Is(err, late) || !errors.Is(err, errNotYet) {
		t.Errorf("error %v, want the cause and the last refusal", err)
	}
}

func TestNeverEndsTheWait(t *testing.T) {
	err := Until(t.Context(), "hopeless", func(context.Context) error { return Never(errNotYet) })
	if !errors.Is(err, errNotYet) {
		t.Errorf("error %v", err)
	}
}
