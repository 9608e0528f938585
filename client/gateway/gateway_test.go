package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/config"
)

// within runs a test against a calm network in virtual time.
func within(t *testing.T, cfg func(*config.Config), test func(t *testing.T, g *Gateway, net *simNet)) {
	synctest.Test(t, func(t *testing.T) {
		net := newSimNet(t, 1, calm)
		ctx, cancel := context.WithCancel(t.Context())
		var world sync.WaitGroup
		world.Go(func() { net.order(ctx) })
		c := testConfig(t.TempDir())
		cfg(&c)
		g, err := open(ctx, c, net.connect(), WithLog(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		test(t, g, net)
		if err := g.Close(); err != nil {
			t.Error(err)
		}
		cancel()
		world.Wait()
	})
}

func asIs(*config.Config) {}

func TestDo(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		first, err := g.Do(t.Context(), "r1", issue("ann"))
		if err != nil || first.Again || first.Number.Party != own {
			t.Fatalf("%+v, %v", first, err)
		}
		again, err := g.Do(t.Context(), "r1", issue("ann"))
		if err != nil || !again.Again || again.Number != first.Number {
			t.Errorf("again: %+v, %v", again, err)
		}
		if _, err := g.Do(t.Context(), "r1", issue("bob")); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("other content: %v", err)
		}
		refused := points.IssueRequest{Programme: "refused", Grants: issue("ann").Grants}
		for range 2 { // a refused request may be asked again
			if _, err := g.Do(t.Context(), "r2", refused); fault.CodeOf(err) != fault.NotFound {
				t.Errorf("refused: %v", err)
			}
		}
		if _, err := g.Do(t.Context(), "r2", issue("carl")); err != nil {
			t.Errorf("the id of a refused request is free: %v", err)
		}
		if _, err := g.Do(t.Context(), "no/id", issue("ann")); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("a bad id: %v", err)
		}
		if _, err := g.Do(t.Context(), "", points.IssueRequest{}); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("a malformed request: %v", err)
		}
		receipts, errs := g.DoLinked(t.Context(), "pair", issue("dora"), issue("dora2"))
		if errs[0] != nil || errs[1] != nil || receipts[1].Number.Index != receipts[0].Number.Index+1 {
			t.Errorf("linked: %+v, %v", receipts, errs)
		}
		if again, errs := g.DoLinked(t.Context(), "pair", issue("dora"), issue("dora2")); errs[0] != nil ||
			!again[1].Again || again[1].Number != receipts[1].Number {
			t.Errorf("linked again: %+v, %v", again, errs)
		}
		if count, _ := net.lots(); count["ann"] != 1 || count["carl"] != 1 || count["dora"] != 1 || len(count) != 4 {
			t.Errorf("lots %v", count)
		}
	})
}

// 2,000 callers at once share full batches; a lone one waits for the linger only.
func TestBatching(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		began := time.Now()
		if _, err := g.Do(t.Context(), "", issue("lone")); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("a lone caller waited for %s", took)
		}
		var mu sync.Mutex
		batches := map[string]int{}
		var callers sync.WaitGroup
		for i := range 2000 {
			callers.Go(func() {
				receipt, err := g.Do(t.Context(), "", issue(fmt.Sprint("m", i)))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				batches[fmt.Sprint(receipt.Number.Lane, ".", receipt.Number.Seq)]++
			})
		}
		callers.Wait()
		if len(batches) > 6 {
			t.Errorf("2,000 commands took %d batches: %v", len(batches), batches)
		}
	})
}

func TestOverload(t *testing.T) {
	small := func(c *config.Config) { c.Batch, c.Waiting, c.Linger = 10, 10, time.Minute }
	within(t, small, func(t *testing.T, g *Gateway, _ *simNet) {
		ctx, cancel := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		for range 9 {
			callers.Go(func() {
				if _, err := g.Do(ctx, "", issue("m")); fault.CodeOf(err) != fault.Unavailable {
					t.Errorf("withdrawn: %v", err)
				}
			})
		}
		synctest.Wait()
		if _, errs := g.DoLinked(t.Context(), "", issue("a"), issue("b")); fault.CodeOf(errs[0]) != fault.Overloaded {
			t.Errorf("over the limit: %v", errs)
		}
		cancel()
		callers.Wait()
	})
}

// A caller who leaves while its command is in a transaction can't know; asking
// again tells.
func TestUnknownOutcome(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		net.mu.Lock()
		net.rates.held, net.stuck = 100, true
		net.mu.Unlock()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := g.Do(ctx, "r1", issue("ann"))
		if fault.CodeOf(err) != fault.UnknownOutcome {
			t.Fatal(err)
		}
		net.mu.Lock()
		net.rates.held, net.stuck = 0, false
		net.mu.Unlock()
		receipt, err := g.Do(t.Context(), "r1", issue("ann"))
		if err != nil || receipt.Number.IsZero() {
			t.Errorf("asked again: %+v, %v", receipt, err)
		}
		if count, _ := net.lots(); count["ann"] != 1 {
			t.Errorf("lots %v", count)
		}
	})
}

func TestNobodyAnswers(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		net.mu.Lock()
		net.rates.unreachable = 100
		net.mu.Unlock()
		began := time.Now()
		if _, err := g.Do(t.Context(), "r1", issue("ann")); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("%v", err)
		}
		if took := time.Since(began); took < g.cfg.Timeouts.Effort {
			t.Errorf("gave up after %s", took)
		}
	})
}

func TestOneProcessALane(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		if _, err := open(t.Context(), g.cfg, net.connect()); err == nil {
			t.Error("two processes write from one state directory")
		}
	})
}

func TestWithoutLanes(t *testing.T) {
	none := func(c *config.Config) { c.Lanes = "" }
	within(t, none, func(t *testing.T, g *Gateway, net *simNet) {
		if _, err := g.Do(t.Context(), "", issue("ann")); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("without lanes: %v", err)
		}
		first, err := g.Single(t.Context(), "w1", issue("ann"))
		if err != nil || first.Number.Lane != number.Single {
			t.Fatalf("%+v, %v", first, err)
		}
		if again, err := g.Single(t.Context(), "w1", issue("ann")); err != nil || !again.Again ||
			again.Number != first.Number {
			t.Errorf("%+v, %v", again, err)
		}
		if _, err := g.Single(t.Context(), "w1", issue("bob")); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("other content: %v", err)
		}
	})
}

func TestRun(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, _ *simNet) {
		commands := []command.Command{commandOf("a"),
			command.New("", points.IssueRequest{Programme: "refused", Grants: issue("a").Grants}), commandOf("b")}
		ran, err := g.Run(t.Context(), "b1", commands)
		if err != nil {
			t.Fatal(err)
		}
		receipts, errs := ran.Receipts(own, commands)
		if errs[0] != nil || fault.CodeOf(errs[1]) != fault.NotFound || errs[2] != nil ||
			receipts[2].Number.Index != 2 {
			t.Errorf("%+v, %v", receipts, errs)
		}
		if again, err := g.Run(t.Context(), "b1", commands); err != nil || again.TxID != ran.TxID {
			t.Errorf("again: %+v, %v", again, err)
		}
		if _, err := g.Run(t.Context(), "b1", commands[:1]); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("other commands: %v", err)
		}
		if _, err := g.Run(t.Context(), "", nil); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("an empty batch: %v", err)
		}
	})
}

func TestSource(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		var mu sync.Mutex
		var heard, before int
		report := func(f Fed) {
			mu.Lock()
			defer mu.Unlock()
			if heard++; f.Before {
				before++
			}
		}
		feed := func(upTo uint64) error {
			s, err := g.Source(t.Context(), "erp", 3, report)
			if err != nil {
				return err
			}
			for p := range upTo {
				if err := s.Feed(t.Context(), p, issue(fmt.Sprint("s", p))); err != nil {
					return err
				}
			}
			return s.Flush(t.Context())
		}
		for _, upTo := range []uint64{100, 100, 1700} { // a replayed file changes nothing
			if err := feed(upTo); err != nil {
				t.Fatal(err)
			}
		}
		if count, _ := net.lots(); len(count) != 1700 || count["s99"] != 1 {
			t.Errorf("%d lots", len(count))
		}
		if heard != 100+100+1700 || before != 200 {
			t.Errorf("heard of %d positions, %d done before", heard, before)
		}
		if _, err := g.Source(t.Context(), "erp", 2, nil); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("another number of shards: %v", err)
		}
		for _, bad := range []string{"", "a/b", "x_2_0"} {
			if _, err := g.Source(t.Context(), bad, 1, nil); fault.CodeOf(err) != fault.BadRequest {
				t.Errorf("source %q: %v", bad, err)
			}
		}
		s, err := g.Source(t.Context(), "gap", 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Feed(t.Context(), 1, issue("x")); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("a gap: %v", err)
		}
	})
}

func TestAnswersAreCoded(t *testing.T) {
	for _, err := range []error{
		classify(endorsing, rpc(codes.Unavailable, "x")), errors.New("disk"), fault.New(fault.Expired, "x"),
		fmt.Errorf("why: %w", fault.New(fault.Limit, "x")),
	} {
		var coded *fault.Error
		if !errors.As(asFault(err), &coded) {
			t.Errorf("%v has no code", err)
		}
	}
}
