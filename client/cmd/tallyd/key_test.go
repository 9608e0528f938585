package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

const profile = `party: D
name: {en: Dealer, zh: 经销商}
channel: alliance
chaincode: tally
seal: tallyseal
chaincodes: [tally, tallyseal]
identity: {mspId: D, cert: cert.pem, key: key.pem}
peers:
  - {name: peer0.D, party: D, address: "127.0.0.1:7051", tlsCA: cert.pem, serverName: peer0.D}
orderers:
  - {name: orderer0, party: O, address: "127.0.0.1:7050", tlsCA: cert.pem, serverName: orderer0}
trust:
  - {party: D, ca: cert.pem}
`

// TestKeysThatLast: a key that is to last no time at all is refused, and isn't one that lasts for ever.
func TestKeysThatLast(t *testing.T) {
	dir := t.TempDir()
	state := filepath.Join(dir, "state")
	files := map[string]string{"cert.pem": "x", "key.pem": "x", "profile.yaml": profile + "state: " + state + "\n"}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	for lasts, ok := range map[string]bool{"": true, "1h": true, "0s": false, "-1h": false} {
		args := []string{"key", "add", "till-7", "--role", "counter", "--profile", filepath.Join(dir, "profile.yaml")}
		if lasts != "" {
			args = append(args, "--lasts", lasts)
		}
		var out bytes.Buffer
		cmd := root(&out, &out)
		cmd.SetArgs(args)
		if err := cmd.ExecuteContext(t.Context()); (err == nil) != ok || (out.Len() > 0) != ok {
			t.Errorf("%q: %v, %d bytes", lasts, err, out.Len())
		}
	}
}
