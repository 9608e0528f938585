package node

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/row"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
)

func TestProgrammeOfLots(t *testing.T) {
	lots := func(programmes ...string) (list []index.Lot) {
		for _, p := range programmes {
			var lot index.Lot
			lot.Programme = p
			list = append(list, lot)
		}
		return list
	}
	for want, list := range map[string][]index.Lot{"DP": lots("DP", "DP"), "": lots("DP", "GP")} {
		if got := programmeOf(list); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if programmeOf(nil) != "" {
		t.Error("no lots have a programme")
	}
}

// An import finds what parties offer in the read model.
func TestOffersAreFound(t *testing.T) {
	r := indextest.ReadModel(t, []indextest.Entry{
		indextest.Put(row.Benefit("b"), benefit.Model{ID: "b", Provider: "D", Kind: benefit.Coupon, Price: 5, Uses: 1,
			Days: 1, Scene: "retail", Fee: amount.Rate{Den: 1}, Lapse: benefit.Refund, Open: true}),
		indextest.Put(row.Campaign("c"), campaign.Campaign{ID: "c", By: "D",
			Funders: []campaign.Funder{{Party: "D", Parts: 1}}, State: campaign.Proposed}),
	})
	if m, found, err := r.Benefit("b"); err != nil || !found || m.Price != 5 || m.Provider != "D" {
		t.Errorf("%+v, %v, %v", m, found, err)
	}
	if c, found, err := r.Campaign("c"); err != nil || !found || c.By != "D" {
		t.Errorf("%+v, %v, %v", c, found, err)
	}
	for _, id := range []string{"none", "b"} {
		if _, found, err := r.Campaign(id); found || err != nil {
			t.Errorf("%s: %v, %v", id, found, err)
		}
	}
}
