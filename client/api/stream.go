package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/event"
	"tallystick/client/node"
	"tallystick/client/node/events"
)

// StreamPath is where events are told as they come, as Server-Sent Events.
const StreamPath = "/v1/events/stream"

// LastEventHeader is how a browser says after which event it asks on.
const LastEventHeader = "Last-Event-ID"

// What streams may cost.
const (
	mostStreams      = 8192
	mostStreamsOfOne = mostStreams / 4
	streamBeat       = 15 * time.Second // after which who hears nothing is told that the node is there
	streamPatience   = 10 * time.Second // in which a write must be taken
	streamPage       = 100              // events of one write
)

// stream is what the stream is made of.
type stream struct {
	tail *events.Tail
	gate gate
	stop chan struct{} // closed when the node stops

	beat, patience time.Duration // see streamBeat, streamPatience

	stopping sync.Once
}

// end ends all streams, those to come too.
func (st *stream) end() { st.stopping.Do(func() { close(st.stop) }) }

// ignoreUnsupported leaves out that what is answered on has no deadlines: it is no connection.
func ignoreUnsupported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// Stream has the server tell events as they come.
func (s *Server) Stream(tail *events.Tail) {
	st := &stream{tail: tail, gate: newGate(mostStreams, mostStreamsOfOne), stop: make(chan struct{}),
		beat: streamBeat, patience: streamPatience}
	s.stream.Store(st)
	s.metrics.gauge("tally_event_streams", "Streams of events that are open.",
		func() float64 { return float64(st.gate.underWay()) })
	s.mux.HandleFunc("GET "+StreamPath, func(w http.ResponseWriter, r *http.Request) { s.serveStream(w, r, st) })
}

// streamQuery is what a stream is asked for.
type streamQuery struct {
	after  *event.Cursor
	latest bool
	wanted event.Wanted
}

// streamQueryOf reads what is asked for. What a browser says of the last event that it got wins over the address, which
// stays as it was. BAD_REQUEST for what is malformed.
func streamQueryOf(r *http.Request) (q streamQuery, err error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return q, fault.New(fault.BadRequest, "the query isn't well-formed")
	}
	for name, list := range values {
		if !slices.Contains([]string{"after", "types"}, name) || name == "after" && len(list) > 1 {
			return q, fault.New(fault.BadRequest, "field %q: a stream takes `after`, once, and `types`", name)
		}
	}
	if q.wanted, err = event.Want(values["types"]); err != nil {
		return q, err
	}
	after := values.Get("after")
	if said := r.Header.Get(LastEventHeader); said != "" {
		after = said
	}
	if q.latest = after == events.Latest; q.latest || after == "" {
		return q, nil
	}
	at, err := event.Parse(after)
	q.after = &at
	return q, err
}

// serveStream tells a caller of events until it goes, its key ends, it takes too long to read, or the node stops.
// Refused, first that applies: 401, 403, 400 what is malformed, 429 more streams than are open at once, 404 a cursor of
// another network.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request, st *stream) {
	who, err := s.mayStream(r)
	if err != nil {
		status := 0
		if who.ID == "" && fault.CodeOf(err) == fault.Forbidden {
			status = http.StatusUnauthorized
		}
		writeProblem(w, r, refusalOf(err), status, None, nil)
		return
	}
	q, err := streamQueryOf(r)
	if err != nil {
		writeProblem(w, r, refusalOf(err), 0, None, nil)
		return
	}
	leave, ok := st.gate.enter(who.ID, 1)
	if !ok {
		writeProblem(w, r, fault.New(fault.Overloaded, "too many streams are open; close one"), 0, None, nil)
		return
	}
	defer leave()
	begun := time.Now()
	err = s.tellEvents(w, r, st, q)
	s.log.Info("a stream ended", "who", who.ID, "s", int(time.Since(begun).Seconds()), "err", err)
}

// mayStream is who asks, if they may hear of events.
func (s *Server) mayStream(r *http.Request) (access.Caller, error) {
	who, err := s.caller(r)
	if err == nil && !who.Role.Has(node.Read) {
		err = fault.New(fault.Forbidden, "the role %s may not do what needs %s", who.Role.Name, node.Read)
	}
	return who, err
}

// tellEvents writes events until there is a reason to end, which it returns.
func (s *Server) tellEvents(w http.ResponseWriter, r *http.Request, st *stream, q streamQuery) error {
	ctx := r.Context()
	if q.latest {
		last, err := s.latest(ctx, st)
		if err != nil {
			writeProblem(w, r, refusalOf(err), 0, None, nil)
			return err
		}
		q.after = last
	}
	list, at, more, grown, err := st.tail.After(ctx, q.after, q.wanted, streamPage)
	if err != nil {
		writeProblem(w, r, refusalOf(err), 0, None, nil)
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Accel-Buffering", "no") // a proxy's, which would keep it
	out := &streamWriter{w, http.NewResponseController(w), st.patience}
	// It is read no further, for as long as it lasts; each write has a time of its own.
	if err := ignoreUnsupported(out.c.SetReadDeadline(time.Time{})); err != nil {
		return err
	}
	if err := out.write([]byte("retry: 2000\n\n")); err != nil {
		return err
	}
	beat := time.NewTicker(st.beat)
	defer beat.Stop()
	for {
		if err := out.events(list); err != nil {
			return err
		}
		if more {
			grown = ready
		}
		if err := s.await(r, st, out, grown, beat); err != nil {
			return err
		}
		if list, at, more, grown, err = st.tail.After(ctx, at, q.wanted, streamPage); err != nil {
			return err
		}
	}
}

func (s *Server) latest(ctx context.Context, st *stream) (*event.Cursor, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return st.tail.Latest(ctx)
}

// ready is for what needs no waiting.
var ready = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// await waits until there are more events. At each beat, however many come, it tells that the node is there, and looks
// whether the caller may still ask.
func (s *Server) await(r *http.Request, st *stream, out *streamWriter, grown <-chan struct{}, beat *time.Ticker) error {
	for {
		select {
		case <-beat.C: // it comes first: a stream that is never idle ends with its key, too
			if err := s.beat(r, out); err != nil {
				return err
			}
			continue
		default:
		}
		select {
		case <-grown:
			return nil
		case <-beat.C:
			if err := s.beat(r, out); err != nil {
				return err
			}
		case <-r.Context().Done():
			return r.Context().Err()
		case <-st.stop:
			return fault.New(fault.Unavailable, "the node is stopping")
		}
	}
}

// beat looks whether the caller may still ask, and tells that the node is there.
func (s *Server) beat(r *http.Request, out *streamWriter) error {
	if _, err := s.mayStream(r); err != nil {
		return err
	}
	return out.write([]byte(":\n\n"))
}

// streamWriter writes a stream, each time within a time.
type streamWriter struct {
	w http.ResponseWriter
	c *http.ResponseController

	patience time.Duration
}

func (o *streamWriter) write(text []byte) error {
	if err := ignoreUnsupported(o.c.SetWriteDeadline(time.Now().Add(o.patience))); err != nil {
		return err
	}
	if _, err := o.w.Write(text); err != nil {
		return err
	}
	return o.c.Flush()
}

// events writes events, all at once.
func (o *streamWriter) events(list []event.Event) error {
	if len(list) == 0 {
		return nil
	}
	var text []byte
	for _, e := range list {
		data, err := json.Marshal(e)
		if err != nil {
			return err
		}
		text = append(append(append(append(text, "id: "...), e.ID...), "\ndata: "...), data...)
		text = append(text, "\n\n"...)
	}
	return o.write(text)
}
