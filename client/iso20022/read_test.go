package iso20022

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tallystick/chaincode/fault"
)

// plainEntry is a good entry; tests change parts of it.
const plainEntry = `<Ntry><Amt Ccy="CNY">12.20</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>` +
	`<BookgDt><Dt>2026-12-05</Dt></BookgDt><ValDt><Dt>2026-12-06</Dt></ValDt><AcctSvcrRef>B1</AcctSvcrRef>` +
	`<NtryDtls><TxDtls><Refs><EndToEndId>e1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`

// notification is a camt.054 of some version with entries.
func notification(version string, entries ...string) string {
	return fmt.Sprintf(
		`<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.%s">`+
			`<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>1</MsgId></GrpHdr><Ntfctn><Id>1</Id><Acct><Id><Othr><Id>42</Id></Othr></Id></Acct>%s</Ntfctn>`+
			`</BkToCstmrDbtCdtNtfctn></Document>`, version, strings.Join(entries, ""))
}

// change is the entry with one part of it replaced.
func change(t testing.TB, entry, old, now string) string {
	t.Helper()
	changed := strings.Replace(entry, old, now, 1)
	if changed == entry {
		t.Fatalf("there is no %s", old)
	}
	return changed
}

func plainAdvice(t testing.TB) Advice {
	return Advice{
		At: Position{1, 1, 1}, Source: Notice, Account: "42", EndToEndID: "e1", BankReference: "B1", Fen: 1220,
		Currency: "CNY",
		Credit:   true, Status: Booked, Booked: parseDay(t, "2026-12-05"), Value: parseDay(t, "2026-12-06"),
	}
}

func TestReadWaysToSayIt(t *testing.T) {
	none := func(*Advice) {}
	cases := []struct {
		name, old, now string
		change         func(*Advice)
	}{
		{"as it is", "", "", none},
		{"an older status", "<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>", none},
		{"pending, no dates",
			"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-12-05</Dt></BookgDt><ValDt><Dt>2026-12-06</Dt></ValDt>",
			"<Sts>PDNG</Sts>",
			func(a *Advice) { a.Status, a.Booked, a.Value, a.Undated = Pending, 0, 0, true }},
		{"a debit", "CRDT", "DBIT", func(a *Advice) { a.Credit = false }},
		{"a reversal", "</CdtDbtInd>", "</CdtDbtInd><RvslInd>true</RvslInd>", func(a *Advice) { a.Reversal = true }},
		{"no reversal", "</CdtDbtInd>", "</CdtDbtInd><RvslInd> 0 </RvslInd>", none},
		{"a moment", "<BookgDt><Dt>2026-12-05</Dt>", "<BookgDt><DtTm>2026-12-05T23:59:59-11:00</DtTm>", none},
		{"no booking date", "<BookgDt><Dt>2026-12-05</Dt></BookgDt>", "",
			func(a *Advice) { a.Booked, a.Undated = a.Value, true }},
		{"no value date", "<ValDt><Dt>2026-12-06</Dt></ValDt>", "", func(a *Advice) { a.Value = 0 }},
		{"no reference", "<AcctSvcrRef>B1</AcctSvcrRef>", "", func(a *Advice) { a.BankReference = "" }},
		{"a reference of the detail's own", "<Refs>", "<Refs><AcctSvcrRef>B2</AcctSvcrRef>",
			func(a *Advice) { a.BankReference, a.Alias = "B2", "B1" }},
		{"no end-to-end id", "e1", "NOTPROVIDED", func(a *Advice) { a.EndToEndID = "" }},
		{"space around", ">12.20<", ">\n 12.2\t<", none},
		{"a detail's amount", "</Refs>", `</Refs><Amt Ccy="HKD">7</Amt><CdtDbtInd>DBIT</CdtDbtInd>`,
			func(a *Advice) { a.Doubt = "the entry is in CNY, a detail in HKD" }},
		{"a detail's amount, the same", "</Refs>", `</Refs><Amt Ccy="CNY">12.2</Amt><CdtDbtInd>CRDT</CdtDbtInd>`, none},
		{"a detail that is more than its entry", "</Refs>", `</Refs><Amt Ccy="CNY">13.20</Amt>`,
			func(a *Advice) { a.Doubt = "12.20 was booked, the details say 13.20" }},
		{"a detail the other way", "</Refs>", "</Refs><CdtDbtInd>DBIT</CdtDbtInd>",
			func(a *Advice) { a.Doubt = "12.20 was booked, the details say -12.20" }},
		{"charges", "<NtryDtls>",
			`<Chrgs><TtlChrgsAndTaxAmt Ccy="CNY">1.00</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy="CNY">1.00</Amt></Rcrd></Chrgs><NtryDtls>`,
			func(a *Advice) { a.Charges = 100 }},
		{"charges of a detail", "</Refs>",
			`</Refs><Chrgs><Rcrd><Amt Ccy="CNY">1</Amt></Rcrd><Rcrd><Amt Ccy="CNY">0.50</Amt></Rcrd></Chrgs>`,
			func(a *Advice) { a.Charges = 150 }},
		{"charges in another currency", "</Refs>", `</Refs><Chrgs><Rcrd><Amt Ccy="USD">1</Amt></Rcrd></Chrgs>`, none},
		{"older charges", "</Refs>", `</Refs><Chrgs><Amt Ccy="CNY">1</Amt></Chrgs>`,
			func(a *Advice) { a.Charges = 100 }},
		{"a return's reason", "</Refs>", "</Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>",
			func(a *Advice) { a.Return = "AC04" }},
		{"what the payer wrote", "</Refs>", "</Refs><RmtInf><Ustrd>for</Ustrd><Ustrd>the car</Ustrd></RmtInf>",
			func(a *Advice) { a.Text = "for the car" }},
		{"no reference, as banks write it", ">B1<", ">NONREF<", func(a *Advice) { a.BankReference = "" }},
		{"a detail's older amount", "</Refs>",
			`</Refs><AmtDtls><InstdAmt><Amt Ccy="CNY">9</Amt></InstdAmt><TxAmt><Amt Ccy="CNY">7</Amt></TxAmt></AmtDtls>`,
			func(a *Advice) { a.Doubt = "12.20 was booked, the details say 7.00" }},
		{"an instructed amount alone", "</Refs>",
			`</Refs><AmtDtls><InstdAmt><Amt Ccy="CNY">9</Amt></InstdAmt></AmtDtls>`, none},
		{"a debtor", "</Refs>",
			"</Refs><RltdPties><Dbtr><Pty><Nm>甲</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>DE1</IBAN></Id></DbtrAcct></RltdPties>",
			func(a *Advice) { a.Debtor, a.DebtorAccount = "甲", "DE1" }},
		{"an older debtor", "</Refs>",
			"</Refs><RltdPties><Dbtr><Nm>甲</Nm></Dbtr><DbtrAcct><Id><Othr><Id>7</Id></Othr></Id></DbtrAcct></RltdPties>",
			func(a *Advice) { a.Debtor, a.DebtorAccount = "甲", "7" }},
		{"no details", "<NtryDtls><TxDtls><Refs><EndToEndId>e1</EndToEndId></Refs></TxDtls></NtryDtls>", "",
			func(a *Advice) { a.At.Detail, a.EndToEndID = 0, "" }},
		{"details of a batch alone", "<TxDtls><Refs><EndToEndId>e1</EndToEndId></Refs></TxDtls>",
			"<Btch><NbOfTxs>2</NbOfTxs></Btch>", func(a *Advice) { a.At.Detail, a.EndToEndID = 0, "" }},
		{"a comment", "12.20", "12<!-- and -->.20", none},
		{"a character by its number", ">B1<", ">&#66;1<", none},
		{"what banks add", "</Refs>",
			`</Refs><SplmtryData><Envlp><x:Amt xmlns:x="urn:x">-1.234</x:Amt></Envlp></SplmtryData>`, none},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			entry, want := plainEntry, plainAdvice(t)
			if c.old != "" {
				entry = change(t, plainEntry, c.old, c.now)
			}
			c.change(&want)
			if diff := cmp.Diff([]Advice{want}, readAll(t, []byte(notification("08", entry)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadEveryVersion(t *testing.T) {
	for version, ok := range map[string]bool{
		"02": true, "03": true, "04": true, "05": true, "06": true, "07": true, "08": true,
		"09": true, "10": true, "11": true, "12": true, "13": true, "14": false, "1x": false, "01": false, "8": false,
		"0x": false, "": false, "080": false,
	} {
		_, err := Read(strings.NewReader(notification(version, plainEntry)))
		if ok && err != nil || !ok && fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("version %q: %v", version, err)
		}
	}
}

func TestReadABatch(t *testing.T) {
	detail := func(id, more string) string {
		return `<TxDtls><Refs>` + more + `<EndToEndId>` + id + `</EndToEndId></Refs><Amt Ccy="CNY">4</Amt></TxDtls>`
	}
	entry := change(t, plainEntry, "<TxDtls><Refs><EndToEndId>e1</EndToEndId></Refs></TxDtls>",
		detail("e1", "")+detail("e2", "<AcctSvcrRef>own</AcctSvcrRef>")+"</NtryDtls><NtryDtls>"+
			detail("e3", "")+detail("e1", ""))
	entry = change(t, entry, "12.20", "16")
	advices := readAll(t, []byte(notification("08", plainEntry, entry)))
	var got []string
	for _, a := range advices {
		got = append(got, fmt.Sprintf("%s: %s %s %d", a.At, a.EndToEndID, a.BankReference, a.Fen))
	}
	want := []string{
		"report 1, entry 1, detail 1: e1 B1 1220", "report 1, entry 2, detail 1: e1 B1/e1/4.00 400",
		"report 1, entry 2, detail 2: e2 own 400", "report 1, entry 2, detail 3: e3 B1/e3/4.00 400",
		"report 1, entry 2, detail 4: e1 B1/e1/4.00/2 400",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	lacking := change(t, entry, `<EndToEndId>e3</EndToEndId></Refs><Amt Ccy="CNY">4</Amt>`,
		`<EndToEndId>e3</EndToEndId></Refs>`)
	for _, a := range readAll(t, []byte(notification("08", lacking))) {
		if a.Doubt == "" {
			t.Errorf("an amount is missing: %+v", a)
		}
	}
}

func TestReadNamesOddEntries(t *testing.T) {
	cases := []struct {
		name, old, now string
		says           string
	}{
		{"no amount", `<Amt Ccy="CNY">12.20</Amt>`, "", "amount: is missing"},
		{"an empty amount", ">12.20<", "><", "amount: is missing"},
		{"two amounts", `<Amt Ccy="CNY">`, `<Amt Ccy="CNY">1</Amt><Amt Ccy="CNY">`, "stands twice"},
		{"a negative amount", ">12.20<", ">-12.20<", "negative"},
		{"three digits", ">12.20<", ">12.200<", "2 digits"},
		{"an exponent", ">12.20<", ">12e2<", "plain number"},
		{"too much", ">12.20<", ">90071992547409.92<", "above"},
		{"no currency", ` Ccy="CNY"`, "", "currency"},
		{"an odd currency", "CNY", "元", "currency"},
		{"no direction", "<CdtDbtInd>CRDT</CdtDbtInd>", "", "direction"},
		{"an odd direction", "CRDT", "IN", "direction"},
		{"an odd reversal", "</CdtDbtInd>", "</CdtDbtInd><RvslInd>yes</RvslInd>", "reversal"},
		{"no status", "<Sts><Cd>BOOK</Cd></Sts>", "", "status"},
		{"an odd status", "BOOK", "DONE", "status"},
		{"a day that is none", "2026-12-05", "2026-02-30", "booking date"},
		{"an absurd day", "2026-12-06", "1026-12-06", "value date"},
		{"booked without a day", "<BookgDt><Dt>2026-12-05</Dt></BookgDt><ValDt><Dt>2026-12-06</Dt></ValDt>", "",
			"no date"},
		{"a detail's negative amount", "</Refs>", `</Refs><Amt Ccy="CNY">-1</Amt>`, "amount"},
		{"a detail's odd direction", "</Refs>", "</Refs><CdtDbtInd>x</CdtDbtInd>", "direction"},
		{"a detail's two amounts", "</Refs>", `</Refs><Amt Ccy="CNY">1</Amt><Amt Ccy="CNY">1</Amt>`, "amount"},

		{"an amount before a direction", `12.20</Amt><CdtDbtInd>CRDT`, `x</Amt><CdtDbtInd>x`, "amount"},
		{"a direction before a status", "CRDT</CdtDbtInd><Sts><Cd>BOOK", "x</CdtDbtInd><Sts><Cd>x", "direction"},
		{"a status before a date", "BOOK</Cd></Sts><BookgDt><Dt>2026", "x</Cd></Sts><BookgDt><Dt>x", "status"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := notification("08", plainEntry, change(t, plainEntry, c.old, c.now), plainEntry)
			list := readAll(t, []byte(file))
			if len(list) != 3 || list[0].Odd != "" || list[2].Odd != "" || !strings.Contains(list[1].Odd, c.says) ||
				list[1].At.Entry != 2 {
				t.Fatalf("%+v", list)
			}
		})
	}
}

func TestReadRefusesFiles(t *testing.T) {
	good := notification("08", plainEntry)
	bomb := `<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`
	cases := []struct {
		name, file string
		code       fault.Code
		says       string
	}{
		{"none", "", fault.BadRequest, "no ISO 20022"},
		{"no XML", "camt.054", fault.BadRequest, ""},
		{"another root", "<html/>", fault.BadRequest, "no ISO 20022"},
		{"an entity", strings.Replace(good, ">B1<", ">&b;<", 1), fault.BadRequest, "entry 1: BAD_REQUEST: line 1"},
		{"no namespace", `<Document><BkToCstmrStmt/></Document>`, fault.BadRequest, "no camt.054"},
		{"a payment initiation", strings.ReplaceAll(good, "camt.054.001.08", "pain.001.001.09"), fault.BadRequest,
			"no camt.054"},
		{"another one's namespace", strings.ReplaceAll(good, "camt.054", "camt.053"), fault.BadRequest,
			"no BkToCstmrStmt"},
		{"another namespace within", strings.Replace(good, "<Ntfctn>", `<Ntfctn xmlns="urn:x">`, 1), fault.BadRequest,
			"namespace"},
		{"an empty document", `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"/>`, fault.BadRequest,
			"not one"},
		{"a document type", strings.Replace(good, "<Document", "<!DOCTYPE Document><Document", 1), fault.BadRequest,
			"document type"},
		{"entities that grow", strings.Replace(good, "<Document", bomb+"<Document", 1), fault.BadRequest,
			"document type"},
		{"a document type further in", strings.Replace(good, "<Ntry>", "<Ntry><!DOCTYPE x>", 1), fault.BadRequest,
			"document type"},
		{"an end that is missing", good[:len(good)-11], fault.BadRequest, "well-formed"},
		{"an end in an entry", good[:strings.Index(good, "<BookgDt>")], fault.BadRequest, "entry 1"},
		{"ends in another order", strings.Replace(good, "</Id></Othr>", "</Othr></Id>", 1), fault.BadRequest,
			"well-formed"},
		{"more after its end", good + "<Document/>", fault.BadRequest, "goes on"},
		{"another encoding", strings.Replace(good, "UTF-8", "EBCDIC", 1), fault.BadRequest, "GB18030"},
		{"another encoding unsaid", strings.Replace(good, "e1", "\xb3\xb5", 1), fault.BadRequest, "GB18030"},
		{"another XML", strings.Replace(good, `version="1.0"`, `version="2.0"`, 1), fault.BadRequest, ""},
		{"depth", strings.Replace(good, "<Refs>", "<Refs>"+
			strings.Repeat("<x>", DepthLimit)+strings.Repeat("</x>", DepthLimit), 1), fault.Limit, "deep"},
		{"depth that is passed over", strings.Replace(good, "<GrpHdr>", "<GrpHdr>"+
			strings.Repeat("<x>", 40)+strings.Repeat("</x>", 40), 1), fault.Limit, "deep"},
		{"two documents", "<Envelope>" + strings.Repeat(strings.SplitAfterN(good, "?>", 2)[1], 2) + "</Envelope>",
			fault.BadRequest, "second document"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			advices, err := Read(strings.NewReader(c.file))
			if fault.CodeOf(err) != c.code || advices != nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%d advices, %v; want %s and %q", len(advices), err, c.code, c.says)
			}
		})
	}
}

func TestReadStopsAtItsLimits(t *testing.T) {
	good := notification("08", plainEntry)
	head, _, _ := strings.Cut(good, "<Ntry>")
	endless := io.MultiReader(strings.NewReader(head), repeat("<!-- more and more and more -->"))
	if _, err := readSome(endless); fault.CodeOf(err) != fault.Limit || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("an endless file: %v", err)
	}
	short := change(t, plainEntry, "<NtryDtls><TxDtls><Refs><EndToEndId>e1</EndToEndId></Refs></TxDtls></NtryDtls>",
		"<NtryDtls>"+strings.Repeat("<TxDtls><Amt Ccy=\"CNY\">1</Amt></TxDtls>", 1000)+"</NtryDtls>")
	many := io.MultiReader(strings.NewReader(head), repeat(short))
	if _, err := readSome(many); fault.CodeOf(err) != fault.Limit || !strings.Contains(err.Error(), "advices") {
		t.Errorf("endless advices: %v", err)
	}
}

// readSome is Read with lower limits.
func readSome(file io.Reader) (n int, err error) {
	for _, err := range advices(file, 1<<20, 5000) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// repeat says a text for ever.
func repeat(text string) io.Reader { return &repeater{text: text} }

type repeater struct{ text, left string }

func (r *repeater) Read(p []byte) (int, error) {
	if r.left == "" {
		r.left = r.text
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

func TestReadTellsABrokenDiskFromABrokenFile(t *testing.T) {
	disk := errors.New("disk")
	file := notification("08", plainEntry)
	_, err := Read(io.MultiReader(strings.NewReader(file[:len(file)/2]), iotest.ErrReader(disk)))
	if !errors.Is(err, disk) || fault.CodeOf(err) != fault.Internal {
		t.Errorf("%v", err)
	}
}

func TestAdvicesMayBeLeft(t *testing.T) {
	n := 0
	for range Advices(strings.NewReader(notification("08", plainEntry, plainEntry, "<broken"))) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d", n)
	}
}

func TestReadNeverPanics(t *testing.T) {
	good := notification("08", plainEntry)
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, len(good)).Draw(t, "from")
		to := rapid.IntRange(from, min(len(good), from+20)).Draw(t, "to")
		file := good[:from] + rapid.SampledFrom(
			[]string{"", "<", ">", "&", "\"", "</Ntry>", "<Ntry>", "<x/>", "-", "\x00"}).Draw(t, "put") + good[to:]
		advices, err := Read(strings.NewReader(file))
		if err != nil && (advices != nil || fault.CodeOf(err) == fault.Internal) {
			t.Fatalf("%v", err)
		}
	})
}
