package payments

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
	"tallystick/client/banktable"
	"tallystick/client/iso20022"
	"tallystick/test-network/bank"
)

const mark = "K7Q2M4XA"

// book is a ledger's payments, by the contract's own rules.
type book struct {
	closed   settlement.Close
	payments map[string]settlement.Payment
	used     map[string]settlement.Used
	owed     amount.Units // in other cycles, for what was taken back
	seq      uint64
}

func newBook(list ...settlement.Payment) *book {
	b := &book{closed: settlement.Close{ID: "2026-11", State: settlement.Final, Payments: uint32(len(list))},
		payments: map[string]settlement.Payment{}, used: map[string]settlement.Used{}}
	for _, p := range list {
		b.payments[settlement.EndToEnd(p.Cycle, p.N)] = p
	}
	return b
}

func (b *book) Payment(_ context.Context, cycle string, n uint32) (settlement.Payment, error) {
	p, found := b.payments[settlement.EndToEnd(cycle, n)]
	if !found {
		return p, fault.New(fault.NotFound, "there is no such payment")
	}
	return p, nil
}

// send does a command as its parties may.
func (b *book) send(req command.Request) error {
	if err := req.Check(); err != nil {
		return err
	}
	b.seq++
	by := number.Command{Party: "X", Seq: b.seq}
	switch r := req.(type) {
	case settlement.AdviseRequest:
		for _, reference := range r.References() {
			if _, counted := b.used[reference]; counted {
				return fault.New(fault.Conflict, "reference %s was counted", reference)
			}
		}
		next, p, err := b.closed.Advise(b.payments[settlement.EndToEnd(r.Cycle, r.Payment)], r, by)
		if err != nil {
			return err
		}
		for _, reference := range r.References() {
			b.used[reference] = r.UsedFor(reference, by)
		}
		b.put(next, p)
	case settlement.BounceRequest:
		p := b.payments[settlement.EndToEnd(r.Cycle, r.Payment)]
		next, p, err := b.closed.Bounce(p, r, p.Debtor)
		if err != nil {
			return err
		}
		b.put(next, p)
	case settlement.TakeBackRequest:
		next, p, used, owe,
			err := b.closed.TakeBack(b.payments[settlement.EndToEnd(r.Cycle, r.Payment)], b.used[r.Receipt], r, by)
		if err != nil {
			return err
		}
		if _, counted := b.used[r.Reference]; counted {
			return fault.New(fault.Conflict, "reference %s was counted", r.Reference)
		}
		b.used[r.Receipt], b.used[r.Reference] = used, settlement.Used{By: by}
		b.owed += owe.Fen
		b.put(next, p)
	}
	return nil
}

func (b *book) put(closed settlement.Close, p settlement.Payment) {
	b.closed, b.payments[settlement.EndToEnd(p.Cycle, p.N)] = closed, p
}

var holders = map[string]iso20022.Holder{
	"G":  {Names: []string{"某某汽车集团有限公司"}, Accounts: []string{"0077"}},
	"S1": {Names: []string{"某某供应链有限公司"}, Accounts: []string{"0200000000000002", "DE89370400440532013000"}},
	"M":  {Names: []string{"Mobility"}, Accounts: []string{"4455667788"}},
}

func viewFor(party string, b *book) View {
	v := View{Party: party, Mark: mark, Holders: holders, Ledger: b}
	for _, p := range b.payments {
		if p.Creditor == party && !p.State.Ended() {
			v.Open = append(v.Open, p)
		}
	}
	slices.SortFunc(v.Open, func(a, b settlement.Payment) int { return int(a.N) - int(b.N) })
	return v
}

// read reads one file as a party does, and tells the ledger what counts.
func (b *book) read(t testing.TB, party, file string) ([]Line, *Sifted) {
	t.Helper()
	v := viewFor(party, b)
	s, err := v.Sift(t.Context(), advicesIn(t, file))
	if err != nil {
		t.Fatal(err)
	}
	list := v.Match(s)
	if err := Tell(list, true, b.send, func(code fault.Code) bool { return code == fault.Unavailable }); err != nil {
		t.Fatal(err)
	}
	return list, s
}

// tables are mappings for the tables of the dumb bank: with one column of amounts, and with two.
var tables = []string{
	"bank: plain\ncolumns: {alias: 凭证号, charges: 手续费, counterparty: \"\"}\n",
	"bank: plain\ncolumns: {alias: 凭证号, charges: 手续费, counterparty: \"\", amount: \"\", direction: \"\", credit: 收入, debit: 支出}\n",
}

// advicesIn reads a camt, or a bank's table, by either mapping.
func advicesIn(t testing.TB, file string) iter.Seq2[iso20022.Advice, error] {
	if strings.HasPrefix(file, "<") {
		return iso20022.Advices(strings.NewReader(file))
	}
	m, err := banktable.Parse([]byte(tables[len(file)%len(tables)]))
	if err != nil {
		t.Fatal(err)
	}
	f, err := banktable.Open(fileOf(file), m, mark)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f.Advices()
}

const due date.Date = 20790 // 2026-12-03

// payment is what G is to pay S1.
func payment(n uint32, fen amount.Units, changes ...func(*settlement.Payment)) settlement.Payment {
	p := settlement.Payment{Cycle: "2026-11", N: n, Debtor: "G", Creditor: "S1", Fen: fen, Due: due}
	for _, change := range changes {
		change(&p)
	}
	return p
}

func kinds(list []Line) string {
	var words []string
	for _, l := range list {
		word := l.Payment + " " + string(l.Kind)
		if l.Reported {
			word += "!"
		}
		if l.Person {
			word += "?"
		}
		words = append(words, strings.TrimSpace(word))
	}
	return strings.Join(words, ", ")
}

// story are three payments that G makes to S1, and one to M.
func story() *book {
	return newBook(payment(1, 10_000), payment(2, 6342, func(p *settlement.Payment) { p.Creditor = "M" }),
		payment(3, 9604), payment(4, 50))
}

// orders is the message that G's bank gets for the story.
func orders(t testing.TB) []byte {
	t.Helper()
	i := iso20022.Initiation{MessageID: "m", Created: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC),
		Initiator:     iso20022.Party{Name: holders["G"].Names[0]},
		Debtor:        iso20022.Party{Name: holders["G"].Names[0]},
		DebtorAccount: iso20022.Account{Other: "0077", BIC: "BKCHCNBJ"}}
	b := story()
	for n := range uint32(4) {
		p := b.payments[settlement.EndToEnd("2026-11", n+1)]
		i.Payments = append(i.Payments,
			iso20022.Payment{EndToEndID: settlement.AtBanks(p.Cycle, p.N, mark), Fen: p.Fen, Currency: "CNY", Due: due,
				Creditor:        iso20022.Party{Name: holders[p.Creditor].Names[0]},
				CreditorAccount: iso20022.Account{Other: holders[p.Creditor].Accounts[0], BIC: "ICBKCNBJ"}})
	}
	file, err := i.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestWhatBanksTell plays what a bank that goes by a plan tells S1, one file after the other.
func TestWhatBanksTell(t *testing.T) {
	s1, one := "0200000000000002", "2026-11-1-"+mark
	three, four := "2026-11-3-"+mark, "2026-11-4-"+mark
	for _, c := range []struct {
		name     string
		plans    []bank.Plan // a file each
		party    string
		want     string // of the last file
		received string // S1's three
		others   int
	}{
		{"all in time", []bank.Plan{{Account: s1}}, "S1", "2026-11-1 exact!, 2026-11-3 exact!, 2026-11-4 exact!",
			"100.00 96.04 0.50", 0},
		{"the same file again", []bank.Plan{{Account: s1}, {Account: s1}}, "S1",
			"2026-11-1 duplicate, 2026-11-3 duplicate, 2026-11-4 duplicate", "100.00 96.04 0.50", 0},
		{"the statement after the notice", []bank.Plan{{Account: s1}, {Account: s1, Statement: true}}, "S1",
			"2026-11-1 duplicate, 2026-11-3 duplicate, 2026-11-4 duplicate", "100.00 96.04 0.50", 0},
		{"a batch after single ones", []bank.Plan{{Account: s1}, {Account: s1, Statement: true, Batch: true}}, "S1",
			"2026-11-1 duplicate, 2026-11-3 duplicate, 2026-11-4 duplicate", "100.00 96.04 0.50", 0},
		{"a part", []bank.Plan{{Account: s1, Books: map[string][]string{one: {"60.00"}}}}, "S1",
			"2026-11-1 partial!, 2026-11-3 exact!, 2026-11-4 exact!", "60.00 96.04 0.50", 0},
		{"a part, then the rest", []bank.Plan{{Account: s1, Books: map[string][]string{one: {"60.00"}}},
			{Account: s1, Books: map[string][]string{one: {"60.00", "40.00"}}}}, "S1",
			"2026-11-1 duplicate, 2026-11-1 exact!, 2026-11-3 duplicate, 2026-11-4 duplicate", "100.00 96.04 0.50", 0},
		{"late, and one twice",
			[]bank.Plan{{Account: s1, Late: map[string]int{one: 2}, Twice: map[string]bool{four: true}}}, "S1",
			"2026-11-3 exact!, 2026-11-4 exact!, 2026-11-4 duplicate, 2026-11-1 late!", "100.00 96.04 0.50", 0},
		{"too much, and taken back", []bank.Plan{
			{Account: s1, Books: map[string][]string{one: {"100.01"}}, Reversed: map[string]bool{three: true}}}, "S1",
			"2026-11-1 wrong?, 2026-11-3 wrong?, 2026-11-4 exact!, 2026-11-3 wrong?", "0.00 0.00 0.50", 0},
		{"charged", []bank.Plan{{Account: s1, Charged: map[string]string{one: "1.00"}}}, "S1",
			"2026-11-1 wrong?, 2026-11-3 exact!, 2026-11-4 exact!", "0.00 96.04 0.50", 0},
		{"not booked yet", []bank.Plan{
			{Account: s1, Pending: map[string]bool{one: true}, Lost: map[string]bool{three: true}}}, "S1",
			"2026-11-1 waiting, 2026-11-4 exact!", "0.00 0.00 0.50", 0},
		{"another's statement", []bank.Plan{{Account: s1}}, "M", "", "0.00 0.00 0.00", 3},
		{"two companies' file", []bank.Plan{{}}, "S1", "2026-11-1 exact!, 2026-11-3 exact!, 2026-11-4 exact!",
			"100.00 96.04 0.50", 1},
	} {
		b := story()
		var list []Line
		var s *Sifted
		for _, plan := range c.plans {
			plan.At = time.Date(2026, 12, 4, 8, 0, 0, 0, time.UTC)
			file, err := bank.Answer(orders(t), plan)
			if err != nil {
				t.Fatal(err)
			}
			list, s = b.read(t, c.party, string(file))
		}
		if got := kinds(list); got != c.want || s.Others != c.others {
			t.Errorf("%s: %s, %d others", c.name, got, s.Others)
		}
		var received []string
		for _, id := range []string{"2026-11-1", "2026-11-3", "2026-11-4"} {
			received = append(received, yuan(b.payments[id].Received))
		}
		if got := strings.Join(received, " "); got != c.received {
			t.Errorf("%s: %s came in", c.name, got)
		}
	}
}

// TestFoundFaults reads the smallest files in which banks' bookings were counted wrongly, or not at all.
func TestFoundFaults(t *testing.T) {
	from := func(n uint32, fen amount.Units, creditor string) settlement.Payment {
		return settlement.Payment{Cycle: "2026-12", N: n, Debtor: "G", Creditor: creditor, Fen: fen, Due: due + 60}
	}
	notice, statement := "notice-then-statement-1.camt.054.xml", "notice-then-statement-2.camt.053.xml"
	for _, c := range []struct {
		name  string
		is    settlement.Payment
		files []string
		want  string // of all files
		gets  amount.Units
	}{
		{"97 was booked, the detail says 98", from(1, 9800, "M"), []string{"entry-97-detail-98.camt.054.xml"},
			"2026-12-1 wrong?", 0},
		{"one booking in both", from(2, 160, "S1"), []string{notice, statement},
			"2026-12-2 partial!, 2026-12-2 duplicate", 80},
		{"one booking in both, the other way round", from(2, 160, "S1"), []string{statement, notice},
			"2026-12-2 partial!, 2026-12-2 duplicate", 80},
		{"one booking in both, all of it", from(2, 80, "S1"), []string{statement, notice, statement},
			"2026-12-2 exact!, 2026-12-2 duplicate, 2026-12-2 duplicate", 80},
		{"beside a currency with three digits",
			settlement.Payment{Cycle: "2028-01", N: 1, Debtor: "G", Creditor: "S1", Fen: 5, Due: due + 999},
			[]string{"beside-three-decimals.camt.053.xml"}, "2028-01-1 exact!, unread", 5},
	} {
		b := newBook(c.is)
		b.closed.ID = c.is.Cycle
		var got []string
		for _, name := range c.files {
			list, _ := b.read(t, c.is.Creditor, foundFile(t, name, c.is))
			got = append(got, kinds(list))
		}
		if list := strings.Join(got, ", "); list != c.want ||
			b.payments[settlement.EndToEnd(c.is.Cycle, c.is.N)].Received != c.gets {
			t.Errorf("%s: %s, %d fen came in", c.name, list,
				b.payments[settlement.EndToEnd(c.is.Cycle, c.is.N)].Received)
		}
	}
}

// foundFile is a file of testdata with the payment's name at banks, and the account of who is to get it.
func foundFile(t testing.TB, name string, p settlement.Payment) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	short := settlement.EndToEnd(p.Cycle, p.N)
	text := strings.ReplaceAll(string(data), ">"+short+"<", ">"+short+"-"+mark+"<")
	return strings.NewReplacer("1001244300000001", "4455667788", "0055667788", "0200000000000002").Replace(text)
}

// TestMoneyThatCameBackToTheDebtor offers the bounce, with the bank's reason, and does it when asked.
func TestMoneyThatCameBackToTheDebtor(t *testing.T) {
	is := settlement.Payment{Cycle: "2026-12", N: 3, Debtor: "G", Creditor: "S1", Fen: 1000, Asked: 1000, Due: due + 60,
		State: settlement.Sent, Message: "m"}
	file := strings.ReplaceAll(foundFile(t, "returned-to-debtor.camt.054.xml", is), "0200000000000001", "0077")
	b := newBook(is)
	v := viewFor("G", b)
	s, err := v.Sift(t.Context(), advicesIn(t, file))
	if err != nil {
		t.Fatal(err)
	}
	list := v.Match(s)
	if kinds(list) != "2026-12-3 returned?" ||
		*list[0].Next != (Next{Operation: "payment.bounce", Payment: "2026-12-3", Reason: "AC04"}) ||
		!strings.Contains(list[0].Why, "AC04") {
		t.Fatalf("%+v", list)
	}
	if err := Tell(list, false, b.send, nil); err != nil || b.payments["2026-12-3"].State != settlement.Sent {
		t.Errorf("it bounced unasked: %v", err)
	}
	if list, _ := b.read(t, "G", file); kinds(list) != "2026-12-3 returned!" ||
		b.payments["2026-12-3"].State != settlement.Bounced || b.payments["2026-12-3"].Reason != "AC04" {
		t.Errorf("%s: %+v", kinds(list), b.payments)
	}
	if list, _ := b.read(t, "G", file); kinds(list) != "2026-12-3 duplicate" {
		t.Errorf("told again: %s", kinds(list))
	}
	b.payments["2026-12-3"] = payment(3, 1000,
		func(p *settlement.Payment) { p.Cycle, p.State = "2026-12", settlement.Paid })
	if list, _ := b.read(t, "G", file); kinds(list) != "2026-12-3 returned?" ||
		!strings.Contains(list[0].Why, "SETTLED") {
		t.Errorf("it counts as paid: %+v", list)
	}
}

// TestTheSeventeenthReceipt: a payment shows its last receipts alone. One that it shows is a duplicate; of an older
// one, and
// of one that is new, a person must look: the ledger refuses the older one, and takes the new one.
func TestTheSeventeenthReceipt(t *testing.T) {
	b := newBook(payment(1, 20_00))
	receipt := func(n int) settlement.AdviseRequest {
		return settlement.AdviseRequest{Cycle: "2026-11", Payment: 1, Reference: fmt.Sprintf("N%d", n), Fen: 100,
			Booked: due, Source: settlement.ByTable}
	}
	for n := range settlement.KeptAdvices + 1 {
		if err := b.send(receipt(n)); err != nil {
			t.Fatal(err)
		}
	}
	line := func(n int) string {
		return fmt.Sprintf("03,1.00,贷,,0077,N%d,%s", n, settlement.AtBanks("2026-11", 1, mark))
	}
	list, _ := b.read(t, "S1", tableOf(holders["S1"].Accounts[0], line(0), line(1), line(settlement.KeptAdvices),
		line(settlement.KeptAdvices+1)))
	if got := kinds(list); got != "2026-11-1 wrong?, 2026-11-1 duplicate, 2026-11-1 duplicate, 2026-11-1 wrong?" ||
		!strings.Contains(list[0].Why, "more was counted") {
		t.Errorf("%s: %s", got, list[0].Why)
	}
	if err := b.send(receipt(0)); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("the first one counts again: %v", err)
	}
	if err := b.send(receipt(settlement.KeptAdvices + 1)); err != nil || b.payments["2026-11-1"].Received != 1800 {
		t.Errorf("the new one: %v, %+v", err, b.payments)
	}
}

// TestWhichReceiptWasTakenBack is named where it can be told.
func TestWhichReceiptWasTakenBack(t *testing.T) {
	one := settlement.AtBanks("2026-11", 1, mark)
	for _, c := range []struct {
		told, back, want string // what came in, what was taken back, the receipt
	}{
		{"60.00 40.00", "40.00", "N1"}, {"60.00 40.00", "50.00", "N0"}, {"100.00", "7.00", "N0"},
		{"50.00 50.00", "50.00", ""}, {"60.00 40.00", "30.00", ""},
	} {
		b := newBook(payment(1, 100_00))
		var lines []string
		for i, fen := range strings.Fields(c.told) {
			lines = append(lines, fmt.Sprintf("03,%s,贷,,0077,N%d,%s", fen, i, one))
		}
		b.read(t, "S1", tableOf(holders["S1"].Accounts[0], lines...))
		list, _ := b.read(t, "S1", tableOf(holders["S1"].Accounts[0], "05,"+c.back+",借,,0077,B,"+one))
		if len(list) != 1 || list[0].Next.Operation != "payment.take-back" || list[0].Next.Receipt != c.want ||
			list[0].Next.Reference != "B" {
			t.Errorf("%s of %s: %+v", c.back, c.told, list)
		}
	}
}
