package main

import (
	"context"
	"errors"
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/client/config"
	"tallystick/client/gateway"
	"tallystick/test-network/direct"
)

// attacker is the party that means harm. It has a peer, so its own endorser never
// holds it back.
const attacker = "F"

// harm keeps the attacker busy until stop is closed. That it is held back is no error.
type harm func(ctx context.Context, w *world, stop <-chan struct{}) error

// beside runs honest callers, and an attacker for as long as they do. The meter
// counts the honest ones alone.
func beside(honest load, attack harm) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		over, ended := make(chan struct{}), make(chan error, 1)
		go func() { ended <- attack(ctx, w, over) }()
		err := honest(ctx, w, m, stop)
		close(over)
		return errors.Join(err, <-ended)
	}
}

// lanesOfHarm is how many lanes the attacker sends in.
const lanesOfHarm = 3

// openHarm opens lanes of the attacker's that no other arm uses.
func (w *world) openHarm(ctx context.Context) (*gateway.Gateway, error) {
	return w.openAs(ctx, attacker, fmt.Sprintf("20-%d", 20+lanesOfHarm-1), attacker+"-harm")
}

// largestBatches sends batches that write as much as a transaction may, in all of the
// attacker's lanes.
func largestBatches(ctx context.Context, w *world, stop <-chan struct{}) error {
	const each = (command.MaxRows - 100) / batchSize
	grants := make([]points.Grant, each)
	for i := range grants {
		grants[i] = points.Grant{Member: pseudonym(0), Amount: 1, Expires: today() + 365}
	}
	commands := make([]command.Command, batchSize)
	for i := range commands {
		commands[i] = command.New("", points.IssueRequest{Programme: "FP", Grants: grants})
	}
	return w.harm(ctx, stop, func(int) []command.Command { return commands },
		func(took int) { w.books.points["FP"].issued.Add(int64(took * each)) })
}

// harm sends the same batch again and again, each lane its own.
func (w *world) harm(ctx context.Context, stop <-chan struct{}, of func(lane int) []command.Command,
	told func(took int)) error {
	g, err := w.openHarm(ctx)
	if err != nil {
		return err
	}
	defer g.Close()
	return workers(lanesOfHarm, stop, func(k int) error {
		commands := of(k)
		ran, err := g.Run(ctx, "", commands)
		switch fault.CodeOf(err) {
		case "":
			told(len(commands) - (&meter{}).refuse(ran, commands))
		case fault.Overloaded, fault.Unavailable:
		default:
			return fmt.Errorf("attacking: %w", err)
		}
		return nil
	})
}

// junkStreams is how many streams an attacker has open to each orderer.
const junkStreams = 2

// junk sends every orderer envelopes of a size that nobody endorsed, as fast as it
// takes them: a member's signature is all that an orderer asks for.
func junk(size int) harm {
	return func(ctx context.Context, w *world, stop <-chan struct{}) error {
		cfg, err := config.Load(w.net.profile("M"), nil)
		if err != nil {
			return err
		}
		maker, err := direct.NewJunk(cfg)
		if err != nil {
			return err
		}
		return workers(orderers*junkStreams, stop, func(k int) error {
			to, err := direct.OpenBroadcast(ctx, w.net.orderer(k%orderers))
			if err != nil {
				return err
			}
			defer to.Close()
			for {
				select {
				case <-stop:
					return nil
				default:
				}
				envelope, err := maker.Envelope(size)
				if err != nil {
					return err
				}
				if _, _, err := to.Send(envelope); err != nil {
					return nil // the orderer ended the stream: open another
				}
			}
		})
	}
}

// freezes freezes the attacker's own members and lets them go. Each lane has its own.
func freezes(ctx context.Context, w *world, stop <-chan struct{}) error {
	const each = 40
	var enrol []command.Command
	var commands [lanesOfHarm][]command.Command
	for i := range lanesOfHarm * each {
		id := fmt.Sprintf("storm%03d", i)
		enrol = append(enrol, command.New("", member.EnrolRequest{Member: id}))
		commands[i/each] = append(commands[i/each],
			command.New("", member.FreezeRequest{Member: id, Reason: "storm"}),
			command.New("", member.UnfreezeRequest{Member: id, Reason: "storm"}))
	}
	if err := w.once(ctx, "members", enrol); err != nil {
		return err
	}
	return w.harm(ctx, stop, func(lane int) []command.Command { return commands[lane] }, func(int) {})
}

// models proposes a settlement model and leaves it.
func models(ctx context.Context, w *world, stop <-chan struct{}) error {
	propose := command.New("", settlement.ProposeRequest{
		Model: "storm", Scope: settlement.Scope{Issuer: attacker, Acceptor: "S1"}, From: today() + 300,
		Terms: settlement.Terms{Price: amount.Rate{Num: 1, Den: 1}, Tax: amount.Rate{Num: 6, Den: 100}, Delay: 10},
	})
	leave := command.New("", settlement.LeaveRequest{By: attacker, Model: "storm"})
	return w.harm(ctx, stop, func(int) []command.Command { return []command.Command{propose, leave} }, func(int) {})
}

// once sends commands of the attacker's that prepare, once a run.
func (w *world) once(ctx context.Context, what string, commands []command.Command) error {
	if w.prepared[what] {
		return nil
	}
	g, err := w.openHarm(ctx)
	if err != nil {
		return err
	}
	defer g.Close()
	_, err = runAll(ctx, g, commands)
	w.prepared[what] = err == nil
	return err
}
