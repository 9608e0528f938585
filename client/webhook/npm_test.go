package webhook

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/client/event"
)

// TestAnotherReceiver has a receiver that others wrote, npm's standardwebhooks, check what is sent to it, and refuse
// what is altered or comes again too late. It needs npm.
func TestAnotherReceiver(t *testing.T) {
	if os.Getenv("TALLY_SOAK") == "" {
		t.Skip("in a soak, since it needs npm")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	install := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "standardwebhooks@1.1.1")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	program, err := os.ReadFile("testdata/receiver.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "receiver.mjs"), program, 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, 25)
	listener := newEndpoint(t, yes)
	listener.Close() // its port is free
	h := b.add("erp", listener)
	receiver := exec.CommandContext(ctx, "node", "receiver.mjs", strings.TrimPrefix(listener.URL, "http://127.0.0.1:"),
		h.Secrets().Secret)
	receiver.Dir, receiver.Stderr = dir, os.Stderr
	out, err := receiver.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := receiver.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = receiver.Wait() }()
	lines := bufio.NewScanner(out)
	lines.Scan() // it listens
	defer b.run("here")()
	var taken []string
	for len(taken) < 25 && lines.Scan() {
		var said struct {
			ID             string
			Altered, Later bool // refused
		}
		if err := json.Unmarshal(lines.Bytes(), &said); err != nil || !said.Altered || !said.Later {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		taken = append(taken, said.ID)
	}
	inOrder(t, taken, b.story.ids(event.Wanted{}))
}
