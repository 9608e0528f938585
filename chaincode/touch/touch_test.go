package touch

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/command"
)

var rewrite = flag.Bool("rewrite", false, "rewrite testdata/touches.txt")

// TestEveryKindTouches: every kind of command says what it touches, and as testdata/touches.txt has it.
func TestEveryKindTouches(t *testing.T) {
	var lines []string
	samples(t, func(name string, req command.Request) {
		if table[reflect.TypeOf(req)] == nil {
			t.Errorf("%s says nothing: see table", name)
		}
		var touched Touch
		touched.Add(At{Caller: "D", Cycle: "c1", Lane: 5}, req)
		if touched.Weight == 0 && strings.HasSuffix(name, " 1") {
			t.Errorf("%s writes nothing", name)
		}
		lines = append(lines, fmt.Sprintf("%s: %d %v; reads %s; contends for %s",
			name, touched.Weight, touched.Alone, set(touched.Reads), set(touched.Contended)))
	})
	text, file := strings.Join(lines, "\n")+"\n", "testdata/touches.txt"
	if *rewrite {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	known, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(known), "\n")
	for i, line := range strings.Split(text, "\n") {
		if i >= len(want) || want[i] != line {
			t.Errorf("line %d of %s isn't %s", i+1, file, line)
		}
	}
}

func set(keys []string) string {
	slices.Sort(keys)
	return strings.Join(slices.Compact(keys), ", ")
}

// fill gives every field a value that goes by the seed: texts and numbers are the same everywhere, so that requests
// of different kinds meet on their rows.
func fill(v reflect.Value, seed, depth int) {
	switch v.Kind() {
	case reflect.String:
		if seed < 3 {
			v.SetString(fmt.Sprint("v", seed))
		}
	case reflect.Bool:
		v.SetBool(seed == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if seed < 3 {
			v.SetInt(int64(seed))
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if seed < 3 {
			v.SetUint(uint64(seed))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), seed, depth)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), seed, depth)
		}
	case reflect.Slice:
		list := reflect.MakeSlice(v.Type(), min(seed, 2), min(seed, 2))
		for i := range list.Len() {
			fill(list.Index(i), seed, depth)
		}
		v.Set(list)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), seed, depth)
	}
}

// samples visits requests of every kind: an empty one, two that are filled, and one whose lists have empty members.
func samples(t *testing.T, visit func(name string, req command.Request)) {
	command.Kinds(func(_ command.Kind, name string) {
		for seed := range 4 {
			req, err := command.Parse(name, []byte("{}"))
			if err != nil {
				t.Fatal(err)
			}
			v := reflect.New(reflect.TypeOf(req)).Elem()
			if seed > 0 {
				fill(v, seed, 0)
			}
			visit(fmt.Sprint(name, " ", seed), v.Interface().(command.Request))
		}
	})
}
