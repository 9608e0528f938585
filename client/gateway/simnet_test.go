package gateway

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	gw "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"tallystick/chaincode/command"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/points"
	"tallystick/chaincode/replay"
	"tallystick/chaincode/row"
	"tallystick/client/block"
)

// simNet is Fabric as it can be: ledgersim's channel behind calls that lose
// answers, repeat, reorder, lag, and end the process that makes them.
type simNet struct {
	t     *testing.T
	rates rates

	mu      sync.Mutex
	rng     *rand.Rand
	l       *replay.Ledger
	n       *ledgersim.Network // l's
	blocks  []*ledgersim.Block
	held    []*ledgersim.Envelope // on their way to the orderers, for long
	stuck   bool                  // and for now they don't come any nearer
	refused map[string]bool       // transactions whose bytes the orderers never take
	grown   chan struct{}         // closed and replaced when the own peer has a new block
}

// rates are chances out of 100.
type rates struct {
	unreachable, lost, unanswered, twice, held, rejected, broken, lag, crash, foreign int
}

var calm = rates{}

var stormy = rates{
	unreachable: 8, lost: 8, unanswered: 8, twice: 10, held: 8, rejected: 3, broken: 5, lag: 40, crash: 2, foreign: 3,
}

func newSimNet(t *testing.T, seed uint64, r rates) *simNet {
	l := founded(t, seed)
	s := &simNet{
		t: t, rates: r, rng: rand.New(rand.NewPCG(seed, 1)), l: l, n: l.Network, refused: map[string]bool{},
		grown: make(chan struct{}),
	}
	for b := range l.Blocks() {
		s.blocks = append(s.blocks, b)
	}
	l.OnBlock(func(b *ledgersim.Block) { s.blocks = append(s.blocks, b) })
	return s
}

// order cuts blocks until ctx ends, shuffled, and lets peers lag.
func (s *simNet) order(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, 20*time.Millisecond)
		s.mu.Lock()
		for i := 0; i < len(s.held); {
			if !s.stuck && s.rng.IntN(100) < 5 {
				s.n.Submit(s.held[i])
				s.held = append(s.held[:i], s.held[i+1:]...)
				continue
			}
			i++
		}
		s.n.Shuffle()
		if _, err := s.n.Cut(0); err != nil {
			s.t.Errorf("the block would stop Fabric: %v", err)
		}
		for _, p := range s.n.Peers() {
			if !s.chance(s.rates.lag) {
				s.n.Deliver(p, s.n.Height())
			}
		}
		close(s.grown)
		s.grown = make(chan struct{})
		s.mu.Unlock()
	}
}

func (s *simNet) chance(rate int) bool { return s.rng.IntN(100) < rate }

// conn is one process's connection. A crash cuts it off in the middle of a call.
type conn struct {
	*simNet
	crashed chan struct{} // closed by the crash
	once    sync.Once
	stopped chan struct{} // while it is set the process stands still; closed when it goes on
	step    stage         // before which and after which it does; "" for all
}

// stop has the process stand still when it comes to a step, "" for any, until it goes on.
func (c *conn) stop(at stage) (goOn func()) {
	stopped := make(chan struct{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped, c.step = stopped, at
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stopped = nil
		close(stopped)
	}
}

func (s *simNet) connect() *conn { return &conn{simNet: s, crashed: make(chan struct{})} }

// mayCrash ends the process here, perhaps: the call never returns to it.
func (c *conn) mayCrash(ctx context.Context, at stage) {
	c.mu.Lock()
	crash, stopped, step := c.chance(c.rates.crash), c.stopped, c.step
	c.mu.Unlock()
	if stopped != nil && (step == "" || step == at) {
		select {
		case <-stopped:
		case <-ctx.Done():
		}
	}
	if crash {
		c.once.Do(func() { close(c.crashed) })
		<-ctx.Done()
	}
}

func failed(at stage, code codes.Code, message, detail string) error {
	st := status.New(code, message)
	if detail != "" {
		st, _ = st.WithDetails(&gw.ErrorDetail{Address: "peer", MspId: "G", Message: detail})
	}
	return classify(at, st.Err())
}

func (c *conn) Endorse(ctx context.Context, call call) (signed, error) {
	c.mayCrash(ctx, endorsing)
	s, err := c.endorse(call)
	pause(ctx, 5*time.Millisecond)
	c.mayCrash(ctx, endorsing)
	if ctx.Err() != nil {
		return signed{}, classify(endorsing, ctx.Err())
	}
	return s, err
}

func (c *conn) endorse(call call) (signed, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chance(c.rates.unreachable) {
		return signed{}, failed(endorsing, codes.Unavailable, "connection refused", "")
	}
	args := append([][]byte{[]byte(call.function)}, call.args...)
	proposal := c.n.Propose(c.n.Identity(own, "client"), call.chaincode, args...)
	proposal.Transient = call.transient
	env, err := c.n.Endorse(proposal, own, []string{"G", "F"}[c.rng.IntN(2)])
	var refusal *ledgersim.Refusal
	switch {
	case errors.As(err, &refusal):
		return signed{}, failed(endorsing, codes.Aborted,
			"failed to endorse transaction, see attached details for more info",
			"chaincode response 500, "+refusal.Error())
	case err != nil:
		return signed{}, failed(endorsing, codes.Aborted,
			"failed to collect enough transaction endorsements, see attached details for more info", err.Error())
	}
	return signed{TxID: env.TxID, Envelope: env.Bytes(), Answer: env.Response().GetPayload()}, nil
}

func (c *conn) Prove(ctx context.Context, call call, _ []string) ([]byte, error) {
	s, err := c.Endorse(ctx, call)
	return s.Envelope, err
}

func (c *conn) Submit(ctx context.Context, s signed) error {
	c.mayCrash(ctx, submitting)
	err := c.submit(s)
	c.mayCrash(ctx, submitting)
	return err
}

func (c *conn) submit(s signed) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	env, err := ledgersim.ParseEnvelope(s.Envelope)
	if err != nil {
		c.t.Errorf("the envelope was damaged: %v", err)
		return err
	}
	unavailable := failed(submitting, codes.Unavailable,
		"insufficient number of orderers could successfully process transaction to satisfy quorum requirement", "")
	switch r := c.rates; {
	case c.refused[s.TxID] || c.chance(r.rejected):
		c.refused[s.TxID] = true
		return failed(submitting, codes.Aborted, "received unsuccessful response from orderer: status=FORBIDDEN", "")
	case c.chance(r.lost):
		return unavailable
	case c.chance(r.held):
		c.held = append(c.held, env)
		return unavailable
	case c.chance(r.unanswered):
		c.n.Submit(env)
		return unavailable
	case c.chance(r.twice):
		c.n.Submit(env)
	}
	c.n.Submit(env)
	return nil
}

func (c *conn) Evaluate(_ context.Context, call call) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, err := c.n.Evaluate(c.n.Identity(own, "client"), own, call.chaincode,
		append([][]byte{[]byte(call.function)}, call.args...)...)
	if err != nil {
		return nil, classify(asking, err)
	}
	return answer, nil
}

func (c *conn) Height(context.Context) (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n.PeerHeight(own), nil
}

func (c *conn) Blocks(ctx context.Context, from uint64, visit func(*block.Block) error) error {
	for ; ctx.Err() == nil; from++ {
		c.mayCrash(ctx, streaming)
		parsed, err := c.next(ctx, from)
		if err != nil {
			return err
		}
		if err := visit(parsed); err != nil {
			if ctx.Err() == nil { // else the reader has had enough
				c.t.Errorf("block %d: %v", from, err)
			}
			return err
		}
	}
	return ctx.Err()
}

// next waits for a block of the own peer; the stream breaks at times.
func (c *conn) next(ctx context.Context, number uint64) (*block.Block, error) {
	for {
		c.mu.Lock()
		broken, grown := c.chance(c.rates.broken), c.grown
		if number < c.n.PeerHeight(own) {
			b, err := block.Parse(c.blocks[number].Proto())
			c.mu.Unlock()
			return b, err
		}
		c.mu.Unlock()
		if broken {
			return nil, &callError{stage: streaming, kind: unreachable, err: errors.New("the stream broke")}
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// end has what was held back come at last.
func (s *simNet) end() {
	s.mu.Lock()
	s.rates = calm
	for _, env := range s.held {
		s.n.Submit(env)
	}
	s.held = nil
	s.mu.Unlock()
	time.Sleep(time.Second)
}

// intrude moves one of our lanes, as another process with our keys would.
func (s *simNet) intrude(batch []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	env, err := s.n.Endorse(s.n.Propose(s.n.Identity(own, "intruder"), "tally", []byte("batch:Run"), batch), own)
	if err == nil {
		s.n.Submit(env) // one endorsement: invalid, unless the policy is met
	}
	env, err = s.n.Endorse(s.n.Propose(s.n.Identity(own, "intruder"), "tally", []byte("batch:Run"), batch), own, "G")
	if err == nil {
		s.n.Submit(env)
	}
}

// lots counts the lots of each member on the ledger but the holder's, and finds the
// numbers of the commands that made them.
func (s *simNet) lots() (count map[string]int, made map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n.DeliverAll()
	count, made = map[string]int{}, map[string]string{}
	for id, l := range rowsOf[points.Lot](s) {
		if l.Member != holder {
			count[l.Member]++
			made[l.Member] = id
		}
	}
	return count, made
}

// rowsOf are all rows of a type, by id.
func rowsOf[T any](s *simNet) map[string]T {
	found := map[string]T{}
	for key, value := range s.n.State(own, "tally") {
		named, err := row.Read(key, value)
		if err != nil {
			s.t.Fatal(err)
		}
		if r, ok := named.Row.(T); ok {
			found[named.ID] = r
		}
	}
	return found
}

func issue(member string) points.IssueRequest {
	return points.IssueRequest{
		Programme: programme, Grants: []points.Grant{{Member: member, Home: own, Amount: 1, Expires: lastDay}},
	}
}

func commandOf(member string) command.Command { return command.New("", issue(member)) }
