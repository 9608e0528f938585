package books

import (
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
)

var six = amount.Rate{Num: 6, Den: 100}

// taxed is a line of 106.00 with 6.00 of VAT.
func taxed(kind settlement.ObligationKind, debtor, creditor string) Posting {
	return Posting{ID: "M.0.4.0.0", Date: november, Kind: kind, Debtor: debtor, Creditor: creditor, Programme: "P",
		Scene: "care", Fen: 10_600, Tax: six, Block: 7, Tx: "ab"}
}

// TestVATHasAccountsOfItsOwn: output tax of who supplies, input tax of who is supplied, whichever way money goes; what
// is
// owed is the whole (A3).
func TestVATHasAccountsOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		kind         settlement.ObligationKind
		wantD, wantM string
	}{
		{settlement.Redemption, "2801/P=10000 22210101=600 2202:M=-10600", "1122:D=10600 6001=-10000 22210107=-600"},
		{settlement.Refund, "6001=10000 22210107=600 2202:M=-10600", "1122:D=10600 2801/P=-10000 22210101=-600"},
		{settlement.Service, "6601=10000 22210101=600 2202:M=-10600", "1122:D=10600 6001=-10000 22210107=-600"},
		{settlement.ServiceBack, "6001=10000 22210107=600 2202:M=-10600", "1122:D=10600 6601=-10000 22210101=-600"},
		{settlement.Fee, "6602=10000 22210101=600 2202:M=-10600", "1122:D=10600 6051=-10000 22210107=-600"},
		{settlement.FeeBack, "6051=10000 22210107=600 2202:M=-10600", "1122:D=10600 6602=-10000 22210101=-600"},
		{settlement.Supply, "6401=10000 22210101=600 2202:M=-10600", "1122:D=10600 6001=-10000 22210107=-600"},
		{settlement.Return, "6001=10000 22210107=600 2202:M=-10600", "1122:D=10600 6401=-10000 22210101=-600"},
		{settlement.Conversion, "2801/P=10000 22210101=600 2202:M=-10600", "1122:D=10600 2204=-10000 22210107=-600"},
		{settlement.Adjustment, "6711=10000 22210101=600 2202:M=-10600", "1122:D=10600 6301=-10000 22210107=-600"},
	} {
		for party, want := range map[string]string{"D": c.wantD, "M": c.wantM} {
			list, ledgers := journalOf(t, booksOf(party), []Posting{taxed(c.kind, "D", "M")})
			if got := sided(list[0]); got != want {
				t.Errorf("%s, %s: %s, want %s", c.kind, party, got, want)
			}
			if off := Tie(totalsOf(party, []Posting{taxed(c.kind, "D", "M")}), ledgers.Positions()); len(off) > 0 {
				t.Errorf("%s, %s: %+v", c.kind, party, off)
			}
			back := taxed(c.kind, "D", "M")
			back.Void = true
			if _, ledgers := journalOf(t, booksOf(party), []Posting{taxed(c.kind, "D", "M"), back}); ledgers.Balance(
				InputTax) != 0 || ledgers.Balance(OutputTax) != 0 {
				t.Errorf("%s, %s: a voided line leaves tax", c.kind, party)
			}
		}
	}
}

// sided writes a voucher's accounts with what they move by: debits above 0.
func sided(v Voucher) string {
	list := strings.Fields(accounts(v))
	for i, e := range v.Entries {
		list[i] += "=" + itoa(int(e.Debit-e.Credit))
	}
	return strings.Join(list, " ")
}

// TestTaxIsTheStatements: fen × rate ⁄ (1 + rate), half to even, as FORMAT.md has it.
func TestTaxIsTheStatements(t *testing.T) {
	for _, c := range []struct {
		fen, tax amount.Units
		rate     amount.Rate
	}{{106, 6, six}, {100, 6, six}, {1, 0, six}, {113, 13, amount.Rate{Num: 13, Den: 100}},
		{9, 2, amount.Rate{Num: 1, Den: 5}}, {3, 0, amount.Rate{Num: 1, Den: 5}}, {5, 0, amount.Rate{}},
		{5, 0, amount.Rate{Den: 1}}, {amount.Max, amount.Max / 106 * 6, six}} {
		got := Posting{Fen: c.fen, Tax: c.rate}.TaxFen()
		if c.fen == amount.Max {
			if got < c.tax || got > c.tax+6 {
				t.Errorf("of the largest amount %d", got)
			}
		} else if got != c.tax {
			t.Errorf("%s of %d: %d, want %d", c.rate, c.fen, got, c.tax)
		}
	}
}

const someFapiao = `party,direction,rate,kind,code,number,line
M,in,6%,special,,24312000000012345678,
M,in,6%,ordinary,031002300111,12345678,M.0.9.0.0
D,销项,0.06,专用发票,,24312000000012345679,
`

// TestFapiaos: a fapiao gives its entry kind and number; without one input tax waits; an ordinary one gives no input
// tax.
func TestFapiaos(t *testing.T) {
	known, err := ReadFapiaos(strings.NewReader("\ufeff" + someFapiao))
	if err != nil {
		t.Fatal(err)
	}
	d, m := booksOf("D"), booksOf("M")
	d.Chart.TaxIDs = map[string]string{"D": "91310000MA1FL00001", "M": "91310000MA1FL00002"}
	d.Fapiao, m.Fapiao, m.Chart = known, known, d.Chart
	list, _ := journalOf(t, d, []Posting{taxed(settlement.Service, "D", "M")})
	want := Tax{Rate: six, Base: 10_000, Kind: Special, Number: "24312000000012345678", Seller: "91310000MA1FL00002",
		Buyer: "91310000MA1FL00001"}
	if got := list[0].Entries[1]; got.Role != InputTax || *got.Tax != want {
		t.Errorf("%+v", got.Tax)
	}
	ordinary := taxed(settlement.Service, "D", "M")
	ordinary.ID = "M.0.9.0.0"
	if list, _ = journalOf(t, d, []Posting{ordinary}); sided(list[0]) != "6601=10600 2202:M=-10600" {
		t.Errorf("of an ordinary fapiao: %s", sided(list[0]))
	}
	if list, _ = journalOf(t, d, []Posting{taxed(settlement.Service, "D", "F")}); sided(
		list[0]) != "6601=10000 222105=600 2202:F=-10600" {
		t.Errorf("of none: %s", sided(list[0]))
	}
	if list, _ = journalOf(t, m, []Posting{
		taxed(settlement.Service, "D", "M")}); list[0].Entries[2].Tax.Number != "24312000000012345679" ||
		list[0].Entries[2].Tax.Seller != "91310000MA1FL00002" {
		t.Errorf("made out: %+v", list[0].Entries[2].Tax)
	}
	for name, bad := range map[string]string{
		"no header": "", "an unknown column": "party,direction,rate,kind,number,colour\n",
		"a column twice": "party,direction,rate,kind,number,number\n", "no number": "party,direction,rate,kind\n",
		"no party":                     "party,direction,rate,kind,number\n,in,6%,special,24312000000012345678\n",
		"no such direction":            "party,direction,rate,kind,number\nM,up,6%,special,24312000000012345678\n",
		"no such kind":                 "party,direction,rate,kind,number\nM,in,6%,big,24312000000012345678\n",
		"the whole":                    "party,direction,rate,kind,number\nM,in,100%,special,24312000000012345678\n",
		"a short number":               "party,direction,rate,kind,number\nM,in,6%,special,1234\n",
		"an old number without a code": "party,direction,rate,kind,number\nM,in,6%,special,12345678\n",
		"a row too short":              "party,direction,rate,kind,number\nM,in\n",
	} {
		if _, err := ReadFapiaos(strings.NewReader(bad)); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestShareText(t *testing.T) {
	for _, c := range []struct {
		rate amount.Rate
		want string
	}{{six, "6%"}, {amount.Rate{Num: 13, Den: 100}, "13%"}, {amount.Rate{Num: 1, Den: 3}, "1/3"},
		{amount.Rate{Num: 1, Den: 8}, "12.5%"}, {amount.Rate{}, ""}, {amount.Rate{Den: 1}, ""}} {
		if got := shareText(c.rate); got != c.want {
			t.Errorf("%s: %s", c.rate, got)
		}
	}
}

// TestMapping: an account by programme, counterparty or scene; the first that fits counts; what can't be told
// everywhere
// can't be mapped (A4).
func TestMapping(t *testing.T) {
	c, err := ReadChart(strings.NewReader(`
words: {receipt: 收, payment: 付, general: 转}
taxIds: {D: 91310000MA1FL00001}
map:
  - {for: revenue, scene: care, programme: P, account: {code: "6001.03", en: Care of P, zh: 养护}}
  - {for: revenue, scene: care, account: {code: "6001.02", en: Care, zh: 养护}}
  - {for: receivable, party: D, account: {code: "1122.06", en: Group, zh: 集团内}}
  - {for: provision, programme: P, account: {code: "2801.05", en: P, zh: 积分}}
`))
	if err != nil || c.Words != (Words{"转", "收", "付"}) || c.TaxIDs["D"] == "" {
		t.Fatalf("%+v, %v", c, err)
	}
	b := booksOf("M")
	b.Chart = c
	other := taxed(settlement.Redemption, "D", "M")
	other.Programme = "Q"
	far := taxed(settlement.Redemption, "G", "M")
	far.Scene = ""
	list, _ := journalOf(t, b, []Posting{taxed(settlement.Redemption, "D", "M"), other, far})
	var got []string
	for _, v := range list {
		got = append(got, accounts(v))
	}
	want := []string{"1122.06:D 6001.03 22210107", "1122.06:D 6001.02 22210107", "1122:G 6001 22210107"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	lot := root(0, 1000)
	lot.Programme = "P"
	s := []Line{{Programme: "P", Party: "M", Figures: Figures{AllocatedGranted: 5, Provision: 5}}}
	if v := b.Close(nil, s, NewLedgers(), november); accounts(v[0]) != "6601 2801.05/P" {
		t.Errorf("%s", accounts(v[0]))
	}
	for bad, want := range map[string]string{"bnak: {code: \"1\"}": "line 1: unknown key \"bnak\"; did you mean bank?",
		"bank:\n  coed: \"1\"\n": "line 2: unknown key \"coed\"; did you mean code?",
		"taxids: {}":             "did you mean taxIds?"} {
		if _, err := ReadChart(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for name, bad := range map[string]string{
		"of no account":             "map: [{for: gold, account: {code: \"1\", en: a, zh: b}}]",
		"a receivable by scene":     "map: [{for: receivable, scene: care, account: {code: \"1\", en: a, zh: b}}]",
		"a provision by party":      "map: [{for: provision, party: D, account: {code: \"1\", en: a, zh: b}}]",
		"the bank by party":         "map: [{for: bank, party: D, account: {code: \"1\", en: a, zh: b}}]",
		"a payable's code for cost": "map: [{for: cost, scene: x, account: {code: \"2202\", en: a, zh: b}}]",
		"no code":                   "map: [{for: cost, scene: x, account: {en: a, zh: b}}]",
		"an unknown key":            "map: [{for: cost, colour: x, account: {code: \"1\", en: a, zh: b}}]",
		"a key twice":               "bank: {code: \"1\"}\nbank: {code: \"2\"}\n",
		"an odd tax id":             "taxIds: {D: \"12-34\"}", "a long word": "words: {general: 记账凭证记}",
		"no word": "words: {general: \"\"}", "a list": "[1]",
	} {
		if _, err := ReadChart(strings.NewReader(bad)); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}
