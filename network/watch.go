package network

import (
	"context"
	"errors"
	"time"

	"tallystick/network/process"
)

// watching runs work, and ends it with the process's own last words if one of
// the named processes dies meanwhile.
func (n *Network) watching(ctx context.Context, names []string, work func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		ticker := time.NewTicker(200 * time.Millisecond)
		defer ticker.Stop()
		for {
			for _, name := range names {
				if err := n.Table.Alive(name); err != nil {
					cancel(err)
					return
				}
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	}()
	err := work(ctx)
	var died *process.ExitError
	if err != nil && errors.As(context.Cause(ctx), &died) {
		return died // says more than that the wait was cut short
	}
	return err
}
