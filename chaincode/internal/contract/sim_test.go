package contract

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

var (
	seeds = flag.Int("seeds", 40, "how many lives TestSimulation lives")
	from  = flag.Uint64("from", 0, "the seed of the first one")
)

func sortNumbers(list []number.Command) {
	slices.SortFunc(list, func(a, b number.Command) int { return strings.Compare(a.String(), b.String()) })
}

// laneClient is a program that follows the write path: it writes a batch down,
// sends it, waits for its fate, and sends the same bytes again in doubt. It
// endorses anew only when a block shows the lane's head where it must be for
// the next batch, or the old envelope dead.
type laneClient struct {
	net   *ledgersim.Network
	id    *ledgersim.Identity
	party string
	lane  uint8
	peer  string   // from which it learns
	verbs []string // what it does, with weights
	life  kindOfLife
	secrets

	// What a durable outbox would keep.
	wanted  int               // batches still to send
	asked   []command.Command // that bore a request id
	batch   *command.Batch
	pending *ledgersim.Envelope
	done    int

	// What a crash loses.
	seq uint64 // next sequence, 0 for unknown
	err error
}

func (c *laneClient) busy() bool { return c.done < 8 }

// Act sends the pending envelope again, or endorses the next batch.
func (c *laneClient) Act(rng *rand.Rand) *ledgersim.Envelope {
	if c.pending != nil {
		tx := c.net.Lookup(c.peer, c.pending.TxID)
		switch {
		case tx == nil && rng.IntN(3) > 0:
			return nil // wait
		case tx == nil:
			return c.pending
		case tx.Valid():
			c.batch, c.pending, c.seq = nil, nil, 0
			c.done++
		default:
			c.pending, c.seq = nil, 0
		}
	}
	if c.batch == nil {
		if c.wanted == 0 {
			return nil
		}
		c.wanted--
		c.batch = c.draw(rng)
	}
	return c.endorse(rng)
}

func (c *laneClient) endorse(rng *rand.Rand) *ledgersim.Envelope {
	answer, err := c.net.Evaluate(c.id, c.peer, row.SealOf(c.party, c.party != "M"),
		ledgersim.Args(seal.Head, c.party, fmt.Sprint(c.lane))...)
	if err != nil {
		c.err = err
		return nil
	}
	var head row.Head
	if err := codec.DecodeJSON(answer, &head); err != nil {
		c.err = err
		return nil
	}
	c.batch.Lane, c.batch.Seq = c.lane, head.Seq+1
	peers := c.endorsers(rng)
	env, err := c.net.Endorse(c.net.Propose(c.id, seal.Outer, []byte("batch:Run"), codec.Encode(*c.batch)), peers...)
	var refusal *ledgersim.Refusal
	switch {
	case err == nil:
		c.pending = env
		return env
	case errors.Is(err, ledgersim.ErrMismatch):
		return nil // peers at different heights: try again
	case errors.As(err, &refusal):
		if parsed, ok := fault.Parse(refusal.Message); ok && parsed.Code == fault.LaneMoved {
			return nil // a peer behind the other
		}
	}
	c.err = err
	return nil
}

// endorsers are two peers of the three, mostly, the party's own among them.
func (c *laneClient) endorsers(rng *rand.Rand) []string {
	peers := []string{"G", "D", "F"}
	rng.Shuffle(3, func(i, j int) { peers[i], peers[j] = peers[j], peers[i] })
	if rng.IntN(4) == 0 || c.party != "M" && !slices.Contains(peers[:2], c.party) {
		return peers
	}
	return peers[:2]
}

// Sent learns nothing: outcomes come from blocks.
func (c *laneClient) Sent(*ledgersim.Envelope, error) {}

// Crash forgets what isn't in the outbox.
func (c *laneClient) Crash() { c.seq = 0 }

// draw makes a batch of 1 to 6 commands about what its peer shows.
func (c *laneClient) draw(rng *rand.Rand) *command.Batch {
	v, batch := c.look(rng.IntN), &command.Batch{}
	for range 1 + rng.IntN(6) {
		batch.Commands = append(batch.Commands, command.New("", v.draw()))
	}
	c.widen(batch, rng)
	return batch
}

// TestSimulation lives many lives of a network on which envelopes are lost,
// repeated, withheld and reordered, peers lag and clients crash, while lanes of
// three parties do all kinds of things to the same few members; every third life is
// about orders of goods of which there is little. In each, every batch takes effect
// exactly once, the books balance, nothing is sold twice, no code, payment or limit
// is used beyond what it is for, and all peers agree.
func TestSimulation(t *testing.T) {
	n := *seeds
	if testing.Short() {
		n = 30
	}
	for seed := *from; seed < *from+uint64(n); seed++ {
		if _, err := live(t, seed); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func live(t *testing.T, seed uint64) (*world, error) {
	w, life := founded(t, seed), lifeOf(seed)
	furnishAt(t, w, life.price)
	w.adopt(t, settlement.Policy{SignDays: 1, AnswerDays: 1, Silence: settlement.Silence(seed % 2)})
	verbs, known := living, secrets(nil)
	if seed%3 == 0 {
		stockFronts(t, w)
		known = newSecrets(t)
		verbs = shopping
	}
	var clients []ledgersim.Client
	var lanes []*laneClient
	for _, party := range []string{"G", "D", "M"} {
		for lane := range uint8(2) {
			c := &laneClient{net: w.net, id: w.client(party), party: party, lane: lane + 2,
				peer: []string{"G", "D", "F"}[lane], wanted: 8, verbs: verbs, life: life, secrets: known}
			clients, lanes = append(clients, c), append(lanes, c)
		}
		if passes := *lanes[len(lanes)-1]; seed%2 == 1 {
			clients = append(clients, &passer{passes})
		}
	}
	s := ledgersim.NewScheduler(w.net, seed, ledgersim.DefaultWeights, clients...)
	if err := s.Run(500); err != nil {
		return nil, err
	}
	for _, c := range clients {
		if p, ok := c.(*passer); ok && p.err != nil {
			return nil, p.err
		}
	}
	// Quiet after the storm: what is pending ends.
	rng := rand.New(rand.NewPCG(seed, 0x7175696574))
	for rounds := 0; rounds < 200 && slices.ContainsFunc(lanes, (*laneClient).busy); rounds++ {
		for _, c := range lanes {
			if env := c.Act(rng); env != nil {
				w.net.Submit(env)
			}
			if c.err != nil {
				return nil, c.err
			}
		}
		if err := s.Drain(); err != nil {
			return nil, err
		}
	}
	if err := s.Drain(); err != nil {
		return nil, err
	}
	return w, checkLife(w, lanes)
}

func checkLife(w *world, lanes []*laneClient) error {
	if err := w.net.CheckAgreement(); err != nil {
		return err
	}
	if err := checkBooks(w.net); err != nil {
		return err
	}
	if err := checkFence(w.net); err != nil {
		return err
	}
	for _, c := range lanes {
		value := w.net.Get("G", row.SealOf(c.party, c.party != "M"), string(row.LaneHead(c.party, c.lane)))
		head, err := row.Decode[row.Head](value)
		if err != nil {
			return err
		}
		if c.done != 8 || head.Seq != 8 {
			return fmt.Errorf("lane %s.%d: %d batches done of 8, its head is at %d", c.party, c.lane, c.done, head.Seq)
		}
	}
	return nil
}
