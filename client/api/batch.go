package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"sync"
	"time"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/access"
	"tallystick/client/node"
)

// batchPath is the route of a batch.
const batchPath = "/v1/batches"

// MaxBatch is how many entries a batch may have.
const MaxBatch = 500

// BatchEntry is one command of a batch: an operation that sends one command whose content is all that is named.
type BatchEntry struct {
	Operation string          `json:"operation"` // its name: points.award
	Key       string          `json:"key"`       // its Idempotency-Key
	Request   json.RawMessage `json:"request"`   // what its own route is asked with, the fields of the path included
}

// BatchRow says what became of an entry: as its own route would have answered, with the status that would have.
type BatchRow struct {
	Key      string   `json:"key"`
	Status   int      `json:"status"`             // of HTTP: 200 if it took effect
	Replayed bool     `json:"replayed,omitempty"` // it had taken effect before
	Height   uint64   `json:"height"`             // blocks that the node had seen then
	Answer   any      `json:"answer,omitempty"`   // the operation's
	Problem  *Problem `json:"problem,omitempty"`  // why it was refused
}

// BatchAnswer is what became of a batch's entries, in their order.
type BatchAnswer struct {
	Height uint64     `json:"height"` // blocks that the node had seen: it has all that took effect
	Rows   []BatchRow `json:"rows"`
}

// ofBatch is the route of what is refused of a batch before it is known for which operation it is.
var ofBatch = route{row: node.Row{Name: "batch"}}

// entry is an entry on its way.
type entry struct {
	x       exchange
	asked   asked
	ask     access.Ask                         // as it was let in
	waits   *Waiting                           // it waits for a second person, and isn't sent
	outcome func(context.Context) (any, error) // nil if it was refused before it was queued
	refused error
	again   bool // its key stands in the batch before it
}

// serveBatch has many commands take effect, each for itself: they are queued in their order, wait for a lane together,
// and are answered in their order. Each needs what its own route needs: the caller's permission for it, its own
// Idempotency-Key, a request that is well-formed. One that is refused says nothing of the others.
//
// A body in NDJSON has an entry in each line, and is answered in lines as the outcomes come; one in JSON is an array.
// The whole is refused only before any of it is begun: 401, 413 for more than 500 entries, 415, 429, and 400 for what
// isn't a list.
func (s *Server) serveBatch(w http.ResponseWriter, r *http.Request) {
	r, span := traced(r, ofBatch)
	defer span.End()
	x := exchange{w: w, r: r, rt: ofBatch, begun: time.Now()}
	who, err := s.caller(r)
	if err != nil {
		s.refuse(x, unknownCaller(err))
		return
	}
	x.who = who
	if err := s.meant(r); err != nil {
		s.refuse(x, refused{err: err, effect: None})
		return
	}
	room, ok := s.bytes.enter(who.ID, bytesOf(r))
	if !ok {
		s.refuse(x, refused{err: errFull, effect: None})
		return
	}
	defer room()
	texts, lines, problem := s.readBatch(x)
	if problem.err != nil {
		s.refuse(x, problem)
		return
	}
	least, err := leastOf(r)
	if err != nil {
		s.refuse(x, refused{err: err, effect: None})
		return
	}
	leave, ok := s.gate.enter(who.ID, len(texts))
	if !ok {
		s.refuse(x, refused{err: errFull, effect: None})
		return
	}
	defer leave()
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	if err := s.reach(ctx, who, least); err != nil {
		s.refuse(x, refused{err: err, effect: None})
		return
	}
	arrived, ok := s.lanes.enter(ctx, who.ID, len(texts))
	if !ok {
		s.refuse(x, refused{err: errFull, effect: None})
		return
	}
	defer arrived()
	entries := make([]entry, len(texts))
	keys := map[string]bool{}
	for i, text := range texts {
		entries[i] = s.readEntry(ctx, x, text)
		entries[i].again = keys[entries[i].asked.call.ID]
		keys[entries[i].asked.call.ID] = true
	}
	s.letIn(ctx, who, entries)
	for i := range entries {
		s.queue(ctx, &entries[i])
	}
	s.answerBatch(ctx, x, entries, lines)
}

// reach waits until the node has so many blocks, which only few may do at once.
func (s *Server) reach(ctx context.Context, who access.Caller, least uint64) error {
	if least > s.node.Height() {
		waited, ok := s.ahead.enter(who.ID, 1)
		if !ok {
			return errFull
		}
		defer waited()
	}
	return s.node.Reach(ctx, least)
}

// readBatch reads the entries of a batch, each as it is written, and says whether the answer comes in lines.
func (s *Server) readBatch(x exchange) (texts []json.RawMessage, lines bool, _ refused) {
	leave, ok := s.reading.enter(x.who.ID, 1)
	if !ok {
		return nil, false, refused{err: errFull, effect: None}
	}
	defer leave()
	s.allow(x, bodyPatience)
	for _, header := range []string{KeyHeader, DryHeader} {
		if x.r.Header.Get(header) != "" {
			return nil, false, refused{err: fault.New(fault.BadRequest, "a batch has no %s", header), effect: None}
		}
	}
	media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	inLines := err == nil && media == linesType
	lines = inLines || wantsLines(x.r)
	body, err := bodyOf(x.r, "application/json", linesType)
	switch {
	case x.r.URL.RawQuery != "":
		return nil, false, refused{err: errQuery, effect: None}
	case errors.Is(err, errMedia):
		return nil, false, refused{err: err, status: http.StatusUnsupportedMediaType, effect: None}
	case errors.Is(err, errTooLarge):
		return nil, false, refused{err: err, status: http.StatusRequestEntityTooLarge, effect: None}
	case err != nil:
		return nil, false, refused{err: err, effect: None}
	case inLines:
		for line := range bytes.Lines(body) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				texts = append(texts, line)
			}
		}
	case json.Unmarshal(body, &texts) != nil:
		return nil, false, refused{err: fault.New(fault.BadRequest, "JSON: want an array of entries"), effect: None}
	}
	switch n := len(texts); {
	case n == 0:
		return nil, false, refused{err: fault.New(fault.BadRequest, "want 1 to %d entries", MaxBatch), effect: None}
	case n > MaxBatch:
		return nil, false, refused{err: fault.New(fault.Limit, "%d entries, want at most %d", n, MaxBatch),
			status: http.StatusRequestEntityTooLarge, effect: None}
	}
	return texts, lines, refused{}
}

// readEntry reads an entry, and says whether it may be let in.
func (s *Server) readEntry(ctx context.Context, x exchange, text json.RawMessage) (e entry) {
	e.x = x
	var said BatchEntry
	if e.refused = codec.DecodeJSON(text, &said); e.refused != nil {
		return e
	}
	if e.refused = name.CheckID("key", said.Key); e.refused != nil {
		return e
	}
	e.x.key, e.asked.call.ID = said.Key, said.Key
	rt, is := s.routes[said.Operation]
	if !is {
		e.refused = fault.New(fault.BadRequest, "operation: there is no %.60q", said.Operation)
		return e
	}
	e.x.rt = rt
	if e.refused = mayAsk(x.who, rt); e.refused != nil {
		s.guard.Refused(x.who, rt.row.Name, fault.Forbidden)
		return e
	}
	if !rt.op.Single() {
		e.refused = fault.New(fault.BadRequest, "%s isn't one command: ask for it by its own route", rt.row.Name)
		return e
	}
	e.asked.request, e.asked.call.Who = said.Request, askerOf(x.who)
	var err error
	if e.ask, e.waits, err = s.look(ctx, x.who, rt, &e.asked); err != nil {
		e.refused = s.turnedAway(x.who, rt, err).err
	}
	return e
}

// letIn counts and notes all entries of a batch at once that may be let in, in their order.
func (s *Server) letIn(ctx context.Context, who access.Caller, entries []entry) {
	var asks []access.Ask
	var of []*entry
	for i := range entries {
		if e := &entries[i]; e.refused == nil && e.waits == nil {
			asks, of = append(asks, e.ask), append(of, e)
		}
	}
	if len(asks) == 0 {
		return
	}
	refusals, err := s.guard.BeginAll(ctx, asks)
	for i, e := range of {
		e.refused = s.turnedAway(who, e.x.rt, cmp.Or(err, refusals[i])).err
	}
}

// queue has an entry that was let in wait for a lane.
func (s *Server) queue(ctx context.Context, e *entry) {
	if e.refused != nil || e.waits != nil {
		return
	}
	e.outcome, e.refused = e.x.rt.op.Queue(ctx, s.node, &e.asked.call, e.asked.request)
	if e.refused != nil {
		e.outcome = func(context.Context) (any, error) { return nil, e.refused }
	}
}

// answerBatch answers with what becomes of each entry, in their order: in lines as it comes, or all together.
func (s *Server) answerBatch(ctx context.Context, x exchange, entries []entry, lines bool) {
	later := sync.OnceValues(func() (context.Context, context.CancelFunc) { return asking(ctx) })
	rows := make(chan BatchRow, len(entries))
	made := make([]chan BatchRow, len(entries)) // each waits for its own, so that the log has many at once
	for i := range entries {
		made[i] = make(chan BatchRow, 1)
		go func() { made[i] <- s.rowOf(ctx, later, &entries[i]) }()
	}
	go func() {
		defer close(rows)
		for _, row := range made {
			rows <- <-row
		}
		_, cancel := later()
		cancel()
	}()
	if lines {
		s.writeLines(x, rows)
		return
	}
	all := BatchAnswer{Rows: make([]BatchRow, 0, len(entries))}
	for row := range rows {
		all.Rows = append(all.Rows, row)
		all.Height = max(all.Height, row.Height)
	}
	body, err := json.Marshal(all)
	if err != nil {
		s.refuse(x, refused{err: err, effect: Unknown})
		return
	}
	x.w.Header().Set(HeightHeader, strconv.FormatUint(all.Height, 10))
	write(x.w, http.StatusOK, "application/json", append(body, '\n'))
}

// writeLines answers with rows in a line each, as they come. Who asked may have gone: the rest is taken all the same.
func (s *Server) writeLines(x exchange, rows <-chan BatchRow) {
	stream := newLines(x.w)
	for row := range rows {
		stream.put(row)
		if len(rows) == 0 {
			stream.flush()
		}
	}
}

// rowOf waits for what becomes of an entry. later is the time in which the ledger is asked about those that are
// refused, all of a batch together.
func (s *Server) rowOf(ctx context.Context, later func() (context.Context, context.CancelFunc), e *entry) BatchRow {
	problem := refused{err: e.refused, effect: None}
	row := BatchRow{Key: e.x.key, Status: http.StatusOK, Height: s.node.Height()}
	switch {
	case e.waits != nil:
		row.Status, row.Answer = http.StatusAccepted, e.waits
		s.note(e.x, row.Status, "")
		return row
	case e.outcome != nil:
		var answer any
		if answer, problem = s.outcomeOf(ctx, later, e); problem.err == nil {
			var said perCall
			row.Answer, said = tidied(answer, true)
			row.Replayed, row.Height = said.duplicate, max(row.Height, said.height)
			s.note(e.x, http.StatusOK, "")
			return row
		}
	}
	p := s.problem(e.x, problem)
	if p.Pointer != "" && e.x.rt.op != nil {
		p.Pointer = "/request" + p.Pointer // into the entry
	}
	row.Status, row.Problem = p.Status, &p
	s.note(e.x, p.Status, p.Code)
	return row
}

// outcomeOf waits for what becomes of an entry that was queued, and notes it in the log before it is answered.
func (s *Server) outcomeOf(ctx context.Context, later func() (context.Context, context.CancelFunc),
	e *entry) (answer any, problem refused) {
	answer, err := e.outcome(ctx)
	if err != nil {
		asks, _ := later()
		if problem = s.became(asks, e.x.rt, &e.asked.call, err); e.again && fault.CodeOf(err) == fault.Conflict {
			problem.status = http.StatusUnprocessableEntity // as if the other had been answered before
		}
	}
	if err := s.guard.End(context.WithoutCancel(ctx), e.ask, outcomeOf(problem)); err != nil {
		s.log.Error("what became of a request isn't in the log", "operation", e.x.rt.row.Name, "err", err)
		return nil, refused{err: err, effect: Unknown}
	}
	return answer, problem
}
