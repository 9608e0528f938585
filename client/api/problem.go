package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"tallystick/chaincode/fault"
	"tallystick/client/machine"
)

// Effect says what a request that wasn't answered with its answer did.
type Effect string

// What can have become of it.
const (
	None    Effect = "none"    // nothing took effect
	Unknown Effect = "unknown" // it may have taken effect, or may yet: ask again with the same Idempotency-Key
	Done    Effect = "done"    // a command of it took effect: ask again with the same Idempotency-Key for the rest
)

// Problem is what a refusal is answered with, by RFC 9457.
type Problem struct {
	Type    string     `json:"type"`              // urn:tallystick:refusal: and the code
	Title   string     `json:"title"`             // what the code means, in the language that was asked for
	Status  int        `json:"status"`            // of HTTP
	Detail  string     `json:"detail"`            // what is wrong with this request
	Code    fault.Code `json:"code"`              // of the refusal; it never changes
	En      string     `json:"en"`                // what the code means
	Zh      string     `json:"zh"`                // the same in Chinese
	Pointer string     `json:"pointer,omitempty"` // JSON pointer to the request's field that is wrong
	Retry   bool       `json:"retry"`             // the same request can succeed later
	Request string     `json:"request,omitempty"` // its Idempotency-Key
	// what the request did
	Effect Effect `json:"effect" jsonschema:"enum=none,enum=unknown,enum=done"`
	// what the operation says nevertheless, as its answer: which lines of an import were refused
	Answer any `json:"answer,omitempty"`
}

// contentType is that of a problem.
const contentType = "application/problem+json"

// refusalOf is the refusal in an error, INTERNAL without the error's words if it has none.
func refusalOf(err error) *fault.Error {
	var refusal *fault.Error
	if errors.As(machine.Fault(err), &refusal) {
		return machine.Public(refusal)
	}
	return fault.New(fault.Internal, "the node failed; its log says how")
}

// named finds the field that a refusal names, as the node's and the JSON reader's do; begins, as the ledger's do, which
// begin with it.
var (
	named  = regexp.MustCompile("`([a-z][A-Za-z0-9.]*)`|field \"?([a-z][A-Za-z0-9.]*)\"?")
	begins = regexp.MustCompile(`^(([a-z][A-Za-z0-9]*)(\.[A-Za-z0-9]+)*):`)
)

// pointerOf is the JSON pointer to the field that a refusal of a malformed request names, "" if it names none. fields
// are those of the request; nil if it was for no operation.
func pointerOf(refusal *fault.Error, fields map[string]field) string {
	if refusal.Code != fault.BadRequest && refusal.Code != fault.Limit {
		return ""
	}
	path := ""
	if m := named.FindStringSubmatch(refusal.Text); m != nil && refusal.Code == fault.BadRequest {
		path = m[1] + m[2]
	} else if m := begins.FindStringSubmatch(refusal.Text); m != nil {
		if _, is := fields[m[2]]; is {
			path = m[1]
		}
	}
	if path == "" {
		return ""
	}
	return "/" + strings.ReplaceAll(path, ".", "/")
}

// languages are those that titles are written in, the first where none was asked for.
var languages = language.NewMatcher([]language.Tag{language.English, language.Chinese})

// problemOf is why a request was refused, titled in English. fields are those of the operation's request, nil if it was
// for none.
func problemOf(why refused, request string, fields map[string]field) Problem {
	refusal := refusalOf(why.err)
	meaning := fault.Of(refusal.Code)
	return Problem{
		Type: "urn:tallystick:refusal:" + string(refusal.Code), Title: meaning.En,
		Status: cmp.Or(why.status, meaning.HTTP), Detail: refusal.Text, Code: refusal.Code, En: meaning.En,
		Zh: meaning.Zh, Pointer: pointerOf(refusal, fields), Retry: meaning.Retry, Effect: why.effect,
		Request: request, Answer: why.answer,
	}
}

// in titles a problem in the language that was asked for.
func (p Problem) in(r *http.Request) Problem {
	if _, at := language.MatchStrings(languages, r.Header.Get("Accept-Language")); at == 1 {
		p.Title = p.Zh
	}
	return p
}

// writeProblem answers a refusal of what is for no operation. A status of 0 is the code's own.
func writeProblem(w http.ResponseWriter, r *http.Request, refusal *fault.Error, status int, effect Effect, answer any) {
	problemOf(refused{err: refusal, status: status, effect: effect, answer: answer}, keyOf(r), nil).in(r).write(w)
}

// write answers with a problem.
func (p Problem) write(w http.ResponseWriter) {
	w.Header().Set("Vary", "Accept-Language")
	if seconds := waitFor[p.Code]; seconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	body, err := json.Marshal(p)
	if err != nil {
		body = []byte(`{}`) // a Problem has nothing that JSON can't hold
	}
	write(w, p.Status, contentType, body)
}

// text is a problem that nobody waits for.
func (p Problem) text() json.RawMessage {
	body, err := json.Marshal(p)
	if err != nil {
		return json.RawMessage(`{}`) // as in write
	}
	return body
}

// waitFor is after how many seconds a refused request may be tried again.
var waitFor = map[fault.Code]int{fault.Overloaded: 1, fault.Unavailable: 5, fault.UnknownOutcome: 1, fault.Stopped: 5}
