package gateway

import (
	"context"
	"errors"
	"log/slog"

	"tallystick/client/block"
	"tallystick/client/config"
)

// Unconnected is a gateway of a party that reaches no peer: everything that is asked of it is UNAVAILABLE at once, and
// it has no lanes. It is for what may do without the ledger, such as a dry run.
func Unconnected(cfg config.Config) *Gateway {
	cfg.Timeouts.Effort = 0
	log := slog.New(slog.DiscardHandler)
	g := &Gateway{
		cfg: cfg, net: noNet{}, log: log, queue: newQueue(cfg.Batch, cfg.Waiting, cfg.Linger), hangUp: func() {},
		feed: newFeed(noNet{}, cfg.Party, "", 0, log), walkIns: make(chan struct{}, 1),
	}
	g.life, g.stop = context.WithCancel(context.Background())
	return g
}

// noNet is a network that nobody reaches.
type noNet struct{}

func away(at stage) error {
	return &callError{stage: at, kind: unreachable, err: errors.New("this node isn't connected")}
}

func (noNet) Endorse(context.Context, call) (signed, error) { return signed{}, away(endorsing) }

func (noNet) Prove(context.Context, call, []string) ([]byte, error) { return nil, away(endorsing) }

func (noNet) Submit(context.Context, signed) error { return away(submitting) }

func (noNet) Evaluate(context.Context, call) ([]byte, error) { return nil, away(asking) }

func (noNet) Height(context.Context) (uint64, error) { return 0, away(asking) }

func (noNet) Blocks(context.Context, uint64, func(*block.Block) error) error { return away(streaming) }
