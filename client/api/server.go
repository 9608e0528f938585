package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"reflect"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/node"
	"tallystick/client/node/operations"
)

// Server serves a node's operations.
type Server struct {
	node     *node.Node
	guard    *access.Guard
	moves    map[string]node.Move // by operation
	log      *slog.Logger
	mux      *http.ServeMux
	gate     gate
	bytes    gate // of what bodies have
	reading  gate // of those that are being read
	ahead    gate // of those that want more blocks than there are
	files    gate // of those that a file comes with
	lanes    *pace
	metrics  *metrics
	stream   atomic.Pointer[stream] // nil if it tells no events as they come
	routes   map[string]route       // by operation
	wake     chan struct{}          // a job was added
	draining atomic.Bool
}

// route is an operation as it is served.
type route struct {
	op     node.Operation
	row    node.Row
	path   []string // the fields that the path names
	fields map[string]field
	most   int64 // bytes of the file that comes with it
	pace   *pace
}

// How long a request may take: one with a file longer, which comes and is worked off meanwhile.
const (
	patience     = time.Minute
	filePatience = 15 * time.Minute
)

// patience is how long a request to the route may take.
func (rt route) patience() time.Duration {
	if rt.most > 0 {
		return filePatience
	}
	return patience
}

// New makes a server of a node, for those whom a guard knows.
func New(n *node.Node, guard *access.Guard, log *slog.Logger) *Server {
	s := &Server{node: n, guard: guard, log: log, mux: http.NewServeMux(), moves: operations.Moves(),
		gate: newGate(mostUnderWay, mostOfOne), reading: newGate(mostRead, mostReadOfOne),
		ahead: newGate(mostAhead, mostAheadOfOne), files: newGate(mostFiles, mostFilesOfOne),
		bytes: newGate(mostBytes, mostBytesOfOne), lanes: newPace(leastByLanes)}
	s.routes, s.wake = map[string]route{}, make(chan struct{}, 1)
	s.metrics = newMetrics(n, &s.gate, log)
	for _, op := range operations.All() {
		rt := routeOf(op)
		if rt.pace = s.lanes; !op.Single() {
			rt.pace = newPace(leastOfOthers)
		}
		s.routes[rt.row.Name] = rt
		s.mux.HandleFunc(rt.row.Method+" "+rt.row.Path, func(w http.ResponseWriter, r *http.Request) {
			s.serve(w, r, rt)
		})
	}
	s.mux.HandleFunc("POST "+batchPath, s.serveBatch)
	s.mux.HandleFunc("GET /v1/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, "application/json", Description)
	})
	s.mux.HandleFunc("GET /{$}", s.servePage)
	s.mux.HandleFunc("GET /metrics", s.serveMetrics)
	s.mux.HandleFunc("GET /livez", s.live)
	s.mux.HandleFunc("GET /readyz", s.ready)
	s.mux.HandleFunc("/", s.nowhere)
	return s
}

func routeOf(op node.Operation) route {
	request, _ := op.Types()
	row := op.About()
	rt := route{op: op, row: row, path: pathNames(row.Path), fields: fieldsOf(request)}
	if carrier, is := reflect.New(request).Interface().(node.Carrier); is {
		_, _, rt.most = carrier.Carries()
	}
	return rt
}

// Drain has the server say that it isn't ready: whoever spreads requests over several nodes sends no more. Streams end:
// who follows asks on, here or at another node.
func (s *Server) Drain() {
	s.draining.Store(true)
	if st := s.stream.Load(); st != nil {
		st.end()
	}
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		p := recover()
		if p == http.ErrAbortHandler { // an answer that had begun is cut off
			panic(p)
		}
		if p != nil {
			s.log.Error("a request failed", "method", r.Method, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			writeProblem(w, r, refusalOf(errors.New("panic")), 0, Unknown, nil)
		}
	}()
	if path.Clean(r.URL.Path) != r.URL.Path {
		s.nowhere(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// live says that the process runs.
func (s *Server) live(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, "text/plain; charset=utf-8", []byte("alive\n"))
}

// ready says whether the node can serve now: it isn't stopping, its databases answer, and its read model has what the
// ledger has, which takes a peer that answers.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	reason := "it is stopping"
	switch {
	case s.draining.Load():
	case s.node.LacksLanes():
		reason = "others of the party's processes write all lanes"
	default:
		err := s.node.Answers(ctx)
		if err == nil {
			write(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ready\n"))
			return
		}
		s.log.Warn("not ready", "err", err)
		reason = "a database doesn't answer, or the read model hasn't what the ledger has"
	}
	writeProblem(w, r, fault.New(fault.Unavailable, "%s", reason), 0, None, nil)
}

// nowhere answers what no route is for: 405 if another method has one.
func (s *Server) nowhere(w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := s.mux.Handler(other); pattern != "/" && pattern != "" && method != r.Method {
			w.Header().Set("Allow", method)
			refusal := fault.New(fault.BadRequest, "want %s here", method)
			writeProblem(w, r, refusal, http.StatusMethodNotAllowed, None, nil)
			return
		}
	}
	refusal := fault.New(fault.NotFound, "there is nothing at this path; see / and /v1/openapi.json")
	writeProblem(w, r, refusal, 0, None, nil)
}

// serve answers a request to an operation's route. Refused, first that applies: 401 who isn't known, 403 who may not,
// 429 more than is taken at once, 413 and 415 a body that isn't read, 400 what is malformed; then as the operation
// says.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, rt route) {
	r, span := traced(r, rt)
	defer span.End()
	x := exchange{w: w, r: r, rt: rt, key: keyOf(r), begun: time.Now()}
	var err error
	if x.who, err = s.caller(r); err != nil {
		if problem := unknownCaller(err); problem.status == http.StatusUnauthorized {
			s.guard.Refused(x.who, rt.row.Name, fault.Forbidden)
		}
		s.refuse(x, unknownCaller(err))
		return
	}
	if err := mayAsk(x.who, rt); err != nil {
		s.guard.Refused(x.who, rt.row.Name, fault.Forbidden)
		s.refuse(x, refused{err: err, effect: None})
		return
	}
	if err := s.meant(r); err != nil {
		s.refuse(x, refused{err: err, effect: None})
		return
	}
	room, ok := s.bytes.enter(x.who.ID, bytesOf(r))
	if !ok {
		s.refuse(x, refused{err: errFull, effect: None})
		return
	}
	defer room()
	asked, problem := s.read(x)
	if problem.err != nil {
		s.refuse(x, problem)
		return
	}
	leave, ok := s.enter(x, asked.call.Least)
	if !ok {
		s.refuse(x, refused{err: errFull, effect: None})
		return
	}
	defer leave()
	long := rt.patience()
	if rt.op.Carries() || x.exports() {
		long = filePatience
		s.allow(x, filePatience) // its file begins to come, or to go
	}
	ctx, cancel := context.WithTimeout(r.Context(), long)
	defer cancel()
	asked.call.Who = askerOf(x.who)
	do := s.perform
	if !rt.row.Asks && !asked.call.Dry && wantsJob(r) {
		do = s.later
	}
	problem = do(ctx, x, asked)
	if problem.err != nil {
		s.refuse(x, problem)
		return
	}
	s.note(x, problem.status, "")
}

var errFull = fault.New(fault.Overloaded, "too many requests are under way; this one wasn't begun")

// asked is what a request asks for.
type asked struct {
	call    node.Call
	request json.RawMessage
}

// read reads a request while it comes, which takes as long as its sender likes, so it has no place among those under
// way yet. A file is read later.
func (s *Server) read(x exchange) (a asked, _ refused) {
	leave, ok := s.reading.enter(x.who.ID, 1)
	if !ok {
		return a, refused{err: errFull, effect: None}
	}
	defer leave()
	s.allow(x, bodyPatience)
	var err error
	if a.call.Window, err = s.windowOf(x.rt, x.r); err != nil {
		return a, refused{err: err, effect: None}
	}
	a.request, a.call.Upload, err = x.rt.requestOf(x.r)
	switch {
	case errors.Is(err, errMedia), errors.Is(err, errParts):
		return a, refused{err: err, status: http.StatusUnsupportedMediaType, effect: None}
	case errors.Is(err, errTooLarge), isTooLarge(err):
		return a, refused{err: err, status: http.StatusRequestEntityTooLarge, effect: None}
	case err != nil:
		return a, refused{err: err, effect: None}
	}
	if a.call.Dry, err = x.rt.dryOf(x.r); err != nil {
		return a, refused{err: err, effect: None}
	}
	if a.call.ID, err = x.rt.idOf(x.r, a.call.Dry); err != nil {
		return a, refused{err: err, effect: None}
	}
	a.call.Least, err = leastOf(x.r)
	return a, refused{err: err, effect: None}
}

// unknownCaller is what is answered to whom nobody knows, or couldn't be looked up.
func unknownCaller(err error) refused {
	status := 0
	if fault.CodeOf(err) == fault.Forbidden {
		status = http.StatusUnauthorized
	}
	return refused{err: err, status: status, effect: None}
}

// meant refuses with BAD_REQUEST a request that is for another party's node.
func (s *Server) meant(r *http.Request) error {
	if party := r.Header.Get(PartyHeader); party != "" && party != s.node.Party() {
		return fault.New(fault.BadRequest, "this is the node of %s, not of %.40q", s.node.Party(), party)
	}
	return nil
}

// mayAsk refuses with FORBIDDEN an operation that a caller's role doesn't have.
func mayAsk(who access.Caller, rt route) error {
	if who.Role.Has(rt.row.Permission) {
		return nil
	}
	return fault.New(fault.Forbidden, "the role %s may not do what needs %s", who.Role.Name, rt.row.Permission)
}

// enter lets a request in, if there is room; one that is to wait for blocks, or for its file, only if few do, and any
// other at the pace at which such requests are answered.
func (s *Server) enter(x exchange, least uint64) (leave func(), ok bool) {
	out, ok := s.gate.enter(x.who.ID, 1)
	if !ok {
		return nil, false
	}
	var arrived func()
	switch {
	case x.rt.op.Carries(), x.exports():
		arrived, ok = s.files.enter(x.who.ID, 1)
	case least > s.node.Height():
		arrived, ok = s.ahead.enter(x.who.ID, 1)
	default:
		arrived, ok = x.rt.pace.enter(x.r.Context(), x.who.ID, 1)
	}
	if !ok {
		out()
		return nil, false
	}
	return func() { arrived(); out() }, true
}

// exchange is a request to an operation's route, and where its answer goes.
type exchange struct {
	w     http.ResponseWriter
	r     *http.Request
	rt    route
	key   string // Idempotency-Key, "" for none
	who   access.Caller
	begun time.Time
}

// bodyPatience is how long a request in JSON may take to come.
const bodyPatience = 15 * time.Second

// allow gives what comes so much time, and its answer as much as the request may take besides.
func (s *Server) allow(x exchange, comes time.Duration) {
	c, now := http.NewResponseController(x.w), time.Now()
	err := errors.Join(ignoreUnsupported(c.SetReadDeadline(now.Add(comes))),
		ignoreUnsupported(c.SetWriteDeadline(now.Add(comes+x.rt.patience()+time.Minute))))
	if err != nil {
		s.log.Warn("a request keeps its connection's time", "err", err)
	}
}

// refused is why a request wasn't answered with its answer.
type refused struct {
	err    error
	status int // 0 for the code's own
	effect Effect
	answer any // what the operation says nevertheless, nil for nothing
}

// refusable is an answer that says something although what was asked for was refused, such as which lines were.
type refusable interface{ Refused() bool }

// perform performs an operation and answers: with the status that is returned, unless it is refused.
func (s *Server) perform(ctx context.Context, x exchange, a asked) refused {
	height := s.node.Height()
	if x.exports() {
		return s.export(ctx, x, a, height)
	}
	answer, waits, problem := s.do(ctx, x.who, x.rt, &a)
	if a.call.Dry {
		x.w.Header().Set(DryHeader, "true")
	}
	status, err := http.StatusOK, error(nil)
	switch {
	case problem.err != nil:
		return problem
	case waits != nil:
		status, err = http.StatusAccepted, writeWaiting(x.w, waits)
	default:
		err = writeAnswer(x.w, x.r, x.rt, answer, height)
	}
	if err != nil {
		later, cancel := asking(ctx)
		defer cancel()
		return s.became(later, x.rt, &a.call, err)
	}
	return refused{status: status}
}

// exports says whether a whole list is wanted in lines.
func (x exchange) exports() bool {
	return x.rt.op != nil && x.rt.op.Pages() && wantsLines(x.r)
}

// export performs the operation of a list and answers it in lines.
func (s *Server) export(ctx context.Context, x exchange, a asked, height uint64) refused {
	if a.call.Window != nil {
		return refused{err: fault.New(fault.BadRequest, "in lines the whole list comes: leave %s and %s out",
			limitField, cursorField), effect: None}
	}
	out := &export{w: x.w}
	a.call.Window = &node.Window{Each: out.each}
	_, _, problem := s.do(ctx, x.who, x.rt, &a)
	switch {
	case problem.err == nil:
		out.begin(height)
		out.lines.flush()
		return refused{status: http.StatusOK}
	case out.lines == nil:
		return problem
	}
	s.log.Warn("a list was cut off", "operation", x.rt.row.Name, "err", problem.err)
	panic(http.ErrAbortHandler)
}

// run runs an operation, and finds out what became of it if it is refused.
func (s *Server) run(ctx context.Context, rt route, a *asked) (answer any, _ refused) {
	answer, err := run(ctx, s.node, rt.op, &a.call, a.request)
	if err == nil {
		return answer, refused{}
	}
	err = inTime(err, rt.patience())
	if isTooLarge(err) {
		return nil, refused{err: err, status: http.StatusRequestEntityTooLarge, effect: None}
	}
	later, cancel := asking(ctx)
	defer cancel()
	problem := s.became(later, rt, &a.call, err)
	if says, is := answer.(refusable); is && says.Refused() {
		problem.answer, _ = tidied(answer, false)
	}
	return nil, problem
}

// inTime says of a request that took too long that it did.
func inTime(err error, patience time.Duration) error {
	if fault.CodeOf(err) == fault.Internal && errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Stopped, "not done within %s", patience)
	}
	return err
}

// leastOf is how many blocks the node must have seen. BAD_REQUEST for what isn't a number.
func leastOf(r *http.Request) (uint64, error) {
	text := r.Header.Get(MinHeightHeader)
	if text == "" {
		return 0, nil
	}
	least, err := strconv.ParseUint(text, 10, 53)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "%s: want a number of blocks", MinHeightHeader)
	}
	return least, nil
}

// asking is a context in which the ledger can be asked what became of something, for seconds, also if ctx has ended.
func asking(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
}

// became finds what became of a request that was refused: what took effect, and whether its key is another request's.
func (s *Server) became(ctx context.Context, rt route, call *node.Call, err error) refused {
	code := fault.CodeOf(err)
	switch {
	case rt.row.Asks, call.Dry, code == fault.BadRequest:
		return refused{err: err, effect: None}
	case rt.op.BySource(), code == fault.UnknownOutcome, code == fault.Stopped,
		code == fault.Machine, code == fault.Internal:
		return refused{err: err, effect: Unknown}
	}
	if rt.op.Single() {
		if code != fault.Conflict && !code.Passing() {
			return refused{err: err, effect: None} // the ledger looks first whether the key's request took effect
		}
		_, known := s.node.Query().Request(ctx, s.node.Party(), call.ID)
		switch {
		case code == fault.Conflict:
			return refused{err: err, status: statusIf(known == nil), effect: None}
		case known == nil:
			return refused{err: err, effect: Unknown} // at an earlier time, unless that was another request
		}
		return refused{err: err, effect: None}
	}
	_, found, asked := s.node.First(ctx, call)
	switch {
	case found:
		return refused{err: err, effect: Done}
	case fault.CodeOf(asked) == fault.Conflict:
		return refused{err: err, status: statusIf(code == fault.Conflict), effect: None}
	case asked != nil:
		return refused{err: err, effect: Unknown}
	}
	return refused{err: err, effect: None}
}

// statusIf is the status of a key that stands for another request.
func statusIf(elsewhere bool) int {
	if elsewhere {
		return http.StatusUnprocessableEntity
	}
	return 0
}

// refuse answers a refusal, and notes it.
func (s *Server) refuse(x exchange, problem refused) {
	p := s.problem(x, problem)
	p.write(x.w)
	s.note(x, p.Status, p.Code)
}

// problem makes the problem that a refusal is answered with. What is the node's fault is logged.
func (s *Server) problem(x exchange, problem refused) Problem {
	p := problemOf(problem, x.key, x.rt.fields).in(x.r)
	if p.Code == fault.Internal || p.Code == fault.Machine {
		s.log.Error("an operation failed", "operation", x.rt.row.Name, "err", problem.err)
	}
	return p
}

// note logs and counts that a request was answered: nothing of what it names but its id.
func (s *Server) note(x exchange, status int, code fault.Code) {
	took := time.Since(x.begun)
	s.metrics.note(x.rt.row.Name, code, took)
	tellTrace(x.r, status, code)
	level := slog.LevelInfo
	if status == http.StatusUnauthorized {
		level = slog.LevelDebug // anybody can have a line of it written, as often as they like
	}
	s.log.Log(x.r.Context(), level, "answered", "operation", x.rt.row.Name, "status", status, "code", code,
		"who", x.who.ID, "request", x.key, "trace", traceOf(x.r), "ms", float64(took.Round(100*time.Microsecond))/1e6)
}
