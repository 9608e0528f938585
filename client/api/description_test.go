package api

import (
	"bytes"
	"flag"
	"os"
	"reflect"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/api/internal/describe"
	"tallystick/client/event"
	"tallystick/client/node/operations"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// TestDescription holds the description to the operations and their types.
func TestDescription(t *testing.T) {
	made := description(t)
	if *update {
		if err := os.WriteFile("openapi.json", made, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(made, Description) {
		t.Error("openapi.json isn't what the operations are: go generate ./client/api, and look at what has changed")
	}
}

func description(t *testing.T) []byte {
	t.Helper()
	src := describe.Source{
		Module: "tallystick", Operations: operations.All(), Problem: reflect.TypeFor[Problem](),
		Waiting:   reflect.TypeFor[Waiting](),
		PathNames: pathNames,
		Fields: func(request reflect.Type) map[string]describe.Field {
			fields := map[string]describe.Field{}
			for name, f := range fieldsOf(request) {
				fields[name] = describe.Field{List: f.list, JSON: f.form == asJSON}
			}
			return fields
		},
		Key: KeyHeader, Height: HeightHeader, MinHeight: MinHeightHeader, Again: AgainHeader, Dry: DryHeader,
		Party: PartyHeader, LeftOut: LeftOut,
		Batch: describe.Batch{Path: batchPath, Most: MaxBatch, Entry: reflect.TypeFor[BatchEntry](),
			Answer: reflect.TypeFor[BatchAnswer](), Row: reflect.TypeFor[BatchRow](), Lines: linesType,
			Example: `{"operation":"points.cancel","key":"till-7-000123","request":{"lot":"G.1.3.0.0",` +
				`"reason":"sale_cancelled"}}`},
		Stream: StreamPath, LastEvent: LastEventHeader, Event: reflect.TypeFor[event.Event](),
	}
	for _, m := range fault.Table {
		src.Codes = append(src.Codes, string(m.Code))
	}
	t.Chdir("../..")
	made, err := describe.Make(src)
	t.Chdir("client/api")
	if err != nil {
		t.Fatal(err)
	}
	return made
}
