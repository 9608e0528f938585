//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
	"tallystick/client/gateway"
)

// errandVar names the file of an errand: then this program is no test but a client
// that runs it, and that can be killed.
const errandVar = "TALLY_E2E_ERRAND"

// errand is what a client has to do: every customer orders one good again and again.
type errand struct {
	Dir, Party, State, Lanes string
	Run                      string // part of every request id
	Good                     stall
	Price                    amount.Units // of a unit
	Customers                []customer
	Once                     bool // each customer orders once, and that is all
}

// customer is a member at home with the seller, with one lot to spend from.
type customer struct {
	Member string
	Lot    number.Row
	Quotes []codec.Hash // for 1, 2 … units
}

// heard is what became of one order of a customer's; with Asking, it has just been
// asked for.
type heard struct {
	Customer, Order int
	Asking          bool           `json:",omitempty"`
	Number          number.Command `json:",omitzero"`
	Code            fault.Code     `json:",omitempty"`
	Text            string         `json:",omitempty"`
}

func (e errand) request(customer, order int) string {
	return fmt.Sprintf("%s-%d-%d", e.Run, customer, order)
}

// order is a customer's n-th: of one unit, or two, or three.
func (e errand) order(c customer, customer, n int) goods.PlaceRequest {
	quantity := 1 + n%len(c.Quotes)
	return goods.PlaceRequest{

		Member: c.Member, Lines: []goods.Wanted{e.Good.wanted(uint32(quantity))}, Quote: c.Quotes[quantity-1],
		Accept: true,
		Pieces: []spend.Take{{Lot: c.Lot, Amount: e.Price * amount.Units(quantity)}}, Reference: e.request(customer, n),
	}
}

// run does the errand until enough is closed and nothing is left of the good. It
// tells of every order.
func (e errand) run(ctx context.Context, g *gateway.Gateway, enough <-chan struct{}, tell func(heard)) {
	var all sync.WaitGroup
	for i, c := range e.Customers {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				tell(heard{Customer: i, Order: n, Asking: true})
				h := e.shop(ctx, g, c, i, n)
				if tell(h); e.Once || h.Code == fault.OutOfStock && isClosed(enough) {
					return
				}
			}
		})
	}
	all.Wait()
}

// shop places one order, as often as it takes while it can't be sent. Of what is
// bought a part is delivered, and a part cancelled: that comes back into stock.
func (e errand) shop(ctx context.Context, g *gateway.Gateway, c customer, customer, n int) heard {
	place := func() (command.Receipt, error) {
		return g.Do(ctx, e.request(customer, n), e.order(c, customer, n))
	}
	r, err := place()
	for putOff(err) && ctx.Err() == nil {
		r, err = place()
	}
	h := heard{Customer: customer, Order: n, Number: r.Number, Code: fault.CodeOf(err)}
	if err != nil {
		h.Text = err.Error()
		return h
	}
	var next command.Request
	switch n % 4 {
	case 0:
		next = goods.CancelRequest{Order: r.Number, Part: 1, Reason: "member_changed_mind"}
	case 1:
		next = goods.DeliverRequest{Order: r.Number, Part: 1, Evidence: make(codec.Hash, 32)}
	default:
		return h
	}
	for err = errAgain; err == errAgain || putOff(err) && ctx.Err() == nil; {
		_, err = g.Do(ctx, e.request(customer, n)+"-end", next)
	}
	if err != nil {
		h.Code, h.Text = fault.CodeOf(err), fmt.Sprintf("%T: %v", next, err)
	}
	return h
}

// putOff says whether nothing happened, and the same may be asked again.
func putOff(err error) bool {
	code := fault.CodeOf(err)
	return code == fault.Unavailable || code == fault.Overloaded
}

var errAgain = errors.New("not asked yet")

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// runErrand is the client's program: what it hears goes to stdout, a line each, and
// its input's end says that it is enough.
func runErrand(path string) error {
	var e errand
	if err := json.Unmarshal(must(os.ReadFile(path)), &e); err != nil {
		return err
	}
	ctx := context.Background()
	cfg, err := (&network{dir: e.Dir}).config(e.Party, e.State, e.Lanes)
	if err != nil {
		return err
	}
	g, err := gateway.Open(ctx, cfg)
	if err != nil {
		return err
	}
	enough := make(chan struct{})
	go func() {
		defer close(enough)
		io.Copy(io.Discard, os.Stdin) // its end is what matters
	}()
	var mu sync.Mutex
	out := json.NewEncoder(os.Stdout)
	e.run(ctx, g, enough, func(h heard) {
		mu.Lock()
		defer mu.Unlock()
		out.Encode(h) // then nobody listens
	})
	return g.Close()
}

// shopper is a client process on an errand.
type shopper struct {
	cmd   *exec.Cmd
	input io.Closer
	done  chan struct{} // closed when it has ended, and everything that it said is told
	err   error         // of its end
}

// send starts a client.
func (e errand) send(t *testing.T, tell func(heard)) *shopper {
	t.Helper()
	path := filepath.Join(t.TempDir(), "errand.json")
	if err := os.WriteFile(path, must(json.Marshal(e)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &shopper{cmd: exec.Command(must(os.Executable())), done: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), errandVar+"="+path)
	s.cmd.Stderr = os.Stderr
	s.input = must(s.cmd.StdinPipe())
	output := must(s.cmd.StdoutPipe())
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() }) // it has ended, if the test went well
	go func() {
		defer close(s.done)
		for in := json.NewDecoder(output); ; {
			var h heard
			if in.Decode(&h) != nil { // the end, or half a line of a killed client
				break
			}
			tell(h)
		}
		s.err = s.cmd.Wait()
	}()
	return s
}

// kill kills the client; what it had said before is told.
func (s *shopper) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.done
}

// end lets the client go on until nothing is left, and waits until it has ended.
func (s *shopper) end(t *testing.T) {
	t.Helper()
	s.input.Close() // it has ended, if this fails
	if <-s.done; s.err != nil {
		t.Errorf("the client: %v", s.err)
	}
}
