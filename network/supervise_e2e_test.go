//go:build e2e

package network_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"tallystick/network"
	"tallystick/network/internal/wait"
	"tallystick/network/process"
)

// TestWhatDiesComesBack kills an orderer, a peer and a chaincode server of a network that
// nobody looks at, as a crash would, and then all at once: each is running again,
// status says so, and the network endorses and orders.
func TestWhatDiesComesBack(t *testing.T) {
	r := newRig(t, 22000, "bft")
	r.Tallynet = filepath.Join(filepath.Dir(r.file), "tallynet")
	if out, err := exec.Command("go", "build", "-o", r.Tallynet, "./cmd/tallynet").CombinedOutput(); err != nil {
		t.Fatalf("build tallynet: %v\n%s", err, out)
	}
	r.up(t)
	for n, names := range [][]string{{"orderer1"}, {"peer0.D"}, {"echo.D"},
		{"orderer2", "peer0.D", "peer0.G", "echo.D", "echo.F"}} {
		before := r.rows(t)
		for _, name := range names {
			if err := syscall.Kill(int(before[name].PID), syscall.SIGKILL); err != nil {
				t.Fatal(name, err)
			}
		}
		err := wait.Until(r.patience(), "restarts", func(context.Context) error {
			now := r.rows(t)
			for _, name := range names {
				if now[name].State != process.Running || now[name].Restarts <= before[name].Restarts ||
					now[name].PID == before[name].PID {
					return fmt.Errorf("%s: %+v", name, now[name])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprint("after ", n)
		if err := r.insist(key, "1"); err != nil {
			t.Fatal(err)
		}
		r.expectValue(t, key, "1")
		r.awaitLevel(t)
	}
	if err := r.KillProcess(r.patience(), "peer0.F"); err != nil {
		t.Fatal(err)
	}
	ended, err := r.Down(r.patience())
	if err != nil || ended < len(r.Names()) {
		t.Errorf("%d ended, %v", ended, err)
	}
	for name, row := range r.rows(t) {
		if row.State != process.Stopped {
			t.Errorf("after down, %s is %s", name, row.State)
		}
	}
}

// rows are those of status by the process's name.
func (r *rig) rows(t *testing.T) map[string]network.ProcessStatus {
	found := map[string]network.ProcessStatus{}
	for _, row := range r.status(t) {
		found[row.Process] = row
	}
	return found
}
