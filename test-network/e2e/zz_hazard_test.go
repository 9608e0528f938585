//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/ledgersim"
)

func TestZZHazards(t *testing.T) {
	for i, a := range ledgersim.Hazards() {
		t.Run(a.Name, func(t *testing.T) {
			p := probed(t, 18000)
			began := time.Now()
			err := checkUnsplit(a, p, fmt.Sprintf("h%d", i))
			t.Logf("%.1f s: %v (stopped: %v)", time.Since(began).Seconds(), err, errors.Is(err, errStopped))
			show := func(when string) {
				for i, l := range p.ledgers {
					t.Logf("%s: %s height by stream %d", when, p.parties[i], l.height())
				}
				out, _ := exec.Command(filepath.Join(root, "bin", "tallynet"), "status", "--topology", p.topology, "--dir", p.dir).CombinedOutput()
				t.Logf("%s:\n%s", when, out)
			}
			show("after")
			h, err := p.Endorse(ledgersim.ChaincodeA, "put other 1", []int{0, 1})
			t.Log("endorse", err)
			if err == nil {
				_, err = p.Commit(h)
				t.Log("another commit:", err)
			}
			for _, party := range p.parties {
				t.Log(p.tallynet("process", "kill", "peer0."+party))
				t.Log(p.tallynet("process", "start", "peer0."+party))
			}
			time.Sleep(3 * time.Second)
			show("restarted")
			for _, party := range p.parties {
				log, _ := os.ReadFile(filepath.Join(p.dir, "logs", "peer0."+party+".log"))
				lines := strings.Split(string(log), "\n")
				for _, l := range lines[max(0, len(lines)-30):] {
					if len(l) > 400 {
						l = l[:400]
					}
					t.Log(party, l)
				}
			}
		})
	}
}
