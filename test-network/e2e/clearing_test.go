//go:build e2e

package e2e

import (
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/clearing"
	"tallystick/client/index"
	"tallystick/client/statement"
)

// TestThreeNodesDeriveOneRoot cuts a cycle off while all parties trade: every command's obligations are in one of the
// two cycles, that which its receipt names, and none is lost. Then three nodes, each from its own peer's blocks, derive
// the same roots, which are the ledger's; all sign them, and what is netted comes to nothing.
func TestThreeNodesDeriveOneRoot(t *testing.T) {
	by := openTraders(t)
	m := openMarket(t, by)
	c := ourCycle(t)
	enough, done := make(chan struct{}), make(chan []made, 1)
	go func() { done <- m.trade(t, by, enough) }()
	g := by["G"]
	from := g.Height()
	await(t, "trade before the cut-off", func() bool { return g.Height() > from+20 })
	desk("G").do(t, nil, "cycle", "cut-off", c.id, "--next", c.next)
	from = g.Height()
	await(t, "trade after it", func() bool { return g.Height() > from+20 })
	close(enough)
	list := <-done
	fenced(t, readJournal(t, g), list, c.id, c.next)

	c.close(t, calmly) // it was cut off: this adds it up
	s := c.show(t)
	roots := rootsOf(t, "G", c.id)
	if roots[""] != s.Root.String() {
		t.Errorf("G's cycle root is %s, the ledger's %s", roots[""], s.Root)
	}
	for _, party := range []string{"D", "F"} {
		for of, root := range rootsOf(t, party, c.id) {
			if root != roots[of] {
				t.Errorf("%s: %q has the root %s, at G %s", party, of, root, roots[of])
			}
		}
	}
	c.sign(t, calmly)
	if s = c.show(t); len(s.Statements) != len(roots)-1 || len(s.Statements) < 5 {
		t.Errorf("%d statements, %d roots", len(s.Statements), len(roots))
	}
	for _, p := range s.Statements {
		if want := roots[p.A+" "+p.B]; p.State.String() != "AGREED" || p.SignedA.Root.String() != want ||
			p.SignedB.Root.String() != want {
			t.Errorf("%s %s is %s: signed %s and %s, derived %s",
				p.A, p.B, p.State, p.SignedA.Root, p.SignedB.Root, want)
		}
	}
	c.settle(t, calmly)
	s = c.show(t)
	s.proved(t)
	if s.State.String() != "SETTLED" {
		t.Errorf("the cycle is %s", s.State)
	}
	t.Logf("%d lines, gross %d fen, %d payments", s.Netting.Lines, s.Netting.Gross, s.Payments)
}

// fenced holds that every command's obligations are in the cycle of its receipt, all of them, and that there are no
// others.
func fenced(t *testing.T, j *journal, list []made, cycles ...string) {
	t.Helper()
	for _, m := range list {
		got := slices.Concat(j.owed[m.Number], j.hidden[m.Number])
		if len(j.owed[m.Number]) != m.known || len(j.hidden[m.Number]) != m.hidden ||
			slices.ContainsFunc(got, func(c string) bool { return c != m.Cycle }) {
			t.Errorf("%s made %d and %d obligations, the ledger has them in %v", m, m.known, m.hidden, got)
		}
	}
	all := 0
	for _, cycle := range cycles {
		of := receiptsIn(list, cycle)
		all += len(of)
		wantKnown, wantHidden := counts(of)
		known, hidden := j.in(cycle)
		if known != wantKnown || hidden != wantHidden || known == 0 || hidden == 0 {
			t.Errorf("cycle %s has %d obligations and %d hidden ones, receipts say %d and %d",
				cycle, known, hidden, wantKnown, wantHidden)
		}
		t.Logf("cycle %s: %d commands, %d obligations, %d hidden", cycle, len(of), known, hidden)
	}
	if all != len(list) {
		t.Errorf("%d receipts, %d of them are in %v", len(list), all, cycles)
	}
}

// rootsOf are the roots that a party's node derives from its own peer's blocks: the cycle's under "", a statement's
// under its parties.
func rootsOf(t *testing.T, party, cycle string) map[string]string {
	t.Helper()
	cfg, err := net.config(party, t.TempDir(), "")
	if err != nil || cfg.Peers[0].Party != party {
		t.Fatalf("%s reads from another's peer: %+v, %v", party, cfg.Peers, err)
	}
	g := net.open(t, party, "")
	now := read(t, g)
	node := clearing.Node{Network: "alliance", Index: now}
	if wrong, err := node.Check(t.Context(), cycle, g.Query()); err != nil {
		t.Errorf("%s: %v, %v", party, wrong, err)
	}
	roots := map[string]string{"": must(now.CycleRoot(cycle)).String()}
	pairs, err := now.Pairs(cycle)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs {
		s, err := node.Recompute(cycle, p.A, p.B)
		if err != nil {
			t.Fatal(err)
		}
		roots[p.A+" "+p.B] = s.Root.String()
	}
	return roots
}

// tampered changes rows of a party's read model behind its back.
func (d desk) tampered(t *testing.T, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+d.index())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r, err := db.Exec(statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	if n := must(r.RowsAffected()); n != 1 {
		t.Fatalf("%d rows were changed", n)
	}
	// Whoever can do this can also remove what tells the node that its file was changed; else it is made anew.
	if err := os.Remove(d.index() + ".left"); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}

// line is a row of a read model with an obligation.
type line struct{ key, id string }

// lineIn picks the first known obligation of two parties, one of a batch or one that opening made.
func (d desk) lineIn(t *testing.T, cycle, a, b string, opened bool) (one line) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+d.index())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.QueryRow(
		"SELECT key FROM obligations WHERE cycle = ? AND a = ? AND b = ? AND hidden = 0 AND (made <> cycle) = ? ORDER BY key LIMIT 1",
		cycle, a, b, opened).Scan(&one.key)
	if err != nil {
		t.Fatal(err)
	}
	now, end := d.reading(t)
	defer end()
	for o, err := range now.Lines(cycle, a, b) {
		if err != nil {
			t.Fatal(err)
		}
		if (o.Of != "") == opened {
			one.id = o.ID.String()
			return one
		}
	}
	t.Fatalf("%s and %s have no such line", a, b)
	return one
}

// reading is what the desk's read model has; end closes both.
func (d desk) reading(t *testing.T) (now *index.Reading, end func()) {
	t.Helper()
	ix := must(index.Open(d.index()))
	now, err := ix.At(t.Context(), 0)
	if err != nil {
		t.Fatal(errors.Join(err, ix.Close()))
	}
	return now, func() {
		if err := errors.Join(now.Close(), ix.Close()); err != nil {
			t.Error(err)
		}
	}
}

var lineNumber = regexp.MustCompile(`line ([A-Z0-9]+(?:\.[0-9]+){4})`)

// names are the lines that a refusal names, each once.
func names(err error) (list []string) {
	for _, found := range lineNumber.FindAllStringSubmatch(fmt.Sprint(err), -1) {
		list = append(list, found[1])
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// TestATamperedIndexIsCaught adds a fen to one row of D's read model: D's node refuses to sign, and names that line
// alone; all others sign. When the read model is made anew from the blocks, D signs.
func TestATamperedIndexIsCaught(t *testing.T) {
	by := openTraders(t)
	m := openMarket(t, by)
	c := ourCycle(t)
	m.once(t, by)
	c.close(t, calmly)
	d := desk("D")
	d.do(t, nil, "statement", "check", "--cycle", c.id)
	parties := c.show(t).parties()

	arisen := d.lineIn(t, c.id, "D", "G", false)
	d.tampered(t, "UPDATE obligations SET fen = fen + 1 WHERE key = ?", arisen.key)
	for _, command := range [][]string{{"statement", "check"}, {"statement", "sign"},
		{"statement", "sign", "--with", "S1"}} {
		err := d.try(nil, append(command, "--cycle", c.id)...)
		if fault.CodeOf(err) != fault.Internal || !slices.Equal(names(err), []string{arisen.id}) {
			t.Errorf("tally %s: %v, want line %s", strings.Join(command, " "), err, arisen.id)
		}
	}
	d.checkedInProcess(t, c.id, arisen)
	d.tampered(t, "UPDATE obligations SET fen = fen - 1 WHERE key = ?", arisen.key)

	supply := d.lineIn(t, c.id, "D", "S1", true) // in no root of the cycle, but in the statement
	d.tampered(t, "UPDATE obligations SET fen = fen + 1 WHERE key = ?", supply.key)
	err := d.try(nil, "statement", "sign", "--with", "S1", "--cycle", c.id)
	if fault.CodeOf(err) != fault.Conflict || !slices.Equal(names(err), []string{supply.id}) {
		t.Errorf("the supply that was opened: %v, want line %s", err, supply.id)
	}
	d.tampered(t, "UPDATE obligations SET fen = fen + 1 WHERE key = ?", arisen.key)

	for _, party := range parties {
		if party != d {
			party.do(t, nil, "statement", "sign", "--cycle", c.id)
		}
	}
	for _, p := range c.show(t).Statements {
		want := "AGREED"
		if p.A == "D" || p.B == "D" {
			want = "SIGNED"
		}
		if p.State.String() != want {
			t.Errorf("%s and %s: %s, want %s", p.A, p.B, p.State, want)
		}
	}
	for _, file := range must(filepath.Glob(d.index() + "*")) {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	d.do(t, nil, "statement", "sign", "--cycle", c.id)
	for _, p := range c.show(t).Statements {
		if p.State.String() != "AGREED" {
			t.Errorf("%s and %s: %s", p.A, p.B, p.State)
		}
	}
}

// checkedInProcess holds that clearing.Check finds one wrong line, a fen above the ledger's.
func (d desk) checkedInProcess(t *testing.T, cycle string, want line) {
	t.Helper()
	now, end := d.reading(t)
	defer end()
	wrong, err := clearing.Node{Network: "alliance", Index: now}.Check(t.Context(), cycle,
		net.open(t, string(d), "").Query())
	if fault.CodeOf(err) != fault.Internal || len(wrong) != 1 || wrong[0].ID.String() != want.id ||
		wrong[0].Index.Fen != wrong[0].Ledger.Fen+1 {
		t.Errorf("%+v, %v; want line %s", wrong, err, want.id)
	}
}

// TestATamperedStatementIsCaught changes one fen in each form of an exported statement: whoever gets the file is told
// the line, and that the root isn't what was signed. The file as it was holds, and the peers of two parties say so.
func TestATamperedStatementIsCaught(t *testing.T) {
	by := openTraders(t)
	m := openMarket(t, by)
	c := ourCycle(t)
	m.once(t, by)
	c.close(t, calmly)
	c.sign(t, calmly)
	for _, form := range []string{"json", "csv", "xlsx"} {
		path := filepath.Join(c.scratch, "d-g."+form)
		desk("D").do(t, nil, "statement", "export", "--with", "G", "--cycle", c.id, "--out", path)
		var report statement.Report
		desk("F").do(t, &report, "verify-statement", path, "--signers", "2")
		if report.Proven == nil || len(report.Proven.Peers) < 2 ||
			!slices.Equal(report.Proven.Signed, []string{"D", "G"}) || report.Proven.State != "AGREED" {
			t.Errorf("%s: %+v", form, report.Proven)
		}
		lines := linesOf(t, path)
		for i, l := range []statement.Line{lines[0], lines[len(lines)-1]} {
			changed := filepath.Join(c.scratch, fmt.Sprintf("changed-%d.%s", i, form))
			oneFen[form](t, path, changed, l)
			for _, need := range []string{"2", "0"} {
				err := desk("F").try(nil, "verify-statement", changed, "--signers", need)
				if text := fmt.Sprint(err); err == nil || !slices.Equal(names(err), []string{l.ID}) ||
					!strings.Contains(text, "root") {
					t.Errorf("%s with a fen more in line %s: %v", form, l.ID, err)
				}
			}
			err := desk("G").try(nil, "statement", "diff", changed)
			if fault.CodeOf(err) != fault.Conflict || !slices.Equal(names(err), []string{l.ID}) {
				t.Errorf("%s with a fen more in line %s, compared: %v", form, l.ID, err)
			}
		}
	}
}

func linesOf(t *testing.T, path string) (list []statement.Line) {
	t.Helper()
	in, err := bounds.OpenInput(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	file, err := statement.Open(in)
	if err != nil {
		t.Fatal(err)
	}
	for l, err := range file.Lines() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, l)
	}
	return list
}

// oneFen writes a file anew with a fen more in one line, by form.
var oneFen = map[string]func(t *testing.T, from, to string, l statement.Line){
	"json": oneFenInJSON, "csv": oneFenInCSV, "xlsx": oneFenInXLSX,
}

func oneFenInJSON(t *testing.T, from, to string, l statement.Line) {
	rows := strings.Split(string(must(os.ReadFile(from))), "\n")
	for i, text := range rows {
		if was := fmt.Sprintf(`"fen":%d,`, l.Fen); strings.Contains(text, `"id":"`+l.ID+`"`) &&
			strings.Contains(text, was) {
			rows[i] = strings.Replace(text, was, fmt.Sprintf(`"fen":%d,`, l.Fen+1), 1)
			keep(t, to, strings.Join(rows, "\n"))
			return
		}
	}
	t.Fatalf("no line %s in %s", l.ID, from)
}

func keep(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Places of a line's amount, and of the tax in it, in the tables of CSV and XLSX.
const (
	amountColumn = 8
	taxColumn    = 10
)

// dearer is a line with a fen more; who forges a table changes the tax with it.
func dearer(l statement.Line) statement.Line {
	l.Fen++
	return l
}

func inYuan(fen amount.Units) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

func oneFenInCSV(t *testing.T, from, to string, l statement.Line) {
	r := csv.NewReader(strings.NewReader(string(must(os.ReadFile(from)))))
	r.FieldsPerRecord = -1
	rows := must(r.ReadAll())
	i := slices.IndexFunc(rows, func(row []string) bool { return row[0] == l.ID })
	if i < 0 || rows[i][amountColumn] != inYuan(l.Fen) || rows[i][taxColumn] != inYuan(l.TaxFen()) {
		t.Fatalf("no line %s in %s", l.ID, from)
	}
	rows[i][amountColumn], rows[i][taxColumn] = inYuan(l.Fen+1), inYuan(dearer(l).TaxFen())
	var text strings.Builder
	if err := csv.NewWriter(&text).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	keep(t, to, text.String())
}

func oneFenInXLSX(t *testing.T, from, to string, l statement.Line) {
	book := must(excelize.OpenFile(from))
	defer book.Close()
	for _, sheet := range book.GetSheetList() {
		i := slices.IndexFunc(must(book.GetRows(sheet)),
			func(row []string) bool { return len(row) > taxColumn && row[0] == l.ID })
		if i < 0 {
			continue
		}
		for column, fen := range map[int]amount.Units{amountColumn: l.Fen + 1, taxColumn: dearer(l).TaxFen()} {
			if err := book.SetCellValue(sheet, must(excelize.CoordinatesToCellName(column+1, i+1)),
				float64(fen)/100); err != nil {
				t.Fatal(err)
			}
		}
		if err := book.SaveAs(to); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("no line %s in %s", l.ID, from)
}
