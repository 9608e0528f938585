package importer

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestEveryKindIsWhole names what a kind lacks: an example that imports something and
// counts it, its place in the documentation of the key kind and an account of its keys,
// and a form that agrees with the mapping's keys.
func TestEveryKindIsWhole(t *testing.T) {
	text, err := os.ReadFile("mapping.go")
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(text), `mapstructure:"kind"`)
	line := before[strings.LastIndex(before, "struct {"):] // the first field, with its comment
	for name, k := range kinds {
		i := slices.IndexFunc(everyKind, func(o one) bool { return o.kind == name })
		if i < 0 {
			t.Errorf("%s: everyKind has no example of it", name)
		} else if o := everyKind[i]; o.commands == 0 || len(o.totals.List()) == 0 || len(o.rejected) == 0 {
			t.Errorf("%s: its example makes %d commands, counts %v, and rejects the lines %v", name, o.commands,
				o.totals.List(), o.rejected)
		}
		if !strings.Contains(line, name) {
			t.Errorf("%s: the key kind doesn't list it", name)
		}
		if told := strings.ReplaceAll(name, "writeoffs", "write-offs"); !strings.Contains(string(text), "// Of "+told) {
			t.Errorf("%s: mapping.go doesn't say what its columns and keys are", name)
		}
		wholeForm(t, name, k.form())
	}
}

// wholeForm holds that a form names parts once, and keys that a mapping has.
func wholeForm(t *testing.T, name string, f form) {
	t.Helper()
	parts := slices.Sorted(slices.Values(slices.Concat(f.must, f.may)))
	if len(slices.Compact(slices.Clone(parts))) != len(parts) || len(f.must) == 0 {
		t.Errorf("%s: parts %v, %v", name, f.must, f.may)
	}
	for _, key := range f.keys {
		if !slices.Contains(keysOf(reflect.TypeFor[Mapping]()), key) || slices.Contains(shared, key) {
			t.Errorf("%s: %s is no key of its own", name, key)
		}
	}
	ways := 0
	for _, way := range []bool{f.once, f.counted, f.unique} {
		if way {
			ways++
		}
	}
	if ways > 1 {
		t.Errorf("%s: a second line with a key can't be seen before, counted, and a mistake", name)
	}
}

func keysOf(t reflect.Type) (keys []string) {
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("mapstructure"); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// Every total is counted by some kind, adds up, and is listed under a name of its own.
func TestTotals(t *testing.T) {
	var sum Totals
	for _, o := range everyKind {
		if err := sum.add(o.totals); err != nil {
			t.Fatal(err)
		}
	}
	twice := sum
	if err := twice.add(sum); err != nil || twice.Points != 2*sum.Points {
		t.Errorf("%d points twice are %d, %v", sum.Points, twice.Points, err)
	}
	names := map[string]bool{}
	for i, total := range twice.List() {
		names[total.Name] = true
		if total.N != 2*sum.List()[i].N {
			t.Errorf("%s: twice %d are %d", total.Name, sum.List()[i].N, total.N)
		}
	}
	if n := reflect.TypeFor[Totals]().NumField() - 1; len(names) != n { // points are no count
		t.Errorf("%v of %d counts", slices.Sorted(maps.Keys(names)), n)
	}
	if err := sum.add(Totals{Points: 1<<53 - 1}); err == nil {
		t.Error("more points than the ledger can hold")
	}
}
