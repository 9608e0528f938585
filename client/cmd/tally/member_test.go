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

	"tallystick/chaincode/code"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
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

func TestPseudonym(t *testing.T) {
	got := pseudonym([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	if got != "m-aaaqeayeaudaocaj" || (member.EnrolRequest{Member: got}).Check() != nil {
		t.Error(got)
	}
}

// TestSeeds: a code is the same for the same request, and for nothing else.
func TestSeeds(t *testing.T) {
	v := aVault(t)
	a := &app{call: node.Call{ID: "one"}}
	first := a.call.Seed(v, "invitation", 0)
	if !slices.Equal(first, a.call.Seed(v, "invitation", 0)) {
		t.Error("asked again, it is another")
	}
	other := &app{call: node.Call{ID: "two"}}
	for _, c := range []code.Code{a.call.Seed(v, "invitation", 1), a.call.Seed(v, "authorisation", 0), other.call.Seed(v, "invitation", 0), a.call.Seed(aVault(t), "invitation", 0)} {
		if slices.Equal(first, c) {
			t.Error("two secrets are one")
		}
	}
}

func aVault(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.TempDir(), "D")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

// TestTake: a customer stays in the vault if he was linked, if he was known, or if
// it isn't sure; a refusal leaves nothing of one who is new.
func TestTake(t *testing.T) {
	refused, lost := fault.New(fault.Forbidden, "no"), fault.New(fault.UnknownOutcome, "?")
	for _, c := range []struct {
		name  string
		known bool
		err   error
		stays bool
	}{
		{"linked", false, nil, true}, {"refused", false, refused, false}, {"refused, but known", true, refused, true}, {"in doubt", false, lost, true},
	} {
		v, who := aVault(t), customer{"app", "12345"}
		if c.known {
			if _, err := v.NewAccount(who.channel, who.id, "li"); err != nil {
				t.Fatal(err)
			}
		}
		err := who.take(v, "li", func(account vault.Account) error {
			if account.Member != "li" || len(account.Commitment) != 32 {
				t.Errorf("%s: %+v", c.name, account)
			}
			return c.err
		})
		if fault.CodeOf(err) != fault.CodeOf(c.err) {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := who.known(v); (err == nil) != c.stays {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	v := aVault(t)
	if _, err := v.NewAccount("app", "12345", "wang"); err != nil {
		t.Fatal(err)
	}
	err := (customer{"app", "12345"}).take(v, "li", func(vault.Account) error { t.Error("it was sent"); return nil })
	if fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another member's customer: %v", err)
	}
}

// TestShared: what a party is shown is what it reads, and no more than was named.
func TestShared(t *testing.T) {
	v := aVault(t)
	a := &app{call: node.Call{ID: "r"}}
	if _, err := a.shared(v, "li", nil); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no profile: %v", err)
	}
	if _, err := v.PutProfile("li", map[string]string{"name": "李", "birthday": "1990-02-03"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		fields []field
		want   string
		code   fault.Code
	}{
		{"all", nil, "birthday=1990-02-03 name=李", ""},
		{"named", []field{{name: "name"}}, "name=李", ""},
		{"given", []field{{"tier", "gold", true}, {name: "name"}}, "name=李 tier=gold", ""},
		{"given instead", []field{{"name", "L", true}}, "name=L", ""},
		{"missing", []field{{name: "phone"}}, "", fault.NotFound},
	} {
		data, err := a.shared(v, "li", c.fields)
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.code != "" {
			continue
		}
		fields, digest, err := vault.ReadProfile(data)
		if err != nil || member.CheckProfile(data, digest) != nil {
			t.Errorf("%s: the ledger wouldn't take it: %v", c.name, err)
		}
		var got []string
		for k, v := range fields {
			got = append(got, k+"="+v)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		again, err := a.shared(v, "li", c.fields)
		if err != nil || !slices.Equal(again, data) {
			t.Errorf("%s: asked again, it is another", c.name)
		}
	}
}

func TestAccountIDs(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	if id, err := parseAccountID("D/app/" + hash); err != nil || id.Party != "D" || id.Channel != "app" || id.Account.String() != hash {
		t.Errorf("%+v, %v", id, err)
	}
	for _, text := range []string{"", "D/app", "D/app/zz", "D/app/" + hash + "/x"} {
		if id, err := parseAccountID(text); err == nil {
			t.Errorf("%q was read as %+v", text, id)
		}
	}
}

func TestLabelsAreTheMembersOwn(t *testing.T) {
	day := date.Date(20000)
	got := saidOf([]index.Noun[member.Labels]{
		{ID: "li/D", Row: member.Labels{List: []member.Label{{ID: "a"}, {ID: "b", Until: day - 1}}}},
		{ID: "old/D", Row: member.Labels{List: []member.Label{{ID: "c"}}}},
	}, "li", day)
	if want := []said{{"D", "a", 0, true}, {"D", "b", day - 1, false}}; !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
