package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
)

// The headers of an answer.
const (
	heightHeader    = "Tally-Height"         // how many blocks the node had seen: the answer has them all
	minHeightHeader = "Tally-Min-Height"     // of a request: how many the node must have seen
	againHeader     = "Idempotency-Replayed" // true: the key's request had taken effect before
)

// told is what an answer says of this time that it was asked for, not of what was done.
type told struct {
	height    uint64
	duplicate bool
}

// takeOut empties an answer's fields Height and Duplicate that JSON leaves out when they are empty, so that it is
// written in the same bytes each time, and returns what they said. A height that is part of what was done stays.
func takeOut(answer any) (any, told) {
	if answer == nil {
		return nil, told{}
	}
	v := reflect.New(reflect.TypeOf(answer)).Elem()
	v.Set(reflect.ValueOf(answer))
	var said told
	said.take(v)
	return v.Interface(), said
}

func (s *told) take(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			s.take(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			s.take(v.Index(i))
		}
	case reflect.Struct:
		s.takeFields(v)
	}
}

func (s *told) takeFields(v reflect.Value) {
	for i := range v.NumField() {
		f := v.Field(i)
		switch name, tag := v.Type().Field(i).Name, v.Type().Field(i).Tag.Get("json"); {
		case !f.CanSet():
		case name == "Height" && tag == "height,omitempty":
			s.height = max(s.height, f.Uint())
			f.SetZero()
		case name == "Duplicate" && tag == "duplicate,omitempty":
			s.duplicate = s.duplicate || f.Bool()
			f.SetZero()
		default:
			s.take(f)
		}
	}
}

// writeAnswer answers with an operation's answer.
func writeAnswer(w http.ResponseWriter, rt route, answer any, height uint64) error {
	if !rt.row.Asks {
		var said told
		answer, said = takeOut(answer)
		height = max(height, said.height)
		if said.duplicate {
			w.Header().Set(againHeader, "true")
		}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	w.Header().Set(heightHeader, strconv.FormatUint(height, 10))
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
	w.Write(body) // who asked has gone if this fails, and asks again
}
