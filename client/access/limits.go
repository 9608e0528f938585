package access

import (
	"context"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/figure"
)

// Ask is a request that writes.
type Ask struct {
	Who       Caller
	Operation string
	Request   string // its id, "" for one that is known by its source
	Body      string // keyed hash of what it asks for
	Approval  string // by which it is sent
	Decides   string // approval that it decides on
	Fen       int64  // that it moves, where Weighs says that somebody has to know
	Counted   bool   // what it moves was counted before: the limit of one request is for it, and no other
	Weighed   bool   // Fen and Counted are known; else it was let in before, as [Guard.Known] says
}

// entry is what the log says of it.
func (a Ask) entry(what What) Entry {
	return Entry{What: what, Who: a.Who.ID, Person: a.Who.Person, Role: a.Who.Role.Name, Outlet: a.Who.Outlet,
		Operation: a.Operation, Request: a.Request, Body: a.Body, Fen: a.Fen, Approval: a.Approval + a.Decides}
}

// Outcome is what became of a request.
type Outcome struct {
	Code   fault.Code // of the refusal, "" if it took effect
	Effect string     // of a refused one: none, unknown, done
}

// Begin notes that a request is sent now, and counts it, before it is sent: once, however often it is asked for.
// LIMIT or OVERLOADED if its caller may not move as much, or ask as often.
func (g *Guard) Begin(ctx context.Context, a Ask) error {
	refusals, err := g.BeginAll(ctx, []Ask{a})
	if err != nil {
		return err
	}
	return refusals[0]
}

// BeginAll is Begin for several requests, in their order; it returns what each is refused for, nil for those that
// aren't.
func (g *Guard) BeginAll(ctx context.Context, list []Ask) (refusals []error, err error) {
	refusals = make([]error, len(list))
	err = g.desk.write(ctx, func(ctx context.Context, p *page) (_, err error) {
		for i, a := range list {
			if refusals[i], err = g.count(ctx, p, a); err != nil {
				return nil, err
			}
			if refusals[i] != nil {
				continue
			}
			if err := p.add(ctx, a.entry(Asked)); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	return refusals, err
}

// End notes what became of a request, before it is answered, and gives back what it was counted for if nothing did.
func (g *Guard) End(ctx context.Context, a Ask, o Outcome) error {
	return g.desk.write(ctx, func(ctx context.Context, p *page) (error, error) {
		if err := settle(ctx, p, a, o); err != nil {
			return nil, err
		}
		if err := became(ctx, p.Writer, a.Approval, o); err != nil {
			return nil, err
		}
		e := a.entry(Answered)
		e.Code, e.Effect = o.Code, o.Effect
		return nil, p.add(ctx, e)
	})
}

// Counts says whether a caller's requests are counted.
func (l Limits) Counts() bool { return l != Limits{} }

// Known says whether a request was counted before, and not given back: what it moves was found out then.
func (g *Guard) Known(ctx context.Context, a Ask) (known bool, err error) {
	var counts, done int64
	found, err := g.own.One(ctx, movedRow, []any{a.Who.ID, a.Request, a.Body}, &counts, &done)
	return found && counts+done > 0, err
}

const movedRow = "SELECT counts, done FROM moved WHERE caller = ? AND request = ? AND body = ?"

// count counts a request.
func (g *Guard) count(ctx context.Context, p *page, a Ask) (refusal, err error) {
	limits := a.Who.Limits
	if !limits.Counts() {
		return nil, nil
	}
	now := g.clock()
	if refusal, err := often(ctx, p, a.Who, now); refusal != nil || err != nil {
		return refusal, err
	}
	var counts, done int64
	there, err := p.One(ctx, movedRow, []any{a.Who.ID, a.Request, a.Body}, &counts, &done)
	if err != nil || counts+done > 0 {
		return nil, err
	}
	if limits.Amounts() && !a.Weighed { // it was known, and has been given back since
		return fault.New(fault.Overloaded, "the request is asked for twice at once; try again later"), nil
	}
	if limits.PerRequest > 0 && a.Fen > limits.PerRequest {
		return fault.New(fault.Limit, "the request moves %s; who asks may move %s by one", yuan(a.Fen),
			yuan(limits.PerRequest)), nil
	}
	fen, day := a.Fen, now.In(g.place()).Format(time.DateOnly)
	if a.Counted {
		fen = 0
	}
	if refusal, err := ofDay(ctx, p, a.Who, day, fen); refusal != nil || err != nil {
		return refusal, err
	}
	if there {
		_, err = p.Exec(ctx, "UPDATE moved SET at = ?, day = ?, fen = ?, counts = 1 WHERE caller = ? AND request = ? AND body = ?",
			now.UnixMilli(), day, fen, a.Who.ID, a.Request, a.Body)
		return nil, err
	}
	_, err = p.Exec(ctx, `INSERT INTO moved (caller, request, body, at, day, fen, counts, done)
		VALUES (?, ?, ?, ?, ?, ?, 1, 0)`, a.Who.ID, a.Request, a.Body, now.UnixMilli(), day, fen)
	return nil, err
}

// often counts what a caller begins, repeated or not, and refuses it if that is too often. A request that is refused
// later keeps its place in its minute, so that nobody tries codes as fast as he can.
func often(ctx context.Context, p *page, who Caller, now time.Time) (refusal, err error) {
	if who.PerMinute == 0 {
		return nil, nil
	}
	second, minute := now.Unix(), int64(time.Minute/time.Second)
	if _, err := p.Exec(ctx, "DELETE FROM begun WHERE caller = ? AND second <= ?", who.ID, second-minute); err != nil {
		return nil, err
	}
	var lately int64
	if _, err := p.One(ctx, "SELECT COALESCE(SUM(n), 0) FROM begun WHERE caller = ?", []any{who.ID},
		&lately); err != nil {
		return nil, err
	}
	if lately >= who.PerMinute {
		return fault.New(fault.Overloaded, "who asks may begin %d requests within a minute; try again later",
			who.PerMinute), nil
	}
	_, err = p.Exec(ctx, `INSERT INTO begun (caller, second, n) VALUES (?, ?, 1)
		ON CONFLICT (caller, second) DO UPDATE SET n = begun.n + 1`, who.ID, second)
	return nil, err
}

// ofDay adds to a day's sum. LIMIT if it would be too much.
func ofDay(ctx context.Context, p *page, who Caller, day string, fen int64) (refusal, err error) {
	var sum int64
	if _, err := p.One(ctx, "SELECT fen FROM moved_days WHERE caller = ? AND day = ?", []any{who.ID, day},
		&sum); err != nil {
		return nil, err
	}
	if who.PerDay > 0 && fen > 0 && fen > who.PerDay-sum {
		return fault.New(fault.Limit, "the request moves %s; of the %s that who asks may move on %s, %s are left", yuan(fen),
			yuan(who.PerDay), day, yuan(max(0, who.PerDay-sum))), nil
	}
	return nil, addToDay(ctx, p, who.ID, day, fen)
}

func addToDay(ctx context.Context, p *page, caller, day string, fen int64) error {
	_, err := p.Exec(ctx, `INSERT INTO moved_days (caller, day, fen) VALUES (?1, ?2, ?3)
		ON CONFLICT (caller, day) DO UPDATE SET fen = moved_days.fen + excluded.fen`, caller, day, fen)
	return err
}

// settle gives back what a request was counted for that did nothing, and keeps the count of one that took effect,
// also if it was given back meanwhile: it may have been asked for twice at once.
func settle(ctx context.Context, p *page, a Ask, o Outcome) error {
	if !a.Who.Counts() {
		return nil
	}
	var day string
	var fen, counts, done int64
	found, err := p.One(ctx, "SELECT day, fen, counts, done FROM moved WHERE caller = ? AND request = ? AND body = ?",
		[]any{a.Who.ID, a.Request, a.Body}, &day, &fen, &counts, &done)
	took := o.Code == "" || o.Effect == "done"
	back := o.Effect == "none" && !took
	switch {
	case err != nil || !found || done == 1 || !took && !back:
		return err
	case back && counts == 1:
		err = addToDay(ctx, p, a.Who.ID, day, -fen)
	case took && counts == 0:
		err = addToDay(ctx, p, a.Who.ID, day, fen)
	}
	if err != nil {
		return err
	}
	_, err = p.Exec(ctx, "UPDATE moved SET counts = ?, done = ? WHERE caller = ? AND request = ? AND body = ?",
		number(took), number(took), a.Who.ID, a.Request, a.Body)
	return err
}

func number(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

func yuan(fen int64) string { return figure.Yuan(amount.Units(fen)) }
