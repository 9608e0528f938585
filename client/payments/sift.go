package payments

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/iso20022"
)

// maxUnread is how many lines that can't be read are named at most.
const maxUnread = 100

// Sifted is a bank's file as far as it concerns a party.
type Sifted struct {
	lines    []Line // what names a payment, or may be of one
	Others   int    // lines of others', which are left
	Unread   int    // lines that can't be read and name none of our payments
	payments map[string]settlement.Payment
}

// Sift reads a bank's file and keeps what may concern the party: lines that name a payment of this ledger, and
// credits that mention one, come from a party that owes us, or are of just as much as is still to come. It asks the
// ledger for the payments that are named.
func (v View) Sift(ctx context.Context, advices iter.Seq2[iso20022.Advice, error]) (*Sifted, error) {
	s := sieve{View: v, Sifted: Sifted{payments: map[string]settlement.Payment{}},
		register: iso20022.NewRegister(v.Holders)}
	for a, err := range advices {
		if err == nil {
			err = s.take(ctx, a)
		}
		if err != nil {
			return nil, err
		}
	}
	return &s.Sifted, nil
}

// sieve is sifting under way.
type sieve struct {
	View
	Sifted
	register iso20022.Register
}

func (s *sieve) take(ctx context.Context, a iso20022.Advice) error {
	cycle, n, ours := marked(a.EndToEndID, s.Mark)
	if ours && (s.Cycle == "" || s.Cycle == cycle) {
		p, err := s.payment(ctx, cycle, n)
		switch {
		case err == nil && (p.Creditor == s.Party || p.Debtor == s.Party):
			a.EndToEndID = settlement.AtBanks(cycle, n, s.Mark)
			s.lines = append(s.lines,
				Line{Payment: settlement.EndToEnd(cycle, n), Outcome: iso20022.Outcome{Advice: a}})
			return nil
		case err == nil: // it is between others
			s.Others++
			return nil
		case err != nil && fault.CodeOf(err) != fault.NotFound:
			return err
		}
	}
	switch line, may := s.mayBe(a); {
	case may:
		s.lines = append(s.lines, line)
	case a.Odd != "":
		if s.Unread++; s.Unread <= maxUnread {
			s.lines = append(s.lines, Line{Outcome: iso20022.Outcome{Kind: Unread, Why: a.Odd, Advice: a}})
		}
	default:
		s.Others++
	}
	return nil
}

func (s *sieve) payment(ctx context.Context, cycle string, n uint32) (settlement.Payment, error) {
	id := settlement.EndToEnd(cycle, n)
	if p, known := s.payments[id]; known {
		return p, nil
	}
	p, err := s.Ledger.Payment(ctx, cycle, n)
	if err == nil {
		s.payments[id] = p
	}
	return p, err
}

// mayBe finds a line that names no payment as it should and may yet be of one. If it mentions one, or its payer and its
// amount are one's, a person must look; if only one of these is, it is shown.
func (s *sieve) mayBe(a iso20022.Advice) (Line, bool) {
	line := Line{Outcome: iso20022.Outcome{Kind: Possible, Advice: a}}
	if !s.Holders[s.Party].Has(a.Account) || !a.Credit && a.Odd == "" || a.Reversal || a.Status != iso20022.Booked &&
		a.Odd == "" {
		return line, false
	}
	payer := s.register.Find(a.Debtor, a.DebtorAccount)
	for _, p := range s.Open {
		id, of, as := settlement.EndToEnd(p.Cycle, p.N), payer != "" && payer == p.Debtor, a.Odd == "" &&
			a.Currency == iso20022.Currency && a.Fen == p.Rest()
		switch {
		case mentions(a, p, s.Mark):
			line.Why, line.Person = fmt.Sprintf("it mentions %s, and doesn't name it by its end-to-end id", id), true
		case of && as:
			line.Why, line.Person = fmt.Sprintf("%s paid it, and it is what %s lacks", payer, id), true
		case of:
			line.Why = fmt.Sprintf("%s paid it", payer)
			continue
		case as:
			if line.Why == "" {
				line.Why = fmt.Sprintf("it is what %s lacks", id)
			}
			continue
		default:
			continue
		}
		line.Payment, line.Next = id, receiveBy(id, a)
		return line, true
	}
	return line, line.Why != ""
}

// mentions says whether a line has a payment's name somewhere: with the mark anywhere, or without in its end-to-end id.
func mentions(a iso20022.Advice, p settlement.Payment, mark string) bool {
	short := settlement.EndToEnd(p.Cycle, p.N)
	return strings.EqualFold(a.EndToEndID, short) || a.Text != "" &&
		strings.Contains(strings.ToUpper(a.Text), strings.ToUpper(short+"-"+mark))
}

// receiveBy is how a person tells of a line by hand.
func receiveBy(id string, a iso20022.Advice) *Next {
	next := Next{Operation: "payment.receive", Payment: id, Fen: a.Fen, Charges: a.Charges, Booked: a.Booked}
	if a.BankReference != "" {
		next.Reference = OnLedger(a.BankReference)
	}
	return &next
}
