package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/settlement"
	"tallystick/client/gateway"
	"tallystick/client/iso20022"
)

func advisePayments(a *app) *cobra.Command {
	var cycle string
	cmd := leaf("advise FILE", "Match your bank's notice of what came in with your payments, and tell the ledger (到账通知)",
		"  tally --as S1 payment advise camt054.xml\n  tally --as S1 payment advise camt053.xml --cycle 2026-11",
		func(ctx context.Context, args []string) error {
			advices, err := readAdvices(args[0])
			if err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error { return a.advise(ctx, g, cycle, advices) })
		})
	cmd.Long = `Read a camt.054 or camt.053 of your account and match it by end-to-end id and amount with what you are
to get. What counts is told to the ledger; the same file again tells nothing twice.

exact      all is there, in time                 late       all is there, after it was due
partial    less than expected is there so far    duplicate  told before, or twice
waiting    the bank has not booked it            sent       what you paid yourself
wrong      can't count: too much, taken back     unknown    names no payment of yours

If anything is wrong, unknown or refused by the ledger, it fails after it has done the
rest: a person must look.`
	word(cmd, &cycle, "cycle", "of this cycle's payments only")
	return a.takesLong(cmd)
}

func readAdvices(path string) (_ []iso20022.Advice, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return iso20022.Read(file)
}

// sentKind is what the caller paid itself: none of Match's.
const sentKind iso20022.Kind = "sent"

// advised is what became of one advice.
type advised struct {
	iso20022.Outcome
	Told    bool       `json:"told"`              // the ledger was, just now
	Refused fault.Code `json:"refused,omitempty"` // by the ledger
}

// needsPerson says whether nothing but a person can settle it.
func (v advised) needsPerson() bool {
	return v.Kind == iso20022.Wrong || v.Kind == iso20022.Unknown || v.Refused != ""
}

// payable is what matching asks of the ledger.
type payable interface {
	Payment(ctx context.Context, cycle string, n uint32) (settlement.Payment, error)
}

func (a *app) advise(ctx context.Context, g *gateway.Gateway, cycle string, advices []iso20022.Advice) error {
	named, err := namedPayments(ctx, g.Query(), cycle, advices)
	if err != nil {
		return err
	}
	if err := a.begin(ctx, g); err != nil {
		return err
	}
	list := matched(named, g.Party(), advices)
	if err := tellAdvices(list, func(req command.Request) error { return a.again(ctx, g, req) }); err != nil {
		return err
	}
	if err := a.print(sent[advised]{g.Height(), list}, func(t table.Writer) { advisedTable(t, list) }); err != nil {
		return err
	}
	return forPersons(list)
}

// forPersons is a CONFLICT if anything needs a person.
func forPersons(list []advised) error {
	n := 0
	for _, v := range list {
		if v.needsPerson() {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return fault.New(fault.Conflict, "%d of %d advices need a person", n, len(list))
}

// namedPayments asks for the payments that advices name, by their end-to-end ids; of one cycle if
// one is named. What names none is left out.
func namedPayments(ctx context.Context, ledger payable, only string, advices []iso20022.Advice) (map[string]settlement.Payment, error) {
	named, asked := map[string]settlement.Payment{}, map[string]bool{}
	for _, v := range advices {
		cycle, n, err := parsePayment(v.EndToEndID)
		if err != nil || asked[v.EndToEndID] || only != "" && cycle != only || name.CheckID("cycle", cycle) != nil {
			continue
		}
		asked[v.EndToEndID] = true
		p, err := ledger.Payment(ctx, cycle, n)
		switch fault.CodeOf(err) {
		case "":
			named[v.EndToEndID] = p
		case fault.NotFound:
		default:
			return nil, err
		}
	}
	return named, nil
}

// matched says of each advice what it means for what a creditor is to get. What the ledger was told of those
// payments before counts with it.
func matched(named map[string]settlement.Payment, creditor string, advices []iso20022.Advice) []advised {
	var expected []iso20022.Expected
	for _, id := range sortedKeys(named) {
		if p := named[id]; p.Creditor == creditor {
			expected = append(expected, iso20022.Expected{EndToEndID: id, Fen: p.Fen, Due: p.Due})
		}
	}
	told := toldBefore(expected, named, advices)
	all := slices.Clone(told)
	var fresh []int // places in advices of those that are matched
	list := make([]advised, len(advices))
	for i, v := range advices {
		list[i].Outcome = iso20022.Outcome{Kind: sentKind, Advice: v}
		if p, known := named[v.EndToEndID]; known && p.Debtor == creditor && !v.Credit && !v.Reversal {
			continue
		}
		v.BankReference = onLedger(v.BankReference)
		all, fresh = append(all, v), append(fresh, i)
	}
	for at, o := range iso20022.Match(expected, all)[len(told):] {
		o.Advice = advices[fresh[at]]
		list[fresh[at]].Outcome = o
	}
	return list
}

// toldBefore is what the ledger was told of payments, as advices. They stand before all that a file has, and
// on the account on which the file has the same reference.
func toldBefore(expected []iso20022.Expected, named map[string]settlement.Payment, advices []iso20022.Advice) (told []iso20022.Advice) {
	accounts := map[string]string{}
	for _, v := range advices {
		accounts[onLedger(v.BankReference)] = v.Account
	}
	for _, e := range expected {
		for _, v := range named[e.EndToEndID].Advices {
			told = append(told, iso20022.Advice{Account: accounts[v.Reference], EndToEndID: e.EndToEndID, BankReference: v.Reference,
				Fen: v.Fen, Currency: iso20022.Currency, Credit: true, Status: iso20022.Booked, Booked: v.Booked})
		}
	}
	return told
}

func sortedKeys[V any](of map[string]V) []string {
	keys := make([]string, 0, len(of))
	for k := range of {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// onLedger is a bank's reference as the ledger can have it: as it is, or, if it is too long or has other
// characters than names have, a hash of it.
func onLedger(reference string) string {
	if reference == "" || len(reference) <= settlement.MaxReference && name.CheckID("reference", reference) == nil {
		return reference
	}
	sum := sha256.Sum256([]byte(reference))
	return "h-" + hex.EncodeToString(sum[:16])
}

// tellAdvices tells the ledger of what counts, one by one. It ends at what the next would meet too; run again,
// what was told is found told.
func tellAdvices(list []advised, send func(command.Request) error) error {
	for i := range list {
		v := &list[i]
		if v.Kind != iso20022.Exact && v.Kind != iso20022.Partial && v.Kind != iso20022.Late {
			continue
		}
		cycle, n, err := parsePayment(v.Advice.EndToEndID)
		if err != nil {
			return err
		}
		var run tally
		req := settlement.AdviseRequest{Cycle: cycle, Payment: n, Reference: onLedger(v.Advice.BankReference), Fen: v.Advice.Fen, Booked: v.Advice.Booked}
		if err := run.note(v.Advice.EndToEndID, send(req)); err != nil {
			return err
		}
		v.Told = len(run.Done) == 1
		for _, r := range run.Refused {
			v.Refused, v.Why = r.Code, r.Text
		}
	}
	return nil
}

func advisedTable(t table.Writer, list []advised) {
	t.AppendHeader(table.Row{"in the file", "payment", "¥", "booked", "bank's reference", "outcome", "so far", "told", "why"})
	right(t, 3, 7)
	t.SuppressEmptyColumns()
	for _, v := range list {
		w := v.Advice
		outcome := string(v.Kind)
		if v.needsPerson() {
			outcome += " ← a person must look"
		}
		t.AppendRow(table.Row{w.At, w.EndToEndID, adviceMoney(w), w.Booked, w.BankReference, outcome, soFar(v.Outcome), yes(v.Told), whyText(v)})
	}
}

func whyText(v advised) string {
	if v.Refused == "" {
		return v.Why
	}
	return string(v.Refused) + ": " + v.Why
}

func adviceMoney(v iso20022.Advice) string {
	text := yuan(v.Fen)
	if v.Currency != iso20022.Currency {
		text = v.Currency + " " + text[len("¥"):]
	}
	if !v.Credit {
		text = "−" + text
	}
	return text
}

func soFar(o iso20022.Outcome) string {
	if o.Kind != iso20022.Partial {
		return ""
	}
	return fmt.Sprintf("%s of %s", yuan(o.Paid), yuan(o.Fen))
}
