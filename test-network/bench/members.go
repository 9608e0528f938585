package main

import (
	"context"
	"fmt"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/client/gateway"
)

// authorised is how much of each programme a visited acceptor may spend: more
// than any run does.
const authorised amount.Units = 1_000_000_000_000

// pseudonym is the name of member i.
func pseudonym(i int) string { return fmt.Sprintf("m%03d", i%members) }

// enrol has every acceptor enrol the members who are at home with it, in one batch.
func (w *world) enrol(ctx context.Context) error {
	return w.byHome(ctx, func(i int) command.Request { return member.EnrolRequest{Member: pseudonym(i)} },
		func(int, command.Receipt) {})
}

// authorise has every home authorise, for each of its members, the one acceptor
// that the member visits.
func (w *world) authorise(ctx context.Context) error {
	until := time.Now().Add(300 * 24 * time.Hour).Unix()
	w.consents = make([]number.Command, members)
	return w.byHome(ctx, func(i int) command.Request {
		req := member.AuthoriseRequest{Member: pseudonym(i), Acceptor: visits(i), Until: until}
		for _, p := range programmes {
			req.Caps = append(req.Caps, member.Limit{Programme: p, Amount: authorised})
		}
		return req
	}, func(i int, r command.Receipt) { w.consents[i] = r.Number })
}

// byHome has every member's home send one command for each, all of a home's in
// one batch.
func (w *world) byHome(ctx context.Context, ask func(i int) command.Request,
	told func(i int, r command.Receipt)) error {
	for at, party := range acceptors {
		var commands []command.Command
		for i := at; i < members; i += len(acceptors) {
			commands = append(commands, command.New("", ask(i)))
		}
		err := w.as(ctx, party, "1", func(g *gateway.Gateway) error {
			receipts, err := runAll(ctx, g, commands)
			for k, r := range receipts {
				told(at+k*len(acceptors), r)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", party, err)
		}
	}
	return nil
}

// runAll runs a batch none of whose commands may be refused.
func runAll(ctx context.Context, g *gateway.Gateway, commands []command.Command) ([]command.Receipt, error) {
	ran, err := g.Run(ctx, "", commands)
	if err != nil {
		return nil, err
	}
	receipts, refusals := ran.Receipts(g.Party(), commands)
	for i, err := range refusals {
		if err != nil {
			return nil, fmt.Errorf("command %d: %w", i, err)
		}
	}
	return receipts, nil
}
