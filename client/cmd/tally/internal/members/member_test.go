package members

import (
	"crypto/ed25519"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/keyfile"
)

// memberProgram has the commands that are tested here.
var memberProgram = clitest.Program(func(a *cli.App) *cobra.Command { return Group(a, cli.Group("offers", "")) })

// TestKeyFiles are their owner's alone, and never written over.
func TestKeyFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "li.key")
	public := keptKey(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := keepKey(path, []byte("x")); fault.CodeOf(err) != fault.BadRequest ||
		!strings.Contains(err.Error(), "--key-file") {
		t.Errorf("a key was written over another: %v", err)
	}
	if again, err := readPublicKey(path); err != nil || !slices.Equal(again, public) {
		t.Errorf("the private file's public half: %x, %v", again, err)
	}
	file := filepath.Join(t.TempDir(), "no.key")
	if err := os.WriteFile(file, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readPublicKey(file); fault.CodeOf(err) != fault.BadRequest || !strings.Contains(err.Error(), file) {
		t.Errorf("no key: %v", err)
	}
}

// keptKey makes a key file.
func keptKey(t *testing.T, path string) member.Key {
	t.Helper()
	public, file, err := keyfile.New()
	if err == nil {
		err = keepKey(path, file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// TestSignedStatement: what tally member sign prints is what the ledger checks, and
// what tally member authorise reads.
func TestSignedStatement(t *testing.T) {
	dir := t.TempDir()
	key, file := filepath.Join(dir, "li.key"), filepath.Join(dir, "li.json")
	public := keptKey(t, key)
	out, errs, exit := clitest.Run(t, memberProgram, "member", "sign", "li", "D", "--key-file", key,
		"--ledger", "alliance", "--allow",
		"GP:5.00", "--allow", "DP:20", "--for", "15m", "--scale-of", "GP:2", "--scale-of", "DP:0")
	if exit != 0 {
		t.Fatal(errs)
	}
	if err := os.WriteFile(file, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	req, err := readStatement(file)
	if err != nil || req.Check() != nil {
		t.Fatalf("%+v, %v, %v", req, err, req.Check())
	}
	if req.Caps[0].Programme != "DP" || req.Caps[1].Amount != 500 || req.Member != "li" || req.Acceptor != "D" {
		t.Errorf("%+v", req)
	}
	if !ed25519.Verify(ed25519.PublicKey(public), member.Statement("alliance", req), req.Signature) {
		t.Error("the signature doesn't hold")
	}
	if ed25519.Verify(ed25519.PublicKey(public), member.Statement("other", req), req.Signature) {
		t.Error("it counts on another ledger")
	}
	req.Nonce, req.Signature = nil, nil
	unsigned, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, unsigned, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readStatement(file); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("an unsigned statement: %v", err)
	}
}
