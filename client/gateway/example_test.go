package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"

	"tallystick/chaincode/fault"
)

// A request id stands for one intent: whoever didn't get the answer asks again with the same id, and nothing counts
// twice.
func Example() {
	ctx := context.Background()
	g, hangUp := simulated(ctx) // a party's node calls Open(ctx, cfg)
	defer hangUp()

	first, err := g.Do(ctx, "till-7-000042", issue("wang"))
	fmt.Println(first.Number, first.Duplicate, err)
	again, err := g.Do(ctx, "till-7-000042", issue("wang")) // the till lost the answer
	fmt.Println(again.Number, again.Duplicate, err)
	_, err = g.Do(ctx, "till-7-000042", issue("li")) // somebody else's points under the same id
	fmt.Println(fault.CodeOf(err))

	lots, err := g.Query().Lots(ctx, first.Number.Row(0))
	fmt.Println(lots[0].Member, lots[0].Issued, err)
	// Output:
	// D.1.1.0 false <nil>
	// D.1.1.0 true <nil>
	// CONFLICT
	// wang 1 <nil>
}

// simulated opens a gateway of D over a simulated network that runs the real chaincode.
func simulated(ctx context.Context) (g *Gateway, hangUp func()) {
	net := newSimNet(new(testing.T), 1, calm)
	life, stop := context.WithCancel(ctx)
	var ordering sync.WaitGroup
	ordering.Go(func() { net.order(life) })
	dir, err := os.MkdirTemp("", "tally-example")
	if err != nil {
		panic(err)
	}
	cfg := testConfig(dir)
	cfg.Lanes = "1"
	if g, err = open(ctx, cfg, net.connect(), WithLog(slog.New(slog.DiscardHandler))); err != nil {
		panic(err)
	}
	return g, func() {
		if err := g.Close(); err != nil {
			panic(err)
		}
		stop()
		ordering.Wait()
		if err := os.RemoveAll(dir); err != nil {
			panic(err)
		}
	}
}
