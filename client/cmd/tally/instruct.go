package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/gateway"
	"tallystick/client/iso20022"
)

func instructPayments(a *app) *cobra.Command {
	var cycle, accounts, out string
	cmd := leaf("instruct", "Write your payments of a cycle for your bank, and note on the ledger that it was told (付款指令)",
		"  tally --as F payment instruct --cycle 2026-11 --accounts accounts.yaml --out pain001.xml",
		func(ctx context.Context, _ []string) error {
			if accounts == "" || out == "" {
				return fault.New(fault.BadRequest, "say --accounts and --out")
			}
			known, err := loadAccounts(accounts)
			if err != nil {
				return err
			}
			return a.withCycle(ctx, cycle, func(ctx context.Context, g *gateway.Gateway, cycle string) error {
				return a.instruct(ctx, g, cycle, known, out)
			})
		})
	cmd.Long = `Write what you are to pay as a pain.001 file that you alone can read, and note its message
id and SHA-256 on the ledger. Accounts are taken from a file of the node's (see tally
payment --help) and stand in the bank's file alone, never on the ledger.

The same payments and accounts make the same bytes: after a crash, or to have the file
again, run it again. What a bank refused (tally payment bounce) is written anew, in a
message of its own. Of more than 100 payments the first 100 are written; run it
again with another file for the others.`
	cycleFlag(cmd, &cycle)
	word(cmd, &accounts, "accounts", "YAML file with the parties' accounts")
	word(cmd, &out, "out", "pain.001 file to write")
	require(cmd, "accounts", "out")
	return cmd
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
	receipt
	Settles string         `json:"settles"` // cycle
	Message string         `json:"message"`
	Hash    string         `json:"hash"`
	File    string         `json:"file"`
	Fen     amount.Units   `json:"fen"`
	Paid    []paymentShown `json:"payments"`
	Left    int            `json:"left"` // that are due besides
}

func (a *app) instruct(ctx context.Context, g *gateway.Gateway, cycle string, known map[string]payee, path string) error {
	closed, err := g.Query().Close(ctx, cycle)
	if err != nil {
		return err
	}
	all, err := paymentsOf(ctx, g.Query(), closed)
	if err != nil {
		return err
	}
	in, err := instructionOf(closed, all, g.Party(), known)
	if err != nil {
		return err
	}
	if err := keepFile(path, in.file); err != nil {
		return err
	}
	if a.request == "" {
		a.request = in.request.Message // asked again, the ledger answers as it did
	}
	answer := instructed{Settles: cycle, Message: in.request.Message, Hash: in.request.Hash.String(), File: path, Paid: shownPayments(in.payments), Left: in.left}
	if answer.Fen, err = sumOf(in.payments); err != nil {
		return err
	}
	if answer.receipt, err = a.send(ctx, g, in.request); err != nil {
		return err
	}
	return a.printParts(answer, func(t table.Writer) { instructedTable(t, answer) }, func(t table.Writer) { paymentsTable(t, answer.Paid) })
}

func instructedTable(t table.Writer, in instructed) {
	receiptTable(t, "payment:Instruct", in.receipt)
	t.AppendRows([]table.Row{{"settles", in.Settles}, {"file", in.File}, {"message", in.Message}, {"SHA-256", in.Hash}, {"in all", yuan(in.Fen)}})
	if in.Left > 0 {
		t.AppendRow(table.Row{"due besides", fmt.Sprintf("%d payments: run it again with another file", in.Left)})
	}
}

// instructionOf is the message that a debtor's bank is to get: with the payments that are due or that
// it refused, or else, when all were handed over, a message once more. WRONG_STATE if there is nothing to pay.
func instructionOf(closed settlement.Close, all []settlement.Payment, debtor string, known map[string]payee) (instruction, error) {
	var due []settlement.Payment
	for _, p := range all {
		if p.Debtor == debtor && (p.State == settlement.Due || p.State == settlement.Bounced) {
			due = append(due, p)
		}
	}
	if len(due) == 0 {
		return instructionAgain(closed, all, debtor, known)
	}
	first := due[:min(len(due), settlement.MaxInstruct)]
	in, err := writeInstruction(closed, first, debtor, messageOf(closed.ID, debtor, first), known)
	in.left = len(due) - len(first)
	return in, err
}

// instructionAgain is the last message whose file can be written again. One that isn't, because a payment of
// it bounced and went into another, is passed over. CONFLICT if no file has the hash that is on the ledger.
func instructionAgain(closed settlement.Close, all []settlement.Payment, debtor string, known map[string]payee) (instruction, error) {
	sent := map[string][]settlement.Payment{}
	for _, p := range all {
		if p.Debtor == debtor && p.Message != "" {
			sent[p.Message] = append(sent[p.Message], p)
		}
	}
	if len(sent) == 0 {
		return instruction{}, fault.New(fault.WrongState, "%s has nothing to pay in cycle %s, which is %s", debtor, closed.ID, closed.State)
	}
	for _, p := range slices.Backward(all) {
		list := sent[p.Message]
		if len(list) == 0 || p.Debtor != debtor {
			continue
		}
		in, err := writeInstruction(closed, list, debtor, p.Message, known)
		if err != nil || bytes.Equal(in.request.Hash, p.Hash) {
			return in, err
		}
		delete(sent, p.Message)
	}
	return instruction{}, fault.New(fault.Conflict, "all payments of %s were handed over, with other accounts than these", debtor)
}

func writeInstruction(closed settlement.Close, list []settlement.Payment, debtor, message string, known map[string]payee) (in instruction, err error) {
	in.payments = list
	if in.file, err = bankFile(closed, list, debtor, message, known); err != nil {
		return in, err
	}
	hash := sha256.Sum256(in.file)
	in.request = settlement.InstructRequest{Cycle: closed.ID, Message: message, Hash: hash[:]}
	for _, p := range list {
		in.request.Payments = append(in.request.Payments, p.N)
	}
	return in, in.request.Check()
}

// messageOf names a message by what is in it, and by the messages in which it was refused before: a bank takes
// each id once. It has 30 characters, as banks carry 35 and count groups behind it.
func messageOf(cycle, debtor string, list []settlement.Payment) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s/%s", cycle, debtor)
	for _, p := range list {
		fmt.Fprintf(h, "/%d:%s", p.N, p.Message)
	}
	return "tally-" + hex.EncodeToString(h.Sum(nil))[:24]
}

// bankFile is the pain.001. It is dated with the last day of the cycle, so that the same is written whenever
// it is.
func bankFile(closed settlement.Close, list []settlement.Payment, debtor, message string, known map[string]payee) ([]byte, error) {
	from, err := accountOf(known, debtor)
	if err != nil {
		return nil, err
	}
	day, err := time.Parse(time.DateOnly, closed.To.String())
	if err != nil {
		return nil, err
	}
	order := iso20022.Initiation{MessageID: message, Created: day, Initiator: from.bankParty(), Debtor: from.bankParty(), DebtorAccount: from.bankAccount()}
	for _, p := range list {
		to, err := accountOf(known, p.Creditor)
		if err != nil {
			return nil, err
		}
		order.Payments = append(order.Payments, iso20022.Payment{EndToEndID: settlement.EndToEnd(p.Cycle, p.N), Fen: p.Fen, Currency: iso20022.Currency,
			Creditor: to.bankParty(), CreditorAccount: to.bankAccount(), Due: p.Due, Remittance: "Settlement of cycle " + p.Cycle + " 积分清结算"})
	}
	return order.Encode()
}

func accountOf(known map[string]payee, party string) (payee, error) {
	p, found := known[party]
	if !found {
		return payee{}, fault.New(fault.NotFound, "the accounts file has no account of %s", party)
	}
	return p, nil
}
