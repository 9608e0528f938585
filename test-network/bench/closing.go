package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/settlement"
	"tallystick/client/clearing"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

// Closing is one cycle, from its obligations to its payments.
type Closing struct {
	Arm         string        `json:"arm"`
	Obligations uint64        `json:"obligations"` // as the ledger counts them
	Statements  int           `json:"statements"`
	Fill        time.Duration `json:"fill"` // how long it took to make the obligations

	// The commands, each from its sending to its receipt.
	CutOff   time.Duration `json:"cutOff"`
	Compute  time.Duration `json:"compute"`
	Finalise time.Duration `json:"finalise"`
	// What of it is the chaincode's work: endorsed by one peer and not sent.
	Computing Tries `json:"computing"`
	Netting   Tries `json:"netting"`

	// What a node does between them: it takes the cycle's blocks in, derives the cycle's
	// root from all lines, and recomputes the lines of all statements.
	TakeIn    time.Duration `json:"takeIn"`
	Check     time.Duration `json:"check"`
	Recompute time.Duration `json:"recompute"`
	Sign      time.Duration `json:"sign"` // one signature's command, the mean of all
}

// Ledger is what the ledger needs for a close.
func (c Closing) Ledger() time.Duration { return c.CutOff + c.Compute + c.Finalise }

// Work is the chaincode's part of it, undisturbed.
func (c Closing) Work() time.Duration { return c.Computing.Least + c.Netting.Least }

// Tries is how long the same thing took again and again. What else the machine does, such
// as compacting what was just written, only adds to the least.
type Tries struct {
	Least  time.Duration `json:"least"`
	Median time.Duration `json:"median"`
}

// triesOf sums them up.
func triesOf(times []time.Duration) Tries {
	if len(times) == 0 {
		return Tries{}
	}
	sorted := slices.Sorted(slices.Values(times))
	return Tries{Least: sorted[0], Median: sorted[len(sorted)/2]}
}

// Node is what a node that has all statements needs for its signatures' roots.
func (c Closing) Node() time.Duration { return c.Check + c.Recompute }

// smallCloses is how often the small cycle is closed, tries how often a command is
// endorsed alone.
const (
	smallCloses = 5
	tries       = 25
)

// sizes are the cycles to close, in turn: the large one among the small ones.
func (o options) sizes() (list []string) {
	if o.asked(trialSmall) {
		list = slices.Repeat([]string{trialSmall}, o.closes)
	}
	if o.asked(trialLarge) {
		list = slices.Insert(list, (len(list)+1)/2, trialLarge)
	}
	return list
}

// obligationsOf is how many a cycle of a size has: a hundredth in the small one, but some
// in every lane.
func (o options) obligationsOf(size string) int {
	if size == trialLarge {
		return o.obligations
	}
	return max(o.obligations/100, 2*manyLanes*len(manyAcceptors)*manyEach*len(manyIssuers))
}

// closings closes cycles of both sizes in turn, if both were asked for.
func closings(size string) func(context.Context, *world, options, *progress, *Report) error {
	return func(ctx context.Context, w *world, o options, p *progress, r *Report) error {
		if size == trialLarge && o.asked(trialSmall) {
			return nil // they were among the small ones
		}
		for _, size := range o.sizes() {
			c, err := w.closeCycle(ctx, size, o.obligationsOf(size), p)
			if err != nil {
				return err
			}
			r.Closings = append(r.Closings, c)
			p.say("%-12s %9d obligations in %s; cut-off %s, compute %s, finalise %s; node %s", size, c.Obligations,
				brief(c.Fill),
				brief(c.CutOff), brief(c.Compute), brief(c.Finalise), brief(c.Node()))
		}
		return nil
	}
}

func brief(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// closeCycle makes a cycle of so many obligations and closes it.
func (w *world) closeCycle(ctx context.Context, size string, obligations int, p *progress) (c Closing, err error) {
	c.Arm = size
	counters, done, err := w.counters(ctx)
	defer done()
	if err != nil {
		return c, err
	}
	g := counters[operator]
	if _, _, err := w.cutOff(ctx, g); err != nil {
		return c, err
	}
	ix, err := w.readModel(ctx, g)
	if err != nil {
		return c, err
	}
	if err := w.prepareMany(ctx); err != nil {
		return c, err
	}
	of := debts{manyAcceptors, manyEach * len(manyIssuers), obligations}
	if err := clocked(&c.Fill, func() error { return w.owe(ctx, of, p.bar(size)) }); err != nil {
		return c, err
	}
	s := &session{w: w, counters: counters, ix: ix}
	if err := s.close(ctx, &c); err != nil {
		return c, err
	}
	if want := uint64(of.captures() * of.programmes); c.Obligations != want {
		return c, fmt.Errorf("%w: the cycle has %d obligations, %d were made", errLost, c.Obligations, want)
	}
	return c, w.settle(ctx, &Run{})
}

// counters opens a gateway without lanes for every party that signs.
func (w *world) counters(ctx context.Context) (open map[string]*gateway.Gateway, done func(), err error) {
	open = map[string]*gateway.Gateway{}
	done = func() {
		for _, g := range open {
			g.Close()
		}
	}
	for _, party := range slices.Concat(manyIssuers, manyAcceptors) {
		if open[party], err = w.open(ctx, party, ""); err != nil {
			delete(open, party)
			return open, done, err
		}
	}
	return open, done, nil
}

// session is a cycle's close.
type session struct {
	w        *world
	counters map[string]*gateway.Gateway
	ix       *index.Index
	node     clearing.Node // of what ix has once the cycle is taken in
	cycle    string
}

func (s *session) close(ctx context.Context, c *Closing) (err error) {
	g := s.counters[operator]
	if err := s.w.inStep(ctx); err != nil {
		return err
	}
	if s.cycle, c.CutOff, err = s.w.cutOff(ctx, g); err != nil {
		return err
	}
	if _, err := s.w.control.level(ctx); err != nil {
		return err
	}
	compute := settlement.ComputeRequest{Cycle: s.cycle}
	if c.Computing, err = s.endorse(ctx, compute); err != nil {
		return err
	}
	if c.Compute, err = s.send(ctx, g, "compute", compute); err != nil {
		return err
	}
	if err := s.sign(ctx, c); err != nil {
		return err
	}
	if _, err := s.w.control.level(ctx); err != nil {
		return err
	}
	finalise := settlement.FinaliseRequest{Cycle: s.cycle}
	if c.Netting, err = s.endorse(ctx, finalise); err != nil {
		return err
	}
	if c.Finalise, err = s.send(ctx, g, "finalise", finalise); err != nil {
		return err
	}
	netting, err := g.Query().Netting(ctx, s.cycle)
	c.Obligations = netting.Lines
	return err
}

// inStep waits until all peers know of everything, and then for a block: what is sent next waits for the
// one after. Else a command would wait for anything up to an interval, and a sum of three
// by chance for none or for three.
func (w *world) inStep(ctx context.Context) error {
	if _, err := w.control.level(ctx); err != nil {
		return err
	}
	hush, err := w.control.listen(ctx)
	if err != nil {
		return err
	}
	defer hush()
	_, err = w.control.do(ctx, "one", w.serial.key("a"))
	return err
}

// send says how long a command took, from its sending to its receipt.
func (s *session) send(ctx context.Context, g *gateway.Gateway, step string,
	req command.Request) (took time.Duration, err error) {
	if err := s.w.inStep(ctx); err != nil {
		return 0, err
	}
	err = clocked(&took, func() error {
		_, err := g.Single(ctx, s.cycle+"-"+step, req)
		return err
	})
	return took, err
}

// endorse has one peer carry a command out, again and again, without sending it.
func (s *session) endorse(ctx context.Context, req command.Request) (Tries, error) {
	body, err := json.Marshal(req)
	if err != nil {
		return Tries{}, err
	}
	var times []time.Duration
	for range s.w.tries {
		var took time.Duration
		if err := clocked(&took, func() error {
			return s.w.control.links[0].evaluate(ctx, command.KindOf(req).String(), "bench", string(body))
		}); err != nil {
			return Tries{}, err
		}
		times = append(times, took)
	}
	return triesOf(times), nil
}

// sign takes the cycle in, recomputes every statement and signs it for both sides.
func (s *session) sign(ctx context.Context, c *Closing) error {
	g := s.counters[operator]
	if err := clocked(&c.TakeIn, func() error { return g.Sync(ctx, s.ix) }); err != nil {
		return err
	}
	now, err := s.ix.At(ctx, 0)
	if err != nil {
		return err
	}
	defer now.Close()
	s.node = clearing.Node{Network: s.w.control.links[0].network.Name(), Index: now}
	if err := clocked(&c.Check, func() error {
		_, err := s.node.Check(ctx, s.cycle, g.Query())
		return err
	}); err != nil {
		return err
	}
	pairs, err := now.Pairs(s.cycle)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		if err := s.signPair(ctx, pair, c); err != nil {
			return err
		}
	}
	c.Statements = len(pairs)
	c.Sign /= time.Duration(max(1, 2*len(pairs)))
	return nil
}

func (s *session) signPair(ctx context.Context, pair settlement.Pair, c *Closing) error {
	var statement clearing.Statement
	var took time.Duration
	if err := clocked(&took, func() (err error) {
		statement, err = s.node.Recompute(s.cycle, pair.A, pair.B)
		return err
	}); err != nil {
		return err
	}
	c.Recompute += took
	for _, side := range []string{pair.A, pair.B} {
		req, err := statement.SignRequest(side)
		if err != nil {
			return err
		}
		took, err := s.send(ctx, s.counters[side], "sign-"+pair.A+pair.B+side, req)
		if err != nil {
			return err
		}
		c.Sign += took
	}
	return nil
}
