package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/number"
	"tallystick/client/index"
	"tallystick/client/node/settle"
)

// TestCodesAreRead: from the flag, a file or the environment, and from there only
// if an authorisation is named.
func TestCodesAreRead(t *testing.T) {
	secret := code.Code(strings.Repeat("x", code.Size))
	file := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(file, []byte(strings.ToLower(secret.String())+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	named := number.Command{Party: "G", Seq: 3}
	for _, c := range []struct {
		name string
		c    Consent
		env  string
		want bool
	}{
		{"none", Consent{}, "", false},
		{"flag", Consent{oneTime: OneTime{code: secret}}, "", true},
		{"file", Consent{oneTime: OneTime{file: file}}, "", true},
		{"environment", Consent{authorisation: named}, secret.String(), true},
		{"environment, for something else", Consent{}, secret.String(), false},
		{"authorisation that needs none", Consent{authorisation: named}, "", false},
	} {
		t.Setenv("TALLY_CODE", c.env)
		n, got, err := c.c.Proof(&App{})
		if err != nil || n != c.c.authorisation || (len(got) > 0) != c.want || c.want &&
			got.String() != secret.String() {
			t.Errorf("%s: %s %s %v", c.name, n, got, err)
		}
	}
	if _, err := (&OneTime{file: "nowhere"}).Read(&App{}); err == nil {
		t.Error("a missing file is no code")
	}
}

func TestOwesTable(t *testing.T) {
	got := rendered(func(w table.Writer) {
		owesTable(w, settle.Owing{Height: 9,
			Outstanding: []index.Outstanding{{Issuer: "M", Programme: "MP", Outstanding: 1, Worth: "1/2"}},
			Owed: []index.Owed{{Cycle: "2026-11", Debtor: "F", Creditor: "D", Programme: "FP", Points: 8400,
				Fen: 6720, State: "NETTED"}, {Cycle: "2026-12", Debtor: "M", Creditor: "G", Fen: 108,
				State: "OPEN", Open: true}},
			Payments: []index.Unpaid{{Cycle: "2026-11", N: 3, Debtor: "F", Creditor: "D", Fen: 6720, Left: 20,
				State: "PART_PAID", Open: true}},
			Breakage: []index.Breakage{{Party: "M", Programme: "MP", Points: 800, Fen: "400"}},
		}, Scales{"FP": 2})
	})
	want := strings.TrimLeft(`
 owes  whom             for                points  of which held   worth  cycle    state     
─────────────────────────────────────────────────────────────────────────────────────────────
 M     members          MP                      1              0  ¥0.005                     
─────────────────────────────────────────────────────────────────────────────────────────────
 F     D                FP                  84.00                 ¥67.20  2026-11  NETTED    
 M     G                other than points                          ¥1.08  2026-12  OPEN      
─────────────────────────────────────────────────────────────────────────────────────────────
 F     D                payment 3                                  ¥0.20  2026-11  PART_PAID 
─────────────────────────────────────────────────────────────────────────────────────────────
 M     nobody: expired  MP                    800                  ¥4.00                     
as of block 8
`, "\n")
	if got != want {
		t.Errorf("\n%s", got)
	}
}

func TestBenefitTableSaysWords(t *testing.T) {
	got := rendered(func(w table.Writer) {
		benefitTable(w, benefit.Model{ID: "b", Kind: benefit.Coupon, Lapse: benefit.Keep,
			Points: []benefit.Cost{{Programme: "GP", Amount: 150}}}, Scales{"GP": 2})
	})
	for _, want := range []string{"coupon", "KEEP", "1.50 GP"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s:\n%s", want, got)
		}
	}
}
