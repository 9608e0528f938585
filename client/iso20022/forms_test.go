package iso20022

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"tallystick/client/iso20022/schematest"
)

// chinese is a notification with Chinese in it.
func chinese(t testing.TB) (string, Advice) {
	entry := change(t, plainEntry, "</Refs>",
		"</Refs><RltdPties><Dbtr><Pty><Nm>某某汽车集团有限公司𠮷</Nm></Pty></Dbtr></RltdPties>")
	want := plainAdvice(t)
	want.Debtor = "某某汽车集团有限公司𠮷"
	return notification("08", entry), want
}

// TestEncodings: a file is in what it says that it is in, or in what its mark says.
func TestEncodings(t *testing.T) {
	text, want := chinese(t)
	said := func(label string) string { return strings.Replace(text, `encoding="UTF-8"`, label, 1) }
	encoded := func(text string, encoder interface{ String(string) (string, error) }) string {
		out, err := encoder.String(text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	for name, file := range map[string]string{
		"UTF-8":            text,
		"UTF-8, marked":    "\uFEFF" + text,
		"nothing said":     said(""),
		"GB18030":          encoded(said(`encoding="GB18030"`), simplifiedchinese.GB18030.NewEncoder()),
		"gb18030":          encoded(said(`encoding='gb18030'`), simplifiedchinese.GB18030.NewEncoder()),
		"UTF-16, marked":   encoded(said(`encoding="UTF-16"`), utf16.NewEncoder()),
		"UTF-16 unsaid":    encoded(said(""), utf16.NewEncoder()),
		"with no XML head": text[strings.Index(text, "?>")+2:],
	} {
		got, err := Read(strings.NewReader(file))
		if err != nil || !cmp.Equal(got, []Advice{want}) {
			t.Errorf("%s: %v %s", name, err, cmp.Diff([]Advice{want}, got))
		}
	}
	older := strings.Replace(text, "𠮷", "", 1)
	want.Debtor = "某某汽车集团有限公司"
	for _, label := range []string{"GBK", "GB2312"} {
		got, err := Read(
			strings.NewReader(encoded(strings.Replace(older, "UTF-8", label, 1), simplifiedchinese.GBK.NewEncoder())))
		if err != nil || !cmp.Equal(got, []Advice{want}) {
			t.Errorf("%s: %v %s", label, err, cmp.Diff([]Advice{want}, got))
		}
	}
}

// TestEnvelopes: a business message, however banks wrap it, with whatever prefixes.
func TestEnvelopes(t *testing.T) {
	text := notification("13", plainEntry)
	document := text[strings.Index(text, "<Document"):]
	head := `<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Fr><FIId/></Fr><BizMsgIdr>1</BizMsgIdr><Document>none</Document></AppHdr>`
	prefixed := strings.NewReplacer("<Document xmlns=", "<c:Document xmlns:c=", "</", "</c:", "<", "<c:").Replace(
		document)
	prefixed = strings.ReplaceAll(prefixed, "<c:c:", "<c:")
	for name, file := range map[string]string{
		"a business message": `<BizMsg xmlns="urn:x">` +
			strings.Replace(head, "<Document>none</Document>", "", 1) + document + "</BizMsg>",
		"a data PDU": `<Saa:DataPDU xmlns:Saa="urn:swift:saa:xsd:saa.2.0"><Saa:Body>` +
			strings.Replace(head, "<Document>none</Document>", "", 1) + document + "</Saa:Body></Saa:DataPDU>",
		"prefixes":         prefixed,
		"a comment before": "<!-- from the bank -->" + document,
	} {
		got, err := Read(strings.NewReader(file))
		if err != nil || !cmp.Equal(got, []Advice{plainAdvice(t)}) {
			t.Errorf("%s: %v %s\n%s", name, err, cmp.Diff([]Advice{plainAdvice(t)}, got), file)
		}
	}
}

// TestOneOddEntryLeavesTheOthers: it is named, and what it names is known, as far as it can be read.
func TestOneOddEntryLeavesTheOthers(t *testing.T) {
	odd := change(t, change(t, plainEntry, "12.20", "12.345"), "CNY", "KWD")
	ours := change(t, change(t, plainEntry, "12.20", "12.345"), ">e1<", ">e2<")
	list := readAll(t, []byte(notification("08", plainEntry, odd, ours, plainEntry)))
	got := Match(Holder{Accounts: []string{"42"}}, []Expected{{EndToEndID: "e2", Fen: 1220, Due: dueDay}}, list)
	if len(list) != 4 || list[1].Odd == "" || list[2].EndToEndID != "e2" || list[1].Fen != 0 ||
		!slices.Equal(kinds(got), []Verdict{Unknown, Unknown, Wrong, Unknown}) {
		t.Errorf("%+v\n%v", list, kinds(got))
	}
	if !strings.Contains(got[2].Why, "2 digits") || !strings.Contains(got[1].Why, "can't be read") {
		t.Errorf("%s; %s", got[2].Why, got[1].Why)
	}
}

// TestWhoPaidIntoWhichAccount: another's money and another's account count for nothing, whatever the id says.
func TestWhoPaidIntoWhichAccount(t *testing.T) {
	us := Holder{Names: []string{"某某供应链有限公司"}, Accounts: []string{"6222 0200-1234 5678", "DE89370400440532013000"}}
	payer := Holder{Names: []string{"Great Wall Automobile Trading Co., Ltd."}, Accounts: []string{"0077 1234"}}
	for _, c := range []struct {
		name                  string
		account, from, number string
		want                  Verdict
	}{
		{"theirs, into ours", "6222020012345678", "", "00771234", Exact},
		{"written in another way", "6222-0200 1234 5678", "", "0077-1234", Exact},
		{"wide digits", "６２２２０２００１２３４５６７８", "", "００７７１２３４", Exact},
		{"into our other account", "DE89 3704 0044 0532 0130 00", "", "00771234", Exact},
		{"nothing said of who paid", "6222020012345678", "", "", Exact},
		{"some digits hidden", "6222************5678", "", "00**1234", Exact},
		{"other digits hidden", "6222************5679", "", "00771234", Wrong},
		{"too many hidden", "************678", "", "00771234", Wrong},
		{"by name", "6222020012345678", "GREAT WALL AUTOMOBILE TRADING CO LTD", "", Exact},
		{"by a name cut off", "6222020012345678", "Great Wall Automobile Tr", "", Exact},
		{"by another name", "6222020012345678", "Stranger Ltd", "", Wrong},
		{"by a name cut off too short", "6222020012345678", "Great", "", Wrong},
		{"another name, their account", "6222020012345678", "GWAT", "00771234", Exact},
		{"their name, another account", "6222020012345678", "Great Wall Automobile Trading Co., Ltd.", "00771235",
			Wrong},
		{"into another's account", "6222020012345670", "", "00771234", Wrong},
		{"into an account that isn't said", "", "", "00771234", Wrong},
	} {
		a := credit(func(a *Advice) { a.Account, a.Debtor, a.DebtorAccount = c.account, c.from, c.number })
		e := expect("e", 100)
		e.From = payer
		if got := Match(us, []Expected{e}, []Advice{a}); got[0].Kind != c.want {
			t.Errorf("%s: %s, %s", c.name, got[0].Kind, got[0].Why)
		}
	}
}

// TestEveryOfficialVersionIsRead writes the same entry as each published version has it, and holds it against its
// schema.
func TestEveryOfficialVersionIsRead(t *testing.T) {
	for _, version := range []string{"02", "08", "13"} {
		for kind, m := range messages {
			t.Run(kind+"."+version, func(t *testing.T) {
				status, own := "<Sts><Cd>BOOK</Cd></Sts>", `<Amt Ccy="CNY">12.20</Amt><CdtDbtInd>CRDT</CdtDbtInd>`
				party := func(name string) string { return "<Pty><Nm>" + name + "</Nm></Pty>" }
				charges := `<Chrgs><TtlChrgsAndTaxAmt Ccy="CNY">1</TtlChrgsAndTaxAmt></Chrgs>`
				if version == "02" {
					status, own = "<Sts>BOOK</Sts>", `<AmtDtls><TxAmt><Amt Ccy="CNY">12.20</Amt></TxAmt></AmtDtls>`
					party = func(name string) string { return "<Nm>" + name + "</Nm>" }
					charges = `<Chrgs><TtlChrgsAndTaxAmt Ccy="CNY">1</TtlChrgsAndTaxAmt><Amt Ccy="CNY">1</Amt></Chrgs>`
				}
				balance := ""
				if kind == "camt.053" {
					balance = `<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">0</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-12-05</Dt></Dt></Bal>`
				}
				file := fmt.Sprintf(
					`<?xml version="1.0" encoding="UTF-8"?><Document xmlns="%s%s.001.%s"><%s><GrpHdr><MsgId>1</MsgId><CreDtTm>2026-12-05T08:00:00</CreDtTm></GrpHdr><%s><Id>1</Id><CreDtTm>2026-12-05T08:00:00</CreDtTm><Acct><Id><Othr><Id>42</Id></Othr></Id></Acct>%s`+
						`<Ntry><Amt Ccy="CNY">12.20</Amt><CdtDbtInd>CRDT</CdtDbtInd>%s<BookgDt><Dt>2026-12-05</Dt></BookgDt><ValDt><Dt>2026-12-06</Dt></ValDt><AcctSvcrRef>N1</AcctSvcrRef><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>%s`+
						`<NtryDtls><TxDtls><Refs><AcctSvcrRef>T1</AcctSvcrRef><EndToEndId>e1</EndToEndId></Refs>%s<RltdPties><Dbtr>%s</Dbtr><DbtrAcct><Id><Othr><Id>7</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>for it</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></%s></%s></Document>`,
					spaces, kind, version, m.root, m.report, balance, status, charges, own, party("甲"), m.report,
					m.root)
				want := plainAdvice(t)
				want.Source, want.BankReference, want.Alias, want.Charges, want.Debtor, want.DebtorAccount,
					want.Text = m.source, "T1", "N1", 100, "甲", "7", "for it"
				if got := readAll(t, []byte(file)); !cmp.Equal(got, []Advice{want}) {
					t.Error(cmp.Diff([]Advice{want}, got))
				}
				if err := schematest.Validate(schematest.Official(t, kind+".001."+version+".xsd"),
					[]byte(file)); err != nil {
					t.Errorf("%v\n%s", err, file)
				}
			})
		}
	}
}

// largeEntry is an entry of a common size.
const largeEntry = `<Ntry><NtryRef>%d</NtryRef><Amt Ccy="CNY">12.20</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-12-05</Dt></BookgDt><ValDt><Dt>2026-12-06</Dt></ValDt><AcctSvcrRef>B%d</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>` +
	`<NtryDtls><TxDtls><Refs><AcctSvcrRef>T%d</AcctSvcrRef><EndToEndId>invoice %d</EndToEndId></Refs><Amt Ccy="CNY">12.20</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>某某贸易有限公司</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>0055667788</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>货款</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`

// largeFile is a notification with so many entries, made while it is read.
func largeFile(entries int) io.Reader {
	text := notification("08", "<Ntry/>")
	head, tail, _ := strings.Cut(text, "<Ntry/>")
	r, w := io.Pipe()
	go func() {
		// a reader that stops early closes the pipe
		defer w.Close()
		fmt.Fprint(w, head)
		for n := range entries {
			if _, err := fmt.Fprintf(w, largeEntry, n, n, n, n); err != nil {
				return
			}
		}
		fmt.Fprint(w, tail)
	}()
	return r
}

func cpu(t testing.TB) time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// TestALargeFile reads 150,000 entries in at most 150 MB, and in not much more than ten times the processor's time of
// 15,000: what an entry costs doesn't grow with the file.
func TestALargeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(100 << 20))
	small, _ := readLarge(t, 15_000)
	large, most := readLarge(t, 150_000)
	t.Logf("15,000 entries in %s of a processor, 150,000 in %s, %d MB", small, large, most>>20)
	if most > 150<<20 || large > 30*small {
		t.Error("it costs more than its length")
	}
}

// readLarge reads a file of so many entries: in how much of a processor's time, and at most how much memory.
func readLarge(t *testing.T, entries int) (used time.Duration, most uint64) {
	t.Helper()
	start, count := cpu(t), 0
	for a, err := range Advices(largeFile(entries)) {
		if err != nil || a.Odd != "" || a.Doubt != "" {
			t.Fatal(a, err)
		}
		if count++; count%5_000 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse+m.StackInuse)
		}
	}
	if count != entries {
		t.Errorf("%d entries, want %d", count, entries)
	}
	return cpu(t) - start, most
}

func BenchmarkAdvices(b *testing.B) {
	const entries = 10_000
	for b.Loop() {
		for _, err := range Advices(largeFile(entries)) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*entries), "µs/entry")
}
