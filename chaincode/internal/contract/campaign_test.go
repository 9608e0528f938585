package contract

import (
	"encoding/json"
	"reflect"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
)

// Two names of one person have one count, and what either gets is the root's.
func TestAMergedMemberIsAwardedAsOne(t *testing.T) {
	w := double11(t, 1000, 0)
	today := day(firstDay)
	w.must(t, "G", campaign.ProposeRequest{Campaign: "once",
		Funders: []campaign.Share{{Party: "G", Parts: 1}}, Terms: campaign.Terms{
			En: "Once", Zh: "一次", Budget: 1000, PerMember: 1, From: today, Until: today,
			Gives: campaign.Gives{Programme: "GP", Bonus: 10, Expires: today + 90}}})
	w.merge(t, "zhang", "li")
	req := awardDouble11("r-1")
	req.Campaigns, req.Member = []string{"double11", "once"}, "zhang"
	got := w.must(t, "G", req)
	for _, f := range rowsOf(w.net, "G", "lot") {
		if lot := f.Row.(points.Lot); lot.Member != "li" {
			t.Errorf("lot %s is %s's", f.ID, lot.Member)
		}
	}
	if a := rowsOf(w.net, "G", "award")[1]; a.ID != got.Row(1).String() || a.Row.(campaign.Award).Member != "li" {
		t.Errorf("%+v", a)
	}
	req = awardDouble11("r-2")
	req.Campaigns, req.Member = []string{"once"}, "li"
	w.refused(t, "G", req, fault.Limit)
}

// Of several campaigns one that gives nothing has all refused, and nothing is left
// of the others: no lot, no purchase used, nothing drawn.
func TestAnAwardIsWholeOrNot(t *testing.T) {
	w := double11(t, 1000, 0)
	today := day(firstDay)
	w.must(t, "G", campaign.ProposeRequest{Campaign: "small",
		Funders: []campaign.Share{{Party: "G", Parts: 1}}, Terms: campaign.Terms{
			En: "Small", Zh: "小", Budget: 9, From: today, Until: today,
			Gives: campaign.Gives{Programme: "GP", Bonus: 10, Expires: today + 90}}})
	req := awardDouble11("r-1")
	req.Campaigns = []string{"double11", "small"}
	w.refused(t, "G", req, fault.Quota)
	if n := len(rowsOf(w.net, "G", "lot")) + len(rowsOf(w.net, "G", "award")) + len(rowsOf(w.net, "G", "lease")) +
		len(rowsOf(w.net, "G", "purchase awarded")); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	w.must(t, "G", awardDouble11("r-1"))
}

// What a simulation says is what the award then gives, but for its numbers.
func TestASimulationSaysWhatTheAwardGives(t *testing.T) {
	w := double11(t, 1000, 0)
	req := awardDouble11("r-1")
	body, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(msp string) ([]answer.Prospect, error) {
		data, err := w.net.Evaluate(w.client(msp), "G", seal.Outer,
			ledgersim.Args("query:SimulateAward", string(body))...)
		if err != nil {
			return nil, err
		}
		var list []answer.Prospect
		return list, codec.DecodeJSON(data, &list)
	}
	said, err := ask("G")
	if err != nil || len(said) != 1 || said[0].Code != "" {
		t.Fatalf("%+v, %v", said, err)
	}
	w.must(t, "G", req)
	given := rowsOf(w.net, "G", "award")[0].Row.(campaign.Award)
	for i := range given.Funders {
		given.Funders[i].Lot = number.Row{}
	}
	if !reflect.DeepEqual(said[0].Award, given) || given.Points != 10 || given.Funders[0].Fen != amount.Units(6) {
		t.Errorf("said %+v, given %+v", said[0].Award, given)
	}
	if said, err = ask("G"); err != nil || said[0].Code != fault.Conflict {
		t.Errorf("again: %+v, %v", said, err)
	}
	if _, err = ask("D"); refusalOf(err) != fault.Forbidden {
		t.Errorf("another party: %v", err)
	}
}
