package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/gateway"
)

// What makes many obligations: each capture spends points of many programmes, and every
// programme's issuer owes for its own.
const (
	manyEach  = 25   // programmes of an issuer
	manyLanes = 8    // of an acceptor
	many      = "PX" // all of these programmes together, in the sums
)

var (
	manyIssuers   = []string{"D", "F"}
	manyAcceptors = []string{"G", "M"}
)

func manyProgramme(issuer string, i int) string { return fmt.Sprintf("PX-%s-%02d", issuer, i) }

// isMany says whether a programme is one of them.
func isMany(programme string) bool { return strings.HasPrefix(programme, many+"-") }

// shopper is a member with a lot of each programme. No two lanes have the same one.
type shopper struct {
	member string
	lots   []number.Row // D's programmes first
}

// newShoppers picks one for each lane of the acceptors, from the members who are at home there.
func newShoppers() map[string][]*shopper {
	found := map[string][]*shopper{}
	for _, acceptor := range manyAcceptors {
		for lane := range manyLanes {
			found[acceptor] = append(found[acceptor],
				&shopper{member: pseudonym(homeOf(acceptor) + lane*len(acceptors))})
		}
	}
	return found
}

// prepareMany opens the programmes and issues the shoppers' lots, once a run.
func (w *world) prepareMany(ctx context.Context) error {
	if w.shoppers != nil {
		return nil
	}
	found, told := newShoppers(), &receipts{}
	var all []*shopper
	for _, acceptor := range manyAcceptors {
		all = append(all, found[acceptor]...)
	}
	for _, issuer := range manyIssuers {
		err := w.as(ctx, issuer, "1", func(g *gateway.Gateway) error {
			opened, granted := manyCommands(issuer, all)
			if _, err := runAll(ctx, g, opened); err != nil {
				return err
			}
			made, err := runAll(ctx, g, granted)
			for _, r := range made {
				for i, one := range all {
					one.lots = append(one.lots, r.Number.Row(i))
				}
				told.issued.Add(int64(len(all)) * int64(lotAmount))
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", issuer, err)
		}
	}
	w.shoppers, w.books.points[many] = found, told
	return nil
}

// manyCommands open an issuer's programmes, and issue a lot of each to all.
func manyCommands(issuer string, to []*shopper) (opened, granted []command.Command) {
	for i := range manyEach {
		opened = append(opened, command.New("", points.OpenProgrammeRequest{
			Programme: manyProgramme(issuer, i), En: "Points", Zh: "积分", Price: amount.Rate{Num: 1, Den: 1},
		}))
		req := points.IssueRequest{Programme: manyProgramme(issuer, i)}
		for _, one := range to {
			req.Grants = append(req.Grants, points.Grant{Member: one.member, Amount: lotAmount, Expires: today() + 365})
		}
		granted = append(granted, command.New("", req))
	}
	return opened, granted
}

// purchases has the shoppers spend points of the first so many programmes at once.
func purchases(programmes int) customers {
	return func(w *world, party string, _ int) func(lane int) queue {
		return func(lane int) queue {
			one, k := w.shoppers[party][lane], 0
			return func() points.HoldRequest {
				req := points.HoldRequest{Member: one.member}
				for _, lot := range one.lots[:programmes] {
					k++
					req.Pieces = append(req.Pieces, spend.Take{Lot: lot, Amount: portion(k)})
				}
				return req
			}
		}
	}
}

// debts is a load of obligations: who takes points of how many programmes at once, and how many
// obligations there shall be in all.
type debts struct {
	acceptors   []string
	programmes  int
	obligations int
}

// captures is how many make them.
func (d debts) captures() int { return (d.obligations + d.programmes - 1) / d.programmes }

// batch is how many captures one batch may carry: as many as the ledger notes
// obligations of.
func (d debts) batch() int { return min(batchSize/2, settlement.MaxBatch/d.programmes) }

// part is how many captures the k-th of n lanes makes, so that all have equally many.
func (d debts) part(k, n int) int { return (d.captures() + n - 1 - k) / n }

// owe makes the parties owe each other in the open cycle.
func (w *world) owe(ctx context.Context, d debts, told func(done, of int)) error {
	if err := w.prepareMany(ctx); err != nil {
		return err
	}
	m := &meter{}
	tills, done, err := w.openTills(ctx, purchases(d.programmes), d.acceptors, manyLanes, 2*d.batch(), m)
	defer done()
	if err != nil {
		return err
	}
	var made atomic.Int64
	var group errgroup.Group
	for k, t := range tills {
		t.of = slices.Repeat([]string{many}, d.programmes)
		group.Go(func() error {
			for left := d.part(k, len(tills)); left > 0 || len(t.open) > 0; {
				made.Add(int64(len(t.open) * d.programmes))
				n := min(left, d.batch())
				if err := t.turn(ctx, n); err != nil {
					return err
				}
				left -= n
				told(int(made.Load()), d.captures()*d.programmes)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if m.refused > 0 {
		return fmt.Errorf("%d commands were refused: %s", m.refused, m.why)
	}
	_, err = w.control.level(ctx)
	return err
}

// cutOff ends the open cycle and opens another. It answers which ended and how long the
// command took.
func (w *world) cutOff(ctx context.Context, g *gateway.Gateway) (ended string, took time.Duration, err error) {
	open, err := g.Query().Cycle(ctx)
	if err != nil {
		return "", 0, err
	}
	next := fmt.Sprintf("cycle-%d", w.serial.Add(1))
	err = clocked(&took, func() error {
		_, err := g.Single(ctx, next+"-cut", settlement.CutOffRequest{Cycle: open.ID, Next: next})
		return err
	})
	return open.ID, took, err
}
