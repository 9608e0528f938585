package settle

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/index/indextest"
	"tallystick/client/node/settle"
)

func TestPaymentTables(t *testing.T) {
	p := settlement.Payment{Cycle: "2026-11", N: 1, Debtor: "F", Creditor: "S1", Fen: 6720, Due: endOfNovember + 3,
		State:    settlement.PartPaid,
		Received: 700, Message: "tally-1", Hash: make([]byte, 32)}
	p.Advices = []settlement.Advice{{Reference: "R1", Fen: 700, Booked: endOfNovember + 9, Late: true,
		By: indextest.Numbered(4)}}
	got := clitest.Rendered(func(w table.Writer) { paymentsTable(w, []settle.NamedPayment{settle.WithName(p)}) }) +
		clitest.Rendered(func(w table.Writer) { advicesTable(w, p) })
	for _, part := range []string{"2026-11-1", "¥67.20", "2026-12-03", "PART_PAID", "¥7.00", "tally-1", "R1", "yes",
		"D.1.1.4", "2026-12-09"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s:\n%s", part, got)
		}
	}
	rows := clitest.Rendered(func(w table.Writer) { w.AppendRows(paymentRows(settle.WithName(p))) })
	if !strings.Contains(rows,
		"¥67.20") || !strings.Contains(rows, "tally-1") {
		t.Error(rows)
	}
}

// TestNothingOfOurs is said of a bank's file, and how much else is in it.
func TestNothingOfOurs(t *testing.T) {
	var shown strings.Builder
	a := cli.App{Out: &shown}
	if err := showAdvised(&a)(t.Context(), nil, settle.Advised{Others: 268, Notes: []string{"GB18030"}}); err != nil {
		t.Fatal(err)
	}
	if got := shown.String(); !strings.Contains(got, "nothing in the file concerns your payments") ||
		!strings.Contains(got, "268 lines of others'; GB18030") {
		t.Error(got)
	}
}
