// Package fuzzed has an ordinary `go test` try a fuzz target with its seeds and with thousands of inputs made of them,
// the same on every machine: a tree passes or fails whoever tries it. `go test -fuzz` looks further, guided by what the
// code does, but which inputs it tries depends on the clock and on what it found before; a soak runs it.
package fuzzed

import (
	"flag"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
)

// F is a fuzz target that keeps its seeds to make more inputs of them.
type F struct {
	*testing.F
	n     int
	seeds [][]any
}

// Target makes a fuzz target that is also tried with n inputs made of its seeds; with a tenth of them in short tests.
// RAPID_SEED, which is 1 unless it is set, says which.
func Target(f *testing.F, n int) *F {
	f.Helper()
	if testing.Short() {
		n /= 10
	}
	return &F{F: f, n: n}
}

// Add is [testing.F.Add].
func (f *F) Add(args ...any) {
	f.Helper()
	f.seeds = append(f.seeds, args)
	f.F.Add(args...)
}

// Fuzz is [testing.F.Fuzz]. Under `go test -fuzz`, which makes inputs itself, the seeds stay alone.
func (f *F) Fuzz(target any) {
	f.Helper()
	if !fuzzing() {
		for _, args := range f.made() {
			f.F.Add(args...)
		}
	}
	f.F.Fuzz(target)
}

// fuzzing says whether `go test -fuzz` runs this.
func fuzzing() bool {
	pattern := flag.Lookup("test.fuzz")
	return pattern != nil && pattern.Value.String() != ""
}

func (f *F) made() [][]any {
	f.Helper()
	seed := uint64(1)
	if text := os.Getenv("RAPID_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			f.Fatalf("RAPID_SEED: %v", err)
		}
	}
	name := fnv.New64a()
	name.Write([]byte(f.Name()))
	return inputs(rand.New(rand.NewPCG(seed, name.Sum64())), f.seeds, f.n)
}

// inputs makes n inputs, each of a seed that is changed one to four times.
func inputs(r *rand.Rand, seeds [][]any, n int) [][]any {
	list := make([][]any, n)
	for i := range list {
		args := slices.Clone(seeds[r.IntN(len(seeds))])
		for range 1 + r.IntN(4) {
			at := r.IntN(len(args))
			args[at] = change(r, args[at], seeds[r.IntN(len(seeds))][at])
		}
		list[i] = args
	}
	return list
}

// change changes a value; text and bytes may take a piece of another seed's.
func change(r *rand.Rand, value, other any) any {
	switch v := value.(type) {
	case string:
		return string(bend(r, []byte(v), []byte(other.(string))))
	case []byte:
		return bend(r, v, other.([]byte))
	case bool:
		return !v
	case int64:
		return whole(r, v)
	case int32:
		return int32(whole(r, int64(v)))
	case uint8:
		return uint8(whole(r, int64(v)))
	}
	panic("a seed of a type that can't be changed yet")
}

// whole is a whole number near another, or of any size.
func whole(r *rand.Rand, n int64) int64 {
	if r.IntN(2) == 0 {
		return n + int64(r.IntN(9)) - 4
	}
	return int64(r.Uint64() >> r.IntN(64))
}

// odd are pieces that parsers stumble over.
var odd = []string{"\x00", "\xff", "\"", "'", "\\", "{", "}", "[", "]", "<", ">", "&", "%00", "%2e%2e/", "../", "//",
	";",
	",", "\r\n", "\ufeff", "-", "0", "1e9", "-1", "9007199254740993", "18446744073709551616", "\u202e", "\ud7ff", "é"}

// bend changes one place of a text: a bit, a byte, a piece that goes, comes twice, or comes from elsewhere.
func bend(r *rand.Rand, text, other []byte) []byte {
	from, to := piece(r, text)
	switch r.IntN(6) {
	case 0:
		if changed := slices.Clone(text); from < len(changed) {
			changed[from] ^= 1 << r.IntN(8)
			return changed
		}
		return []byte{byte(r.Uint32())}
	case 1:
		return slices.Concat(text[:from], []byte{byte(r.Uint32())}, text[from:])
	case 2:
		return slices.Concat(text[:from], text[to:])
	case 3:
		return slices.Concat(text[:to], text[from:])
	case 4:
		return slices.Concat(text[:from], []byte(odd[r.IntN(len(odd))]), text[to:])
	default:
		first, last := piece(r, other)
		return slices.Concat(text[:from], other[first:last], text[to:])
	}
}

// piece is a part of a text, most often a short one.
func piece(r *rand.Rand, text []byte) (from, to int) {
	from = r.IntN(len(text) + 1)
	return from, from + r.IntN(min(len(text)-from, 1<<r.IntN(12))+1)
}
