package ledgersim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Client is a program under test: it endorses and remembers as it likes, and
// learns outcomes from a peer (Lookup, OnDeliver), never from the scheduler.
type Client interface {
	// Act makes one move and returns a transaction to send, or nil.
	Act(rng *rand.Rand) *Envelope
	// Sent is the orderer's answer: nil when it took the envelope, ErrNoAnswer
	// when nobody knows.
	Sent(env *Envelope, err error)
	// Crash takes all that the client holds in memory.
	Crash()
}

// ErrNoAnswer tells a client that its envelope may have been taken, or not.
var ErrNoAnswer = errors.New("no answer from the orderer")

// Weights are the relative frequencies of what happens next. The first group
// chooses a step, the second what becomes of an envelope that a client sends.
// A weight of 0 never happens.
type Weights struct {
	Act     int // a client makes a move
	Cut     int // a block of 1..MaxBlock queued transactions
	Shuffle int // the queue changes order
	Deliver int // a peer commits one block more, or all
	Repeat  int // an envelope that was ever sent comes again
	Release int // a held envelope is submitted after all
	Drop    int // the orderer loses a queued transaction
	Crash   int // a client loses its memory
	Tick    int // the clock moves by up to two seconds

	Taken  int // submitted, and the client knows
	Unsure int // submitted, but the answer is lost
	Lost   int // not submitted, and no answer
	Held   int // not submitted, no answer, but somebody keeps it: see Release
}

// DefaultWeights are for a property test that wants a bit of everything.
var DefaultWeights = Weights{
	Act: 100, Cut: 20, Shuffle: 5, Deliver: 40, Repeat: 4, Release: 4, Drop: 2, Crash: 2, Tick: 5,
	Taken: 80, Unsure: 10, Lost: 4, Held: 6,
}

// Scheduler interleaves clients, orderer and peers. Everything it does follows
// from its seed and the network's: a failing seed fails again.
type Scheduler struct {
	Net      *Network
	Weights  Weights
	MaxBlock int      // transactions in a block, default 10
	Trace    []string // what happened, a line a step

	rng     *rand.Rand
	clients []Client
	sent    []*Envelope
	held    []*Envelope
}

// NewScheduler drives clients on a network.
func NewScheduler(n *Network, seed uint64, w Weights, clients ...Client) *Scheduler {
	return &Scheduler{
		Net: n, Weights: w, MaxBlock: 10, rng: rand.New(rand.NewPCG(seed, 0x7363686564)), clients: clients,
	}
}

// Run makes steps until one halts the network.
func (s *Scheduler) Run(steps int) error {
	for range steps {
		if err := s.Step(); err != nil {
			return err
		}
	}
	return nil
}

// Step does one thing. Its error is a *Halt.
func (s *Scheduler) Step() error {
	w := s.Weights
	switch s.choose(w.Act, w.Cut, w.Shuffle, w.Deliver, w.Repeat, w.Release, w.Drop, w.Crash, w.Tick) {
	case 0:
		s.act()
	case 1:
		return s.cut(1 + s.rng.IntN(s.MaxBlock))
	case 2:
		s.Net.Shuffle()
		s.note("shuffle %d", len(s.Net.queue))
	case 3:
		s.deliver()
	case 4:
		if len(s.sent) > 0 {
			s.submit("repeat", s.sent[s.rng.IntN(len(s.sent))])
		}
	case 5:
		if len(s.held) > 0 {
			i := s.rng.IntN(len(s.held))
			env := s.held[i]
			s.held = append(s.held[:i], s.held[i+1:]...)
			s.submit("release", env)
		}
	case 6:
		if q := len(s.Net.queue); q > 0 {
			s.note("drop %.8s", s.Net.Drop(s.rng.IntN(q)).TxID)
		}
	case 7:
		i := s.rng.IntN(len(s.clients))
		s.clients[i].Crash()
		s.note("crash %d", i)
	case 8:
		d := time.Duration(s.rng.IntN(20)) * 100 * time.Millisecond
		s.Net.Advance(d)
		s.note("tick %s", d)
	}
	return nil
}

// Drain ends a run: what is queued is cut and delivered to all. Held envelopes
// stay held.
func (s *Scheduler) Drain() error {
	for len(s.Net.queue) > 0 {
		if err := s.cut(s.MaxBlock); err != nil {
			return err
		}
	}
	s.Net.DeliverAll()
	return nil
}

func (s *Scheduler) act() {
	i := s.rng.IntN(len(s.clients))
	env := s.clients[i].Act(s.rng)
	if env == nil {
		return
	}
	s.sent = append(s.sent, env)
	w := s.Weights
	switch s.choose(w.Taken, w.Unsure, w.Lost, w.Held) {
	case 0:
		s.submit(fmt.Sprintf("client %d sends", i), env)
		s.clients[i].Sent(env, nil)
	case 1:
		s.submit(fmt.Sprintf("client %d sends, unsure,", i), env)
		s.clients[i].Sent(env, ErrNoAnswer)
	case 2:
		s.note("client %d sends, lost, %.8s", i, env.TxID)
		s.clients[i].Sent(env, ErrNoAnswer)
	case 3:
		s.held = append(s.held, env)
		s.note("client %d sends, held, %.8s", i, env.TxID)
		s.clients[i].Sent(env, ErrNoAnswer)
	}
}

func (s *Scheduler) submit(how string, env *Envelope) {
	s.Net.Submit(env)
	s.note("%s %.8s", how, env.TxID)
}

func (s *Scheduler) cut(count int) error {
	b, err := s.Net.Cut(count)
	if b != nil {
		s.note("cut block %d of %d", b.Number, len(b.Txs))
	}
	return err
}

func (s *Scheduler) deliver() {
	peer := s.Net.peerNames[s.rng.IntN(len(s.Net.peerNames))]
	upTo := s.Net.PeerHeight(peer) + 1
	if s.rng.IntN(2) == 0 {
		upTo = s.Net.Height()
	}
	s.Net.Deliver(peer, upTo)
	s.note("deliver %s to %d", peer, s.Net.PeerHeight(peer))
}

// choose picks an index by weight; with no weights at all, the first.
func (s *Scheduler) choose(weights ...int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	if total == 0 {
		return 0
	}
	at := s.rng.IntN(total)
	for i, w := range weights {
		if at < w {
			return i
		}
		at -= w
	}
	panic("ledgersim: unreachable")
}

func (s *Scheduler) note(format string, args ...any) {
	s.Trace = append(s.Trace, fmt.Sprintf(format, args...))
}
