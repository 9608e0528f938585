package loyalty

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/figure"
)

func TestReadings(t *testing.T) {
	bad := fault.BadRequest
	d9 := number.Command{Party: "D", Seq: 9}
	clitest.Readings(t, func(text string) (points.Grant, error) { g, _, err := parseGrant(text); return g, err },
		clitest.Reading{Text: "li:5", Want: points.Grant{Member: "li", Amount: 5}},
		clitest.Reading{Text: "li:5:2026-12-31", Want: points.Grant{Member: "li", Amount: 5, Expires: 20818}},
		clitest.Reading{Text: "li:5::D", Want: points.Grant{Member: "li", Amount: 5, Activator: "D"}},
		clitest.Reading{Text: "li:5:2026-12-31:D", Want: points.Grant{Member: "li", Amount: 5,
			Expires: 20818, Activator: "D"}},
		clitest.Reading{Text: "li", Code: bad}, clitest.Reading{Text: "li:five", Code: bad},
		clitest.Reading{Text: "li:5:D", Code: bad},
		clitest.Reading{Text: "li:5::D:x", Code: bad}, clitest.Reading{Text: "", Code: bad})
	clitest.Readings(t, parseShare,
		clitest.Reading{Text: "G:60", Want: points.Share{Funder: "G", Parts: 60}},
		clitest.Reading{Text: "D:40:D.0.9.0", Want: points.Share{Funder: "D", Parts: 40, Pledge: d9}},
		clitest.Reading{Text: "G", Code: bad}, clitest.Reading{Text: "G:half", Code: bad},
		clitest.Reading{Text: "D:40:D.0", Code: bad},
		clitest.Reading{Text: "D:40:D.0.9.0:1", Code: bad})
	clitest.Readings(t, parseLine,
		clitest.Reading{Text: "12", Want: points.Bought{Fen: 1200}},
		clitest.Reading{Text: "oil:12.50", Want: points.Bought{Label: "oil", Fen: 1250}},
		clitest.Reading{Text: "12.505", Code: bad}, clitest.Reading{Text: "1,200", Code: bad},
		clitest.Reading{Text: "oil:", Code: bad},
		clitest.Reading{Text: "", Code: bad})
	clitest.Readings(t, parseFunder, clitest.Reading{Text: "G:60", Want: campaign.Share{Party: "G", Parts: 60}},
		clitest.Reading{Text: "G", Code: bad}, clitest.Reading{Text: "G:half", Code: bad})
	clitest.Readings(t, parseBought,
		clitest.Reading{Text: "12", Want: campaign.Line{Fen: 1200}},
		clitest.Reading{Text: "oil:12.50", Want: campaign.Line{Label: "oil", Fen: 1250}},
		clitest.Reading{Text: "S1/5w30:12", Want: campaign.Line{Good: "S1/5w30", Fen: 1200}},
		clitest.Reading{Text: "oil,S1/5w30:12.0", Want: campaign.Line{Good: "S1/5w30", Label: "oil", Fen: 1200}},
		clitest.Reading{Text: "12.505", Code: bad}, clitest.Reading{Text: "oil:", Code: bad},
		clitest.Reading{Text: "oil,tyre:5", Code: bad},
		clitest.Reading{Text: "S1/a,S1/b:5", Code: bad}, clitest.Reading{Text: "", Code: bad})
	clitest.Readings(t, parseMultiplier,
		clitest.Reading{Text: "gold:3/2", Want: points.Multiplier{For: "gold", Times: amount.Rate{Num: 3, Den: 2}}},
		clitest.Reading{Text: "none:0", Want: points.Multiplier{For: "none", Times: amount.Rate{Den: 1}}},
		clitest.Reading{Text: "gold", Code: bad}, clitest.Reading{Text: "gold:much", Code: bad})
	fiveHundred, err := figure.Parse("500")
	if err != nil {
		t.Fatal(err)
	}
	clitest.Readings(t, parseTier,
		clitest.Reading{Text: "gold:Gold:金:500", Want: tier{points.Tier{ID: "gold", En: "Gold", Zh: "金"}, fiveHundred}},
		clitest.Reading{Text: "gold:500", Code: bad}, clitest.Reading{Text: "gold:Gold:金:", Code: bad})
}
