package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"

	"tallystick/client/api/internal/written"
)

// The headers of requests and answers besides [KeyHeader].
const (
	PartyHeader     = "Tally-Party"          // of a request: whose node is meant; another's refuses
	MinHeightHeader = "Tally-Min-Height"     // of a request: how many blocks the node must have seen
	WholeHeader     = "Tally-Whole"          // of a request, true: the body may say what differs each time
	HeightHeader    = "Tally-Height"         // of an answer: how many blocks the node had seen; the answer has them all
	AgainHeader     = "Idempotency-Replayed" // of an answer, true: the key's request had taken effect before
)

// perCall is what an answer says of this time that it was asked for, not of what was done.
type perCall struct {
	removed   bool // from the answer
	height    uint64
	duplicate bool
}

// tidied is an answer with empty lists where it has none at all, which JSON would call null. If it is of something that
// was done, its fields Height and Duplicate that JSON leaves out when they are empty are emptied, so that it is written
// in the same bytes each time; what they said is beside it. A height that is part of what was done stays.
func tidied(answer any, wasDone bool) (any, perCall) {
	if answer == nil {
		return nil, perCall{}
	}
	v := reflect.New(reflect.TypeOf(answer)).Elem()
	v.Set(reflect.ValueOf(answer))
	said := perCall{removed: wasDone}
	said.tidy(v)
	return v.Interface(), said
}

// tidy tidies a value that can be set. What it points to is copied first: the node may keep it.
func (s *perCall) tidy(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			v.Set(own)
			s.tidy(own.Elem())
		}
	case reflect.Slice:
		if v.IsNil() && written.Itself(v.Type()) {
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		for i := range v.Len() {
			s.tidy(v.Index(i))
		}
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() && !s.take(v.Type().Field(i), f) {
				s.tidy(f)
			}
		}
	}
}

// take empties a field that says something of this time, and says whether it was one.
func (s *perCall) take(of reflect.StructField, f reflect.Value) bool {
	switch tag := of.Tag.Get("json"); {
	case !s.removed:
		return false
	case of.Name == "Height" && tag == "height,omitempty":
		s.height = max(s.height, f.Uint())
	case of.Name == "Duplicate" && tag == "duplicate,omitempty":
		s.duplicate = s.duplicate || f.Bool()
	default:
		return false
	}
	f.SetZero()
	return true
}

// Encode writes an answer as JSON, as it is answered: a list that nobody made is an empty one.
func Encode(answer any) ([]byte, error) {
	answer, _ = tidied(answer, false)
	return json.Marshal(answer)
}

// writeAnswer answers with an operation's answer.
func writeAnswer(w http.ResponseWriter, r *http.Request, rt route, answer any, height uint64) error {
	answer, said := tidied(answer, !rt.row.Asks && r.Header.Get(WholeHeader) != "true")
	if said.duplicate {
		w.Header().Set(AgainHeader, "true")
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	w.Header().Set(HeightHeader, strconv.FormatUint(max(height, said.height), 10))
	write(w, http.StatusOK, "application/json", append(body, '\n'))
	return nil
}

// write writes a whole answer. Nobody keeps it on its way: it is for who asked.
func write(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // who asked has gone if this fails, and asks again
}
