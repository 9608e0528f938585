package api

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strconv"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The fields of a list's query that say which part of it is wanted.
const (
	limitField  = "limit"
	cursorField = "cursor"
)

// errCursor doesn't say which of the reasons it is.
var errCursor = fault.New(fault.BadRequest, "field %q: it isn't one that this list answered with these fields, at this "+
	"party's node", cursorField)

// windowOf takes from a list's query which part of it is wanted; nil for all of it. BAD_REQUEST for a limit that is
// none, and a cursor of another list, of one that was narrowed otherwise, of another party's or network's node, or
// altered.
func (s *Server) windowOf(rt route, r *http.Request) (*node.Window, error) {
	if !rt.op.Pages() || r.URL.RawQuery == "" {
		return nil, nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "the query can't be read")
	}
	limits, cursors := query[limitField], query[cursorField]
	if len(limits)+len(cursors) == 0 {
		return nil, nil
	}
	if len(limits) > 1 || len(cursors) > 1 {
		return nil, fault.New(fault.BadRequest, "a list has one limit and one cursor")
	}
	w := &node.Window{Limit: index.MaxPage}
	if len(limits) == 1 {
		if w.Limit, err = strconv.Atoi(limits[0]); err != nil || w.Limit < 1 || w.Limit > index.MaxPage {
			return nil, fault.New(fault.BadRequest, "field %q: want 1 to %d", limitField, index.MaxPage)
		}
	}
	delete(query, limitField)
	delete(query, cursorField)
	r.URL.RawQuery = query.Encode() // what is left is the request, sorted by its fields
	list := rt.row.Name + " " + r.URL.EscapedPath() + "?" + r.URL.RawQuery
	w.Bookmark = func(next string) (string, error) { return s.cursor(list, next) }
	if len(cursors) == 1 {
		w.After, err = s.placeOf(list, cursors[0])
	}
	return w, err
}

// A cursor is the last row's key behind a mark that only this party's vault can make, of the list with all that narrows
// it.
const markBytes = 16

func (s *Server) mark(list, after string) ([]byte, error) {
	v, err := s.node.Vault()
	if err != nil {
		return nil, err
	}
	intent := v.Intent(codec.Encode([]string{"cursor", list, after}))
	return intent[:markBytes], nil
}

func (s *Server) cursor(list, after string) (string, error) {
	mark, err := s.mark(list, after)
	return base64.RawURLEncoding.EncodeToString(append(mark, after...)), err
}

// placeOf is where a cursor points in a list.
func (s *Server) placeOf(list, cursor string) (string, error) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(text) <= markBytes || len(cursor) > 4096 {
		return "", errCursor
	}
	after := string(text[markBytes:])
	mark, err := s.mark(list, after)
	if err == nil && !bytes.Equal(mark, text[:markBytes]) {
		err = errCursor
	}
	return after, err
}

// export answers a whole list in lines, of one height, and holds no more of it than a part. Once it has begun, what
// goes wrong cuts the connection, so that whoever reads can tell.
type export struct {
	w     http.ResponseWriter
	lines *lines // nil until it has begun
}

// begin begins the answer.
func (e *export) begin(height uint64) {
	if e.lines == nil {
		e.w.Header().Set(HeightHeader, strconv.FormatUint(height, 10))
		e.lines = newLines(e.w)
	}
}

// each writes a part of the list.
func (e *export) each(height uint64, rows any) error {
	e.begin(height)
	list := reflect.ValueOf(rows)
	for i := range list.Len() {
		row, _ := tidied(list.Index(i).Interface(), false)
		e.lines.put(row)
	}
	e.lines.flush()
	if errors.Is(e.lines.err, http.ErrNotSupported) {
		e.lines.err = nil // of what isn't a connection
	}
	return e.lines.err
}
