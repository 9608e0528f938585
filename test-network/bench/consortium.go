package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/client/config"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

// The consortium of the benchmark.
const (
	operator  = "G" // and the one acceptor at whom everyone pays
	issuer    = "D" // of the programme that most arms use
	programme = "DP"
	members   = 1000
	lanesAll  = 16
)

// acceptors are those over whom the uniform arm spreads, with four lanes each.
// Member i is at home with acceptors[i mod 4].
var acceptors = []string{"G", "D", "F", "M"}

// peerOwners are the parties with a peer, the issuer first.
var peerOwners = []string{"D", "G", "F"}

// issuers names the party that issues a programme, programmes lists them in the
// order in which holds of several name them.
var (
	issuers    = map[string]string{programme: issuer, "FP": "F", "GP": "G"}
	programmes = []string{programme, "FP", "GP"}
)

// world is the network with its consortium, as the arms use it.
type world struct {
	net      *network
	log      *slog.Logger
	control  *control
	chain    *chain // what the blocks say
	books    books  // what this driver was told
	lots     map[string]*lots
	consents []number.Command      // authorisation of member i for the acceptor it visits
	vouchers map[string][]*voucher // by provider
	wares    map[string][]*ware    // by seller, in the order of the goods
	shoppers map[string][]*shopper // by acceptor, one for each lane; nil until they are needed
	index    *index.Index          // the run's own read model; nil until it is needed
	prepared map[string]bool       // what attacks have made ready
	serial   serial

	forgetting time.Duration // between two arms
	tries      int           // of one command, endorsed alone
}

func newWorld(n *network, log *slog.Logger) *world {
	w := &world{
		net: n, log: log, lots: map[string]*lots{}, vouchers: map[string][]*voucher{}, wares: map[string][]*ware{},
		prepared: map[string]bool{}, forgetting: forgetting, tries: tries,
	}
	w.books.points, w.books.owed = map[string]*receipts{}, map[debt]receivable{}
	for _, p := range programmes {
		w.lots[p], w.books.points[p] = &lots{}, &receipts{}
	}
	return w
}

// books is what the driver knows that it did: every receipt counted.
type books struct {
	points map[string]*receipts // by programme
	used   counter              // write-offs

	restocked counter // units of goods
	mu        sync.Mutex
	delivered int64 // units
	owed      map[debt]receivable
}

// receipts counts the points of one programme.
type receipts struct {
	issued, captured, converted counter
}

// home is where a member is at home, visits the one acceptor that it has authorised.
func home(i int) string   { return acceptors[i%len(acceptors)] }
func visits(i int) string { return acceptors[(i+1)%len(acceptors)] }

// open opens a party's gateway with some lanes.
func (w *world) open(ctx context.Context, party, lanes string) (*gateway.Gateway, error) {
	return w.openAs(ctx, party, lanes, party)
}

// openAs opens one with a state directory of its own, beside another of the party's.
func (w *world) openAs(ctx context.Context, party, lanes, state string) (*gateway.Gateway, error) {
	cfg, err := config.Load(w.net.profile(party), map[string]any{
		"lanes": lanes, "state": filepath.Join(w.net.home, "state", state), "waiting": 50_000,
	})
	if err != nil {
		return nil, err
	}
	return gateway.Open(ctx, cfg, gateway.WithLog(w.log))
}

// as opens a party's gateway for a while. Afterwards all peers are level: one
// that is a block behind would not know yet what was done.
func (w *world) as(ctx context.Context, party, lanes string, do func(*gateway.Gateway) error) error {
	g, err := w.open(ctx, party, lanes)
	if err != nil {
		return err
	}
	defer g.Close()
	if err := do(g); err != nil {
		return err
	}
	_, err = w.control.level(ctx)
	return err
}

// found founds the consortium with its programmes, members, benefits and goods.
func (w *world) found(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"founding", w.charter},
		{"registering parties", w.register},
		{"opening programmes", w.openProgrammes},
		{"agreeing on a rate", w.agreeRate},
		{"enrolling members", w.enrol},
		{"authorising", w.authorise},
		{"defining benefits", w.defineBenefits},
		{"granting benefits", w.grantBenefits},
		{"taking suppliers on", w.takeSuppliersOn},
		{"opening storefronts", w.openStorefronts},
		{"stocking storefronts", w.stockStorefronts},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

// roles are everybody's: each issues and accepts.
const roles = party.Issuer | party.Acceptor

func (w *world) charter(ctx context.Context) error {
	return w.as(ctx, operator, "", func(g *gateway.Gateway) error {
		_, err := g.Found(ctx, party.FoundRequest{
			Network: "bench", En: "Group", Zh: "集团", Roles: roles,
			Cycle: "first", Date: today(), Test: true,
		})
		if err != nil {
			return err
		}
		_, err = g.Single(ctx, "", party.BeginPeerRequest{})
		return err
	})
}

func (w *world) register(ctx context.Context) error {
	err := w.as(ctx, operator, "", func(g *gateway.Gateway) error {
		for _, req := range []party.RegisterRequest{
			{Party: "D", En: "Dealer", Zh: "经销商", Roles: roles},
			{Party: "F", En: "Finance", Zh: "金融", Roles: roles},
			{Party: "M", En: "Mobility", Zh: "出行", Roles: roles},
			{Party: "S1", En: "Car care", Zh: "养护供应商", Roles: party.Supplier},
			{Party: "S2", En: "Parts", Zh: "配件供应商", Roles: party.Supplier},
		} {
			if _, err := g.Single(ctx, "bench-"+req.Party, req); err != nil {
				return fmt.Errorf("%s: %w", req.Party, err)
			}
		}
		return nil
	})
	for _, p := range []string{"D", "F"} {
		if err == nil {
			err = w.beginPeer(ctx, p)
		}
	}
	return err
}

// beginPeer has a party say that it runs a peer.
func (w *world) beginPeer(ctx context.Context, id string) error {
	return w.as(ctx, id, "", func(g *gateway.Gateway) error {
		_, err := g.Single(ctx, "", party.BeginPeerRequest{})
		return err
	})
}

func (w *world) openProgrammes(ctx context.Context) error {
	for _, p := range programmes {
		err := w.as(ctx, issuers[p], "", func(g *gateway.Gateway) error {
			_, err := g.Single(ctx, "bench-programme", points.OpenProgrammeRequest{
				Programme: p, En: "Points", Zh: "积分", Price: amount.Rate{Num: 1, Den: 1},
				Rules: points.Rules{Transfer: points.TransferRules{Allowed: true}},
			})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// quiet is a log that keeps warnings in the run's own file.
func quiet(out io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func today() date.Date { return date.Of(time.Now(), time.UTC) }

// homeOf says at which place of acceptors a party stands.
func homeOf(party string) int { return slices.Index(acceptors, party) }
