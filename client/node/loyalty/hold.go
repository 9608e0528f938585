package loyalty

import (
	"context"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of holds (预占): points that an acceptor reserves, captures, gives back and refunds.
var (
	PointsHold = node.Tries(node.Describe("points.hold", "POST", "/v1/holds", node.Counter,
		"Reserve a member's points; for acceptors", "预占",
		`{"member":"zhang","take":[{"programme":"DP","points":1860}],"for":900}`), hold)
	PointsRedeem = node.Does(node.Describe("points.redeem", "POST", "/v1/redemptions", node.Counter,
		"Hold and capture in one go; for acceptors", "核销积分",
		`{"member":"wang","take":[{"programme":"DP","points":1800}],"for":900}`), redeem)
	PointsCapture = node.Tries(node.Describe("points.capture", "POST", "/v1/holds/{hold}/captures", node.Counter,
		"Redeem held points, all or a part; for the hold's acceptor", "扣减确认",
		`{"hold":"D.0.7.0","points":900}`), capture)
	PointsRefund = node.Tries(node.Describe("points.refund", "POST", "/v1/holds/{hold}/refunds", node.Counter,
		"Unwind a capture, all of it or a part; for the hold's acceptor", "冲正、部分退款",
		`{"hold":"D.0.7.0","capture":"D.0.8.0","points":900,"reason":"goods_returned"}`), refund)
	PointsRelease = node.Sends[points.ReleaseRequest](node.Describe("points.release", "POST",
		"/v1/holds/{hold}/release", node.Counter,
		"Give back what a hold still reserves; for its acceptor", "释放",
		`{"hold":"D.0.7.0","reason":"customer_cancelled"}`))
	PointsTimeout = node.Sends[points.TimeOutRequest](node.Describe("points.timeout", "POST",
		"/v1/holds/{hold}/timeout", node.Counter,
		"End a hold that has passed its deadline; for everyone", "超时释放",
		`{"hold":"D.0.7.0"}`))
	PointsTimeoutDue = node.Does(node.Describe("points.timeout.due", "POST", "/v1/holds/timeouts", node.Counter,
		"End all of the party's holds that have passed their deadline", "批量超时释放", `{}`), timeOutDue)
	PointsHolds = node.Paged(node.Describe("points.holds", "GET", "/v1/holds", node.See,
		"List holds", "预占列表", `{"member":"zhang","states":["OPEN"]}`), holds)
)

// HoldRequest asks for a hold, and a redemption.
type HoldRequest struct {
	Member string `json:"member"` // whose points
	node.Spending
	For           int64          `json:"for"`                    // seconds from now until it lapses, 30 days at most
	Authorisation number.Command `json:"authorisation,omitzero"` // the member's; its home needs none
	Code          code.Code      `json:"code,omitempty"`         // one-time, if the authorisation waits for one
}

// Check refuses with BAD_REQUEST or LIMIT what is malformed whatever lots will be chosen.
func (r HoldRequest) Check() error { return r.Spending.Check(r.request) }

// request is the ledger's request for the lots that were chosen.
func (r HoldRequest) request(pieces []spend.Take) command.Request {
	return points.HoldRequest{Member: r.Member, Pieces: pieces, Deadline: node.FromNow(r.For),
		Authorisation: r.Authorisation, Code: r.Code}
}

func hold(ctx context.Context, n *node.Node, c *node.Call, req HoldRequest) (node.Receipt, error) {
	return n.Spend(ctx, c, req.Member, req.Spending, req.request)
}

// redeem places a hold, under the request id, and captures it, under ID~capture. Asked again with the same id, it goes
// on where it stopped and answers the first receipt.
func redeem(ctx context.Context, n *node.Node, c *node.Call, req HoldRequest) (answer Redeemed, err error) {
	held, err := hold(ctx, n, c, req)
	if err != nil {
		return answer, err
	}
	placed, err := n.Query().Hold(ctx, held.Number)
	if err != nil {
		return answer, err
	}
	answer.Hold = held.Number
	answer.Receipt, err = n.Step(ctx, c, "capture", points.CaptureRequest{Hold: held.Number, Amount: placed.Sum()})
	return answer, err
}

// Redeemed is the receipt of a redemption's capture.
type Redeemed struct {
	node.Receipt
	Hold number.Command `json:"hold"` // that was captured
}

// CaptureRequest asks for a capture.
type CaptureRequest struct {
	Hold   number.Command `json:"hold"`
	Points amount.Units   `json:"points,omitempty"` // smallest units; all that are held if it is left out
}

// Check refuses a number that is none, and points that can't be.
func (r CaptureRequest) Check() error {
	ask := points.CaptureRequest{Hold: r.Hold, Amount: max(r.Points, 1)}
	if r.Points < 0 {
		ask.Amount = r.Points
	}
	return ask.Check()
}

func capture(ctx context.Context, n *node.Node, c *node.Call, req CaptureRequest) (node.Receipt, error) {
	if req.Points > 0 {
		return n.Send(ctx, c, points.CaptureRequest{Hold: req.Hold, Amount: req.Points})
	}
	return n.Once(ctx, c, func() (command.Request, error) {
		h, err := n.Query().Hold(ctx, req.Hold)
		return points.CaptureRequest{Hold: req.Hold, Amount: h.Sum() - h.Captured}, err
	})
}

// RefundRequest asks for a refund.
type RefundRequest struct {
	Hold    number.Command `json:"hold"`
	Capture number.Command `json:"capture,omitzero"` // which of the hold's captures; its only one if it is left out
	// smallest units; all that is left of the capture if it is left out
	Points amount.Units `json:"points,omitempty"`
	Reason string       `json:"reason"`
}

// Check refuses what is malformed whatever the hold is.
func (r RefundRequest) Check() error {
	ask := points.RefundRequest{Hold: r.Hold, Capture: r.Capture, Amount: r.Points, Reason: r.Reason}
	if ask.Capture.IsZero() {
		ask.Capture = ask.Hold
	}
	if ask.Amount == 0 {
		ask.Amount = 1
	}
	return ask.Check()
}

func refund(ctx context.Context, n *node.Node, c *node.Call, req RefundRequest) (node.Receipt, error) {
	return n.Once(ctx, c, func() (command.Request, error) {
		h, err := n.Query().Hold(ctx, req.Hold)
		if err != nil {
			return nil, err
		}
		return req.of(h)
	})
}

// of fills in what was left out of a refund. BAD_REQUEST for a capture that isn't named and isn't the only one,
// INSUFFICIENT if all of it was refunded, NOT_FOUND for another hold's.
func (r RefundRequest) of(h points.Hold) (points.RefundRequest, error) {
	ask := points.RefundRequest{Hold: r.Hold, Capture: r.Capture, Amount: r.Points, Reason: r.Reason}
	if ask.Capture.IsZero() {
		if len(h.Captures) != 1 {
			return ask, fault.New(fault.BadRequest,
				"hold %s was captured %d times: say which with `capture`; `query.hold` lists them",
				r.Hold, len(h.Captures))
		}
		ask.Capture = h.Captures[0].Number
	}
	for _, c := range h.Captures {
		if c.Number != ask.Capture || ask.Amount != 0 {
			continue
		}
		if ask.Amount = c.Amount - c.Refunded; ask.Amount == 0 {
			return ask, fault.New(fault.Insufficient, "all of capture %s was refunded", c.Number)
		}
	}
	if ask.Amount == 0 {
		return ask, fault.New(fault.NotFound, "hold %s has no capture %s", r.Hold, ask.Capture)
	}
	return ask, nil
}

func timeOutDue(ctx context.Context, n *node.Node, c *node.Call, _ node.NoRequest) (*node.Results, error) {
	filter := index.HoldFilter{Acceptor: n.Party(), States: []points.HoldState{points.Open, points.PartCaptured},
		Due: time.Now().Unix()}
	due, err := node.Ask(ctx, n, func(r *index.Reading) ([]index.Hold, error) {
		return node.All(func(p index.Page) (index.Part[index.Hold], error) { return r.Holds(filter, p) })
	})
	if err != nil {
		return nil, err
	}
	run, err := n.Begin(ctx, c)
	if err != nil {
		return nil, err
	}
	results := node.NewResults()
	for _, h := range due {
		if err := results.Note(h.Number.String(), run.Repeat(ctx, points.TimeOutRequest{Hold: h.Number})); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// HoldsRequest narrows a list of holds.
type HoldsRequest struct {
	Member   string             `json:"member,omitempty"`
	Acceptor string             `json:"acceptor,omitempty"`
	States   []points.HoldState `json:"states,omitempty"`
}

func holds(ctx context.Context, n *node.Node, c *node.Call, req HoldsRequest) (node.List[index.Hold], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (node.List[index.Hold], error) {
		if err := (node.Narrowed{Member: req.Member, Party: req.Acceptor}).There(r); err != nil {
			return node.List[index.Hold]{}, err
		}
		filter := index.HoldFilter{Member: req.Member, Acceptor: req.Acceptor, States: req.States}
		rows, next, err := node.Windowed(c,
			func(p index.Page) (index.Part[index.Hold], error) { return r.Holds(filter, p) })
		return node.List[index.Hold]{Height: r.Height(), Rows: rows, Next: next}, err
	})
}
