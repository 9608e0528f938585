package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/vault"
)

// hear is what the program takes in of a command line, without a network.
func hear(t *testing.T, line string) (*cli.App, error) {
	t.Helper()
	words, err := shellquote(strings.TrimPrefix(strings.TrimSpace(line), "tally "))
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return hearWords(t, words)
}

func hearWords(t *testing.T, words []string) (*cli.App, error) {
	t.Helper()
	a := &cli.App{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}
	cmd := root(a)
	cmd.SetArgs(words)
	cmd.SetOut(a.Out)
	cmd.SetErr(a.Err)
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if !c.HasSubCommands() {
			c.RunE = func(*cobra.Command, []string) error { return nil }
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(cmd)
	return a, cmd.ExecuteContext(t.Context())
}

func intentOf(t *testing.T, line string) command.Intent {
	t.Helper()
	a, err := hear(t, line)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	intent, err := a.Call.Meaning.Intent(vaultOf(a))
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return intent
}

// However it is written, the same is the same; and anything else is something else.
func TestIntents(t *testing.T) {
	same := [][]string{
		{"--as D points hold --member li --take DP:5 --take GP:7 --for 1h",
			"points hold --for 60m --take DP:5 --as D --take=GP:7 --member=li --request A2 -o json",
			"--as D points hold --take DP:5 --take GP:7 --member li --for 3600s --timeout 5s --height 7"},
		{"points hold --member li --take DP:5", "points hold --member li --take DP:5 --for 15m",
			"points hold --for 2h --for 15m --member x --member li --take DP:5",
			"points hold --member li --take DP:005"},
	}
	for _, lines := range same {
		for _, line := range lines {
			if intentOf(t, line) != intentOf(t, lines[0]) {
				t.Errorf("%s: another than %s", line, lines[0])
			}
		}
	}
	seen := map[command.Intent]string{}
	for _, line := range []string{
		"points hold --member li --take DP:5", "points hold --member li --take DP:6",
		"points hold --member li --take GP:5", "points hold --member wang --take DP:5",
		"points hold --member li --take DP:5 --take GP:1", "points hold --member li --take GP:1 --take DP:5",
		"points hold --member li --take DP:5 --for 16m",
		"points redeem --member li --take DP:5", "points hold --member li --take DP:5 --authorisation G.0.1.0",
		"points hold --member li --take DP:5 --lot D.1.2.0.0:1",
		"programme rules GP --wait-days 7", "programme rules DP --wait-days 7",
		"programme rules GP --wait-days 7 --transfer", "programme rules GP --wait-days 7 --transfer=false",
		"party amend D --debit 0", "party amend D --liability 0", "party amend D",
	} {
		intent := intentOf(t, line)
		if other, there := seen[intent]; there {
			t.Errorf("%s is the same as %s", line, other)
		}
		seen[intent] = line
	}
}

func TestRequestIDsOfNodesAreRefused(t *testing.T) {
	for _, id := range []string{"A2~capture", "~A", "A2:x", "A/2", strings.Repeat("a", 65)} {
		if _, err := hear(t, "points wallet li --request "+id); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, line := range []string{"import baskets.csv --mapping baskets.yaml", "good import catalogue.csv",
		"undo-import october-2026 --reason wrong_rate"} {
		if _, err := hear(t, line+" --request A2"); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s has no request id: %v", line, err)
		}
	}
	if _, err := hear(t, "points wallet li --request "+strings.Repeat("a", 64)); err != nil {
		t.Error(err)
	}
}

// What isn't for the ledger goes in under the vault's key: two vaults make two hashes
// of it, and one vault one.
func TestPrivateIntentsNeedTheVault(t *testing.T) {
	hash := func(dir, line string) (intent command.Intent, secret bool) {
		a := &cli.App{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}
		cmd := root(a)
		cmd.SetArgs(append(strings.Fields(line), "--profile", profileIn(t, dir, "D")))
		err := cmd.ExecuteContext(t.Context()) // there is no network
		if err == nil {
			t.Fatalf("%s: a network answered", line)
		}
		if intent, err = a.Call.Meaning.Intent(vaultOf(a)); err != nil {
			t.Fatal(err)
		}
		return intent, a.Call.Meaning.Hidden()
	}
	here, there := t.TempDir(), t.TempDir()
	for line, want := range map[string]bool{
		"member link li --channel app --customer 13800000000":                 true,
		"member enrol --channel app --customer 13800000000":                   true,
		"member unlink li --channel app --customer 13800000000 --reason left": true,
		"member invite li --channel app --customer 13800000000 --party F":     true,
		"member share D.0.4.0 F --field phone=13800000000":                    true, "member show li": false,
		"points hold --member li --take DP:5": false,
	} {
		first, secret := hash(here, line)
		again, _ := hash(here, line)
		elsewhere, _ := hash(there, line)
		if secret != want || first != again || (first == elsewhere) == want {
			t.Errorf("%s: secret %t, want %t; %x, %x, elsewhere %x", line, secret, want, first, again, elsewhere)
		}
	}
}

// profileIn is a party's profile with its state in a directory.
func profileIn(t *testing.T, dir, party string) string {
	t.Helper()
	text := strings.ReplaceAll(`party: X
name: {en: X, zh: X}
channel: alliance
chaincode: tally
seal: tallyseal
chaincodes: [tally, tallyseal]
identity: {mspId: X, cert: cert.pem, key: key.pem}
admin: {mspId: X, cert: cert.pem, key: key.pem}
peers:
  - {name: peer0.X, party: X, address: "127.0.0.1:1", tlsCA: ca.pem, serverName: peer0.X}
orderers:
  - {name: orderer0, party: O, address: "127.0.0.1:1", tlsCA: ca.pem, serverName: orderer0}
trust:
  - {party: X, ca: ca.pem}
`, "X", party)
	for name, content := range map[string]string{"cert.pem": "x", "key.pem": "x", "ca.pem": "x", "profile.yaml": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "profile.yaml")
}

// vaultOf opens the vault of the party that a command line is for.
func vaultOf(a *cli.App) func() (*vault.Vault, error) {
	return func() (*vault.Vault, error) {
		cfg, err := a.Config(nil)
		if err != nil {
			return nil, err
		}
		return vault.Open(cfg.State, cfg.Party)
	}
}
