package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/client/gateway"
)

// The benefits: each acceptor provides one.
const (
	usesEach     = 200  // of an entitlement
	vouchersEach = 2000 // entitlements of a provider's benefit
	grantsEach   = 100  // of one command
)

// voucher is an entitlement with its codes, as the member has them.
type voucher struct {
	at    number.Row
	codes []code.Code
	used  int
}

func benefitOf(provider string) string { return "ride-" + provider }

// defineBenefits has every acceptor provide a benefit that the issuer may grant.
func (w *world) defineBenefits(ctx context.Context) error {
	for _, provider := range acceptors {
		err := w.as(ctx, provider, "", func(g *gateway.Gateway) error {
			_, err := g.Single(ctx, "bench-benefit", benefit.DefineRequest{
				Benefit: benefitOf(provider), En: "Airport ride", Zh: "接送机", Kind: benefit.Service, Price: 10_800,
				Uses: usesEach, Days: 365, Stackable: true, Grantors: []string{issuer}, Scene: "ride",
				Fee: amount.Rate{Num: 1, Den: 100}, Code: true, Lapse: benefit.Refund,
			})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// grantBenefits has the issuer grant every benefit to all members in turn. It
// owes the provider the price of each use.
func (w *world) grantBenefits(ctx context.Context) error {
	return w.as(ctx, issuer, "1", func(g *gateway.Gateway) error {
		for _, provider := range acceptors {
			var list []*voucher
			var commands []command.Command
			for range vouchersEach / grantsEach {
				req := benefit.GrantRequest{Benefit: benefitOf(provider)}
				for range grantsEach {
					v, first, err := newVoucher()
					if err != nil {
						return err
					}
					req.Grants = append(req.Grants, benefit.Grant{Member: pseudonym(len(list)), Commitment: first})
					list = append(list, v)
				}
				commands = append(commands, command.New("", req))
			}
			receipts, err := runAll(ctx, g, commands)
			if err != nil {
				return fmt.Errorf("%s: %w", provider, err)
			}
			for i, v := range list {
				v.at = receipts[i/grantsEach].Number.Row(i % grantsEach)
			}
			w.vouchers[provider] = list
		}
		return nil
	})
}

func newVoucher() (*voucher, code.Commitment, error) {
	seed := make(code.Code, code.Size)
	if _, err := rand.Read(seed); err != nil {
		return nil, nil, err
	}
	codes, first := code.Chain(seed, usesEach)
	return &voucher{codes: codes}, first, nil
}

// writeOff has the providers write entitlements off by their codes, each lane
// those of its own, in turn.
func writeOff(batch int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		var desks []*desk
		var gateways []*gateway.Gateway
		defer func() {
			for _, g := range gateways {
				g.Close()
			}
		}()
		for _, provider := range acceptors {
			g, err := w.open(ctx, provider, fmt.Sprintf("1-%d", lanesAll/len(acceptors)))
			if err != nil {
				return err
			}
			gateways = append(gateways, g)
			for lane := range lanesAll / len(acceptors) {
				desks = append(desks, newDesk(w, g, m, lane))
			}
		}
		return workers(len(desks), stop, func(k int) error { return desks[k].turn(ctx, batch) })
	}
}

// desk is one lane's worth of a provider.
type desk struct {
	w    *world
	g    *gateway.Gateway
	m    *meter
	list []*voucher // no other lane's
	next int
}

func newDesk(w *world, g *gateway.Gateway, m *meter, lane int) *desk {
	d := &desk{w: w, g: g, m: m}
	all := w.vouchers[g.Party()]
	for i := lane; i < len(all); i += lanesAll / len(acceptors) {
		d.list = append(d.list, all[i])
	}
	return d
}

// turn writes off a batch: one use each of the next entitlements.
func (d *desk) turn(ctx context.Context, batch int) error {
	commands := make([]command.Command, min(batch, len(d.list)))
	turn := make([]*voucher, len(commands))
	for i := range commands {
		v := d.list[d.next%len(d.list)]
		if d.next++; v.used == len(v.codes) {
			return errors.New("writing off: all uses are made; grant more")
		}
		turn[i] = v
		commands[i] = command.New("", benefit.WriteOffRequest{Entitlement: v.at, Code: v.codes[v.used]})
	}
	began := time.Now()
	ran, err := d.g.Run(ctx, "", commands)
	if err != nil {
		return fmt.Errorf("writing off: %w", err)
	}
	d.m.done(len(commands)-d.m.refuse(ran, commands), began)
	_, refusals := ran.Receipts(d.g.Party(), commands)
	for i, v := range turn {
		if refusals[i] == nil {
			v.used++
			d.w.books.used.Add(1)
		}
	}
	return nil
}
