package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/workday"
	"tallystick/client/accounts"
	"tallystick/client/iso20022"
	"tallystick/client/node"
)

const someAccounts = `parties:
  - {party: F, name: 某某财务有限公司, account: "00123", bic: ICBKCNBJ}
  - {party: G, name: 某某汽车集团有限公司, id: 91310000000000001X, account: 0077, bic: BKCHCNBJ}
  - {party: S1, name: 某某供应链有限公司, account: "0200000000000002", cnaps: "102290000002"}
  - {party: M, name: Mobility, iban: DE89370400440532013000, bic: COBADEFFXXX}
`

// theAccounts are someAccounts as they are read.
func theAccounts(t *testing.T) accounts.Book {
	t.Helper()
	known, err := accounts.Load(fileOf(t, someAccounts))
	if err != nil {
		t.Fatal(err)
	}
	return known
}

func TestKeptFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pain001.xml")
	for range 2 {
		if err := keepFile(path, []byte("one")); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: others can read it", info.Mode(), err)
	}
	if err := keepFile(path, []byte("two")); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("written over: %v", err)
	}
	if err := keepFile(filepath.Join(path, "in"), []byte("x")); err == nil {
		t.Error("no folder")
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".tally-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// november's payments of the story as F, G and M have them.
func paymentsIn(states ...settlement.PaymentState) []settlement.Payment {
	list := []settlement.Payment{{N: 1, Debtor: "F", Creditor: "S1", Fen: 6720}, {N: 2, Debtor: "G", Creditor: "M", Fen: 6342}, {N: 3, Debtor: "G", Creditor: "S1", Fen: 19_604}}
	for i := range list {
		list[i].Cycle, list[i].Due, list[i].State = "2026-11", endOfNovember+3, states[i]
	}
	return list
}

var closedNovember = settlement.Close{ID: "2026-11", From: november, To: endOfNovember, State: settlement.Final, Payments: 3}

// noted are payments as an instruction leaves them.
func noted(list []settlement.Payment, in instruction) []settlement.Payment {
	list = append([]settlement.Payment{}, list...)
	for _, n := range in.request.Payments {
		p := &list[n-1]
		p.State, p.Message, p.Hash = settlement.Sent, in.request.Message, in.request.Hash
		p.Asked, p.Made, p.Execute = p.Rest(), in.request.Made, in.request.Execute
	}
	return list
}

// asG is how G instructs on 2026-12-01, a Tuesday.
func asG(t *testing.T, changes ...func(*instructing)) instructing {
	how := instructing{known: theAccounts(t), debtor: "G", mark: "K7Q2M4XA", days: workday.China, today: endOfNovember + 1, made: time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)}
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
	first, err := asG(t).instruction(closedNovember, due, "")
	if err != nil || len(first.payments) != 2 || !cmp.Equal(first.request.Payments, []uint32{2, 3}) || len(first.request.Message) > iso20022.MessageIDLimit {
		t.Fatalf("%+v, %v", first.request, err)
	}
	for _, part := range []string{"<EndToEndId>2026-11-2-K7Q2M4XA</EndToEndId>", ">63.42<", ">196.04<", "某某供应链有限公司", "<CtrlSum>259.46</CtrlSum>", "2026-12-03", first.request.Message, "2026-12-01T09:30:00Z"} {
		if !bytes.Contains(first.file, []byte(part)) {
			t.Errorf("no %s:\n%s", part, first.file)
		}
	}
	later := func(h *instructing) { h.made, h.today = h.made.AddDate(0, 0, 9), h.today+9 }
	again, err := asG(t, later).instruction(closedNovember, noted(due, first), "")
	if err != nil || !bytes.Equal(again.file, first.file) || !cmp.Equal(again.request, first.request) {
		t.Errorf("told once more, it is another: %+v, %v", again.request, err)
	}
	onLedger, err := json.Marshal(first.request)
	if err != nil || bytes.Contains(onLedger, []byte("0077")) || bytes.Contains(onLedger, []byte("0200000000000002")) || bytes.Contains(onLedger, []byte("有限")) {
		t.Errorf("an account goes to the ledger: %s, %v", onLedger, err)
	}
	bounced := noted(due, first)
	bounced[1].State = settlement.Bounced
	second, err := asG(t).instruction(closedNovember, bounced, "")
	if err != nil || !cmp.Equal(second.request.Payments, []uint32{2}) || second.request.Message == first.request.Message {
		t.Errorf("what bounced: %+v, %v", second.request, err)
	}
	third, err := asG(t).instruction(closedNovember, noted(bounced, second), "")
	if err != nil || !bytes.Equal(third.file, second.file) || !cmp.Equal(third.request, second.request) {
		t.Errorf("%+v, %v", third.request, err)
	}
}

// TestACrashBetweenFileAndLedger: the file that is there is told, whatever the clock says by then.
func TestACrashBetweenFileAndLedger(t *testing.T) {
	due, path := paymentsIn(settlement.Due, settlement.Due, settlement.Due), filepath.Join(t.TempDir(), "pain001.xml")
	for _, layout := range []iso20022.Version{"", iso20022.Version03} {
		in := func(h *instructing) { h.form.Version = layout }
		first, err := asG(t, in).instruction(closedNovember, due, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, first.file, 0o600); err != nil {
			t.Fatal(err)
		}
		second, err := asG(t, in, func(h *instructing) { h.made, h.today = h.made.Add(72*time.Hour), h.today+3 }).instruction(closedNovember, due, path)
		if err != nil || !bytes.Equal(first.file, second.file) || keepFile(path, second.file) != nil {
			t.Errorf("%q: another file, %v", layout, err)
		}
	}
}

// TestABouncedPaymentHasANewMessage, however often: a bank takes each id once. So has the same on another ledger.
func TestABouncedPaymentHasANewMessage(t *testing.T) {
	all, seen := paymentsIn(settlement.Due, settlement.Due, settlement.Due), map[string]bool{}
	elsewhere, err := asG(t, as("F"), func(h *instructing) { h.mark = "K7Q2M4XB" }).instruction(closedNovember, all, "")
	if err != nil || bytes.Contains(elsewhere.file, []byte("K7Q2M4XA")) {
		t.Fatal(err)
	}
	seen[elsewhere.request.Message] = true
	for range 4 {
		in, err := asG(t, as("F")).instruction(closedNovember, all, "")
		if err != nil || seen[in.request.Message] {
			t.Fatalf("%s again, %v", in.request.Message, err)
		}
		seen[in.request.Message] = true
		all = noted(all, in)
		all[0].State = settlement.Bounced
	}
}

// TestTheRestAlone: what is left of a payment of which a part came in, in a message of its own, once.
func TestTheRestAlone(t *testing.T) {
	all := paymentsIn(settlement.Due, settlement.Due, settlement.Due)
	rest := func(h *instructing) { h.rest = true }
	first, err := asG(t).instruction(closedNovember, all, "")
	if err != nil {
		t.Fatal(err)
	}
	all = noted(all, first)
	all[1].State, all[1].Received, all[2].State, all[2].Received = settlement.PartPaid, 6242, settlement.Paid, 19_604
	if _, err := asG(t).instruction(closedNovember, all, ""); fault.CodeOf(err) != fault.WrongState || !strings.Contains(err.Error(), "--rest") {
		t.Errorf("the old file for the whole amount: %v", err)
	}
	second, err := asG(t, rest).instruction(closedNovember, all, "")
	if err != nil || !cmp.Equal(second.request.Payments, []uint32{2}) || second.request.Fen != 100 || second.request.Message == first.request.Message || !bytes.Contains(second.file, []byte(">1.00<")) || bytes.Contains(second.file, []byte("63.42")) {
		t.Fatalf("%+v, %v\n%s", second.request, err, second.file)
	}
	again, err := asG(t, rest).instruction(closedNovember, noted(all, second), "")
	if err != nil || !bytes.Equal(again.file, second.file) {
		t.Errorf("the rest's file again: %v", err)
	}
	part := noted(all, second)
	part[1].State, part[1].Received = settlement.PartPaid, 6252
	third, err := asG(t, rest).instruction(closedNovember, part, "")
	if err != nil || third.request.Fen != 90 || third.request.Message == second.request.Message {
		t.Errorf("the rest of the rest: %+v, %v", third.request, err)
	}
}

// TestWhenBanksPay: never in the past, nor on a day on which they rest, nor late if it can be helped.
func TestWhenBanksPay(t *testing.T) {
	calendar := filepath.Join(t.TempDir(), "days.txt")
	if err := os.WriteFile(calendar, []byte("2026-12-02..2026-12-04 off\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := loadCalendar(calendar)
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
			how.execute = on(c.execute)
		}
		_, got, err := how.moment([]settlement.Payment{{Due: on(c.due) + 2}, {Due: on(c.due)}})
		if c.want == "" && fault.CodeOf(err) != fault.BadRequest || c.want != "" && (err != nil || got.String() != c.want) {
			t.Errorf("%s: %s, %v", c.name, got, err)
		}
	}
	if _, err := loadCalendar("nowhere"); err == nil {
		t.Error("no file")
	}
}

func TestInstructionsRefused(t *testing.T) {
	due := paymentsIn(settlement.Due, settlement.Due, settlement.Due)
	first, err := asG(t).instruction(closedNovember, due, "")
	if err != nil {
		t.Fatal(err)
	}
	moved := func(h *instructing) {
		g := h.known["G"]
		g.Account = "0078"
		h.known["G"] = g
	}
	without := func(h *instructing) { delete(h.known, "M") }
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
		{"told, in another layout since", noted(due, first), func(h *instructing) { h.form.Version = iso20022.Version03 }, fault.Conflict},
		{"due, with another account", due, moved, ""},
		{"an unknown layout", due, func(h *instructing) { h.form.Version = "001.08" }, fault.BadRequest},
		{"settled", paymentsIn(settlement.Due, settlement.Paid, settlement.PartPaid), as("G"), fault.WrongState},
	} {
		if _, err := asG(t, c.how).instruction(closedNovember, c.all, ""); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestManyPayments: a message has as many as the ledger takes of one, and the next has the others.
func TestManyPayments(t *testing.T) {
	var all []settlement.Payment
	for n := range uint32(settlement.MaxInstruct + 7) {
		all = append(all, settlement.Payment{Cycle: "2026-11", N: n + 1, Debtor: "G", Creditor: "S1", Fen: 5, Due: endOfNovember})
	}
	first, err := asG(t).instruction(closedNovember, all, "")
	if err != nil || len(first.payments) != settlement.MaxInstruct || first.left != 7 {
		t.Fatalf("%d, %d left, %v", len(first.payments), first.left, err)
	}
	rest, err := asG(t).instruction(closedNovember, noted(all, first), "")
	if err != nil || len(rest.payments) != 7 || rest.left != 0 || rest.request.Message == first.request.Message {
		t.Errorf("%d, %d left, %v", len(rest.payments), rest.left, err)
	}
}

func TestPaymentTables(t *testing.T) {
	p := paymentsIn(settlement.PartPaid, 0, 0)[0]
	p.Received, p.Message, p.Hash = 700, "tally-1", make([]byte, 32)
	p.Advices = []settlement.Advice{{Reference: "R1", Fen: 700, Booked: endOfNovember + 9, Late: true, By: numbered(4)}}
	got := rendered(func(w table.Writer) { paymentsTable(w, []node.NamedPayment{node.WithName(p)}) }) + rendered(func(w table.Writer) { advicesTable(w, p) })
	for _, part := range []string{"2026-11-1", "¥67.20", "2026-12-03", "PART_PAID", "¥7.00", "tally-1", "R1", "yes", "D.1.1.4", "2026-12-09"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s:\n%s", part, got)
		}
	}
	if rows := rendered(func(w table.Writer) { w.AppendRows(paymentRows(node.WithName(p))) }); !strings.Contains(rows, "¥67.20") || !strings.Contains(rows, "tally-1") {
		t.Error(rows)
	}
}
