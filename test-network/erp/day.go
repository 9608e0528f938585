package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
)

// workers are how many sales are under way at once.
const workers = 8

// day enrols the customers and sells, until all that was planned is done. Meanwhile it takes in what the node tells it.
func day(ctx context.Context, s settings, b *books, n *nodeOf) error {
	if err := b.plan(ctx, s); err != nil {
		return err
	}
	if err := b.snapshot(ctx, n, s); err != nil {
		return err
	}
	hooks, err := receive(s, b)
	if err != nil {
		return err
	}
	defer hooks.Close()
	if err := enrol(ctx, b, n, s); err != nil {
		return err
	}
	open, err := b.open(ctx)
	if err != nil {
		return err
	}
	if err := each(ctx, open,
		func(ctx context.Context, one sale) error { return sell(ctx, s, b, n, one) }); err != nil {
		return err
	}
	fmt.Printf("%d sales are done\n", s.sales)
	if s.listen == "" {
		return pull(ctx, b, n)
	}
	return b.awaitTold(ctx, n)
}

// each does something with all of a list, several at once, and stops at the first error.
func each[T any](ctx context.Context, list []T, do func(context.Context, T) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	work := make(chan T)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for one := range work {
				if err := do(ctx, one); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, one := range list {
		select {
		case work <- one:
		case <-ctx.Done():
		}
	}
	close(work)
	all.Wait()
	return context.Cause(ctx)
}

// totals are what the node's ledger has of a programme.
type totals struct {
	Issued, Captured, Refunded int64
}

// snapshot notes where the ledger stands before the first sale: after it, the difference is the day's.
func (b *books) snapshot(ctx context.Context, n *nodeOf, s settings) error {
	if there, err := b.known(ctx, "before"); err != nil || there != "" {
		return err
	}
	var before totals
	var page struct{ Next string }
	if err := n.ask(ctx, n.key, http.MethodGet, "/v1/programmes/"+s.programme+"/totals", "", nil, &before); err != nil {
		return err
	}
	if err := n.ask(ctx, n.key, http.MethodGet, "/v1/events?after=latest", "", nil, &page); err != nil {
		return err
	}
	text, err := json.Marshal(before)
	if err != nil {
		return err
	}
	_, err = b.db.ExecContext(ctx, `INSERT INTO known VALUES ('before', ?), ('cursor', ?)`, string(text), page.Next)
	return err
}

// enrol makes members of the customers, and gives each the same points to begin with.
func enrol(ctx context.Context, b *books, n *nodeOf, s settings) error {
	list := make([]int, customers)
	for i := range list {
		list[i] = i
	}
	return each(ctx, list, func(ctx context.Context, i int) error {
		name := fmt.Sprintf("erp-%d-%d", s.seed, i)
		var made struct{ Member string }
		if err := n.ask(ctx, n.key, http.MethodPost, "/v1/members", "enrol-"+name,
			map[string]any{"channel": "erp", "customer": name}, &made); err != nil {
			return err
		}
		if _, err := give(ctx, n, s, "welcome-"+name, made.Member, welcome, ""); err != nil {
			return err
		}
		_, err := b.db.ExecContext(ctx, "INSERT OR IGNORE INTO customers VALUES (?, ?)", i, made.Member)
		return err
	})
}

// give gives points.
func give(ctx context.Context, n *nodeOf, s settings, key, member string, points int64, reference string) (string,
	error) {
	var done struct{ Number string }
	err := n.ask(ctx, n.key, http.MethodPost, "/v1/lots", key, map[string]any{"programme": s.programme,
		"grants": []any{map[string]any{"member": member, "amount": points, "expires": "2029-12-31",
			"reference": reference}}},
		&done)
	return done.Number, err
}

// sell brings one sale to its end, step by step. Each step's answer is in the books before the next is asked for; one
// whose answer was lost is asked for again under its key.
func sell(ctx context.Context, s settings, b *books, n *nodeOf, one sale) error {
	var member string
	if err := b.db.QueryRowContext(ctx, "SELECT member FROM customers WHERE n = ?",
		one.customer).Scan(&member); err != nil {
		return err
	}
	invoice := fmt.Sprintf("erp-%d-s%d", s.seed, one.n)
	note := func(columns string, values ...any) error {
		_, err := b.db.ExecContext(ctx, "UPDATE sales SET "+columns+" WHERE n = ?", append(values, one.n)...)
		return err
	}
	if one.takes > 0 && one.capture == "" {
		var took struct{ Number, Hold string }
		if err := n.ask(ctx, n.key, http.MethodPost, "/v1/redemptions", invoice+"-t", map[string]any{"member": member,
			"take": []any{map[string]any{"programme": s.programme, "points": one.takes}}, "for": 900},
			&took); err != nil {
			return err
		}
		one.hold, one.capture = took.Hold, took.Number
		if err := note("hold = ?, capture = ?", one.hold, one.capture); err != nil {
			return err
		}
	}
	if one.lot == "" {
		number, err := give(ctx, n, s, invoice+"-g", member, one.gives, invoice)
		if err != nil {
			return err
		}
		if err := note("lot = ?", number); err != nil {
			return err
		}
	}
	if one.returned > 0 && one.back == "" {
		var back struct{ Number string }
		if err := n.ask(ctx, n.key, http.MethodPost, "/v1/holds/"+one.hold+"/refunds", invoice+"-b",
			map[string]any{"capture": one.capture, "reason": "goods_returned"}, &back); err != nil {
			return err
		}
		if err := note("refund = ?", back.Number); err != nil {
			return err
		}
	}
	return note("done = 1")
}
