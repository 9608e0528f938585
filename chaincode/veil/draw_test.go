package veil

import (
	"bytes"
	"crypto/sha512"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/codec"
)

// fataler is what *testing.T, *testing.B and *rapid.T have in common.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

// drawn is an opening whose salt hangs on its value.
func drawn(t fataler, value uint64) Opening {
	t.Helper()
	seed := sha512.Sum512(fmt.Append(nil, value))
	salt, err := NewSalt(bytes.NewReader(seed[:]))
	if err != nil {
		t.Fatal(err)
	}
	return Opening{Value: Whole(value), Salt: salt}
}

// drawOpening draws small values and such that come near the limit.
func drawOpening(t *rapid.T) Opening {
	salt, err := NewSalt(bytes.NewReader(rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "salt")))
	if err != nil {
		t.Fatal(err)
	}
	hi := rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64()).Draw(t, "hi")
	return Opening{Value: Value{
		Hi: hi, Lo: rapid.OneOf(rapid.Uint64Range(0, 1000), rapid.Uint64Range(0, math.MaxUint64)).Draw(t, "lo"),
	}, Salt: salt}
}

func commit(t fataler, o Opening) Commitment {
	t.Helper()
	c, err := o.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reread is a sum as the next transaction finds it.
func reread(t fataler, s Sum) Sum {
	t.Helper()
	var back Sum
	if err := codec.Decode(codec.Encode(s), &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// big is the salt as a number.
func (s Salt) big() *big.Int {
	b := bytes.Clone(s)
	reverse(b)
	return new(big.Int).SetBytes(b)
}

func reverse(b []byte) { slices.Reverse(b) }

func whole(n uint64) *big.Int { return new(big.Int).SetUint64(n) }

func BenchmarkCheck(b *testing.B) {
	c := commit(b, drawn(b, 5))
	for b.Loop() {
		if err := c.Check(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCommit(b *testing.B) {
	o := drawn(b, 5)
	for b.Loop() {
		if _, err := o.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	s := reread(b, Public(Whole(5)))
	for b.Loop() {
		if _, err := s.element(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	s := Public(Whole(5))
	for b.Loop() {
		s.Commitment()
	}
}

func BenchmarkPlus(b *testing.B) {
	s := Public(Whole(5))
	for b.Loop() {
		if _, err := s.Plus(s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPublic(b *testing.B) {
	for b.Loop() {
		Public(Whole(298_000_000))
	}
}

// The bytes of a commitment are read each time, which is most of the cost of a
// small k.
func BenchmarkTimes(b *testing.B) {
	c := commit(b, drawn(b, 5))
	for _, k := range []uint64{1, 1000, math.MaxUint64} {
		b.Run(fmt.Sprint(k), func(b *testing.B) {
			for b.Loop() {
				if _, err := c.Times(k); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
