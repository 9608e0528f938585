package campaign

import (
	"encoding/json"
	"fmt"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
)

// proposal is a good one of three funders, changed.
func proposal(change func(*ProposeRequest)) ProposeRequest {
	r := ProposeRequest{
		Campaign: "double11", Terms: Terms{
			En: "Double 11", Zh: "双十一", Budget: 1000, Gives: Gives{Programme: "GP", Bonus: 10}, From: 20_000,
			Until: 20_100,
		},
		Funders: []Share{{Party: "D", Parts: 40}, {Party: "F", Parts: 20}, {Party: "G", Parts: 40}},
	}
	if change != nil {
		change(&r)
	}
	return r
}

func many(n int, format string) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf(format, i))
	}
	return list
}

func TestProposeCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*ProposeRequest)
		code   fault.Code
	}{
		{"points, a bonus", nil, ""},
		{"a rule and its times", func(r *ProposeRequest) {
			r.Terms.Gives = Gives{Programme: "GP", Rule: "spend", Times: amount.Rate{Num: 1, Den: 3}}
		}, ""},
		{"a benefit", func(r *ProposeRequest) { r.Terms.Gives = Gives{Benefit: "ride"} }, ""},
		{"goods and labels", func(r *ProposeRequest) { r.Terms.Goods = []string{"S1/oil-5w30", "tyre"} }, ""},
		{"most goods and outlets", func(r *ProposeRequest) {
			r.Terms.Goods, r.Terms.Outlets = many(MaxGoods, "S1/%d"), many(MaxOutlets, "D:%d")
		}, ""},
		{"one day", func(r *ProposeRequest) { r.Terms.Until = r.Terms.From }, ""},
		{"no id", func(r *ProposeRequest) { r.Campaign = "" }, fault.BadRequest},
		{"an id that would be a funder's quota", func(r *ProposeRequest) { r.Campaign = "a.b" }, fault.BadRequest},
		{"no name", func(r *ProposeRequest) { r.Terms.Zh = "" }, fault.BadRequest},
		{"no budget", func(r *ProposeRequest) { r.Terms.Budget = 0 }, fault.BadRequest},
		{"too much", func(r *ProposeRequest) { r.Terms.Budget = amount.Max + 1 }, fault.Limit},
		{"no funder", func(r *ProposeRequest) { r.Funders = nil }, fault.BadRequest},
		{"too many funders", func(r *ProposeRequest) {
			r.Funders = nil
			for _, p := range many(MaxFunders+1, "P%02d") {
				r.Funders = append(r.Funders, Share{Party: p, Parts: 1})
			}
		}, fault.BadRequest},
		{"a funder twice", func(r *ProposeRequest) { r.Funders[1].Party = "D" }, fault.BadRequest},
		{"unsorted", func(r *ProposeRequest) { r.Funders[0].Party = "H" }, fault.BadRequest},
		{"no parts", func(r *ProposeRequest) { r.Funders[0].Parts = 0 }, fault.BadRequest},
		{"a negative cap", func(r *ProposeRequest) { r.Cap = -1 }, fault.BadRequest},
		{"both", func(r *ProposeRequest) { r.Terms.Gives.Benefit = "ride" }, fault.BadRequest},
		{"neither", func(r *ProposeRequest) { r.Terms.Gives = Gives{} }, fault.BadRequest},
		{"a benefit with a bonus", func(r *ProposeRequest) { r.Terms.Gives = Gives{Benefit: "ride", Bonus: 1} },
			fault.BadRequest},
		{"nothing", func(r *ProposeRequest) { r.Terms.Gives = Gives{Programme: "GP"} }, fault.BadRequest},
		{"times of no rule", func(r *ProposeRequest) { r.Terms.Gives.Times = amount.Rate{Num: 1, Den: 1} },
			fault.BadRequest},
		{"a rule of no times", func(r *ProposeRequest) { r.Terms.Gives.Rule = "spend" }, fault.BadRequest},
		{"times nothing", func(r *ProposeRequest) {
			r.Terms.Gives.Rule, r.Terms.Gives.Times = "spend", amount.Rate{Num: 0, Den: 1}
		}, fault.BadRequest},
		{"too many goods", func(r *ProposeRequest) { r.Terms.Goods = many(MaxGoods+1, "S1/%d") }, fault.BadRequest},
		{"a good twice", func(r *ProposeRequest) { r.Terms.Goods = []string{"tyre", "tyre"} }, fault.BadRequest},
		{"a good of three parts", func(r *ProposeRequest) { r.Terms.Goods = []string{"S1/a/b"} }, fault.BadRequest},
		{"too many outlets", func(r *ProposeRequest) { r.Terms.Outlets = many(MaxOutlets+1, "D:%d") },
			fault.BadRequest},
		{"an outlet of nobody", func(r *ProposeRequest) { r.Terms.Outlets = []string{"pudong"} }, fault.BadRequest},
		{"an outlet twice", func(r *ProposeRequest) { r.Terms.Outlets = []string{"D:a", "D:a"} }, fault.BadRequest},
		{"tiers of nothing", func(r *ProposeRequest) { r.Terms.Audience = audience.Audience{Tiers: []string{"gold"}} },
			fault.BadRequest},
		{"no day", func(r *ProposeRequest) { r.Terms.From = 0 }, fault.BadRequest},
		{"it ends before it begins", func(r *ProposeRequest) { r.Terms.Until = r.Terms.From - 1 }, fault.BadRequest},
	} {
		if err := proposal(c.change).Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestProposeDecides(t *testing.T) {
	for _, c := range []struct {
		name, caller string
		change       func(*ProposeRequest)
		code         fault.Code
		state        State
	}{
		{"others have yet to agree", "G", nil, "", Proposed},
		{"the caller is none of them", "M", nil, "", Proposed},
		{"the caller alone", "G", func(r *ProposeRequest) { r.Funders = []Share{{Party: "G", Parts: 1}} }, "", Active},
		{"another alone", "G", func(r *ProposeRequest) { r.Funders = []Share{{Party: "D", Parts: 1}} }, "", Proposed},
		{"its last day is today", "G", func(r *ProposeRequest) { r.Terms.Until = 150 }, "", Proposed},
		{"a cap of none, before past", "M", func(r *ProposeRequest) { r.Cap, r.Terms.Until = 1, 149 }, fault.BadRequest,
			0},
		{"past", "G", func(r *ProposeRequest) { r.Terms.Until = 149 }, fault.Expired, 0},
	} {
		if made, err := Propose(proposal(c.change), nil, by(c.caller)); fault.CodeOf(err) != c.code ||
			made.State != c.state {
			t.Errorf("%s: %s, %v", c.name, made.State, err)
		}
	}
}

// purchase is one that double11 awards, changed.
func purchase(change func(*AwardRequest)) AwardRequest {
	r := AwardRequest{
		Campaigns: []string{"double11"}, Member: "li", Scene: "retail", Outlet: "D:pudong", Reference: "r-1",
		Lines: []Line{{Good: "S1/oil", Label: "oil", Fen: 1000}, {Label: "tyre", Fen: 200}, {Fen: 5}},
	}
	if change != nil {
		change(&r)
	}
	return r
}

func TestAwardCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*AwardRequest)
		code   fault.Code
	}{
		{"good", nil, ""},
		{"no outlet, no scene", func(r *AwardRequest) { r.Outlet, r.Scene = "", "" }, ""},
		{"most campaigns", func(r *AwardRequest) { r.Campaigns = many(MaxCampaigns, "c%d") }, ""},
		{"most lines", func(r *AwardRequest) {
			for len(r.Lines) < MaxLines {
				r.Lines = append(r.Lines, Line{Fen: 1})
			}
		}, ""},
		{"commitments", func(r *AwardRequest) { r.Commitments = []code.Commitment{nil} }, ""},
		{"no campaign", func(r *AwardRequest) { r.Campaigns = nil }, fault.BadRequest},
		{"too many", func(r *AwardRequest) { r.Campaigns = many(MaxCampaigns+1, "c%d") }, fault.BadRequest},
		{"one twice", func(r *AwardRequest) { r.Campaigns = []string{"a", "b", "a"} }, fault.BadRequest},
		{"no member", func(r *AwardRequest) { r.Member = "" }, fault.BadRequest},
		{"no reference", func(r *AwardRequest) { r.Reference = "" }, fault.BadRequest},
		{"no such scene", func(r *AwardRequest) { r.Scene = "a b" }, fault.BadRequest},
		{"no such witness", func(r *AwardRequest) { r.Witness = "a b" }, fault.BadRequest},
		{"an outlet of nobody", func(r *AwardRequest) { r.Outlet = "pudong" }, fault.BadRequest},
		{"no line", func(r *AwardRequest) { r.Lines = nil }, fault.BadRequest},
		{"too many lines", func(r *AwardRequest) { r.Lines = make([]Line, MaxLines+1) }, fault.BadRequest},
		{"a line of nothing", func(r *AwardRequest) { r.Lines[0].Fen = 0 }, fault.BadRequest},
		{"a line of too much", func(r *AwardRequest) { r.Lines[0].Fen = amount.Max + 1 }, fault.Limit},
		{"a good of no supplier", func(r *AwardRequest) { r.Lines[0].Good = "oil" }, fault.BadRequest},
		{"no label", func(r *AwardRequest) { r.Lines[0].Label = "a/b" }, fault.BadRequest},
		{"commitments of fewer",
			func(r *AwardRequest) { r.Campaigns, r.Commitments = []string{"a", "b"}, []code.Commitment{nil} },
			fault.BadRequest},
		{"no commitment", func(r *AwardRequest) { r.Commitments = []code.Commitment{{1}} }, fault.BadRequest},
	} {
		if err := purchase(c.change).Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for name, err := range map[string]error{
		"agree":                AgreeRequest{Campaign: "c", Cap: 9}.Check(),
		"agree without a cap":  AgreeRequest{Campaign: "c"}.Check(),
		"leave":                LeaveRequest{Campaign: "c", Reason: "x"}.Check(),
		"end":                  EndRequest{Campaign: "c", Reason: "x"}.Check(),
		"!agree to nothing":    AgreeRequest{}.Check(),
		"!a negative cap":      AgreeRequest{Campaign: "c", Cap: -1}.Check(),
		"!leave for no reason": LeaveRequest{Campaign: "c"}.Check(),
		"!end for no reason":   EndRequest{Campaign: "c"}.Check(),
		"!end nothing":         EndRequest{Reason: "x"}.Check(),
	} {
		if (name[0] == '!') != (fault.CodeOf(err) == fault.BadRequest) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAdmit says which lines count. Where a case breaks several rules, the first
// of them answers.
func TestAdmit(t *testing.T) {
	lists := func(goods, outlets []string) func(*Campaign) {
		return func(c *Campaign) { c.Terms.Goods, c.Terms.Outlets = goods, outlets }
	}
	for _, c := range []struct {
		name   string
		change func(*Campaign)
		today  At
		code   fault.Code
		fen    amount.Units // of the lines that count
	}{
		{"everything", lists(nil, nil), by("G"), "", 1205},
		{"a good", lists([]string{"S1/oil"}, nil), by("G"), "", 1000},
		{"a label", lists([]string{"tyre"}, nil), by("G"), "", 200},
		{"a good and its label count once", lists([]string{"S1/oil", "oil"}, nil), by("G"), "", 1000},
		{"one of the outlets", lists(nil, []string{"D:puxi", "D:pudong"}), by("G"), "", 1205},
		{"its scene", func(c *Campaign) { c.Terms.Scene = "retail" }, by("G"), "", 1205},
		{"the first day", lists(nil, nil), At{Date: 100}, "", 1205},
		{"the last day", lists(nil, nil), At{Date: 200}, "", 1205},
		{"ended, before too early", func(c *Campaign) { c.State = Ended }, At{Date: 99}, fault.WrongState, 0},
		{"too early, before another scene", func(c *Campaign) { c.Terms.Scene = "aftersales" }, At{Date: 99},
			fault.Expired, 0},
		{"too late", lists(nil, nil), At{Date: 201}, fault.Expired, 0},
		{"another scene, before another outlet",
			func(c *Campaign) { c.Terms.Scene, c.Terms.Outlets = "aftersales", []string{"D:puxi"} }, by("G"),
			fault.Forbidden, 0},
		{"another outlet", lists(nil, []string{"M:pudong"}), by("G"), fault.Ineligible, 0},
		{"other goods", lists([]string{"S2/oil", "wiper"}, nil), by("G"), fault.Ineligible, 0},
	} {
		one := double11(Active)
		c.change(&one)
		lines, err := one.Admit(purchase(nil), c.today.Date)
		sum := amount.Units(0)
		for _, l := range lines {
			sum += l.Fen
		}
		if fault.CodeOf(err) != c.code || sum != c.fen {
			t.Errorf("%s: %d fen, %v", c.name, sum, err)
		}
	}
}

func TestStack(t *testing.T) {
	one := func(id string, order uint16) Campaign { return Campaign{ID: id, Terms: Terms{Order: order}} }
	alone := Campaign{ID: "alone", Terms: Terms{Exclusive: true}}
	crowd := Campaign{Terms: Terms{Gives: Gives{Programme: "GP"}}, Funders: make([]Funder, MaxFunders)}
	crowds := func(n int) (list []Campaign) {
		for range n {
			list = append(list, crowd)
		}
		return list
	}
	for name, c := range map[string]struct {
		list []Campaign
		code fault.Code
	}{
		"one":                          {[]Campaign{one("a", 5)}, ""},
		"by order":                     {[]Campaign{one("b", 1), one("a", 2)}, ""},
		"by id":                        {[]Campaign{one("a", 1), one("b", 1)}, ""},
		"an exclusive one":             {[]Campaign{alone}, ""},
		"96 lots":                      {crowds(6), ""},
		"against the order":            {[]Campaign{one("a", 2), one("b", 1)}, fault.WrongOrder},
		"against the ids":              {[]Campaign{one("b", 1), one("a", 1)}, fault.WrongOrder},
		"an exclusive one with others": {[]Campaign{alone, one("z", 1)}, fault.WrongOrder},
		"112 lots":                     {crowds(7), fault.Limit},
		"the order before the lots":    {append([]Campaign{one("z", 1)}, crowds(7)...), fault.WrongOrder},
	} {
		if err := Stack(c.list); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStatesAsWords(t *testing.T) {
	for s := Proposed; s <= Withdrawn; s++ {
		data, err := json.Marshal(s)
		var back State
		if err != nil || json.Unmarshal(data, &back) != nil || back != s {
			t.Errorf("%s came back as %s, %v", data, back, err)
		}
	}
	if json.Unmarshal([]byte(`"PAUSED"`), new(State)) == nil {
		t.Error("PAUSED was taken")
	}
}
