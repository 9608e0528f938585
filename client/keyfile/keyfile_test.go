package keyfile

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"testing"

	"tallystick/chaincode/fault"
)

// TestKeys: what is made signs, and both files have the same public half.
func TestKeys(t *testing.T) {
	public, file, err := New()
	if err != nil || public.Check() != nil || len(public) == 0 {
		t.Fatalf("%x, %v", public, err)
	}
	key, err := Private(file)
	if err != nil || !ed25519.Verify(ed25519.PublicKey(public), []byte("x"), ed25519.Sign(key, []byte("x"))) {
		t.Errorf("it doesn't sign: %v", err)
	}
	der, err := x509.MarshalPKIXPublicKey(ed25519.PublicKey(public))
	if err != nil {
		t.Fatal(err)
	}
	shown := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	for what, file := range map[string][]byte{"the private file's public half": file, "the public file": shown} {
		if again, err := Public(file); err != nil || !slices.Equal(again, public) {
			t.Errorf("%s: %x, %v", what, again, err)
		}
	}
	if _, err := Private(shown); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("a public key signs: %v", err)
	}
	for _, bad := range []string{"", "no key", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY",
		Bytes: []byte("x")})),
		string(pem.EncodeToMemory(&pem.Block{Type: privateKey, Bytes: []byte("x")}))} {
		if _, err := Public([]byte(bad)); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
