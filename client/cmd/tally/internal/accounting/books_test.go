package accounting

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/books"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/node/accounting"
)

// booksProgram has the commands that are tested here.
var booksProgram = clitest.Program(Books, Reports, VerifyLiability, VerifyProof,
	func(a *cli.App) *cobra.Command { return cli.Group("points", "", Prove(a)) })

// in2 is a number of a batch of D's lane 2, which the tests of the books seal when the
// cycle is open already.
func in2(i uint16) number.Command { return number.Command{Party: "D", Lane: 2, Seq: 1, Index: i} }

// kept are the books of a small alliance: 1,000 GP of zhang, of which M redeemed 400;
// 500 GP of li that D pays for; 300 MP of li, of which 200 became GP.
func kept(t *testing.T) *index.Reading {
	t.Helper()
	gp := points.Lot{Programme: "GP", Member: "zhang", Issued: 1000, Placed: 400, Expires: clitest.November + 40,
		State: points.Active, Origin: points.Issued}
	funded := points.Lot{Programme: "GP", Member: "li", Funder: "D", Issued: 500, Expires: clitest.November + 400,
		State: points.Active, Origin: points.Issued}
	mp := points.Lot{Programme: "MP", Member: "li", Issued: 301, Converted: 200, Expires: clitest.November + 10,
		State: points.Active, Origin: points.Issued}
	swapped := points.Lot{Programme: "GP", Member: "li", Issued: 100,
		Expires: clitest.November + 10, State: points.Active,
		Origin: points.Converted, Parent: in2(2).Row(0)}
	line := spend.Line{{Lot: in2(0).Row(0), Programme: "GP", Funder: "G", Amount: 400}}
	return indextest.ReadModel(t, []indextest.Entry{
		indextest.Put(row.Consortium(), party.Consortium{Operator: "G"}), indextest.Put(row.Cycle(),
			settlement.Cycle{ID: "2026-11", Date: clitest.November}),
		indextest.Put(row.Programme("GP"), points.Programme{ID: "GP", Issuer: "G", Price: amount.Rate{Num: 1, Den: 1}}),
		indextest.Put(row.Programme("MP"), points.Programme{ID: "MP", Issuer: "M", Price: amount.Rate{Num: 1, Den: 2}}),
	}, []indextest.Entry{
		{Space: "tallyseal", Key: string(row.LaneHead("D", 2)),
			Value: row.Encode(row.Head{Seq: 1, Chain: make([]byte, 32)})},
		indextest.Put(row.Lot(in2(0).Row(0)), gp), indextest.Put(row.Lot(in2(1).Row(0)), funded),
		indextest.Put(row.Lot(in2(2).Row(0)), mp),
		indextest.Put(row.Lot(in2(3).Row(0)), swapped),
		indextest.Put(row.Hold(in2(4)), points.Hold{Acceptor: "M", Member: "zhang",
			State: points.Captured, Captured: 400,
			Pieces: line, Captures: []points.HoldCapture{{Number: in2(4), Amount: 400}}, Placed: clitest.November}),
		indextest.Put(row.Totals("GP", "D", 2), points.Totals{Issued: 1600, Placed: 400, Captured: 400}),
		indextest.Put(row.Totals("MP", "D", 2), points.Totals{Issued: 301, Converted: 200}),
		indextest.Put(row.Party("B"), party.Party{ID: "B", Debit: 10_000}),
		indextest.Put(row.Party("D"), party.Party{ID: "D"}),
		indextest.Put(row.Party("F"), party.Party{ID: "F", Debit: 500}),
		indextest.Put(row.Quota(quota.Debit, "2026-11.B"), quota.Quota{Limit: 10_000, Leased: 9000}),
		indextest.Put(row.Lease(quota.Debit, "2026-11.B", "G", 1),
			quota.Lease{Granted: 9000, Used: 8100, Returned: 100}),
	})
}

func TestLiabilityTable(t *testing.T) {
	r := kept(t)
	book, err := accounting.LiabilityOf(r,
		books.Policy{Redemption: map[string][]books.Expected{"GP": {{Rate: amount.Rate{Num: 4, Den: 5}}}}})
	if err != nil {
		t.Fatal(err)
	}
	got := clitest.Rendered(func(w table.Writer) { liabilityTable(w, book, "age", cli.Scales{"GP": 2}) })
	clitest.Looks(t, "by age", got, `
 issuer  programme  borne by  of              issued  redeemed  expired  outstanding  will break  allocated  released   used  breakage  provision  contract 
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 G       GP         D                           5.00      0.00     0.00         5.00        1.00      ¥4.00     ¥0.00  ¥0.00     ¥0.00      ¥4.00     ¥0.00 
                              0-2 months old    5.00      0.00     0.00         5.00        1.00      ¥4.00     ¥0.00  ¥0.00     ¥0.00      ¥4.00     ¥0.00 
 G       GP         G                          11.00      4.00     0.00         7.00        2.20      ¥9.00     ¥0.00  ¥4.00     ¥0.00      ¥4.00     ¥1.00 
                              0-2 months old   11.00      4.00     0.00         7.00        2.20      ¥9.00     ¥0.00  ¥4.00     ¥0.00      ¥4.00     ¥1.00 
 M       MP         M                            301       200        0          101           0      ¥1.50     ¥0.00  ¥1.00     ¥0.00      ¥0.50     ¥0.00 
                              0-2 months old     301       200        0          101           0      ¥1.50     ¥0.00  ¥1.00     ¥0.00      ¥0.50     ¥0.00 
on 2026-11-01, as of block 4
`)
	got = clitest.Rendered(func(w table.Writer) { liabilityTable(w, book, "expiry", cli.Scales{}) })
	clitest.Looks(t, "by expiry", got, `
 issuer  programme  borne by  of                 issued  redeemed  expired  outstanding  will break  allocated  released   used  breakage  provision  contract 
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 G       GP         D                               500         0        0          500         100      ¥4.00     ¥0.00  ¥0.00     ¥0.00      ¥4.00     ¥0.00 
                              end in 13+ months                                     500                                                                  ¥4.00 
 G       GP         G                             1,100       400        0          700         220      ¥9.00     ¥0.00  ¥4.00     ¥0.00      ¥4.00     ¥1.00 
                              end this month                                        100                                                                  ¥1.00 
                              end in 1-3 months                                     600                                                                  ¥4.00 
 M       MP         M                               301       200        0          101           0      ¥1.50     ¥0.00  ¥1.00     ¥0.00      ¥0.50     ¥0.00 
                              end this month                                        101                                                                 ¥0.505 
on 2026-11-01, as of block 4
`)
	book.Lines[0].Exceeded, book.Lines = true, book.Lines[:1]
	if got := clitest.Rendered(func(w table.Writer) {
		liabilityTable(w, book, "",
			cli.Scales{})
	}); !strings.Contains(got,
		"more than 4/5 redeemed: raise it") {
		t.Errorf("no warning:\n%s", got)
	}
}

// TestFilesOfBooks are read when their flag is, and refused by it.
func TestFilesOfBooks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(file, []byte("redemption: {GP: {2026-11: \"1.9\"}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"nowhere.yaml": "--policy: open nowhere.yaml", file: "0 to 1"} {
		if _, errs, exit := clitest.Run(t, booksProgram, "--as", "G", "books", "balance",
			"--policy", path); exit != 2 ||
			!strings.Contains(errs, want) {
			t.Errorf("exit %d: %s", exit, errs)
		}
	}
	clitest.Readings(t, parseEstimate, clitest.Reading{Text: "GP", Code: fault.BadRequest},
		clitest.Reading{Text: "GP:2", Code: fault.BadRequest}, clitest.Reading{Text: "GP:much", Code: fault.BadRequest},
		clitest.Reading{Text: ":1", Code: fault.BadRequest})
}

func TestReports(t *testing.T) {
	r := kept(t)
	flows, err := accounting.FlowsOf(r, "")
	if err != nil {
		t.Fatal(err)
	}
	clitest.Looks(t, "flows", clitest.Rendered(func(w table.Writer) { flowsTable(w, flows, cli.Scales{"GP": 2}) }), `
 issuer  programme           at M  in all 
──────────────────────────────────────────
 G       GP         points   4.00    4.00 
                    worth   ¥4.00   ¥4.00 
as of block 4
`)
	if f := flows.Rows[0]; len(flows.Rows) != 1 || f.Cycle != "2026-11" || f.Party != "G" || f.Fen != "400" {
		t.Errorf("%+v", flows.Rows)
	}
	if none, err := accounting.FlowsOf(r, "2026-12"); err != nil || len(none.Rows) != 0 || none.Rows == nil {
		t.Errorf("%+v, %v", none, err)
	}
	rates, err := accounting.RatesOf(r)
	if err != nil {
		t.Fatal(err)
	}
	clitest.Looks(t, "rates", clitest.Rendered(func(w table.Writer) { ratesTable(w, rates, cli.Scales{"GP": 2}) }), `
 of                             issued  redeemed                        converted  expired  outstanding 
────────────────────────────────────────────────────────────────────────────────────────────────────────
 GP of G                         16.00    25.0 %  █████                     0.0 %    0.0 %       75.0 % 
 MP of M                           301     0.0 %                           66.4 %    0.0 %       33.6 % 
────────────────────────────────────────────────────────────────────────────────────────────────────────
 members who redeemed twice          1     0.0 %                                                        
 members at several parties          1     0.0 %                                                        
 redemptions of others' points       1   100.0 %  ████████████████████                                  
────────────────────────────────────────────────────────────────────────────────────────────────────────
 MP to GP                         1.00            in 1 conversion                                       
as of block 4
`)
	owed, err := accounting.OutstandingOf(r)
	if err != nil {
		t.Fatal(err)
	}
	got := clitest.Rendered(func(w table.Writer) { outstandingTable(w, owed, cli.Scales{}) })
	clitest.Looks(t, "outstanding", got, `
 issuer  programme                     points  of which held   worth                       
───────────────────────────────────────────────────────────────────────────────────────────
 G       GP         outstanding         1,200              0  ¥12.00                       
                    end this month        100                         ██                   
                    end in 1-3 months     600                         ██████████           
                    end in 13+ months     500                         ████████             
 M       MP         outstanding           101              0  ¥0.505                       
                    end this month        101                         ████████████████████ 
as of block 4
`)
}

func TestCapsAndTheirAlarm(t *testing.T) {
	r := kept(t)
	for _, c := range []struct {
		alarm uint8
		code  fault.Code
	}{{80, fault.NetDebitCap}, {81, ""}} {
		caps, err := accounting.CapsOf(r, c.alarm)
		if err != nil {
			t.Fatal(err)
		}
		if err := alarm(caps); fault.CodeOf(err) != c.code || err != nil &&
			!strings.Contains(err.Error(), "B has drawn ¥80.00 of ¥100.00, 80.0 %") {
			t.Errorf("at %d %%: %v", c.alarm, err)
		}
		if c.alarm == 80 {
			clitest.Looks(t, "caps", clitest.Rendered(func(w table.Writer) { capsTable(w, caps) }), `
 party  cycle      limit   drawn  with lanes                                            
────────────────────────────────────────────────────────────────────────────────────────
 B      2026-11  ¥100.00  ¥80.00      ¥90.00  80.0 %  ████████████████  at 80 % or over 
 F      2026-11    ¥5.00   ¥0.00       ¥0.00   0.0 %                                    
as of block 4
`)
		}
	}
}

// TestProofOfLiabilities: what the issuer keeps and what it gives a member are files, and the member checks the second
// with the root alone.
func TestProofOfLiabilities(t *testing.T) {
	dir := t.TempDir()
	tree, path := filepath.Join(dir, "gp.tree"), filepath.Join(dir, "li.liability")
	sums, err := books.SumUp(books.Scope{Network: "alliance", Issuer: "G", Programme: "GP"}, []byte("secret"),
		[]books.Owed{{Member: "zhang", Points: 600}, {Member: "li", Points: 600}})
	if err != nil {
		t.Fatal(err)
	}
	mine, err := sums.Prove("li")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(writeNewFile(tree, sums.Keep()), writeNewFile(path, mine)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(tree); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read who has what: %v, %v", info.Mode(), err)
	}
	if err := writeNewFile(tree, sums.Keep()); err == nil {
		t.Error("the file is written over")
	}
	root := sums.Root.String()
	said, errs, exit := clitest.Run(t, booksProgram, "verify-liability", path, "--root", root)
	if exit != 0 || !strings.Contains(said, "600") || !strings.Contains(said, "1,200") ||
		strings.Contains(said, "zhang") {
		t.Errorf("exit %d: %s%s", exit, said, errs)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, root, want string }{
		{"more points", `"points": 600`, `"points": 601`, root, "CONFLICT"},
		{"another root", "", "", strings.Repeat("ab", 32), "CONFLICT"},
		{"another field", `"points"`, `"gold"`, root, "BAD_REQUEST"},
		{"no root", "", "", "", "--root"},
		{"half a root", "", "", "abcd", "64 hexadecimal"},
	} {
		if err := os.WriteFile(path, []byte(strings.Replace(string(data), c.old, c.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, errs, exit := clitest.Run(t, booksProgram, "verify-liability", path, "--root", c.root); exit == 0 ||
			!strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d: %s", c.name, exit, errs)
		}
	}
}

func TestBadUseOfBooks(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"share above the whole", []string{"--as", "G", "books", "liability", "--redemption", "GP:1.2"}, "0 to 1"},
		{"share of nothing", []string{"--as", "G", "books", "liability", "--redemption", "0.8"}, "PROGRAMME:SHARE"},
		{"odd parts", []string{"--as", "G", "books", "liability", "--parts", "colour"}, "age or expiry"},
		{"journal of no period", []string{"--as", "G", "books", "journal"}, "period"},
		{"journal of an odd period", []string{"--as", "G", "books", "journal", "--period", "2026.11"}, "period"},
		{"journal in an odd form", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--out", "j.doc"},
			"xlsx"},
		{"journal in an odd layout", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--layout", "sap",
			"--out", "j.csv"}, "kingdee"},
		{"a layout in another's form", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--layout",
			"yonyou", "--out", "j.csv"}, "txt"},
		{"restated without a reason", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--restate"},
			"--reason"},
		{"a reason without restating", []string{"--as", "G", "books", "journal", "--period", "2026-11",
			"--reason", "x"}, "--restate"},
		{"restated and begun", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--restate", "--reason",
			"x", "--begin"}, "--begin or --restate"},
		{"a file without a form", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--out", "journal"},
			".xlsx"},
		{"a reading of two moments", []string{"--as", "G", "books", "liability", "--cycle", "2026-11", "--blocks", "7"},
			"--blocks"},
		{"ledger of no account", []string{"--as", "G", "books", "ledger"}, "ACCOUNT"},
		{"proof of nothing", []string{"--as", "G", "books", "prove-liabilities"}, "say --out, --programme"},
		{"path from nowhere", []string{"--as", "G", "books", "prove-member", "li"}, "say --out, --tree"},
		{"root of nothing", []string{"verify-liability", "nowhere"}, "say --root"},
		{"alarm above the whole", []string{"--as", "G", "report", "caps", "--alarm", "101"}, "1 to 100"},
		{"alarm at nothing", []string{"--as", "G", "report", "caps", "--alarm", "0"}, "1 to 100"},
	} {
		if _, errs, exit := clitest.Run(t, booksProgram, c.args...); exit != 2 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d: %s", c.name, exit, errs)
		}
	}
}

func TestMeters(t *testing.T) {
	for _, c := range []struct {
		part, whole amount.Units
		cells       int
		percent     string
	}{{0, 100, 0, "0.0 %"}, {100, 100, 20, "100.0 %"}, {150, 100, 20, "150.0 %"}, {1, 3, 7, "33.3 %"}, {1, 0, 0, ""},
		{amount.Max, amount.Max, 20, "100.0 %"}} {
		if got := meter(c.part, c.whole); len([]rune(got)) != c.cells || percent(c.part, c.whole) != c.percent {
			t.Errorf("%d of %d: %s, %s", c.part, c.whole, got, percent(c.part, c.whole))
		}
	}
}

// TestJournalIsWritten to the file that its name says the form of, and the table says what became of it.
func TestJournalIsWritten(t *testing.T) {
	out := filepath.Join(t.TempDir(), "journal.csv")
	req, err := journalInto(accounting.JournalRequest{Period: "2026-11"}, out)
	if err != nil || !req.Lock || req.Form != "csv" {
		t.Errorf("%+v, %v", req, err)
	}
	if req, err := journalInto(accounting.JournalRequest{Period: "2026-11"}, ""); err != nil ||
		req.Lock || req.Form != "" {
		t.Errorf("without a file: %+v, %v", req, err)
	}
	sum := books.Summary{Party: "G", Period: "2026-11", From: clitest.November, To: clitest.November + 29,
		Vouchers: 3, Turnover: 1273,
		Positions: []books.Position{{Party: "M", Payable: 400}},
		Liability: []books.Tied{{Programme: "GP", Account: books.Provision, Vouchers: 450, Readings: 450},
			{Programme: "GP", Account: books.Contract}}}
	var said bytes.Buffer
	a := &cli.App{Out: &said, Format: "table"}
	if err := printJournal(a, accounting.Journal{Summary: sum, State: accounting.JournalLocked, File: []byte("x")},
		out); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(out); err != nil || string(data) != "x" {
		t.Errorf("%s, %v", data, err)
	}
	clitest.Looks(t, "journal", strings.ReplaceAll(said.String(), filepath.Dir(out), "DIR"), `
 G in 2026-11             of  payable  receivable  moved by 
────────────────────────────────────────────────────────────
 owed, before settlement  M     ¥4.00       ¥0.00           
 provision                GP                          ¥4.50 
3 vouchers, ¥12.73 on each side, 2026-11-01 to 2026-11-30; locked; in DIR/journal.csv
`)
	for _, state := range []accounting.JournalState{accounting.JournalOpen, accounting.JournalTied,
		accounting.JournalUntied,
		accounting.JournalLocked, accounting.JournalRestating, accounting.JournalRestated} {
		if stateTexts[state] == "" {
			t.Errorf("%s has no text", state)
		}
	}
}

// TestAccountTables: what an accountant looks at (A4).
func TestAccountTables(t *testing.T) {
	payable, provision := books.Account{Code: "2202", En: "Accounts payable", Zh: "应付账款"},
		books.Account{Code: "2801", En: "Provisions", Zh: "预计负债"}
	b := accounting.Balance{Party: "G", Period: "2026-11", From: clitest.November, To: clitest.November + 29,
		Balance: books.Balance{Rows: []books.BalanceRow{
			{Account: payable, Party: "M", Credit: 400, ClosingCredit: 400},
			{Account: provision, Programme: "GP", OpeningCredit: 50, Debit: 400, Credit: 850, ClosingCredit: 500},
		}, Total: books.BalanceRow{Debit: 1273, Credit: 1273}}}
	rows := []books.LedgerRow{
		{Date: clitest.November, En: "opening balance", Zh: "期初余额"},
		{Date: clitest.November + 29, Mark: "记-1", En: "points redeemed", Zh: "积分兑付", Programme: "GP",
			Debit: 377, Balance: 377},
		{Date: clitest.November + 29, Mark: "记-2", En: "points given, GP", Zh: "赠送积分计提，GP", Programme: "GP",
			Credit: 850, Balance: -473},
	}
	aged := accounting.Ageing{Date: clitest.November + 29, Spans: books.AgeingSpans(),
		Rows: []books.AgeingRow{{Account: books.Payable, Party: "M", Total: 400,
			Days: []amount.Units{400, 0, 0, 0, 0, 0}}}}
	clitest.Looks(t, "accounts", clitest.Rendered(func(w table.Writer) { balanceTable(w, b) })+
		clitest.Rendered(func(w table.Writer) {
			ledgerTable(w, rows, "2801")
		})+
		clitest.Rendered(func(w table.Writer) { ageingTable(w, aged) }), `
 account  name                       of  opening debit  credit   debit  credit  closing debit  credit 
──────────────────────────────────────────────────────────────────────────────────────────────────────
 2202     应付账款 Accounts payable  M                                   ¥4.00                  ¥4.00 
 2801     预计负债 Provisions        GP                  ¥0.50   ¥4.00   ¥8.50                  ¥5.00 
──────────────────────────────────────────────────────────────────────────────────────────────────────
          合计 total                                            ¥12.73  ¥12.73                        
G in 2026-11, 2026-11-01 to 2026-11-30
 date        number  summary                            of  debit  credit  balance            
──────────────────────────────────────────────────────────────────────────────────────────────
 2026-11-01          期初余额 opening balance                                ¥0.00            
 2026-11-30  记-1    积分兑付 points redeemed           GP  ¥3.77            ¥3.77  借 debit  
 2026-11-30  记-2    赠送积分计提，GP points given, GP  GP          ¥8.50    ¥4.73  贷 credit 
account 2801
          with  in all  0-30 days  31-60 days  61-90 days  91-180 days  181-365 days  366+ days  in advance 
────────────────────────────────────────────────────────────────────────────────────────────────────────────
 payable  M      ¥4.00      ¥4.00                                                                           
on 2026-11-30
`)
}
