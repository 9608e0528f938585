package node

import (
	"context"

	"tallystick/chaincode/audience"
	"tallystick/client/index"
)

// The operations of offers (优惠).
var (
	OfferPublish = Sends[audience.PublishRequest](Row{"offer.publish", "POST", "/v1/offers/{offer}", Loyalty,
		"Publish an offer of yours, or change it; for issuers and acceptors", "发布优惠",
		`{"offer":"winter","en":"Winter check","zh":"冬季检测","audience":{"programme":"GP","tiers":["gold"],"labels":["D:household"],"not":["F:delinquent"]},"from":"2026-11-01","until":"2026-12-31","benefit":"winter-check","rule":""}`})
	OfferWithdraw = Sends[audience.WithdrawRequest](Row{"offer.withdraw", "POST", "/v1/offers/{offer}/withdraw", Loyalty,
		"End an offer of yours", "下架优惠",
		`{"offer":"winter"}`})
	MemberOffers = Does(Row{"member.offers", "GET", "/v1/members/{member}/offers", Read,
		"Show the offers that are for a member today, by its tiers and labels", "千人千面", `{"member":"wang"}`}, offersFor)
	OfferList = Lists[OfferListRequest, audience.Offer](Row{"offer.list", "GET", "/v1/offers", Read,
		"List offers, ended ones too", "优惠列表", `{}`})
)

func offersFor(ctx context.Context, n *Node, _ *Call, req MemberRequest) (Found[audience.Offer], error) {
	return Ask(ctx, n, func(r *index.Reading) (found Found[audience.Offer], err error) {
		if err := MemberThere(r, req.Member); err != nil {
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

func (r OfferListRequest) filter() index.Filter {
	return index.Filter{Party: r.Party}
}
