package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// storySight is a ledger with two programmes and three models, of which one is for a scene.
func storySight() sight {
	bound := []string{"D", "G"}
	general := settlement.Terms{Price: amount.Rate{Num: 4, Den: 5}, Fee: amount.Rate{Num: 1, Den: 100}, Tax: amount.Rate{Num: 6, Den: 100}, Delay: 3, Multilateral: true}
	care := general
	care.Price, care.Payer, care.Cap, care.Prefunded = amount.Rate{Num: 3, Den: 4}, settlement.IssuerPays, 10_000, true
	return sight{
		book: settlement.Book{Models: []settlement.Model{
			{Number: 1, ID: "gp", Version: 1, By: "G", Scope: settlement.Scope{Issuer: "G"}, Terms: general, From: november, Agreed: bound},
			{Number: 2, ID: "gp-care", Version: 1, By: "G", Scope: settlement.Scope{Issuer: "G", Scene: "care"}, Terms: care, From: november, Agreed: bound},
			{Number: 3, ID: "gp", Version: 2, By: "G", Scope: settlement.Scope{Issuer: "G"}, Terms: settlement.Terms{Delay: 9}, From: november + 30, Agreed: bound[1:]},
		}},
		parties:    []party.Party{{ID: "D", Roles: party.Issuer | party.Acceptor}, {ID: "G", Roles: party.Issuer}, {ID: "M", Roles: party.Acceptor}},
		programmes: []points.Programme{{ID: "DP", Issuer: "D", Price: amount.Rate{Num: 1, Den: 1}}, {ID: "GP", Issuer: "G", Price: amount.Rate{Num: 1, Den: 1}}},
	}
}

func TestSelecting(t *testing.T) {
	s := storySight()
	for _, c := range []struct {
		name   string
		q      settlement.Question
		number uint32
		model  string
		price  string
	}{
		{"in general", settlement.Question{Issuer: "G", Acceptor: "D", Programme: "GP", Day: november}, 1, "gp", "4/5"},
		{"for a scene", settlement.Question{Issuer: "G", Acceptor: "D", Programme: "GP", Scene: "care", Day: november}, 2, "gp-care", "3/4"},
		{"before it began", settlement.Question{Issuer: "G", Acceptor: "D", Programme: "GP", Day: november - 1}, 0, "", "1"},
		{"with whom it isn't agreed", settlement.Question{Issuer: "G", Acceptor: "M", Programme: "GP", Day: november}, 0, "", "1"},
		{"a version that one side hasn't agreed to", settlement.Question{Issuer: "G", Acceptor: "D", Programme: "GP", Day: november + 40}, 1, "gp", "4/5"},
		{"of no programme that there is", settlement.Question{Issuer: "G", Acceptor: "M", Programme: "XP", Day: november}, 0, "", ""},
	} {
		got := s.one(c.q)
		if got.Number != c.number || got.Model != c.model || rateText(got.Price) != c.price {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestViews(t *testing.T) {
	for _, c := range []struct {
		name string
		q    selecting
		want string
	}{
		{"issuer", selecting{settlement.Question{Issuer: "G", Day: november}, issuerView}, `
 programme  issuer  acceptor  scene  yuan a point  fee to pay  tax contained   may owe in a cycle  pays, days after cut-off  netting       model     
─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 GP         G       D                       0.008                       3/50                                              3  multilateral  gp 1      
 GP         G       D         care         0.0075       1/100           3/50  prefunded + ¥100.00                         3  multilateral  gp-care 1 
 GP         G       M                        0.01                                                                         0  bilateral               
`},
		{"acceptor", selecting{settlement.Question{Acceptor: "D", Day: november}, acceptorView}, `
 programme  issuer  acceptor  scene  yuan a point  fee to pay  tax contained  may be owed in a cycle  is paid, days after cut-off  netting       model     
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 GP         G       D                       0.008       1/100           3/50                                                    3  multilateral  gp 1      
 GP         G       D         care         0.0075                       3/50     prefunded + ¥100.00                            3  multilateral  gp-care 1 
`},
		{"owner", selecting{settlement.Question{Day: november}, ownerView}, `
 programme  counts at  scene  yuan a point 
───────────────────────────────────────────
 DP         M                         0.01 
 GP         D                        0.008 
 GP         D          care         0.0075 
 GP         M                         0.01 
`},
		{"owner, of one scene", selecting{settlement.Question{Day: november, Scene: "care", Acceptor: "D"}, ownerView}, `
 programme  counts at  scene  yuan a point 
───────────────────────────────────────────
 GP         D          care         0.0075 
`},
	} {
		var got strings.Builder
		if err := (&app{out: &got, format: "table"}).printView(c.q, storySight()); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(strings.TrimLeft(c.want, "\n"), got.String()); d != "" {
			t.Errorf("%s:\n%s", c.name, got.String())
		}
	}
}

// TestOwnersSeeNothingBetweenEnterprises: neither fees nor caps nor models.
func TestOwnersSeeNothingBetweenEnterprises(t *testing.T) {
	var got strings.Builder
	q := selecting{settlement.Question{Day: november}, ownerView}
	if err := (&app{out: &got, format: "json"}).printView(q, storySight()); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"fee", "cap", "tax", "model", "delay", "prefunded", "issuer"} {
		if strings.Contains(got.String(), word) {
			t.Errorf("%s is told:\n%s", word, got.String())
		}
	}
	if !strings.Contains(got.String(), `"programme": "GP"`) {
		t.Error(got.String())
	}
}

func TestSelectedTable(t *testing.T) {
	s := storySight()
	got := rendered(func(w table.Writer) {
		selectedTable(w, s.one(settlement.Question{Issuer: "G", Acceptor: "D", Programme: "GP", Scene: "care", Day: november}), scales{"GP": 2})
	})
	for _, want := range []string{"gp-care, version 1, number 2", "0.75", "1/100 by the issuer", "3/50", "3 days after cut-off", "multilateral", "prefunded + ¥100.00", "2026-11-01"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s:\n%s", want, got)
		}
	}
	none := rendered(func(w table.Writer) {
		selectedTable(w, s.one(settlement.Question{Issuer: "D", Acceptor: "M", Day: november}), scales{"GP": 2})
	})
	if !strings.Contains(none, "none: the programme's price") || strings.Contains(none, "a point of") {
		t.Error(none)
	}
}

func TestQuestionsOfViews(t *testing.T) {
	q := func(issuer, acceptor, view string) selecting {
		return selecting{settlement.Question{Issuer: issuer, Acceptor: acceptor}, view}
	}
	for _, c := range []struct {
		q    selecting
		code fault.Code
	}{
		{q("G", "D", ""), ""}, {q("G", "", issuerView), ""}, {q("G", "D", issuerView), ""}, {q("", "D", acceptorView), ""}, {q("", "", ownerView), ""},
		{q("G", "", ""), fault.BadRequest}, {q("", "D", ""), fault.BadRequest}, {q("G", "G", ""), fault.BadRequest},
		{q("", "D", issuerView), fault.BadRequest}, {q("G", "", acceptorView), fault.BadRequest}, {q("G", "D", "auditor"), fault.BadRequest},
	} {
		if err := c.q.check(); fault.CodeOf(err) != c.code {
			t.Errorf("%+v: %v", c.q, err)
		}
	}
}

func TestModelsTables(t *testing.T) {
	models := storySight().book.Models
	models = append(models, settlement.Model{ID: "gp", Version: 3, By: "G", From: november + 31, Agreed: []string{"G"}})
	got := rendered(func(w table.Writer) { modelsTable(w, models, scales{"GP": 2, "DP": 2}) })
	for _, part := range []string{"gp-care", "prefunded + ¥100.00", "multilateral", "bilateral", "2026-12-01", "D, G", "from tomorrow"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s:\n%s", part, got)
		}
	}
	one := rendered(func(w table.Writer) { modelTable(w, models, scales{"GP": 2, "DP": 2}) })
	for _, part := range []string{"gp, version 1, by G", "gp, version 2, by G", "the programme's", models[3].Hash().String()} {
		if !strings.Contains(one, part) {
			t.Errorf("no %s:\n%s", part, one)
		}
	}
	for id, want := range map[string]bool{"G": true, "D": true, "M": false} {
		if concerns(models[0], id) != want {
			t.Errorf("%s", id)
		}
	}
}
