package books

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files; read the diff")

// story are the obligations of cycle 2026-11: 14, gross 72,910.
func story() []Posting {
	line := func(id string, kind settlement.Kind, debtor, creditor, programme string, points,
		fen amount.Units) Posting {
		return Posting{ID: id, Date: november, Kind: kind, Debtor: debtor, Creditor: creditor, Programme: programme,
			Points: points, Fen: fen, Block: 7, Tx: "ab"}
	}
	return []Posting{
		line("G.0.9.0.0", settlement.Conversion, "M", "G", "MP", 6300, 3150),
		line("D.0.9.0.0", settlement.Redemption, "F", "D", "FP", 8400, 6720),
		line("D.0.9.0.1", settlement.Redemption, "G", "D", "GP", 20000, 20000),
		line("D.0.9.0.2", settlement.Supply, "D", "S1", "", 0, 26800),
		line("D.0.9.0.3", settlement.Fee, "S1", "G", "", 0, 268),
		line("M.0.4.0.0", settlement.Redemption, "G", "M", "GP", 9600, 9600),
		line("M.0.4.0.1", settlement.Redemption, "D", "M", "GP", 1200, 1200),
		line("M.0.4.0.2", settlement.Fee, "M", "G", "", 0, 108),
		line("G.0.12.0.0", settlement.Redemption, "D", "G", "DP", 1800, 1800),
		line("G.0.12.0.1", settlement.Supply, "G", "S2", "", 0, 1560),
		line("G.0.12.0.2", settlement.Fee, "S2", "G", "", 0, 16),
		line("G.0.13.0.0", settlement.Refund, "G", "D", "DP", 900, 900),
		line("G.0.13.0.1", settlement.Return, "S2", "G", "", 0, 780),
		line("G.0.13.0.2", settlement.FeeBack, "G", "S2", "", 0, 8),
	}
}

func booksOf(party string) Books {
	return Books{Party: party, Period: "2026-11", Chart: DefaultChart()}
}

func journalOf(t interface{ Fatal(...any) }, b Books, lines []Posting) (list []Voucher, ledgers *Ledgers) {
	ledgers = NewLedgers()
	for v, err := range b.Journal(each(lines)) {
		if err == nil {
			err = ledgers.Post(v)
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, v)
	}
	return list, ledgers
}

func totalsOf(party string, lines []Posting) []Position {
	t := Totals{Party: party}
	for _, p := range lines {
		t.Add(p)
	}
	return t.Positions()
}

// TestStoryJournals: for every party of the story debits are credits, and what it owes
// and is owed by counterparty is the statement's.
func TestStoryJournals(t *testing.T) {
	for party, want := range map[string][]Position{
		"D":  {{"F", 0, 6720}, {"G", 1800, 20900}, {"M", 1200, 0}, {"S1", 26800, 0}},
		"G":  {{"D", 20900, 1800}, {"M", 9600, 3258}, {"S1", 0, 268}, {"S2", 1568, 796}},
		"M":  {{"D", 0, 1200}, {"G", 3258, 9600}},
		"S2": {{"G", 796, 1568}},
		"B":  {},
	} {
		_, ledgers := journalOf(t, booksOf(party), story())
		if got := ledgers.Positions(); !slices.Equal(got, want) {
			t.Errorf("%s: %+v", party, got)
		}
		if off := Tie(totalsOf(party, story()), ledgers.Positions()); len(off) > 0 {
			t.Errorf("%s: %+v", party, off)
		}
	}
	_, d := journalOf(t, booksOf("D"), story())
	for role, want := range map[Role]amount.Units{Revenue: -26720, Cost: 26800, Provision: 1200 + 1800 - 900,
		Contract: 0, Payable: -29800, Receivable: 27620} {
		if got := d.Balance(role); got != want {
			t.Errorf("%s: %d, want %d", role, got, want)
		}
	}
	_, g := journalOf(t, booksOf("G"), story())
	if fees := g.Balance(FeeRevenue); fees != -(268+108+16-8) || g.Balance(Fee) != 0 {
		t.Errorf("fees of the operator: %d, %d", fees, g.Balance(Fee))
	}
}

// TestGolden: the journal of D as CSV and JSON, to the byte.
func TestGolden(t *testing.T) {
	list, _ := journalOf(t, booksOf("D"), story())
	settled, err := booksOf("D").Settle(
		[]Settlement{
			{ID: "2026-11-G", Date: november + 10, Party: "G", Payable: 1800, Receivable: 20900, Received: 19100}})
	if err != nil {
		t.Fatal(err)
	}
	list = append(list, settled...)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"journal.csv":  func(b *bytes.Buffer) error { return WriteCSV(b, each(list)) },
		"journal.json": func(b *bytes.Buffer) error { return WriteJSON(b, each(list)) },
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *rewrite {
			if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%s is another: %v\n%s", name, err, out.String())
		}
	}
}

func TestWorkbook(t *testing.T) {
	list, _ := journalOf(t, booksOf("D"), story())
	list[0].Entries[0].Debit, list[0].Entries[1].Credit = exactYuan-1, exactYuan-1
	list[1].Entries[0].Debit, list[1].Entries[1].Credit = amount.Max, amount.Max
	var out bytes.Buffer
	if err := WriteXLSX(&out, each(list)); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(voucherSheet, excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != 1+2*len(list) || !slices.Equal(rows[0], header) {
		t.Fatalf("%d rows, %v: %v", len(rows), err, rows[0])
	}
	for at, want := range map[int]string{1: "9999999999999.99", 3: "90071992547409.91", 5: "268"} {
		if got := rows[at][debitColumn]; got != want {
			t.Errorf("row %d: %s, want %s", at, got, want)
		}
	}
	for at, want := range map[string]excelize.CellType{
		"J2": excelize.CellTypeNumber, "J4": excelize.CellTypeInlineString,
	} {
		if got, err := book.GetCellType(voucherSheet, at); err != nil || got != want &&
			!(want == excelize.CellTypeNumber && got == excelize.CellTypeUnset) {
			t.Errorf("%s is a %d, %v", at, got, err)
		}
	}
	layout, err := book.GetPageLayout(voucherSheet)
	if err != nil || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
		t.Errorf("it prints as %+v, %v", layout, err)
	}
	names := map[string]string{}
	for _, n := range book.GetDefinedName() {
		names[n.Name] = n.RefersTo
	}
	if want := fmt.Sprintf("'凭证'!$A$1:$M$%d", 1+2*len(list)); names["_xlnm.Print_Area"] != want ||
		names["_xlnm.Print_Titles"] != "'凭证'!$1:$1" || names["_xlnm._FilterDatabase"] == "" {
		t.Errorf("it prints %v, want %s", names, want)
	}
	if props, err := book.GetDocProps(); err != nil || props.Title != "凭证 Vouchers 2026-11" ||
		props.Creator != "Tallystick" || !strings.HasPrefix(props.Created, "2026-11-") {
		t.Errorf("%+v, %v", props, err)
	}
}

// TestVouchersOfEachKind: which accounts each side uses. Every kind that the ledger has
// is booked, but for what was carried over, which is booked already.
func TestVouchersOfEachKind(t *testing.T) {
	left := map[settlement.Kind]bool{}
	for k := settlement.Kind(1); k.String() != ""; k++ {
		left[k] = true
	}
	delete(left, settlement.Carried)
	for _, c := range []struct {
		kind         settlement.Kind
		debtor       string
		creditor     string
		wantD, wantC string // the debtor's and the creditor's entries, debit first
	}{
		{settlement.Redemption, "D", "M", "2801/P 2202:M", "1122:D 6001"},
		{settlement.Refund, "D", "M", "6001 2202:M", "1122:D 2801/P"},
		{settlement.Conversion, "D", "M", "2801/P 2202:M", "1122:D 2204"},
		{settlement.Service, "D", "M", "6601 2202:M", "1122:D 6001"},
		{settlement.Fee, "D", "G", "6602 2202:G", "1122:D 6051"},
		{settlement.FeeBack, "G", "D", "6051 2202:D", "1122:G 6602"},
		{settlement.ServiceBack, "D", "M", "6001 2202:M", "1122:D 6601"},
		{settlement.Supply, "D", "M", "6401 2202:M", "1122:D 6001"},
		{settlement.Return, "D", "M", "6001 2202:M", "1122:D 6401"},
		{settlement.Adjustment, "D", "M", "6711 2202:M", "1122:D 6301"},
		{settlement.Rounding, "D", "M", "6602 2202:M", "1122:D 6051"},
		{settlement.Prefunding, "D", "M", "1002 2202:M", "1122:D 1002"},
	} {
		p := Posting{ID: "D.0.1.0.0", Date: november, Kind: c.kind, Debtor: c.debtor, Creditor: c.creditor,
			Programme: "P", Fen: 5}
		for _, side := range []struct{ party, want string }{{c.debtor, c.wantD}, {c.creditor, c.wantC}} {
			list, _ := journalOf(t, booksOf(side.party), []Posting{p})
			if got := accounts(list[0]); got != side.want {
				t.Errorf("%s, %s: %s, want %s", c.kind, side.party, got, side.want)
			}
		}
		delete(left, c.kind)
	}
	if len(left) > 0 {
		t.Errorf("kinds that no voucher was made of: %v", left)
	}
}

func accounts(v Voucher) string {
	var list []string
	for _, e := range v.Entries {
		text := e.Account.Code
		if e.Party != "" {
			text += ":" + e.Party
		}
		if e.Programme != "" {
			text += "/" + e.Programme
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

// TestVoidedLines: a line that counts no more is booked back, and owed no more.
func TestVoidedLines(t *testing.T) {
	lines := story()
	back := lines[6] // D→M 1,200 of the campaign, which D disputes
	back.Void = true
	ruled := Posting{ID: "G.0.20.0.0", Date: november, Kind: settlement.Adjustment, Debtor: "D", Creditor: "M",
		Fen: 1000}
	lines = append(lines, back, ruled)
	list, ledgers := journalOf(t, booksOf("D"), lines)
	if v := list[len(list)-2]; v.Number != "D-2026-11-M.0.4.0.1-void" || accounts(v) != "2801/GP 2202:M" ||
		v.Entries[0].Credit != 1200 {
		t.Errorf("%+v", v)
	}
	if off := Tie(totalsOf("D", lines), ledgers.Positions()); len(off) > 0 ||
		ledgers.Positions()[2] != (Position{"M", 1000, 0}) {
		t.Errorf("%+v, %+v", off, ledgers.Positions())
	}
}

// TestCarriedLines: what another cycle left unsettled is booked already, when it arose.
func TestCarriedLines(t *testing.T) {
	lines := []Posting{
		{ID: "G.0.20.0.0", Date: november, Kind: settlement.Carried, Debtor: "D", Creditor: "M", Fen: 1000}}
	list, ledgers := journalOf(t, booksOf("D"), lines)
	if off := Tie(totalsOf("D", lines), ledgers.Positions()); len(list) != 0 || len(off) != 0 {
		t.Errorf("%+v, %+v", list, off)
	}
	lines[0].Unpaid = true // what a payment left was netted, and is owed again
	for party, want := range map[string]string{"D": "2241 2202:M", "M": "1122:D 2241"} {
		list, ledgers := journalOf(t, booksOf(party), lines)
		if off := Tie(totalsOf(party, lines), ledgers.Positions()); len(list) != 1 || accounts(list[0]) != want ||
			len(off) != 0 {
			t.Errorf("unpaid, %s: %+v, %+v", party, list, off)
		}
	}
}

// TestTakenBackLines: what a bank took back is out of the bank account again, and is owed as it was; a dispute that
// undoes
// the line undoes both.
func TestTakenBackLines(t *testing.T) {
	line := Posting{ID: "M.0.20.0.0", Date: november, Kind: settlement.Carried, Debtor: "D", Creditor: "M", Fen: 1000,
		TakenBack: true}
	for party, want := range map[string]string{"D": "1002 2202:M", "M": "1122:D 1002"} {
		list, ledgers := journalOf(t, booksOf(party), []Posting{line})
		if off := Tie(totalsOf(party, []Posting{line}), ledgers.Positions()); len(list) != 1 ||
			accounts(list[0]) != want || list[0].En != "taken back by a bank" || len(off) != 0 {
			t.Errorf("%s: %+v, %+v", party, list, off)
		}
		undone := line
		undone.Void = true
		if _, ledgers := journalOf(t, booksOf(party), []Posting{line, undone}); ledgers.Balance(Bank) != 0 ||
			ledgers.Balance(Payable) != 0 || ledgers.Balance(Receivable) != 0 {
			t.Errorf("%s, undone: %+v", party, ledgers)
		}
	}
}

func TestSettlements(t *testing.T) {
	b := booksOf("G")
	for _, c := range []struct {
		name string
		s    Settlement
		want string
		code fault.Code
	}{
		{"paid", Settlement{Party: "D", Payable: 100, Paid: 100}, "2202:D 1002", ""},
		{"received", Settlement{Party: "D", Receivable: 100, Received: 100}, "1002 1122:D", ""},
		{"net, paid", Settlement{Party: "D", Payable: 20900, Receivable: 1800, Paid: 19100}, "2202:D 1122:D 1002", ""},
		{"netted away", Settlement{Party: "D", Payable: 5, Receivable: 5}, "2202:D 1122:D", ""},
		{"netted by all, owing", Settlement{Party: "D", Payable: 20900, Receivable: 1800}, "2202:D 1122:D 2241", ""},
		{"netted by all, owed", Settlement{Party: "D", Payable: 1800, Receivable: 20900}, "2202:D 2241 1122:D", ""},
		{"the one payment", Settlement{Paid: 25946}, "2241 1002", ""},
		{"the one receipt", Settlement{Received: 25946}, "1002 2241", ""},
		{"of which banks kept some", Settlement{Received: 97, Charges: 1}, "1002 6603 2241", ""},
		{"of nobody", Settlement{Payable: 5, Paid: 5}, "", fault.BadRequest},
		{"under 0", Settlement{Party: "D", Paid: -5}, "", fault.BadRequest},
	} {
		c.s.ID, c.s.Date = "s", november
		list, err := b.Settle([]Settlement{c.s})
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.code == "" && (len(list) != 1 || accounts(list[0]) != c.want || !list[0].Balanced()) {
			t.Errorf("%s: %+v", c.name, list)
		}
	}
	if list, err := b.Settle([]Settlement{{ID: "s", Date: november, Party: "D"}}); err != nil || len(list) != 0 {
		t.Errorf("of nothing: %+v, %v", list, err)
	}
	if _, err := b.Settle([]Settlement{{Date: november, Paid: 5}}); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("without an id: %v", err)
	}
}

// TestClosingMeetsTheLiability: whatever a period's lines moved, after closing each
// programme's account is the liability that was computed, and the vouchers balance.
func TestClosingMeetsTheLiability(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := booksOf("G")
		b.Received = map[string]bool{"GP": rapid.Bool().Draw(t, "received")}
		var lines []Posting
		for i := range rapid.IntRange(0, 12).Draw(t, "lines") {
			debtor, creditor := "G", rapid.SampledFrom([]string{"D", "M"}).Draw(t, "other")
			if rapid.Bool().Draw(t, "owed") {
				debtor, creditor = creditor, debtor
			}
			lines = append(lines, Posting{ID: lotNumber(i).String(), Date: november, Debtor: debtor, Creditor: creditor,
				Kind: rapid.SampledFrom([]settlement.Kind{settlement.Redemption, settlement.Refund,
					settlement.Conversion, settlement.Service, settlement.Fee, settlement.Supply, settlement.Return,
					settlement.Adjustment, settlement.Prefunding, settlement.ServiceBack, settlement.FeeBack,
					settlement.Carried}).Draw(t, "kind"),
				Fen:       amount.Units(rapid.Int64Range(0, 1000).Draw(t, "fen")),
				Programme: rapid.SampledFrom([]string{"GP", "G2"}).Draw(t, "programme"),
				Void:      rapid.Bool().Draw(t, "void")})
		}
		_, ledgers := journalOf(t, b, lines)
		if off := Tie(totalsOf("G", lines), ledgers.Positions()); len(off) > 0 {
			t.Fatalf("%+v", off)
		}
		reading := func(word string) []Line {
			var list []Line
			part := func(most amount.Units) amount.Units {
				return amount.Units(rapid.Int64Range(0, int64(most)).Draw(t, word))
			}
			for _, programme := range []string{"GP", "G2"} {
				f := Figures{AllocatedGranted: part(1000), Released: part(1000) - 500, AllocatedSold: part(1000),
					AllocatedFor: part(1000), ElsewhereGiven: part(1000), ElsewhereSold: part(1000)}
				f.RecognisedGiven = part(max(0, f.AllocatedGranted-f.Released))
				f.Provision = f.AllocatedGranted - f.Released - f.RecognisedGiven
				used := part(f.AllocatedSold + f.AllocatedFor)
				f.RecognisedUse, f.RecognisedBreak = f.RecognisedGiven+used, part(f.AllocatedSold+f.AllocatedFor-used)
				f.Contract = f.AllocatedSold + f.AllocatedFor - used - f.RecognisedBreak
				list = append(list, Line{Programme: programme, Party: "G", Figures: f},
					Line{Programme: programme, Party: "D", Figures: Figures{AllocatedGranted: 9, Provision: 9}})
			}
			return list
		}
		opening, closing := reading("opening"), reading("closing")
		for _, v := range b.Close(opening, closing, ledgers, november) {
			if err := ledgers.Post(v); err != nil {
				t.Fatal(err)
			}
		}
		for i, l := range closing {
			if l.Party != "G" {
				continue
			}
			for role, want := range map[Role]amount.Units{Contract: l.Contract - opening[i].Contract,
				Provision: l.Provision - opening[i].Provision} {
				if got := -ledgers.Of(role, l.Programme); got != want {
					t.Fatalf("the %s of %s moved by %d, want %d", role, l.Programme, got, want)
				}
			}
		}
		if rest := ledgers.Of(Contract, ""); rest != 0 {
			t.Fatalf("%d of the liability are of no programme", rest)
		}
	})
}

// closed are the closing vouchers of G's first period, in which acceptors redeemed so many points of GP for so many
// fen.
func closed(t *testing.T, closing []Line, fen amount.Units) (got []string, ledgers *Ledgers) {
	t.Helper()
	b := booksOf("G")
	b.Received = Receives("G", closing)
	var lines []Posting
	if fen > 0 {
		lines = []Posting{{ID: "D.0.1.0.0", Date: november, Kind: settlement.Redemption, Debtor: "G", Creditor: "D",
			Programme: "GP", Points: fen, Fen: fen}}
	}
	_, ledgers = journalOf(t, b, lines)
	for _, v := range b.Close(nil, closing, ledgers, november) {
		got = append(got, strings.TrimPrefix(v.Number, "G-2026-11-close-")+" "+accounts(v)+" "+
			yuan(v.Entries[0].Debit+v.Entries[0].Credit))
		if err := ledgers.Post(v); err != nil {
			t.Fatal(err)
		}
	}
	if again := b.Close(closing, closing, NewLedgers(), november); len(again) != 0 {
		t.Errorf("a period in which nothing moved: %+v", again)
	}
	return got, ledgers
}

// TestClosingBooksNoCostAndRevenueThatNeverWere: 1,000 points were given and 850 are expected to be redeemed. Whatever
// of
// these is redeemed elsewhere comes to exactly the cost that was booked when they were given; what never comes is a
// smaller cost; and no revenue is ever made of a gift (A1).
func TestClosingBooksNoCostAndRevenueThatNeverWere(t *testing.T) {
	for _, c := range []struct {
		name string
		lot  func(*Lot)
		fen  amount.Units // that acceptors got
		want []string
		owed amount.Units
	}{
		{"given", func(*Lot) {}, 0, []string{"GP-issue 6601 2801/GP 8.50"}, 850},
		{"all that was expected is redeemed elsewhere", func(l *Lot) { l.Available = 150 }, 850,
			[]string{"GP-issue 6601 2801/GP 8.50"}, 0},
		{"a part is", func(l *Lot) { l.Available = 600 }, 400, []string{"GP-issue 6601 2801/GP 8.50"}, 450},
		{"at the issuer's own outlet", func(l *Lot) { l.Available, l.Own = 600, 400 }, 0,
			[]string{"GP-issue 6601 2801/GP 8.50", "GP-own 2801/GP 6601 4.00"}, 450},
		{"some here, some there", func(l *Lot) { l.Available, l.Own = 500, 100 }, 400,
			[]string{"GP-issue 6601 2801/GP 8.50", "GP-own 2801/GP 6601 1.00"}, 350},
		{"more than expected", func(l *Lot) { l.Available = 50 }, 950,
			[]string{"GP-issue 6601 2801/GP 8.50", "GP-estimate 6601 2801/GP 1.00"}, 0},
		{"expired, fewer than expected redeemed", func(l *Lot) { l.Available, l.Expired = 0, 600 }, 400,
			[]string{"GP-issue 6601 2801/GP 8.50", "GP-estimate 2801/GP 6601 4.50"}, 0},
		{"expired, none redeemed", func(l *Lot) { l.Available, l.Expired = 0, 1000 }, 0,
			[]string{"GP-issue 6601 2801/GP 8.50", "GP-estimate 2801/GP 6601 8.50"}, 0},
		{"at another price than the programme's", func(l *Lot) { l.Available = 600 }, 300,
			[]string{"GP-issue 6601 2801/GP 8.50", "GP-own 2801/GP 6601 1.00"}, 450},
	} {
		lot := root(0, 1000)
		c.lot(&lot)
		got, ledgers := closed(t, []Line{lineAt(t, policy(t, "0.85"), one, november, lot)}, c.fen)
		if !slices.Equal(got, c.want) || -ledgers.Of(Provision, "GP") != c.owed || ledgers.Balance(Revenue) != 0 ||
			ledgers.Balance(Breakage) != 0 || ledgers.Balance(Cost) != 0 {
			t.Errorf("%s: %q, %d owed", c.name, got, -ledgers.Of(Provision, "GP"))
		}
	}
}

// TestClosingOfSoldPoints: what a sale allocated to points is revenue as they are redeemed, and breakage only where
// expiry or a lower estimate says so; what acceptors got beyond what was allocated is a cost.
func TestClosingOfSoldPoints(t *testing.T) {
	for _, c := range []struct {
		name string
		rate string // from the second month on
		lot  func(*Lot)
		fen  amount.Units
		want []string
		owed amount.Units
	}{
		{"sold", "0.8", func(*Lot) {}, 0, []string{"GP-sale 6001 2204/GP 7.41"}, 741}, // 10,000 × 800 ⁄ 10,800
		{"all that was expected, own outlet", "0.8", func(l *Lot) { l.Available, l.Own = 200, 800 }, 0,
			[]string{"GP-sale 6001 2204/GP 7.41", "GP-redeemed 2204/GP 6001 7.41"}, 0},
		{"half of it, elsewhere", "0.8", func(l *Lot) { l.Available = 600 }, 400,
			[]string{"GP-sale 6001 2204/GP 7.41", "GP-redeemed 6401 2204/GP 0.30"}, 371},
		{"half of it, elsewhere; the rest expired", "0.8", func(l *Lot) { l.Available, l.Expired = 0, 600 }, 400,
			[]string{"GP-sale 6001 2204/GP 7.41", "GP-redeemed 6401 2204/GP 0.30", "GP-breakage 2204/GP 600101 3.71"},
			0},
		{"fewer are expected than at the sale", "0.5", func(l *Lot) { l.Available, l.Own = 600, 400 }, 0,
			[]string{"GP-sale 6001 2204/GP 7.41", "GP-redeemed 2204/GP 6001 3.70", "GP-breakage 2204/GP 600101 2.23"},
			148},
		{"more are expected than at the sale", "1", func(l *Lot) { l.Available, l.Own = 600, 400 }, 0,
			[]string{"GP-sale 6001 2204/GP 7.41", "GP-redeemed 2204/GP 6001 2.96"}, 445},
	} {
		p := policy(t, c.rate)
		if err := p.Expect("GP", MonthOf(november), amount.Rate{Num: 4, Den: 5}); err != nil {
			t.Fatal(err)
		}
		rate, err := amount.ParseRate(c.rate)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Expect("GP", MonthOf(november)+1, rate); err != nil {
			t.Fatal(err)
		}
		p.Sales = map[number.Row]amount.Units{lotNumber(0): 10_000}
		lot := root(0, 1000)
		c.lot(&lot)
		got, ledgers := closed(t, []Line{lineAt(t, p, one, november+31, lot)}, c.fen)
		if !slices.Equal(got, c.want) || -ledgers.Of(Contract, "GP") != c.owed || ledgers.Balance(Provision) != 0 {
			t.Errorf("%s: %q, %d owed", c.name, got, -ledgers.Of(Contract, "GP"))
		}
	}
}

// TestClosingOfBoth: points that were given and points that were sold are redeemed, here and there; each kind's account
// is its reading, and only what was sold makes revenue.
func TestClosingOfBoth(t *testing.T) {
	p := policy(t, "1")
	p.Sales = map[number.Row]amount.Units{lotNumber(0): 1000}
	sold, given := root(0, 1000), root(1, 1000)
	sold.Available, sold.Own = 0, 1000 // at the issuer's own outlet
	given.Available = 0                // elsewhere
	got, ledgers := closed(t, []Line{lineAt(t, p, one, november, sold, given)}, 1000)
	want := []string{"GP-issue 6601 2801/GP 10.00", "GP-sale 6001 2204/GP 5.00", "GP-redeemed 2204/GP 6001 5.00"}
	if !slices.Equal(got, want) || ledgers.Balance(Provision) != 0 || ledgers.Balance(Contract) != 0 ||
		ledgers.Balance(Marketing) != 1000 {
		t.Errorf("%q, marketing %d", got, ledgers.Balance(Marketing))
	}
}

func TestTieNamesDifferences(t *testing.T) {
	got := Tie([]Position{{"D", 5, 6}, {"M", 1, 0}}, []Position{{"D", 5, 7}, {"F", 0, 2}})
	want := []Difference{{"D", "receivable", 6, 7}, {"F", "receivable", 0, 2}, {"M", "payable", 1, 0}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if off := Tie([]Position{{"D", 0, 0}}, nil); len(off) != 0 {
		t.Errorf("nothing differs: %+v", off)
	}
}

func TestPostingsAreChecked(t *testing.T) {
	good := `{"id":"D.0.1.0.0","date":"2026-11-23","kind":"supply","debtor":"D","creditor":"S1","fen":5,` +
		`"tax":{"num":13,"den":100},"disputed":false}`
	for name, c := range map[string]struct {
		text string
		code fault.Code
	}{
		"one": {good, ""}, "no date": {strings.Replace(good, "2026-11-23", "", 1), fault.BadRequest},
		"to itself": {strings.Replace(good, "S1", "D", 1), fault.BadRequest},
		"no id":     {strings.Replace(good, "D.0.1.0.0", "", 1), fault.BadRequest},
		"under 0":   {strings.Replace(good, `"fen":5`, `"fen":-5`, 1), fault.BadRequest},
		"above":     {strings.Replace(good, `"fen":5`, `"fen":9007199254740992`, 1), fault.Limit},
	} {
		var p Posting
		if err := json.Unmarshal([]byte(c.text), &p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := p.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadChart(t *testing.T) {
	c, err := ReadChart(
		strings.NewReader("liability: {code: \"2204.03\", en: Points, zh: 合同负债—积分}\nbank: {code: \"1002.01\"}\n"))
	if err != nil || c.Accounts[Contract] != (Account{"2204.03", "Points", "合同负债—积分"}) ||
		c.Accounts[Bank] != (Account{"1002.01", "Bank", "银行存款"}) || c.Accounts[Cost] != DefaultChart().Accounts[Cost] {
		t.Errorf("%+v, %v", c, err)
	}
	for name, bad := range map[string]string{"no such account": "gold: {code: \"1\"}", "no code": "bank: {code: \"\"}",
		"no text":          "bank: {code: \"1\", en: \"\"}",
		"a shared payable": "payable: {code: \"1122\"}", "a shared liability": "clearing: {code: \"2204\"}"} {
		if _, err := ReadChart(strings.NewReader(bad)); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWritersStopAtErrors: a journal that can't be read to its end is none.
func TestWritersStopAtErrors(t *testing.T) {
	broken := func(yield func(Voucher, error) bool) { yield(Voucher{}, errors.New("broken")) }
	var out bytes.Buffer
	for _, err := range []error{WriteCSV(&out, broken), WriteJSON(&out, broken), WriteXLSX(&out, broken)} {
		if err == nil || err.Error() != "broken" {
			t.Error(err)
		}
	}
	out.Reset()
	if err := WriteJSON(&out, each[Voucher](nil)); err != nil || !json.Valid(out.Bytes()) {
		t.Errorf("%s, %v", out.String(), err)
	}
}

func TestYuan(t *testing.T) {
	for fen, want := range map[amount.Units]string{0: "0.00", 5: "0.05", 100: "1.00", 123456: "1234.56",
		amount.Max: "90071992547409.91"} {
		if got := yuan(fen); got != want {
			t.Errorf("%d: %s", fen, got)
		}
	}
}
