package gateway_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	members "tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/client/config"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

// These tests run against a network that tallynet has made, if TALLY_REAL names
// its state directory; the ledger may be new or used:
//
//	TALLY_REAL=test-network/.run go test ./client/gateway -run Real -v

func realNode(t *testing.T, party, lanes string) (*gateway.Gateway, config.Config) {
	t.Helper()
	run := os.Getenv("TALLY_REAL")
	if run == "" {
		t.Skip("TALLY_REAL names no network")
	}
	state := filepath.Join(t.TempDir(), "state")
	cfg, err := config.Load(filepath.Join(run, "parties", party, "profile.yaml"),
		map[string]any{"lanes": lanes, "state": state})
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g, cfg
}

// found makes sure that the network is founded, D registered and its programme
// open.
func found(t *testing.T, d *gateway.Gateway) {
	t.Helper()
	g, _ := realNode(t, "G", "")
	roles := party.Issuer | party.Acceptor
	allow := func(_ any, err error) {
		t.Helper()
		if code := fault.CodeOf(err); code != "" && code != fault.Conflict {
			t.Fatal(err)
		}
	}
	allow(g.Found(t.Context(), party.FoundRequest{
		Network: "test", En: "Group", Zh: "集团", Roles: roles, Cycle: "2026-11", Date: 20758, Test: true,
	}))
	allow(g.Single(t.Context(), "", party.BeginPeerRequest{}))
	allow(g.Single(t.Context(), "", party.RegisterRequest{Party: "D", En: "Dealer", Zh: "经销商", Roles: roles}))
	allow(g.Single(t.Context(), "", party.RegisterRequest{Party: "F", En: "Finance", Zh: "金融", Roles: roles}))
	allow(g.Single(t.Context(), "", party.RegisterRequest{Party: "M", En: "Mobility", Zh: "出行", Roles: roles}))
	if d != nil {
		allow(d.Single(t.Context(), "", party.BeginPeerRequest{}))
		allow(d.Do(t.Context(), "", points.OpenProgrammeRequest{
			Programme: "DP", En: "Dealer points", Zh: "积分", Price: amount.Rate{Num: 1, Den: 1},
		}))
	}
}

func TestRealFlow(t *testing.T) {
	found(t, nil)
	d, cfg := realNode(t, "D", "1-8")
	found(t, d)
	ctx, member := t.Context(), fmt.Sprintf("m%d", time.Now().UnixNano())
	ix, err := index.Open(cfg.IndexAt())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })

	id := "issue-" + member
	receipt, err := d.Do(ctx, id, grant(member, 100))
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.Do(ctx, id, grant(member, 100))
	if err != nil || again.Number != receipt.Number || !again.Again {
		t.Errorf("again: %+v, %v", again, err)
	}
	if _, err := d.Do(ctx, id, grant(member, 101)); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("other content: %v", err)
	}
	other, _ := realNode(t, "D", "9")
	if again, err := other.Do(ctx, id, grant(member, 100)); err != nil || again.Number != receipt.Number ||
		!again.Again {
		t.Errorf("from another machine: %+v, %v", again, err)
	}
	if _, err := other.Do(ctx, id, grant(member, 101)); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("other content from another machine: %v", err)
	}

	if err := d.Sync(ctx, ix); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Do(ctx, "", members.EnrolRequest{Member: member}); err != nil {
		t.Fatal(err)
	}
	pieces, err := readAt(t, ix).Choose(member, "DP", 30, 20758)
	if err != nil {
		t.Fatal(err)
	}
	hold, err := d.Do(ctx, "hold-"+member, points.HoldRequest{
		Member: member, Pieces: pieces, Deadline: time.Now().Unix() + 600,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Do(ctx, "", points.CaptureRequest{Hold: hold.Number, Amount: 20}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Do(ctx, "", points.ReleaseRequest{Hold: hold.Number, Reason: "rest"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Do(ctx, "", points.CaptureRequest{Hold: hold.Number, Amount: 1}); fault.CodeOf(
		err) != fault.WrongState {
		t.Errorf("capture of a closed hold: %v", err)
	}
	found, err := d.Query().Hold(ctx, hold.Number)
	if err != nil || found.State != points.Closed || found.Captured != 20 {
		t.Errorf("hold: %+v, %v", found, err)
	}
	lots, err := d.Query().Lots(ctx, receipt.Number.Row(0))
	if err != nil || len(lots) != 1 || lots[0].Available() != 80 {
		t.Errorf("lots: %+v, %v", lots, err)
	}
	_, errs := d.DoLinked(ctx, "pair-"+member, grant(member, 1), points.CaptureRequest{Hold: hold.Number, Amount: 1})
	if fault.CodeOf(errs[0]) != fault.Linked || fault.CodeOf(errs[1]) != fault.WrongState {
		t.Errorf("linked: %v", errs)
	}
	if _, err := d.Query().Hold(ctx, receipt.Number); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no such hold: %v", err)
	}
	if err := d.Sync(ctx, ix); err != nil {
		t.Fatal(err)
	}
	now := readAt(t, ix)
	wallet, err := now.Wallet(member)
	if err != nil || len(wallet.Lots) != 1 || wallet.Lots[0].Available() != 80 {
		t.Errorf("wallet: %+v, %v", wallet, err)
	}
	if stray, err := now.Unsealed(); err != nil || len(stray) > 0 {
		t.Errorf("unsealed: %v, %v", stray, err)
	}
}

func grant(member string, n amount.Units) points.IssueRequest {
	return points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: member, Amount: n, Expires: 21000}}}
}

// TestRealLoad measures full batches, many callers, a numbered source, and the
// index's catching up.
func TestRealLoad(t *testing.T) {
	found(t, nil)
	d, cfg := realNode(t, "D", "1-16")
	found(t, d)
	ctx := t.Context()
	rate := func(what string, n int, began time.Time) {
		t.Logf("%-28s %7.0f/s (%d in %s)", what, float64(n)/time.Since(began).Seconds(), n,
			time.Since(began).Round(time.Millisecond))
	}

	began, total := time.Now(), 160
	var work sync.WaitGroup
	for lane := range 16 {
		work.Go(func() {
			for k := range total / 16 {
				commands := make([]command.Command, 500)
				for i := range commands {
					commands[i] = command.New("", grant(fmt.Sprintf("b%d-%d", lane, (k*500+i)%1000), 10))
				}
				if _, err := d.Run(ctx, "", commands); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	rate("Run, 500 a batch, 16 lanes", total*500, began)

	began = time.Now()
	var done, refused atomic.Int64
	for caller := range 2000 {
		work.Go(func() {
			for k := range 10 {
				if _, err := d.Do(ctx, "", grant(fmt.Sprintf("c%d-%d", caller, k), 10)); err != nil {
					refused.Add(1)
				}
				done.Add(1)
			}
		})
	}
	work.Wait()
	rate("Do, 2000 callers", int(done.Load()), began)
	if refused.Load() > 0 {
		t.Errorf("%d of %d refused", refused.Load(), done.Load())
	}

	began = time.Now()
	name := fmt.Sprintf("import-%d", time.Now().UnixNano())
	source, err := d.Source(ctx, name, 8, nil)
	if err != nil {
		t.Fatal(err)
	}
	for p := range uint64(40_000) {
		if err := source.Feed(ctx, p, grant(fmt.Sprintf("s%d", p%500), 10)); err != nil {
			t.Fatal(err)
		}
	}
	if err := source.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	rate("Source, 8 shards", 40_000, began)
	if _, err := d.Source(ctx, name, 4, nil); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another number of shards: %v", err)
	}

	var digests []string
	for range 2 {
		ix, err := index.Open(filepath.Join(t.TempDir(), "index.db"))
		if err != nil {
			t.Fatal(err)
		}
		began = time.Now()
		if err := d.Sync(ctx, ix); err != nil {
			t.Fatal(err)
		}
		r := readAt(t, ix)
		part, _ := r.Lots(index.LotFilter{}, index.Page{Limit: 1})
		rate(fmt.Sprintf("index, %d blocks", part.Height), int(part.Height), began)
		digest, err := r.Digest()
		if err != nil {
			t.Fatal(err)
		}
		out, _ := r.Outstanding()
		t.Logf("outstanding %+v", out)
		digests = append(digests, digest.String())
		r.Close()
		ix.Close()
	}
	if digests[0] != digests[1] {
		t.Errorf("two replays differ: %v", digests)
	}
	_ = cfg
}

// TestRealFence advances the business date under load: the batches in flight die
// and are endorsed anew.
func TestRealFence(t *testing.T) {
	found(t, nil)
	d, _ := realNode(t, "D", "17-20")
	found(t, d)
	g, _ := realNode(t, "G", "1")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var work sync.WaitGroup
	for caller := range 200 {
		work.Go(func() {
			for k := range 5 {
				if _, err := d.Do(ctx, "", grant(fmt.Sprintf("f%d-%d", caller, k), 1)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 3 {
		cycle, err := g.Query().Cycle(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Do(ctx, "", settlement.AdvanceRequest{Date: cycle.Date + 1}); err != nil {
			t.Error(err)
		}
	}
	work.Wait()
}

// TestRealSteady keeps 100 callers busy for TALLY_SECONDS, in which the one who
// runs it kills what he likes, and then counts: every request took effect once.
// Callers ask again with the same id until they have a receipt.
func TestRealSteady(t *testing.T) {
	found(t, nil)
	d, cfg := realNode(t, "D", "21-24")
	found(t, d)
	seconds, err := strconv.Atoi(cmp.Or(os.Getenv("TALLY_SECONDS"), "3"))
	if err != nil {
		t.Fatal(err)
	}
	var (
		work    sync.WaitGroup
		mu      sync.Mutex
		codes   = map[fault.Code]int{}
		last    = time.Now()
		longest time.Duration
		asked   atomic.Int64
	)
	member := fmt.Sprintf("steady%d", time.Now().UnixNano())
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	for caller := range 100 {
		work.Go(func() {
			for k := 0; time.Now().Before(end); k++ {
				id := fmt.Sprintf("%s-%d-%d", member, caller, k)
				for done := false; !done; {
					ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
					_, err := d.Do(ctx, id, grant(member, 1))
					cancel()
					mu.Lock()
					codes[fault.CodeOf(err)]++
					if done = err == nil; done {
						longest, last = max(longest, time.Since(last)), time.Now()
						asked.Add(1)
					} else if !fault.Of(fault.CodeOf(err)).Again {
						t.Error(err)
						done = true
					}
					mu.Unlock()
				}
			}
		})
	}
	work.Wait()
	ix, err := index.Open(cfg.IndexAt())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	if err := d.Sync(t.Context(), ix); err != nil {
		t.Fatal(err)
	}
	now := readAt(t, ix)
	wallet, err := now.Wallet(member)
	if err != nil || int64(len(wallet.Lots)) != asked.Load() {
		t.Errorf("%d lots for %d requests, %v", len(wallet.Lots), asked.Load(), err)
	}
	t.Logf("%d requests, answers by code %v, longest gap %s", asked.Load(), codes, longest.Round(time.Millisecond))
}

// readAt reads a read model as it is, until the test ends.
func readAt(t *testing.T, ix *index.Index) *index.Reading {
	t.Helper()
	r, err := ix.At(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}
