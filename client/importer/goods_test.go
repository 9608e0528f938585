package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/client/importer/table"
)

// What a line becomes, with its stock brought to what the line says.
func TestGoodsBringPriceAndStockToWhatTheLineSays(t *testing.T) {
	o := kindOf("goods")
	for _, c := range []struct {
		name string
		shop *shop
		want string
	}{
		{"less is free", &shop{}, "[Restock 5]"},
		{"more is free", &shop{free: map[string]amount.Units{"m/1/D": 7}}, "[WithdrawStock 2]"},
		{"as much is free", &shop{free: map[string]amount.Units{"m/1/D": 5}}, "[Set 1]"},
	} {
		l := &ledger{}
		if _, err := o.imports(t, t.TempDir(), o.file, l, Stores{Shop: c.shop}); err != nil {
			t.Fatal(err)
		}
		got := ""
		switch r := l.took[2].(type) {
		case goods.RestockRequest:
			got = fmt.Sprintf("[Restock %d]", r.Units)
		case goods.WithdrawStockRequest:
			got = fmt.Sprintf("[WithdrawStock %d]", r.Units)
		case goods.SetGoodRequest:
			got = fmt.Sprintf("[Set %s]", r.SKU)
		}
		if got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
		good, listing := l.took[0].(goods.SetGoodRequest), l.took[1].(goods.ListRequest)
		if good.Category != "oil-wax" || !slices.Equal(good.Labels, []string{"a", "b"}) || !good.Open ||
			good.From.String() != "2026-11-01" || good.Delivery != goods.Counter {
			t.Errorf("%+v", good)
		}
		if len(listing.Prices) != 1 || listing.Prices[0].Fen != 250 || listing.Scene != "retail" ||
			len(listing.Terms) != 0 {
			t.Errorf("%+v", listing)
		}
		if second := l.took[3].(goods.SetGoodRequest); second.Open || second.From.String() != "2026-11-01" ||
			second.GTIN != "6901234567892" {
			t.Errorf("%+v", second)
		}
	}
}

// A price leaves what else a listing has.
func TestAPriceLeavesTheRestOfAListing(t *testing.T) {
	there := goods.Listing{Seller: "D", Supplier: "m", SKU: "1", Scene: "workshop", Labels: []string{"ours"},
		Prices: make([]goods.Price, 3)}
	req, _, err := repriced(Stores{Party: "D", Shop: &shop{listings: map[string]goods.Listing{"D/m/1": there}}},
		goods.ListRequest{Supplier: "m", SKU: "1", Scene: "retail", Prices: []goods.Price{{Fen: 5}}, Open: true})
	if r := req.(goods.ListRequest); err != nil || r.Scene != "workshop" || r.Labels[0] != "ours" || r.Open ||
		len(r.Prices) != 1 {
		t.Errorf("%+v, %v", req, err)
	}
}

// The vault knows what a commitment hides before the ledger hears of it, and a second
// import of the same file makes the same commitments.
func TestTermsAreKeptBeforeTheyAreSent(t *testing.T) {
	o, v := kindOf("terms"), &safe{}
	l := &ledger{}
	l.refuse = func(_ uint64, req command.Request) error {
		r := req.(goods.OfferTermsRequest)
		kept, known, err := v.TermsOf(r.Supplier, r.SKU, r.Seller, r.Commitment)
		if err != nil || !known || kept.Kind != goods.Commission || kept.Until != r.Until {
			t.Errorf("%+v isn't known: %v", r, err)
		}
		return nil
	}
	if _, err := o.imports(t, t.TempDir(), o.file, l, Stores{Vault: v}); err != nil {
		t.Fatal(err)
	}
	if v.terms[0].Opening.Value != pedersen.Whole(1500) || v.terms[1].Opening.Value != pedersen.Whole(1250) ||
		bytes.Equal(v.terms[0].Opening.Salt, v.terms[1].Opening.Salt) {
		t.Errorf("%+v", v.terms)
	}
	again := &ledger{}
	if _, err := o.imports(t, t.TempDir(), o.file, again, Stores{Vault: v}); err != nil ||
		said(again.took[1]) != said(l.took[1]) {
		t.Errorf("%v, %v", again.took[1], err)
	}
	for _, r := range l.took {
		if strings.Contains(fmt.Sprintf("%+v", r), "1250") {
			t.Errorf("the value shows: %+v", r)
		}
	}
}

// A listing takes what is offered and known, else what it has, else it is refused with
// a better reason than the ledger's.
func TestListingsTakeTermsThatTheVaultKnows(t *testing.T) {
	v, o := &safe{}, kindOf("listings")
	commit := func(value uint64, keep bool) pedersen.Commitment {
		opening := pedersen.Known(pedersen.Whole(value))
		if keep {
			v.terms = append(v.terms, termsOf("m", "1", "D", opening))
		}
		c, err := opening.Commit()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	known, unknown, had := commit(1, true), commit(2, false), commit(3, false)
	for _, c := range []struct {
		name    string
		offered pedersen.Commitment
		listed  pedersen.Commitment
		party   string
		want    pedersen.Commitment
		doomed  bool
	}{
		{"its own", nil, nil, "D", nil, false},
		{"offered and known", known, had, "S1", known, false},
		{"offered, not known, but listed", unknown, had, "S1", had, false},
		{"offered, not known", unknown, nil, "S1", nil, true},
		{"not offered", nil, nil, "S1", nil, true},
	} {
		s := &shop{suppliers: map[string]goods.Supplier{"m": {Party: c.party}}, terms: map[string]goods.Terms{},
			listings: map[string]goods.Listing{}}
		if c.offered != nil {
			s.terms["m/1/D"] = goods.Terms{Commitment: c.offered}
		}
		if c.listed != nil {
			s.listings["D/m/1"] = goods.Listing{Terms: c.listed}
		}
		items, _ := read(t, o.load(t), o.file)
		req, why, err := items[0].Drafts[0](Stores{Party: "D", Vault: v, Shop: s})
		if err != nil || (why != "") != c.doomed || !bytes.Equal(req.(goods.ListRequest).Terms, c.want) {
			t.Errorf("%s: %+v, %q, %v", c.name, req, why, err)
		}
	}
}

func TestSpreadIsEvenAndTheSame(t *testing.T) {
	s, seen := Spread{least: 10, most: 19}, map[amount.Units]int{}
	for i := range 2000 {
		fen := s.of(fmt.Sprint(i))
		if fen != s.of(fmt.Sprint(i)) || fen < 10 || fen > 19 {
			t.Fatalf("%d came to %d", i, fen)
		}
		seen[fen]++
	}
	for fen := amount.Units(10); fen <= 19; fen++ {
		if seen[fen] < 100 {
			t.Errorf("%d only %d times", fen, seen[fen])
		}
	}
}

func TestSlug(t *testing.T) {
	for text, want := range map[string]string{
		"FRUIT - SHELF STABLE": "fruit-shelf-stable", "SHORTENING/OIL": "shortening-oil", " a_b ": "a_b", "": "",
		"A  B!": "a-b",
		"&&":    "x-opt3n6dc", "水果 3": "3-yonj22zy", "水果": "x-IS", strings.Repeat("a", 65): "x-IS",
		"甲A厂": "a-IS", "乙A厂": "a-IS", "Café": "caf-IS", "CAFE\u0301": "caf-IS",
	} {
		got, mark := slug(text), ""
		if head, is := strings.CutSuffix(want, "IS"); is {
			want, mark = head, got[max(0, len(got)-8):]
			if got = strings.TrimSuffix(got, mark); head == "x-" && len(text) > 64 {
				got = "x-"
			}
		}
		if mark != "" && (len(mark) != 8 || slug(text) != slug(strings.ToLower(text)+" ")) {
			t.Errorf("%q: %q", text, slug(text))
		}
		if got == want {
			continue
		}
		t.Errorf("%q became %q", text, slug(text))
	}
	if slug("甲A厂") == slug("乙A厂") || len(slug(strings.Repeat("a", 65))) > longestID ||
		slug("Café") != slug("CAFE\u0301") {
		t.Error("names that differ have one id, or the same name two")
	}
}

// Every line that is wrong is named with its column and what to do.
func TestRejectedLinesNameTheirColumn(t *testing.T) {
	o := kindOf("goods")
	_, r := read(t, o.load(t), o.file)
	got := ""
	for _, one := range r.Rejected {
		got += fmt.Sprintf("%d %s: %s\n", one.Line, one.Column, one.Reason)
	}
	want := `4 gtin: column gtin: the check digit is wrong
5 group: column group: it is empty; fill it in
6 labels: column labels: want them sorted, each once
7 since: column since: want a date like 2027-12-31, 2027/12/31 or 2027年12月31日; a mapping's layout says how other dates look
8 sold: column sold: want yes or no
9 stock: column stock: want a whole number of 0 or more
10 price: column price: want whole fen: a price of yuan has at most two decimals
11 : it is the same as line 2's; keep one of them
`
	if got != want {
		t.Errorf("%s", got)
	}
}

// Of a strict import with a bad line nothing is sent.
func TestStrictSendsNothing(t *testing.T) {
	o, dir, l := kindOf("goods"), t.TempDir(), &ledger{}
	path := filepath.Join(dir, "goods.csv")
	if err := os.WriteFile(path, []byte(o.file), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := Job{Mapping: o.load(t), File: input(t, path), State: dir, Open: l.open, Strict: true,
		Stores: Stores{Party: "D", Shop: some()}}.Run(context.Background())
	if fault.CodeOf(err) != fault.BadRequest || len(l.took) != 0 || len(report.Rejected) != 8 {
		t.Errorf("%d sent, %+v, %v", len(l.took), report, err)
	}
	lines := strings.SplitAfter(o.file, "\n")
	if err := os.WriteFile(path, []byte(lines[0]+lines[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	if report, err = (Job{Mapping: o.load(t), File: input(t, path), State: dir, Open: l.open, Strict: true,
		Stores: Stores{Party: "D", Shop: some()}}).Run(context.Background()); err != nil || report.Done != 3 {
		t.Errorf("corrected: %+v, %v", report, err)
	}
}

// A workbook reads as the CSV that it looks like, row by row.
func TestAWorkbookReadsAsCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "goods.xlsx")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]string{{"supplier", "gtin", "name"}, {"m", "06901234567892", "机油\n5W-30"}, {}, {"", "", ""},
		{"m", "", `a  "b", c`}, {"m"}}
	if err := WriteSheet(file, rows); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	opened, err := table.Open(input(t, path), table.Options{Columns: []string{"gtin"}})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	var got []string
	for {
		row, err := opened.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d %s|%s|%s", row.Line, row.Cells[0].Text, row.Cells[1].Text, row.Cells[2].Text))
	}
	if want := []string{"2 m|06901234567892|机油 5W-30", `5 m||a  "b", c`, "6 m||"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
