package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/machine"
	"tallystick/client/node"
	"tallystick/client/node/jobs"
)

// PreferHeader is the header by which a request that writes asks for a job: respond-async, by RFC 7240.
const PreferHeader = "Prefer"

// wantsJob says whether who asks would rather have a job than wait.
func wantsJob(r *http.Request) bool {
	for _, said := range r.Header.Values(PreferHeader) {
		for preference := range strings.SplitSeq(said, ",") {
			if strings.EqualFold(strings.TrimSpace(preference), "respond-async") {
				return true
			}
		}
	}
	return false
}

// later takes a request in as a job and answers that: 202, and where to look. One that is there already is answered as
// it is: it was let in before, so it is neither counted nor noted again.
func (s *Server) later(ctx context.Context, x exchange, a asked) refused {
	book, err := jobs.Open(ctx, s.node)
	if err == nil {
		err = s.wellFormed(x.who, x.rt, &a)
	}
	if err == nil {
		err = s.node.Reach(ctx, a.call.Least)
	}
	if err != nil {
		return refused{err: err, effect: None}
	}
	id := a.call.ID
	if id == "" { // the ledger knows it by its source
		id = node.NewID()
	}
	var ask access.Ask
	var waits *Waiting
	var problem refused
	in := false
	job, err := book.Add(ctx, jobs.Work{ID: id, Operation: x.rt.row.Name, Who: x.who.ID, Request: a.request,
		Upload: a.call.Upload, LetIn: func() (json.RawMessage, error) {
			if ask, waits, problem = s.admitted(ctx, x.who, x.rt, &a); problem.err != nil || waits != nil {
				return nil, errNotLetIn
			}
			in = true
			return json.Marshal(letIn{ask, a.call.Least})
		}})
	switch {
	case problem.err != nil:
		return problem
	case waits != nil:
		return refused{err: writeWaiting(x.w, waits), status: http.StatusAccepted, effect: Unknown}
	case err != nil && in:
		noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteFor)
		defer cancel()
		err = errors.Join(err, s.guard.End(noting, ask, access.Outcome{Code: fault.CodeOf(err), Effect: string(None)}))
	}
	if err != nil {
		status := statusIf(fault.CodeOf(err) == fault.Conflict)
		if fault.CodeOf(err) == fault.Limit {
			status = http.StatusRequestEntityTooLarge
		}
		return refused{err: err, status: status, effect: None}
	}
	if job.Who != x.who.ID {
		job.Answer = nil // there may be a secret in it, which is for who asked first
	}
	body, err := json.Marshal(job)
	if err != nil {
		return refused{err: err, effect: Unknown}
	}
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
	x.w.Header().Set("Location", "/v1/jobs/"+job.ID)
	x.w.Header().Set("Preference-Applied", "respond-async")
	write(x.w, http.StatusAccepted, "application/json", append(body, '\n'))
	return refused{status: http.StatusAccepted}
}

// letIn is how a job was let in, as it is kept with it.
type letIn struct {
	access.Ask
	Least uint64 `json:",omitempty"` // blocks that there are, and that whoever works on it has to have seen
}

// errNotLetIn is why a job isn't kept that wasn't let in, or waits for a second person.
var errNotLetIn = errors.New("it isn't let in")

// How jobs are worked on.
const (
	jobsAtOnce = 2 // in one process, so that whoever waits for an answer isn't kept
	lookEvery  = time.Second
	noteEvery  = 3 * time.Second
	tidyEvery  = time.Hour
)

// Work does the node's jobs until ctx ends, sends what was approved, and takes away what ended long ago. What is under
// way then is left for whoever comes next.
func (s *Server) Work(ctx context.Context) error {
	book, err := jobs.Open(ctx, s.node)
	if err != nil {
		return err
	}
	places := make(chan struct{}, jobsAtOnce)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { s.sendApproved(ctx) })
	all.Go(func() { s.tidy(ctx, book) })
	for {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		taken, err := book.Take(ctx)
		if taken != nil {
			all.Go(func() {
				defer func() { <-places }()
				s.work(ctx, book, taken)
			})
			continue
		}
		<-places
		if err != nil && ctx.Err() == nil {
			s.log.Error("jobs can't be looked at", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-look.C:
		}
	}
}

// tidy takes away what ended long ago, now and once an hour until ctx ends.
func (s *Server) tidy(ctx context.Context, book *jobs.Book) {
	every := time.NewTicker(tidyEvery)
	defer every.Stop()
	for {
		err := errors.Join(book.Tidy(ctx, s.guard.Kept().Jobs), s.guard.Tidy(ctx))
		if err != nil && ctx.Err() == nil {
			s.log.Error("what ended long ago can't be taken away", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// work works on a job, and ends it or leaves it for later.
func (s *Server) work(ctx context.Context, book *jobs.Book, taken *jobs.Taken) {
	rt, known := s.routes[taken.Operation]
	in := admittedAs(taken)
	who := in.Who
	if problem := s.mayBegin(ctx, taken, known, who); problem.err != nil {
		s.settle(ctx, taken, nil, problem)
		return
	}
	outside := ctx
	ctx, late := context.WithDeadline(ctx, taken.Made.Add(jobs.Patience))
	defer late()
	call := &node.Call{Who: askerOf(who), Least: in.Least}
	if !rt.op.BySource() {
		call.ID = taken.ID
	}
	if rt.op.Carries() {
		call.Upload = node.Upload{Name: taken.File,
			Open: func() (io.ReadCloser, error) { return book.Open(ctx, taken.ID), nil }}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	noted := s.tell(ctx, cancel, taken, call)
	answer, err := run(ctx, s.node, rt.op, call, taken.Request)
	noted()
	if errors.Is(context.Cause(ctx), jobs.ErrLost) {
		s.log.Warn("another process works on the job", "request", taken.ID)
		return
	}
	problem := refused{}
	if err != nil {
		asks, cancel := asking(ctx)
		problem = s.became(asks, rt, call, inTime(err, jobs.Patience))
		cancel()
	}
	s.settle(outside, taken, answer, problem)
}

// mayBegin refuses a job that can't be begun, or not again. One that can go on later is as if it had been tried.
func (s *Server) mayBegin(ctx context.Context, taken *jobs.Taken, known bool, who access.Caller) refused {
	if taken.Broken != nil {
		return refused{err: taken.Broken, effect: Unknown}
	}
	var err error
	switch alive, failed := s.guard.Keys.Alive(ctx, who); {
	case taken.Fails >= jobs.MostFails:
		return refused{err: fault.New(fault.Stopped, "it was begun %d times, and the last %d times it ended the process that "+
			"worked on it, or failed, and got no further: the node's log says how", taken.Tries-1, taken.Fails),
			effect: Unknown}
	case time.Since(taken.Made) >= jobs.Patience:
		return refused{err: inTime(context.DeadlineExceeded, jobs.Patience), effect: Unknown}
	case !known:
		err = fault.New(fault.NotFound, "this version of the node has no operation %s", taken.Operation)
	case failed != nil:
		err = failed
	case !alive:
		err = fault.New(fault.Forbidden, "the key that asked for it has ended")
	}
	return refused{err: err, effect: None}
}

// run performs an operation. One that panics has failed; the node goes on.
func run(ctx context.Context, n *node.Node, op node.Operation, call *node.Call, request json.RawMessage) (answer any,
	err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	answer, err = op.Run(ctx, n, call, request)
	return answer, machine.Fault(err)
}

// tell has the job say how far it is, until the operation has ended.
func (s *Server) tell(ctx context.Context, cancel context.CancelCauseFunc, taken *jobs.Taken,
	call *node.Call) (ended func()) {
	var mu sync.Mutex
	var progress jobs.Progress
	call.Progress = func(step string, _ bool) {
		mu.Lock()
		defer mu.Unlock()
		progress.Tell(step)
	}
	call.Far = func(f node.Far) {
		mu.Lock()
		defer mu.Unlock()
		progress.TellFar(f)
	}
	note := func(ctx context.Context) {
		mu.Lock()
		p := progress
		mu.Unlock()
		switch err := taken.Note(ctx, p); {
		case errors.Is(err, jobs.ErrLost):
			cancel(jobs.ErrLost)
		case err != nil && ctx.Err() == nil:
			s.log.Error("a job's progress can't be noted", "request", taken.ID, "err", err)
		}
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		every := time.NewTicker(noteEvery)
		defer every.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ctx.Done():
				return
			case <-every.C:
				note(ctx)
			}
		}
	}()
	return func() {
		close(stop)
		<-done
		if ctx.Err() == nil {
			note(ctx)
		}
	}
}

// settle ends a job, or leaves it for later if it can succeed then.
func (s *Server) settle(ctx context.Context, taken *jobs.Taken, answer any, problem refused) {
	stopping := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	done := tellOf(answer)
	var err error
	wait, again := s.again(taken, problem)
	failed := codeOf(problem.err) == fault.Internal
	if problem.err == nil || !stopping && !again {
		if err := s.guard.End(ctx, admittedAs(taken).Ask, outcomeOf(problem)); err != nil {
			s.log.Error("what became of a job isn't in the log; it is taken up again", "request", taken.ID, "err", err)
			return
		}
	}
	switch {
	case problem.err == nil:
		err = taken.End(ctx, jobs.Done, done, nil)
	case stopping:
		err = taken.Leave(ctx, 0, nil, false)
	case again:
		err = taken.Leave(ctx, wait, problemOf(problem, taken.ID, s.routes[taken.Operation].fields).text(), failed)
	default:
		err = taken.End(ctx, jobs.Refused, done, problemOf(problem, taken.ID, s.routes[taken.Operation].fields).text())
	}
	s.log.Info("worked on a job", "operation", taken.Operation, "request", taken.ID, "who", taken.Who, "try",
		taken.Tries,
		"code", codeOf(problem.err))
	if err != nil {
		s.log.Error("what a job did can't be noted; it is taken up again", "request", taken.ID, "err", err)
	}
}

// admittedAs is how a job was let in. One that a version took in that didn't say was let in as who asked.
func admittedAs(taken *jobs.Taken) (in letIn) {
	if json.Unmarshal(taken.Asked, &in) != nil {
		in.Ask = access.Ask{Who: access.Caller{ID: taken.Who}, Operation: taken.Operation, Request: taken.ID}
	}
	return in
}

// codeOf is a refusal's code, "" for none.
func codeOf(err error) fault.Code {
	if err == nil {
		return ""
	}
	return refusalOf(err).Code
}

// again says whether a refused job is tried again, and after how long.
func (s *Server) again(taken *jobs.Taken, problem refused) (wait time.Duration, again bool) {
	if problem.err == nil {
		return 0, false
	}
	refusal, fails := refusalOf(problem.err), taken.Fails
	wait = min(time.Second<<min(taken.Tries, 6), time.Minute)
	if refusal.Code == fault.Internal || refusal.Code == fault.Machine {
		s.log.Error("a job failed", "operation", taken.Operation, "request", taken.ID, "err", problem.err)
	}
	if refusal.Code == fault.Internal {
		fails++
	}
	passes := refusal.Code.Passing() || problem.effect == Unknown
	return wait, passes && taken.Broken == nil && fails < jobs.MostFails && time.Since(taken.Made) < jobs.Patience
}

// tellOf is an answer as a job has it: the same bytes whenever it was done.
func tellOf(answer any) json.RawMessage {
	said, _ := tidied(answer, true)
	if said == nil {
		return nil
	}
	text, err := json.Marshal(said)
	if err != nil {
		return nil // as if it said nothing: the operation's types are JSON, as a test sees to
	}
	return text
}
