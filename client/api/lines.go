package api

import (
	"encoding/json"
	"net/http"
	"strings"
)

// linesType is the media type of JSON values in a line each.
const linesType = "application/x-ndjson"

// wantsLines says whether an answer is wanted in lines.
func wantsLines(r *http.Request) bool {
	for _, accepted := range r.Header.Values("Accept") {
		for one := range strings.SplitSeq(accepted, ",") {
			media, _, _ := strings.Cut(one, ";")
			if strings.EqualFold(strings.TrimSpace(media), linesType) {
				return true
			}
		}
	}
	return false
}

// lines is an answer in lines, which is written as it comes. What fails is remembered: who asked may have gone.
type lines struct {
	w   http.ResponseWriter
	to  *json.Encoder
	err error
}

// newLines begins an answer in lines. Nobody keeps it on its way, as any answer.
func newLines(w http.ResponseWriter) *lines {
	h := w.Header()
	h.Set("Content-Type", linesType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	to := json.NewEncoder(w)
	to.SetEscapeHTML(false)
	return &lines{w: w, to: to}
}

// put writes a line.
func (l *lines) put(value any) {
	if l.err == nil {
		l.err = l.to.Encode(value)
	}
}

// flush sends what was written.
func (l *lines) flush() {
	if l.err == nil {
		l.err = http.NewResponseController(l.w).Flush()
	}
}
