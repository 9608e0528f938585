package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/client/config/configtest"
)

func TestLoad(t *testing.T) {
	t.Setenv("TALLY_LINGER", "7ms")
	t.Setenv("TALLY_TIMEOUTS_DOUBT", "9s")
	t.Setenv("TALLY_LANES", "1-8")
	path := configtest.Write(t, configtest.Profile, 0o600)
	c, err := Load(path, map[string]any{"lanes": "2-3,7", "timeouts.submit": 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if c.Linger != 7*time.Millisecond || c.Timeouts.Doubt != 9*time.Second || c.Timeouts.Submit != 3*time.Second ||
		c.Batch != 500 || c.Waiting != 20_000 {
		t.Errorf("%+v", c)
	}
	if lanes, _ := c.LaneList(); !slices.Equal(lanes, []uint8{2, 3, 7}) {
		t.Errorf("lanes %v: flags come after the environment", lanes)
	}
	if dir := filepath.Dir(path); c.Identity.Key != filepath.Join(dir, "key.pem") ||
		c.Peers[0].TLSCA != filepath.Join(dir, "ca.pem") ||
		c.Trust[0] != (Trust{"D", filepath.Join(dir, "ca.pem")}) || c.State != filepath.Join(dir, "state") {
		t.Errorf("paths are relative to the profile: %+v", c)
	}
	if c.SealOf("D") != "tallyseal-D" || c.SealOf("M") != "tallyseal" {
		t.Errorf("seals %s %s", c.SealOf("D"), c.SealOf("M"))
	}
}

func TestWhereTheIndexIs(t *testing.T) {
	path := configtest.Write(t, configtest.Profile, 0o600)
	in := func() (string, error) {
		c, err := Load(path, nil)
		return c.IndexAt(), err
	}
	if at, err := in(); err != nil || at != filepath.Join(filepath.Dir(path), "state", "index.db") {
		t.Errorf("%s, %v", at, err)
	}
	t.Setenv("TALLY_INDEX", "/var/lib/tally/d.db")
	if at, err := in(); err != nil || at != "/var/lib/tally/d.db" {
		t.Errorf("%s, %v", at, err)
	}
	passwords := filepath.Join(filepath.Dir(path), "pgpass")
	url := "postgres://tally@db/tally?search_path=tally_d&passfile=" + passwords
	t.Setenv("TALLY_INDEX", url)
	if err := os.WriteFile(passwords, []byte("*:*:*:*:x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if at, err := in(); err != nil || at != url {
		t.Errorf("%s, %v", at, err)
	}
	if err := os.Chmod(passwords, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := in(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file of passwords for others: %v", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		settings       map[string]any
		mode           os.FileMode
		says           string
	}{
		{"an unknown key", "seal: tallyseal", "seal: tallyseal\nlinger_ms: 5", nil, 0o600,
			`profile.yaml:6: unknown key "linger_ms"; did you mean linger?`},
		{"an unknown nested key", "serverName: peer0.D", "server: peer0.D", nil, 0o600,
			`unknown key "server"; did you mean serverName?`},
		{"an unknown setting", "", "", map[string]any{"lnaes": "1"}, 0o600, "lnaes"},
		{"no duration", "seal: tallyseal", "seal: tallyseal\nlinger: soon", nil, 0o600, "linger"},
		{"another's identity", "identity: {mspId: D", "identity: {mspId: G", nil, 0o600, "identity.mspId"},
		{"no certificate", "identity: {mspId: D, cert: cert.pem", "identity: {mspId: D, cert: none.pem", nil, 0o600,
			"identity.cert"},
		{"a key for everybody", "", "", nil, 0o644, "chmod 600"},
		{"no peers",
			"peers:\n  - {name: peer0.D, party: D, address: \"127.0.0.1:7051\", tlsCA: ca.pem, serverName: peer0.D}\n",
			"", nil, 0o600, "peers"},
		{"no port", "127.0.0.1:7051", "127.0.0.1", nil, 0o600, "peers[0].address"},
		{"no trusted certificate", "{party: D, ca: ca.pem}", "{party: D, ca: none.pem}", nil, 0o600, "trust[0].ca"},
		{"trust in nobody", "{party: D, ca: ca.pem}", "{ca: ca.pem}", nil, 0o600, "trust[0].party"},
		{"trust in one twice", "{party: D, ca: ca.pem}", "{party: D, ca: ca.pem}\n  - {party: D, ca: cert.pem}", nil,
			0o600, "twice"},
		{"an unknown key of trust", "{party: D, ca: ca.pem}", "{party: D, ca: ca.pem, tlsCA: ca.pem}", nil, 0o600,
			`unknown key "tlsCA"`},
		{"lane 0", "", "", map[string]any{"lanes": "0-3"}, 0o600, "lanes"},
		{"lane 32", "", "", map[string]any{"lanes": "32"}, 0o600, "lanes"},
		{"a lane twice", "", "", map[string]any{"lanes": "1-3,2"}, 0o600, "twice"},
		{"lanes backwards", "", "", map[string]any{"lanes": "3-1"}, 0o600, "lanes"},
		{"a batch of 501", "", "", map[string]any{"batch": 501}, 0o600, "batch"},
		{"fewer waiting than a batch", "", "", map[string]any{"waiting": 499}, 0o600, "waiting"},
		{"an index in another database", "", "", map[string]any{"index": "mysql://tally@db/tally"}, 0o600,
			"postgres://"},
		{"an index with a password", "", "", map[string]any{"index": "postgres://tally:s3cret@db/tally?search_path=d"},
			0o600, "passfile"},
		{"an index with a password apart", "", "",
			map[string]any{"index": "postgres://tally@db/tally?search_path=d&password=s3cret"}, 0o600, "passfile"},
		{"an index with a password and no schema", "", "", map[string]any{"index": "postgres://tally:s3cret@db/tally"},
			0o600, "passfile"},
		{"no URL at all, and a password", "", "", map[string]any{"index": "postgres://tally:s3cret@db:x/tally"}, 0o600,
			"postgres://"},
		{"an index without a schema", "", "", map[string]any{"index": "postgres://tally@db/tally"}, 0o600,
			"search_path"},
		{"an index in everybody's schema", "", "",
			map[string]any{"index": "postgres://tally@db/tally?search_path=public"}, 0o600, "search_path"},
		{"an index in two schemas", "", "", map[string]any{"index": "postgres://tally@db/tally?search_path=d,public"},
			0o600, "search_path"},
		{"no file of passwords", "", "",
			map[string]any{"index": "postgres://tally@db/tally?search_path=d&passfile=/none"}, 0o600, "passfile"},
		{"jobs that can't be looked at", "", "", map[string]any{"serve.kept.jobs": "1m"}, 0o600, "serve.kept.jobs"},
		{"limits that are forgotten", "", "", map[string]any{"serve.kept.requests": "24h"}, 0o600,
			"serve.kept.requests"},
		{"no time to wait", "", "", map[string]any{"timeouts.doubt": "0s"}, 0o600, "timeouts.doubt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(configtest.Profile, c.from) {
				t.Fatal("the case changes nothing")
			}
			_, err := Load(configtest.Write(t, strings.Replace(configtest.Profile, c.from, c.to, 1), c.mode),
				c.settings)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("says %v, want something on %s", err, c.says)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("tells a password: %v", err)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml"), nil); err == nil {
		t.Error("no profile passes")
	}
}
