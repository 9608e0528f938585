//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	stdnet "net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/client/node/events"
)

// TestTheDayOfAnERP: an ERP system's day at D's node, by HTTP and webhooks alone, comes out right to the point and in
// every event, although the node and the ERP system are killed, each again and again, at random.
func TestTheDayOfAnERP(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*patience)
	defer cancel()
	free := must(stdnet.Listen("tcp", "127.0.0.1:0"))
	hook := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	d := startDaemonBy(t, allowing(t, "127.0.0.1"), "27-29")
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	keep := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, role := range []string{"loyalty", "finance"} {
		keep(role, string(must(d.tallyd("key", "add", "--role", role, "erp").Output())))
	}
	asked := events.WebhookRequest{URL: "http://" + hook, After: "latest"}
	added := must(d.insist(ctx, "/v1/webhooks", fresh("hook"), asked))
	if added.status != http.StatusOK {
		t.Fatalf("%d %s", added.status, added.body)
	}
	_, rest, _ := strings.Cut(string(added.body), "whsec_")
	secret, _, _ := strings.Cut(rest, `"`)
	keep("secret", "whsec_"+secret)
	if out, err := exec.Command("go", "build", "-o", path("erp"), "../erp").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	seed, sales := fmt.Sprint(time.Now().Unix()), "80"
	if soaking {
		sales = "400"
	}
	erp := func(ctx context.Context, verb string, out *bytes.Buffer) *exec.Cmd {
		cmd := exec.CommandContext(ctx, path("erp"), verb, "--node", "https://"+d.address,
			"--ca", filepath.Join(d.state, "tls.crt"), "--key", path("loyalty"), "--finance", path("finance"),
			"--db", path("erp.db"), "--listen", hook, "--secret", path("secret"), "--sales", sales,
			"--seed", seed)
		cmd.Stdout, cmd.Stderr = out, out
		return cmd
	}
	kills := 0
	for done := false; !done; kills++ {
		var out bytes.Buffer
		running, stop := context.WithCancel(ctx)
		if kills < 6 {
			running, stop = context.WithTimeout(ctx, time.Duration(500+rand.IntN(2500))*time.Millisecond)
		}
		day := erp(running, "day", &out)
		if err := day.Start(); err != nil {
			t.Fatal(err)
		}
		if kills%2 == 1 {
			d.kill(t)
			d.start(t)
		}
		err := day.Wait()
		if running.Err() == nil && err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		done = err == nil
		stop()
	}
	var out bytes.Buffer
	err := erp(ctx, "reconcile", &out).Run()
	t.Logf("killed %d times\n%s", kills-1, out.String())
	if err != nil || !strings.Contains(out.String(), "\n0 differences\n") {
		t.Errorf("%v", err)
	}
}

// allowing is D's profile, with an address to which webhooks may go.
func allowing(t *testing.T, address string) (profile string) {
	t.Helper()
	dir := filepath.Join(net.dir, "parties", "D")
	text := must(os.ReadFile(filepath.Join(dir, "profile.yaml")))
	profile = filepath.Join(dir, "profile-erp.yaml") // what it names is beside it
	text = fmt.Appendf(text, "\nserve: {webhooks: {allow: [%q]}}\n", address)
	if err := os.WriteFile(profile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Remove(profile); err != nil {
			t.Error(err)
		}
	})
	return profile
}
