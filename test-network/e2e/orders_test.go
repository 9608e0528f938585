//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
	"tallystick/chaincode/veil"
	"tallystick/test-network/direct"
)

// purse is how many points a customer has: more than a test spends.
const purse = 100_000

// customers are so many members at home with the seller, who can pay and know what
// one, two and three units cost.
func customers(t *testing.T, seller *node, s stall, n int) []customer {
	t.Helper()
	list := make([]customer, n)
	for i := range list {
		who := fresh("customer")
		enrol(t, seller, who)
		list[i] = customer{Member: who, Lot: issue(t, seller, s.Seller+"P", who, purse)}
		for quantity := range uint32(3) {
			list[i].Quotes = append(list[i].Quotes, s.quote(t, seller, who, quantity+1).Hash)
		}
	}
	return list
}

// witness hears of every order, from all nodes and processes.
type witness struct {
	mu      sync.Mutex
	asked   map[string]bool           // requests; false until an answer is there
	placed  map[string]number.Command // by request
	soldOut int
	errs    []string
}

func newWitness() *witness {
	return &witness{asked: map[string]bool{}, placed: map[string]number.Command{}}
}

// hear is what an errand's client tells to.
func (w *witness) hear(e errand) func(heard) {
	return func(h heard) {
		w.mu.Lock()
		defer w.mu.Unlock()
		id := e.request(h.Customer, h.Order)
		if h.Asking {
			if _, known := w.asked[id]; !known {
				w.asked[id] = false
			}
			return
		}
		w.asked[id] = true
		before, known := w.placed[id]
		switch {
		case h.Code == fault.OutOfStock && !known:
			w.soldOut++
		case h.Code != "":
			w.errs = append(w.errs, id+": "+h.Text)
		case known && before != h.Number:
			w.errs = append(w.errs, fmt.Sprintf("%s is order %s and order %s", id, before, h.Number))
		default:
			w.placed[id] = h.Number
		}
	}
}

// sold is how many orders were placed so far, and how often none was to be had.
func (w *witness) sold() (orders, soldOut int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.placed), w.soldOut
}

// more waits until some more orders were placed, and some more weren't to be had.
func (w *witness) more(t *testing.T, what string) {
	t.Helper()
	orders, soldOut := w.sold()
	began := time.Now()
	await(t, what, func() bool {
		o, s := w.sold()
		return o >= orders+10 && s >= soldOut+3
	})
	now, _ := w.sold()
	t.Logf("after %s: %d more orders in %.1f s", what, now-orders, time.Since(began).Seconds())
}

// TestNodesRaceForTheLastUnits has nodes of G and D sell one good of S1's, which S1
// brings a few units at a time and takes some of away again, while a peer, a client and
// an orderer are killed, in any order. No unit is sold twice, no order is lost or made,
// and each member has what it had.
func TestNodesRaceForTheLastUnits(t *testing.T) {
	const price, worth = 10, 75_000
	s1, g, d := net.open(t, "S1", "1"), net.open(t, "G", "25,26"), net.open(t, "D", "25,26")
	of := supplier(t, s1, g)
	sku := good(t, s1, of)
	stalls := []stall{openStall(t, s1, g, of, sku, price, worth), openStall(t, s1, d, of, sku, price, worth)}
	errands := []errand{ // two nodes of G, one of them a process of its own, and one of D
		{Dir: net.dir, Party: "G", State: t.TempDir(), Lanes: "27,28", Run: fresh("race"), Good: stalls[0],
			Price: price, Customers: customers(t, g, stalls[0], 4)},
		{Party: "G", Run: fresh("race"), Good: stalls[0], Price: price, Customers: customers(t, g, stalls[0], 4)},
		{Party: "D", Run: fresh("race"), Good: stalls[1], Price: price, Customers: customers(t, d, stalls[1], 4)},
	}
	before := map[string]amount.Units{"GP": balance(t, g, "GP").Issued, "DP": balance(t, d, "DP").Issued}
	w, enough, quiet := newWitness(), make(chan struct{}), make(chan struct{})
	var nodes, stock sync.WaitGroup
	stock.Go(func() { bring(t.Context(), t, s1, stalls, quiet) })
	buyer := errands[0].send(t, w.hear(errands[0]))
	for i, node := range []*node{g, d} {
		e := errands[i+1]
		nodes.Go(func() { e.run(t.Context(), node.Gateway, enough, w.hear(e)) })
	}
	w.more(t, "the start")

	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	var doubt []string // what the client had asked for and not heard of when it was killed
	for _, victim := range rng.Perm(3) {
		switch victim {
		case 0:
			killed(t, "peer0."+[]string{"G", "D", "F"}[rng.IntN(3)])
		case 1:
			killed(t, fmt.Sprintf("orderer%d", rng.IntN(4)))
		case 2:
			buyer.kill(t)
			doubt = w.doubt(errands[0])
			buyer = errands[0].send(t, w.hear(errands[0]))
		}
		w.more(t, []string{"a peer", "an orderer", "a client"}[victim])
	}
	t.Logf("the client was killed with %d orders in doubt", len(doubt))
	await(t, "the client hears of all that it had asked for", func() bool { return w.answered(doubt) })
	close(quiet)
	stock.Wait()
	close(enough)
	buyer.end(t)
	nodes.Wait()
	d.tell()
	w.check(t, g, stalls, errands)
	for programme, issued := range before {
		if after := balance(t, g, programme).Issued; after != issued {
			t.Errorf("%s: %d were issued, and then %d", programme, issued, after)
		}
	}
}

// doubt lists the requests of an errand that have no answer.
func (w *witness) doubt(e errand) (list []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, answered := range w.asked {
		if !answered && strings.HasPrefix(id, e.Run+"-") {
			list = append(list, id)
		}
	}
	return list
}

// answered says whether all of these have an answer by now.
func (w *witness) answered(list []string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !slices.ContainsFunc(list, func(id string) bool { return !w.asked[id] })
}

// bring has S1 bring a few units to each seller, and take some of them away again,
// until it is told to stop.
func bring(ctx context.Context, t *testing.T, s1 *node, stalls []stall, stop <-chan struct{}) {
	for i := 0; !isClosed(stop) && ctx.Err() == nil; i++ {
		s := stalls[i%len(stalls)]
		for _, req := range []command.Request{
			goods.RestockRequest{Supplier: s.Supplier, SKU: s.SKU, Seller: s.Seller, Units: 7, Lanes: uint8(i % 3)},
			goods.WithdrawStockRequest{Supplier: s.Supplier, SKU: s.SKU, Seller: s.Seller, Units: 2, Reason: "damaged"},
		} {
			switch _, err := s1.Do(ctx, fresh("stock"), req); fault.CodeOf(err) {
			case "", fault.OutOfStock, fault.Unavailable, fault.Overloaded:
			default:
				t.Errorf("%T: %v", req, err)
			}
		}
	}
}

// killed kills a process of the network and starts it again.
func killed(t *testing.T, name string) {
	t.Helper()
	t.Logf("killing %s", name)
	for _, step := range []string{"kill", "start"} {
		if err := net.tallynet("process", step, name); err != nil {
			t.Fatal(err)
		}
	}
}

// check compares what all nodes heard with what is on the ledger.
func (w *witness) check(t *testing.T, g *node, stalls []stall, errands []errand) {
	t.Helper()
	for _, err := range w.errs {
		t.Error(err)
	}
	ledger, now := readGoods(t, g), read(t, g)
	for _, s := range stalls {
		u := ledger.of(s)
		if !u.whole() || u.delivered == 0 || u.withdrawn == 0 {
			t.Errorf("%s: %+v", s.Seller, u)
		}
		if asked, err := g.Query().Stock(t.Context(), s.Supplier, s.SKU, s.Seller); err != nil ||
			asked.Free != u.free || asked.Restocked != u.restocked {
			t.Errorf("%s: the blocks have %+v, the peer %+v, %v", s.Seller, u, asked, err)
		}
		if made, err := now.Used(s.Supplier, s.SKU, s.Seller); err != nil || made.Reserved != u.reserved ||
			made.Delivered != u.delivered {
			t.Errorf("%s: the blocks have %+v, the index %+v, %v", s.Seller, u, made, err)
		}
		t.Logf("%s: %+v", s.Seller, u)
	}
	references := map[string]string{}
	spent := map[string]amount.Units{} // by member
	for id, o := range ledger.orders {
		if _, ours := w.asked[o.Reference]; ours {
			if before, twice := references[o.Reference]; twice {
				t.Errorf("%s is order %s and order %s", o.Reference, before, id)
			}
			references[o.Reference] = id
		}
		for _, part := range o.Parts {
			if part.State.Holds() || part.State == goods.Delivered {
				spent[o.Member] += part.Pieces.Sum()
			}
		}
	}
	for request, n := range w.placed {
		if references[request] != n.String() {
			t.Errorf("%s was answered with order %s, the ledger has %q", request, n, references[request])
		}
	}
	if len(references) != len(w.placed) {
		t.Errorf("%d orders on the ledger, %d were answered", len(references), len(w.placed))
	}
	for _, e := range errands {
		for _, c := range e.Customers {
			lots, err := g.Query().Lots(t.Context(), c.Lot)
			if err != nil || lots[0].Available()+spent[c.Member] != purse {
				t.Errorf("%s has %d points and has spent %d, %v", c.Member, lots[0].Available(), spent[c.Member], err)
			}
		}
	}
	t.Logf("%d orders, %d times none was to be had", len(w.placed), w.soldOut)
}

// TestOneOrderFiveTimes asks for one order under one request id five times from a
// client that is killed at any moment, and then from other nodes: it is placed once.
func TestOneOrderFiveTimes(t *testing.T) {
	const price = 10
	s1, g, other := net.open(t, "S1", "2"), net.open(t, "G", "25"), net.open(t, "G", "26")
	of := supplier(t, s1, g)
	s := openStall(t, s1, g, of, good(t, s1, of), price, 75_000)
	do(t, s1, goods.RestockRequest{Supplier: of, SKU: s.SKU, Seller: "G", Units: 5})
	e := errand{
		Dir: net.dir, Party: "G", State: t.TempDir(), Lanes: "27", Run: fresh("once"), Good: s, Price: price,
		Customers: customers(t, g, s, 1), Once: true,
	}
	e.Customers[0].Quotes = e.Customers[0].Quotes[:1]
	w := newWitness()
	for range 4 {
		buyer := e.send(t, w.hear(e))
		select {
		case <-time.After(time.Duration(rand.IntN(1200)) * time.Millisecond): // at any moment of its life
			buyer.kill(t)
		case <-buyer.done:
		}
	}
	e.send(t, w.hear(e)).end(t)
	first, err := g.Do(t.Context(), e.request(0, 0), e.order(e.Customers[0], 0, 0))
	if err != nil || first.Number != w.placed[e.request(0, 0)] || !first.Again {
		t.Errorf("another node got %+v, %v; the client %s", first, err, w.placed[e.request(0, 0)])
	}
	changed := e.order(e.Customers[0], 0, 0)
	changed.Reference = "another"
	_, err = other.Do(t.Context(), e.request(0, 0), changed)
	wantCode(t, "the same request id for another order", err, fault.Conflict)
	for _, problem := range w.errs {
		t.Error(problem)
	}
	ledger := readGoods(t, g)
	if o := ledger.orders[first.Number.String()]; o.Parts[0].State != goods.Cancelled ||
		o.Reference != e.request(0, 0) {
		t.Errorf("%+v", o)
	}
	orders := 0
	for _, o := range ledger.orders {
		if o.Member == e.Customers[0].Member {
			orders++
		}
	}
	if u := ledger.of(s); orders != 1 || u.free != 5 {
		t.Errorf("%d orders, %+v", orders, u)
	}
}

// secretPrice is private between S1 and G, in ten-thousandths of a fen. What is made
// of it must be nowhere, neither in a block nor in a log.
const secretPrice = 7_777_777_777

// traces are the ways in which the price could be written down.
func traces(s stall) map[string][]byte {
	list := map[string][]byte{
		"as bytes": {0x01, 0xcf, 0x97, 0x78, 0x71}, "as bytes, the other way round": {0x71, 0x78, 0x97, 0xcf, 0x01},
		"its salt": s.Terms.Salt, "its salt in hexadecimal": []byte(hex.EncodeToString(s.Terms.Salt)),
	}
	for _, text := range []string{"7777777777", "777777.7777", "7777.777777", "7,777,777,777", "1cf977871"} {
		list[text] = []byte(text)
	}
	return list
}

// TestAPriceStaysBetweenTwo takes a good with a private price through all of its life,
// refusals included. No file of any process has the price, no block and no log; what
// it comes to opens for those who know it, and for nobody else.
func TestAPriceStaysBetweenTwo(t *testing.T) {
	const price = 1_000_000 // fen, what everybody may see
	log := must(
		os.Create(filepath.Join(net.dir, "clients.log"))) // of the gateways of this test, searched as the others are
	defer log.Close()
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	s1, g := net.open(t, "S1", "3"), net.open(t, "G", "19")
	of := supplier(t, s1, g)
	s := openStall(t, s1, g, of, good(t, s1, of), price, secretPrice)
	do(t, s1, goods.RestockRequest{Supplier: of, SKU: s.SKU, Seller: "G", Units: 10})
	who := fresh("customer")
	enrol(t, g, who)
	lot := issue(t, g, "GP", who, 3*price)
	before := veiled(t, g)

	_, err := s1.Do(t.Context(), "", goods.OfferTermsRequest{
		Supplier: of, SKU: s.SKU, Seller: "S1", Kind: goods.Supply, Commitment: s.Commitment,
	})
	wantCode(t, "terms with oneself", err, fault.BadRequest)
	place := goods.PlaceRequest{
		Member: who, Lines: []goods.Wanted{s.wanted(3)}, Quote: make(codec.Hash, 32), Accept: true,
		Pieces: []spend.Take{{Lot: lot, Amount: 3 * price}},
	}
	_, err = g.Do(t.Context(), "", place)
	wantCode(t, "a quote that nobody made", err, fault.PriceChanged)
	place.Quote = s.quote(t, g, who, 3).Hash
	order := do(t, g, place)
	do(t, g, goods.DeliverRequest{Order: order, Part: 1, Evidence: make(codec.Hash, 32)})
	back := do(t, g, goods.RequestReturnRequest{Order: order, Part: 1, Line: 1, Quantity: 1, Reason: "wrong_size"})
	do(t, g, goods.ReceiveReturnRequest{Return: back, Restock: true})
	do(t, g, goods.RefundRequest{Return: back})

	after := veiled(t, g)
	for pair, times := range map[string]uint64{"G→S1": 3, "S1→G": 1} {
		owed := must(after[pair].Minus(before[pair])).Commitment()
		if opened := must(s.Terms.Times(times)); !opened.Opens(owed) {
			t.Errorf("%s: %d times the price doesn't open what is owed", pair, times)
		}
		wrong := s.Terms
		wrong.Value.Lo++
		if opened := must(wrong.Times(times)); opened.Opens(owed) {
			t.Errorf("%s: another price opens it", pair)
		}
	}
	// Each peer has the commitment: the search looks where blocks are.
	if found := filesWith(t, net.dir, string(s.Commitment)); len(found) < 3 {
		t.Errorf("the commitment is only in %v", found)
	}
	for what, found := range filesWithAny(t, net.dir, traces(s)) {
		t.Errorf("%s is in %v", what, found)
	}
	for n, raw := range rawBlocks(t, "D", g.Height()) {
		for what, trace := range traces(s) {
			if bytes.Contains(raw, trace) {
				t.Errorf("%s is in block %d", what, n)
			}
		}
	}
}

// veiled sums up what the open cycle's deliveries make the parties owe each other in
// hidden amounts, by "DEBTOR→CREDITOR".
func veiled(t *testing.T, g *node) map[string]veil.Sum {
	t.Helper()
	cycle, err := g.Query().Cycle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list, err := g.Query().Veiled(t.Context(), cycle.ID)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]veil.Sum{}
	for _, p := range list {
		pair := p.Debtor + "→" + p.Creditor
		sums[pair] = must(sums[pair].Plus(p.Sum))
	}
	return sums
}

// rawBlocks are the bytes of all blocks so far, as a party's peer has them.
func rawBlocks(t *testing.T, party string, height uint64) (list [][]byte) {
	t.Helper()
	cfg, err := net.config(party, t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	bare, hangUp, err := direct.Connect(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer hangUp()
	ctx, cancel := context.WithCancel(t.Context())
	blocks, err := bare.GetNetwork(cfg.Channel).BlockEvents(ctx, client.WithStartBlock(0))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { // the library's goroutine must not hang on its channel
		cancel()
		for range blocks {
		}
	}()
	for b := range blocks {
		if list = append(list, must(proto.Marshal(b))); uint64(len(list)) >= height {
			return list
		}
	}
	t.Fatalf("the block stream ended after %d of %d", len(list), height)
	return nil
}
