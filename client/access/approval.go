package access

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/store"
)

// Approval is a request that a second person has to let happen, or had to.
type Approval struct {
	ID        string `json:"id"`
	Operation string `json:"operation"`
	Request   string `json:"request"`       // its id, under which it is sent
	Fen       int64  `json:"fen,omitempty"` // that it moves
	Who       string `json:"who"`           // asked, as logs call him
	Person    string `json:"person,omitempty"`
	// WAITING, APPROVED, REJECTED, EXPIRED, or what became of it once it was sent: DONE, REFUSED
	State   string     `json:"state"`
	Asked   time.Time  `json:"asked"`
	Until   time.Time  `json:"until"` // it has to be approved by then
	Decided time.Time  `json:"decided,omitzero"`
	By      string     `json:"by,omitempty"`     // who decided
	Reason  string     `json:"reason,omitempty"` // of a rejection
	Outcome fault.Code `json:"outcome,omitempty"`
}

// States of an approval.
const (
	Waiting  = "WAITING"
	Approved = "APPROVED"
	Rejected = "REJECTED"
	Expired  = "EXPIRED"
	Sent     = "DONE"
	Failed   = "REFUSED"
)

// Kept is what is kept of a request until it is sent: it may name people, so it is sealed under the vault's key.
type Kept struct {
	Request json.RawMessage // as it was asked for
	Who     Caller
}

// Approvals are the requests that wait, or waited, for a second person.
type Approvals struct {
	node *node.Node
	own  *store.Store
}

// NewApprovals returns those of a node.
func NewApprovals(n *node.Node, own *store.Store) Approvals { return Approvals{n, own} }

const approvalColumns = `id, operation, request, fen, who, person, state, asked, until, decided, by_person, reason, outcome`

func scanApproval(scan store.Scan) (a Approval, err error) {
	var asked, until, decided int64
	err = scan(&a.ID, &a.Operation, &a.Request, &a.Fen, &a.Who, &a.Person, &a.State, &asked, &until, &decided, &a.By,
		&a.Reason, &a.Outcome)
	a.Asked, a.Until, a.Decided = momentOf(asked), momentOf(until), momentOf(decided)
	if a.State == Waiting && !time.Now().Before(a.Until) {
		a.State = Expired
	}
	return a, err
}

// one reads an approval by what is said of it.
func one(ctx context.Context, r store.Reader, where string, args ...any) (a Approval, found bool, err error) {
	err = r.Each(ctx, "SELECT "+approvalColumns+" FROM approvals WHERE "+where, args,
		func(scan store.Scan) (err error) {
			a, err = scanApproval(scan)
			found = true
			return err
		})
	return a, found, err
}

// Show returns an approval. NOT_FOUND.
func (l Approvals) Show(ctx context.Context, id string) (Approval, error) {
	return shown(ctx, l.own.Reader, id)
}

func shown(ctx context.Context, r store.Reader, id string) (Approval, error) {
	a, found, err := one(ctx, r, "id = ?", id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "there is no approval %.40q", id)
	}
	return a, err
}

// List lists approvals, those asked for last first; in one state, if it is named. It lists a part of them, after the
// place that the part before told as next, "" for the first; next is "" after the last.
func (l Approvals) List(ctx context.Context, state string, after string, most int) (list []Approval, next string,
	err error) {
	where, args := "1 = 1", []any(nil)
	switch now := time.Now().Unix(); state {
	case "":
	case Waiting:
		where, args = "state = ? AND until > ?", []any{Waiting, now}
	case Expired:
		where, args = "state = ? AND until <= ?", []any{Waiting, now}
	default:
		where, args = "state = ?", []any{state}
	}
	if after != "" {
		asked, id, _ := strings.Cut(after, " ")
		second, err := strconv.ParseInt(asked, 10, 64)
		if err != nil {
			return nil, "", fault.New(fault.BadRequest, "no list of approvals ends at %.40q", after)
		}
		where, args = where+" AND (asked < ? OR asked = ? AND id > ?)", append(args, second, second, id)
	}
	list = []Approval{}
	err = l.own.Each(ctx, "SELECT "+approvalColumns+" FROM approvals WHERE "+where+" ORDER BY asked DESC, id LIMIT ?",
		append(args, most), func(scan store.Scan) error {
			a, err := scanApproval(scan)
			list = append(list, a)
			return err
		})
	if len(list) == most {
		last := list[most-1]
		next = strconv.FormatInt(last.Asked.Unix(), 10) + " " + last.ID
	}
	return list, next, err
}

// Of returns the approval of a request, if there is one.
func (l Approvals) Of(ctx context.Context, a Ask) (Approval, bool, error) {
	return one(ctx, l.own.Reader, "request = ? AND body = ? AND who = ?", a.Request, a.Body, a.Who.ID)
}

// Opened is what was asked for, and by whom.
func (l Approvals) Opened(ctx context.Context, id string) (k Kept, err error) {
	var sealed []byte
	found, err := l.own.One(ctx, "SELECT sealed FROM approvals WHERE id = ?", []any{id}, &sealed)
	if err != nil {
		return k, err
	}
	if !found {
		return k, fault.New(fault.NotFound, "there is no approval %.40q", id)
	}
	v, err := l.node.Vault()
	if err != nil {
		return k, err
	}
	var text []byte
	if err := v.Unseal(sealed, &text, "approvals", id); err != nil {
		return k, fault.New(fault.Machine, "what approval %s is of can't be read: %v", id, err)
	}
	return k, json.Unmarshal(text, &k)
}

// Wait keeps a request until a second person has decided, and notes that. One that is kept already stays as it is.
func (g *Guard) Wait(ctx context.Context, a Ask, rule config.Approval, request json.RawMessage) (Approval, error) {
	lasts := rule.For
	if lasts == 0 {
		lasts = config.DefaultApproval
	}
	now := g.clock().UTC().Truncate(time.Second)
	made := Approval{ID: "a-" + strings.ToLower(rand.Text()[:16]), Operation: a.Operation, Request: a.Request,
		Fen: a.Fen,
		Who: a.Who.ID, Person: a.Who.Person, State: Waiting, Asked: now, Until: now.Add(lasts)}
	text, err := json.Marshal(Kept{request, a.Who})
	if err != nil {
		return made, err
	}
	v, err := g.node.Vault()
	if err != nil {
		return made, err
	}
	sealed := v.Seal(text, "approvals", made.ID)
	err = g.desk.write(ctx, func(ctx context.Context, p *page) (refusal, err error) {
		there, found, err := one(ctx, p.Reader, "request = ? AND body = ? AND who = ?", a.Request, a.Body, a.Who.ID)
		if err != nil || found {
			made = there
			return nil, err
		}
		if full, err := room.Full(ctx, p.Reader, a.Who.ID, Waiting, now.Unix()); full != nil || err != nil {
			return full, err
		}
		if _, err := p.Exec(ctx, `INSERT INTO approvals (id, operation, request, body, fen, who, person, sealed, state, asked,
			until, decided, by_who, by_person, reason, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', '', '')`,
			made.ID, made.Operation, made.Request, a.Body, made.Fen, made.Who, made.Person, sealed, made.State,
			made.Asked.Unix(), made.Until.Unix()); err != nil {
			return nil, err
		}
		a.Approval = made.ID
		return nil, p.add(ctx, a.entry(Waits))
	})
	return made, err
}

// room is for how much may wait for a second person at once.
var room = store.Room{What: "requests wait for a second person", Rows: "approvals WHERE state = ? AND until > ?",
	Most: 1000, MostOfOne: 100}

// ToSend lists those that were approved and haven't been sent, those approved first.
func (l Approvals) ToSend(ctx context.Context, most int) (list []Approval, err error) {
	err = l.own.Each(ctx, "SELECT "+approvalColumns+" FROM approvals WHERE state = ? ORDER BY decided, id LIMIT ?",
		[]any{Approved, most}, func(scan store.Scan) error {
			a, err := scanApproval(scan)
			list = append(list, a)
			return err
		})
	return list, err
}

// Decide approves a request, or rejects it for a reason. Asked again by the same person, it answers the same.
//
// Refused, first that applies: NOT_FOUND; FORBIDDEN: who decides isn't a person, or is who asked; EXPIRED; WRONG_STATE:
// it was decided otherwise, or by somebody else.
func (l Approvals) Decide(ctx context.Context, id string, by node.Who, state, reason string) (a Approval, err error) {
	err = l.own.Write(ctx, func(w store.Writer) error {
		if a, err = shown(ctx, w.Reader, id); err != nil {
			return err
		}
		switch {
		case by.Person == "":
			return fault.New(fault.Forbidden, "only a person decides: with a key that says whose it is, or a token")
		case by.ID == a.Who || by.Person == a.Person:
			return fault.New(fault.Forbidden, "nobody decides on what he asked for himself: ask another approver")
		case a.State == Expired:
			return fault.New(fault.Expired, "approval %s had to be decided by %s", id, a.Until.Format(time.RFC3339))
		case decidedAs(a.State) == state && a.By == by.Person:
			return nil
		case a.State != Waiting:
			return fault.New(fault.WrongState, "approval %s is %s: it was decided", id, a.State)
		}
		a.State, a.By, a.Reason, a.Decided = state, by.Person, reason, time.Now().UTC().Truncate(time.Second)
		_, err := w.Exec(ctx, `UPDATE approvals SET state = ?, by_who = ?, by_person = ?, reason = ?, decided = ?
			WHERE id = ?`, a.State, by.ID, a.By, a.Reason, a.Decided.Unix(), id)
		return err
	})
	return a, err
}

// decidedAs is what was decided on a request that has gone on since.
func decidedAs(state string) string {
	if state == Sent || state == Failed {
		return Approved
	}
	return state
}

// Became notes what became of a request that was approved, once it was sent.
func (l Approvals) Became(ctx context.Context, id string, o Outcome) error {
	return l.own.Write(ctx, func(w store.Writer) error { return became(ctx, w, id, o) })
}

// became notes it, if there is an approval. What isn't known yet stays to be sent again.
func became(ctx context.Context, w store.Writer, id string, o Outcome) error {
	state := Sent
	switch {
	case id == "" || o.Effect == "unknown" || o.Effect == "done" && o.Code.Passing():
		return nil
	case o.Code != "" && o.Effect == "none":
		state = Failed
	}
	_, err := w.Exec(ctx, "UPDATE approvals SET state = ?, outcome = ? WHERE id = ? AND state IN (?, ?)", state,
		string(o.Code), id, Approved, Failed)
	return err
}
