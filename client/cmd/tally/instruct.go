package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/workday"
	"tallystick/client/accounts"
	"tallystick/client/bounds"
	"tallystick/client/iso20022"
	"tallystick/client/node"
)

// instructing is how a message to the caller's bank is made.
type instructing struct {
	known   accounts.Book
	debtor  string
	mark    string // the ledger's
	form    iso20022.Form
	days    workday.Calendar
	today   date.Date
	made    time.Time // now
	execute date.Date // 0 for the last working day on which nothing is late
	rest    bool      // what is left of payments of which a part came in, too
}

func instructPayments(a *app) *cobra.Command {
	var cycle, file, out, calendar string
	how := instructing{}
	cmd := leaf("instruct", "Write your payments of a cycle for your bank, and note on the ledger that it was told (付款指令)",
		"  tally --as F payment instruct --cycle 2026-11 --accounts accounts.yaml --out pain001.xml\n  tally --as F payment instruct --accounts accounts.yaml --out pain001.xml --execute 2026-12-07 --layout 001.03 --service-level URGP",
		func(ctx context.Context, _ []string) (err error) {
			if how.known, err = accounts.Load(file); err != nil {
				return err
			}
			if how.days, err = loadCalendar(calendar); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, n *node.Node) error { return a.instruct(ctx, n, cycle, how, out) })
		})
	cmd.Long = `Write what you are to pay as a pain.001 file that you alone can read, and note its message
id and SHA-256 on the ledger. Accounts are taken from a file of the node's (see tally
payment --help) and stand in the bank's file alone, never on the ledger.

The bank is asked to pay on --execute, or else on the last working day on which nothing is
late, and never before today. Working days are those of China; --calendar names a file of
your bank's, with lines such as: 2027-02-05..2027-02-11 off.

After a crash, or to have the file again, run it again: as long as nothing came in, the same
bytes are written. What a bank refused (tally payment bounce) is written anew, in a message
of its own, and so is, with --rest, what is left of payments of which a part came in: the rest
alone. Of more than 100 payments the first 100 are written; run it again with another file
for the others.`
	cycleFlag(cmd, &cycle)
	word(cmd, &file, "accounts", "YAML file with the parties' accounts")
	word(cmd, &out, "out", "pain.001 file to write")
	require(cmd, "accounts", "out")
	word(cmd, &calendar, "calendar", "file of days on which your bank works or rests; it replaces the years that it has")
	day(cmd, &how.execute, "execute", "day on which the bank is to pay")
	cmd.Flags().BoolVar(&how.rest, "rest", false, "what is left of payments of which a part came in, too")
	word(cmd, (*string)(&how.form.Version), "layout", "version of pain.001: 001.09 (as a rule) or 001.03")
	word(cmd, &how.form.ServiceLevel, "service-level", "code that your bank asks for, such as URGP or NURG")
	word(cmd, &how.form.Category, "category-purpose", "code of the category of purpose, such as SUPP")
	word(cmd, &how.form.Purpose, "purpose", "code of the purpose, such as GDSV")
	word(cmd, (*string)(&how.form.Charges), "bearer", "who bears the banks' charges: DEBT (you, as a rule), SHAR, CRED, SLEV")
	cmd.Flags().BoolVar(&how.form.Batch, "batch", false, "your bank books one sum for all")
	return cmd
}

// loadCalendar is the working days of the rules, with a bank's own in place of those of its years.
func loadCalendar(path string) (workday.Calendar, error) {
	if path == "" {
		return workday.China, nil
	}
	text, err := bounds.File(path, bounds.Settings)
	if err != nil {
		return workday.Calendar{}, err
	}
	own, err := workday.Parse(string(text))
	return workday.China.With(own), err
}

// instruction is one message to the caller's bank.
type instruction struct {
	request  settlement.InstructRequest
	payments []settlement.Payment
	file     []byte
	left     int // payments that are due besides
}

// instructed is what tally payment instruct answers.
type instructed struct {
	node.Receipt
	Settles string              `json:"settles"` // cycle
	Message string              `json:"message"`
	Hash    string              `json:"hash"`
	File    string              `json:"file"`
	Fen     amount.Units        `json:"fen"`
	Execute date.Date           `json:"execute"`
	Paid    []node.NamedPayment `json:"payments"`
	Left    int                 `json:"left"` // that are due besides
}

func (a *app) instruct(ctx context.Context, g *node.Node, cycle string, how instructing, path string) error {
	cycle, err := g.Closed(ctx, cycle)
	if err != nil {
		return err
	}
	all, closed, err := g.Payments(ctx, cycle)
	if err != nil {
		return err
	}
	if how, err = how.at(ctx, g); err != nil {
		return err
	}
	in, err := how.instruction(closed, all, path)
	if err != nil {
		return err
	}
	if err := keepFile(path, in.file); err != nil {
		return err
	}
	if a.call.ID == "" {
		a.call.ID = in.request.Message // asked again, the ledger answers as it did
	}
	answer := instructed{Settles: cycle, Message: in.request.Message, Hash: in.request.Hash.String(), File: path, Fen: in.request.Fen,
		Execute: in.request.Execute, Left: in.left}
	if answer.Receipt, err = node.PaymentInstruct.Do(ctx, g, &a.call, in.request); err != nil {
		return err
	}
	for _, p := range in.payments {
		now, err := g.Query().Payment(ctx, p.Cycle, p.N)
		if err != nil {
			return err
		}
		answer.Paid = append(answer.Paid, node.WithName(now))
	}
	return a.printParts(answer, func(t table.Writer) { instructedTable(t, answer) }, func(t table.Writer) { paymentsTable(t, answer.Paid) })
}

// at is how a message is made now, by whom, on which ledger.
func (how instructing) at(ctx context.Context, g *node.Node) (instructing, error) {
	charter, err := g.Query().Charter(ctx)
	if err != nil {
		return how, err
	}
	how.debtor, how.mark, how.made = g.Party(), charter.Mark, time.Now().UTC().Truncate(time.Second)
	how.today = date.Of(how.made, banksTime)
	return how, nil
}

// banksTime is where the day of an execution is meant: China has one time.
var banksTime = time.FixedZone("Asia/Shanghai", 8*60*60)

func instructedTable(t table.Writer, in instructed) {
	receiptTable(t, "payment:Instruct", in.Receipt)
	t.AppendRows([]table.Row{{"settles", in.Settles}, {"file", in.File}, {"message", in.Message}, {"SHA-256", in.Hash}, {"in all", yuan(in.Fen)}, {"to be paid on", in.Execute}})
	if in.Left > 0 {
		t.AppendRow(table.Row{"due besides", fmt.Sprintf("%d payments: run it again with another file", in.Left)})
	}
}

// instruction is the message that a debtor's bank is to get: with the payments that are due or that
// it refused, and the rests if they are wanted, or else, when all were handed over, a message once more. WRONG_STATE if
// there is nothing to pay.
func (how instructing) instruction(closed settlement.Close, all []settlement.Payment, path string) (instruction, error) {
	var due []settlement.Payment
	for _, p := range all {
		if p.Debtor == how.debtor && (p.State == settlement.Due || p.State == settlement.Bounced || how.rest && p.State == settlement.PartPaid) {
			due = append(due, p)
		}
	}
	if len(due) == 0 {
		return how.again(closed, all)
	}
	first := due[:min(len(due), settlement.MaxInstruct)]
	made, execute, err := how.moment(first)
	if err != nil {
		return instruction{}, err
	}
	message := how.message(closed.ID, first)
	if before, kept := keptMessage(path, message); kept {
		made, execute = before.Made, before.Execute // a crash came between the file and the ledger
	}
	in, err := how.write(closed, first, message, made, execute)
	in.left = len(due) - len(first)
	return in, err
}

// moment is when a message is made, and when the bank is to pay: on the last working day by which nothing is late, or
// the next there is. BAD_REQUEST for a day that is over, or on which banks rest.
func (how instructing) moment(list []settlement.Payment) (time.Time, date.Date, error) {
	execute := how.execute
	switch {
	case execute == 0:
		due := list[0].Due
		for _, p := range list {
			due = min(due, p.Due)
		}
		execute = max(how.days.Last(due), how.days.Next(how.today))
	case execute < how.today:
		return how.made, 0, fault.New(fault.BadRequest, "--execute: %s is over; today is %s", execute, how.today)
	case !how.days.Is(execute):
		return how.made, 0, fault.New(fault.BadRequest, "--execute: banks rest on %s; the next working day is %s", execute, how.days.Next(execute))
	}
	return how.made, execute, nil
}

// keptMessage reads when a message's file that is there says that it was made, and when the bank is to pay.
func keptMessage(path, message string) (iso20022.Made, bool) {
	file, err := bounds.File(path, bounds.Evidence)
	if err != nil {
		return iso20022.Made{}, false
	}
	made, err := iso20022.ReadMade(bytes.NewReader(file))
	return made, err == nil && made.MessageID == message
}

// again is the last message whose file can be written again: one of which nothing came in, nor was refused. CONFLICT if
// no file has the hash that is on the ledger.
func (how instructing) again(closed settlement.Close, all []settlement.Payment) (instruction, error) {
	sent := map[string][]settlement.Payment{}
	part, told := "", 0
	for _, p := range all {
		switch {
		case p.Debtor != how.debtor:
		case p.State == settlement.PartPaid:
			part = cmp.Or(part, settlement.EndToEnd(p.Cycle, p.N))
		case p.State == settlement.Sent:
			sent[p.Message] = append(sent[p.Message], p)
			told++
		}
	}
	for _, p := range slices.Backward(all) {
		list := sent[p.Message]
		if len(list) == 0 || p.Debtor != how.debtor {
			continue
		}
		in, err := how.write(closed, list, p.Message, time.Unix(p.Made, 0), p.Execute)
		if err != nil || bytes.Equal(in.request.Hash, p.Hash) {
			return in, err
		}
		delete(sent, p.Message)
	}
	switch {
	case part != "":
		return instruction{}, fault.New(fault.WrongState, "of %s a part came in; to pay what is left of it, say --rest", part)
	case told > 0:
		return instruction{}, fault.New(fault.Conflict, "all payments of %s were handed over, with other accounts or another layout than these, or something of them came in since", how.debtor)
	}
	return instruction{}, fault.New(fault.WrongState, "%s has nothing to pay in cycle %s, which is %s", how.debtor, closed.ID, closed.State)
}

func (how instructing) write(closed settlement.Close, list []settlement.Payment, message string, made time.Time, execute date.Date) (in instruction, err error) {
	in.payments = list
	if in.file, err = how.encode(list, message, made, execute); err != nil {
		return in, err
	}
	hash := sha256.Sum256(in.file)
	in.request = settlement.InstructRequest{Cycle: closed.ID, Message: message, Hash: hash[:], Made: made.Unix(), Execute: execute}
	for _, p := range list {
		in.request.Payments = append(in.request.Payments, p.N)
		if in.request.Fen, err = in.request.Fen.Add(p.Rest()); err != nil {
			return in, err
		}
	}
	return in, in.request.Check()
}

// message names a message by the ledger, by what is in it, and by the messages in which it was refused before: a bank
// takes each id once. It has 30 characters, as banks carry 35 and count groups behind it.
func (how instructing) message(cycle string, list []settlement.Payment) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s/%s/%s", how.mark, cycle, how.debtor)
	for _, p := range list {
		fmt.Fprintf(h, "/%d:%s:%d", p.N, p.Message, p.Rest())
	}
	return "tally-" + hex.EncodeToString(h.Sum(nil))[:24]
}

// encode is the pain.001, of what is still to come in of each payment.
func (how instructing) encode(list []settlement.Payment, message string, made time.Time, execute date.Date) ([]byte, error) {
	from, err := how.known.Of(how.debtor)
	if err != nil {
		return nil, err
	}
	order := iso20022.Initiation{MessageID: message, Created: made, Initiator: from.Initiator(), Debtor: from.BankParty(), DebtorAccount: from.BankAccount(), Form: how.form}
	for _, p := range list {
		to, err := how.known.Of(p.Creditor)
		if err != nil {
			return nil, err
		}
		order.Payments = append(order.Payments, iso20022.Payment{EndToEndID: settlement.AtBanks(p.Cycle, p.N, how.mark), Fen: p.Rest(), Currency: iso20022.Currency,
			Creditor: to.BankParty(), CreditorAccount: to.BankAccount(), Due: execute, Remittance: settlement.AtBanks(p.Cycle, p.N, how.mark) + " 积分清结算"})
	}
	return order.Encode()
}
