package checkpoint

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"tallystick/chaincode/fuzzed"
)

// auditor has a key.
type auditor struct{ private, public string }

func newAuditor(t testing.TB, name string) auditor {
	t.Helper()
	private, public, err := NewKey(name)
	if err != nil {
		t.Fatal(err)
	}
	return auditor{private, public}
}

func keysOf(t testing.TB, list ...auditor) note.Verifiers {
	t.Helper()
	text := "# auditors\n\n"
	for _, a := range list {
		text += a.public + "\n"
	}
	known, err := Keys(text)
	if err != nil {
		t.Fatal(err)
	}
	return known
}

var at213 = Checkpoint{Channel: "tally", Genesis: [32]byte{1}, Height: 213, Block: [32]byte{2}, State: [32]byte{3}}

// TestCosigned: a note goes from hand to hand; each who came to the same signs; x/mod's note alone says who did.
func TestCosigned(t *testing.T) {
	g, d, bank := newAuditor(t, "G/audit"), newAuditor(t, "D/audit"), newAuditor(t, "BANK/audit")
	known := keysOf(t, g, d, bank)
	signed, err := Sign(at213, g.private)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []auditor{d, bank, bank} { // twice is once
		if signed, err = Cosign(signed, known, at213, who.private); err != nil {
			t.Fatal(err)
		}
	}
	got, signers, err := Open(signed, known)
	if err != nil || got != at213 || !slices.Equal(signers, []string{"BANK/audit", "D/audit", "G/audit"}) {
		t.Errorf("%+v by %v: %v", got, signers, err)
	}
	if _, signers, err := Open(signed, keysOf(t, d)); err != nil || !slices.Equal(signers, []string{"D/audit"}) {
		t.Errorf("to who knows one of them, it is signed by %v: %v", signers, err)
	}
	if err := Compare(signed, signed, known); err != nil {
		t.Error(err)
	}
}

// TestDisagreement: who came to something else doesn't sign, and two notes prove it.
func TestDisagreement(t *testing.T) {
	g, d := newAuditor(t, "G/audit"), newAuditor(t, "D/audit")
	known := keysOf(t, g, d)
	signed, err := Sign(at213, g.private)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(c *Checkpoint){
		"another block":   func(c *Checkpoint) { c.Block[31]++ },
		"another state":   func(c *Checkpoint) { c.State[0]++ },
		"another verdict": func(c *Checkpoint) { c.Findings = 1 },
	} {
		other := at213
		change(&other)
		var found *Disagreement
		if _, err := Cosign(signed, known, other, d.private); !errors.As(err, &found) ||
			!slices.Equal(found.SignedOne, []string{"G/audit"}) {
			t.Errorf("%s: cosigned: %v", name, err)
		}
		theirs, err := Sign(other, d.private)
		if err != nil {
			t.Fatal(err)
		}
		if err := Compare(signed, theirs, known); !errors.As(err, &found) || found.One != at213 ||
			found.Other != other || !slices.Equal(found.SignedOther, []string{"D/audit"}) {
			t.Errorf("%s: compared: %v", name, err)
		}
	}
	for name, change := range map[string]func(c *Checkpoint){
		"another height":  func(c *Checkpoint) { c.Height++ },
		"another network": func(c *Checkpoint) { c.Genesis[0]++ },
		"another channel": func(c *Checkpoint) { c.Channel = "other" },
	} {
		other := at213
		change(&other)
		var found *Disagreement
		if _, err := Cosign(signed, known, other, d.private); err == nil || errors.As(err, &found) {
			t.Errorf("%s: cosigned: %v", name, err)
		}
		theirs, err := Sign(other, d.private)
		if err != nil {
			t.Fatal(err)
		}
		if err := Compare(signed, theirs, known); err == nil || errors.As(err, &found) {
			t.Errorf("%s: compared: %v", name, err)
		}
	}
}

// TestEveryByte: a note of which any byte was changed, or that was cut anywhere, says nothing else in anybody's name.
func TestEveryByte(t *testing.T) {
	g := newAuditor(t, "G/audit")
	known := keysOf(t, g)
	signed, err := Sign(at213, g.private)
	if err != nil {
		t.Fatal(err)
	}
	for i := range signed {
		without := append(bytes.Clone(signed[:i]), signed[i+1:]...)
		for _, other := range [][]byte{signed[:i], without, changed(signed, i)} {
			if c, _, err := Open(other, known); err == nil && c != at213 {
				t.Fatalf("byte %d: %+v", i, c)
			}
		}
	}
}

func changed(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 1
	return data
}

// TestRefused: what isn't written as checkpoints are is none.
func TestRefused(t *testing.T) {
	text := at213.Text()
	if c, err := Parse(text); err != nil || c != at213 {
		t.Fatalf("%+v: %v", c, err)
	}
	for name, bad := range map[string]string{
		"nothing":        "",
		"a line more":    text + "more\n",
		"a line less":    strings.TrimSuffix(text, "findings 0\n"),
		"no height":      strings.Replace(text, "\n213\n", "\n0\n", 1),
		"a zero before":  strings.Replace(text, "\n213\n", "\n0213\n", 1),
		"a plus":         strings.Replace(text, "\n213\n", "\n+213\n", 1),
		"a huge height":  strings.Replace(text, "\n213\n", "\n99999999999999999999\n", 1),
		"a short hash":   strings.Replace(text, "genesis 01", "genesis ", 1),
		"capital digits": strings.Replace(text, "genesis 01", "genesis 0A", 1),
		"another log":    strings.Replace(text, "tallystick/", "sum/", 1),
		"no channel":     strings.Replace(text, "/tally\n", "/\n", 1),
		"a path":         strings.Replace(text, "/tally\n", "/../tally\n", 1),
		"a long text":    strings.Repeat("x", MaxNote+1),
	} {
		if c, err := Parse(bad); err == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if _, err := Keys("G/audit+1234+nothing"); err == nil {
		t.Error("a key that is none was taken")
	}
	if _, err := Keys("# none\n"); err == nil {
		t.Error("no key was taken for keys")
	}
	if _, err := Sign(Checkpoint{}, newAuditor(t, "G/audit").private); err == nil {
		t.Error("an empty checkpoint was signed")
	}
}

func FuzzOpen(tf *testing.F) {
	f := fuzzed.Target(tf, 2000)
	g := newAuditor(f, "G/audit")
	known := keysOf(f, g)
	signed, err := Sign(at213, g.private)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed)
	f.Add([]byte(at213.Text()))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, _, err := Open(data, known); err == nil && c != at213 {
			t.Errorf("%q: %+v", data, c)
		}
		if c, err := Parse(string(data)); err == nil && c.Text() != string(data) {
			t.Errorf("%q is written as %q", data, c.Text())
		}
	})
}
