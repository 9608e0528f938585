//go:build e2e

package e2e

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/quota"
)

// TestNodesRaceForTheLastOfABudget has two nodes of G award purchases by a joint
// campaign of G and D until there is nothing left: neither the budget nor D's cap is
// passed by a fen, whoever is first, and what was awarded is what each funder bears.
func TestNodesRaceForTheLastOfABudget(t *testing.T) {
	const each, budget, cap = 10, 1000, 300 // fen and points: G bears 6 of 10, D 4
	d := net.open(t, "D", "24")
	nodes := []*node{net.open(t, "G", "11-13"), net.open(t, "G", "14-16")}
	g := nodes[0]
	today, err := g.Query().Cycle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ cap, most amount.Units }{
		"the budget": {0, budget}, "a funder's cap": {cap, cap / 4 * 10},
	} {
		t.Run(name, func(t *testing.T) {
			id := fresh("double11")
			do(t, g, campaign.ProposeRequest{
				Campaign: id, Funders: []campaign.Share{{Party: "D", Parts: 40}, {Party: "G", Parts: 60}},
				Terms: campaign.Terms{En: "Double 11", Zh: "双十一", Budget: budget, From: today.Date, Until: farDay,
					Gives: campaign.Gives{Programme: "GP", Bonus: each, Expires: farDay}},
			})
			do(t, d, campaign.AgreeRequest{Campaign: id, Cap: c.cap})
			before := balance(t, g, "GP").Issued
			awarded := amount.Units(each * awardAll(t, nodes, id))
			if awarded > c.most || awarded < c.most*3/4 {
				t.Errorf("%d points were awarded, want at most %d and not much less", awarded, c.most)
			}
			if after := balance(t, g, "GP").Issued; after-before != awarded {
				t.Errorf("%d points were issued for awards of %d", after-before, awarded)
			}
			results, err := read(t, g).CampaignResults(id)
			if err != nil || results.Points != awarded || results.Left != budget-awarded || len(results.Funders) != 2 {
				t.Errorf("the results: %+v, %v", results, err)
			}
			for _, f := range results.Funders {
				if f.Fen != awarded*f.Parts/100 {
					t.Errorf("%s bears %d of %d", f.Party, f.Fen, awarded)
				}
			}
			if use, err := g.Query().Quota(t.Context(), quota.Campaign, id); err != nil ||
				use.Used-use.Returned != awarded {
				t.Errorf("the budget: %+v, %v", use, err)
			}
			t.Logf("%d of %d", awarded, c.most)
		})
	}
}

// awardAll has the nodes award purchases until each lane of both is refused for want
// of budget; every purchase is asked for at both. It answers how many were awarded.
func awardAll(t *testing.T, nodes []*node, id string) int64 {
	t.Helper()
	member := fresh("shopper")
	enrol(t, nodes[0], member)
	for _, n := range nodes {
		if err := n.level(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var awarded atomic.Int64
	var all sync.WaitGroup
	for caller := range 16 {
		all.Go(func() {
			for i, over := 0, 0; over < 4; i++ {
				req := campaign.AwardRequest{Campaigns: []string{id}, Member: member, Scene: "shop",
					Lines:     []campaign.Line{{Label: "tyres", Fen: 100}},
					Reference: fmt.Sprintf("%s-%d-%d", id, caller/2, i),
				}
				_, err := nodes[caller%2].Gateway.Do(t.Context(), "", req)
				switch fault.CodeOf(err) {
				case "":
					awarded.Add(1)
				case fault.Conflict: // the other node was first
				case fault.Quota:
					over++
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	for _, n := range nodes {
		n.tell()
	}
	return awarded.Load()
}
