package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Validate refuses a configuration that can't work. Each line of what it says
// names a setting and what to do.
func (c Config) Validate() error {
	var list []error
	add := func(format string, args ...any) { list = append(list, fmt.Errorf("config: "+format, args...)) }

	if name.CheckID("party", c.Party) != nil {
		add("party: want the party's MSP id, of letters, digits, _ and -")
	}
	for _, s := range [][2]string{{"channel", c.Channel}, {"chaincode", c.Chaincode}, {"seal", c.Seal},
		{"state", c.State}} {
		if s[1] == "" {
			add("%s: is empty; name it", s[0])
		}
	}
	if c.Identity.MSP != c.Party {
		add("identity.mspId is %q, the party is %q: sign with the party's own identity", c.Identity.MSP, c.Party)
	}
	if err := c.Identity.check(); err != nil {
		add("identity.%w", err)
	}
	if len(c.Peers) == 0 {
		add("peers: name at least one")
	}
	for i, p := range c.Peers {
		if err := p.check(); err != nil {
			add("peers[%d].%w", i, err)
		}
	}
	for i, t := range c.Trust {
		if err := t.check(); err != nil {
			add("trust[%d].%w", i, err)
		}
		if slices.ContainsFunc(c.Trust[:i], func(o Trust) bool { return o.Party == t.Party }) {
			add("trust[%d].party: %s is listed twice; put both certificates in one file", i, t.Party)
		}
	}
	if _, err := c.LaneList(); err != nil {
		add("lanes: %w", err)
	}
	if c.Batch < 1 || c.Batch > command.MaxCommands {
		add("batch: %d commands; want 1 to %d", c.Batch, command.MaxCommands)
	}
	if c.Waiting < c.Batch {
		add("waiting: %d; want at least one batch, %d", c.Waiting, c.Batch)
	}
	if c.Linger < 0 || c.Linger > time.Second {
		add("linger: %s; want 0s to 1s", c.Linger)
	}
	if err := c.Serve.check(); err != nil {
		add("serve.%w", err)
	}
	if err := checkDatabase(c.Index); err != nil {
		add("index: %w", err)
	}
	if err := checkDatabase(c.Serve.Store); err != nil {
		add("serve.store: %w", err)
	}
	if strings.Contains(c.Index, "://") && c.Index == c.Serve.Store {
		add("serve.store: is the index's schema; want one of its own, such as search_path=tally_d_node")
	}
	if c.Keep < 0 {
		add("keep: %s; want a time, such as 168h", c.Keep)
	}
	for _, t := range []struct {
		name string
		d    time.Duration
	}{
		{"endorse", c.Timeouts.Endorse}, {"submit", c.Timeouts.Submit}, {"evaluate", c.Timeouts.Evaluate},
		{"doubt", c.Timeouts.Doubt}, {"effort", c.Timeouts.Effort},
	} {
		if t.d < 10*time.Millisecond || t.d > time.Hour {
			add("timeouts.%s: %s; want 10ms to 1h", t.name, t.d)
		}
	}
	return errors.Join(list...)
}

// LaneList reads Lanes: sorted, each once.
func (c Config) LaneList() ([]uint8, error) {
	var lanes []uint8
	for part := range strings.SplitSeq(c.Lanes, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		from, err1 := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err1 != nil || err2 != nil || from < 1 || to >= number.Lanes || from > to {
			return nil, fmt.Errorf("%.20q; want lanes of 1 to %d, such as 1-8 or 1,3", part, number.Lanes-1)
		}
		for lane := from; lane <= to; lane++ {
			lanes = append(lanes, uint8(lane))
		}
	}
	slices.Sort(lanes)
	if len(slices.Compact(slices.Clone(lanes))) != len(lanes) {
		return nil, fmt.Errorf("%.60q names a lane twice", c.Lanes)
	}
	return lanes, nil
}

// schemaName is what the schema of a database may be called.
var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// checkDatabase refuses, first that applies, a URL that isn't PostgreSQL's, has a
// password, names no schema, or a file of passwords that others may read. What it
// says has nothing of a URL that may have a password in it.
func checkDatabase(at string) error {
	if !strings.Contains(at, "://") {
		return nil
	}
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "postgres" {
		return errors.New("want a path, or a URL that begins postgres://")
	}
	settings := u.Query()
	if _, has := u.User.Password(); has || settings.Has("password") || settings.Has("sslpassword") {
		return errors.New(
			"has a password in it; put it in a file and name that: passfile=…, or the environment's PGPASSFILE")
	}
	if schema := settings.Get("search_path"); !schemaName.MatchString(schema) || schema == "public" {
		return fmt.Errorf("search_path=%.64s; want a schema that is for this alone, such as search_path=tally_d",
			schema)
	}
	if file := settings.Get("passfile"); file != "" {
		return CheckSecret("passfile", file, 0o077)
	}
	return nil
}

// CheckSecret refuses a file that is missing, or that some may use who are not
// meant to: those of the mode's bits.
func CheckSecret(what, path string, others os.FileMode) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if mode := info.Mode().Perm(); mode&others != 0 {
		return fmt.Errorf("%s: others may use it (%#o); run chmod 600 on it", what, mode)
	}
	return nil
}

func (i Identity) check() error {
	if _, err := os.Stat(i.Cert); err != nil {
		return fmt.Errorf("cert: %w", err)
	}
	return CheckSecret("key", i.Key, 0o007)
}

func (t Trust) check() error {
	if name.CheckID("party", t.Party) != nil {
		return fmt.Errorf("party: %q; want the party's MSP id", t.Party)
	}
	if _, err := os.Stat(t.CA); err != nil {
		return fmt.Errorf("ca: %w", err)
	}
	return nil
}

func (e Endpoint) check() error {
	if _, _, err := net.SplitHostPort(e.Address); err != nil {
		return fmt.Errorf("address: %q; want host:port", e.Address)
	}
	if _, err := os.Stat(e.TLSCA); err != nil {
		return fmt.Errorf("tlsCA: %w", err)
	}
	return nil
}

// check refuses what a process can't be reached by.
func (s Serve) check() error {
	if (s.Cert == "") != (s.Key == "") {
		return errors.New("cert, serve.key: name both, or neither for those that tallyd init makes")
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil && s.Listen != "" {
		return fmt.Errorf("listen: %q; want host:port, such as 127.0.0.1:7443", s.Listen)
	}
	if u, err := url.Parse(s.Traces); s.Traces != "" && (err != nil || u.Host == "" ||
		u.Scheme != "http" && u.Scheme != "https" || u.User != nil) {
		return errors.New("traces: want the URL of an OTLP collector, such as http://127.0.0.1:4318")
	}
	if err := s.Kept.check(); err != nil {
		return fmt.Errorf("kept.%w", err)
	}
	return s.checkWho()
}
