package loyalty

import (
	"context"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/points"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of conversion rates (换算率).
var (
	RateAgree = node.Sends[points.AgreeRateRequest](node.Describe("rate.agree", "POST",
		"/v1/rates/{from}/{to}/agree", node.Loyalty,
		"Agree to a published rate out of your programme", "同意换算率",
		`{"from":"MP","to":"GP","terms":"abababababababababababababababababababababababababababababababab"}`))
	RatePublish = node.Sends[points.PublishRateRequest](node.Describe("rate.publish", "POST",
		"/v1/rates/{from}/{to}", node.Loyalty,
		"Publish a rate into your programme, or change it; the other issuer must agree", "发布换算率",
		`{"from":"MP","to":"GP","rate":{"num":1,"den":2},"whole":"exact","perDay":0,"since":"2026-11-01","until":"2027-10-31"}`))
	RateList = node.Lists[RateListRequest, points.Conversion](node.Describe("rate.list", "GET", "/v1/rates", node.Read,
		"List published rates", "换算率列表", `{}`))
	RateShow = node.Does(node.Describe("rate.show", "GET", "/v1/rates/{from}/{to}", node.See,
		"Show a published rate, and the hash by which it is agreed to", "换算率", `{"from":"MP","to":"GP"}`), rateShow)
)

// RateListRequest narrows the list.
type RateListRequest struct {
	Into string `json:"into,omitempty"`
}

func (r RateListRequest) Filter() index.Filter {
	return index.Filter{Topic: r.Into}
}

// RateQuery names a rate by its two programmes.
type RateQuery struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// PublishedRate is a rate, and the hash by which it is agreed to.
type PublishedRate struct {
	points.Conversion
	Terms codec.Hash `json:"terms"`
}

func rateShow(ctx context.Context, n *node.Node, _ *node.Call, req RateQuery) (PublishedRate, error) {
	c, err := n.Query().Conversion(ctx, req.From, req.To)
	return PublishedRate{c, c.Terms()}, err
}
