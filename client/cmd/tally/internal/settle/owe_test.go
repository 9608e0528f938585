package settle

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/index"
	"tallystick/client/node/settle"
)

func TestOwesTable(t *testing.T) {
	got := clitest.Rendered(func(w table.Writer) {
		owesTable(w, settle.Owing{Height: 9,
			Outstanding: []index.Outstanding{{Issuer: "M", Programme: "MP", Outstanding: 1, Worth: "1/2"}},
			Owed: []index.Owed{{Cycle: "2026-11", Debtor: "F", Creditor: "D", Programme: "FP", Points: 8400,
				Fen: 6720, State: "NETTED"}, {Cycle: "2026-12", Debtor: "M", Creditor: "G", Fen: 108,
				State: "OPEN", Open: true}},
			Payments: []index.Unpaid{{Cycle: "2026-11", N: 3, Debtor: "F", Creditor: "D", Fen: 6720, Left: 20,
				State: "PART_PAID", Open: true}},
			Breakage: []index.Breakage{{Party: "M", Programme: "MP", Points: 800, Fen: "400"}},
		}, cli.Scales{"FP": 2})
	})
	want := strings.TrimLeft(`
 owes  whom             for                points  of which held   worth  cycle    state     
─────────────────────────────────────────────────────────────────────────────────────────────
 M     members          MP                      1              0  ¥0.005                     
─────────────────────────────────────────────────────────────────────────────────────────────
 F     D                FP                  84.00                 ¥67.20  2026-11  NETTED    
 M     G                other than points                          ¥1.08  2026-12  OPEN      
─────────────────────────────────────────────────────────────────────────────────────────────
 F     D                payment 3                                  ¥0.20  2026-11  PART_PAID 
─────────────────────────────────────────────────────────────────────────────────────────────
 M     nobody: expired  MP                    800                  ¥4.00                     
as of block 8
`, "\n")
	if got != want {
		t.Errorf("\n%s", got)
	}
}

func TestHiddenRows(t *testing.T) {
	position := func(debtor, creditor string, count uint64) index.HiddenOwed {
		return index.HiddenOwed{Cycle: "c1", State: "OPEN",
			HiddenPosition: settlement.HiddenPosition{Debtor: debtor, Creditor: creditor, Count: count}}
	}
	got := clitest.Rendered(func(w table.Writer) {
		owesTable(w, settle.Owing{Height: 9, Hidden: []settle.Hidden{
			{HiddenOwed: position("D", "S1", 1), Opened: true, Fen: "26800.5",
				Fees: []index.Owed{{Cycle: "c1", Debtor: "S1", Creditor: "G", Fen: 268}}},
			{HiddenOwed: position("G", "S2", 7)},
			{HiddenOwed: position("D", "S2", 1), Wrong: "it isn't"},
		}}, cli.Scales{})
	})
	want := `
 owes  whom  for            points  of which held                  worth  cycle  state 
───────────────────────────────────────────────────────────────────────────────────────
 D     S1    supply                                             ¥268.005  c1     OPEN  
 S1    G     fee on supply                                         ¥2.68  c1     OPEN  
 G     S2    supply                                hidden (7 deliveries)  c1     OPEN  
 D     S2    supply                                WRONG (1 delivery)     c1     OPEN  
as of block 8`
	if clitest.Squeezed(got) != clitest.Squeezed(want) {
		t.Errorf("\n%s", got)
	}
}
