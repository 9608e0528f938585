package gateway

import (
	"context"
	"encoding/json"
	"fmt"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Asked says by which name the ledger is to remember what a caller asked for, and
// what the caller meant.
type Asked struct {
	ID     string         // the caller's request id; "" if it has none
	Step   string         // of the commands that ID takes besides its own, which; "" for its own
	Intent command.Intent // zero: the command's content is all that was meant
}

// check refuses with BAD_REQUEST an id or a step that is none. An id has no ~.
func (a Asked) check() error {
	for _, part := range [][2]string{{"request", a.ID}, {"request step", a.Step}} {
		if part[1] == "" {
			continue
		}
		if err := name.CheckID(part[0], part[1]); err != nil {
			return err
		}
	}
	return nil
}

// name is what the ledger remembers it by, "" if it doesn't.
func (a Asked) name() string {
	if a.Step == "" {
		return a.ID
	}
	return a.ID + "~" + a.Step
}

// request is the name and the intent, as a command carries them.
func (a Asked) request() string {
	if a.name() == "" {
		return ""
	}
	return command.NameRequest(a.name(), a.Intent)
}

// Once carries out a command that depends on what else there is: lots that the index
// chooses, rules as they are now, an end that is counted from now. For one name and
// intent it takes effect once, and choose is called only until it did: asked again,
// whenever and from whichever machine, the first receipt is the answer. The name with
// another intent is a CONFLICT, and nothing is done. By a lane, if the gateway has
// one and the kind may come by one; else as a single command.
//
// An empty Asked is never asked again. Errors are those of choose, and of Do.
func (g *Gateway) Once(ctx context.Context, asked Asked,
	choose func() (command.Request, error)) (command.Receipt, error) {
	return g.once(ctx, asked, func() (command.Receipt, error) {
		req, err := choose()
		if err != nil {
			return command.Receipt{}, err
		}
		if g.out == nil || command.KindOf(req).Alone() {
			return g.single(ctx, asked, req, nil)
		}
		receipts, errs := g.doLinked(ctx, asked, req)
		if len(receipts) == 0 {
			return command.Receipt{}, errs[0]
		}
		return receipts[0], errs[0]
	})
}

// OncePrivate is Once for a single command with private data; see SinglePrivate.
func (g *Gateway) OncePrivate(ctx context.Context, asked Asked,
	choose func() (command.Request, map[string][]byte, error)) (command.Receipt, error) {
	return g.once(ctx, asked, func() (command.Receipt, error) {
		req, private, err := choose()
		if err == nil {
			err = checkPrivate(private)
		}
		if err != nil {
			return command.Receipt{}, err
		}
		return g.single(ctx, asked, req, private)
	})
}

// OnceLinked is Once for commands that stand or fall together, by a lane. The answer
// is the last one's receipt, or the refusal of the one that was refused.
func (g *Gateway) OnceLinked(ctx context.Context, asked Asked,
	choose func() ([]command.Request, error)) (command.Receipt, error) {
	return g.once(ctx, asked, func() (command.Receipt, error) {
		reqs, err := choose()
		if err != nil {
			return command.Receipt{}, err
		}
		receipts, errs := g.doLinked(ctx, asked, reqs...)
		if err := culprit(errs); err != nil {
			return command.Receipt{}, err
		}
		return receipts[len(receipts)-1], nil
	})
}

// culprit is the refusal of linked commands that isn't the others'.
func culprit(errs []error) (first error) {
	for _, err := range errs {
		if err != nil && (first == nil || fault.CodeOf(first) == fault.Linked) {
			first = err
		}
	}
	return first
}

// once looks for what was done before it does anything, and again where the doing is
// refused: somebody else may have asked for the same meanwhile, and be the reason.
func (g *Gateway) once(ctx context.Context, asked Asked, do func() (command.Receipt, error)) (command.Receipt, error) {
	first, found, err := g.First(ctx, asked)
	if found || err != nil {
		return first, err
	}
	receipt, refusal := do()
	if refusal == nil || asked.Intent.IsZero() || fault.CodeOf(refusal) == fault.UnknownOutcome {
		return receipt, asFault(refusal)
	}
	if first, found, err := g.First(ctx, asked); found && err == nil {
		return first, nil
	}
	return receipt, asFault(refusal)
}

// First finds what took effect before for a name and an intent: the outbox knows, or
// the ledger. CONFLICT if the name was for something else. What was asked for without
// an intent isn't looked for: its content will say.
func (g *Gateway) First(ctx context.Context, asked Asked) (command.Receipt, bool, error) {
	if err := asked.check(); err != nil {
		return command.Receipt{}, false, err
	}
	if asked.name() == "" || asked.Intent.IsZero() {
		return command.Receipt{}, false, nil
	}
	if g.out != nil {
		done, found, err := g.out.receipt(asked.name())
		if err != nil {
			return command.Receipt{}, false, asFault(err)
		}
		if found {
			return again(asked, done.Hash, done.Receipt)
		}
	}
	known, err := g.Query().Request(ctx, g.Party(), asked.name())
	switch fault.CodeOf(err) {
	case "":
		return again(asked, known.Hash, command.Receipt{Number: known.Number, Cycle: known.Cycle, Date: known.Date})
	case fault.NotFound:
		return command.Receipt{}, false, nil
	}
	return command.Receipt{}, false, asFault(err)
}

// again is the first receipt of a name, if it was for the same intent.
func again(asked Asked, hash []byte, first command.Receipt) (command.Receipt, bool, error) {
	if want := asked.Intent.Hash(); string(hash) != string(want[:]) {
		return command.Receipt{}, false, elsewhere(asked.name(), first)
	}
	first.Duplicate = true
	return first, true, nil
}

// elsewhere is the refusal of a name that stands for something else.
func elsewhere(name string, first command.Receipt) error {
	return fault.New(fault.Conflict, "request %s was asked for something else, which was command %s",
		name, first.Number)
}

// link makes commands of requests, each linked with the next. The last has the name
// that was asked for, and those before it the steps 1, 2 …. A group's intent is that
// of the caller, or else its whole content: part of it is something else.
func link(asked Asked, reqs []command.Request) ([]command.Command, error) {
	if err := asked.check(); err != nil {
		return nil, err
	}
	if n := len(reqs); n < 1 || n > command.MaxCommands {
		return nil, fault.New(fault.BadRequest, "%d commands, want 1 to %d", n, command.MaxCommands)
	}
	commands := make([]command.Command, len(reqs))
	for i, req := range reqs {
		if err := req.Check(); err != nil {
			return nil, err
		}
		commands[i] = command.New("", req)
		commands[i].Linked = i < len(reqs)-1
	}
	if asked.name() == "" {
		return commands, nil
	}
	if len(reqs) > 1 && asked.Intent.IsZero() {
		asked.Intent = command.IntentOf(codec.Encode(commands))
	}
	for i := range commands[:len(reqs)-1] {
		commands[i].Request = asked.before(i)
	}
	commands[len(reqs)-1].Request = asked.request()
	return commands, nil
}

// before names a command of a group that isn't its last one.
func (a Asked) before(i int) string {
	step := fmt.Sprint(i + 1)
	if a.Step != "" {
		step = a.Step + "-" + step
	}
	return Asked{ID: a.ID, Step: step}.name()
}

// bodyOf is a request as a single command takes it.
func bodyOf(req command.Request) ([]byte, error) {
	body, err := json.Marshal(req)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "request: %v", err)
	}
	return body, nil
}
