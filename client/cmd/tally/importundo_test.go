package main

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/row"
	"tallystick/client/importer"
	"tallystick/client/index"
)

// words are a table's cells, in one line.
func words(fill func(table.Writer)) string {
	t := table.NewWriter()
	fill(t)
	return strings.Join(strings.Fields(t.RenderTSV()), " ")
}

// Points of an import, and of its undoing, are shown in their programme's digits.
func TestImportsShowPointsInTheirDigits(t *testing.T) {
	u := undone{Source: "october", Programme: "DP", Lots: 2, Issued: 150000, Revoked: 149550, Gone: 450, Stays: []staying{{"D.1.1.0.0", "m-1", "r3", 450}}}
	if got := words(func(t table.Writer) { undoneTable(t, u, scales{"DP": 2}) }); got != "source october lots that it made 2 points in them 1,500.00 taken back now 1,495.50 taken back before 0.00 spent, held or gone: they stay 4.50 of m-1 r3 4.50" {
		t.Error(got)
	}
	u.Programme = "" // lots of several programmes
	if got := words(func(t table.Writer) { undoneTable(t, u, scales{"DP": 2}) }); !strings.Contains(got, "points in them 150,000 smallest units") {
		t.Error(got)
	}
	r := &importer.Report{Kind: "awards", Digits: 2, Totals: importer.Totals{Awards: 1, Points: 123456}}
	if got := words(func(t table.Writer) { importTable(t, r, "") }); !strings.Contains(got, "points 1,234.56") {
		t.Error(got)
	}
}

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
	r := readModel(t, []entry{
		put(row.Benefit("b"), benefit.Model{ID: "b", Provider: "D", Kind: benefit.Coupon, Price: 5, Uses: 1, Days: 1, Scene: "retail", Fee: amount.Rate{Den: 1}, Lapse: benefit.Refund, Open: true}),
		put(row.Campaign("c"), campaign.Campaign{ID: "c", By: "D", Funders: []campaign.Funder{{Party: "D", Parts: 1}}, State: campaign.Proposed}),
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
