package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/client/config"
	"tallystick/client/gateway"
)

// The consortium of the benchmark.
const (
	operator  = "G" // and the one acceptor at whom everyone pays
	issuer    = "D" // of the one programme
	programme = "DP"
	members   = 1000
	lanesAll  = 16
)

// acceptors are those over whom the uniform arm spreads, with four lanes each.
var acceptors = []string{"G", "D", "F", "M"}

// peerOwners are the parties with a peer, the issuer first.
var peerOwners = []string{"D", "G", "F"}

// world is the network with its consortium, as the arms use it.
type world struct {
	net     *network
	log     *slog.Logger
	control *control
	chain   *chain // what the blocks say
	books   books  // what this driver was told
	lots    lots
	serial  serial
}

// books is what the driver knows that it did: every receipt counted.
type books struct {
	issued, captured counter
}

// open opens a party's gateway with some lanes.
func (w *world) open(ctx context.Context, party, lanes string) (*gateway.Gateway, error) {
	cfg, err := config.Load(w.net.profile(party), map[string]any{
		"lanes": lanes, "state": filepath.Join(w.net.home, "state", party), "waiting": 50_000,
	})
	if err != nil {
		return nil, err
	}
	return gateway.Open(ctx, cfg, gateway.WithLog(w.log))
}

// found founds the consortium and its one programme.
func (w *world) found(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	g, err := w.open(ctx, operator, "")
	if err != nil {
		return err
	}
	defer g.Close()
	both := party.Issuer | party.Acceptor
	if _, err := g.Found(ctx, party.FoundRequest{
		Network: "bench", En: "Group", Zh: "集团", Roles: both, Peer: true,
		Cycle: "first", Date: date.Of(time.Now(), time.UTC), Test: true,
	}); err != nil {
		return fmt.Errorf("founding: %w", err)
	}
	// A peer that is a block behind would not know the operator yet.
	if _, err := w.control.level(ctx); err != nil {
		return err
	}
	for _, req := range []party.RegisterRequest{
		{Party: "D", En: "Dealer", Zh: "经销商", Roles: both, Peer: true},
		{Party: "F", En: "Finance", Zh: "金融", Roles: both, Peer: true},
		{Party: "M", En: "Mobility", Zh: "出行", Roles: both},
	} {
		if _, err := g.WalkIn(ctx, "bench-"+req.Party, req); err != nil {
			return fmt.Errorf("registering %s: %w", req.Party, err)
		}
	}
	if _, err := w.control.level(ctx); err != nil {
		return err
	}
	d, err := w.open(ctx, issuer, "")
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.WalkIn(ctx, "bench-programme", points.OpenProgrammeRequest{
		Programme: programme, En: "Dealer points", Zh: "经销商积分", Price: amount.Rate{Num: 1, Den: 1},
	}); err != nil {
		return fmt.Errorf("opening the programme: %w", err)
	}
	_, err = w.control.level(ctx)
	return err
}

// quiet is a log that keeps warnings in the run's own file.
func quiet(out io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
