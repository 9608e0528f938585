//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/client/index/pgtest"
	"tallystick/client/node/status"
)

// pair is two processes of one party, behind what asks the other where one doesn't answer.
type pair struct {
	of    [2]*daemon
	turns atomic.Int64
}

// insist asks under one key, now this and now that process, until there is an answer that asking again wouldn't change.
func (p *pair) insist(ctx context.Context, path, key string, request any) (a answered, err error) {
	for ctx.Err() == nil {
		one, cancel := context.WithTimeout(ctx, 3*time.Second)
		a, err = p.of[p.turns.Add(1)%2].insist(one, path, key, request)
		cancel()
		if err == nil {
			return a, nil
		}
	}
	return a, errors.Join(ctx.Err(), err)
}

// TestAProcessTakesOver: two processes of D's on PostgreSQL share its lanes. One is killed under load: the other takes
// its lanes over, with the part of a limit that only they have, and gives them back once it has returned. One stands
// still and wakes. Each redemption takes effect once, whichever process was asked, and both say so in the same bytes.
func TestAProcessTakesOver(t *testing.T) {
	server, err := pgtest.Start()
	if errors.Is(err, pgtest.ErrNone) && !pgtest.Required() {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*patience)
	defer cancel()
	g := net.open(t, "D", "30")
	ann := fresh("pair-ann")
	enrol(t, g, ann)
	issue(t, g, "DP", ann, 100_000)
	coupon := fresh("coupon")
	do(t, g, benefit.DefineRequest{Benefit: coupon, En: "Coupon", Zh: "券", Kind: benefit.Coupon, Price: 100, Uses: 1,
		Days: 30, Quota: 17, PerMember: 100, Stackable: true, Scene: "retail", Fee: amount.Rate{Num: 0, Den: 1},
		Lapse: benefit.Keep})
	before := balance(t, g, "DP")

	env := []string{"TALLY_INDEX=" + server.URLOf("tally_d"), "TALLY_SERVE_STORE=" + server.URLOf("tally_d_node"),
		"TALLY_VAULT=" + filepath.Join(t.TempDir(), "vault")}
	profile := filepath.Join(net.dir, "parties", "D", "profile.yaml")
	a, b := startDaemonBy(t, profile, "21-22", env...), startDaemonBy(t, profile, "23-24", env...)
	b.key = a.key // one store has the keys of both
	t.Cleanup(func() {
		if err := b.process.Process.Signal(syscall.SIGCONT); err != nil { // else it couldn't stop
			t.Error(err)
		}
	})
	a.awaitLanes(ctx, t, 21, 22)
	b.awaitLanes(ctx, t, 23, 24)

	// Of the limit a's first lane has one more than it gave, and all else is given.
	if e, err := a.insist(ctx, "/v1/benefits/"+coupon+"/grants", coupon+"-a", grantOf(ann, 1)); err != nil ||
		e.status != http.StatusOK {
		t.Fatalf("%v, %d %s", err, e.status, e.body)
	}
	if e, err := b.insist(ctx, "/v1/benefits/"+coupon+"/grants", coupon+"-b", grantOf(ann, 15)); err != nil ||
		e.status != http.StatusOK {
		t.Fatalf("%v, %d %s", err, e.status, e.body)
	}
	bound := func() answered {
		e, err := b.insist(ctx, "/v1/benefits/"+coupon+"/grants", coupon+"-c", grantOf(ann, 1))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	if e := bound(); e.status == http.StatusOK {
		t.Fatalf("what only a's lane has was given by b: %s", e.body)
	}

	both := &pair{of: [2]*daemon{a, b}}
	const tills = 6
	var work sync.WaitGroup
	var redeemed [tills][]redemption
	var done atomic.Int64
	enough := make(chan struct{})
	for till := range tills {
		work.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-enough:
					return
				case <-ctx.Done():
					return
				default:
				}
				redeemed[till] = append(redeemed[till],
					redeem(ctx, t, both, ann, fmt.Sprintf("%s-%d-%d", ann, till, n), n%7+1))
				done.Add(1)
			}
		})
	}
	redeem20 := func() {
		until := done.Load() + 20
		await(t, "20 more redemptions", func() bool { return done.Load() >= until })
	}
	redeem20()
	a.kill(t)
	killed := time.Now()
	for bound().status != http.StatusOK {
		if time.Since(killed) > patience {
			t.Fatal("what only a's lane has is never given")
		}
	}
	t.Logf("b gave what only a's lane has %s after a was killed", time.Since(killed))
	if took := time.Since(killed); took > 10*time.Second {
		t.Errorf("that is too long")
	}
	b.awaitLanes(ctx, t, 21, 22, 23, 24)
	back := time.Now()
	a.start(t)
	a.awaitLanes(ctx, t, 21, 22)
	b.awaitLanes(ctx, t, 23, 24)
	t.Logf("a had its lanes again %s after it was started", time.Since(back))
	redeem20()

	if err := b.process.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	a.awaitLanes(ctx, t, 21, 22, 23, 24)
	if err := b.process.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	b.awaitLanes(ctx, t, 23, 24)
	redeem20()
	close(enough)
	work.Wait()

	captured, count := 0, 0
	for till := range tills {
		for n, e := range redeemed[till] {
			captured, count = captured+e.points, count+1
			id := fmt.Sprintf("%s-%d-%d", ann, till, n)
			for i, d := range both.of {
				again, err := d.insist(ctx, e.path, id+"-c", map[string]int{"points": e.points})
				if err != nil || !again.again || !bytes.Equal(again.body, e.capture.body) {
					t.Errorf("%s, asked again at process %d: %v, %t, %s; the first was %s", id, i, err, again.again,
						again.body, e.capture.body)
				}
			}
		}
	}
	after := balance(t, g, "DP")
	t.Logf("%d redemptions", count)
	if got := int(after.Captured - before.Captured); got != captured || after.Held() != before.Held() {
		t.Errorf("%d points were captured, %d are held; the tills captured %d, and left none held", got,
			after.Held()-before.Held(), captured)
	}
}

func grantOf(member string, n int) map[string]any {
	return map[string]any{"members": slices.Repeat([]string{member}, n)}
}

// awaitLanes waits until a process writes these lanes, as its status says.
func (d *daemon) awaitLanes(ctx context.Context, t *testing.T, want ...uint8) {
	t.Helper()
	await(t, fmt.Sprintf("the process writes lanes %v", want), func() bool {
		r := must(http.NewRequestWithContext(ctx, http.MethodGet, "https://"+d.address+"/v1/node", nil))
		r.Header.Set("Authorization", "Bearer "+d.key)
		w, err := d.client.Do(r)
		if err != nil {
			return false
		}
		defer w.Body.Close()
		var s status.Status
		if w.StatusCode != http.StatusOK || json.NewDecoder(w.Body).Decode(&s) != nil {
			return false // what the other one held while it stood still isn't free yet
		}
		var mine []uint8
		for _, l := range s.Lanes {
			if strings.HasSuffix(l.Process, ":"+d.state) {
				mine = append(mine, l.Lane)
			}
		}
		return slices.Equal(mine, want)
	})
}
