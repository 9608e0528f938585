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
	"tallystick/client/node/settle"
)

// storyModels are three, of which one is for a scene.
func storyModels() []settlement.Model {
	bound := []string{"D", "G"}
	general := settlement.Terms{Price: amount.Rate{Num: 4, Den: 5}, Fee: amount.Rate{Num: 1, Den: 100},
		Tax: amount.Rate{Num: 6, Den: 100}, Delay: 3, Multilateral: true}
	care := general
	care.Price, care.Payer, care.Cap, care.Prefunded = amount.Rate{Num: 3, Den: 4}, settlement.IssuerPays, 10_000, true
	return []settlement.Model{
		{Number: 1, ID: "gp", Version: 1, By: "G", Scope: settlement.Scope{Issuer: "G"}, Terms: general,
			From: clitest.November, Agreed: bound},
		{Number: 2, ID: "gp-care", Version: 1, By: "G", Scope: settlement.Scope{Issuer: "G", Scene: "care"},
			Terms: care, From: clitest.November, Agreed: bound},
		{Number: 3, ID: "gp", Version: 2, By: "G", Scope: settlement.Scope{Issuer: "G"},
			Terms: settlement.Terms{Delay: 9}, From: clitest.November + 30, Agreed: bound[1:]},
	}
}

func TestViews(t *testing.T) {
	for _, c := range []struct {
		name string
		view string
		list []settle.Selected
		want string
	}{
		{"issuer", settle.IssuerView, storyViews(), `
 programme  issuer  acceptor  scene  yuan a point  fee to pay  tax contained   may owe in a cycle  pays, days after cut-off  netting       model     
─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 GP         G       D                       0.008                       3/50                                              3  multilateral  gp 1      
 GP         G       D         care         0.0075       1/100           3/50  prefunded + ¥100.00                         3  multilateral  gp-care 1 
 GP         G       M                        0.01                                                                         0  bilateral               
`},
		{"acceptor", settle.AcceptorView, storyViews()[:2], `
 programme  issuer  acceptor  scene  yuan a point  fee to pay  tax contained  may be owed in a cycle  is paid, days after cut-off  netting       model     
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 GP         G       D                       0.008       1/100           3/50                                                    3  multilateral  gp 1      
 GP         G       D         care         0.0075                       3/50     prefunded + ¥100.00                            3  multilateral  gp-care 1 
`},
	} {
		var got strings.Builder
		got.WriteString(clitest.Rendered(func(w table.Writer) {
			viewTable(w, c.view, c.list, cli.Scales{"DP": 0, "GP": 0})
		}))
		if d := cmp.Diff(strings.TrimLeft(c.want, "\n"), got.String()); d != "" {
			t.Errorf("%s:\n%s", c.name, got.String())
		}
	}
}

// TestOwnersView shows which programmes count where.
func TestOwnersView(t *testing.T) {
	list := []settle.Worth{{Programme: "DP", At: "M", Price: amount.Rate{Num: 1, Den: 1}}}
	for _, one := range storyViews() {
		list = append(list, settle.Worth{Programme: one.Programme, At: one.Acceptor,
			Scene: one.Scene, Price: one.Price})
	}
	got := clitest.Rendered(func(w table.Writer) { ownerTable(w, list, cli.Scales{"DP": 0, "GP": 0}) })
	if d := cmp.Diff(strings.TrimLeft(`
 programme  counts at  scene  yuan a point 
───────────────────────────────────────────
 DP         M                         0.01 
 GP         D                        0.008 
 GP         D          care         0.0075 
 GP         M                         0.01 
`, "\n"), got); d != "" {
		t.Error(d)
	}
}

// storyViews is what settles for G in the story: in general, for a scene, and with whom nothing is agreed.
func storyViews() []settle.Selected {
	models := storyModels()
	return []settle.Selected{
		{Issuer: "G", Acceptor: "D", Programme: "GP", Day: clitest.November, Number: 1, Model: "gp", Version: 1,
			Price: models[0].Terms.Price, Terms: models[0].Terms},
		{Issuer: "G", Acceptor: "D", Scene: "care", Programme: "GP", Day: clitest.November, Number: 2, Model: "gp-care",
			Version: 1, Price: models[1].Terms.Price, Terms: models[1].Terms},
		{Issuer: "G", Acceptor: "M", Programme: "GP", Day: clitest.November, Price: amount.Rate{Num: 1, Den: 1}},
	}
}

func TestSelectedTable(t *testing.T) {
	got := clitest.Rendered(func(w table.Writer) {
		selectedTable(w, storyViews()[1], cli.Scales{"GP": 2})
	})
	for _, want := range []string{"gp-care, version 1, number 2", "0.75", "1/100 by the issuer", "3/50",
		"3 days after cut-off", "multilateral", "prefunded + ¥100.00", "2026-11-01"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s:\n%s", want, got)
		}
	}
	none := clitest.Rendered(func(w table.Writer) {
		selectedTable(w, settle.Selected{Issuer: "D", Acceptor: "M", Day: clitest.November}, cli.Scales{"GP": 2})
	})
	if !strings.Contains(none, "none: the programme's price") || strings.Contains(none, "a point of") {
		t.Error(none)
	}
}

func TestModelsTables(t *testing.T) {
	models := storyModels()
	models = append(models, settlement.Model{ID: "gp", Version: 3, By: "G", From: clitest.November + 31,
		Agreed: []string{"G"}})
	got := clitest.Rendered(func(w table.Writer) { modelsTable(w, models, cli.Scales{"GP": 2, "DP": 2}) })
	for _, part := range []string{"gp-care", "prefunded + ¥100.00", "multilateral", "bilateral", "2026-12-01",
		"D, G", "from tomorrow"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s:\n%s", part, got)
		}
	}
	one := clitest.Rendered(func(w table.Writer) { modelTable(w, models, cli.Scales{"GP": 2, "DP": 2}) })
	for _, part := range []string{"gp, version 1, by G", "gp, version 2, by G", "the programme's",
		models[3].Hash().String()} {
		if !strings.Contains(one, part) {
			t.Errorf("no %s:\n%s", part, one)
		}
	}
}
