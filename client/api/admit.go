package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/node/operations"
)

// Waiting is what a request is answered with that a second person has to let happen: 202, and the same until then.
type Waiting struct {
	Approval string    `json:"approval"` // its id
	State    string    `json:"state"`    // WAITING
	Until    time.Time `json:"until"`    // it has to be approved by then
	Request  string    `json:"request"`  // the Idempotency-Key under which it is sent then; ask again under it
}

// do performs an operation for who asks. What writes is let in first: held to the caller's outlet and limits, kept
// if a second person has to let it happen, and noted in the log before it is sent; what became of it is noted before
// it is answered. waits is what it waits for, nil if for nothing.
func (s *Server) do(ctx context.Context, who access.Caller, rt route, a *asked) (answer any, waits *Waiting,
	_ refused) {
	a.call.Who = askerOf(who)
	if a.call.Dry {
		if err := s.atOutlet(who, rt, a); err != nil {
			return nil, nil, refused{err: err, effect: None}
		}
	}
	if rt.row.Asks || a.call.Dry {
		answer, problem := s.run(ctx, rt, a)
		return answer, nil, problem
	}
	ask, waits, problem := s.admitted(ctx, who, rt, a)
	if problem.err != nil || waits != nil {
		return nil, waits, problem
	}
	answer, problem = s.run(ctx, rt, a)
	// who has hung up meanwhile, or waited for too long, did ask: the log has what became of it
	noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteFor)
	defer cancel()
	if err := s.guard.End(noting, ask, outcomeOf(problem)); err != nil {
		s.log.Error("what became of a request isn't in the log", "operation", rt.row.Name, "err", err)
		return nil, nil, refused{err: err, effect: Unknown}
	}
	return answer, nil, problem
}

// noteFor is how long the log may take.
const noteFor = 10 * time.Second

// admitted lets a request in that writes; who isn't let in is counted.
func (s *Server) admitted(ctx context.Context, who access.Caller, rt route, a *asked) (access.Ask, *Waiting, refused) {
	ask, waits, err := s.look(ctx, who, rt, a)
	if err == nil && waits == nil {
		err = s.guard.Begin(ctx, ask)
	}
	return ask, waits, s.turnedAway(who, rt, err)
}

// turnedAway is why a request isn't let in, if it isn't; it is counted for the log.
func (s *Server) turnedAway(who access.Caller, rt route, err error) refused {
	if err == nil {
		return refused{}
	}
	if code := fault.CodeOf(err); code == fault.Forbidden || code == fault.Limit || code == fault.Overloaded {
		s.guard.Refused(who, rt.row.Name, code)
	}
	return refused{err: err, effect: None}
}

// outcomeOf is what the log says of an answer.
func outcomeOf(problem refused) access.Outcome {
	if problem.err == nil {
		return access.Outcome{}
	}
	return access.Outcome{Code: refusalOf(problem.err).Code, Effect: string(problem.effect)}
}

// look says whether a request that writes may be let in, but for what [access.Guard.Begin] refuses. Refused, first
// that applies: BAD_REQUEST what is malformed; FORBIDDEN another outlet's, what has no limit to hold it to, and what
// a second person has rejected; EXPIRED what nobody has approved in time; LIMIT and OVERLOADED more than its caller
// may move, or ask.
func (s *Server) look(ctx context.Context, who access.Caller, rt route, a *asked) (access.Ask, *Waiting, error) {
	ask := access.Ask{Who: who, Operation: rt.row.Name, Request: a.call.ID, Decides: decidesOn(rt, a.request)}
	if err := s.wellFormed(who, rt, a); err != nil {
		return ask, nil, err
	}
	_, declared := s.moves[rt.row.Name]
	if who.Amounts() && !declared {
		return ask, nil, fault.New(fault.Forbidden, "who asks has limits, and nothing says what %s moves", rt.row.Name)
	}
	if err := s.passesRules(who, rt); err != nil {
		return ask, nil, err
	}
	meaning, err := rt.op.MeaningOf(a.request)
	if err != nil {
		return ask, nil, err
	}
	if ask.Body, err = s.guard.Body(meaning); err != nil {
		return ask, nil, err
	}
	waits, err := s.approved(ctx, rt, a, &ask)
	return ask, waits, err
}

// wellFormed refuses what is malformed, and another outlet's.
func (s *Server) wellFormed(who access.Caller, rt route, a *asked) error {
	if err := a.call.Check(); err != nil {
		return err
	}
	if err := s.atOutlet(who, rt, a); err != nil {
		return err
	}
	return rt.op.CheckJSON(a.request)
}

// passesRules refuses an import with FORBIDDEN to all but the owner where a second person has to approve what its
// permission lets be done by hand: a file's lines would pass the rule one by one.
func (s *Server) passesRules(who access.Caller, rt route) error {
	if !rt.op.BySource() || who.IsOwner() {
		return nil
	}
	for name, other := range s.routes {
		if _, ruled := s.guard.Rule(name); ruled && other.row.Permission == rt.row.Permission {
			return fault.New(fault.Forbidden, "%s may have to be approved, which a file's lines can't be: have who runs "+
				"the node import it", name)
		}
	}
	return nil
}

// atOutlet holds a request to its caller's outlet, if it has one. FORBIDDEN another outlet's.
func (s *Server) atOutlet(who access.Caller, rt route, a *asked) error {
	move, declared := s.moves[rt.row.Name]
	if who.Outlet == "" || !declared {
		return nil
	}
	at, err := move.At(a.request, s.node.Party(), who.Outlet)
	if err == nil {
		a.request = at
	}
	return err
}

// decidesOn is the approval that a request decides on.
func decidesOn(rt route, request json.RawMessage) string {
	if rt.row.Permission != node.Approve {
		return ""
	}
	var names struct {
		Approval string `json:"approval"`
	}
	_ = json.Unmarshal(request, &names) // what is malformed is refused by whoever reads it
	return names.Approval
}

// approved weighs a request, if its caller's limits or a rule ask for it, and says what it waits for if a second
// person has to let it happen and hasn't yet.
func (s *Server) approved(ctx context.Context, rt route, a *asked, ask *access.Ask) (*Waiting, error) {
	rule, ruled := s.guard.Rule(rt.row.Name)
	ruled = ruled && !ask.Who.IsOwner()
	weigh := ask.Who.Amounts()
	if weigh {
		known, err := s.guard.Known(ctx, *ask)
		if err != nil {
			return nil, err
		}
		weigh = !known
	}
	var approval access.Approval
	found := false
	if ruled {
		var err error
		if approval, found, err = s.guard.Approvals.Of(ctx, *ask); err != nil {
			return nil, err
		}
	}
	if weigh || ruled && !found && rule.From > 0 {
		if err := s.weigh(ctx, a, ask); err != nil {
			return nil, err
		}
	}
	if ruled && !found && ask.Fen >= rule.From {
		var err error
		if approval, err = s.guard.Wait(ctx, *ask, rule, a.request); err != nil {
			return nil, err
		}
		found = true
	}
	if !found {
		return nil, nil
	}
	ask.Approval, ask.Fen = approval.ID, max(ask.Fen, approval.Fen)
	switch approval.State {
	case access.Waiting:
		return &Waiting{approval.ID, approval.State, approval.Until, approval.Request}, nil
	case access.Rejected:
		return nil, fault.New(fault.Forbidden, "%s has rejected it (approval %s): %s", approval.By, approval.ID,
			approval.Reason)
	case access.Expired:
		return nil, fault.New(fault.Expired, "nobody approved it by %s (approval %s); ask under another %s",
			approval.Until.Format(time.RFC3339), approval.ID, KeyHeader)
	}
	return nil, nil
}

// weigh finds out what a request moves.
func (s *Server) weigh(ctx context.Context, a *asked, ask *access.Ask) error {
	fen, counted, err := s.moves[ask.Operation].Worth(ctx, s.node, a.request)
	ask.Fen, ask.Counted, ask.Weighed = int64(fen), counted, true
	return err
}

// Configure has another configuration of who may what count from now on; see [access.Guard.Configure].
func (s *Server) Configure(cfg config.Serve) error {
	if err := CheckConfig(cfg); err != nil {
		return err
	}
	return s.guard.Configure(cfg)
}

// CheckConfig refuses a configuration of who may what that can't be used: BAD_REQUEST for a role or an operation that
// there isn't, or a rule that can't be held to.
func CheckConfig(cfg config.Serve) error {
	moves := operations.Moves()
	rows := map[string]node.Operation{}
	for _, op := range operations.All() {
		rows[op.About().Name] = op
	}
	for i, rule := range cfg.Approvals {
		op := rows[rule.Operation]
		_, moving := moves[rule.Operation]
		var why string
		switch {
		case op == nil || op.About().Asks:
			why = "there is no such operation, or it writes nothing"
		case op.About().Permission == node.Approve:
			why = "nobody would be left to approve it"
		case op.Carries() || op.BySource():
			why = "a file comes with its requests, or they have no id: they can't wait"
		case rule.From > 0 && !moving:
			why = "nothing says what it moves: leave its amount out, and each of its requests has to be approved"
		default:
			continue
		}
		return fault.New(fault.BadRequest, "serve.approvals[%d]: %.60q: %s", i, rule.Operation, why)
	}
	return access.CheckConfig(cfg)
}

// writeWaiting answers that a request waits for a second person.
func writeWaiting(w http.ResponseWriter, waits *Waiting) error {
	body, err := json.Marshal(waits)
	if err == nil {
		write(w, http.StatusAccepted, "application/json", append(body, '\n'))
	}
	return err
}
