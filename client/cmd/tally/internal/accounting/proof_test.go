package accounting

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli/clitest"
)

// testdata/shown.proof and the CAs in testdata/trust are of a real network that
// is gone: three peers signed it, and it must hold for as long as the format does.
const (
	proofFile = "testdata/shown.proof"
	theCAs    = "testdata/trust"
)

func TestVerifyProof(t *testing.T) {
	out, errs, exit := clitest.Run(t, booksProgram, "verify-proof", proofFile, "--trust", theCAs, "--signers", "3")
	want := strings.TrimLeft(`
 signed by      D, F, G                      
 as of block    18                           
 asked          2026-11-24 16:01:04 UTC by D 
 channel        alliance                     
 member         shown                        
 business date  2026-11-01                   
 lots           2                            
 available GP   304 smallest units           
`, "\n")
	if exit != 0 || out != want {
		t.Errorf("exit %d: %s%s", exit, errs, out)
	}
	out, _, _ = clitest.Run(t, booksProgram, "verify-proof", proofFile, "--trust", theCAs, "-o", "json")
	var said struct {
		Answer  points.Balance
		Signers []string
		AsOf    uint64
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil || said.Answer.Sums[0].Available != 304 ||
		said.AsOf != 18 || !slices.Equal(said.Signers, []string{"D", "F", "G"}) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestVerifyProofRefuses(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile(proofFile)
	if err != nil {
		t.Fatal(err)
	}
	more := filepath.Join(dir, "more.proof")
	few := filepath.Join(dir, "few")
	ca, err := os.ReadFile(filepath.Join(theCAs, "G.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		os.WriteFile(more, []byte(strings.ReplaceAll(string(text), `"available": 304`, `"available": 305`)), 0o600),
		os.Mkdir(few, 0o700),
		os.WriteFile(filepath.Join(few, "G.pem"), ca, 0o600),
		os.WriteFile(filepath.Join(few, "D.pem"), ca, 0o600), // G's in D's name
		os.WriteFile(filepath.Join(few, "F.pem"), ca, 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"four signers", []string{"verify-proof", proofFile, "--trust", theCAs, "--signers", "4"}, "3 parties signed"},
		{"no signer", []string{"verify-proof", proofFile, "--trust", theCAs, "--signers", "0"}, "1 at least"},
		{"another sum", []string{"verify-proof", more, "--trust", theCAs}, "not the one that is signed"},
		{"another CA", []string{"verify-proof", proofFile, "--trust", few}, "not of the party's CA"},
		{"no CAs", []string{"verify-proof", proofFile, "--trust", dir}, "no PARTY.pem"},
		{"no trust at all", []string{"verify-proof", proofFile}, "--trust DIR"},
		{"no file", []string{"verify-proof", "none.proof", "--trust", theCAs}, "none.proof"},
		{"no place for a proof", []string{"--as", "D", "points", "prove", "ann"}, "say --out"},
		{"a lot that is none", []string{"--as", "D", "points", "prove", "ann", "--out", more, "--about", "D.1"},
			"party.lane"},
	} {
		if _, errs, exit := clitest.Run(t, booksProgram, c.args...); exit != 2 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d: %s", c.name, exit, errs)
		}
	}
}
