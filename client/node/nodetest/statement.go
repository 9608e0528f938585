package nodetest

import (
	"bytes"
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/client/proof/prooftest"
	"tallystick/client/statement"
)

// StatementFiles writes one statement, that both signed and three parties' peers prove, in
// every form: s.json and so on.
func StatementFiles(t testing.TB, al *prooftest.Alliance) (dir string) {
	t.Helper()
	line := statement.Line{ID: "D.1.4.0.0", Kind: "redemption", Scene: "retail", Debtor: "D", Creditor: "G",
		Programme: "DP", Points: 1_800, Fen: 1_800,
		Tax: amount.Rate{Num: 0, Den: 1}, Cause: "points:Capture", Date: 20780, Block: 7, Tx: strings.Repeat("ab", 32)}
	lines := func() iter.Seq2[statement.Line, error] {
		return func(yield func(statement.Line, error) bool) { yield(line, nil) }
	}
	s, err := statement.Of(statement.Head{Network: "alliance", Cycle: "2026-11", From: 20758, To: 20787,
		A: statement.Party{ID: "D", En: "Dealer", Zh: "经销商"}, B: statement.Party{ID: "G", En: "Group", Zh: "集团"}},
		lines)
	if err != nil {
		t.Fatal(err)
	}
	by := number.Command{Party: "D", Lane: 1, Seq: 9}
	s.Signatures = []statement.Signature{{Party: "D", Root: s.Root, Command: by, Date: 20790}}
	answer, err := json.Marshal(statement.Answer{Cycle: "2026-11", A: "D", B: "G", State: "SIGNED",
		SignedA: statement.SignedRoot{Root: s.Root, By: by, Date: 20790}})
	if err != nil {
		t.Fatal(err)
	}
	s.Proof = al.Proof("alliance", "query:Statement", string(answer), "D", "F", "G")
	dir = t.TempDir()
	for _, form := range statement.Forms() {
		var out bytes.Buffer
		if err := statement.Write(&out, form, s, lines, statement.Options{Language: statement.Chinese}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "s."+form), out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
