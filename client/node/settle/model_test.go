package settle

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/client/node"
)

// storySight is a ledger with two programmes and three models, of which one is for a scene.
func storySight() sight {
	bound := []string{"D", "G"}
	general := settlement.Terms{Price: amount.Rate{Num: 4, Den: 5}, Fee: amount.Rate{Num: 1, Den: 100},
		Tax: amount.Rate{Num: 6, Den: 100}, Delay: 3, Multilateral: true}
	care := general
	care.Price, care.Payer, care.Cap, care.Prefunded = amount.Rate{Num: 3, Den: 4}, settlement.IssuerPays, 10_000, true
	return sight{
		book: settlement.Agreements{Models: []settlement.Model{
			{Number: 1, ID: "gp", Version: 1, By: "G", Scope: settlement.Scope{Issuer: "G"}, Terms: general,
				From: november, Agreed: bound},
			{Number: 2, ID: "gp-care", Version: 1, By: "G", Scope: settlement.Scope{Issuer: "G", Scene: "care"},
				Terms: care, From: november, Agreed: bound},
			{Number: 3, ID: "gp", Version: 2, By: "G", Scope: settlement.Scope{Issuer: "G"},
				Terms: settlement.Terms{Delay: 9}, From: november + 30, Agreed: bound[1:]},
		}},
		parties: []party.Party{{ID: "D", Roles: party.Issuer | party.Acceptor}, {ID: "G", Roles: party.Issuer},
			{ID: "M", Roles: party.Acceptor}},
		programmes: []points.Programme{{ID: "DP", Issuer: "D", Price: amount.Rate{Num: 1, Den: 1}},
			{ID: "GP", Issuer: "G", Price: amount.Rate{Num: 1, Den: 1}}},
	}
}

func TestSelecting(t *testing.T) {
	s := storySight()
	for _, c := range []struct {
		name   string
		q      settlement.Question
		number uint32
		model  string
		price  amount.Rate
	}{
		{"in general", settlement.Question{Issuer: "G", Acceptor: "D", Programme: "GP", Day: november}, 1, "gp",
			amount.Rate{Num: 4, Den: 5}},
		{"for a scene", settlement.Question{Issuer: "G", Acceptor: "D", Programme: "GP", Scene: "care", Day: november},
			2, "gp-care", amount.Rate{Num: 3, Den: 4}},
		{"before it began", settlement.Question{Issuer: "G", Acceptor: "D", Programme: "GP", Day: november - 1}, 0, "",
			amount.Rate{Num: 1, Den: 1}},
		{"with whom it isn't agreed", settlement.Question{Issuer: "G", Acceptor: "M", Programme: "GP", Day: november},
			0, "", amount.Rate{Num: 1, Den: 1}},
		{"a version that one side hasn't agreed to", settlement.Question{Issuer: "G", Acceptor: "D", Programme: "GP",
			Day: november + 40}, 1, "gp", amount.Rate{Num: 4, Den: 5}},
		{"of no programme that there is", settlement.Question{Issuer: "G", Acceptor: "M", Programme: "XP",
			Day: november}, 0, "", amount.Rate{}},
	} {
		got := s.one(c.q)
		if got.Number != c.number || got.Model != c.model || got.Price != c.price {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// TestViews: a scene stands apart only where it is settled otherwise.
func TestViews(t *testing.T) {
	for _, c := range []struct {
		name string
		q    settlement.Question
		want string
	}{
		{"of an issuer", settlement.Question{Issuer: "G", Day: november}, "GP/D//1 GP/D/care/2 GP/M//0"},
		{"of an acceptor", settlement.Question{Acceptor: "D", Day: november}, "GP/D//1 GP/D/care/2"},
		{"of owners", settlement.Question{Day: november}, "DP/M//0 GP/D//1 GP/D/care/2 GP/M//0"},
		{"of one scene", settlement.Question{Day: november, Scene: "care", Acceptor: "D"}, "GP/D/care/2"},
		{"of one programme", settlement.Question{Day: november, Programme: "DP"}, "DP/M//0"},
		{"of nobody's", settlement.Question{Day: november, Issuer: "M"}, ""},
	} {
		var got []string
		for _, one := range storySight().view(c.q) {
			got = append(got, fmt.Sprintf("%s/%s/%s/%d", one.Programme, one.Acceptor, one.Scene, one.Number))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestOwnersSeeNothingBetweenEnterprises: neither fees nor caps nor models.
func TestOwnersSeeNothingBetweenEnterprises(t *testing.T) {
	text, err := json.Marshal(node.List[Worth]{Rows: storySight().worth(settlement.Question{Day: november})})
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"fee", "cap", "tax", "model", "delay", "prefunded", "issuer"} {
		if strings.Contains(string(text), word) {
			t.Errorf("%s is told:\n%s", word, text)
		}
	}
	if !strings.Contains(string(text), `"programme":"GP"`) {
		t.Errorf("%s", text)
	}
}

func TestQuestionsOfViews(t *testing.T) {
	q := func(issuer, acceptor string) ModelQuestion { return ModelQuestion{Issuer: issuer, Acceptor: acceptor} }
	for _, c := range []struct {
		q    node.Checker
		code fault.Code
	}{
		{SelectModelRequest{q("G", "D")}, ""}, {ViewModelsRequest{IssuerView, q("G", "")}, ""},
		{ViewModelsRequest{IssuerView, q("G", "D")}, ""}, {ViewModelsRequest{AcceptorView, q("", "D")}, ""},
		{SelectModelRequest{q("G", "")}, fault.BadRequest}, {SelectModelRequest{q("", "D")}, fault.BadRequest},
		{SelectModelRequest{q("G", "G")}, fault.BadRequest},
		{ViewModelsRequest{IssuerView, q("", "D")}, fault.BadRequest},
		{ViewModelsRequest{AcceptorView, q("G", "")}, fault.BadRequest},
		{ViewModelsRequest{"auditor", q("G", "D")}, fault.BadRequest},
	} {
		if err := c.q.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%+v: %v", c.q, err)
		}
	}
}

// TestVersionsOfAModel are found by its id, and by who proposed it.
func TestVersionsOfAModel(t *testing.T) {
	models := func() []settlement.Model {
		return append(storySight().book.Models, settlement.Model{ID: "gp", Version: 1, By: "D"})
	}
	for _, c := range []struct {
		asked ModelRequest
		want  string
		code  fault.Code
	}{
		{ModelRequest{Model: "gp"}, "D/1 G/1 G/2", ""}, {ModelRequest{"gp", "G"}, "G/1 G/2", ""},
		{ModelRequest{"gp", "M"}, "", fault.NotFound}, {ModelRequest{Model: "x"}, "", fault.NotFound},
	} {
		var got []string
		list, err := c.asked.versions(models())
		for _, m := range list {
			got = append(got, fmt.Sprintf("%s/%d", m.By, m.Version))
		}
		if fault.CodeOf(err) != c.code || strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, %v", c.asked, got, err)
		}
	}
}

func TestWhomAModelConcerns(t *testing.T) {
	models := storySight().book.Models
	for id, want := range map[string]bool{"G": true, "D": true, "M": false} {
		if concerns(models[0], id) != want {
			t.Errorf("%s", id)
		}
	}
}
