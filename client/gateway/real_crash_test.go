package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/points"
	"tallystick/client/config"
)

// crashing is the real network up to a step, at which the process ends.
type crashing struct {
	ledgerNet
	at   string
	here chan struct{}
	once sync.Once
}

func (c *crashing) end(ctx context.Context, step string) {
	if c.at == step {
		c.once.Do(func() { close(c.here) })
		<-ctx.Done()
	}
}

func (c *crashing) Endorse(ctx context.Context, call call) (signed, error) {
	c.end(ctx, "before endorsing")
	s, err := c.ledgerNet.Endorse(ctx, call)
	c.end(ctx, "after endorsing")
	return s, err
}

func (c *crashing) Submit(ctx context.Context, s signed) error {
	c.end(ctx, "before submitting")
	err := c.ledgerNet.Submit(ctx, s)
	c.end(ctx, "after submitting")
	return err
}

// A node that dies at any step of the write path finds out, when it starts
// again, what became of what it had sent, on the real network as on the model.
func TestRealCrash(t *testing.T) {
	run := os.Getenv("TALLY_REAL")
	if run == "" {
		t.Skip("TALLY_REAL names no network")
	}
	for i, step := range []string{"before endorsing", "after endorsing", "before submitting", "after submitting"} {
		t.Run(step, func(t *testing.T) {
			cfg, err := config.Load(filepath.Join(run, "parties", own, "profile.yaml"), map[string]any{
				"lanes": fmt.Sprint(25 + i), "state": t.TempDir(),
			})
			if err != nil {
				t.Fatal(err)
			}
			net, err := newFabric(cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer net.close()
			quiet := WithLog(slog.New(slog.DiscardHandler))
			broken := &crashing{ledgerNet: net, at: step, here: make(chan struct{})}
			g, err := open(t.Context(), cfg, broken, quiet)
			if err != nil {
				t.Fatal(err)
			}
			member := fmt.Sprintf("crash%d-%d", i, time.Now().UnixNano())
			var commands []command.Command // without request ids: only the outbox makes them once
			for range 3 {
				commands = append(commands, command.New("", points.IssueRequest{
					Programme: "DP", Grants: []points.Grant{{Member: member, Amount: 1, Expires: 21000}},
				}))
			}
			go func() { _, _ = g.Run(t.Context(), member, commands) }()
			<-broken.here
			g.crash()

			g, err = open(t.Context(), cfg, net, quiet)
			if err != nil {
				t.Fatal(err)
			}
			before, err := g.Query().Totals(t.Context(), "DP")
			if err != nil {
				t.Fatal(err)
			}
			ran, err := g.Run(t.Context(), member, commands)
			if err != nil {
				t.Fatal(err)
			}
			if _, errs := ran.Receipts(own, commands); errs[0] != nil {
				t.Error(errs)
			}
			again, err := g.Run(t.Context(), member, commands)
			if err != nil || again.TxID != ran.TxID {
				t.Errorf("asked again: %+v, %v", again, err)
			}
			after, err := g.Query().Totals(t.Context(), "DP")
			if grew := after.Issued - before.Issued; err != nil || grew > amount.Units(len(commands)) {
				t.Errorf("issued %d, want at most %d, %v", grew, len(commands), err)
			}
			if err := g.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
