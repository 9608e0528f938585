package members

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/node/members"
	"tallystick/client/node/nodetest"
)

func TestWalletTable(t *testing.T) {
	lot := func(seq uint64, l points.Lot) index.Lot {
		return index.Lot{Number: number.Command{Party: "D", Lane: 1, Seq: seq}.Row(0), Lot: l}
	}
	plain := points.Lot{Programme: "DP", Member: "wang", Issued: 500, Placed: 200, Expires: 20787,
		State: points.Active, Origin: points.Issued}
	other := points.Lot{Programme: "GP", Member: "old", Funder: "F", Issued: 1860, Expires: 20787, Waits: 20700,
		State: points.Active, Origin: points.Transferred}
	for _, c := range []struct {
		name   string
		lots   []index.Lot
		frozen []index.Freeze
		want   string
	}{
		{"plain", []index.Lot{lot(2, plain)},
			[]index.Freeze{{Freeze: member.Freeze{By: "G", Reason: "abnormal_transfers"}}}, `
 lot          programme  available  held or spent  transferred  issued  expires     state              
───────────────────────────────────────────────────────────────────────────────────────────────────────
 D.1.2.0.0    DP               300            200            0     500  2026-11-30  ACTIVE             
 frozen by G                                                                        abnormal_transfers 
as of block 9
`},
		{"merged, funded, received, at a scale", []index.Lot{lot(3, other)}, nil, `
 lot        programme  available  held or spent  transferred  issued  expires     state   of   funder  origin       can be sent on from 
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 D.1.3.0.0  GP             18.60           0.00         0.00   18.60  2026-11-30  ACTIVE  old  F       TRANSFERRED  2026-09-04          
as of block 9
`},
	} {
		got := clitest.Rendered(func(w table.Writer) {
			walletTable(w, members.Wallet{Wallet: index.Wallet{Height: 10, Member: "wang", Lots: c.lots},
				Freezes: c.frozen}, cli.Scales{"GP": 2})
		})
		if want := strings.TrimLeft(c.want, "\n"); got != want {
			t.Errorf("%s:\n%s", c.name, got)
		}
	}
}

func TestWalletShowsWhatIsHeld(t *testing.T) {
	got := clitest.Rendered(func(w table.Writer) {
		walletTable(w, members.Wallet{Wallet: index.Wallet{Height: 10, Member: "wang",
			Held: []index.Held{{What: "order", ID: "D.1.1.0", By: "D", Programme: "GP", Amount: 1860}}}},
			cli.Scales{"GP": 2})
	})
	if !strings.Contains(clitest.Squeezed(got), "order D.1.1.0 GP 18.60 held by D") {
		t.Errorf("\n%s", got)
	}
}

// TestMembersHaveOrders: a member's page lists its orders, part by part.
func TestMembersHaveOrders(t *testing.T) {
	o := index.Order{Number: indextest.Numbered(1), Order: nodetest.Kit(goods.Accepted)}
	got := clitest.Rendered(func(w table.Writer) {
		personTable(w, members.Person{Height: 1, Orders: []index.OrderPart{o.Part(1)}})
	})
	if !strings.Contains(got, "1 oilkit at D for ¥298.00, ACCEPTED since 2026-11-02") {
		t.Errorf("\n%s", got)
	}
}
