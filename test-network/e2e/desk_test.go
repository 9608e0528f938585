//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/vault"
)

// desk is one party's command line. Its state directory, with the read model and the vault, is the
// same for all tests.
type desk string

func (d desk) state() string { return filepath.Join(filepath.Dir(net.dir), "desks", string(d)) }

// index is where the party's read model is.
func (d desk) index() string { return filepath.Join(d.state(), "index.db") }

// command is tally, not started yet, that answers as JSON.
func (d desk) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(root, "bin", "tally"),
		append([]string{"--as", string(d), "--network", net.dir, "-o", "json",
			"--height", strconv.FormatUint(net.seen.Load(), 10)}, args...)...)
	cmd.Dir, cmd.Env = net.folder, append(os.Environ(), "TALLY_STATE="+d.state())
	return cmd
}

// said is what a command has said so far.
type said struct{ out, err bytes.Buffer }

// listen has a command's words kept.
func listen(cmd *exec.Cmd) *said {
	s := &said{}
	cmd.Stdout, cmd.Stderr = &s.out, &s.err
	return s
}

// end reads what a command said that ended with an error or none: its refusal, if it is one.
func (s *said) end(cmd *exec.Cmd, err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		var refusal struct {
			Code fault.Code `json:"code"`
			Text string     `json:"text"`
		}
		if json.Unmarshal(s.err.Bytes(), &refusal) == nil && refusal.Code != "" {
			return fault.New(refusal.Code, "%s", refusal.Text)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args[1:], " "), err, s.err.String())
	}
	var answer struct {
		Height uint64 `json:"height"`
	}
	if json.Unmarshal(s.out.Bytes(), &answer) == nil {
		net.seen.know(answer.Height)
	}
	return nil
}

// try runs tally and reads its answer, unless it is nil.
func (d desk) try(answer any, args ...string) error {
	cmd := d.command(args...)
	s := listen(cmd)
	if err := s.end(cmd, cmd.Run()); err != nil || answer == nil {
		return err
	}
	return json.Unmarshal(s.out.Bytes(), answer)
}

// do is try, of what must not be refused.
func (d desk) do(t *testing.T, answer any, args ...string) {
	t.Helper()
	if err := d.try(answer, args...); err != nil {
		t.Fatalf("%s: tally %s: %v", d, strings.Join(args, " "), err)
	}
}

// learn puts terms into the party's vault.
func (d desk) learn(t *testing.T, terms ...vault.Terms) {
	t.Helper()
	v, err := vault.Open(d.state(), string(d))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(v.PutTerms(terms...), v.Close()); err != nil {
		t.Fatal(err)
	}
}
