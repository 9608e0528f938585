package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

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
	"tallystick/client/index"
	"tallystick/client/node"
)

// in2 is a number of a batch of D's lane 2, which the tests of the books seal when the
// cycle is open already.
func in2(i uint16) number.Command { return number.Command{Party: "D", Lane: 2, Seq: 1, Index: i} }

// kept are the books of a small alliance: 1,000 GP of zhang, of which M redeemed 400;
// 500 GP of li that D pays for; 300 MP of li, of which 200 became GP.
func kept(t *testing.T) *index.Reading {
	t.Helper()
	gp := points.Lot{Programme: "GP", Member: "zhang", Issued: 1000, Placed: 400, Expires: november + 40, State: points.Active, Origin: points.Issued}
	funded := points.Lot{Programme: "GP", Member: "li", Funder: "D", Issued: 500, Expires: november + 400, State: points.Active, Origin: points.Issued}
	mp := points.Lot{Programme: "MP", Member: "li", Issued: 301, Converted: 200, Expires: november + 10, State: points.Active, Origin: points.Issued}
	swapped := points.Lot{Programme: "GP", Member: "li", Issued: 100, Expires: november + 10, State: points.Active, Origin: points.Converted, Parent: in2(2).Row(0)}
	line := spend.Line{{Lot: in2(0).Row(0), Programme: "GP", Funder: "G", Amount: 400}}
	return readModel(t, []entry{
		put(row.Charter(), party.Charter{Operator: "G"}), put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: november}),
		put(row.Programme("GP"), points.Programme{ID: "GP", Issuer: "G", Price: amount.Rate{Num: 1, Den: 1}}), put(row.Programme("MP"), points.Programme{ID: "MP", Issuer: "M", Price: amount.Rate{Num: 1, Den: 2}}),
	}, []entry{
		{Space: "tallyseal", Key: string(row.LaneHead("D", 2)), Value: row.Encode(row.Head{Seq: 1, Chain: make([]byte, 32)})},
		put(row.Lot(in2(0).Row(0)), gp), put(row.Lot(in2(1).Row(0)), funded), put(row.Lot(in2(2).Row(0)), mp), put(row.Lot(in2(3).Row(0)), swapped),
		put(row.Hold(in2(4)), points.Hold{Acceptor: "M", Member: "zhang", State: points.Captured, Captured: 400, Pieces: line, Captures: []points.Taken{{Number: in2(4), Amount: 400}}, Placed: november}),
		put(row.Totals("GP", "D", 2), points.Totals{Issued: 1600, Placed: 400, Captured: 400}), put(row.Totals("MP", "D", 2), points.Totals{Issued: 301, Converted: 200}),
		put(row.Party("B"), party.Party{ID: "B", Debit: 10_000}), put(row.Party("D"), party.Party{ID: "D"}), put(row.Party("F"), party.Party{ID: "F", Debit: 500}),
		put(row.Quota(quota.Debit, "2026-11.B"), quota.Quota{Limit: 10_000, Leased: 9000}), put(row.Lease(quota.Debit, "2026-11.B", "G", 1), quota.Lease{Granted: 9000, Used: 8100, Returned: 100}),
	})
}

func expecting(t *testing.T, text string) books.Policy {
	t.Helper()
	one, err := parseExpectation(text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := (&policyFlags{redemption: []expectation{one}}).read()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func shows(t *testing.T, what, got, want string) {
	t.Helper()
	if got != strings.TrimLeft(want, "\n") {
		t.Errorf("%s:\n%s", what, got)
	}
}

func TestLiabilityTable(t *testing.T) {
	r := kept(t)
	book, err := node.LiabilityOf(r, expecting(t, "GP:0.8"))
	if err != nil {
		t.Fatal(err)
	}
	shows(t, "by age", rendered(func(w table.Writer) { liabilityTable(w, book, "age", scales{"GP": 2}) }), `
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
	shows(t, "by expiry", rendered(func(w table.Writer) { liabilityTable(w, book, "expiry", scales{}) }), `
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
	if got := rendered(func(w table.Writer) { liabilityTable(w, book, "", scales{}) }); !strings.Contains(got, "more than 4/5 redeemed: raise it") {
		t.Errorf("no warning:\n%s", got)
	}
}

func TestPolicyFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(file, []byte("redemption: {GP: {2026-11: \"0.9\"}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	half, err := parseExpectation("GP:1/2")
	if err != nil {
		t.Fatal(err)
	}
	p, err := (&policyFlags{file: file, redemption: []expectation{half}}).read()
	if err != nil || p.At("GP", 0).String() != "1/2" || p.At("GP", books.MonthOf(november)).String() != "9/10" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := (&policyFlags{file: "nowhere"}).read(); err == nil {
		t.Error("a missing file is no policy")
	}
	readings(t, parseExpectation, reading{text: "GP", code: fault.BadRequest}, reading{text: "GP:2", code: fault.BadRequest}, reading{text: "GP:much", code: fault.BadRequest}, reading{text: ":1", code: fault.BadRequest})
}

func TestReports(t *testing.T) {
	r := kept(t)
	flows, err := node.FlowsOf(r, "")
	if err != nil {
		t.Fatal(err)
	}
	shows(t, "flows", rendered(func(w table.Writer) { flowsTable(w, flows, scales{"GP": 2}) }), `
 issuer  programme           at M  in all 
──────────────────────────────────────────
 G       GP         points   4.00    4.00 
                    worth   ¥4.00   ¥4.00 
as of block 4
`)
	if f := flows.Rows[0]; len(flows.Rows) != 1 || f.Cycle != "2026-11" || f.Party != "G" || f.Fen != "400" {
		t.Errorf("%+v", flows.Rows)
	}
	if none, err := node.FlowsOf(r, "2026-12"); err != nil || len(none.Rows) != 0 || none.Rows == nil {
		t.Errorf("%+v, %v", none, err)
	}
	rates, err := node.RatesOf(r)
	if err != nil {
		t.Fatal(err)
	}
	shows(t, "rates", rendered(func(w table.Writer) { ratesTable(w, rates, scales{"GP": 2}) }), `
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
	owed, err := node.OutstandingOf(r)
	if err != nil {
		t.Fatal(err)
	}
	shows(t, "outstanding", rendered(func(w table.Writer) { outstandingTable(w, owed, scales{}) }), `
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
		caps, err := node.CapsOf(r, c.alarm)
		if err != nil {
			t.Fatal(err)
		}
		if err := alarm(caps); fault.CodeOf(err) != c.code || err != nil && !strings.Contains(err.Error(), "B has drawn ¥80.00 of ¥100.00, 80.0 %") {
			t.Errorf("at %d %%: %v", c.alarm, err)
		}
		if c.alarm == 80 {
			shows(t, "caps", rendered(func(w table.Writer) { capsTable(w, caps) }), `
 party  cycle      limit   drawn  with lanes                                            
────────────────────────────────────────────────────────────────────────────────────────
 B      2026-11  ¥100.00  ¥80.00      ¥90.00  80.0 %  ████████████████  at 80 % or over 
 F      2026-11    ¥5.00   ¥0.00       ¥0.00   0.0 %                                    
as of block 4
`)
		}
	}
}

func TestSumUp(t *testing.T) {
	r := kept(t)
	scope := books.Scope{Network: "alliance", Issuer: "G", Programme: "GP"}
	for _, c := range []struct {
		name   string
		change func(*books.Scope)
		code   fault.Code
	}{
		{"the issuer's own", func(*books.Scope) {}, ""},
		{"in its cycle", func(s *books.Scope) { s.Cycle = "2026-11" }, ""},
		{"no such programme", func(s *books.Scope) { s.Programme, s.Issuer, s.Cycle = "XP", "D", "c" }, fault.NotFound},
		{"another's", func(s *books.Scope) { s.Issuer, s.Cycle = "D", "c" }, fault.Forbidden},
		{"another cycle", func(s *books.Scope) { s.Cycle = "2026-12" }, fault.WrongState},
	} {
		s := scope
		c.change(&s)
		sums, err := sumUp(r, s, []byte("secret"))
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && (sums.Sum != 1200 || sums.Cycle != "2026-11" || sums.Height != 5) {
			t.Errorf("%s: %+v", c.name, sums.Sealed)
		}
	}
	odd := readModel(t, []entry{put(row.Cycle(), settlement.Cycle{ID: "c", Date: november}), put(row.Programme("GP"), points.Programme{ID: "GP", Issuer: "G", Price: amount.Rate{Num: 1, Den: 1}}),
		put(row.Totals("GP", "D", 2), points.Totals{Issued: 5})})
	if _, err := sumUp(odd, scope, nil); fault.CodeOf(err) != fault.Internal || !strings.Contains(err.Error(), "0 points of GP, and 5 are outstanding") {
		t.Errorf("what members have isn't what is owed: %v", err)
	}
}

// TestProofOfLiabilities goes the whole way: the issuer keeps a file, gives a member its
// path, and the member checks it with the root alone.
func TestProofOfLiabilities(t *testing.T) {
	dir := t.TempDir()
	tree, path := filepath.Join(dir, "gp.tree"), filepath.Join(dir, "li.liability")
	r, secret := kept(t), []byte("secret")
	sums, err := sumUp(r, books.Scope{Network: "alliance", Issuer: "G", Programme: "GP"}, secret)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := &app{out: &out, format: "json"}
	if err := a.keepSums(r, sums, tree); err != nil {
		t.Fatal(err)
	}
	var sealed books.Sealed
	if err := json.Unmarshal(out.Bytes(), &sealed); err != nil || sealed.Sum != 1200 || sealed.Leaves != 2 {
		t.Errorf("%s, %v", out.String(), err)
	}
	if info, err := os.Stat(tree); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read who has what: %v, %v", info.Mode(), err)
	}
	if err := a.keepSums(r, sums, tree); err == nil {
		t.Error("the file is written over")
	}
	var from books.Kept
	if err := readJSON(tree, &from); err != nil {
		t.Fatal(err)
	}
	if err := a.writeInclusion(from, secret, "li", path, scales{}); err != nil {
		t.Fatal(err)
	}
	if err := a.writeInclusion(from, secret, "wang", path+"2", scales{}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("who has none: %v", err)
	}
	if err := a.writeInclusion(from, []byte("another"), "li", path+"2", scales{}); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another vault's: %v", err)
	}
	said, errs, exit := run(t, "verify-liability", path, "--root", sealed.Root.String())
	if exit != 0 || !strings.Contains(said, "600") || !strings.Contains(said, "1,200") || strings.Contains(said, "zhang") {
		t.Errorf("exit %d: %s%s", exit, said, errs)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, root, want string }{
		{"more points", `"points": 600`, `"points": 601`, sealed.Root.String(), "CONFLICT"},
		{"another root", "", "", strings.Repeat("ab", 32), "CONFLICT"},
		{"another field", `"points"`, `"gold"`, sealed.Root.String(), "BAD_REQUEST"},
		{"no root", "", "", "", "--root"},
		{"half a root", "", "", "abcd", "64 hexadecimal"},
	} {
		if err := os.WriteFile(path, []byte(strings.Replace(string(data), c.old, c.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, errs, exit := run(t, "verify-liability", path, "--root", c.root); exit == 0 || !strings.Contains(errs, c.want) {
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
		{"journal in an odd form", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--out", "j.doc"}, ".xlsx"},
		{"journal in an odd layout", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--layout", "sap", "--out", "j.csv"}, "kingdee"},
		{"a layout in another's form", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--layout", "yonyou", "--out", "j.csv"}, ".txt"},
		{"restated without a reason", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--restate"}, "--reason"},
		{"a reason without restating", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--reason", "x"}, "--restate"},
		{"restated and begun", []string{"--as", "G", "books", "journal", "--period", "2026-11", "--restate", "--reason", "x", "--begin"}, "--begin"},
		{"a reading of two moments", []string{"--as", "G", "books", "liability", "--cycle", "2026-11", "--blocks", "7"}, "--blocks"},
		{"ledger of no account", []string{"--as", "G", "books", "ledger"}, "ACCOUNT"},
		{"proof of nothing", []string{"--as", "G", "books", "prove-liabilities"}, "say --out, --programme"},
		{"path from nowhere", []string{"--as", "G", "books", "prove-member", "li"}, "say --out, --tree"},
		{"root of nothing", []string{"verify-liability", "nowhere"}, "say --root"},
		{"alarm above the whole", []string{"--as", "G", "report", "caps", "--alarm", "101"}, "1 to 100"},
		{"alarm at nothing", []string{"--as", "G", "report", "caps", "--alarm", "0"}, "1 to 100"},
	} {
		if _, errs, exit := run(t, c.args...); exit != 2 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d: %s", c.name, exit, errs)
		}
	}
}

func TestMeters(t *testing.T) {
	for _, c := range []struct {
		part, whole amount.Units
		cells       int
		percent     string
	}{{0, 100, 0, "0.0 %"}, {100, 100, 20, "100.0 %"}, {150, 100, 20, "150.0 %"}, {1, 3, 7, "33.3 %"}, {1, 0, 0, ""}, {amount.Max, amount.Max, 20, "100.0 %"}} {
		if got := meter(c.part, c.whole); len([]rune(got)) != c.cells || percent(c.part, c.whole) != c.percent {
			t.Errorf("%d of %d: %s, %s", c.part, c.whole, got, percent(c.part, c.whole))
		}
	}
}
