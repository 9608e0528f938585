package statement

import (
	"encoding/json"
	"strings"
	"testing"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

// TestTheLedgersAnswerIsRead reads what query:Statement answers.
func TestTheLedgersAnswerIsRead(t *testing.T) {
	s := signed(must(Of(storyHead(), list(story()...))))
	line := must(number.ParseRow("G.1.9.0.0"))
	pair := settlement.Pair{Cycle: "2026-11", A: "D", B: "G", State: settlement.Agreed,
		Carved:  []settlement.Carved{{Line: line, Debtor: "D", Fen: 1_800}},
		SignedA: settlement.Signature{Root: s.Root, By: s.Signatures[0].Command, Date: s.Signatures[0].Date}}
	var a Answer
	if err := json.Unmarshal(must(json.Marshal(pair)), &a); err != nil {
		t.Fatal(err)
	}
	if a.Cycle != pair.Cycle || a.A != pair.A || a.B != pair.B || a.State != "AGREED" ||
		a.SignedA.Root.String() != s.Root.String() ||
		a.SignedA.By != pair.SignedA.By || a.SignedA.Date != pair.SignedA.Date || len(a.SignedB.Root) != 0 ||
		len(a.Carved) != 1 || a.Carved[0] != (CarvedLine{"G.1.9.0.0", 1_800}) {
		t.Errorf("%+v", a)
	}
}

// TestEveryCommandHasAWord walks the ledger's commands: none stands untranslated in a document, and words are read
// back.
func TestEveryCommandHasAWord(t *testing.T) {
	command.Kinds(func(_ command.Kind, name string) {
		for _, in := range []Language{English, Chinese} {
			word := in.cause(name)
			if word == name || in.causeOf(word) != name {
				t.Errorf("%s in %s: %q, which is %s", name, in, word, in.causeOf(word))
			}
			if in == Chinese && strings.ContainsFunc(word, func(r rune) bool { return r < 0x2E80 }) {
				t.Errorf("%s: %q has other letters", name, word)
			}
		}
	})
}

// TestScenesAreReadBack: a scene's word is no other scene's, and one of the parties' own stays as it is.
func TestScenesAreReadBack(t *testing.T) {
	for _, s := range scenes {
		if got := Chinese.sceneOf(Chinese.scene(s.id)); got != s.id || English.scene(s.id) != s.id {
			t.Errorf("%s comes back as %s", s.id, got)
		}
	}
	for _, in := range []Language{English, Chinese} {
		if got := in.sceneOf(in.scene("our-own")); got != "our-own" || in.scene("our-own") != "our-own" ||
			in.scene("") != "" {
			t.Errorf("%s: %s", in, got)
		}
	}
	if Chinese.scene("lapse") != "到期未用" || Chinese.scene(benefit.LapseScene) != "到期未用" {
		t.Error("the ledger's own scene has no word")
	}
}

// TestEveryKindOfTheLedgerHasAWord walks the ledger's kinds.
func TestEveryKindOfTheLedgerHasAWord(t *testing.T) {
	seen := 0
	for k := settlement.Redemption; k <= settlement.Rounding; k++ {
		seen++
		if kindPlace(k.String()) == len(kinds) {
			t.Errorf("%s has no word", k)
		}
	}
	if seen != len(kinds) {
		t.Errorf("the ledger has %d kinds, and there are words for %d", seen, len(kinds))
	}
}
