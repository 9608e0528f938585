package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"golang.org/x/sync/errgroup"
)

// What the controls work on.
const (
	freshKeys   = 1000
	rewriteKeys = 500
	accounts    = 1000
	// setsEach is how many sets of keys one caller of (c) takes turns with: an
	// endorser may be a block behind on the set that was written last.
	setsEach = 3
)

// controlled is a load of calls to the control, so many in flight, each worth n
// commands.
func controlled(flight, n int, ask func(w *world, k, turn int) (function string, args []string)) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		hush, err := w.control.listen(ctx)
		if err != nil {
			return err
		}
		defer hush()
		turns := make([]int, flight)
		return workers(flight, stop, func(k int) error {
			turns[k]++
			function, args := ask(w, k, turns[k])
			began := time.Now()
			code, err := w.control.do(ctx, function, args...)
			switch {
			case errors.Is(err, errUnendorsed) && ctx.Err() == nil:
				m.count(&m.unmatched, 1)
				m.explain(err)
				time.Sleep(10 * time.Millisecond)
			case err != nil:
				return err
			case code == peer.TxValidationCode_VALID:
				m.done(n, began)
			default:
				m.count(&m.invalid, 1)
			}
			return nil
		})
	}
}

func (s *serial) key(prefix string) string { return fmt.Sprintf("%s%012x", prefix, s.Add(1)) }

var one = controlled(inFlight, 1, func(w *world, _, _ int) (string, []string) {
	return "one", []string{w.serial.key("a")}
})

var fresh = controlled(bulkInFlight, freshKeys, func(w *world, _, _ int) (string, []string) {
	return "fresh", []string{w.serial.key("b"), strconv.Itoa(freshKeys)}
})

var rewrite = controlled(bulkInFlight, rewriteKeys, func(_ *world, k, turn int) (string, []string) {
	return "rewrite", []string{set(k*setsEach + turn%setsEach), strconv.Itoa(rewriteKeys)}
})

func set(n int) string { return fmt.Sprintf("c%06d", n) }

// pay moves one from an account to another one, or to one whom everyone pays.
func pay(merchant bool) load {
	return controlled(inFlight, 1, func(*world, int, int) (string, []string) {
		from := 1 + rand.IntN(accounts-1)
		to := 0
		if !merchant {
			to = (from + 1 + rand.IntN(accounts-1)) % accounts
		}
		return "pay", []string{strconv.Itoa(from), strconv.Itoa(to), "1"}
	})
}

// prepareControl makes the accounts and the sets of keys.
func (w *world) prepareControl(ctx context.Context) error {
	hush, err := w.control.listen(ctx)
	if err != nil {
		return err
	}
	defer hush()
	if err := w.must(ctx, "open", "0", strconv.Itoa(accounts), "1000000000"); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for n := range inFlight * setsEach {
		group.Go(func() error { return w.must(ctx, "fresh", set(n), strconv.Itoa(rewriteKeys)) })
	}
	return group.Wait()
}

// must runs a transaction that has to take effect.
func (w *world) must(ctx context.Context, function string, args ...string) error {
	for tries := 0; ; tries++ {
		code, err := w.control.do(ctx, function, args...)
		if err == nil && code == peer.TxValidationCode_VALID {
			return nil
		}
		if tries > 20 || ctx.Err() != nil {
			return fmt.Errorf("control %s: %v, %w", function, code, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
