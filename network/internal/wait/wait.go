// Package wait waits for conditions: it asks again until the answer is yes,
// the deadline passes, or the condition says that it cannot come true.
package wait

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Interval is the time between two questions.
const Interval = 50 * time.Millisecond

// Until asks until condition returns nil.
//
// The error of a deadline carries the last refusal, because that is what to
// repair. An error made by [Never] ends the wait at once.
func Until(ctx context.Context, what string, condition func(context.Context) error) error {
	ticker := time.NewTicker(Interval)
	defer ticker.Stop()
	var last error
	for {
		err := condition(ctx)
		var never neverError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &never):
			return fmt.Errorf("%s: %w", what, never.error)
		case ctx.Err() == nil || last == nil:
			last = err // a refusal says more than the context's end
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: gave up (%w); last: %w", what, context.Cause(ctx), last)
		case <-ticker.C:
		}
	}
}

// Never marks an error as one that waiting does not mend.
func Never(err error) error { return neverError{err} }

type neverError struct{ error }

func (e neverError) Unwrap() error { return e.error }
