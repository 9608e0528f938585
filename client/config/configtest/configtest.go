// Package configtest has a party's profile, as tests write it.
package configtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Profile is D's, beside the files that it names.
const Profile = `party: D
name: {en: Dealer, zh: 经销商}
channel: alliance
chaincode: tally
seal: tallyseal
chaincodes: [tally, tallyseal]
identity: {mspId: D, cert: cert.pem, key: key.pem}
admin: {mspId: D, cert: cert.pem, key: key.pem}
peers:
  - {name: peer0.D, party: D, address: "127.0.0.1:7051", tlsCA: ca.pem, serverName: peer0.D}
orderers:
  - {name: orderer0, party: O, address: "127.0.0.1:7050", tlsCA: ca.pem, serverName: orderer0}
trust:
  - {party: D, ca: ca.pem}
`

// Write writes a profile, and files for those that it names, into a directory of the test's; its key has a mode. It
// returns the profile's path.
func Write(t testing.TB, text string, mode os.FileMode) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"cert.pem": "x", "ca.pem": "x", "profile.yaml": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), []byte("x"), mode); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "profile.yaml")
}
