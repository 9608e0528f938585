package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
)

func TestKeyFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "li.key")
	public, err := generateKey(path)
	if err != nil || public.Check() != nil || len(public) == 0 {
		t.Fatalf("%x, %v", public, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := generateKey(path); fault.CodeOf(err) != fault.BadRequest || !strings.Contains(err.Error(), "--key-file") {
		t.Errorf("a key was written over another: %v", err)
	}
	if again, err := readPublicKey(path); err != nil || !slices.Equal(again, public) {
		t.Errorf("the private file's public half: %x, %v", again, err)
	}
	der, err := x509.MarshalPKIXPublicKey(ed25519.PublicKey(public))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "li.pub")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	if again, err := readPublicKey(file); err != nil || !slices.Equal(again, public) {
		t.Errorf("the public file: %x, %v", again, err)
	}
	if _, err := readPrivateKey(file); err == nil {
		t.Error("a public key signs")
	}
	if err := os.WriteFile(file, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readPublicKey(file); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("no key: %v", err)
	}
}

// TestSignedStatement: what tally member sign prints is what the ledger checks, and
// what tally member authorise reads.
func TestSignedStatement(t *testing.T) {
	dir := t.TempDir()
	key, file := filepath.Join(dir, "li.key"), filepath.Join(dir, "li.json")
	public, err := generateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	out, errs, exit := run(t, "member", "sign", "li", "D", "--key-file", key, "--ledger", "alliance", "--allow", "GP:5.00", "--allow", "DP:20", "--for", "15m", "--scale-of", "GP:2", "--scale-of", "DP:0")
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
