package api

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/replay"
	"tallystick/client/access"
	"tallystick/client/gateway/gatewaytest"
	"tallystick/client/node"
)

// smallDisk is a folder on a disk of its own, of some MiB. Only root can make one.
func smallDisk(t *testing.T) string {
	t.Helper()
	at := t.TempDir()
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=24m,mode=700"); errors.Is(err, syscall.EPERM) {
		t.Skip("only root can make a disk of its own")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return at
}

// fill fills the disk that a folder is on, until there is room again.
func fill(t *testing.T, at string) (room func()) {
	t.Helper()
	file, err := os.Create(filepath.Join(at, "filling"))
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; {
		if _, err := file.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := errors.Join(file.Close(), os.Remove(file.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFullDisk: a node whose disk is full refuses what writes with MACHINE and what to do, and what it did refuse
// hadn't any effect; once there is room it goes on, and nothing is lost or counted twice.
func TestFullDisk(t *testing.T) {
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}}},
		replay.Rules{Operator: "G", Test: true})
	if err != nil {
		t.Fatal(err)
	}
	cfg := gatewaytest.Serve(t, l.Network).Config(t, "G")
	cfg.Lanes, cfg.Linger, cfg.State = "1", 0, smallDisk(t)
	n, err := node.Open(t.Context(), cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	s := founded(t, serverOn(t, n, io.Discard))
	give := func(i int) (status int, p string) {
		w := s.ask("loyalty", "POST", "/v1/lots", fmt.Sprintf(`{"programme":"GP","grants":[{"member":%q,"amount":100,`+
			`"expires":"2027-12-31"}]}`, s.members["zhang"]), KeyHeader, fmt.Sprint("gift-", i))
		return w.Code, w.Body.String()
	}
	if status, body := give(0); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	room := fill(t, cfg.State)
	refused := 0
	const gifts = 40
	for i := range gifts {
		status, body := give(i)
		switch {
		case status == http.StatusOK:
		case strings.Contains(body, `"code":"`+string(fault.Machine)) && strings.Contains(body, "make room"):
			refused++
		default:
			t.Errorf("gift %d on a full disk: %d %s", i, status, body)
		}
	}
	if refused == 0 {
		t.Error("nothing was refused: the disk isn't full")
	}
	room()
	for i := range gifts {
		if status, body := give(i); status != http.StatusOK {
			t.Errorf("gift %d once there is room: %d %s", i, status, body)
		}
	}
	w := s.ask("admin", "GET", "/v1/members/"+s.members["zhang"]+"/wallet", "")
	if got := strings.Count(w.Body.String(), `"issued":100`); w.Code != http.StatusOK || got != gifts {
		t.Errorf("%d: %d gifts came, want %d", w.Code, got, gifts)
	}
	if found, err := s.guard.Log.Verify(t.Context(), access.Head{}); err != nil || len(found.Faults) > 0 {
		t.Errorf("the log: %+v, %v", found, err)
	}
}
