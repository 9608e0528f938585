package settle

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/workday"
	"tallystick/client/accounts"
	"tallystick/client/iso20022"
	"tallystick/client/node"
)

// PaymentInstructFile makes what a bank is told. It has accounts in it, so it isn't for all who may ask.
var PaymentInstructFile = node.Does(node.Describe("payment.instruct.file", "POST",
	"/v1/payments/{cycle}/instruct/file", node.Finance,
	"Make the file that tells your bank to pay your payments of a cycle, and what notes it on the ledger", "付款文件",
	`{"cycle":"2026-11","execute":"2026-12-03","accounts":[
{"party":"D","name":"某某汽车销售有限公司","account":"1001244300000001","bic":"ICBKCNBJ"},
{"party":"S1","name":"某某供应链有限公司","account":"0200000000000002","cnaps":"102290000002"}]}`), instructFile)

// InstructFileRequest asks for the file that tells the party's bank what to pay.
type InstructFileRequest struct {
	Cycle string `json:"cycle,omitempty"` // closed; the one that was cut off last if it is left out
	// of the party and of those whom it pays; they stand in the file alone
	Accounts accounts.Book `json:"accounts"`
	// day on which the bank is to pay; the last on which nothing is late if it is left out
	Execute date.Date `json:"execute,omitzero"`
	Rest    bool      `json:"rest,omitempty"` // what is left of payments of which a part came in, too
	// lines with days on which the bank works or rests, for the years that they name
	Calendar string        `json:"calendar,omitempty"`
	Form     iso20022.Form `json:"form,omitzero"` // what the bank asks for
	// of a file that was made and kept: the same message is made with the same moments
	Before iso20022.Made `json:"before,omitzero"`
}

// Check refuses accounts, a calendar or a form that are malformed.
func (r InstructFileRequest) Check() error {
	if err := r.Accounts.Check(); err != nil {
		return err
	}
	if _, err := r.days(); err != nil {
		return err
	}
	return r.Form.Check()
}

// days returns the working days of the rules, with a bank's own in place of those of its years.
func (r InstructFileRequest) days() (workday.Calendar, error) {
	own, err := workday.Parse(r.Calendar)
	if err != nil {
		return own, err
	}
	return workday.China.With(own), nil
}

// InstructFile is a message to the party's bank. Keep the file first, then note it: should the note's answer be lost,
// the same request makes the same file.
type InstructFile struct {
	Note settlement.InstructRequest `json:"note"` // that notes it on the ledger: payment.instruct
	Left int                        `json:"left"` // payments that are due besides
	File []byte                     `json:"file"` // pain.001
}

func instructFile(ctx context.Context, n *node.Node, _ *node.Call, req InstructFileRequest) (InstructFile, error) {
	cycle, err := Closed(ctx, n, req.Cycle)
	if err != nil {
		return InstructFile{}, err
	}
	all, closed, err := Payments(ctx, n, cycle)
	if err != nil {
		return InstructFile{}, err
	}
	consortium, err := n.Query().Consortium(ctx)
	if err != nil {
		return InstructFile{}, err
	}
	days, err := req.days()
	if err != nil {
		return InstructFile{}, err
	}
	made := time.Now().UTC().Truncate(time.Second)
	how := instructing{req, n.Party(), consortium.Mark, days, date.Of(made, banksTime), made}
	return how.instruction(closed, all)
}

// instructing is how a message to the party's bank is made.
type instructing struct {
	InstructFileRequest
	debtor string
	mark   string // the ledger's
	days   workday.Calendar
	today  date.Date
	made   time.Time // now
}

// banksTime is where the day of an execution is meant: China has one time.
var banksTime = time.FixedZone("Asia/Shanghai", 8*60*60)

// instruction is the message that a debtor's bank is to get: with the payments that are due or that
// it refused, and the rests if they are wanted, or else, when all were handed over, a message once more. WRONG_STATE if
// there is nothing to pay.
func (how instructing) instruction(closed settlement.Close, all []settlement.Payment) (InstructFile, error) {
	var due []settlement.Payment
	for _, p := range all {
		if p.Debtor == how.debtor &&
			(p.State == settlement.Due || p.State == settlement.Bounced || how.Rest && p.State == settlement.PartPaid) {
			due = append(due, p)
		}
	}
	if len(due) == 0 {
		return how.again(closed, all)
	}
	first := due[:min(len(due), settlement.MaxInstruct)]
	made, execute, err := how.moment(first)
	if err != nil {
		return InstructFile{}, err
	}
	message := how.message(closed.ID, first)
	if how.Before.MessageID == message {
		made, execute = how.Before.Made, how.Before.Execute // something came between the file and the ledger
	}
	in, err := how.write(closed, first, message, made, execute)
	in.Left = len(due) - len(first)
	return in, err
}

// moment is when a message is made, and when the bank is to pay: on the last working day by which nothing is late, or
// the next there is. BAD_REQUEST for a day that is over, or on which banks rest.
func (how instructing) moment(list []settlement.Payment) (time.Time, date.Date, error) {
	execute := how.Execute
	switch {
	case execute == 0:
		due := list[0].Due
		for _, p := range list {
			due = min(due, p.Due)
		}
		execute = max(how.days.Last(due), how.days.Next(how.today))
	case execute < how.today:
		return how.made, 0, fault.New(fault.BadRequest, "`execute`: %s is over; today is %s", execute, how.today)
	case !how.days.Is(execute):
		return how.made, 0, fault.New(fault.BadRequest, "`execute`: banks rest on %s; the next working day is %s",
			execute, how.days.Next(execute))
	}
	return how.made, execute, nil
}

// again is the last message whose file can be written again: one of which nothing came in, nor was refused. CONFLICT if
// no file has the hash that is on the ledger.
func (how instructing) again(closed settlement.Close, all []settlement.Payment) (InstructFile, error) {
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
		if err != nil || bytes.Equal(in.Note.Hash, p.Hash) {
			return in, err
		}
		delete(sent, p.Message)
	}
	switch {
	case part != "":
		return InstructFile{}, fault.New(fault.WrongState,
			"of %s a part came in; to pay what is left of it, say `rest`", part)
	case told > 0:
		return InstructFile{}, fault.New(fault.Conflict,
			"all payments of %s were handed over, with other accounts or another layout than these, or something of them came in since",
			how.debtor)
	}
	return InstructFile{}, fault.New(fault.WrongState, "%s has nothing to pay in cycle %s, which is %s", how.debtor,
		closed.ID, closed.State)
}

// write makes the message of some payments, and what notes it.
func (how instructing) write(closed settlement.Close, list []settlement.Payment, message string, made time.Time,
	execute date.Date) (in InstructFile, err error) {
	if in.File, err = how.encode(list, message, made, execute); err != nil {
		return in, err
	}
	hash := sha256.Sum256(in.File)
	in.Note = settlement.InstructRequest{Cycle: closed.ID, Message: message, Hash: hash[:],
		Made: made.Unix(), Execute: execute}
	for _, p := range list {
		in.Note.Payments = append(in.Note.Payments, p.N)
		if in.Note.Fen, err = in.Note.Fen.Add(p.Rest()); err != nil {
			return in, err
		}
	}
	return in, in.Note.Check()
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
func (how instructing) encode(list []settlement.Payment, message string, made time.Time,
	execute date.Date) ([]byte, error) {
	from, err := how.Accounts.Of(how.debtor)
	if err != nil {
		return nil, err
	}
	order := iso20022.Initiation{MessageID: message, Created: made, Initiator: from.Initiator(),
		Debtor: from.BankParty(), DebtorAccount: from.BankAccount(), Form: how.Form}
	for _, p := range list {
		to, err := how.Accounts.Of(p.Creditor)
		if err != nil {
			return nil, err
		}
		id := settlement.AtBanks(p.Cycle, p.N, how.mark)
		order.Payments = append(order.Payments, iso20022.Payment{EndToEndID: id, Fen: p.Rest(),
			Currency: iso20022.Currency, Creditor: to.BankParty(), CreditorAccount: to.BankAccount(), Due: execute,
			Remittance: id + " 积分清结算"})
	}
	return order.Encode()
}
