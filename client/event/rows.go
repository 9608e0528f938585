package event

import (
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// partiesOf are whom a row concerns that a command wrote: a function for each kind of row, nil for a row that names
// nobody, or whom the command's request names too. TestEveryRowSaysWhom names those that were forgotten.
var partiesOf = map[string]func(row any) []string{
	"account":          nil,
	"agreements":       nil,
	"authorisation":    whom(func(a member.Authorisation) []string { return []string{a.Acceptor, a.By} }),
	"award":            whom(awardParties),
	"award-count":      nil,
	"benefit":          whom(func(m benefit.Model) []string { return append([]string{m.Provider}, m.Grantors...) }),
	"benefit-count":    nil,
	"campaign":         whom(campaignParties),
	"cash":             whom(func(d goods.Due) []string { return []string{d.Seller, d.By} }),
	"close":            nil, // every party is told
	"consent":          whom(func(c member.Consent) []string { return append([]string{c.By}, c.Parties...) }),
	"consortium":       nil,
	"conversion":       nil,
	"cycle":            nil,
	"deposit":          nil,
	"directory":        nil,
	"dispute":          whom(func(d settlement.Dispute) []string { return []string{d.By, d.Against} }),
	"entitlement":      whom(entitlementParties),
	"good":             nil,
	"good-version":     nil,
	"hidden":           nil,
	"hold":             whom(func(h points.Hold) []string { return append(funders(h.Pieces), h.Acceptor) }),
	"invitation":       whom(func(i member.Invitation) []string { return []string{i.By, i.For} }),
	"labels":           nil,
	"lease":            nil,
	"listing":          whom(func(l goods.Listing) []string { return []string{l.Seller} }),
	"lot":              whom(func(l points.Lot) []string { return []string{l.Home, l.Funder, l.Activator} }),
	"member":           whom(func(m member.Member) []string { return []string{m.Home} }),
	"model":            whom(modelParties),
	"netting":          nil,
	"notice":           nil,
	"obligations":      nil, // by the command that each is of; see Transaction
	"offer":            whom(func(o audience.Offer) []string { return []string{o.By} }),
	"order":            whom(orderParties),
	"outlet":           whom(func(o goods.Outlet) []string { return []string{o.Party} }),
	"pair":             whom(func(p settlement.Pair) []string { return []string{p.A, p.B} }),
	"party":            whom(func(p party.Party) []string { return []string{p.ID} }),
	"payment":          whom(func(p settlement.Payment) []string { return []string{p.Debtor, p.Creditor} }),
	"payment used":     nil,
	"pledge":           whom(func(p points.Pledge) []string { return []string{p.Funder} }),
	"pool":             nil,
	"positions":        nil,
	"prefunded":        nil,
	"programme":        whom(func(p points.Programme) []string { return []string{p.Issuer} }),
	"purchase awarded": nil,
	"quota":            nil,
	"receipt":          nil,
	"reference":        nil,
	"refund used":      nil,
	"request":          nil,
	"return":           whom(func(r goods.Return) []string { return append(funders(r.Pieces), r.By) }),
	"rule":             nil,
	"shard":            nil,
	"source":           nil,
	"standing":         nil,
	"statement used":   nil,
	"storefront":       whom(func(s goods.Storefront) []string { return []string{s.Seller} }),
	"supplier":         whom(func(s goods.Supplier) []string { return []string{s.Party} }),
	"terms":            nil,
	"totals":           nil,
	"trade":            whom(func(t points.Trade) []string { return append(funders(t.Pieces), t.By) }),
	"write-off":        whom(writeOffParties),
}

// whom is for rows of type T.
func whom[T any](of func(T) []string) func(any) []string {
	return func(row any) []string {
		r, is := row.(T)
		if !is {
			return nil
		}
		return of(r)
	}
}

// funders are who owes what points are worth.
func funders(pieces spend.Line) (list []string) {
	for _, p := range pieces {
		list = append(list, p.Funder)
	}
	return list
}

func awardParties(a campaign.Award) []string {
	list := []string{}
	for _, b := range a.Funders {
		list = append(list, b.Party)
	}
	return list
}

func campaignParties(c campaign.Campaign) []string {
	list := []string{c.By}
	for _, f := range c.Funders {
		list = append(list, f.Party)
	}
	return list
}

func entitlementParties(e benefit.Entitlement) []string {
	list := append(funders(e.Pieces), e.By, e.Holder, e.Activator)
	for _, f := range e.Funders {
		list = append(list, f.Party)
	}
	return list
}

func modelParties(m settlement.Model) []string {
	return append([]string{m.By, m.Scope.Issuer, m.Scope.Acceptor}, m.Agreed...)
}

func orderParties(o goods.Order) []string {
	list := []string{o.Seller}
	for _, p := range o.Parts {
		list = append(append(list, p.Party), funders(p.Pieces)...)
	}
	return list
}

func writeOffParties(w benefit.WriteOff) []string {
	list := []string{w.Provider}
	for _, o := range w.Owed {
		list = append(list, o.Debtor, o.Creditor)
	}
	return list
}
