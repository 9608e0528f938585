package iso20022

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/client/iso20022/schematest"
)

func parseDay(t testing.TB, text string) date.Date {
	t.Helper()
	d, err := date.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// november is what G is to pay for cycle 2026-11 if D and it net multilaterally.
func november(t testing.TB) Initiation {
	due := parseDay(t, "2026-12-05")
	cnaps := func(number string) Account { return Account{Other: number, Member: "105290061008"} }
	return Initiation{
		MessageID: "G-2026-11", Created: time.Date(2026, 12, 1, 9, 30, 0, 500, time.UTC),
		Initiator: Party{Name: "车享集团"}, Debtor: Party{Name: "车享集团", ID: "91310000132260250X"},
		DebtorAccount: cnaps("31001550400050000001"),
		Payments: []Payment{
			{"2026-11.G.1", 18432, "CNY", Party{Name: "养护供应商 & Co <S1>"}, cnaps("31001550400050000002"), due,
				"清算 2026-11"},
			{"2026-11.G.2", 6342, "CNY", Party{Name: "Mobility"},
				Account{IBAN: "DE89370400440532013000", BIC: "DEUTDEFF"}, due, ""},
			{"2026-11.G.3", 772, "CNY", Party{Name: "S2", ID: "X"}, cnaps("31001550400050000003"), due + 1, ""},
			{"2026-11.G.4", 400, "CNY", Party{Name: "S1"}, cnaps("31001550400050000002"), due + 1, ""},
		},
	}
}

func encode(t testing.TB, i Initiation) []byte {
	t.Helper()
	file, err := i.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTheFileIsAsItWas(t *testing.T) {
	file := encode(t, november(t))
	golden := filepath.Join("testdata", "november.pain.001.xml")
	if flag.Lookup("rewrite").Value.String() == "true" { // datadriven's flag
		if err := os.WriteFile(golden, file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, want) {
		t.Errorf("the file has changed, and with it every recorded hash; -rewrite writes it anew:\n%s", file)
	}
}

func TestFilesAreValidUnderTheSchemas(t *testing.T) {
	long := november(t)
	long.MessageID = strings.Repeat("M", MessageIDLimit)
	long.Payments[0].EndToEndID = strings.Repeat("e", IDLimit)
	long.Payments[0].Creditor.Name = strings.Repeat("名", 200)
	long.Payments[0].Remittance = " \x00" + strings.Repeat("款 ", 200)
	long.Payments[0].Fen = amount.Max - 7514
	long.DebtorAccount = Account{Other: strings.Repeat("9", AccountLimit), BIC: "ICBKCNBJSHI"}
	for name, i := range map[string]Initiation{"the story's": november(t), "one with all at its limit": long,
		"all that banks ask for": asked(t)} {
		t.Run(name, func(t *testing.T) { schematest.Check(t, schematest.Initiation10, asVersion10(encode(t, i))) })
		for _, version := range []Version{Version03, Version09} {
			t.Run(name+", official, "+string(version), func(t *testing.T) {
				i.Form.Version = version
				file := encode(t, i)
				if err := schematest.Validate(schematest.Official(t, "pain.001."+string(version)+".xsd"),
					file); err != nil {
					t.Errorf("%v\n%s", err, file)
				}
			})
		}
	}
}

// asked is an initiation with all that banks ask for.
func asked(t testing.TB) Initiation {
	i := november(t)
	i.Initiator = Party{Name: "车享集团", ID: "C0012345", Code: "CUST"}
	i.DebtorAccount.BIC, i.DebtorAccount.Bank = "ICBKCNBJSHI", "中国工商银行上海分行"
	i.Payments[0].CreditorAccount.BIC, i.Payments[0].CreditorAccount.Bank = "PCBCCNBJ", "建设银行"
	i.Form = Form{ServiceLevel: "URGP", Category: "SUPP", Purpose: "GDSV", Charges: Shared, Batch: true}
	return i
}

// TestWhatBanksAskFor stands where the standard has it, in both versions.
func TestWhatBanksAskFor(t *testing.T) {
	i := asked(t)
	both := []string{"<SvcLvl>", "<Cd>URGP</Cd>", "<Cd>SUPP</Cd>", "<Cd>GDSV</Cd>", "<ChrgBr>SHAR</ChrgBr>",
		"<InstrId>2026-11.G.1</InstrId>", "<Id>C0012345</Id>", "<Cd>CUST</Cd>",
		"<MmbId>105290061008</MmbId>", "<Nm>建设银行</Nm>", "<BtchBookg>true</BtchBookg>"}
	for version, only := range map[Version][]string{
		Version03: {"<ReqdExctnDt>2026-12-05</ReqdExctnDt>", "<BIC>PCBCCNBJ</BIC>", "pain.001.001.03"},
		Version09: {"<Dt>2026-12-05</Dt>", "<BICFI>PCBCCNBJ</BICFI>", "pain.001.001.09"}} {
		i.Form.Version = version
		file := string(encode(t, i))
		for _, part := range append(only, both...) {
			if !strings.Contains(file, part) {
				t.Errorf("%s: no %s:\n%s", version, part, file)
			}
		}
	}
	for name, spoil := range map[string]func(*Form){
		"a version":       func(f *Form) { f.Version = "001.08" },
		"a bearer":        func(f *Form) { f.Charges = "NONE" },
		"a service level": func(f *Form) { f.ServiceLevel = "urgent" },
		"a purpose":       func(f *Form) { f.Purpose = "GOODS" },
	} {
		i := november(t)
		if spoil(&i.Form); fault.CodeOf(i.Check()) != fault.BadRequest {
			t.Errorf("%s: %v", name, i.Check())
		}
	}
}

// asVersion10 says of a file that it is of the next version, of which an official schema
// is at hand. For the elements that we write the two versions agree.
func asVersion10(file []byte) []byte {
	return bytes.Replace(file, []byte("pain.001.001.09"), []byte("pain.001.001.10"), 1)
}

func TestTheSchemasNoticeWhatIsWrong(t *testing.T) {
	file := string(encode(t, november(t)))
	for name, change := range map[string][2]string{
		"another order": {"<PmtMtd>TRF</PmtMtd>\n      <BtchBookg>false</BtchBookg>",
			"<BtchBookg>false</BtchBookg>\n      <PmtMtd>TRF</PmtMtd>"},
		"a missing part":  {"<MsgId>G-2026-11</MsgId>", ""},
		"a wrong amount":  {">184.32<", ">184.3200001<"},
		"a long id":       {"2026-11.G.1<", strings.Repeat("1", 36) + "<"},
		"an unknown code": {">DEBT<", ">NONE<"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(file, change[0], change[1], 1)
			if broken == file {
				t.Fatal("nothing was changed")
			}
			if schematest.Valid(t, schematest.Initiation10, asVersion10([]byte(broken))) == nil {
				t.Error("the official schema does not notice")
			}
		})
	}
}

func TestTheOrderOfPaymentsIsForgotten(t *testing.T) {
	want := encode(t, november(t))
	rapid.Check(t, func(rt *rapid.T) {
		i := november(t)
		i.Payments = rapid.Permutation(i.Payments).Draw(rt, "payments")
		i.Created = i.Created.In(time.FixedZone("there", rapid.IntRange(-40000, 40000).Draw(rt, "zone")))
		given := slices.Clone(i.Payments)
		if !bytes.Equal(encode(t, i), want) {
			rt.Fatal("another order makes other bytes")
		}
		if !slices.Equal(i.Payments, given) {
			rt.Fatal("the caller's payments were moved")
		}
	})
}

func TestInitiationCheck(t *testing.T) {
	const ok fault.Code = ""
	first := func(change func(*Payment)) func(*Initiation) {
		return func(i *Initiation) { change(&i.Payments[0]) }
	}
	cases := []struct {
		name   string
		change func(*Initiation)
		code   fault.Code
		says   string
	}{
		{"as it is", func(*Initiation) {}, ok, ""},
		{"a message id of 31", func(i *Initiation) { i.MessageID = strings.Repeat("a", 31) }, ok, ""},
		{"a message id of 32", func(i *Initiation) { i.MessageID = strings.Repeat("a", 32) }, fault.BadRequest,
			"message id"},
		{"no message id", func(i *Initiation) { i.MessageID = "" }, fault.BadRequest, "message id"},
		{"no moment", func(i *Initiation) { i.Created = time.Time{} }, fault.BadRequest, "created"},
		{"a nameless initiator", func(i *Initiation) { i.Initiator.Name = "" }, fault.BadRequest, "initiator"},
		{"a debtor whose name does not print", func(i *Initiation) { i.Debtor.Name = "\u202e\x07 \ufeff" },
			fault.BadRequest, "debtor: BAD_REQUEST: name"},
		{"a debtor's odd id", func(i *Initiation) { i.Debtor.ID = "a_b" }, fault.BadRequest, "organisation id"},
		{"a debtor without an account", func(i *Initiation) { i.DebtorAccount = Account{BIC: "ICBKCNBJ"} },
			fault.BadRequest, "account"},
		{"no payment", func(i *Initiation) { i.Payments = nil }, fault.BadRequest, "no payment"},
		{"too many payments", func(i *Initiation) { i.Payments = make([]Payment, PaymentLimit+1) }, fault.Limit,
			"payments"},
		{"an end-to-end id of 35", first(func(p *Payment) { p.EndToEndID = strings.Repeat("a", 35) }), ok, ""},
		{"an end-to-end id of 36", first(func(p *Payment) { p.EndToEndID = strings.Repeat("a", 36) }), fault.BadRequest,
			"payment 1: BAD_REQUEST: end-to-end id"},
		{"a Chinese end-to-end id", first(func(p *Payment) { p.EndToEndID = "款1" }), fault.BadRequest, "end-to-end id"},
		{"an end-to-end id with a tail", first(func(p *Payment) { p.EndToEndID = "a " }), fault.BadRequest,
			"end-to-end id"},
		{"an end-to-end id with two slashes", first(func(p *Payment) { p.EndToEndID = "a//b" }), fault.BadRequest,
			"end-to-end id"},
		{"an end-to-end id with all marks", first(func(p *Payment) { p.EndToEndID = "a/-?:().,'+ b" }), ok, ""},
		{"an end-to-end id for none", first(func(p *Payment) { p.EndToEndID = "NOTPROVIDED" }), fault.BadRequest,
			"none"},
		{"an end-to-end id twice", first(func(p *Payment) { p.EndToEndID = "2026-11.G.2" }), fault.BadRequest,
			"payment 2: has the end-to-end id of payment 1"},
		{"nothing to pay", first(func(p *Payment) { p.Fen = 0 }), fault.BadRequest, "amount"},
		{"less than nothing", first(func(p *Payment) { p.Fen = -1 }), fault.BadRequest, "amount"},
		{"too much to pay", first(func(p *Payment) { p.Fen = amount.Max + 1 }), fault.Limit, "amount"},
		{"a sum that is too much", first(func(p *Payment) { p.Fen = amount.Max }), fault.Limit, "sum"},
		{"a currency without digits", first(func(p *Payment) { p.Currency = "JPY" }), fault.BadRequest, "currency"},
		{"no currency", first(func(p *Payment) { p.Currency = "" }), fault.BadRequest, "currency"},
		{"a nameless creditor", first(func(p *Payment) { p.Creditor.Name = " " }), fault.BadRequest, "creditor"},
		{"no day", first(func(p *Payment) { p.Due = 0 }), fault.BadRequest, "date"},
		{"no remittance", first(func(p *Payment) { p.Remittance = "" }), ok, ""},
		{"an odd remittance", first(func(p *Payment) { p.Remittance = "\xff\x00" }), ok, ""},

		{"message id before moment", func(i *Initiation) { i.MessageID, i.Created = "", time.Time{} }, fault.BadRequest,
			"message id"},
		{"account before payments", func(i *Initiation) { i.DebtorAccount, i.Payments = Account{}, nil },
			fault.BadRequest, "account"},
		{"an id before the amount", first(func(p *Payment) { p.EndToEndID, p.Fen = "", amount.Max+1 }),
			fault.BadRequest, "end-to-end id"},
		{"an amount before the currency", first(func(p *Payment) { p.Fen, p.Currency = amount.Max+1, "" }), fault.Limit,
			"amount"},
		{"a payment before the sum", func(i *Initiation) { i.Payments[0].Fen, i.Payments[3].Due = amount.Max, 0 },
			fault.BadRequest, "payment 4"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			i := november(t)
			c.change(&i)
			file, err := i.Encode()
			if fault.CodeOf(err) != c.code {
				t.Fatalf("refused with %v, want %q", err, c.code)
			}
			if c.code != ok && (file != nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%d bytes, and it says %v", len(file), err)
			}
		})
	}
}

func TestDueOnTooManyDays(t *testing.T) {
	i := november(t)
	p := i.Payments[0]
	i.Payments = nil
	for n := range DueLimit + 1 {
		p.EndToEndID, p.Due, p.Fen = "e"+time.Duration(n).String(), p.Due+1, 1
		i.Payments = append(i.Payments, p)
	}
	if err := i.Check(); fault.CodeOf(err) != fault.Limit {
		t.Errorf("1,000 days: %v", err)
	}
	i.Payments = i.Payments[1:]
	if file := encode(t, i); schematest.Valid(t, schematest.Initiation10, asVersion10(file)) != nil {
		t.Error("999 days make no valid file")
	}
}

func TestAccountCheck(t *testing.T) {
	cases := []struct {
		name string
		a    Account
		ok   bool
	}{
		{"a number and a CNAPS number", Account{Other: "1", Member: "105290061008"}, true},
		{"a number and a BIC", Account{Other: "1", BIC: "ICBKCNBJ"}, true},
		{"a long BIC", Account{Other: "1", BIC: "ICBKCNBJSHI"}, true},
		{"an IBAN", Account{IBAN: "GB82WEST12345698765432", BIC: "DEUTDEFF"}, true},
		{"another IBAN", Account{IBAN: "NO9386011117947", BIC: "DEUTDEFF"}, true},
		{"wrong check digits", Account{IBAN: "GB82WEST12345698765431", BIC: "DEUTDEFF"}, false},
		{"small letters", Account{IBAN: "gb82west12345698765432", BIC: "DEUTDEFF"}, false},
		{"spaces", Account{IBAN: "GB82 WEST 1234 5698 7654 32", BIC: "DEUTDEFF"}, false},
		{"no number", Account{BIC: "ICBKCNBJ"}, false},
		{"two numbers", Account{IBAN: "GB82WEST12345698765432", Other: "1", BIC: "DEUTDEFF"}, false},
		{"a number of 35", Account{Other: strings.Repeat("1", 35), BIC: "ICBKCNBJ"}, false},
		{"no bank", Account{Other: "1"}, false},
		{"a BIC and a CNAPS number", Account{Other: "1", BIC: "ICBKCNBJ", Member: "105290061008"}, true},
		{"a BIC of 9", Account{Other: "1", BIC: "ICBKCNBJS"}, false},
		{"a BIC of no country", Account{Other: "1", BIC: "ICBK11BJ"}, false},
		{"a CNAPS number of 11", Account{Other: "1", Member: "10529006100"}, false},
		{"a CNAPS number with a letter", Account{Other: "1", Member: "10529006100X"}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want := fault.BadRequest
			if c.ok {
				want = ""
			}
			if err := c.a.Check(); fault.CodeOf(err) != want {
				t.Errorf("%v, want %q", err, want)
			}
		})
	}
}

func TestCleanFitsTheSchema(t *testing.T) {
	for text, want := range map[string]string{
		"车享集团":                          "车享集团",
		"  a \t\n b　c ":                 "a b c",
		"a\x00b\u202ec\ufeffd\uffffe":   "abcde",
		"x\xff\xfey":                    "xy",
		strings.Repeat("名", 141):        strings.Repeat("名", 140),
		strings.Repeat("a", 139) + " b": strings.Repeat("a", 139),
	} {
		if got := Clean(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		got := Clean(string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text"))
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > TextLimit || Clean(got) != got ||
			strings.TrimSpace(got) != got {
			t.Fatalf("%q", got)
		}
	})
}

func TestHundredths(t *testing.T) {
	for text, want := range map[string]amount.Units{
		"0": 0, "12": 1200, "12.2": 1220, "12.20": 1220, "0012.20": 1220, "0.01": 1, "90071992547409.91": amount.Max,
	} {
		if got, err := hundredths(text); got != want || err != nil {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	for text, code := range map[string]fault.Code{
		"": fault.BadRequest, "-1.00": fault.BadRequest, "-0": fault.BadRequest, "+1": fault.BadRequest,
		"1.234": fault.BadRequest,
		"1.230": fault.BadRequest, "1.": fault.BadRequest, ".5": fault.BadRequest, "1,00": fault.BadRequest,
		"1.0.0": fault.BadRequest,
		"1e3":   fault.BadRequest, "0x1": fault.BadRequest, "NaN": fault.BadRequest, "１": fault.BadRequest,
		"90071992547409.92": fault.Limit, "9999999999999999999": fault.Limit,
	} {
		if _, err := hundredths(text); fault.CodeOf(err) != code {
			t.Errorf("%q: %v, want %s", text, err, code)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		fen := amount.Units(rapid.Int64Range(0, int64(amount.Max)).Draw(t, "fen"))
		if back, err := hundredths(decimals(fen)); back != fen || err != nil {
			t.Fatalf("%d became %s and %d, %v", fen, decimals(fen), back, err)
		}
	})
}
