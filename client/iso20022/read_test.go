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
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.%s">`+
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
		At: Position{1, 1, 1}, Account: "42", EndToEndID: "e1", BankReference: "B1", Fen: 1220, Currency: "CNY",
		Credit: true, Status: Booked, Booked: parseDay(t, "2026-12-05"), Value: parseDay(t, "2026-12-06"),
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
		{"pending, no dates", "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-12-05</Dt></BookgDt><ValDt><Dt>2026-12-06</Dt></ValDt>", "<Sts>PDNG</Sts>",
			func(a *Advice) { a.Status, a.Booked, a.Value = Pending, 0, 0 }},
		{"a debit", "CRDT", "DBIT", func(a *Advice) { a.Credit = false }},
		{"a reversal", "</CdtDbtInd>", "</CdtDbtInd><RvslInd>true</RvslInd>", func(a *Advice) { a.Reversal = true }},
		{"no reversal", "</CdtDbtInd>", "</CdtDbtInd><RvslInd> 0 </RvslInd>", none},
		{"a moment", "<BookgDt><Dt>2026-12-05</Dt>", "<BookgDt><DtTm>2026-12-05T23:59:59-11:00</DtTm>", none},
		{"no booking date", "<BookgDt><Dt>2026-12-05</Dt></BookgDt>", "", func(a *Advice) { a.Booked = a.Value }},
		{"no value date", "<ValDt><Dt>2026-12-06</Dt></ValDt>", "", func(a *Advice) { a.Value = 0 }},
		{"no reference", "<AcctSvcrRef>B1</AcctSvcrRef>", "", func(a *Advice) { a.BankReference = "" }},
		{"a reference of the detail's own", "<Refs>", "<Refs><AcctSvcrRef>B2</AcctSvcrRef>", func(a *Advice) { a.BankReference = "B2" }},
		{"no end-to-end id", "e1", "NOTPROVIDED", func(a *Advice) { a.EndToEndID = "" }},
		{"space around", ">12.20<", ">\n 12.2\t<", none},
		{"a detail's amount", "</Refs>", `</Refs><Amt Ccy="HKD">7</Amt><CdtDbtInd>DBIT</CdtDbtInd>`, func(a *Advice) { a.Fen, a.Currency, a.Credit = 700, "HKD", false }},
		{"a detail's older amount", "</Refs>", `</Refs><AmtDtls><InstdAmt><Amt Ccy="CNY">9</Amt></InstdAmt><TxAmt><Amt Ccy="CNY">7</Amt></TxAmt></AmtDtls>`, func(a *Advice) { a.Fen = 700 }},
		{"an instructed amount alone", "</Refs>", `</Refs><AmtDtls><InstdAmt><Amt Ccy="CNY">9</Amt></InstdAmt></AmtDtls>`, none},
		{"a debtor", "</Refs>", "</Refs><RltdPties><Dbtr><Pty><Nm>甲</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>DE1</IBAN></Id></DbtrAcct></RltdPties>", func(a *Advice) { a.Debtor, a.DebtorAccount = "甲", "DE1" }},
		{"an older debtor", "</Refs>", "</Refs><RltdPties><Dbtr><Nm>甲</Nm></Dbtr><DbtrAcct><Id><Othr><Id>7</Id></Othr></Id></DbtrAcct></RltdPties>", func(a *Advice) { a.Debtor, a.DebtorAccount = "甲", "7" }},
		{"no details", "<NtryDtls><TxDtls><Refs><EndToEndId>e1</EndToEndId></Refs></TxDtls></NtryDtls>", "", func(a *Advice) { a.At.Detail, a.EndToEndID = 0, "" }},
		{"details of a batch alone", "<TxDtls><Refs><EndToEndId>e1</EndToEndId></Refs></TxDtls>", "<Btch><NbOfTxs>2</NbOfTxs></Btch>", func(a *Advice) { a.At.Detail, a.EndToEndID = 0, "" }},
		{"a comment", "12.20", "12<!-- and -->.20", none},
		{"a character by its number", ">B1<", ">&#66;1<", none},
		{"what banks add", "</Refs>", `</Refs><SplmtryData><Envlp><x:Amt xmlns:x="urn:x">-1.234</x:Amt></Envlp></SplmtryData>`, none},
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
		"01": false, "09": false, "8": false, "0x": false, "": false, "080": false,
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
		detail("e1", "")+detail("e2", "<AcctSvcrRef>own</AcctSvcrRef>")+"</NtryDtls><NtryDtls>"+detail("e3", ""))
	advices := readAll(t, []byte(notification("08", plainEntry, entry)))
	var got []string
	for _, a := range advices {
		got = append(got, fmt.Sprintf("%s: %s %s %d", a.At, a.EndToEndID, a.BankReference, a.Fen))
	}
	want := []string{
		"report 1, entry 1, detail 1: e1 B1 1220", "report 1, entry 2, detail 1: e1 B1/1 400",
		"report 1, entry 2, detail 2: e2 own 400", "report 1, entry 2, detail 3: e3 B1/3 400",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	lacking := change(t, entry, `<EndToEndId>e3</EndToEndId></Refs><Amt Ccy="CNY">4</Amt>`, `<EndToEndId>e3</EndToEndId></Refs>`)
	if _, err := Read(strings.NewReader(notification("08", lacking))); fault.CodeOf(err) != fault.BadRequest || !strings.Contains(err.Error(), "entry 1, detail 3") {
		t.Errorf("an amount is missing: %v", err)
	}
}

func TestReadRefusesEntries(t *testing.T) {
	cases := []struct {
		name, old, now string
		code           fault.Code
		says           string
	}{
		{"no amount", `<Amt Ccy="CNY">12.20</Amt>`, "", fault.BadRequest, "amount: is missing"},
		{"an empty amount", ">12.20<", "><", fault.BadRequest, "amount: is missing"},
		{"two amounts", `<Amt Ccy="CNY">`, `<Amt Ccy="CNY">1</Amt><Amt Ccy="CNY">`, fault.BadRequest, "stands twice"},
		{"a negative amount", ">12.20<", ">-12.20<", fault.BadRequest, "negative"},
		{"three digits", ">12.20<", ">12.200<", fault.BadRequest, "2 digits"},
		{"an exponent", ">12.20<", ">12e2<", fault.BadRequest, "plain number"},
		{"too much", ">12.20<", ">90071992547409.92<", fault.Limit, "above"},
		{"no currency", ` Ccy="CNY"`, "", fault.BadRequest, "currency"},
		{"an odd currency", "CNY", "元", fault.BadRequest, "currency"},
		{"no direction", "<CdtDbtInd>CRDT</CdtDbtInd>", "", fault.BadRequest, "direction"},
		{"an odd direction", "CRDT", "IN", fault.BadRequest, "direction"},
		{"an odd reversal", "</CdtDbtInd>", "</CdtDbtInd><RvslInd>yes</RvslInd>", fault.BadRequest, "reversal"},
		{"no status", "<Sts><Cd>BOOK</Cd></Sts>", "", fault.BadRequest, "status"},
		{"an odd status", "BOOK", "DONE", fault.BadRequest, "status"},
		{"a day that is none", "2026-12-05", "2026-02-30", fault.BadRequest, "booking date"},
		{"an absurd day", "2026-12-06", "1026-12-06", fault.BadRequest, "value date"},
		{"booked without a day", "<BookgDt><Dt>2026-12-05</Dt></BookgDt><ValDt><Dt>2026-12-06</Dt></ValDt>", "", fault.BadRequest, "no date"},
		{"a detail's negative amount", "</Refs>", `</Refs><Amt Ccy="CNY">-1</Amt>`, fault.BadRequest, "detail 1: BAD_REQUEST: amount"},
		{"a detail's odd direction", "</Refs>", "</Refs><CdtDbtInd>x</CdtDbtInd>", fault.BadRequest, "detail 1: BAD_REQUEST: direction"},
		{"a detail's two amounts", "</Refs>", `</Refs><Amt Ccy="CNY">1</Amt><Amt Ccy="CNY">1</Amt>`, fault.BadRequest, "detail 1: BAD_REQUEST: amount"},
		{"an entity", ">B1<", ">&b;<", fault.BadRequest, "entry 2: BAD_REQUEST: line 1"},

		{"an amount before a direction", `12.20</Amt><CdtDbtInd>CRDT`, `x</Amt><CdtDbtInd>x`, fault.BadRequest, "amount"},
		{"a direction before a status", "CRDT</CdtDbtInd><Sts><Cd>BOOK", "x</CdtDbtInd><Sts><Cd>x", fault.BadRequest, "direction"},
		{"a status before a date", "BOOK</Cd></Sts><BookgDt><Dt>2026", "x</Cd></Sts><BookgDt><Dt>x", fault.BadRequest, "status"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := notification("08", plainEntry, change(t, plainEntry, c.old, c.now), plainEntry)
			advices, err := Read(strings.NewReader(file))
			if fault.CodeOf(err) != c.code || advices != nil {
				t.Fatalf("%d advices, %v; want %s", len(advices), err, c.code)
			}
			for _, says := range []string{"report 1, entry 2", c.says} {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%v does not say %q", err, says)
				}
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
		{"no namespace", `<Document><BkToCstmrStmt/></Document>`, fault.BadRequest, "no camt.054"},
		{"a payment initiation", strings.ReplaceAll(good, "camt.054.001.08", "pain.001.001.09"), fault.BadRequest, "no camt.054"},
		{"another one's namespace", strings.ReplaceAll(good, "camt.054", "camt.053"), fault.BadRequest, "no BkToCstmrStmt"},
		{"another namespace within", strings.Replace(good, "<Ntfctn>", `<Ntfctn xmlns="urn:x">`, 1), fault.BadRequest, "namespace"},
		{"an empty document", `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"/>`, fault.BadRequest, "not one"},
		{"a document type", strings.Replace(good, "<Document", "<!DOCTYPE Document><Document", 1), fault.BadRequest, "document type"},
		{"entities that grow", strings.Replace(good, "<Document", bomb+"<Document", 1), fault.BadRequest, "document type"},
		{"a document type further in", strings.Replace(good, "<Ntry>", "<Ntry><!DOCTYPE x>", 1), fault.BadRequest, "document type"},
		{"an end that is missing", good[:len(good)-11], fault.BadRequest, "well-formed"},
		{"an end in an entry", good[:strings.Index(good, "<BookgDt>")], fault.BadRequest, "entry 1"},
		{"ends in another order", strings.Replace(good, "</Id></Othr>", "</Othr></Id>", 1), fault.BadRequest, "well-formed"},
		{"more after its end", good + "<Document/>", fault.BadRequest, "goes on"},
		{"another encoding", strings.Replace(good, "UTF-8", "GB18030", 1), fault.BadRequest, "UTF-8"},
		{"another encoding unsaid", strings.Replace(good, "e1", "\xb3\xb5", 1), fault.BadRequest, "well-formed"},
		{"another XML", strings.Replace(good, `version="1.0"`, `version="2.0"`, 1), fault.BadRequest, ""},
		{"depth", strings.Replace(good, "<Refs>", "<Refs>"+strings.Repeat("<x>", DepthLimit)+strings.Repeat("</x>", DepthLimit), 1), fault.Limit, "deep"},
		{"depth that is passed over", strings.Replace(good, "<GrpHdr>", "<GrpHdr>"+strings.Repeat("<x>", 40)+strings.Repeat("</x>", 40), 1), fault.Limit, "deep"},
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
	if _, err := Read(endless); fault.CodeOf(err) != fault.Limit || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("an endless file: %v", err)
	}
	short := change(t, plainEntry, "<NtryDtls><TxDtls><Refs><EndToEndId>e1</EndToEndId></Refs></TxDtls></NtryDtls>", "<NtryDtls>"+strings.Repeat("<TxDtls><Amt Ccy=\"CNY\">1</Amt></TxDtls>", 1000)+"</NtryDtls>")
	many := io.MultiReader(strings.NewReader(head), repeat(short))
	if _, err := Read(many); fault.CodeOf(err) != fault.Limit || !strings.Contains(err.Error(), "advices") {
		t.Errorf("endless advices: %v", err)
	}
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
		file := good[:from] + rapid.SampledFrom([]string{"", "<", ">", "&", "\"", "</Ntry>", "<Ntry>", "<x/>", "-", "\x00"}).Draw(t, "put") + good[to:]
		advices, err := Read(strings.NewReader(file))
		if err != nil && (advices != nil || fault.CodeOf(err) == fault.Internal) {
			t.Fatalf("%v", err)
		}
	})
}
