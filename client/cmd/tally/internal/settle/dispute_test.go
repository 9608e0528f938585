package settle

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/index/indextest"
	"tallystick/client/node/settle"
	"tallystick/client/payments"
)

func TestParsingOfClearing(t *testing.T) {
	bad := fault.BadRequest
	clitest.Readings(t, parseAllocation,
		clitest.Reading{Text: "D:M:10", Want: settlement.Allocation{Debtor: "D", Creditor: "M", Fen: 1000}},
		clitest.Reading{Text: "D:M:10.001", Code: bad}, clitest.Reading{Text: "D:M", Code: bad},
		clitest.Reading{Text: "D:M:much", Code: bad},
		clitest.Reading{Text: "D:M:1:2", Code: bad}, clitest.Reading{Text: "", Code: bad})
	type named struct {
		cycle string
		n     uint32
	}
	clitest.Readings(t, func(text string) (named, error) {
		cycle, n, err := payments.Parse(text)
		return named{cycle, n}, err
	},
		clitest.Reading{Text: "2026-11-3", Want: named{"2026-11", 3}},
		clitest.Reading{Text: "c-4294967295", Want: named{"c", 4294967295}},
		clitest.Reading{Text: "2026-11-", Code: bad}, clitest.Reading{Text: "2026-11-0", Code: bad},
		clitest.Reading{Text: "2026-11-03", Code: bad}, clitest.Reading{Text: "-3", Code: bad},
		clitest.Reading{Text: "3", Code: bad},
		clitest.Reading{Text: "c-4294967296", Code: bad}, clitest.Reading{Text: "c-+1", Code: bad},
		clitest.Reading{Text: "NOTPROVIDED", Code: bad}, clitest.Reading{Text: "", Code: bad},
		clitest.Reading{Text: strings.Repeat("c", 25) + "-1", Code: bad})
}

// storyDispute is D's of the 1,200 that it is said to owe M.
func storyDispute(state settlement.DisputeState) settlement.Dispute {
	return settlement.Dispute{Cycle: "2026-11", By: "D", Against: "M", Reason: "not_delivered", State: state,
		AnswerBy: clitest.November + 32, Since: clitest.November + 29, Evidence: make([]byte, 32),
		Lines: []settlement.Disputed{{Line: indextest.Numbered(3).Row(0), Debtor: "D", Creditor: "M", Programme: "DP",
			Points: 120_000, Fen: 1200}}}
}

func TestDisputeTables(t *testing.T) {
	d := storyDispute(settlement.Ruled)
	d.Decided = []settlement.Allocation{{Debtor: "D", Creditor: "M", Fen: 1000}, {Debtor: "G", Creditor: "M", Fen: 200}}
	shown := settle.ShownDispute{Number: indextest.Numbered(9), Dispute: d, Fen: d.Sum()}
	got := clitest.Rendered(func(w table.Writer) { disputedTable(w, shown, cli.Scales{"DP": 2}) }) +
		clitest.Rendered(func(w table.Writer) {
			decidedTable(w, shown, nil)
		})
	want := strings.TrimLeft(`
 line        owes  whom  programme    points       ¥ 
─────────────────────────────────────────────────────
 D.1.1.3.0   D     M     DP         1,200.00  ¥12.00 
 in dispute                                   ¥12.00 
 decided: owes  whom       ¥ 
─────────────────────────────
 D              M     ¥10.00 
 G              M      ¥2.00 
`, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("\n%s", got)
	}
	shown.Grounds, shown.Last = make([]byte, 32), indextest.Numbered(12)
	if rows := clitest.Rendered(func(w table.Writer) { w.AppendRows(disputeRows(shown)) }); !strings.Contains(rows,
		"grounds") || !strings.Contains(rows, "D.1.1.12") {
		t.Error(rows)
	}
	d.State = settlement.Split
	offered := clitest.Rendered(func(w table.Writer) { decidedTable(w, settle.ShownDispute{Dispute: d}, nil) })
	if !strings.Contains(offered, "offered: owes") {
		t.Error(offered)
	}
}

// TestWhenAnAnswerIsWaitedFor: the day is shown while it counts.
func TestWhenAnAnswerIsWaitedFor(t *testing.T) {
	for state, want := range map[settlement.DisputeState]string{settlement.Raised: "2026-12-03",
		settlement.Answered: "", settlement.Withdrawn: ""} {
		d := storyDispute(state)
		rows := clitest.Rendered(func(w table.Writer) {
			w.AppendRows(disputeRows(settle.ShownDispute{Number: indextest.Numbered(9), Dispute: d}))
		})
		if answerBy(d) != want || strings.Contains(rows, "answer by") != (want != "") {
			t.Errorf("%s: %s", state, rows)
		}
	}
}
