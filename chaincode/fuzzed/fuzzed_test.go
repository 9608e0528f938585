package fuzzed

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

var seeds = [][]any{
	{"name", []byte(`{"a":1}`), true, int64(7), int32(-1), uint8(3)},
	{"", []byte(nil), false, int64(0), int32(0), uint8(0)},
}

// Inputs come again from the same seed, and others from another; no seed is changed itself.
func TestInputsComeAgain(t *testing.T) {
	of := func(seed uint64) [][]any { return inputs(rand.New(rand.NewPCG(seed, 1)), seeds, 500) }
	first := of(1)
	if !reflect.DeepEqual(first, of(1)) || reflect.DeepEqual(first, of(2)) {
		t.Error("inputs aren't the seed's")
	}
	if !bytes.Equal(seeds[0][1].([]byte), []byte(`{"a":1}`)) {
		t.Errorf("a seed became %s", seeds[0][1])
	}
}

// Whatever a value is, it comes changed, and texts come shorter, longer and with what others hold.
func TestInputsDiffer(t *testing.T) {
	texts := map[string]bool{}
	for _, args := range inputs(rand.New(rand.NewPCG(1, 1)), [][]any{{"abc"}, {"xyz"}}, 20_000) {
		texts[args[0].(string)] = true
	}
	for _, want := range []string{"ab", "abcabc", "abz", "xbc", "\x00", "ac"} {
		if !texts[want] {
			t.Errorf("%q never came, of %d", want, len(texts))
		}
	}
	for at := range seeds[0] {
		if list := inputs(rand.New(rand.NewPCG(1, 1)), seeds, 100); !slices.ContainsFunc(list, func(args []any) bool {
			return !reflect.DeepEqual(args[at], seeds[0][at]) && !reflect.DeepEqual(args[at], seeds[1][at])
		}) && at != 2 {
			t.Errorf("value %d never changed", at)
		}
	}
}

// A target is tried with as many inputs as it asks for, and its seeds.
func FuzzTarget(f *testing.F) {
	if fuzzing() {
		f.Skip("go test -fuzz counts by itself")
	}
	target, tried := Target(f, 100), 0
	target.Add("seed")
	f.Cleanup(func() {
		if want := target.n + 1; tried != want {
			f.Errorf("%d inputs were tried, want %d", tried, want)
		}
	})
	target.Fuzz(func(*testing.T, string) { tried++ })
}
