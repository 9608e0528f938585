package settle

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/workday"
	"tallystick/client/accounts"
	"tallystick/client/iso20022"
)

// theAccounts are those of the story's parties.
func theAccounts(t *testing.T) accounts.Book {
	t.Helper()
	book := accounts.Book{
		{Party: "F", Name: "某某财务有限公司", Account: "00123", BIC: "ICBKCNBJ"},
		{Party: "G", Name: "某某汽车集团有限公司", ID: "91310000000000001X", Account: "0077", BIC: "BKCHCNBJ"},
		{Party: "S1", Name: "某某供应链有限公司", Account: "0200000000000002", CNAPS: "102290000002"},
		{Party: "M", Name: "Mobility", IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX"},
	}
	if err := book.Check(); err != nil {
		t.Fatal(err)
	}
	return book
}

// november's payments of the story as F, G and M have them.
func paymentsIn(states ...settlement.PaymentState) []settlement.Payment {
	list := []settlement.Payment{{N: 1, Debtor: "F", Creditor: "S1", Fen: 6720},
		{N: 2, Debtor: "G", Creditor: "M", Fen: 6342}, {N: 3, Debtor: "G", Creditor: "S1", Fen: 19_604}}
	for i := range list {
		list[i].Cycle, list[i].Due, list[i].State = "2026-11", endOfNovember+3, states[i]
	}
	return list
}

var closedNovember = settlement.Close{ID: "2026-11", From: november, To: endOfNovember,
	State: settlement.Final, Payments: 3}

// noted are payments as an instruction leaves them.
func noted(list []settlement.Payment, in InstructFile) []settlement.Payment {
	list = append([]settlement.Payment{}, list...)
	for _, n := range in.Note.Payments {
		p := &list[n-1]
		p.State, p.Message, p.Hash = settlement.Sent, in.Note.Message, in.Note.Hash
		p.Asked, p.Made, p.Execute = p.Rest(), in.Note.Made, in.Note.Execute
	}
	return list
}

// asG is how G instructs on 2026-12-01, a Tuesday.
func asG(t *testing.T, changes ...func(*instructing)) instructing {
	how := instructing{InstructFileRequest{Accounts: theAccounts(t)}, "G", "K7Q2M4XA", workday.China, endOfNovember + 1,
		time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)}
	for _, change := range changes {
		change(&how)
	}
	return how
}

func as(party string) func(*instructing) { return func(h *instructing) { h.debtor = party } }

// TestInstructions: the same bytes before and after the ledger knows of them, other bytes for what was
// refused, and nothing of an account on the ledger.
func TestInstructions(t *testing.T) {
	due := paymentsIn(settlement.Due, settlement.Due, settlement.Due)
	first, err := asG(t).instruction(closedNovember, due)
	if err != nil || len(first.Note.Payments) != 2 || !cmp.Equal(first.Note.Payments, []uint32{2, 3}) ||
		len(first.Note.Message) > iso20022.MessageIDLimit {
		t.Fatalf("%+v, %v", first.Note, err)
	}
	for _, part := range []string{"<EndToEndId>2026-11-2-K7Q2M4XA</EndToEndId>", ">63.42<", ">196.04<", "某某供应链有限公司",
		"<CtrlSum>259.46</CtrlSum>", "2026-12-03", first.Note.Message, "2026-12-01T09:30:00Z"} {
		if !bytes.Contains(first.File, []byte(part)) {
			t.Errorf("no %s:\n%s", part, first.File)
		}
	}
	later := func(h *instructing) { h.made, h.today = h.made.AddDate(0, 0, 9), h.today+9 }
	again, err := asG(t, later).instruction(closedNovember, noted(due, first))
	if err != nil || !bytes.Equal(again.File, first.File) || !cmp.Equal(again.Note, first.Note) {
		t.Errorf("told once more, it is another: %+v, %v", again.Note, err)
	}
	onLedger, err := json.Marshal(first.Note)
	if err != nil || bytes.Contains(onLedger, []byte("0077")) || bytes.Contains(onLedger, []byte("0200000000000002")) ||
		bytes.Contains(onLedger, []byte("有限")) {
		t.Errorf("an account goes to the ledger: %s, %v", onLedger, err)
	}
	bounced := noted(due, first)
	bounced[1].State = settlement.Bounced
	second, err := asG(t).instruction(closedNovember, bounced)
	if err != nil || !cmp.Equal(second.Note.Payments, []uint32{2}) || second.Note.Message == first.Note.Message {
		t.Errorf("what bounced: %+v, %v", second.Note, err)
	}
	third, err := asG(t).instruction(closedNovember, noted(bounced, second))
	if err != nil || !bytes.Equal(third.File, second.File) || !cmp.Equal(third.Note, second.Note) {
		t.Errorf("%+v, %v", third.Note, err)
	}
}

// TestACrashBetweenFileAndLedger: the message whose file is there is made with its moments, whatever the clock says by
// then.
func TestACrashBetweenFileAndLedger(t *testing.T) {
	due := paymentsIn(settlement.Due, settlement.Due, settlement.Due)
	for _, layout := range []iso20022.Version{"", iso20022.Version03} {
		in := func(h *instructing) { h.Form.Version = layout }
		first, err := asG(t, in).instruction(closedNovember, due)
		if err != nil {
			t.Fatal(err)
		}
		made, err := iso20022.ReadMade(bytes.NewReader(first.File))
		if err != nil {
			t.Fatal(err)
		}
		later := func(h *instructing) { h.made, h.today = h.made.Add(72*time.Hour), h.today+3 }
		second, err := asG(t, in, later, func(h *instructing) { h.Before = made }).instruction(closedNovember, due)
		if err != nil || !bytes.Equal(first.File, second.File) || !cmp.Equal(first.Note, second.Note) {
			t.Errorf("%q: another file, %v", layout, err)
		}
		made.MessageID = "tally-another"
		other, err := asG(t, in, later, func(h *instructing) { h.Before = made }).instruction(closedNovember, due)
		if err != nil || bytes.Equal(first.File, other.File) {
			t.Errorf("%q: the moments of another message, %v", layout, err)
		}
	}
}

// TestABouncedPaymentHasANewMessage, however often: a bank takes each id once. So has the same on another ledger.
func TestABouncedPaymentHasANewMessage(t *testing.T) {
	all, seen := paymentsIn(settlement.Due, settlement.Due, settlement.Due), map[string]bool{}
	elsewhere, err := asG(t, as("F"), func(h *instructing) { h.mark = "K7Q2M4XB" }).instruction(closedNovember, all)
	if err != nil || bytes.Contains(elsewhere.File, []byte("K7Q2M4XA")) {
		t.Fatal(err)
	}
	seen[elsewhere.Note.Message] = true
	for range 4 {
		in, err := asG(t, as("F")).instruction(closedNovember, all)
		if err != nil || seen[in.Note.Message] {
			t.Fatalf("%s again, %v", in.Note.Message, err)
		}
		seen[in.Note.Message] = true
		all = noted(all, in)
		all[0].State = settlement.Bounced
	}
}

// TestTheRestAlone: what is left of a payment of which a part came in, in a message of its own, once.
func TestTheRestAlone(t *testing.T) {
	all := paymentsIn(settlement.Due, settlement.Due, settlement.Due)
	rest := func(h *instructing) { h.Rest = true }
	first, err := asG(t).instruction(closedNovember, all)
	if err != nil {
		t.Fatal(err)
	}
	all = noted(all, first)
	all[1].State, all[1].Received, all[2].State, all[2].Received = settlement.PartPaid, 6242, settlement.Paid, 19_604
	if _, err := asG(t).instruction(closedNovember, all); fault.CodeOf(err) != fault.WrongState ||
		!strings.Contains(err.Error(), "`rest`") {
		t.Errorf("the old file for the whole amount: %v", err)
	}
	second, err := asG(t, rest).instruction(closedNovember, all)
	if err != nil || !cmp.Equal(second.Note.Payments, []uint32{2}) || second.Note.Fen != 100 ||
		second.Note.Message == first.Note.Message || !bytes.Contains(second.File, []byte(">1.00<")) ||
		bytes.Contains(second.File, []byte("63.42")) {
		t.Fatalf("%+v, %v\n%s", second.Note, err, second.File)
	}
	again, err := asG(t, rest).instruction(closedNovember, noted(all, second))
	if err != nil || !bytes.Equal(again.File, second.File) {
		t.Errorf("the rest's file again: %v", err)
	}
	part := noted(all, second)
	part[1].State, part[1].Received = settlement.PartPaid, 6252
	third, err := asG(t, rest).instruction(closedNovember, part)
	if err != nil || third.Note.Fen != 90 || third.Note.Message == second.Note.Message {
		t.Errorf("the rest of the rest: %+v, %v", third.Note, err)
	}
}

// TestWhenBanksPay: never in the past, nor on a day on which they rest, nor late if it can be helped.
func TestWhenBanksPay(t *testing.T) {
	own, err := InstructFileRequest{Calendar: "2026-12-02..2026-12-04 off\n"}.days()
	if err != nil {
		t.Fatal(err)
	}
	on := func(text string) date.Date {
		d, err := date.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		name, today, due, execute, want string
		days                            workday.Calendar
	}{
		{"on the day that it is due", "2026-12-01", "2026-12-03", "", "2026-12-03", workday.China},
		{"before a weekend", "2026-12-01", "2026-12-06", "", "2026-12-04", workday.China},
		{"after it is due", "2026-12-08", "2026-12-03", "", "2026-12-08", workday.China},
		{"after it is due, on a Sunday", "2026-12-06", "2026-12-03", "", "2026-12-07", workday.China},
		{"due on a Sunday that is today", "2026-12-06", "2026-12-06", "", "2026-12-07", workday.China},
		{"before a long holiday", "2026-09-28", "2026-10-05", "", "2026-09-30", workday.China},
		{"in a long holiday", "2026-10-02", "2026-10-05", "", "2026-10-08", workday.China},
		{"when the bank rests", "2026-12-01", "2026-12-04", "", "2026-12-01", own},
		{"when it is said", "2026-12-01", "2026-12-03", "2026-12-02", "2026-12-02", workday.China},
		{"when it is said, late", "2026-12-01", "2026-12-03", "2026-12-14", "2026-12-14", workday.China},
		{"yesterday", "2026-12-02", "2026-12-03", "2026-12-01", "", workday.China},
		{"on a Saturday", "2026-12-01", "2026-12-03", "2026-12-05", "", workday.China},
		{"when the bank rests, said", "2026-12-01", "2026-12-03", "2026-12-03", "", own},
	} {
		how := asG(t, func(h *instructing) { h.today, h.days = on(c.today), c.days })
		if c.execute != "" {
			how.Execute = on(c.execute)
		}
		_, got, err := how.moment([]settlement.Payment{{Due: on(c.due) + 2}, {Due: on(c.due)}})
		if c.want == "" && fault.CodeOf(err) != fault.BadRequest || c.want != "" &&
			(err != nil || got.String() != c.want) {
			t.Errorf("%s: %s, %v", c.name, got, err)
		}
	}
}

// TestMalformedInstructions are refused before the ledger is asked.
func TestMalformedInstructions(t *testing.T) {
	twice := append(theAccounts(t), theAccounts(t)[0])
	for name, c := range map[string]struct {
		req  InstructFileRequest
		code fault.Code
	}{
		"as it should be": {InstructFileRequest{Accounts: theAccounts(t), Calendar: "2027-02-05..2027-02-11 off"},
			""},
		"a party twice": {InstructFileRequest{Accounts: twice}, fault.BadRequest},
		"no calendar":   {InstructFileRequest{Accounts: theAccounts(t), Calendar: "never"}, fault.BadRequest},
		"an unknown layout": {InstructFileRequest{Accounts: theAccounts(t), Form: iso20022.Form{Version: "001.08"}},
			fault.BadRequest},
	} {
		if err := PaymentInstructFile.Check(c.req); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInstructionsRefused(t *testing.T) {
	due := paymentsIn(settlement.Due, settlement.Due, settlement.Due)
	first, err := asG(t).instruction(closedNovember, due)
	if err != nil {
		t.Fatal(err)
	}
	moved := func(h *instructing) { h.Accounts[1].Account = "0078" }
	without := func(h *instructing) { h.Accounts = h.Accounts[:3] }
	for _, c := range []struct {
		name string
		all  []settlement.Payment
		how  func(*instructing)
		code fault.Code
	}{
		{"nothing to pay", due, as("M"), fault.WrongState},
		{"no payments", nil, as("G"), fault.WrongState},
		{"a creditor without an account", due, without, fault.NotFound},
		{"a debtor without an account", due, as("M2"), fault.WrongState},
		{"told, with another account since", noted(due, first), moved, fault.Conflict},
		{"told, in another layout since", noted(due, first),
			func(h *instructing) { h.Form.Version = iso20022.Version03 }, fault.Conflict},
		{"due, with another account", due, moved, ""},
		{"an unknown layout", due, func(h *instructing) { h.Form.Version = "001.08" }, fault.BadRequest},
		{"settled", paymentsIn(settlement.Due, settlement.Paid, settlement.PartPaid), as("G"), fault.WrongState},
	} {
		if _, err := asG(t, c.how).instruction(closedNovember, c.all); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestManyPayments: a message has as many as the ledger takes of one, and the next has the others.
func TestManyPayments(t *testing.T) {
	var all []settlement.Payment
	for n := range uint32(settlement.MaxInstruct + 7) {
		all = append(all, settlement.Payment{Cycle: "2026-11", N: n + 1, Debtor: "G", Creditor: "S1",
			Fen: 5, Due: endOfNovember})
	}
	first, err := asG(t).instruction(closedNovember, all)
	if err != nil || len(first.Note.Payments) != settlement.MaxInstruct || first.Left != 7 {
		t.Fatalf("%d, %d left, %v", len(first.Note.Payments), first.Left, err)
	}
	rest, err := asG(t).instruction(closedNovember, noted(all, first))
	if err != nil || len(rest.Note.Payments) != 7 || rest.Left != 0 || rest.Note.Message == first.Note.Message {
		t.Errorf("%d, %d left, %v", len(rest.Note.Payments), rest.Left, err)
	}
}
