package operations

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
)

// TestTextsAreText: every operation refuses a request in which whichever text isn't UTF-8, or has a NUL.
func TestTextsAreText(t *testing.T) {
	tried := 0
	for _, op := range All() {
		var request map[string]any
		if err := json.Unmarshal([]byte(op.About().Example), &request); err != nil {
			t.Fatal(err)
		}
		of, _ := op.Types()
		for i := range of.NumField() { // texts that the example leaves out
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if _, said := request[name]; !said && name != "" && of.Field(i).Type.Kind() == reflect.String {
				request[name] = "left-out"
			}
		}
		for i := range texts(request, -1, "") {
			for _, bad := range []string{`a\u0000b`, "a\xffb"} {
				const mark = "the text that is none"
				altered := roundTrip(t, request)
				texts(altered, i, mark)
				text, err := json.Marshal(altered)
				if err != nil {
					t.Fatal(err)
				}
				text = []byte(strings.Replace(string(text), mark, bad, 1))
				if err := op.CheckJSON(text); fault.CodeOf(err) != fault.BadRequest {
					t.Errorf("%s: %q: %v, want BAD_REQUEST", op.About().Name, text, err)
				}
				tried++
			}
		}
	}
	if tried < 500 {
		t.Errorf("%d requests were tried; want all texts of all operations", tried)
	}
}

// texts counts the texts in a JSON value, and replaces one of them.
func texts(in any, at int, with string) (n int) {
	var visit func(any) any
	visit = func(value any) any {
		switch value := value.(type) {
		case string:
			if n++; n-1 == at {
				return with
			}
		case []any:
			for i := range value {
				value[i] = visit(value[i])
			}
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				value[key] = visit(value[key])
			}
		}
		return value
	}
	visit(in)
	return n
}

func roundTrip(t *testing.T, of map[string]any) (copied map[string]any) {
	t.Helper()
	text, err := json.Marshal(of)
	if err == nil {
		err = json.Unmarshal(text, &copied)
	}
	if err != nil {
		t.Fatal(fmt.Errorf("%v: %w", of, err))
	}
	return copied
}
