package payments

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/banktable"
	"tallystick/client/bounds"
	"tallystick/client/iso20022"
)

const someMark = "K7Q2M4XA"

// ordinaryMonth is a month's statement of S1's account without any line of ours, as a camt.053 and as a table.
func ordinaryMonth() (camt, csv string) {
	var entries, lines strings.Builder
	for n := range 268 {
		way, direction := "CRDT", "贷"
		if n%3 == 0 {
			way, direction = "DBIT", "借"
		}
		day, sum := n%30+1, fmt.Sprintf("%d.%02d", 37+n*91, n%100)
		fmt.Fprintf(&entries,
			`<Ntry><Amt Ccy="CNY">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-%02d</Dt></BookgDt><AcctSvcrRef>R%d</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>INV-%d</EndToEndId></Refs><RltdPties><Dbtr><Nm>某某商店%d</Nm></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>`,
			sum, way, day, n, n, n)
		fmt.Fprintf(&lines, "0200000000000002,202611%02d,%s,%s,某某商店%d,62220000%d,R%d,转账,货款 INV-%d\n",
			day, sum, direction, n, n, n, n)
	}
	camt = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>m</MsgId></GrpHdr><Stmt><Id>1</Id><Acct><Id><Othr><Id>0200000000000002</Id></Othr></Id></Acct>` +
		entries.String() + `</Stmt></BkToCstmrStmt></Document>`
	return camt, "账号,交易日期,交易金额,借贷标志,对方户名,对方账号,交易流水号,摘要,附言\n" + lines.String() + "合计,,,,,,,,\n"
}

// TestAMonthWithoutAnyOfOurs: a real month's statement that has nothing of ours is read without failure, and counted.
func TestAMonthWithoutAnyOfOurs(t *testing.T) {
	holders := map[string]iso20022.Holder{"S1": {Names: []string{"某某供应链有限公司"}, Accounts: []string{"0200000000000002"}}}
	view := View{
		Party: "S1", Mark: someMark, Holders: holders,
		Open: []settlement.Payment{{Cycle: "2026-11", N: 3, Debtor: "G", Creditor: "S1", Fen: 19_604}},
	}
	camt, csv := ordinaryMonth()
	for form, text := range map[string]string{"camt": camt, "table": csv} {
		file, err := Open(fileOf(text), plainMapping(t), someMark)
		if err != nil {
			t.Fatal(err)
		}
		found, err := view.Sift(t.Context(), file.Advices)
		if err != nil || file.Close() != nil {
			t.Fatal(err)
		}
		if list := view.Match(found); len(list) != 0 || found.Others != 268 || found.Unread != 0 {
			t.Errorf("%s: %+v, %d of others', %d unread", form, list, found.Others, found.Unread)
		}
	}
}

func fileOf(text string) bounds.Input {
	return bounds.Input{ReaderAt: strings.NewReader(text), Name: "told", Size: int64(len(text))}
}

func plainMapping(t *testing.T) *banktable.Mapping {
	t.Helper()
	m, err := banktable.Parse([]byte("bank: plain\n"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestBankFilesByWhatIsInThem: a camt is one whatever its encoding; a table wants a mapping; a web page is neither.
func TestBankFilesByWhatIsInThem(t *testing.T) {
	camt, csv := ordinaryMonth()
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(
		`<?xml version="1.0" encoding="UTF-16"?>` + camt)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text   string
		mapped bool
		want   string // "" to be read
	}{

		"camt": {camt, false, ""}, "camt with a mapping": {camt, true, ""},
		"with a byte order mark": {"\ufeff\n" + camt, false, ""}, "UTF-16": {wide, false, ""},
		"table": {csv, true, ""}, "table without a mapping": {csv, false, "`mapping`"},
		"web page": {"\r\n<HTML><table><tr><td>账号</td></tr></table>", true, "web page"},
		"nothing":  {"", false, "`mapping`"}, "other columns": {"a,b\n1,2\n", true, "there is no column"},
	} {
		var mapping *banktable.Mapping
		if c.mapped {
			mapping = plainMapping(t)
		}
		file, err := Open(fileOf(c.text), mapping, someMark)
		if c.want != "" {
			if fault.CodeOf(err) != fault.BadRequest || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := 0
		for _, err := range file.Advices {
			if n++; err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n != 268 || file.Close() != nil {
			t.Errorf("%s: %d lines", name, n)
		}
	}
}
