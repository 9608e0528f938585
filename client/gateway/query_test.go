package gateway

import (
	"context"
	"testing"
	"time"

	"tallystick/chaincode/fault"
)

// busy is a network whose endorser puts so many questions off before it answers.
type busy struct {
	ledgerNet
	puts int
}

func (b *busy) Evaluate(ctx context.Context, c call) ([]byte, error) {
	if b.puts--; b.puts >= 0 {
		return nil,
			&callError{stage: asking, kind: unreachable, refusal: fault.New(fault.Overloaded, "D has used its share")}
	}
	return b.ledgerNet.Evaluate(ctx, c)
}

// TestAQuestionPutOffIsAskedAgain: whoever asks while the party's own import runs gets an answer, unless it takes
// longer than a command may take.
func TestAQuestionPutOffIsAskedAgain(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, _ *simNet) {
		at := &busy{ledgerNet: g.net, puts: 12}
		g.net = at
		if _, err := g.Query().Head(t.Context(), own, 1); err != nil || at.puts != -1 {
			t.Errorf("%v after %d questions too many", err, at.puts+1)
		}
		at.puts = 1 << 30
		began := time.Now()
		if _, err := g.Query().Head(t.Context(), own, 1); fault.CodeOf(err) != fault.Overloaded {
			t.Errorf("an endorser that never answers: %v", err)
		}
		if took := time.Since(began); took < g.cfg.Timeouts.Effort || took > g.cfg.Timeouts.Effort+time.Second {
			t.Errorf("it was asked for %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		if _, err := g.Query().Head(ctx, own, 1); fault.CodeOf(err) != fault.Overloaded ||
			time.Since(began) > 2*time.Second {
			t.Errorf("asked for a second: %v after %s", err, time.Since(began))
		}
		g.net = at.ledgerNet
	})
}
