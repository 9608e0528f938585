package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/mattn/go-isatty"
)

// stage is where the story is played: the network's folder, the programs, and
// the count of figures.
type stage struct {
	dir, bin     string
	topology     string
	month        bool   // without the enemies
	keep         bool   // leave the network up
	inProcess    bool   // no party's node runs: every command opens it
	scratch      string // for documents and programs of the story itself
	out          io.Writer
	right, wrong int

	mu     sync.Mutex
	height uint64 // blocks that some party's node has seen: nobody's answer is older
}

func (s *stage) title(name, about string) {
	fmt.Fprintf(s.out, "\n%s\n%s\n", text.Bold.Sprint(name), text.Faint.Sprint(about))
}

// chapter begins a step of the story.
func (s *stage) chapter(number, what string) {
	fmt.Fprintf(s.out, "\n%s %s\n", text.Bold.Sprintf("%4s", number), text.Bold.Sprint(what))
}

// note says what was done.
func (s *stage) note(format string, args ...any) {
	fmt.Fprintf(s.out, "     %s\n", text.Faint.Sprintf(format, args...))
}

// figure compares one figure of the story with what the ledger says.
func (s *stage) figure(what string, expected, actual any) {
	want, got := show(expected), show(actual)
	mark := text.FgGreen.Sprint("✓")
	if want == got {
		s.right++
	} else {
		s.wrong++
		mark = text.FgRed.Sprint("✗")
	}
	fmt.Fprintf(s.out, "   %s %s %s  %s\n", mark, text.Pad(what, 54, ' '), text.Pad(want, 27, ' '), got)
}

// show writes a whole number with its thousands apart, as the story does.
func show(v any) string {
	digits := fmt.Sprint(v)
	if _, err := strconv.ParseInt(digits, 10, 64); err != nil {
		return digits
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func (s *stage) summary(took time.Duration) {
	mark, rest := text.FgGreen.Sprint("✓"), ""
	if s.wrong > 0 {
		mark, rest = text.FgRed.Sprint("✗"), fmt.Sprintf(", %d differ", s.wrong)
	}
	fmt.Fprintf(s.out, "\n%s %d figures match%s (%.0f s)\n", mark, s.right, rest, took.Seconds())
}

// tallynet runs the operator's program and shows its progress. Where no terminal rewrites a line, programs that are
// exchanged and come back would stand there twice each: there, only what goes wrong is said.
func (s *stage) tallynet(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, "tallynet"),
		append(args, "--topology", s.topology, "--dir", s.dir)...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if args[0] == "chaincode" && !isatty.IsTerminal(os.Stderr.Fd()) {
		cmd.Stdout, cmd.Stderr = &said, &said
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("tallynet %s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	return nil
}

// setUp makes a fresh network.
func (s *stage) setUp(ctx context.Context) error {
	if err := s.tallynet(ctx, "reset", "--yes"); err != nil {
		return err
	}
	if err := s.tallynet(ctx, "up"); err != nil {
		return fmt.Errorf("%w; if the test network is up, it has the ports: make down first", err)
	}
	if !s.inProcess {
		return nil
	}
	rows, err := s.processes(ctx)
	for _, r := range rows {
		if r.URL != "" {
			err = errors.Join(err, s.tallynet(ctx, "process", "kill", r.Process))
		}
	}
	return err
}

// process is what tallynet says of one.
type process struct {
	Process  string `json:"process"`
	State    string `json:"state"`
	PID      int    `json:"pid"`
	Restarts int    `json:"restarts"`
	URL      string `json:"url"` // of a party's node
}

// processes lists the network's processes.
func (s *stage) processes(ctx context.Context) ([]process, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, "tallynet"), "status", "-o", "json", "--topology", s.topology,
		"--dir", s.dir)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("tallynet status: %w", err)
	}
	var status struct {
		Rows []process `json:"rows"`
	}
	if err := json.Unmarshal(out, &status); err != nil {
		return nil, fmt.Errorf("tallynet status: %w", err)
	}
	return status.Rows, nil
}

// takeDown removes the network, or says how to look around.
func (s *stage) takeDown() error {
	if !s.keep {
		return s.tallynet(context.Background(), "reset", "--yes")
	}
	fmt.Fprintf(s.out, `
The network is up, and so are the nodes of G, D and F: bin/tallynet status says their addresses. Look around:
  export TALLY_NETWORK=%[1]s
  bin/tally --as D points wallet zhang
  bin/tally --as A query owes
  bin/tallynet status --dir %[1]s
  bin/tallyd key add --role reader me --profile %[1]s/parties/D/profile.yaml
Remove it:
  bin/tallynet reset --dir %[1]s
`, s.dir)
	return nil
}

// refusal is what tally prints when it fails, as JSON.
type refusal struct {
	Code string `json:"code"`
	Text string `json:"text"`
	exit int
}

func (r *refusal) Error() string { return r.Code + ": " + r.Text }

// tally runs one party's command line and reads its JSON answer.
func (s *stage) tally(ctx context.Context, as string, answer any, args ...string) error {
	cmd := s.command(ctx, as, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		r := &refusal{exit: exit.ExitCode()}
		if json.Unmarshal(errs.Bytes(), r) == nil && r.Code != "" {
			return r
		}
	}
	if err != nil {
		return fmt.Errorf("tally --as %s %s: %w: %s", as, strings.Join(args, " "), err, errs.String())
	}
	s.remember(out.Bytes())
	if answer == nil {
		return nil
	}
	return json.Unmarshal(out.Bytes(), answer)
}

// remember notes the height of a receipt, so that whoever is asked next, at
// whatever peer, knows what it says.
func (s *stage) remember(answer []byte) {
	var r struct {
		Height uint64 `json:"height"`
	}
	if json.Unmarshal(answer, &r) != nil {
		return // a list has none
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.height = max(s.height, r.Height)
}

func (s *stage) seen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strconv.FormatUint(s.height, 10)
}

func (s *stage) command(ctx context.Context, as string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, filepath.Join(s.bin, "tally"),
		append([]string{"--as", as, "--network", s.dir, "-o", "json", "--height", s.seen()}, args...)...)
}

// codeOf is the code of a refusal, "done" if there was none.
func codeOf(err error) (string, error) {
	var r *refusal
	switch {
	case err == nil:
		return "done", nil
	case errors.As(err, &r):
		return r.Code, nil
	}
	return "", err
}

// eventually runs tally until it answers: a peer may be a block behind another.
func (s *stage) eventually(ctx context.Context, as string, answer any, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := s.tally(ctx, as, answer, args...)
		if code, other := codeOf(err); other != nil || code != "NOT_FOUND" {
			return err
		}
	}
}

// eventuallyRefused runs tally until it refuses.
func (s *stage) eventuallyRefused(ctx context.Context, as string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		if err := s.tally(ctx, as, nil, args...); err != nil {
			return err
		}
	}
}

// countFiles counts the files under a root that hold a text.
func countFiles(root, text string) (count int, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			count++
		}
		return err
	})
	return count, err
}
