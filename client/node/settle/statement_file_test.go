package settle

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/accounts"
	"tallystick/client/bounds"
	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
	"tallystick/client/proof/prooftest"
	"tallystick/client/statement"
)

// with is a call with the file at a path.
func with(path string) *node.Call {
	return &node.Call{Upload: node.Upload{Name: path, Open: bounds.At(path)}}
}

// TestVerifiedStatements: a statement that both signed and peers prove holds, in each form that can be read.
func TestVerifiedStatements(t *testing.T) {
	al := prooftest.New(t, "D", "F", "G")
	dir, n := nodetest.StatementFiles(t, al), node.Offline(config.Default())
	for _, form := range []string{"json", "csv", "xlsx"} {
		req := VerifyStatementRequest{Signers: 3, Trust: al.Trust()}
		r, err := StatementVerify.Do(t.Context(), n, with(filepath.Join(dir, "s."+form)), req)
		if err != nil || r.Total.Owes.AB != 1_800 || r.Proven == nil || r.Proven.State != "SIGNED" ||
			len(r.Proven.Peers) != 3 {
			t.Errorf("%s: %+v, %v", form, r, err)
		}
		req.Signers = 0
		if r, err := StatementVerify.Do(t.Context(), n, with(filepath.Join(dir, "s."+form)), req); err != nil ||
			r.Proven != nil || len(r.Signatures) != 1 {
			t.Errorf("%s, without trust: %+v, %v", form, r, err)
		}
	}
}

// TestStatementsThatDontHold are refused, with what is wrong.
func TestStatementsThatDontHold(t *testing.T) {
	al, others := prooftest.New(t, "D", "F", "G"), prooftest.New(t, "D", "F", "G")
	dir := nodetest.StatementFiles(t, al)
	good := filepath.Join(dir, "s.json")
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	fen := filepath.Join(dir, "fen.json")
	if err := os.WriteFile(fen, bytes.Replace(text, []byte(`"fen":1800`), []byte(`"fen":1801`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	elsewhere := config.Default()
	elsewhere.Channel = "another"
	for _, c := range []struct {
		name string
		cfg  config.Config
		path string
		req  VerifyStatementRequest
		want string
	}{
		{"a fen more", config.Default(), fen, VerifyStatementRequest{node.File{}, 2, al.Trust()},
			"line D.1.4.0.0 was changed"},
		{"a fen more, unproven", config.Default(), fen, VerifyStatementRequest{},
			"line D.1.4.0.0 was changed"},
		{"four signers", config.Default(), good, VerifyStatementRequest{node.File{}, 4, al.Trust()},
			"3 parties signed"},
		{"fewer than none", config.Default(), good, VerifyStatementRequest{node.File{}, -1, nil}, "want 0 or more"},
		{"others' CAs", config.Default(), good, VerifyStatementRequest{node.File{}, 2, others.Trust()},
			"not of the party's CA"},
		{"a profile that trusts nobody", config.Default(),
			good, VerifyStatementRequest{node.File{}, 2, nil}, "trusts nobody"},
		{"another ledger", elsewhere, good, VerifyStatementRequest{node.File{}, 2, al.Trust()},
			"not of this alliance's ledger"},
		{"a PDF", config.Default(), filepath.Join(dir, "s.pdf"), VerifyStatementRequest{},
			"for reading"},
		{"no file", config.Default(), filepath.Join(dir, "none.json"), VerifyStatementRequest{},
			"none.json"},
		{"a file that didn't come", config.Default(), "", VerifyStatementRequest{}, "doesn't come with it"},
	} {
		call := &node.Call{}
		if c.path != "" {
			call = with(c.path)
		}
		_, err := StatementVerify.Do(t.Context(), node.Offline(c.cfg), call, c.req)
		if fault.CodeOf(err) != fault.BadRequest || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// linesOf are so many lines, of which some have another sum.
func linesOf(count, changed int) statement.Source {
	return func() iter.Seq2[statement.Line, error] {
		return func(yield func(statement.Line, error) bool) {
			for i := range count {
				l := statement.Line{ID: fmt.Sprintf("D.1.%d.0.0", i+1), Kind: "redemption", Debtor: "D",
					Creditor: "G", Fen: 100}
				if i < changed {
					l.Fen++
				}
				if !yield(l, nil) {
					return
				}
			}
		}
	}
}

// TestDifferencesAreNamed, so many at most; none is no refusal.
func TestDifferencesAreNamed(t *testing.T) {
	if same, err := differences(linesOf(3, 0), linesOf(3, 0)); err != nil || same.Refused() || same.Lines == nil {
		t.Errorf("%+v, %v", same, err)
	}
	one, err := differences(linesOf(3, 0), linesOf(3, 1))
	if fault.CodeOf(err) != fault.Conflict || len(one.Lines) != 1 || one.Lines[0].Field != "fen" || !one.Refused() {
		t.Errorf("%+v, %v", one, err)
	}
	if short, err := differences(linesOf(3, 0), linesOf(2, 0)); fault.CodeOf(err) != fault.Conflict ||
		!short.Lines[0].Extra() {
		t.Errorf("%+v, %v", short, err)
	}
	if many, err := differences(linesOf(500, 0), linesOf(500, 500)); fault.CodeOf(err) != fault.Conflict ||
		len(many.Lines) != maxDifferences {
		t.Errorf("%d, %v", len(many.Lines), err)
	}
}

// TestStatementsToExport: what is malformed is refused before anything is read; legal names come from the request
// alone.
func TestStatementsToExport(t *testing.T) {
	for name, c := range map[string]struct {
		req  ExportStatementRequest
		code fault.Code
	}{
		"as it should be":    {ExportStatementRequest{With: "G", Form: "pdf", Language: statement.Chinese}, ""},
		"in English, unsaid": {ExportStatementRequest{With: "G", Form: "csv"}, ""},
		"another form":       {ExportStatementRequest{With: "G", Form: "doc"}, fault.BadRequest},
		"another language":   {ExportStatementRequest{With: "G", Form: "pdf", Language: "fr"}, fault.BadRequest},
		"fewer signers":      {ExportStatementRequest{With: "G", Form: "pdf", Signers: -1}, fault.BadRequest},
		"nobody's account": {ExportStatementRequest{With: "G", Form: "pdf", Accounts: accounts.Book{{Name: "x"}}},
			fault.BadRequest},
		"with accounts of some": {ExportStatementRequest{With: "G", Form: "pdf", Accounts: theAccounts(t)}, ""},
	} {
		if err := StatementExport.Check(c.req); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	var file held
	if _, err := file.Write(make([]byte, maxExported)); err != nil {
		t.Error(err)
	}
	if _, err := file.Write([]byte("x")); fault.CodeOf(err) != fault.Limit {
		t.Errorf("more than an answer carries: %v", err)
	}
	s := statement.Statement{Head: statement.Head{Network: "alliance", Cycle: "2026-11",
		From: november, To: endOfNovember,
		A: statement.Party{ID: "D", En: "Dealer", Zh: "经销商"}, B: statement.Party{ID: "G", En: "Group", Zh: "集团"}}}
	if err := (ExportStatementRequest{Accounts: theAccounts(t)}).name(&s); err != nil {
		t.Fatal(err)
	}
	if s.Head.B.Legal != "某某汽车集团有限公司" || s.Head.B.TaxID != "91310000000000001X" || s.Head.A.Legal != "" {
		t.Errorf("%+v", s.Head)
	}
	for party, want := range map[string]string{"G": "某某汽车集团有限公司", "D": "Dealer", "F": "F"} {
		if got := makerOf(s, party, statement.English); got != want {
			t.Errorf("made by %s: %s, want %s", party, got, want)
		}
	}
}
