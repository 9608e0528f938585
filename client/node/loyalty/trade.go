package loyalty

import (
	"context"

	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations that move points between members: transfers (转赠) and trades (积分交易).
var (
	PointsTransfer = node.Tries(node.Describe("points.transfer", "POST", "/v1/transfers", node.Loyalty,
		"Move points from one member to another; for the giver's home, or with an authorisation", "转赠",
		`{"member":"wang","to":"li","take":[{"programme":"DP","points":100}]}`), transfer)
	TradeOffer = node.Tries(node.Describe("trade.offer", "POST", "/v1/trades", node.Loyalty,
		"Offer a member's points for points of another programme; for its home, or with an authorisation", "挂单",
		`{"member":"wang","take":[{"programme":"DP","points":100}],"want":{"programme":"GP","points":90},"for":604800}`), offerTrade)
	TradeTake = node.Tries(node.Describe("trade.take", "POST", "/v1/trades/{trade}/take", node.Loyalty,
		"Take an offer: give its price, get what was set aside", "成交",
		`{"trade":"D.0.12.0","member":"li"}`), takeTrade)
	TradeEnd = node.Sends[points.EndTradeRequest](node.Describe("trade.end", "POST",
		"/v1/trades/{trade}/end", node.Loyalty,
		"Withdraw your offer, or note that anybody's has lapsed", "撤单", `{"trade":"D.0.12.0"}`))
	TradeShow = node.Does(node.Describe("trade.show", "GET", "/v1/trades/{trade}", node.Read,
		"Show an offer and what became of it", "积分交易", `{"trade":"D.0.12.0"}`), showTrade)
	TradeList = node.Lists[TradeListRequest, points.Trade](node.Describe("trade.list", "GET", "/v1/trades", node.Read,
		"List offers and trades", "积分交易列表", `{}`))
)

// TransferRequest asks that points move to another member.
type TransferRequest struct {
	Member string `json:"member"` // who gives
	To     string `json:"to"`     // who gets
	node.Spending
	Authorisation number.Command `json:"authorisation,omitzero"` // the giver's; its home needs none
	Code          code.Code      `json:"code,omitempty"`         // one-time, if the authorisation waits for one
}

// Check refuses with BAD_REQUEST or LIMIT what is malformed whatever lots will be chosen.
func (r TransferRequest) Check() error { return r.Spending.Check(r.request) }

func (r TransferRequest) request(pieces []spend.Take) command.Request {
	return points.TransferRequest{From: r.Member, To: r.To, Pieces: pieces,
		Authorisation: r.Authorisation, Code: r.Code}
}

func transfer(ctx context.Context, n *node.Node, c *node.Call, req TransferRequest) (node.Receipt, error) {
	return n.Spend(ctx, c, req.Member, req.Spending, req.request)
}

// OfferTradeRequest offers a member's points for others.
type OfferTradeRequest struct {
	Member string `json:"member"` // who offers
	node.Spending
	Want node.Part `json:"want"` // for them
	// the one member who may take it; anybody if it is left out
	Taker string `json:"taker,omitempty"`
	// seconds from now that it can be taken, 30 days at most
	For           int64          `json:"for"`
	Authorisation number.Command `json:"authorisation,omitzero"` // the member's; its home needs none
	Code          code.Code      `json:"code,omitempty"`         // one-time, if the authorisation waits for one
}

// Check refuses with BAD_REQUEST or LIMIT what is malformed whatever lots will be chosen.
func (r OfferTradeRequest) Check() error { return r.Spending.Check(r.request) }

func (r OfferTradeRequest) request(pieces []spend.Take) command.Request {
	return points.OfferRequest{Member: r.Member, Pieces: pieces, Wants: r.Want.Programme,
		Price: r.Want.Points, For: r.Taker,
		Until: node.FromNow(r.For), Authorisation: r.Authorisation, Code: r.Code}
}

func offerTrade(ctx context.Context, n *node.Node, c *node.Call, req OfferTradeRequest) (node.Receipt, error) {
	return n.Spend(ctx, c, req.Member, req.Spending, req.request)
}

// TakeTradeRequest takes an offer for a member.
type TakeTradeRequest struct {
	Trade         number.Command `json:"trade"`
	Member        string         `json:"member"`                 // who takes it
	Authorisation number.Command `json:"authorisation,omitzero"` // the member's; its home needs none
	Code          code.Code      `json:"code,omitempty"`         // one-time, if the authorisation waits for one
}

// Check refuses with BAD_REQUEST what is malformed whatever lots will be chosen.
func (r TakeTradeRequest) Check() error { return r.request([]spend.Take{node.ALot}).Check() }

func (r TakeTradeRequest) request(pieces []spend.Take) command.Request {
	return points.TakeRequest{Trade: r.Trade, Member: r.Member, Pieces: pieces,
		Authorisation: r.Authorisation, Code: r.Code}
}

func takeTrade(ctx context.Context, n *node.Node, c *node.Call, req TakeTradeRequest) (node.Receipt, error) {
	return n.Once(ctx, c, func() (command.Request, error) {
		trade, err := n.Query().Trade(ctx, req.Trade)
		if err != nil {
			return nil, err
		}
		price := node.Spending{Take: []node.Part{{Programme: trade.Wants, Points: trade.Price}}}
		pieces, err := node.Ask(ctx, n, func(r *index.Reading) ([]spend.Take, error) {
			return price.Pieces(r, req.Member)
		})
		return req.request(pieces), err
	})
}

// TradeQuery names an offer.
type TradeQuery struct {
	Trade number.Command `json:"trade"`
}

func showTrade(ctx context.Context, n *node.Node, _ *node.Call, req TradeQuery) (points.Trade, error) {
	return n.Query().Trade(ctx, req.Trade)
}

// TradeListRequest narrows the list.
type TradeListRequest struct {
	Member string   `json:"member,omitempty"`
	Into   string   `json:"into,omitempty"`
	States []string `json:"states,omitempty"`
}

func (r TradeListRequest) Filter() index.Filter {
	return index.Filter{Member: r.Member, Topic: r.Into, States: r.States}
}
