package node

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"unicode/utf8"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
)

// Row is what is true of an operation, whoever asks for it: from it come the command line's help, a route, and the
// reference.
type Row struct {
	Name       string     // its noun and verb: points.hold
	Method     string     // GET for what only asks, POST for what sends
	Path       string     // of its route, such as /v1/holds/{hold}/captures
	Permission Permission // that who asks must have
	En, Zh     string     // what it does, and for whom, in one line each
	Example    string     // a request that is well-formed, as JSON
	Asks       bool       // it only asks: it writes nothing, so it may be done again, and needs no request id
}

// Describe makes a row: its name, its route's method and path, who may, what it does in English and Chinese, and an
// example.
func Describe(name, method, path string, permission Permission, en, zh, example string) Row {
	return Row{name, method, path, permission, en, zh, example, permission.Asks()}
}

// Asking is the row of an operation that only asks although its answer isn't for all who may.
func (r Row) Asking() Row {
	r.Asks = true
	return r
}

// Permission is what a role of a node's users may do.
type Permission string

// The permissions (权限). A role has some of them; every operation needs one.
//
// An answer with a secret (a private price, what opens a commitment, a one-time code, a profile's fields, a customer)
// isn't for all who may ask: its operation needs another permission than See or Read, and is a POST, since the address
// and the answer of a GET are kept by logs and caches. A test holds the answers' types to it.
const (
	See       Permission = "see"       // ask what a till shows: a member's points and entitlements, goods, quotes
	Read      Permission = "read"      // ask all else that the party may know, but for secrets
	Counter   Permission = "counter"   // take and give back a member's points and entitlements at a till
	Loyalty   Permission = "loyalty"   // programmes, points, members, benefits, campaigns
	Catalogue Permission = "catalogue" // suppliers, goods, stock, orders
	Finance   Permission = "finance"   // statements, payments, books
	Govern    Permission = "govern"    // the alliance's parties, dates and rules
	Approve   Permission = "approve"   // let what somebody else asked for happen, or not
	Audit     Permission = "audit"     // ask who asked for what
	Keys      Permission = "keys"      // the node's API keys
	Webhooks  Permission = "webhooks"  // whom the node tells of events
)

// Asks says whether who has the permission may only ask.
func (p Permission) Asks() bool { return p == See || p == Read || p == Audit }

// Operation is one thing that a node does; see [Operations]. Its methods are those of an [Op] whose types aren't known.
type Operation interface {
	// About returns what is true of it.
	About() Row
	// Variable returns how its variable is called: points.hold is PointsHold.
	Variable() string
	// Single says whether it sends one command whose content is all that its caller names.
	Single() bool
	// Queue begins to perform a Single one with a request in JSON, and outcome, which must be called once, waits for
	// what becomes of it, as Run answers. Those that one caller queues one after the other take effect in that order
	// where they touch the same. BAD_REQUEST for an operation that isn't Single, or comes alone.
	Queue(ctx context.Context, n *Node, c *Call, request json.RawMessage) (outcome func(context.Context) (any, error),
		err error)
	// Tries says whether a call of it can be Dry.
	Tries() bool
	// Pages says whether it lists what a call can have a part of.
	Pages() bool
	// BySource says whether the ledger knows what it does by the source that its request names, so that a call has no
	// request id.
	BySource() bool
	// Carries says whether a file comes with its request.
	Carries() bool
	// Types returns the types of its request and of its answer.
	Types() (request, answer reflect.Type)
	// CheckJSON refuses a request in JSON that is malformed.
	CheckJSON(request json.RawMessage) error
	// MeaningOf returns what a request in JSON names, if it is one.
	MeaningOf(request json.RawMessage) (Meaning, error)
	// Run performs it with a request in JSON. BAD_REQUEST for a field that the request hasn't.
	Run(ctx context.Context, n *Node, c *Call, request json.RawMessage) (answer any, err error)
}

// Op is an operation with a request of type Req and an answer of type Ans.
type Op[Req, Ans any] struct {
	Row
	// queue is do in two steps, of one command whose content is all that its caller names; nil of others
	queue func(ctx context.Context, n *Node, c *Call, req Req) func(context.Context) (Ans, error)
	tries bool // a call of it can be dry: it sends one command and keeps nothing besides
	pages bool // a call of it can have a part of its list
	alone bool // an [Offline] node can perform it, or says UNAVAILABLE
	do    func(ctx context.Context, n *Node, c *Call, req Req) (Ans, error)
}

// Sends makes the operation of one command whose content is all that its caller names.
func Sends[Req command.Request](row Row) Op[Req, Receipt] {
	return Op[Req, Receipt]{Row: row, tries: true,
		do: func(ctx context.Context, n *Node, c *Call, req Req) (Receipt, error) { return n.Send(ctx, c, req) },
		queue: func(ctx context.Context, n *Node, c *Call, req Req) func(context.Context) (Receipt, error) {
			return n.queue(ctx, c, req)
		}}
}

// Does makes an operation of a use case.
func Does[Req, Ans any](row Row, do func(ctx context.Context, n *Node, c *Call, req Req) (Ans, error)) Op[Req, Ans] {
	return Op[Req, Ans]{Row: row, do: do}
}

// Alone makes an operation of a use case that an [Offline] node can perform; if it turns out to need the network, that
// says UNAVAILABLE.
func Alone[Req, Ans any](row Row, do func(ctx context.Context, n *Node, c *Call, req Req) (Ans, error)) Op[Req, Ans] {
	return Op[Req, Ans]{Row: row, alone: true, do: do}
}

// Tries makes an operation of one command that the node chooses: it sends it by [Node.Once] or [Node.Send], and keeps
// nothing besides, so a call of it can be dry.
func Tries[Req, Ans any](row Row, do func(ctx context.Context, n *Node, c *Call, req Req) (Ans, error)) Op[Req, Ans] {
	return Op[Req, Ans]{Row: row, tries: true, do: do}
}

// Hider is a request with something that isn't for the ledger, not even as a hash that could be guessed.
type Hider interface{ Hides() bool }

// sourced is a request of an import, which is known by its source, whenever it is asked for again.
type sourced interface{ bySource() }

// Checker is a request that can be malformed.
type Checker interface{ Check() error }

// Check refuses a request that is malformed, whatever the ledger holds.
func (o Op[Req, Ans]) Check(req Req) error {
	if err := checkTexts(req); err != nil {
		return err
	}
	if c, ok := any(req).(Checker); ok {
		return c.Check()
	}
	return nil
}

// CheckCall is Check, and refuses a call's request id that is none, or where none can be.
func (o Op[Req, Ans]) CheckCall(c *Call, req Req) error {
	if err := c.Check(); err != nil {
		return err
	}
	if o.BySource() && c.ID != "" {
		return fault.New(fault.BadRequest,
			"request: an import is known by its source, whenever it is run or taken back again: leave the request id out")
	}
	return o.Check(req)
}

// Do performs it. All that the request says is what the call's request id stands for.
func (o Op[Req, Ans]) Do(ctx context.Context, n *Node, c *Call, req Req) (answer Ans, err error) {
	if err := o.CheckCall(c, req); err != nil {
		return answer, err
	}
	if c.Window != nil && !o.pages {
		return answer, errWindow
	}
	if c.Dry && !o.tries {
		return answer, fault.New(fault.BadRequest, "%s can't be tried: it sends several commands, or keeps something "+
			"besides", o.Name)
	}
	if carrier, is := any(&req).(Carrier); is {
		if err := n.take(c, carrier); err != nil {
			return answer, err
		}
		defer func() { err = errors.Join(err, c.file.Close()) }()
	}
	c.Meaning = o.Meaning(req)
	if err := n.Reach(ctx, c.Least); err != nil {
		return answer, err
	}
	return o.do(ctx, n, c, req)
}

// BySource says whether the ledger knows what it does by the source that its request names.
func (o Op[Req, Ans]) BySource() bool {
	var req Req
	_, is := any(req).(sourced)
	return is
}

// Carries says whether a file comes with its request.
func (o Op[Req, Ans]) Carries() bool {
	_, is := any(new(Req)).(Carrier)
	return is
}

// Single says whether it sends one command whose content is all that its caller names.
func (o Op[Req, Ans]) Single() bool { return o.queue != nil }

// Pages says whether it lists what a call can have a part of.
func (o Op[Req, Ans]) Pages() bool { return o.pages }

// Tries says whether a call of it can be dry.
func (o Op[Req, Ans]) Tries() bool { return o.tries }

// Alone says whether an [Offline] node can perform it, or says UNAVAILABLE.
func (o Op[Req, Ans]) Alone() bool { return o.alone }

// Meaning returns what a request names.
func (o Op[Req, Ans]) Meaning(req Req) Meaning {
	m := Meaning{Verb: o.Name, Args: []string{}}
	m.Name("request", string(codec.Encode(req)))
	if h, ok := any(req).(Hider); ok && h.Hides() {
		m.Hide()
	}
	return m
}

// MeaningOf returns what a request in JSON names, if it is one.
func (o Op[Req, Ans]) MeaningOf(request json.RawMessage) (Meaning, error) {
	req, err := o.decode(request)
	if err != nil {
		return Meaning{}, err
	}
	return o.Meaning(req), nil
}

// Variable returns how the operation's variable is called: points.hold is PointsHold.
func (r Row) Variable() string {
	variable := ""
	for _, word := range strings.FieldsFunc(r.Name, func(c rune) bool { return c == '.' || c == '-' }) {
		variable += strings.ToUpper(word[:1]) + word[1:]
	}
	return variable
}

// About returns what is true of it.
func (o Op[Req, Ans]) About() Row { return o.Row }

// Types returns the types of its request and of its answer.
func (o Op[Req, Ans]) Types() (request, answer reflect.Type) {
	return reflect.TypeFor[Req](), reflect.TypeFor[Ans]()
}

// CheckJSON refuses a request in JSON that is malformed.
func (o Op[Req, Ans]) CheckJSON(request json.RawMessage) error {
	req, err := o.decode(request)
	if err != nil {
		return err
	}
	return o.Check(req)
}

// Run performs it with a request in JSON.
func (o Op[Req, Ans]) Run(ctx context.Context, n *Node, c *Call, request json.RawMessage) (any, error) {
	req, err := o.decode(request)
	if err != nil {
		return nil, err
	}
	return o.Do(ctx, n, c, req)
}

// Queue begins to perform it with a request in JSON; see [Operation.Queue].
func (o Op[Req, Ans]) Queue(ctx context.Context, n *Node, c *Call,
	request json.RawMessage) (func(context.Context) (any, error), error) {
	if o.queue == nil {
		return nil, fault.New(fault.BadRequest, "%s isn't one command: ask for it by its own route", o.Name)
	}
	req, err := o.decode(request)
	if err == nil {
		err = o.CheckCall(c, req)
	}
	if err != nil {
		return nil, err
	}
	outcome := o.queue(ctx, n, c, req)
	return func(ctx context.Context) (any, error) { return outcome(ctx) }, nil
}

func (o Op[Req, Ans]) decode(request json.RawMessage) (req Req, err error) {
	if !utf8.Valid(request) {
		return req, fault.New(fault.BadRequest, "JSON: want text in UTF-8")
	}
	err = codec.DecodeJSON(request, &req)
	return req, err
}

// NoRequest is the request of an operation that needs none.
type NoRequest struct{}
