package payments

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/settlement"
)

// dumbBank books what a debtor's bank sends it, and tells of it as banks do: in any kind of file, singly or in batches,
// with its references where it likes, in any order, and again. It knows nothing of matching.
type dumbBank struct {
	*rand.Rand
	bookings []booked
	account  string
	habits   map[string]habit // by kind of file: a bank's programs do it the same way each time
	n        int
}

// booked is one movement on the creditor's account.
type booked struct {
	payment           uint32
	fen, charges      amount.Units
	day               int
	entry, detail     string // references
	charged, reversal bool
	stranger          bool
}

// habit is where a kind of file has its references, and how it tells.
type habit struct {
	entry, detail bool
	batch         bool
	prefix        string // some banks give a booking another reference in another file
	gross         bool   // of charged ones, the detail has what the debtor sent
}

func newDumbBank(seed uint64) *dumbBank {
	b := &dumbBank{Rand: rand.New(rand.NewPCG(seed, 11)), account: holders["S1"].Accounts[0],
		habits: map[string]habit{}}
	for _, kind := range kindsOfFiles {
		h := habit{entry: b.odd(2), detail: b.odd(2), batch: b.odd(3), gross: b.odd(2)}
		if h.entry = h.entry || !h.detail; b.odd(4) {
			h.prefix = kind
		}
		b.habits[kind] = h
	}
	return b
}

// kindsOfFiles are the camt.053, the camt.054 and the table.
var kindsOfFiles = []string{"053", "054", "csv"}

func (b *dumbBank) odd(n int) bool { return b.IntN(n) == 0 }

func (b *dumbBank) book(payment uint32, fen amount.Units, day int) *booked {
	b.n++
	b.bookings = append(b.bookings,
		booked{payment: payment, fen: fen, day: day, entry: fmt.Sprintf("N%d", b.n), detail: fmt.Sprintf("T%d", b.n)})
	return &b.bookings[len(b.bookings)-1]
}

// pay books what a debtor sent: whole, in parts, with charges taken, by another, or back again.
func (b *dumbBank) pay(p settlement.Payment) {
	day := 1 + b.IntN(20)
	switch b.IntN(10) {
	case 0:
		return // it is lost
	case 1, 2:
		parts := 2 + b.IntN(2)
		for n := range parts { // equal ones as a rule
			part := p.Fen / amount.Units(parts)
			if n == parts-1 {
				part = p.Fen - part*amount.Units(parts-1)
			}
			b.book(p.N, part, day+n*b.IntN(6))
		}
	case 3:
		if kept := amount.Units(1 + b.IntN(int(min(100, p.Fen-1)))); p.Fen > 1 {
			k := b.book(p.N, p.Fen-kept, day)
			k.charges, k.charged = kept, true
		}
	case 4:
		b.book(p.N, p.Fen, day).stranger = true
	case 5:
		k := *b.book(p.N, p.Fen, day)
		r := b.book(p.N, p.Fen, day+1)
		r.reversal, r.entry = true, "R"+k.entry
	default:
		b.book(p.N, p.Fen, day)
	}
}

// told are the bookings up to a day, in any order.
func (b *dumbBank) told(day int) (list []booked) {
	for _, k := range b.bookings {
		if k.day <= day {
			list = append(list, k)
		}
	}
	b.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// table tells of the bookings up to a day in a table of the layout of the preset plain, or in one with a
// column for each direction, a line each.
func (b *dumbBank) table(day int) string {
	h := b.habits["csv"]
	lines := []string{"账号,交易日期,交易金额,借贷标志,收入,支出,手续费,对方账号,交易流水号,凭证号,摘要,附言"}
	for _, k := range b.told(day) {
		reference, alias := h.prefix+k.entry, ""
		if h.detail && !k.reversal {
			if reference = h.prefix + k.detail; h.entry {
				alias = h.prefix + k.entry
			}
		}
		way, in, out, payer := "贷", yuan(k.fen), "", holders["G"].Accounts[0]
		if k.reversal {
			way, in, out = "借", "", yuan(k.fen)
		}
		if k.stranger {
			payer = "999999"
		}
		lines = append(lines, fmt.Sprintf("%s,202612%02d,%s,%s,%s,%s,%s,%s,%s,%s,转账,%s积分清结算",
			b.account, k.day, yuan(k.fen), way, in, out, yuan(k.charges), payer, reference, alias,
			settlement.AtBanks("2026-11", k.payment, mark)))
	}
	return strings.Join(lines, "\n") + "\n"
}

// file tells of some of the bookings up to a day.
func (b *dumbBank) file(kind string, day int) string {
	if kind == "csv" {
		return b.table(day)
	}
	h := b.habits[kind]
	root, report := "BkToCstmrStmt", "Stmt"
	if kind == "054" {
		root, report = "BkToCstmrDbtCdtNtfctn", "Ntfctn"
	}
	var entries []string
	for rest := b.told(day); len(rest) > 0; {
		together := rest[:1]
		if h.batch && !rest[0].charged && !rest[0].reversal {
			together = nil
			for _, k := range rest {
				if k.day == rest[0].day && !k.charged && !k.reversal {
					together = append(together, k)
				}
			}
		}
		entries = append(entries, b.entry(h, together))
		rest = slices.DeleteFunc(slices.Clone(rest), func(k booked) bool { return slices.Contains(together, k) })
	}
	return fmt.Sprintf(
		`<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.%s.001.08"><%s><GrpHdr><MsgId>m</MsgId></GrpHdr><%s><Id>1</Id><Acct><Id><Othr><Id>%s</Id></Othr></Id></Acct>%s</%s></%s></Document>`,
		kind, root, report, b.account, strings.Join(entries, ""), report, root)
}

func (b *dumbBank) entry(h habit, together []booked) string {
	sum, details, first := amount.Units(0), "", together[0]
	for _, k := range together {
		sum += k.fen
		own, payer := "", holders["G"].Accounts[0]
		if h.detail && !k.reversal {
			own = "<AcctSvcrRef>" + h.prefix + k.detail + "</AcctSvcrRef>"
		}
		if k.stranger {
			payer = "999999"
		}
		value := k.fen
		if h.gross {
			value += k.charges
		}
		details += fmt.Sprintf(
			`<TxDtls><Refs>%s<EndToEndId>%s</EndToEndId></Refs><Amt Ccy="CNY">%s</Amt><CdtDbtInd>%s</CdtDbtInd><RltdPties><DbtrAcct><Id><Othr><Id>%s</Id></Othr></Id></DbtrAcct></RltdPties></TxDtls>`,
			own, settlement.AtBanks("2026-11", k.payment, mark), yuan(value), direction(k), payer)
	}
	own, charges := "", ""
	if h.entry || first.reversal {
		own = "<AcctSvcrRef>" + h.prefix + first.entry + "</AcctSvcrRef>"
		if len(together) > 1 { // of the batch: the same whatever the order
			entries := []string{}
			for _, k := range together {
				entries = append(entries, k.entry)
			}
			own = "<AcctSvcrRef>" + h.prefix + "B" + slices.Min(entries) + "</AcctSvcrRef>"
		}
	}
	if first.charged {
		charges = fmt.Sprintf(`<Chrgs><TtlChrgsAndTaxAmt Ccy="CNY">%s</TtlChrgsAndTaxAmt></Chrgs>`, yuan(first.charges))
	}
	return fmt.Sprintf(
		`<Ntry><Amt Ccy="CNY">%s</Amt><CdtDbtInd>%s</CdtDbtInd><RvslInd>%v</RvslInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-12-%02d</Dt></BookgDt>%s%s<NtryDtls>%s</NtryDtls></Ntry>`,
		yuan(sum), direction(first), first.reversal, first.day, own, charges, details)
}

func direction(k booked) string {
	if k.reversal {
		return "DBIT"
	}
	return "CRDT"
}

// truth is what the bank moved for a payment, and whether a person must have looked at it.
func (b *dumbBank) truth(n uint32, day int) (sum amount.Units, odd bool) {
	for _, k := range b.bookings {
		switch {
		case k.payment != n || k.day > day:
		case k.charged, k.stranger, k.reversal:
			odd = true
			if k.charged {
				sum += k.fen
			}
		default:
			sum += k.fen
		}
	}
	return sum, odd
}

// TestADumbBanksMoney: whatever a bank books and however it tells it, the ledger counts what it moved, to the fen, and
// never more; and where it counts less a person is told to look, and who looks can settle it.
func TestADumbBanksMoney(t *testing.T) {
	looked, counted := 0, 0
	for seed := range uint64(1000) {
		b := newDumbBank(seed)
		var list []settlement.Payment
		for n := range 1 + b.IntN(5) {
			list = append(list, payment(uint32(n+1), amount.Units((1+b.IntN(400))*60-b.IntN(2))))
		}
		l := newBook(list...)
		for _, p := range list {
			b.pay(p)
		}
		persons := map[string]bool{}
		day := 0
		for range 3 + b.IntN(6) {
			day = min(31, day+b.IntN(7))
			if b.odd(4) {
				day = 31
			}
			kind := kindsOfFiles[b.IntN(len(kindsOfFiles))]
			told, _ := l.read(t, "S1", b.file(kind, day))
			clear(persons)
			for _, line := range told {
				if persons[line.Payment] = persons[line.Payment] || line.Person; line.Kind.Counts() != line.Told {
					t.Fatalf("seed %d: %s is %s, and told is %v: %s", seed, line.Payment, line.Kind, line.Told,
						line.Why)
				}
			}
			for id, p := range l.payments {
				moved, odd := b.truth(p.N, day)
				switch {
				case p.Received > moved:
					t.Fatalf("seed %d: %s: %d were counted, %d moved\n%+v", seed, id, p.Received, moved, b)
				case p.Received == moved && !odd:
					counted++
				case !persons[id]:
					t.Fatalf("seed %d: %s: %d were counted, %d moved, and nobody is told to look\n%+v\n%s", seed, id,
						p.Received, moved, b, kinds(told))
				default:
					looked++
				}
			}
		}
		b.clear(t, l, seed)
	}
	if looked == 0 || counted < 2*looked {
		t.Errorf("%d were counted, %d need a person", counted, looked)
	}
}

// clear has a person look at the account and tell by hand what the files left open: then the ledger has what the bank
// moved, and reading all files once more changes nothing.
func (b *dumbBank) clear(t *testing.T, l *book, seed uint64) {
	t.Helper()
	for n := range b.bookings {
		k := b.bookings[n]
		p := l.payments[settlement.EndToEnd("2026-11", k.payment)]
		if k.reversal || k.stranger || p.State.Ended() || b.takenBack(k) || b.has(p, k) {
			continue
		}
		hand := settlement.AdviseRequest{Cycle: "2026-11", Payment: k.payment,
			Reference: b.habits["053"].prefix + k.entry, Fen: k.fen, Charges: k.charges, Booked: due,
			Source: settlement.ByHand}
		for _, reference := range []string{hand.Reference, "hand-" + k.entry} {
			if hand.Reference = reference; l.send(hand) == nil {
				break
			}
		}
	}
	before := map[string]amount.Units{}
	for id, p := range l.payments {
		before[id] = p.Received
	}
	for _, kind := range []string{"053", "csv", "054", "053"} {
		l.read(t, "S1", b.file(kind, 31))
	}
	for id, p := range l.payments {
		moved, odd := b.truth(p.N, 31)
		charges := amount.Units(0)
		for _, k := range b.bookings {
			if k.payment == p.N {
				charges += k.charges
			}
		}
		if p.Received > moved+charges || !odd && p.Received != moved || p.Received < before[id] {
			t.Fatalf("seed %d: %s: %d counted, %d moved, %d charged, %d before the last files\n%+v", seed, id,
				p.Received, moved, charges, before[id], b)
		}
	}
}

// has says whether all bookings of an amount are counted.
func (b *dumbBank) has(p settlement.Payment, k booked) bool {
	left := 0
	for _, other := range b.bookings {
		if other.payment == k.payment && other.fen == k.fen && !other.reversal && !other.stranger {
			left++
		}
	}
	for _, a := range p.Advices {
		if a.Fen == k.fen {
			left--
		}
	}
	return left <= 0
}

// takenBack says whether a booking was reversed.
func (b *dumbBank) takenBack(k booked) bool {
	return slices.ContainsFunc(b.bookings, func(r booked) bool { return r.reversal && r.payment == k.payment })
}

// TestTheModelNotices breaks the matching in its sight: a second counting is more than was moved.
func TestTheModelNotices(t *testing.T) {
	l := newBook(payment(1, 160))
	b := newDumbBank(1)
	b.book(1, 80, 1)
	for _, reference := range []string{"N1", "T1"} {
		if err := l.send(settlement.AdviseRequest{Cycle: "2026-11", Payment: 1, Reference: reference, Fen: 80,
			Booked: due}); err != nil {
			t.Fatal(err)
		}
	}
	if moved, _ := b.truth(1, 31); l.payments["2026-11-1"].Received <= moved {
		t.Error("nothing to notice")
	}
}

// yuan writes fen as banks' tables do.
func yuan(fen amount.Units) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }
