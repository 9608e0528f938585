package veil

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"math/big"
	"os"
	"testing"

	"github.com/gtank/ristretto255"
	"pgregory.net/rapid"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
)

// order is the group's.
var order, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989",
	10)

// vector is a line of testdata/vectors.json.
type vector struct {
	Name       string     `json:"name"`
	Value      Value      `json:"value"`
	Salt       Salt       `json:"salt"`
	Commitment Commitment `json:"commitment"`
}

// The vectors were computed from the package's formula by another implementation,
// in affine coordinates over integers of any size.
func TestVectors(t *testing.T) {
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		H       Commitment `json:"h"`
		Vectors []vector   `json:"vectors"`
	}
	if err := codec.DecodeJSON(data, &file); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(hiding.Bytes(), file.H) {
		t.Errorf("H is %x, want %s", hiding.Bytes(), file.H)
	}
	for _, v := range file.Vectors {
		o := Opening{Value: v.Value, Salt: v.Salt}
		got, err := o.Commit()
		if err != nil || !bytes.Equal(got, v.Commitment) || !o.Opens(v.Commitment) || v.Commitment.Check() != nil {
			t.Errorf("%s: %s, %v", v.Name, got, err)
		}
	}
	if len(file.Vectors) < 9 {
		t.Errorf("%d vectors", len(file.Vectors))
	}
}

func TestTheSecondGeneratorIsNoSmallMultiple(t *testing.T) {
	multiple := ristretto255.NewIdentityElement()
	for i := range 10_000 {
		if multiple.Equal(hiding) == 1 {
			t.Fatalf("H is %d·G", i)
		}
		multiple.Add(multiple, ristretto255.NewGeneratorElement())
	}
	if derive(label+" ").Equal(hiding) == 1 {
		t.Error("H doesn't hang on its text")
	}
}

func TestCheck(t *testing.T) {
	good := commit(t, drawn(t, 7))
	with := func(change func(c Commitment)) Commitment {
		c := bytes.Clone(good)
		change(c)
		return c
	}
	prime := []byte{0xed, 31: 0x7f} // 2²⁵⁵−19, little-endian
	for i := 1; i < 31; i++ {
		prime[i] = 0xff
	}
	for _, c := range []struct {
		name string
		c    Commitment
		code fault.Code
	}{
		{"a commitment", good, ""},
		{"the generator", ristretto255.NewGeneratorElement().Bytes(), ""},
		{"none", nil, fault.BadRequest},
		{"31 bytes", good[:31], fault.BadRequest},
		{"33 bytes", append(bytes.Clone(good), 0), fault.BadRequest},
		{"the identity", make(Commitment, Size), fault.BadRequest},
		{"an odd number", with(func(c Commitment) { c[0] |= 1 }), fault.BadRequest},
		{"the field's prime, for 0", prime, fault.BadRequest},
		{"a number above 2²⁵⁵", with(func(c Commitment) { c[31] |= 0x80 }), fault.BadRequest},
		{"no square root", unhex("26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"), fault.BadRequest},
		{"a negative product", unhex("3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e"),
			fault.BadRequest},
		{"all bits", bytes.Repeat([]byte{0xff}, Size), fault.BadRequest},
	} {
		if err := c.c.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := c.c.Times(1); fault.CodeOf(err) != c.code {
			t.Errorf("%s, once: %v", c.name, err)
		}
	}
}

// unhex reads the RFC's own bad encodings.
func unhex(text string) Commitment {
	b, _ := hex.DecodeString(text)
	return b
}

// Whatever passes is the one encoding of its element.
func TestCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Commitment(rapid.SliceOfN(rapid.Byte(), Size, Size).Draw(t, "bytes"))
		if e, err := c.element(); err == nil && !bytes.Equal(e.Bytes(), c) {
			t.Fatalf("%s is read as %x", c, e.Bytes())
		}
	})
}

// Openings add up as commitments do: against sums of big integers.
func TestHomomorphism(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sum, opening, value, salt := Sum{}, Known(Value{}), new(big.Int), new(big.Int)
		for range rapid.IntRange(1, 12).Draw(t, "terms") {
			o := drawOpening(t)
			k := rapid.OneOf(rapid.Uint64Range(0, 20), rapid.Uint64()).Draw(t, "times")
			term, err := commit(t, o).Times(k)
			if err != nil {
				t.Fatal(err)
			}
			all, err := o.Times(k)
			if err != nil {
				if fault.CodeOf(err) != fault.Limit || new(big.Int).Mul(o.Value.Big(), whole(k)).BitLen() <= 128 {
					t.Fatalf("%d times %s: %v", k, o.Value, err)
				}
				continue
			}
			way, sign := "plus", int64(1)
			if rapid.Bool().Draw(t, "minus") {
				way, sign = "minus", -1
			}
			next := new(big.Int).Add(value, new(big.Int).Mul(big.NewInt(sign), all.Value.Big()))
			joined, err := join(way, opening, all)
			if want := bounded(next); fault.CodeOf(err) != want {
				t.Fatalf("%s is %s: %v", way, next, err)
			} else if want != "" {
				continue
			}
			opening, value = joined, next
			salt.Mod(salt.Add(salt, new(big.Int).Mul(big.NewInt(sign), all.Salt.big())), order)
			if sum, err = joinSums(way, sum, term); err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "written and read") {
				sum = reread(t, sum)
			}
		}
		if opening.Value.Big().Cmp(value) != 0 || opening.Salt.big().Cmp(salt) != 0 {
			t.Fatalf("%+v, want %s and %s", opening, value, salt)
		}
		if !opening.Opens(sum.Commitment()) {
			t.Fatalf("%+v doesn't open %s", opening, sum)
		}
	})
}

func join(way string, a, b Opening) (Opening, error) {
	if way == "minus" {
		return a.Minus(b)
	}
	return a.Plus(b)
}

func joinSums(way string, a, b Sum) (Sum, error) {
	if way == "minus" {
		return a.Minus(b)
	}
	return a.Plus(b)
}

// bounded is the code that a value is refused with.
func bounded(v *big.Int) fault.Code {
	switch {
	case v.Sign() < 0:
		return fault.Insufficient
	case v.BitLen() > 128:
		return fault.Limit
	}
	return ""
}

func TestOnlyItsOpeningOpensIt(t *testing.T) {
	o := drawn(t, 268_000_000)
	c := commit(t, o)
	for _, k := range []struct {
		name string
		o    Opening
		want bool
	}{
		{"its own", o, true},
		{"another value", Opening{Value: Whole(268_000_001), Salt: o.Salt}, false},
		{"another salt", Opening{Value: o.Value, Salt: drawn(t, 1).Salt}, false},
		{"no salt", Known(o.Value), false},
		{"a salt of no bytes", Opening{Value: o.Value}, false},
	} {
		if k.o.Opens(c) != k.want {
			t.Errorf("%s: %v", k.name, !k.want)
		}
	}
	if o.Opens(nil) || o.Opens(c[:31]) {
		t.Error("it opens none")
	}
}

// A public value is committed to without a salt; what a hidden commission of it
// leaves is opened by who knows the commission.
func TestAPublicPriceLessAHiddenCommission(t *testing.T) {
	const price, quantity = 29_800, 3
	commission := drawn(t, 950) // basis points
	kept, err := commit(t, commission).Times(price * quantity)
	if err != nil {
		t.Fatal(err)
	}
	owed, err := Public(Whole(price * quantity * 10_000)).Minus(kept)
	if err != nil {
		t.Fatal(err)
	}
	part, err := commission.Times(price * quantity)
	if err != nil {
		t.Fatal(err)
	}
	opening, err := Known(Whole(price * quantity * 10_000)).Minus(part)
	if err != nil || opening.Value != Whole(price*quantity*9_050) || !opening.Opens(owed.Commitment()) {
		t.Errorf("%+v, %v", opening, err)
	}
}

// What a sum was is what it stays, whatever is made of it.
func TestSumsAreValues(t *testing.T) {
	one, err := commit(t, drawn(t, 1)).Times(1)
	if err != nil {
		t.Fatal(err)
	}
	before, read := one.String(), reread(t, one)
	for _, s := range []Sum{one, read, {}} {
		for _, way := range []string{"plus", "minus"} {
			was := s.String()
			if _, err := joinSums(way, s, one); err != nil {
				t.Fatal(err)
			}
			if _, err := joinSums(way, one, s); err != nil {
				t.Fatal(err)
			}
			if s.String() != was || one.String() != before {
				t.Fatalf("%s %s changed it", was, way)
			}
		}
	}
	copy(one.Commitment(), bytes.Repeat([]byte{1}, Size))
	copy(read.Commitment(), bytes.Repeat([]byte{1}, Size))
	if one.String() != before || read.String() != before || (Sum{}).String() != Public(Value{}).String() {
		t.Errorf("%s was %s", one, before)
	}
}

func TestTimes(t *testing.T) {
	c := commit(t, drawn(t, 5))
	for _, k := range []uint64{0, 1, 2, 3, 7, 8, 1000, 1 << 63, math.MaxUint64} {
		want := Sum{point: ristretto255.NewIdentityElement()}
		e, err := c.element()
		if err != nil {
			t.Fatal(err)
		}
		want.point.ScalarMult(Whole(k).scalar(), e)
		if got, err := c.Times(k); err != nil || got.String() != want.String() {
			t.Errorf("%d times: %s, %v", k, got, err)
		}
		one, err := c.Times(1)
		if err != nil {
			t.Fatal(err)
		}
		for _, sum := range []Sum{one, reread(t, one)} {
			before := sum.String()
			if got, err := sum.Times(k); err != nil || got.String() != want.String() || sum.String() != before {
				t.Errorf("%d times a sum: %s, %v", k, got, err)
			}
		}
	}
}

func TestEncodings(t *testing.T) {
	o := drawn(t, 5)
	sum, err := commit(t, o).Times(2)
	if err != nil {
		t.Fatal(err)
	}
	if data := codec.Encode(sum); !bytes.Equal(data, append([]byte{0x58, Size}, sum.Commitment()...)) {
		t.Errorf("a sum is no byte string: %x", data)
	}
	if data := codec.Encode(commit(t, o)); len(data) != 2+Size || data[0] != 0x58 {
		t.Errorf("a commitment is no byte string: %x", data)
	}
	var s Sum
	for name, data := range map[string][]byte{

		"31 bytes": append([]byte{0x58, 31}, make([]byte, 31)...), "none": {0x40},
		"a text": append([]byte{0x78, Size}, sum.String()[:Size]...), "a number": {1}, "a list": {0x80},
	} {
		if err := codec.Decode(data, &s); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s is read as a sum: %v", name, err)
		}
	}
	var back Opening
	if err := codec.Decode(codec.Encode(o), &back); err != nil || back.Value != o.Value ||
		!bytes.Equal(back.Salt, o.Salt) {
		t.Errorf("%+v, %v", back, err)
	}
	expectJSON(t, commit(t, o), &Commitment{})
	expectJSON(t, Commitment(nil), &Commitment{})
	expectJSON(t, sum, &Sum{})
	expectJSON(t, o, &Opening{})
	expectJSON(t, Value{Hi: 5, Lo: 6}, &Value{})
}

// expectJSON holds that a value's JSON reads back to the same JSON.
func expectJSON(t *testing.T, v, to any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := codec.DecodeJSON(data, to); err != nil {
		t.Errorf("%s: %v", data, err)
	}
	if again, err := json.Marshal(to); err != nil || !bytes.Equal(again, data) {
		t.Errorf("%s, read back %s, %v", data, again, err)
	}
}

func TestMalformedJSON(t *testing.T) {
	for _, c := range []struct {
		name string
		to   any
		text string
		code fault.Code
	}{
		{"half a commitment", &Commitment{}, `"e2f2"`, fault.BadRequest},
		{"a commitment in other digits", &Commitment{}, `"zz"`, fault.BadRequest},
		{"a sum of no digits", &Sum{}, `""`, fault.BadRequest},
		{"a sum in other digits", &Sum{}, `"zz"`, fault.BadRequest},
		{"a sum that is no element", &Sum{}, `"01` + string(bytes.Repeat([]byte("0"), 62)) + `"`, fault.BadRequest},
		{"half a salt", &Salt{}, `"e2f2"`, fault.BadRequest},
		{"a value as a number", new(Value), `5`, fault.BadRequest},
		{"no digits", new(Value), `""`, fault.BadRequest},
		{"a sign", new(Value), `"-1"`, fault.BadRequest},
		{"40 digits", new(Value), `"1000000000000000000000000000000000000000"`, fault.BadRequest},
		{"2¹²⁸", new(Value), `"340282366920938463463374607431768211456"`, fault.Limit},
		{"2¹²⁸−1", new(Value), `"340282366920938463463374607431768211455"`, ""},
	} {
		if err := codec.DecodeJSON([]byte(c.text), c.to); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSalts(t *testing.T) {
	if _, err := NewSalt(bytes.NewReader(make([]byte, 63))); err == nil {
		t.Error("a salt of too little was drawn")
	}
	above := order.FillBytes(make([]byte, Size)) // big-endian
	reverse(above)
	for _, c := range []struct {
		name string
		salt Salt
		code fault.Code
	}{
		{"drawn", drawn(t, 1).Salt, ""},
		{"zero", make(Salt, Size), ""},
		{"none", nil, fault.BadRequest},
		{"33 bytes", make(Salt, Size+1), fault.BadRequest},
		{"the order", above, fault.BadRequest},
	} {
		o := Opening{Salt: c.salt}
		_, commits := o.Commit()
		_, times := o.Times(1)
		_, plus := Known(Value{}).Plus(o)
		_, minus := o.Minus(Known(Value{}))
		for _, err := range []error{c.salt.Check(), o.Check(), commits, times, plus, minus} {
			if fault.CodeOf(err) != c.code {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}

// A sum whose bytes were worked out is the same sum, whichever it is.
func TestSealedSumsAreTheSame(t *testing.T) {
	one, err := (Opening{Value: Whole(7), Salt: append(Salt{3}, make([]byte, Size-1)...)}).Commit()
	if err != nil {
		t.Fatal(err)
	}
	single, err := one.Times(1)
	if err != nil || !bytes.Equal(single.Commitment(), one) {
		t.Fatalf("once is %s, %v", single, err)
	}
	for _, s := range []Sum{{}, single, Public(Whole(9))} {
		sum, err := s.Plus(Public(Whole(1)))
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Sealed().Plus(Public(Whole(1)).Sealed())
		if err != nil || s.Sealed().String() != s.String() || again.String() != sum.String() {
			t.Errorf("%s: sealed it is %s, %v", s, s.Sealed(), err)
		}
	}
}
