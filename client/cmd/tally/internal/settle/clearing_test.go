package settle

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/index/indextest"
	"tallystick/client/node/settle"
)

const endOfNovember = clitest.November + 29

func TestStateLines(t *testing.T) {
	for s, want := range map[settlement.State]string{
		settlement.Cut:         "OPEN ─ [CUT_OFF] ─ COMPUTED ─ FINAL ─ INSTRUCTED ─ SETTLED",
		settlement.Computed:    "OPEN ─ CUT_OFF ─ [COMPUTED] ─ FINAL ─ INSTRUCTED ─ SETTLED",
		settlement.Final:       "OPEN ─ CUT_OFF ─ COMPUTED ─ [FINAL] ─ INSTRUCTED ─ SETTLED",
		settlement.Instructed:  "OPEN ─ CUT_OFF ─ COMPUTED ─ FINAL ─ [INSTRUCTED] ─ SETTLED",
		settlement.PartSettled: "OPEN ─ CUT_OFF ─ COMPUTED ─ FINAL ─ INSTRUCTED ─ [PART_SETTLED] ─ SETTLED",
		settlement.Settled:     "OPEN ─ CUT_OFF ─ COMPUTED ─ FINAL ─ INSTRUCTED ─ [SETTLED]",
		settlement.Failed:      "OPEN ─ CUT_OFF ─ COMPUTED ─ FINAL ─ INSTRUCTED ─ [FAILED]",
	} {
		if got := stateLine(s); got != want {
			t.Errorf("%s: %s", s, got)
		}
	}
}

// TestClosedCycle shows the story's cycle with one line disputed, netted among all.
func TestClosedCycle(t *testing.T) {
	shown := storyCycle()
	var got strings.Builder
	if err := (&cli.App{Out: &got, Format: "table"}).PrintParts(shown, cycleTables(shown)[1:]...); err != nil {
		t.Fatal(err)
	}
	want := strings.TrimLeft(`
 A  B   lines  A owes B  B owes A  signed by  state   disputed  lines disputed 
───────────────────────────────────────────────────────────────────────────────
 D  F       1     ¥0.00    ¥67.20             DRAFT                            
 D  G       3    ¥18.00   ¥209.00             DRAFT                            
 D  M       1    ¥12.00     ¥0.00  D, M       AGREED    ¥12.00               1 
 D  S1      1   ¥268.00     ¥0.00             DRAFT                            
 G  M       3    ¥96.00    ¥32.58             DRAFT                            
 G  S1      1     ¥0.00     ¥2.68             DRAFT                            
 G  S2      4    ¥15.68     ¥7.96             DRAFT                            

 net: owes  whom   amount  netting       paid, days after cut-off 
──────────────────────────────────────────────────────────────────
 F          D      ¥67.20  multilateral                         3 
 G          D     ¥191.00  multilateral                         3 
of ¥717.10 gross in 13 lines

 party   pays  receives 
────────────────────────
 D      ¥9.80           
 S1             ¥265.32 

 payment  pays                             whom        ¥  due         state      
─────────────────────────────────────────────────────────────────────────────────
       1  D     ━▶                         S1      ¥9.80  2026-12-03  DUE        
       2  F     ━━━━━━▶                    S1     ¥67.20  2026-12-03  SETTLED    
       3  G     ━━━━━━━━━━━━━━━━━━━━━━━━▶  S1    ¥252.66  2026-12-03  INSTRUCTED 
`, "\n")
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Errorf("%s\n%s", d, got.String())
	}
	rows := clitest.Rendered(func(w table.Writer) { w.AppendRows(closeRows(shown.Close)) })
	for _, part := range []string{"[PART_SETTLED]", "2026-11-01 to 2026-11-30",
		"2026-12-03; what doesn't stand then is carried over by tally cycle finalise --carry",
		"3: 1 instructed, 1 settled, 0 failed", "D, F, G, M, S1, S2"} {
		if !strings.Contains(rows, part) {
			t.Errorf("no %s:\n%s", part, rows)
		}
	}
}

// storyCycle is the story's cycle 2026-11 after netting.
func storyCycle() settle.CycleOnLedger {
	shown := settle.CycleOnLedger{Close: settlement.Close{ID: "2026-11", State: settlement.PartSettled,
		From: clitest.November,
		To:   endOfNovember, SignBy: endOfNovember + 3,
		Parties: []string{"D", "F", "G", "M", "S1", "S2"}, Payments: 3, Instructed: 1, Settled: 1}}
	for _, s := range []struct {
		a, b   string
		lines  uint64
		ab, ba amount.Units
	}{{"D", "F", 1, 0, 6720}, {"D", "G", 3, 1800, 20_900}, {"D", "M", 1, 1200, 0}, {"D", "S1", 1, 26_800, 0},
		{"G", "M", 3, 9600, 3258}, {"G", "S1", 1, 0, 268}, {"G", "S2", 4, 1568, 796}} {
		shown.Statements = append(shown.Statements, settle.SummedPair{Pair: settlement.Pair{A: s.a, B: s.b},
			Lines: s.lines, AOwes: s.ab, BOwes: s.ba})
	}
	signed := settlement.Signature{Root: make([]byte, 32)}
	dm := &shown.Statements[2]
	dm.Carved, dm.Disputed = []settlement.Carved{{Line: indextest.Numbered(3).Row(0), Dispute: indextest.Numbered(9),
		Debtor: "D", Fen: 1200}}, 1200
	dm.SignedA, dm.SignedB, dm.State = signed, signed, settlement.Agreed
	for i, p := range []settlement.Payment{{Debtor: "D", Creditor: "S1", Fen: 980},
		{Debtor: "F", Creditor: "S1", Fen: 6720, State: settlement.Paid},
		{Debtor: "G", Creditor: "S1", Fen: 25_266, State: settlement.Sent}} {
		p.Cycle, p.N, p.Due = "2026-11", uint32(i)+1, endOfNovember+3
		shown.Paid = append(shown.Paid, p)
	}
	shown.Netting = &settlement.Netting{Gross: 71_710, Lines: 13,
		Nets: []settlement.Net{{Debtor: "F", Creditor: "D", Fen: 6720, Multilateral: true, Delay: 3},
			{Debtor: "G", Creditor: "D", Fen: 19_100, Multilateral: true, Delay: 3}},
		Parties: []settlement.Stand{{Party: "D", Pays: 980}, {Party: "S1", Receives: 26_532}}}
	return shown
}

func TestArrows(t *testing.T) {
	for part, want := range map[amount.Units]string{1: "━▶", 24: strings.Repeat("━", 24) + "▶",
		12: strings.Repeat("━", 12) + "▶", 0: "━▶"} {
		if got := arrow(part, 24); got != want {
			t.Errorf("%d: %s", part, got)
		}
	}
	if arrow(3, 7) != "━━━▶" || arrow(amount.Max, amount.Max) != strings.Repeat("━", 24)+"▶" {
		t.Error("an arrow is as long as its part")
	}
}

// TestShownCyclesNameTheFlag that finalises in spite of a statement that doesn't stand.
func TestShownCyclesNameTheFlag(t *testing.T) {
	shown := clitest.Rendered(func(w table.Writer) {
		w.AppendRows(closeRows(settlement.Close{ID: "2026-11", Consenting: []string{"F"}}))
	})
	if !strings.Contains(shown, "--carry") || !strings.Contains(shown, "silence of F is consent") {
		t.Error(shown)
	}
}
