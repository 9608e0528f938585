package loyalty

import (
	"context"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/node"
)

// PointsConvert turns points of one programme into another's (积分换算).
var PointsConvert = node.Does(node.Describe("points.convert", "POST", "/v1/conversions", node.Loyalty,
	"Turn a member's points into points of your programme, at the agreed rate", "积分换算",
	`{"member":"li","take":{"programme":"MP","points":6301},"into":"GP"}`), convert)

// ConvertRequest asks for a conversion.
type ConvertRequest struct {
	Member        string         `json:"member"`                 // whose points
	Take          node.Part      `json:"take"`                   // earliest expiry first
	Into          string         `json:"into"`                   // programme that they become
	Authorisation number.Command `json:"authorisation,omitzero"` // the member's; its home needs none
	Code          code.Code      `json:"code,omitempty"`         // one-time, if the authorisation waits for one
}

// Converted is what became of a conversion.
type Converted struct {
	node.Receipt
	Lot   number.Row   `json:"lot"`   // that was made
	Taken amount.Units `json:"taken"` // of the one programme
	Got   amount.Units `json:"got"`   // of the other
	Stays amount.Units `json:"stays"` // of what was named, with the member
}

func (r ConvertRequest) spending() node.Spending { return node.Spending{Take: []node.Part{r.Take}} }

// Check refuses with BAD_REQUEST or LIMIT what is malformed whatever lots will be chosen.
func (r ConvertRequest) Check() error { return r.spending().Check(r.request) }

func (r ConvertRequest) request(pieces []spend.Take) command.Request {
	return points.ConvertRequest{Member: r.Member, To: r.Into, Pieces: pieces,
		Authorisation: r.Authorisation, Code: r.Code}
}

// convert reads what the conversion made as well. What was taken is the fewest points that give as much, by either way
// to make whole ones.
func convert(ctx context.Context, n *node.Node, c *node.Call, req ConvertRequest) (answer Converted, err error) {
	if answer.Receipt, err = n.Spend(ctx, c, req.Member, req.spending(), req.request); err != nil {
		return answer, err
	}
	answer.Lot = answer.Number.Row(0)
	lots, err := n.Query().Lots(ctx, answer.Lot)
	if err != nil {
		return answer, err
	}
	rate, err := n.Query().Conversion(ctx, req.Take.Programme, req.Into)
	if err != nil {
		return answer, err
	}
	answer.Got = lots[0].Issued
	if answer.Taken, err = (amount.Rate{Num: rate.Rate.Den, Den: rate.Rate.Num}).Of(answer.Got, amount.Up); err != nil {
		return answer, err
	}
	answer.Stays = max(0, req.Take.Points-answer.Taken)
	return answer, nil
}
