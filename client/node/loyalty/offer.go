package loyalty

import (
	"context"

	"tallystick/chaincode/audience"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of offers (优惠).
var (
	OfferPublish = node.Sends[audience.PublishRequest](node.Describe("offer.publish", "POST",
		"/v1/offers/{offer}", node.Loyalty,
		"Publish an offer of yours, or change it; for issuers and acceptors", "发布优惠",
		`{"offer":"winter","en":"Winter check","zh":"冬季检测","audience":{"programme":"GP","tiers":["gold"],"labels":["D:household"],"not":["F:delinquent"]},"from":"2026-11-01","until":"2026-12-31","benefit":"winter-check","rule":""}`))
	OfferWithdraw = node.Sends[audience.WithdrawRequest](node.Describe("offer.withdraw", "POST",
		"/v1/offers/{offer}/withdraw", node.Loyalty,
		"End an offer of yours", "下架优惠",
		`{"offer":"winter"}`))
	MemberOffers = node.Does(node.Describe("member.offers", "GET", "/v1/members/{member}/offers", node.See,
		"Show the offers that are for a member today, by its tiers and labels", "千人千面", `{"member":"wang"}`), offersFor)
	OfferList = node.Lists[OfferListRequest, audience.Offer](node.Describe("offer.list", "GET", "/v1/offers", node.Read,
		"List offers, ended ones too", "优惠列表", `{}`))
)

func offersFor(ctx context.Context, n *node.Node, _ *node.Call,
	req node.MemberRequest) (node.Found[audience.Offer], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (found node.Found[audience.Offer], err error) {
		if err := node.MemberThere(r, req.Member); err != nil {
			return found, err
		}
		found.Height = r.Height()
		found.Rows, err = r.OffersFor(req.Member)
		return found, err
	})
}

// OfferListRequest narrows the list.
type OfferListRequest struct {
	Party string `json:"party,omitempty"`
}

func (r OfferListRequest) Filter() index.Filter {
	return index.Filter{Party: r.Party}
}
