package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"tallystick/chaincode/command"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

// A run sends many commands, and one request id stands for all of them. The first that
// takes effect has the id itself, with what the caller meant; each other is a step of
// it. A run that was stopped anywhere and is run again goes on: what is done is found
// done, by the ledger's own rules and by its step.
//
// Without the caller's request id a step that can come once is a name of the node's
// own, and another has none: a lot that ended may have to end again.

// begin begins a run, or goes on with it, once all that it does was read. CONFLICT if the request id is for something
// else.
func (a *app) begin(ctx context.Context, g *gateway.Gateway, read *index.Reading) error {
	err := read.Close()
	if err == nil && a.request != "" {
		_, a.begun, err = a.first(ctx, g)
	}
	return err
}

// again sends one command of a run, whose content is its step.
func (a *app) again(ctx context.Context, g *gateway.Gateway, req command.Request) error {
	step := ""
	if a.request != "" {
		content := command.New("", req).Hash()
		step = hex.EncodeToString(content[:16])
	}
	_, err := a.sendStep(ctx, g, step, req)
	return err
}

// sendStep sends one command of a run, once for the step.
func (a *app) sendStep(ctx context.Context, g *gateway.Gateway, step string, req command.Request) (receipt, error) {
	choose := func() (command.Request, error) { return req, nil }
	if a.request != "" && !a.begun {
		asked, err := a.asked()
		if err != nil {
			return receipt{}, err
		}
		answer, err := g.Once(ctx, asked, choose)
		if err != nil || !answer.Again {
			a.begun = err == nil
			return receipt{answer, a.request, g.Height()}, inDoubt(err, a.request)
		}
		a.begun = true // an earlier run's first command came in only now: it was another
	}
	answer, err := g.Once(ctx, gateway.Asked{ID: a.request, Step: step}, choose)
	return receipt{answer, a.request, g.Height()}, inDoubt(err, a.request)
}

// stepOf names a step by what it is about: the same for the same. What is too long for
// a name ends in a hash of all of it.
func stepOf(parts ...string) string {
	step := strings.Join(parts, "-")
	if len(step) <= maxStep {
		return step
	}
	sum := sha256.Sum256([]byte(step))
	tail := "-" + hex.EncodeToString(sum[:16])
	return step[:maxStep-len(tail)] + tail
}

// maxStep is how long a step's name may be.
const maxStep = 64
