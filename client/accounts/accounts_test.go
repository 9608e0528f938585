package accounts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
)

const someAccounts = `parties:
  - {party: F, name: 某某财务有限公司, account: "00123", bic: ICBKCNBJ}
  - {party: G, name: 某某汽车集团有限公司, id: 91310000000000001X, account: 0077, bic: BKCHCNBJ}
  - {party: S1, name: 某某供应链有限公司, account: "0200000000000002", cnaps: "102290000002"}
  - {party: M, name: Mobility, iban: DE89370400440532013000, bic: COBADEFFXXX}
`

func load(t *testing.T, text string) (Book, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "accounts.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path)
}

func theAccounts(t *testing.T) Book {
	t.Helper()
	known, err := load(t, someAccounts)
	if err != nil {
		t.Fatal(err)
	}
	return known
}

func TestAccounts(t *testing.T) {
	known := theAccounts(t)
	if len(known) != 4 || known[0].Account != "00123" || known[1].Account != "0077" ||
		known[2].CNAPS != "102290000002" {
		t.Errorf("%+v: numbers are taken as they stand", known)
	}
	for name, text := range map[string]string{
		"a party twice":   "parties:\n- {party: F, name: f, account: a, bic: ICBKCNBJ}\n- {party: F, name: f, account: a, bic: ICBKCNBJ}\n",
		"nobody":          "parties:\n- {name: f, account: a, bic: ICBKCNBJ}\n",
		"no name":         "parties:\n- {party: F, account: a, bic: ICBKCNBJ}\n",
		"no account":      "parties:\n- {party: F, name: f, bic: ICBKCNBJ}\n",
		"two accounts":    "parties:\n- {party: F, name: f, account: a, iban: DE89370400440532013000, bic: ICBKCNBJ}\n",
		"a wrong IBAN":    "parties:\n- {party: F, name: f, iban: DE88370400440532013000, bic: ICBKCNBJ}\n",
		"a long name":     "parties:\n- {party: F, name: f, account: a, bic: ICBKCNBJ, customer: 客户}\n",
		"no bank":         "parties:\n- {party: F, name: f, account: a}\n",
		"an unknown word": "parties:\n- {party: F, name: f, account: a, bic: ICBKCNBJ, purse: x}\n",
		"no YAML":         "{",
	} {
		if _, err := load(t, text); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := load(t, "parties:\n- {party: F, name: f, acount: a, bic: ICBKCNBJ}\n"); err == nil ||
		!strings.Contains(err.Error(), "accounts.yaml:2: unknown key \"acount\"; did you mean account?") {
		t.Errorf("a misspelt key: %v", err)
	}
	if empty, err := load(t, ""); err != nil || len(empty) != 0 {
		t.Error(err)
	}
	if _, err := Load("nowhere"); err == nil {
		t.Error("no file")
	}
}
