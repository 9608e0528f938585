package main

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/figure"
)

func TestReadings(t *testing.T) {
	bad := fault.BadRequest
	d9 := number.Command{Party: "D", Seq: 9}
	readings(t, func(text string) (points.Grant, error) { g, _, err := parseGrant(text); return g, err },
		reading{text: "li:5", want: points.Grant{Member: "li", Amount: 5}},
		reading{text: "li:5:2026-12-31", want: points.Grant{Member: "li", Amount: 5, Expires: 20818}},
		reading{text: "li:5::D", want: points.Grant{Member: "li", Amount: 5, Activator: "D"}},
		reading{text: "li:5:2026-12-31:D", want: points.Grant{Member: "li", Amount: 5, Expires: 20818, Activator: "D"}},
		reading{text: "li", code: bad}, reading{text: "li:five", code: bad}, reading{text: "li:5:D", code: bad},
		reading{text: "li:5::D:x", code: bad}, reading{text: "", code: bad})
	readings(t, parseShare,
		reading{text: "G:60", want: points.Share{Funder: "G", Parts: 60}},
		reading{text: "D:40:D.0.9.0", want: points.Share{Funder: "D", Parts: 40, Pledge: d9}},
		reading{text: "G", code: bad}, reading{text: "G:half", code: bad}, reading{text: "D:40:D.0", code: bad},
		reading{text: "D:40:D.0.9.0:1", code: bad})
	readings(t, parseLine,
		reading{text: "12", want: points.Bought{Fen: 1200}},
		reading{text: "oil:12.50", want: points.Bought{Label: "oil", Fen: 1250}},
		reading{text: "12.505", code: bad}, reading{text: "1,200", code: bad}, reading{text: "oil:", code: bad},
		reading{text: "", code: bad})
	readings(t, parseFunder, reading{text: "G:60", want: campaign.Share{Party: "G", Parts: 60}},
		reading{text: "G", code: bad}, reading{text: "G:half", code: bad})
	readings(t, parseBought,
		reading{text: "12", want: campaign.Line{Fen: 1200}},
		reading{text: "oil:12.50", want: campaign.Line{Label: "oil", Fen: 1250}},
		reading{text: "S1/5w30:12", want: campaign.Line{Good: "S1/5w30", Fen: 1200}},
		reading{text: "oil,S1/5w30:12.0", want: campaign.Line{Good: "S1/5w30", Label: "oil", Fen: 1200}},
		reading{text: "12.505", code: bad}, reading{text: "oil:", code: bad}, reading{text: "oil,tyre:5", code: bad},
		reading{text: "S1/a,S1/b:5", code: bad}, reading{text: "", code: bad})
	readings(t, parseMultiplier,
		reading{text: "gold:3/2", want: points.Multiplier{For: "gold", Times: amount.Rate{Num: 3, Den: 2}}},
		reading{text: "none:0", want: points.Multiplier{For: "none", Times: amount.Rate{Den: 1}}},
		reading{text: "gold", code: bad}, reading{text: "gold:much", code: bad})
	fiveHundred, err := figure.Parse("500")
	if err != nil {
		t.Fatal(err)
	}
	readings(t, parseTier,
		reading{text: "gold:Gold:金:500", want: tier{points.Tier{ID: "gold", En: "Gold", Zh: "金"}, fiveHundred}},
		reading{text: "gold:500", code: bad}, reading{text: "gold:Gold:金:", code: bad})
}
