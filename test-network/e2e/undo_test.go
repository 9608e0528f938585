//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/importer"
	"tallystick/client/index"
)

// clerk imports files at D's node.
type clerk struct {
	t   *testing.T
	dir string
}

// tally runs a command, reads its answer, and answers the refusal, if it is one.
func (c clerk) tally(answer any, args ...string) error {
	c.t.Helper()
	cmd := desk("D").command(args...)
	heard := listen(cmd)
	err := heard.end(cmd, cmd.Run())
	if heard.out.Len() > 0 && answer != nil {
		if err := json.Unmarshal(heard.out.Bytes(), answer); err != nil {
			c.t.Fatalf("%v: %v: %s", args, err, heard.out.String())
		}
	}
	return err
}

// imports runs an import.
func (c clerk) imports(mapping, text string) (r importer.Report, err error) {
	c.t.Helper()
	file, yaml := filepath.Join(c.dir, "f.csv"), filepath.Join(c.dir, "m.yaml")
	for path, content := range map[string]string{file: text, yaml: mapping} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	err = c.tally(&r, "import", file, "--mapping", yaml)
	return r, err
}

// stays is what undo-import says of a lot that stays in part.
type stays struct {
	Member, Reference string
	Points            amount.Units
}

// taken is what undo-import answers.
type taken struct {
	Programme                              string
	Lots, Entitlements, Ended, EndedBefore int
	Used                                   int
	Issued, Revoked, Before, Gone          amount.Units
	DryRun                                 bool
	Stays                                  []stays
	Refused                                []json.RawMessage
}

const undoAwards = "kind: awards\nsource: %s\nprogramme: DP\ncolumns: {member: who, amount: paid, reference: receipt}\nchannels: [shop]\nunknown: enrol\nrate: 100\nshards: 2\nexpires: {on: 2027-12-31}\n"

// TestUndoAnImport takes back what an import gave, of which some was spent: what is left is
// gone from the wallets, what was spent stays and is said, once more finds nothing, and the
// receipts that are taken back whole earn again.
func TestUndoAnImport(t *testing.T) {
	c, tag := clerk{t, t.TempDir()}, fresh("u")
	text := strings.ReplaceAll("who,paid,receipt\nA,10.00,TAG-1\nB,20.00,TAG-2\nA,30.00,TAG-3\n", "TAG", tag)
	text = strings.NewReplacer("\nA,", "\nA"+tag+",", "\nB,", "\nB"+tag+",").Replace(text)
	d := net.open(t, "D", "")
	issued := balance(t, d, "DP").Issued
	r, err := c.imports(fmt.Sprintf(undoAwards, tag), text)
	if err != nil || r.Done != 3 || r.Enrolled != 2 || r.Points != 6000 {
		t.Fatalf("%+v, %v", r, err)
	}
	var found struct{ Member member.Member }
	if err := c.tally(&found, "member", "recognise", "--channel", "shop", "--customer", "A"+tag); err != nil {
		t.Fatal(err)
	}
	if err := c.tally(nil, "points", "redeem", "--member", found.Member.ID, "--take", "DP:500"); err != nil {
		t.Fatal(err)
	}
	undo := func(want taken, args ...string) {
		t.Helper()
		var got taken
		if err := c.tally(&got,
			append([]string{"undo-import", tag, "--reason", "wrong_rate"}, args...)...); err != nil {
			t.Fatal(err)
		}
		if len(got.Stays) != 1 || got.Stays[0].Member != found.Member.ID || got.Stays[0].Points != 500 ||
			got.Stays[0].Reference != tag+"-1" {
			t.Errorf("%v: there stays %+v", args, got.Stays)
		}
		got.Stays = nil
		want.Programme, want.Lots, want.Issued, want.Refused = "DP", 3, 6000, []json.RawMessage{}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%v: %+v, want %+v", args, got, want)
		}
	}
	undo(taken{Revoked: 5500, Gone: 500, DryRun: true}, "--dry-run")
	undo(taken{Revoked: 5500, Gone: 500})
	undo(taken{Before: 5500, Gone: 500})
	if now := balance(t, d, "DP"); now.Issued-issued != 6000 {
		t.Errorf("%d points were issued", now.Issued-issued)
	}
	if left := wallet(t, c, found.Member.ID); left != 0 {
		t.Errorf("%d are left in the wallet", left)
	}
	// The receipt of which 500 were spent has earned; the others may again, at the right rate.
	r, err = c.imports(strings.Replace(fmt.Sprintf(undoAwards, tag+"-2"), "rate: 100", "rate: 50", 1), text)
	if fault.CodeOf(err) != fault.Rejected || r.Done != 2 || r.Refused != 1 || r.Rejected[0].Line != 2 ||
		r.Rejected[0].Code != fault.Conflict {
		t.Errorf("%+v, %v", r, err)
	}
	if left := wallet(t, c, found.Member.ID); left != 1500 {
		t.Errorf("%d are in the wallet", left)
	}
	if err := c.tally(nil, "undo-import", tag+"-none", "--reason", "wrong_rate"); fault.CodeOf(err) != fault.NotFound {
		t.Error(err)
	}
}

// wallet is how much a member has left.
func wallet(t *testing.T, c clerk, id string) amount.Units {
	t.Helper()
	var w index.Wallet
	if err := c.tally(&w, "points", "wallet", id); err != nil {
		t.Fatal(err)
	}
	left := amount.Units(0)
	for _, lot := range w.Lots {
		left += lot.Available()
	}
	return left
}

// TestUndoEntitlements ends those that an import gave, but for one that was used.
func TestUndoEntitlements(t *testing.T) {
	c, tag := clerk{t, t.TempDir()}, fresh("e")
	d := net.open(t, "D", "12")
	do(t, d, benefit.DefineRequest{
		Benefit: tag, En: tag, Zh: tag, Kind: benefit.Coupon, Uses: 1, Days: 90, Scene: "retail",
		Fee: amount.Rate{Den: 1}, Lapse: benefit.Refund, Stackable: true,
	})
	given := "kind: entitlements\nsource: " + tag +
		"\ncolumns: {benefit: what, member: who}\nchannels: [shop]\nunknown: enrol\ncodes: false\nshards: 1\n"
	text := strings.ReplaceAll("what,who\nTAG,1TAG\nTAG,2TAG\nTAG,3TAG\n", "TAG", tag)
	if r, err := c.imports(given, text); err != nil || r.Done != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
	used := "kind: writeoffs\nsource: " + tag +
		"-used\ncolumns: {benefit: what, member: who}\nchannels: [shop]\ncodes: false\n"
	if r, err := c.imports(used, strings.ReplaceAll("what,who\nTAG,2TAG\n", "TAG", tag)); err != nil || r.Done != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	for i, want := range []taken{{Entitlements: 3, Ended: 2, Used: 1}, {Entitlements: 3, EndedBefore: 2, Used: 1}} {
		var got taken
		want.Refused = []json.RawMessage{}
		if err := c.tally(&got, "undo-import", tag, "--reason", "wrong_list"); err != nil ||
			fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%d: %+v, %v", i, got, err)
		}
	}
}

// TestMembersAtTheSpeedOfLabels enrols customers from a file in at most twice the time that
// labels take for as many. It measures, and so wants a machine of its own.
func TestMembersAtTheSpeedOfLabels(t *testing.T) {
	if !soaking {
		t.Skip("this is no soak")
	}
	c, tag := clerk{t, t.TempDir()}, fresh("v")
	var lines strings.Builder
	const customers = 4000
	for i := range customers {
		fmt.Fprintf(&lines, "%s-%d\n", tag, i)
	}
	took := map[string]int64{}
	for _, step := range [][2]string{{"members", "columns: {member: id}\n"},
		{"labels", "columns: {member: id}\nfixed: {label: seen}\n"}} {
		r, err := c.imports("kind: "+step[0]+"\nsource: "+tag+"-"+step[0]+"\nchannels: [shop]\n"+step[1],
			"id\n"+lines.String())
		if err != nil || r.Done != customers {
			t.Fatalf("%s: %+v, %v", step[0], tidy(r), err)
		}
		took[step[0]] = r.Millis
		t.Logf("%s: %d in %.1f s", step[0], customers, float64(r.Millis)/1000)
	}
	if took["members"] > 2*took["labels"]+1000 {
		t.Errorf("members took %d ms, labels %d", took["members"], took["labels"])
	}
}
