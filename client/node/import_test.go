package node

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/bounds"
	"tallystick/client/config"
	"tallystick/client/index"
)

const (
	people  = "kind: members\nsource: people\ncolumns: {member: who}\nchannels: [shop]\n"
	baskets = "kind: awards\nsource: baskets\nprogramme: DP\nrate: \"1\"\nexpires: {on: 2027-12-31}\nchannels: [shop]\nshards: 1\n" +
		"columns: {member: who, amount: value, reference: receipt}\n"
	bought = "who,value,receipt\nann,12.50,r1\nbob,3,r2\nann,x,r3\neve,1,r4\nann,0.07,r5\n"
)

// table is a call with a file, as a body that can be read once.
func table(text string) *Call {
	return &Call{Upload: Upload{Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}}
}

// imported does an import and answers its report.
func imported(t *testing.T, n *Node, mapping, text string, code fault.Code) Imported {
	t.Helper()
	r, err := ImportRun.Do(t.Context(), n, table(text), ImportRequest{Mapping: mapping})
	if fault.CodeOf(err) != code {
		t.Errorf("%v, want %s", err, code)
	}
	return r
}

// TestImports: members and then what they bought, each line once on the ledger, in their programme's digits; what is
// wrong is listed, and refuses the import unless so many are allowed.
func TestImports(t *testing.T) {
	h, n := newHouse(t)
	if r := imported(t, n, people, "who\nann\nbob\nann\n", ""); r.Done != 2 || r.Seen != 1 || r.Source != "people" {
		t.Errorf("%+v", r)
	}
	r := imported(t, n, baskets, bought, fault.Rejected)
	if r.Done != 3 || r.Report.Refused != 1 || r.Points-r.PointsRefused != 1557 ||
		r.Digits != 2 || len(r.Rejected) != 2 {
		t.Errorf("%+v", r)
	}
	want := map[string]amount.Units{"r1": 1250, "r2": 300, "r5": 7}
	if got := h.lots(t, n); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v", got)
	}
	again := ImportRequest{baskets, Importing{MaxRejected: "40%"}}
	if r, err := ImportRun.Do(t.Context(), n, table(bought), again); err != nil ||
		r.Done != 0 || r.Before != 4 {
		t.Errorf("again: %+v, %v", r, err)
	}
	if got := h.lots(t, n); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("again: %v", got)
	}
	leftovers(t, n)
}

// leftovers fails for what an upload left in the state's directory.
func leftovers(t *testing.T, n *Node) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(n.cfg.State, "upload-*")); len(left) > 0 || err != nil {
		t.Errorf("%v is left, %v", left, err)
	}
}

// TestImportsGoOn: stopped before any of its commands, an import goes on there, and nothing counts twice.
func TestImportsGoOn(t *testing.T) {
	for stop := 1; stop <= 4; stop++ {
		h, n := newHouse(t)
		imported(t, n, people, "who\nann\nbob\n", "")
		h.stopsIn = stop
		first := imported(t, n, baskets, bought, fault.Internal)
		second := imported(t, n, baskets, bought, fault.Rejected)
		if done := first.Done + first.Report.Refused; done != uint64(stop)-1 || second.Before != done ||
			first.Done+second.Done != 3 {
			t.Errorf("stopped at %d: %+v, then %+v", stop, first, second)
		}
		if got := h.lots(t, n); fmt.Sprint(got) != "map[r1:1250 r2:300 r5:7]" {
			t.Errorf("stopped at %d: %v", stop, got)
		}
		leftovers(t, n)
	}
}

// TestAnImportEndsWithItsContext: STOPPED, with a report of what was done.
func TestAnImportEndsWithItsContext(t *testing.T) {
	_, n := newHouse(t)
	imported(t, n, people, "who\nann\nbob\n", "")
	ctx, cancel := context.WithCancel(t.Context())
	var told []Far
	c := table(bought)
	c.Far = func(f Far) {
		if told = append(told, f); !f.Bytes {
			cancel()
		}
	}
	r, err := ImportRun.Do(ctx, n, c, ImportRequest{Mapping: baskets})
	if fault.CodeOf(err) != fault.Stopped || !r.Stopped || r.Done != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if last := told[len(told)-1]; last != (Far{What: "the file", Done: 1, All: 4}) {
		t.Errorf("%+v", told)
	}
}

// TestRejectedLinesAreStored: for whoever wants them, whole, also of a file that was a body.
func TestRejectedLinesAreStored(t *testing.T) {
	for _, dry := range []bool{true, false} {
		_, n := newHouse(t)
		imported(t, n, people, "who\nann\nbob\n", "")
		var stored bytes.Buffer
		req := ImportRequest{Mapping: baskets}
		req.DryRun, req.Rejected = dry, func(write func(io.Writer) error) error { return write(&stored) }
		r, err := ImportRun.Do(t.Context(), n, table(bought), req)
		if fault.CodeOf(err) != fault.Rejected || len(r.Rejected) != 2 || r.DryRun != dry {
			t.Errorf("%+v, %v", r, err)
		}
		lines := strings.Split(strings.TrimSpace(stored.String()), "\n")
		if len(lines) != 3 || !strings.Contains(lines[1], "baskets,4,value,x,ann,") ||
			!strings.Contains(lines[2], "eve,1,r4") {
			t.Errorf("dry run %v: %q", dry, lines)
		}
	}
}

// TestImportsAreTakenBack: as far as nothing was spent; again takes back nothing more.
func TestImportsAreTakenBack(t *testing.T) {
	h, n := newHouse(t)
	imported(t, n, people, "who\nann\nbob\n", "")
	imported(t, n, baskets, bought, fault.Rejected)
	held := h.hold(t, n, "r1", 450)
	undo := func(dry bool) Undone {
		u, err := ImportUndo.Do(t.Context(), n, &Call{}, UndoImportRequest{"baskets", "wrong_rate", dry})
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for _, dry := range []bool{true, false} {
		u := undo(dry)
		if u.Lots != 3 || u.Issued != 1557 || u.Revoked != 1107 || u.Gone != 450 || u.Programme != "DP" ||
			len(u.Stays) != 1 || u.Stays[0].Member != held || len(u.Refused) != 0 {
			t.Errorf("dry run %v: %+v", dry, u)
		}
		if left := h.lots(t, n)["r1"]; dry != (left == 800) {
			t.Errorf("dry run %v: %d left", dry, left)
		}
	}
	if u := undo(false); u.Before != 1107 || u.Revoked != 0 || u.Gone != 450 {
		t.Errorf("again: %+v", u)
	}
	if _, err := ImportUndo.Do(t.Context(), n, &Call{}, UndoImportRequest{Source: "nothing",
		Reason: "r"}); fault.CodeOf(err) != fault.NotFound {
		t.Error(err)
	}
}

// hold holds points of the lot of a receipt, and answers whose they are.
func (h *house) hold(t *testing.T, n *Node, reference string, units amount.Units) string {
	t.Helper()
	made, err := Ask(t.Context(), n, func(r *index.Reading) (index.Made, error) { return r.Made("D", "baskets") })
	if err != nil {
		t.Fatal(err)
	}
	for _, lot := range made.Lots {
		if lot.Reference != reference {
			continue
		}
		req := points.HoldRequest{Member: lot.Member, Pieces: []spend.Take{{Lot: lot.Number, Amount: units}},
			Deadline: h.ledger.Now().Unix() + 3600}
		if _, err := h.Do(t.Context(), "", req); err != nil {
			t.Fatal(err)
		}
		return lot.Member
	}
	t.Fatalf("there is no lot of %s", reference)
	return ""
}

// TestImportsRefuse: what is asked for wrongly, before anything is sent.
func TestImportsRefuse(t *testing.T) {
	h, n := newHouse(t)
	before := h.Known()
	for name, c := range map[string]struct {
		ask  func() error
		code fault.Code
		says string
	}{
		"a request id": {func() error {
			_, err := ImportRun.Do(t.Context(), n, &Call{ID: "r1"}, ImportRequest{Mapping: people})
			return err
		}, fault.BadRequest, "known by its source"},
		"of an undoing": {func() error {
			_, err := ImportUndo.Do(t.Context(), n, &Call{ID: "r1"}, UndoImportRequest{Source: "people", Reason: "r"})
			return err
		}, fault.BadRequest, "known by its source"},
		"no file": {func() error {
			_, err := ImportRun.Do(t.Context(), n, &Call{}, ImportRequest{Mapping: people})
			return err
		}, fault.BadRequest, "file"},
		"no mapping": {func() error {
			_, err := ImportRun.Do(t.Context(), n, table("who\n"), ImportRequest{Mapping: "kind: member\n"})
			return err
		}, fault.BadRequest, "mapping"},
		"an allowance that is none": {func() error {
			req := ImportRequest{people, Importing{MaxRejected: "101%"}}
			_, err := ImportRun.Do(t.Context(), n, table("who\n"), req)
			return err
		}, fault.BadRequest, "101%"},
		"goods among members": {func() error {
			_, err := ImportRun.Do(t.Context(), n, table("id,en,zh\n"),
				ImportRequest{Mapping: "kind: outlets\nsource: o\ncolumns: {outlet: id, en: en, zh: zh}\n"})
			return err
		}, fault.BadRequest, "import.supply"},
		"members among goods": {func() error {
			_, err := ImportSupply.Do(t.Context(), n, table("who\n"), ImportRequest{Mapping: people})
			return err
		}, fault.BadRequest, "import.run"},
		"another table": {func() error {
			_, err := ImportRun.Do(t.Context(), n, table("whom\nann\n"), ImportRequest{Mapping: people})
			return err
		}, fault.BadRequest, `there is no column "who"`},
		"a packed file that is none": {func() error {
			_, err := ImportRun.Do(t.Context(), n, table("\x1f\x8bwho\nann\n"), ImportRequest{Mapping: people})
			return err
		}, fault.BadRequest, "gzip"},
		"a programme that isn't there": {func() error {
			_, err := ImportRun.Do(t.Context(), n, table(bought),
				ImportRequest{Mapping: strings.Replace(baskets, "DP", "XP", 1)})
			return err
		}, fault.NotFound, "XP"},
	} {
		if err := c.ask(); fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if h.Known() != before {
		t.Error("something was sent")
	}
	leftovers(t, n)
}

// TestASourceIsFedOnce: a second import under a source waits for nobody, and is told.
func TestASourceIsFedOnce(t *testing.T) {
	_, n := newHouse(t)
	n.feeding.Store("people", true)
	imported(t, n, people, "who\nann\n", fault.SourceMoved)
	n.feeding.Delete("people")
	if r := imported(t, n, people, "who\nann\n", ""); r.Done != 1 {
		t.Errorf("%+v", r)
	}
}

// TestDryRunsNeedNoNetwork: what is foreseen of a file is the same, but for the digits that nobody tells.
func TestDryRunsNeedNoNetwork(t *testing.T) {
	n := Offline(config.Config{Party: "D", State: t.TempDir()})
	req := ImportRequest{strings.Replace(baskets, "[shop]", "[shop]\nunknown: enrol", 1), Importing{DryRun: true}}
	r, err := ImportRun.Do(t.Context(), n, table(bought), req)
	if fault.CodeOf(err) != fault.Rejected || r.Awards == 0 || len(r.Notes) == 0 ||
		!strings.Contains(r.Notes[0], "counted as whole ones") {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := ImportRun.Do(t.Context(), n, table(bought),
		ImportRequest{Mapping: baskets}); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("without a dry run: %v", err)
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}

// TestCataloguesAreImported: an opened file is read where it lies; the same content is the same source.
func TestCataloguesAreImported(t *testing.T) {
	n := Offline(config.Config{Party: "S1", State: t.TempDir()})
	path := filepath.Join(t.TempDir(), "catalogue.csv")
	text := "supplier,sku,en,zh,category,unit,tax,delivery,price\ncare,kit,Kit,套装,oil,piece,t13,shipped,298.00\ncare,cap,Cap,盖,oil,piece,t13,pigeon,1.00\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	sources := map[string]bool{}
	for _, strict := range []bool{false, true} {
		req := ImportCatalogueRequest{Scene: "retail", Strict: strict,
			Importing: Importing{DryRun: true}}
		r, err := GoodImport.Do(t.Context(), n, &Call{Upload: Upload{"catalogue.csv", bounds.At(path)}}, req)
		code := map[bool]fault.Code{false: fault.Rejected, true: fault.BadRequest}[strict]
		if fault.CodeOf(err) != code || r.Goods != 1 || r.Listings != 1 || r.Commands != 2 || len(r.Rejected) != 1 ||
			r.Rejected[0].Column != "delivery" {
			t.Errorf("strict %v: %+v, %v", strict, r, err)
		}
		sources[r.Source] = true
	}
	if len(sources) != 1 {
		t.Errorf("%v", sources)
	}
	if _, err := GoodImport.Do(t.Context(), n, table("supplier,colour\n"),
		ImportCatalogueRequest{}); fault.CodeOf(err) != fault.BadRequest {
		t.Error(err)
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}
