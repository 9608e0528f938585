package main

import (
	"bytes"
	"strings"
	"testing"

	"tallystick/client/config/configtest"
)

// TestKeysThatLast: a key that is to last no time at all is refused, and isn't one that lasts for ever.
func TestKeysThatLast(t *testing.T) {
	path := configtest.Write(t, configtest.Profile, 0o600)
	for lasts, ok := range map[string]bool{"": true, "1h": true, "0s": false, "-1h": false} {
		args := []string{"key", "add", "till-7", "--role", "counter", "--profile", path}
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

// TestKeysOfTills: a key says where it may ask and for how much, in yuan, and until when, by the alliance's days.
func TestKeysOfTills(t *testing.T) {
	path := configtest.Write(t, configtest.Profile, 0o600)
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		cmd := root(&out, &out)
		cmd.SetArgs(append([]string{"key"}, append(args, "--profile", path)...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	if _, err := run("add", "till-7", "--role", "counter", "--outlet", "12", "--per-request", "500", "--per-day",
		"20000.50", "--per-minute", "60", "--ends", "2099-06-30"); err != nil {
		t.Fatal(err)
	}
	said, err := run("list", "-o", "json")
	for _, want := range []string{`"outlet":"12"`, `"perRequest":50000`, `"perDay":2000050`, `"perMinute":60`,
		`"ends":"2099-06-30T16:00:00Z"`} {
		if err != nil || !strings.Contains(said, want) {
			t.Errorf("%s: %s, %v", want, said, err)
		}
	}
	if said, err := run("list"); err != nil || !strings.Contains(said, "20,000.50") {
		t.Errorf("%s, %v", said, err)
	}
	for _, wrong := range [][]string{
		{"--per-day", "1.234"}, {"--per-day", "-1"}, {"--ends", "tomorrow"}, {"--ends", "2020-01-01"},
		{"--outlet", "D:12"}, {"--role", "approver"}, {"--ends", "2099-01-01", "--lasts", "1h"},
	} {
		if _, err := run(append([]string{"add", "till-8", "--role", "counter"}, wrong...)...); err == nil {
			t.Errorf("%v: a key was made", wrong)
		}
	}
}
