package invariant

import (
	"bytes"
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/settlement"
)

// checkPayments holds each cycle's signatures, netting and payments against its statements.
func checkPayments(s *State, breach report) {
	pairs := byID[settlement.Pair](s, "pair")
	for id, p := range pairs {
		if p.State.Stands() && p.Pending > 0 {
			breach("pair "+id, "it stands and waits for hidden sums: %+v", p)
		}
		if p.State == settlement.Agreed && !bytes.Equal(p.SignedA.Root, p.SignedB.Root) {
			breach("pair "+id, "it is agreed, by signatures under two roots")
		}
		for party, sig := range map[string]settlement.Signature{p.A: p.SignedA, p.B: p.SignedB} {
			if len(sig.Root) > 0 && sig.By.Party != party {
				breach("pair "+id, "it was signed for %s by %s", party, sig.By)
			}
		}
	}
	nettings, payments := byID[settlement.Netting](s, "netting"), map[string][]settlement.Payment{}
	for _, p := range all[settlement.Payment](s, "payment") {
		payments[p.Cycle] = append(payments[p.Cycle], p)
	}
	for id, closed := range all[settlement.Close](s, "close") {
		if closed.State < settlement.Final || len(closed.Pairs) == 0 {
			continue
		}
		subject := "close " + id
		nets, gross := map[string]amount.Units{}, amount.Units(0)
		for _, of := range closed.Pairs {
			p := pairs[closed.ID+"/"+of[0]+"/"+of[1]]
			if !p.State.Ended() {
				breach(subject, "it is %s with %+v", closed.State, p)
			}
			if !p.State.Stands() {
				continue
			}
			for _, side := range [][2]string{{p.A, p.B}, {p.B, p.A}} {
				_, stands := p.Owes(side[0])
				gross += stands
				nets[side[0]] -= stands
				nets[side[1]] += stands
			}
		}
		if n, netted := nettings[closed.ID]; netted && n.Gross != gross {
			breach(subject, "%d were netted, %d stand", n.Gross, gross)
		}
		counts := pay(payments[closed.ID], nets, breach)
		for party, n := range nets {
			if n != 0 {
				breach(subject, "what %s gets and pays is %d off", party, n)
			}
		}
		if closed.Settled != counts[settlement.Paid] || closed.Failed != counts[settlement.Bounced] ||
			closed.Carried != counts[settlement.Overdue] ||
			(closed.State == settlement.Settled) != (closed.Settled == closed.Payments) {
			breach(subject, "%+v, its payments are %v", closed, counts)
		}
	}
}

// pay holds a cycle's payments against what came for them, takes each out of what its parties get and pay, and counts
// them by state.
func pay(payments []settlement.Payment, nets map[string]amount.Units,
	breach report) map[settlement.PaymentState]uint32 {
	counts := map[settlement.PaymentState]uint32{}
	for _, p := range payments {
		counts[p.State]++
		nets[p.Debtor] += p.Fen
		nets[p.Creditor] -= p.Fen
		sum := amount.Units(0)
		for _, a := range p.Advices {
			sum += a.Fen + a.Charges
		}
		if sum != p.Received && len(p.Advices) < settlement.KeptAdvices || p.Received > p.Fen || p.Back > p.Received ||
			(p.State == settlement.Paid) != (p.Received == p.Fen && p.Back == 0) {
			breach(fmt.Sprintf("payment %s/%d", p.Cycle, p.N), "its advices come to %d: %+v", sum, p)
		}
	}
	return counts
}

// checkCarried holds what statements were carried over with, what payments lacked or lost, and what disputes came to,
// against what is owed for it in other cycles.
func checkCarried(s *State, breach report) {
	pairs := byID[settlement.Pair](s, "pair")
	carried, decided := map[[2]string]amount.Units{}, map[[2]string]amount.Units{} // by debtor and creditor
	for _, p := range pairs {
		if p.State != settlement.Left {
			continue
		}
		for _, side := range [][2]string{{p.A, p.B}, {p.B, p.A}} {
			_, stands := p.Owes(side[0])
			carried[side] += stands
		}
	}
	for _, p := range all[settlement.Payment](s, "payment") {
		if carried[[2]string{p.Debtor, p.Creditor}] += p.Back; p.State == settlement.Overdue {
			carried[[2]string{p.Debtor, p.Creditor}] += p.Rest()
		}
	}
	disputed := map[string]bool{}
	for id, d := range all[settlement.Dispute](s, "dispute") {
		for _, l := range d.Lines {
			if disputed[l.Line.String()] {
				breach("dispute "+id, "line %s is disputed twice", l.Line)
			}
			disputed[l.Line.String()] = true
		}
		for _, o := range d.Owed() {
			decided[[2]string{o.Debtor, o.Creditor}] += o.Fen
		}
	}
	for _, r := range s.Owed() {
		for _, o := range r.List {
			side := [2]string{o.Debtor, o.Creditor}
			switch o.Kind {
			case settlement.Carried:
				carried[side] -= o.Fen
			case settlement.Adjustment:
				decided[side] -= o.Fen
			}
		}
	}
	for what, sums := range map[string]map[[2]string]amount.Units{"carried over": carried, "decided": decided} {
		for side, n := range sums {
			if n != 0 {
				breach(side[0]+" to "+side[1], "of what was %s, %d fen are nowhere", what, n)
			}
		}
	}
	for id, p := range pairs {
		for _, c := range p.Carved {
			if !disputed[c.Line.String()] {
				breach("pair "+id, "line %s is left out of it and not disputed", c.Line)
			}
		}
	}
}
