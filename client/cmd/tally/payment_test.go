package main

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/settlement"
	"tallystick/client/node/settle"
	"tallystick/client/payments"
)

const someAccounts = `parties:
  - {party: F, name: 某某财务有限公司, account: "00123", bic: ICBKCNBJ}
  - {party: G, name: 某某汽车集团有限公司, id: 91310000000000001X, account: 0077, bic: BKCHCNBJ}
  - {party: S1, name: 某某供应链有限公司, account: "0200000000000002", cnaps: "102290000002"}
  - {party: M, name: Mobility, iban: DE89370400440532013000, bic: COBADEFFXXX}
`

func TestPaymentTables(t *testing.T) {
	p := settlement.Payment{Cycle: "2026-11", N: 1, Debtor: "F", Creditor: "S1", Fen: 6720, Due: endOfNovember + 3,
		State:    settlement.PartPaid,
		Received: 700, Message: "tally-1", Hash: make([]byte, 32)}
	p.Advices = []settlement.Advice{{Reference: "R1", Fen: 700, Booked: endOfNovember + 9, Late: true, By: numbered(4)}}
	got := rendered(func(w table.Writer) { paymentsTable(w, []settle.NamedPayment{settle.WithName(p)}) }) +
		rendered(func(w table.Writer) { advicesTable(w, p) })
	for _, part := range []string{"2026-11-1", "¥67.20", "2026-12-03", "PART_PAID", "¥7.00", "tally-1", "R1", "yes",
		"D.1.1.4", "2026-12-09"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s:\n%s", part, got)
		}
	}
	if rows := rendered(func(w table.Writer) { w.AppendRows(paymentRows(settle.WithName(p))) }); !strings.Contains(rows,
		"¥67.20") || !strings.Contains(rows, "tally-1") {
		t.Error(rows)
	}
}

// TestNothingOfOurs is said of a bank's file, and how much else is in it.
func TestNothingOfOurs(t *testing.T) {
	var shown strings.Builder
	a := App{Out: &shown}
	if err := showAdvised(&a)(t.Context(), nil, settle.Advised{Others: 268, Notes: []string{"GB18030"}}); err != nil {
		t.Fatal(err)
	}
	if got := shown.String(); !strings.Contains(got, "nothing in the file concerns your payments") ||
		!strings.Contains(got, "268 lines of others'; GB18030") {
		t.Error(got)
	}
}

// someNext are operations by which a person settles a line.
var someNext = []struct {
	next payments.Next
	want string
}{
	{payments.Next{Operation: "payment.bounce", Payment: "2026-11-3", Reason: "AC04"},
		"tally payment bounce 2026-11-3 --reason AC04"},
	{payments.Next{Operation: "payment.receive", Payment: "2026-11-3", Fen: 1_234_00, Booked: endOfNovember + 3,
		Reference: "N7", Charges: 50},
		"tally payment receive 2026-11-3 --amount 1234.00 --booked 2026-12-03 --reference N7 [--charges 0.50]"},
	{payments.Next{Operation: "payment.take-back", Payment: "2026-11-3", Fen: 100, Booked: endOfNovember + 3,
		Receipt: "N7", Reference: "B"},
		"tally payment take-back 2026-11-3 --amount 1.00 --booked 2026-12-03 --receipt N7 --reference B --evidence FILE"},
	{payments.Next{Operation: "payment.take-back", Payment: "2026-11-3", Fen: 100,
		Booked: endOfNovember + 3, Reference: "B"},
		"tally payment take-back 2026-11-3 --amount 1.00 --booked 2026-12-03 --receipt REFERENCE --reference B --evidence FILE"},
}
