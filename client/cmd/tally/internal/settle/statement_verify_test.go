package settle

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/node/nodetest"
	"tallystick/client/proof/prooftest"
	"tallystick/client/statement"
)

// statementProgram has the commands that are tested here.
var statementProgram = clitest.Program(VerifyStatement)

func TestVerifyStatement(t *testing.T) {
	al := prooftest.New(t, "D", "F", "G")
	dir, trust := nodetest.StatementFiles(t, al), al.TrustDir()
	for _, form := range []string{"json", "csv", "xlsx"} {
		out, errs, exit := clitest.Run(t, statementProgram, "verify-statement", filepath.Join(dir, "s."+form),
			"--trust", trust, "--signers", "3")
		for _, want := range []string{"D Dealer 经销商; G Group 集团", "closing D owes G  ¥18.00", "signed by         D ",
			"SIGNED as of block 61", "D, F, G, 2026-12-04 08:00:00 UTC"} {
			if exit != 0 || !strings.Contains(out, want) {
				t.Errorf("%s: exit %d, want %q: %s%s", form, exit, want, errs, out)
			}
		}
	}
	out, _, _ := clitest.Run(t, statementProgram, "verify-statement", filepath.Join(dir, "s.json"),
		"--trust", trust, "-o", "json")
	var said statement.Report
	if err := json.Unmarshal([]byte(out), &said); err != nil || said.Total.Owes.AB != 1_800 || said.Proven == nil ||
		len(said.Problems) > 0 {
		t.Errorf("%v: %s", err, out)
	}
	if out, _, exit := clitest.Run(t, statementProgram, "verify-statement", filepath.Join(dir, "s.csv"),
		"--signers", "0"); exit != 0 ||
		!strings.Contains(out, "not proven; it says: D by D.1.9.0 on 2026-12-03") {
		t.Errorf("without trust: exit %d: %s", exit, out)
	}
}

func TestVerifyStatementRefuses(t *testing.T) {
	al := prooftest.New(t, "D", "F", "G")
	dir, trust := nodetest.StatementFiles(t, al), al.TrustDir()
	good := filepath.Join(dir, "s.json")
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	fen := filepath.Join(dir, "fen.json")
	if err := os.WriteFile(fen, bytes.Replace(text, []byte(`"fen":1800`), []byte(`"fen":1801`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"a fen more", []string{fen, "--trust", trust}, []string{"line D.1.4.0.0 was changed", "root: the file says",
			"on the ledger D signed the root"}},
		{"under no signer", []string{good, "--signers", "-1"}, []string{"want a whole number"}},
		{"no trust at all", []string{good}, []string{"--trust DIR"}},
		{"no file", []string{filepath.Join(dir, "none.json"), "--signers", "0"}, []string{"none.json"}},
		{"two files", []string{good, fen}, []string{"accepts 1 arg"}},
	} {
		_, errs, exit := clitest.Run(t, statementProgram, append([]string{"verify-statement"}, c.args...)...)
		for _, want := range c.want {
			if exit != 2 || !strings.Contains(errs, want) {
				t.Errorf("%s: exit %d, want %q: %s", c.name, exit, want, errs)
			}
		}
	}
}
