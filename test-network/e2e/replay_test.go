//go:build e2e

package e2e

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/config"
	"tallystick/client/vault"
)

// The replay's numbers, the same in every run.
const (
	replaySeed  = 2017
	replayLanes = 4
	pointsFor   = 100 // fen of a delivered order, rounded down
	keptPercent = 15  // of the price, by the sample's terms
)

// basket is one purchase of the files.
type basket struct {
	id, household, store string
	week                 int
	lines                []bought
}

// bought is a line of it, at the price that D sells the product for.
type bought struct {
	product, maker string
	quantity       uint32
	price          amount.Units
}

func (b basket) value() (sum amount.Units) {
	for _, l := range b.lines {
		sum += l.price * amount.Units(l.quantity)
	}
	return sum
}

// priceOf is the price that the sample's listings make of a product's number.
func priceOf(product string) amount.Units {
	sum := sha256.Sum256([]byte(product))
	return 199 + amount.Units(binary.BigEndian.Uint64(sum[:])%(4999-199+1))
}

// basketsOf reads the purchases that can be ordered, in the order of time, and says
// how many lines can't be, and why.
func basketsOf(purchases, products []map[string]string) (list []basket, left map[string]int) {
	makers := map[string]string{}
	for _, row := range products {
		makers[row["product_id"]] = row["manufacturer_id"]
	}
	left, at := map[string]int{}, map[string]int{}
	for _, row := range purchases {
		quantity, err := strconv.ParseUint(row["quantity"], 10, 32)
		maker, known := makers[row["product_id"]]
		switch {
		case row["household_id"] == "":
			left["no household"]++
			continue
		case err != nil || quantity == 0:
			left["no quantity"]++
			continue
		case !known:
			left["a product that the catalogue hasn't"]++
			continue
		}
		i, found := at[row["basket_id"]]
		if !found {
			i = len(list)
			at[row["basket_id"]] = i
			list = append(list, basket{
				id: row["basket_id"], household: row["household_id"], store: row["store_id"],
				week: must(strconv.Atoi(row["week"])),
			})
		}
		list[i].lines = append(list[i].lines, bought{
			row["product_id"], maker, uint32(quantity), priceOf(row["product_id"]),
		})
	}
	return list, left
}

// madeUp are purchases of the sample's products at the sample's stores, some of whose
// lines can't be ordered.
func madeUp(products, purchases []map[string]string) (rows []map[string]string) {
	rng := rand.New(rand.NewPCG(replaySeed, 1))
	for i := range 900 {
		week, basket := 1+i/150, i/3
		row := map[string]string{

			"household_id": fmt.Sprint(basket % 40), "store_id": purchases[basket%len(purchases)]["store_id"],
			"basket_id": fmt.Sprint(basket), "week": fmt.Sprint(week),
			"product_id": products[(basket*5+i%3*7)%len(products)]["product_id"], "quantity": fmt.Sprint(rng.IntN(12)),
		}
		if rng.IntN(40) == 0 {
			row["product_id"] = "0"
		}
		rows = append(rows, row)
	}
	return rows
}

// coins are one lot of a household's, as the replay has it.
type coins struct {
	lot  number.Row
	left amount.Units
}

// paid is a part of coins that paid.
type paid struct {
	from *coins
	n    amount.Units
}

// sold is an order that was placed.
type sold struct {
	basket
	number number.Command
	parts  [][]bought // one a maker, in the order in which they first stand
	paid   []paid     // the first fen, a fen a point; the rest is cash
}

func (s *sold) points() (sum amount.Units) {
	for _, p := range s.paid {
		sum += p.n
	}
	return sum
}

// back is a return.
type back struct {
	of           *sold
	part, line   int // from 0
	quantity     uint32
	number       number.Command
	points, cash amount.Units
}

// fen is which of the order's fen go back: of the line the last.
func (b back) fen() (from, to amount.Units) {
	for i, part := range b.of.parts[:b.part+1] {
		for k, l := range part {
			if i < b.part || k <= b.line {
				to += l.price * amount.Units(l.quantity)
			}
		}
	}
	return to - b.of.parts[b.part][b.line].price*amount.Units(b.quantity), to
}

// replay is D selling the catalogue to households again.
type replay struct {
	t       *testing.T
	d       *node
	tag     string // of members and references
	prefix  string // of suppliers
	ledger  *ledgerGoods
	rng     *rand.Rand
	wallets map[string][]*coins // by household
	orders  []*sold
	returns []*back
	counts  map[string]int // commands, by kind
}

// TestTheJourneyAsOrders replays half a year of real purchases as orders of the real
// catalogue, week by week, partly paid in the points that the household has by then,
// some returned. What the ledger has is what the files say: for each outlet, supplier
// and household to the fen, for each lot to the point, and what D owes S1 opens to
// 85 % of it.
func TestTheJourneyAsOrders(t *testing.T) {
	products, purchases := retail()
	began := time.Now()
	prefix := catalogueFor(t, products, purchases)
	t.Logf("the catalogue in %.1f s", time.Since(began).Seconds())
	d := net.open(t, "D", fmt.Sprintf("1-%d", replayLanes))
	r := &replay{t: t, d: d, tag: fresh("r"), prefix: prefix, rng: rand.New(rand.NewPCG(replaySeed, 0)),
		wallets: map[string][]*coins{}, counts: map[string]int{}}
	makes, rows := table(t, products), table(t, purchases)
	if !real() {
		rows = madeUp(makes, rows)
	}
	baskets, left := basketsOf(rows, makes)
	t.Logf("%d baskets; lines left out: %v", len(baskets), left)
	before := hidden(t, d)
	began = time.Now()
	r.prepare(net.open(t, "S1", fmt.Sprintf("4-%d", 3+replayLanes)), baskets)
	t.Logf("prepared in %.1f s", time.Since(began).Seconds())
	began = time.Now()
	r.weeks(baskets)
	took := time.Since(began).Seconds()
	all := 0
	for _, n := range r.counts {
		all += n
	}
	t.Logf("%v in %.1f s, %.0f commands a second", r.counts, took, float64(all)/took)
	began = time.Now()
	r.ledger.more(t, d)
	r.compareFiles(rows, makes)
	r.comparePoints()
	r.compareOwed(before)
	balance(t, d, "DP")
	t.Logf("compared in %.1f s", time.Since(began).Seconds())
}

// stage is what one kind of command has to do in a week.
type stage struct {
	kind     string
	size     int // of a batch, at least
	requests []command.Request
	together func(i, j int) bool // neighbours that one batch has to hold, in their order
	told     func([]command.Receipt)
}

// do does all stages side by side; no command may be refused. What they tell is told
// when all are done.
func (r *replay) do(stages ...stage) {
	r.t.Helper()
	receipts := make([][]command.Receipt, len(stages))
	var group errgroup.Group
	for i, s := range stages {
		receipts[i] = make([]command.Receipt, len(s.requests))
		r.counts[s.kind] += len(s.requests)
		for from, to := 0, 0; from < len(s.requests); from = to {
			to = min(from+s.size, len(s.requests))
			for s.together != nil && to < len(s.requests) && s.together(to-1, to) {
				to++
			}
			group.Go(func() error { return r.batch(s.requests[from:to], receipts[i][from:to]) })
		}
	}
	if err := group.Wait(); err != nil {
		r.t.Fatal(err)
	}
	for i, s := range stages {
		if s.told != nil {
			s.told(receipts[i])
		}
	}
}

func (r *replay) batch(requests []command.Request, into []command.Receipt) error {
	commands := make([]command.Command, len(requests))
	for i, req := range requests {
		commands[i] = send(req)
	}
	ran, err := r.d.Run(r.t.Context(), "", commands)
	if err != nil {
		return err
	}
	got, refusals := ran.Receipts(r.d.Party(), commands)
	copy(into, got)
	for i, err := range refusals {
		if err != nil {
			return fmt.Errorf("%w, of %+v", err, requests[i])
		}
	}
	return nil
}

// prepare enrols the households with D, and has S1 bring what they will buy.
func (r *replay) prepare(s1 *node, baskets []basket) {
	openStorefront(r.t, r.d)
	households, need := map[string]bool{}, map[[2]string]amount.Units{}
	for _, b := range baskets {
		households[b.household] = true
		for _, l := range b.lines {
			need[[2]string{r.prefix + l.maker, "p" + l.product}] += amount.Units(l.quantity)
		}
	}
	enrol, bring := stage{kind: "enrol", size: 500}, stage{kind: "restock", size: 500}
	for h := range households {
		enrol.requests = append(enrol.requests, member.EnrolRequest{Member: r.tag + h})
	}
	for id, units := range need {
		bring.requests = append(bring.requests, goods.RestockRequest{
			Supplier: id[0], SKU: id[1], Seller: "D", Units: replayLanes * units, Lanes: replayLanes,
		})
	}
	r.do(enrol)
	(&replay{t: r.t, d: s1, counts: r.counts}).do(bring)
	r.ledger = readGoods(r.t, r.d)
}

// weeks replays week after week. What is placed in one is delivered in the next. A week
// later it earns points, and some of it is asked to be returned, then received, then
// refunded.
func (r *replay) weeks(baskets []basket) {
	var placed, delivered []*sold
	var asked, received []*back
	for week := 1; len(baskets)+len(placed)+len(delivered)+len(asked)+len(received) > 0; week++ {
		n := slices.IndexFunc(baskets, func(b basket) bool { return b.week > week })
		if n < 0 {
			n = len(baskets)
		}
		r.do(r.refund(received)) // first: an order drains a lot only if it knows all that is in it
		placing, next := r.place(slices.Clone(baskets[:n]))
		asking, returning := r.ask(delivered)
		r.do(placing, r.deliver(placed), r.award(delivered), asking, r.receive(asked))
		baskets = baskets[n:]
		delivered, placed = placed, next
		received, asked = asked, returning
	}
}

// place orders baskets. Those of one household go in one batch, in the order that
// they were paid in here: an order takes what its neighbour left of a lot.
func (r *replay) place(baskets []basket) (stage, []*sold) {
	slices.SortStableFunc(baskets, func(a, b basket) int { return cmp.Compare(a.household, b.household) })
	list := make([]*sold, len(baskets))
	together := func(i, j int) bool { return baskets[i].household == baskets[j].household }
	s := stage{kind: "place", size: 250, together: together, told: func(receipts []command.Receipt) {
		for i, one := range receipts {
			list[i].number = one.Number
		}
	}}
	for i, b := range baskets {
		var req goods.PlaceRequest
		list[i], req = r.order(b)
		s.requests = append(s.requests, req)
	}
	r.orders = append(r.orders, list...)
	return s, list
}

// order pays a basket with up to all points that its household has, or with none.
func (r *replay) order(b basket) (*sold, goods.PlaceRequest) {
	s := &sold{basket: b}
	for _, l := range b.lines {
		i := slices.IndexFunc(s.parts, func(part []bought) bool { return part[0].maker == l.maker })
		if i < 0 {
			i, s.parts = len(s.parts), append(s.parts, nil)
		}
		s.parts[i] = append(s.parts[i], l)
	}
	req := goods.PlaceRequest{
		Member: r.tag + b.household, Outlet: "s" + b.store, Quote: r.quote(b), Accept: true, Reference: r.tag + b.id,
	}
	for _, l := range b.lines {
		req.Lines = append(req.Lines, goods.Wanted{
			Supplier: r.prefix + l.maker, SKU: "p" + l.product, Quantity: l.quantity,
		})
	}
	want := amount.Units(0)
	if has := r.has(b.household); has > 0 && r.rng.IntN(3) > 0 {
		want = 1 + amount.Units(r.rng.Int64N(int64(min(has, b.value()))))
	}
	for _, c := range r.wallets[b.household] {
		if n := min(c.left, want); n > 0 && len(req.Pieces) < goods.MaxPieces {
			c.left, want = c.left-n, want-n
			s.paid = append(s.paid, paid{c, n})
			req.Pieces = append(req.Pieces, spend.Take{Lot: c.lot, Amount: n})
		}
	}
	if req.Cash = b.value() - s.points(); req.Cash > 0 {
		req.Payment = r.tag + b.id
	}
	return s, req
}

func (r *replay) has(household string) (sum amount.Units) {
	for _, c := range r.wallets[household] {
		sum += c.left
	}
	return sum
}

// quote is the hash of what D offers, made of the rows as the blocks have them.
func (r *replay) quote(b basket) codec.Hash {
	var shelves []goods.Shelf
	var wanted []goods.Wanted
	for _, l := range b.lines {
		id := r.prefix + l.maker + "/p" + l.product
		shelves = append(shelves, goods.Shelf{
			Supplier: r.ledger.suppliers[r.prefix+l.maker], Good: r.ledger.goods[id],
			Listing: r.ledger.listings["D/"+id], Facts: make([]audience.Facts, 1),
		})
		wanted = append(wanted, goods.Wanted{Supplier: r.prefix + l.maker, SKU: "p" + l.product, Quantity: l.quantity})
	}
	q, err := goods.Offer(r.ledger.fronts["D"], r.tag+b.household, "", shelves, wanted, 0)
	if err != nil {
		r.t.Fatalf("basket %s: %v", b.id, err)
	}
	return q.Hash()
}

// deliver hands every part of the orders over.
func (r *replay) deliver(orders []*sold) stage {
	s := stage{kind: "deliver", size: 500}
	for _, o := range orders {
		receipt := sha256.Sum256([]byte(o.id))
		for i := range o.parts {
			s.requests = append(s.requests, goods.DeliverRequest{
				Order: o.number, Part: uint8(i + 1), Evidence: receipt[:],
			})
		}
	}
	return s
}

// award gives each household one lot for all that it got.
func (r *replay) award(orders []*sold) stage {
	earned, households := map[string]amount.Units{}, []string{}
	for _, o := range orders {
		if earned[o.household] == 0 && o.value() >= pointsFor {
			households = append(households, o.household)
		}
		earned[o.household] += o.value() / pointsFor
	}
	const grants = 100 // of one command
	s := stage{kind: "issue", size: 20, told: func(receipts []command.Receipt) {
		for i, h := range households {
			r.wallets[h] = append(r.wallets[h], &coins{receipts[i/grants].Number.Row(i % grants), earned[h]})
		}
	}}
	for some := range slices.Chunk(households, grants) {
		req := points.IssueRequest{Programme: "DP"}
		for _, h := range some {
			req.Grants = append(req.Grants, grant(r.tag+h, earned[h]))
		}
		s.requests = append(s.requests, req)
	}
	return s
}

// ask asks for one line in forty to be returned, whole or in part.
func (r *replay) ask(orders []*sold) (stage, []*back) {
	var list []*back
	s := stage{kind: "ask for a return", size: 500, told: func(receipts []command.Receipt) {
		for i, one := range receipts {
			list[i].number = one.Number
		}
	}}
	for _, o := range orders {
		for i, part := range o.parts {
			for k, l := range part {
				if r.rng.IntN(40) > 0 {
					continue
				}
				b := &back{of: o, part: i, line: k, quantity: 1 + uint32(r.rng.Int64N(int64(l.quantity)))}
				list = append(list, b)
				s.requests = append(s.requests, goods.RequestReturnRequest{
					Order: o.number, Part: uint8(i + 1), Line: uint8(k + 1), Quantity: b.quantity,
					Reason: "changed_mind",
				})
			}
		}
	}
	r.returns = append(r.returns, list...)
	return s, list
}

func (r *replay) receive(list []*back) stage {
	s := stage{kind: "receive a return", size: 500}
	for _, b := range list {
		s.requests = append(s.requests, goods.ReceiveReturnRequest{Return: b.number, Restock: true})
	}
	return s
}

// refund gives back the points that paid for the last fen of the line, to the lots
// that they came from, and the rest in cash.
func (r *replay) refund(list []*back) stage {
	s := stage{kind: "refund", size: 250}
	var give []paid
	for _, b := range list {
		from, to := b.fen()
		at := amount.Units(0)
		for _, p := range b.of.paid {
			if n := min(to, at+p.n) - max(from, at); n > 0 {
				give = append(give, paid{p.from, n})
				b.points += n
			}
			at += p.n
		}
		req := goods.RefundRequest{Return: b.number}
		if b.cash = to - from - b.points; b.cash > 0 {
			req.Payment = "r" + b.number.String()
			req.Payment = strings.ReplaceAll(req.Payment, ".", "-")
		}
		s.requests = append(s.requests, req)
	}
	s.told = func([]command.Receipt) {
		for _, p := range give {
			p.from.left += p.n
		}
	}
	return s
}

// compareFiles holds the orders on the ledger against the files, by maps over their
// rows: for each outlet, each supplier and each household.
func (r *replay) compareFiles(purchases, products []map[string]string) {
	makers := map[string]string{}
	for _, row := range products {
		makers[row["product_id"]] = row["manufacturer_id"]
	}
	files, rows := map[string]int64{}, map[string]int64{}
	for _, row := range purchases {
		quantity, err := strconv.ParseInt(row["quantity"], 10, 64)
		maker := makers[row["product_id"]]
		if err != nil || quantity <= 0 || maker == "" || row["household_id"] == "" {
			continue
		}
		fen := quantity * int64(priceOf(row["product_id"]))
		files["outlet s"+row["store_id"]] += fen
		files["supplier "+r.prefix+maker] += fen
		files["household "+r.tag+row["household_id"]] += fen
	}
	for _, o := range r.ledger.orders {
		if !strings.HasPrefix(o.Reference, r.tag) {
			continue
		}
		rows["outlet "+o.Outlet] += int64(o.Value())
		rows["household "+o.Member] += int64(o.Value())
		for _, part := range o.Parts {
			rows["supplier "+part.Supplier] += int64(part.Value())
			if part.State != goods.Delivered {
				r.t.Errorf("%s is %s", o.Reference, part.State)
			}
		}
	}
	for what, fen := range files {
		if rows[what] != fen {
			r.t.Errorf("%s: the ledger has %d fen, the files %d", what, rows[what], fen)
		}
	}
	if len(rows) != len(files) {
		r.t.Errorf("%d outlets, suppliers and households on the ledger, %d in the files", len(rows), len(files))
	}
	r.t.Logf("%d outlets, suppliers and households balance", len(files))
}

// comparePoints holds what paid for each order, what came back for each return and
// what is left in each lot against the replay's own figures, and the stock of all goods.
func (r *replay) comparePoints() {
	inPoints, inCash := amount.Units(0), amount.Units(0)
	for _, s := range r.orders {
		o, sum, cash := r.ledger.orders[s.number.String()], amount.Units(0), amount.Units(0)
		for _, part := range o.Parts {
			sum, cash = sum+part.Pieces.Sum(), cash+part.Cash
		}
		if o.Reference != r.tag+s.id || sum != s.points() || cash != s.value()-sum {
			r.t.Errorf("basket %s: order %s has %d points and %d fen, want %d and %d",
				s.id, s.number, sum, cash, s.points(), s.value()-s.points())
		}
		inPoints, inCash = inPoints+sum, inCash+cash
	}
	for _, b := range r.returns {
		got := r.ledger.returns[b.number.String()]
		if got.State != goods.Refunded || got.Pieces.Sum() != b.points || got.Cash != b.cash ||
			got.Quantity != b.quantity {
			r.t.Errorf("return %s: %+v, want %d points and %d fen", b.number, got, b.points, b.cash)
		}
	}
	lots := 0
	for _, list := range r.wallets {
		for _, c := range list {
			lots++
			if got := r.ledger.lots[c.lot.String()].Available(); got != c.left {
				r.t.Errorf("lot %s has %d points left, want %d", c.lot, got, c.left)
			}
		}
	}
	for id, u := range r.ledger.stock() {
		if !u.whole() {
			r.t.Errorf("%s: %+v", id, u)
		}
	}
	r.t.Logf("%d orders for %d points and %d fen, %d returns, %d lots",
		len(r.orders), inPoints, inCash, len(r.returns), lots)
}

// compareOwed opens what all deliveries came to with the terms in D's vault.
func (r *replay) compareOwed(before map[string]pedersen.Sum) {
	cfg, err := config.Load(filepath.Join(net.dir, "parties", "D", "profile.yaml"), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	v, err := vault.Open(cfg.State, "D")
	if err != nil {
		r.t.Fatal(err)
	}
	defer v.Close()
	terms := r.terms(v)
	after := hidden(r.t, r.d)
	sums := map[string]pedersen.Opening{"D→S1": pedersen.Known(pedersen.Value{}),
		"S1→D": pedersen.Known(pedersen.Value{})}
	values := map[string]amount.Units{}
	owe := func(pair string, maker string, line goods.Line, quantity uint32) {
		one := must(line.OwesOpened(terms[maker+"/"+line.SKU], quantity))
		sums[pair] = must(sums[pair].Plus(one))
		values[pair] += line.Fen * amount.Units(quantity)
	}
	for _, s := range r.orders {
		for _, part := range r.ledger.orders[s.number.String()].Parts {
			for _, line := range part.Lines {
				owe("D→S1", part.Supplier, line, line.Quantity)
			}
		}
	}
	for _, b := range r.returns {
		part := r.ledger.orders[b.of.number.String()].Parts[b.part]
		owe("S1→D", part.Supplier, part.Lines[b.line], b.quantity)
	}
	for pair, opening := range sums {
		owed := must(after[pair].Minus(before[pair]))
		want := pedersen.Whole(uint64(values[pair]) * settlement.PerFen * (100 - keptPercent) / 100)
		if !opening.Opens(owed.Commitment()) || opening.Value != want {
			r.t.Errorf("%s: %s doesn't open, or isn't %d %% of %d fen",
				pair, opening.Value, 100-keptPercent, values[pair])
		}
		r.t.Logf("%s: %s ten-thousandths of a fen, for goods of %d fen", pair, opening.Value, values[pair])
	}
}

// terms are those of all goods that were sold, by SUPPLIER/SKU.
func (r *replay) terms(v *vault.Vault) map[string]pedersen.Opening {
	found := map[string]pedersen.Opening{}
	var asked []vault.Asked
	for _, s := range r.orders {
		for _, l := range s.lines {
			id := r.prefix + l.maker + "/p" + l.product
			if _, again := found[id]; !again {
				found[id] = pedersen.Opening{}
				asked = append(asked, vault.Asked{
					Supplier: r.prefix + l.maker, SKU: "p" + l.product, Seller: "D",
					Commitment: r.ledger.listings["D/"+id].Terms,
				})
			}
		}
	}
	known := must(v.KnownTerms(asked))
	for _, t := range known {
		found[t.Supplier+"/"+t.SKU] = t.Opening
	}
	if len(known) != len(asked) {
		r.t.Errorf("D's vault knows %d of %d terms", len(known), len(asked))
	}
	return found
}
