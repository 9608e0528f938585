package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/api/internal/written"
	"tallystick/client/bounds"
	"tallystick/client/node"
)

// MaxBody is how many bytes a request's body may have.
const MaxBody = 4 << 20

// form is how a field is written in a path or a query, where all is text.
type form uint8

const (
	asText   form = iota // as it is
	asNumber             // digits
	asTruth              // true or false
	asJSON               // as in a body
)

// field is a field of a request's type.
type field struct {
	form form
	list bool // it may stand again, each time with one value
}

// fieldsOf are the fields of a request's type by their names.
func fieldsOf(t reflect.Type) map[string]field {
	fields := map[string]field{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || name == "" {
			continue
		}
		fields[name] = fieldOf(f.Type)
	}
	return fields
}

func fieldOf(t reflect.Type) field {
	if said, ok := marshalled(t); ok {
		return said
	}
	if t.Kind() == reflect.Slice && (t.Elem().Kind() != reflect.Uint8 || written.Itself(t.Elem())) {
		inner := fieldOf(t.Elem())
		return field{form: inner.form, list: inner.form != asJSON}
	}
	return field{form: formOf(t)}
}

func formOf(t reflect.Type) form {
	switch t.Kind() {
	case reflect.String, reflect.Slice: // bytes are base64
		return asText
	case reflect.Bool:
		return asTruth
	case reflect.Struct, reflect.Map, reflect.Pointer, reflect.Interface, reflect.Array:
		return asJSON
	}
	return asNumber
}

// marshalled is how a type that writes itself is written, as its zero value shows.
func marshalled(t reflect.Type) (field, bool) {
	if !written.Itself(t) {
		return field{}, false
	}
	zero, err := json.Marshal(reflect.Zero(t).Interface())
	switch {
	case err != nil || bytes.HasPrefix(zero, []byte(`"`)):
		return field{form: asText}, true
	case bytes.HasPrefix(zero, []byte(`[`)) || string(zero) == "null":
		return field{form: asText, list: true}, true
	}
	return field{form: asJSON}, true
}

var digits = regexp.MustCompile(`^-?[0-9]{1,20}(\.[0-9]{1,20})?$`)

// write writes one value as JSON.
func (f field) write(name, text string) (json.RawMessage, error) {
	switch {
	case f.form == asNumber && digits.MatchString(text),
		f.form == asTruth && (text == "true" || text == "false"),
		f.form == asJSON && json.Valid([]byte(text)):
		return json.RawMessage(text), nil
	case f.form == asText && utf8.ValidString(text):
		return json.Marshal(text)
	}
	return nil, fault.New(fault.BadRequest, "field %q: want %s", name,
		map[form]string{asText: "text in UTF-8", asNumber: "a number", asTruth: "true or false",
			asJSON: "JSON"}[f.form])
}

// ofQuery writes a query as a request in JSON. BAD_REQUEST for a field that stands twice and isn't a list, or isn't of
// its form. A field that the request hasn't is left for the operation to refuse.
func ofQuery(fields map[string]field, query url.Values) (map[string]json.RawMessage, error) {
	request := map[string]json.RawMessage{}
	for name, texts := range query {
		of := fields[name]
		if len(texts) > 1 && !of.list {
			return nil, fault.New(fault.BadRequest, "field %q stands twice", name)
		}
		values := make([]json.RawMessage, len(texts))
		for i, text := range texts {
			value, err := of.write(name, text)
			if err != nil {
				return nil, err
			}
			values[i] = value
		}
		request[name] = values[0]
		if of.list {
			list, err := json.Marshal(values)
			if err != nil {
				return nil, err
			}
			request[name] = list
		}
	}
	return request, nil
}

// inPath finds what a route's path names.
var inPath = regexp.MustCompile(`\{(\w+)\}`)

// pathNames are the fields that a path names.
func pathNames(path string) []string {
	var names []string
	for _, m := range inPath.FindAllStringSubmatch(path, -1) {
		names = append(names, m[1])
	}
	return names
}

// requestOf is an HTTP request as the operation's request in JSON, with the file that comes with it. What the path
// names stands in front of the body's fields, so a body that names it too names it twice, and is refused by whoever
// reads it.
func (rt route) requestOf(r *http.Request) (request json.RawMessage, file node.Upload, err error) {
	named := map[string]json.RawMessage{}
	body := []byte("{}")
	switch {
	case rt.row.Method == http.MethodGet:
		query, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return nil, file, fault.New(fault.BadRequest, "the query can't be read")
		}
		if named, err = ofQuery(rt.fields, query); err != nil {
			return nil, file, err
		}
	case r.URL.RawQuery != "":
		return nil, file, errQuery
	case rt.op.Carries():
		body, file, err = rt.partsOf(r)
	default:
		body, err = bodyOf(r, "application/json")
	}
	if err != nil {
		return nil, file, err
	}
	for _, name := range rt.path {
		if named[name] != nil {
			return nil, file, fault.New(fault.BadRequest, "field %q stands twice", name)
		}
		if r.PathValue(name) == LeftOut {
			continue
		}
		if named[name], err = rt.fields[name].write(name, r.PathValue(name)); err != nil {
			return nil, file, err
		}
	}
	request, err = inFront(named, body)
	return request, file, err
}

// LeftOut stands in a path for a field that the request leaves out, such as the last of the closed cycles. No id is it.
const LeftOut = "~"

// partsOf reads a request with a file: multipart/form-data whose first part, request, is the request in JSON, and whose
// second, file, is the file, which the operation reads as it comes.
func (rt route) partsOf(r *http.Request) (body []byte, file node.Upload, err error) {
	if r.ContentLength > rt.most+MaxBody {
		return nil, file, tooLarge{rt.most}
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, file, errParts
	}
	first, err := parts.NextPart()
	if err != nil || first.FormName() != "request" {
		return nil, file, errParts
	}
	if body, err = whole(first); err != nil {
		return nil, file, err
	}
	second, err := parts.NextPart()
	if err != nil || second.FormName() != "file" {
		return nil, file, errParts
	}
	open := func() (io.ReadCloser, error) { return &partBody{second, rt.most, rt.most}, nil }
	return body, node.Upload{Name: second.FileName(), Open: open}, nil
}

// partBody is a file as its sender sends it. That it doesn't come whole is the sender's fault.
type partBody struct {
	from       io.Reader
	most, left int64
}

// Read reads on, and no further than the file may be long.
func (p *partBody) Read(to []byte) (int, error) {
	n, err := p.from.Read(to)
	if p.left -= int64(n); p.left < 0 {
		return 0, tooLarge{p.most}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = errCut
	}
	return n, err
}

// Close leaves unread what wasn't read.
func (p *partBody) Close() error { return nil }

// tooLarge is why a file isn't taken.
type tooLarge struct{ most int64 }

func (t tooLarge) Error() string { return t.Unwrap().Error() }

// Unwrap gives its code.
func (t tooLarge) Unwrap() error {
	return fault.New(fault.Limit, "the file is longer than %d bytes", t.most)
}

func isTooLarge(err error) bool {
	var t tooLarge
	return errors.As(err, &t)
}

// inFront puts fields before those of a JSON object.
func inFront(fields map[string]json.RawMessage, object []byte) (json.RawMessage, error) {
	rest, is := bytes.CutPrefix(bytes.TrimLeft(object, " \t\r\n"), []byte("{"))
	if !is {
		return nil, fault.New(fault.BadRequest, "JSON: want an object")
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for i, name := range slices.Sorted(keysOf(fields)) {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, "%q:%s", name, fields[name])
	}
	if len(fields) > 0 && !bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte("}")) {
		out.WriteByte(',')
	}
	out.Write(rest)
	return out.Bytes(), nil
}

func keysOf(fields map[string]json.RawMessage) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range fields {
			if !yield(name) {
				return
			}
		}
	}
}

// Bodies that are refused, three of them with a status of their own.
var (
	errQuery = fault.New(fault.BadRequest, "a POST has no query: its request stands in its body")
	errCut   = fault.New(fault.BadRequest, "the body didn't come whole, or not in time")
	errParts = fault.New(fault.BadRequest, "want a body of Content-Type multipart/form-data with two parts: request, in "+
		"JSON, and then file")
	errMedia = fault.New(fault.BadRequest,
		"want a body of Content-Type application/json, in UTF-8 and not compressed")
	errTooLarge = fault.New(fault.Limit, "the body is longer than %d bytes", MaxBody)
)

// bodyOf reads a body of one of some media types within its bounds; none is {}.
func bodyOf(r *http.Request, types ...string) ([]byte, error) {
	if r.ContentLength > MaxBody {
		return nil, errTooLarge
	}
	body, err := whole(r.Body)
	switch {
	case err != nil:
		return nil, err
	case len(body) == 0:
		return []byte("{}"), nil
	}
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := parameters["charset"]
	if err != nil || !slices.Contains(types, media) || charset != "" && !strings.EqualFold(charset, "utf-8") ||
		r.Header.Get("Content-Encoding") != "" {
		return nil, errMedia
	}
	return body, nil
}

// whole reads a request in JSON within its bounds, to its end.
func whole(from io.Reader) ([]byte, error) {
	body, err := bounds.All(from, "the body", MaxBody)
	switch {
	case fault.CodeOf(err) == fault.Limit:
		return nil, errTooLarge
	case err != nil:
		return nil, errCut
	}
	return body, nil
}

// KeyHeader is the header that says by which name the ledger is to remember a request.
const KeyHeader = "Idempotency-Key"

// idOf is the request id that a call has, bare or in quotes. BAD_REQUEST where one is needed and none is said, or two
// are.
func (rt route) idOf(r *http.Request, dry bool) (string, error) {
	if rt.row.Asks {
		return "", nil
	}
	said := r.Header.Values(KeyHeader)
	if (rt.op.BySource() || dry) && len(said) == 0 {
		return "", nil
	}
	id := bare(said)
	if id == "" { // to the node it would be none, so asked for again it would take effect again
		return "", fault.New(fault.BadRequest, "want one %s: the name by which the ledger remembers the request, "+
			"the same when it is asked for again", KeyHeader)
	}
	return id, nil
}

// bytesOf is how many bytes of memory a request's body may take.
func bytesOf(r *http.Request) int {
	if r.ContentLength < 0 || r.ContentLength > MaxBody {
		return MaxBody
	}
	return int(r.ContentLength)
}

// DryHeader is the header of a request, true, that asks what would happen, and of its answer.
const DryHeader = "Tally-Dry-Run"

// dryOf says whether a request only asks what would happen. BAD_REQUEST for another value than true, and of an
// operation that can't say.
func (rt route) dryOf(r *http.Request) (bool, error) {
	said := r.Header.Values(DryHeader)
	switch {
	case len(said) == 0:
		return false, nil
	case len(said) > 1 || said[0] != "true":
		return false, fault.New(fault.BadRequest, "%s: want true, or leave it out", DryHeader)
	case !rt.op.Tries():
		return false, fault.New(fault.BadRequest, "%s can't be tried: it sends several commands, or keeps something "+
			"besides, or only asks anyway", rt.row.Name)
	}
	return true, nil
}

// bare is the one value of a header without its quotes, "" if it has none or several.
func bare(said []string) string {
	if len(said) != 1 {
		return ""
	}
	id := said[0]
	if len(id) > 1 && id[0] == '"' && id[len(id)-1] == '"' {
		return id[1 : len(id)-1]
	}
	return id
}

// keyOf is a request's Idempotency-Key for its log and its problem, "" for what can't be one: that may be anything, of
// any length, from anybody.
func keyOf(r *http.Request) string {
	if id := bare(r.Header.Values(KeyHeader)); name.CheckID("request", id) == nil {
		return id
	}
	return ""
}
