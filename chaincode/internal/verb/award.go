package verb

import (
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
)

// awarding is one purchase that campaigns award, one after the other.
type awarding struct {
	*call
	req  campaign.AwardRequest
	to   string // root of the member
	made int    // lots so far
}

func (c *call) awardPurchase(req campaign.AwardRequest) error {
	campaigns, to, err := c.awarders(req)
	if err != nil {
		return err
	}
	a := &awarding{call: c, req: req, to: to.ID}
	for place, one := range campaigns {
		if _, err := a.award(place, one); err != nil {
			return err
		}
	}
	return nil
}

// awarders reads a request's campaigns and the root of its member. Refused as the
// request is as a whole: NOT_FOUND … LIMIT.
func (c *call) awarders(req campaign.AwardRequest) ([]campaign.Campaign, member.Member, error) {
	campaigns := make([]campaign.Campaign, len(req.Campaigns))
	for i, id := range req.Campaigns {
		var err error
		if campaigns[i], err = c.campaign(id); err != nil {
			return nil, member.Member{}, err
		}
	}
	for _, one := range campaigns {
		if one.By != c.Caller.ID {
			return nil, member.Member{}, fault.New(fault.Forbidden,
				"%s has not proposed campaign %s", c.Caller.ID, one.ID)
		}
	}
	to, err := c.root(req.Member)
	if err != nil {
		return nil, member.Member{}, err
	}
	if err := alive(to); err != nil {
		return nil, member.Member{}, err
	}
	return campaigns, to, campaign.Stack(campaigns)
}

// award gives what one campaign gives, and draws on its budget and its funders' caps.
func (a *awarding) award(place int, one campaign.Campaign) (campaign.Award, error) {
	lines, err := one.Admit(a.req, a.At.Date)
	if err != nil {
		return campaign.Award{}, err
	}
	if err := a.eligible(a.to, one.Terms.Audience); err != nil {
		return campaign.Award{}, err
	}
	if err := a.once(one); err != nil {
		return campaign.Award{}, err
	}
	made := campaign.Award{Campaign: one.ID, Member: a.to, Reference: a.req.Reference,
		Outlet: a.req.Outlet, Date: a.At.Date}
	if one.Terms.Gives.Benefit != "" {
		made.Entitlement = a.At.Number.Row(place)
		made.Funders, err = a.entitle(place, one)
	} else {
		made.Points, made.Funders, err = a.reward(one, lines)
	}
	if err != nil {
		return campaign.Award{}, err
	}
	ledger.Put(a.Tx, row.Award(a.At.Number.Row(place)), made)
	return made, nil
}

// once refuses with CONFLICT a purchase that the campaign has awarded, and with
// LIMIT a member who has had all awards there are; it notes both.
func (a *awarding) once(one campaign.Campaign) error {
	key := row.PurchaseAwarded(one.ID, a.req.Reference)
	before, used, err := ledger.Find(a.Tx, key)
	if err != nil {
		return err
	}
	if used {
		return fault.New(fault.Conflict, "campaign %s has awarded purchase %s by command %s", one.ID,
			a.req.Reference, before.Number)
	}
	ledger.Put(a.Tx, key, campaign.Used{Number: a.At.Number})
	if one.Terms.PerMember == 0 {
		return nil
	}
	return recount(a.call, a.to, awardCounts(one.ID), func(n campaign.Count) (campaign.Count, error) {
		return n.One(one)
	})
}

// reward issues the points of one campaign, a lot a funder.
func (a *awarding) reward(one campaign.Campaign, lines []campaign.Line) (amount.Units, []campaign.Borne, error) {
	gives := one.Terms.Gives
	programme, err := a.programme(gives.Programme)
	if err != nil {
		return 0, nil, err
	}
	earned, rounding, err := a.earned(one, lines)
	if err != nil {
		return 0, nil, err
	}
	units, err := gives.Points(earned, rounding)
	if err != nil {
		return 0, nil, err
	}
	borne, err := one.BearPoints(units, programme.Price)
	if err != nil {
		return 0, nil, err
	}
	grant := points.Grant{Member: a.to, Amount: units, Expires: gives.Expires, Activator: a.req.Activator,
		Outlet: a.outlet(), Reference: a.req.Reference}
	from := a.made
	for i, parts := range one.Parts() {
		b := borne[i]
		grant.Split = append(grant.Split, points.Share{Funder: b.Party, Parts: parts})
		if b.Points > 0 { // a share of nothing makes no lot
			borne[i].Lot = a.At.Number.Row(a.made)
			a.made++
		}
	}
	bear := func(points.Programme, points.Grant) error { return a.bear(one, borne) }
	return units, borne, a.grantFrom(from, programme, points.IssueRequest{Programme: programme.ID,
		Grants: []points.Grant{grant}}, bear)
}

// outlet is where a lot says that it was earned: an outlet of its issuer's, or "".
func (a *awarding) outlet() string {
	if party, id, _ := strings.Cut(a.req.Outlet, ":"); party == a.Caller.ID {
		return id
	}
	return ""
}

// earned is what a campaign's rule gives for lines, and how that is rounded; nothing
// without a rule. WRONG_STATE (it was changed), FORBIDDEN, EXPIRED, INELIGIBLE.
func (a *awarding) earned(one campaign.Campaign, lines []campaign.Line) (*amount.Exact, amount.Rounding, error) {
	gives := one.Terms.Gives
	if gives.Rule == "" {
		return nil, amount.Down, nil
	}
	rule, err := a.earnRule(gives)
	if err != nil {
		return nil, 0, err
	}
	if ruleHash(rule).String() != one.Rule.String() {
		return nil, 0, fault.New(fault.WrongState, "earn rule %s is not what campaign %s was agreed with", gives.Rule,
			one.ID)
	}
	if err := rule.Valid(a.req.Scene, a.At.Date); err != nil {
		return nil, 0, err
	}
	if err := a.eligible(a.to, rule.Audience); err != nil {
		return nil, 0, err
	}
	tier, err := a.tier(a.to, gives.Programme)
	if err != nil {
		return nil, 0, err
	}
	bought := make([]points.Bought, len(lines))
	for i, l := range lines {
		bought[i] = points.Bought{Label: l.Label, Fen: l.Fen}
	}
	return rule.Exact(bought, tier), rule.Rounding, nil
}

// entitle gives one entitlement of a campaign's benefit, which its funders pay for
// together.
func (a *awarding) entitle(place int, one campaign.Campaign) ([]campaign.Borne, error) {
	model, err := a.benefit(one.Terms.Gives.Benefit)
	if err != nil {
		return nil, err
	}
	funders := make([]benefit.Funder, len(one.Funders))
	for i, f := range one.Bearers() {
		funders[i] = benefit.Funder{Party: f.Party, Parts: f.Parts}
	}
	grant := benefit.Grant{Member: a.to, Activator: a.req.Activator, Commitment: a.req.Commitment(place),
		Reference: a.req.Reference}
	e, err := benefit.GrantFor(model, grant, funders, a.At)
	if err != nil {
		return nil, err
	}
	if _, err := a.admit(model, a.to); err != nil {
		return nil, err
	}
	if err := a.drawBenefit(model, 1); err != nil {
		return nil, err
	}
	borne, err := one.BearUses(model.Price, model.Uses)
	if err != nil {
		return nil, err
	}
	ledger.Put(a.Tx, row.Entitlement(a.At.Number.Row(place)), e)
	return borne, a.bear(one, borne)
}

// bear draws what an award costs from the campaign's budget and from the caps of
// the funders that have one. QUOTA.
func (c *call) bear(one campaign.Campaign, borne []campaign.Borne) error {
	cost, err := campaign.Cost(borne)
	if err != nil || cost == 0 {
		return err
	}
	if err := c.draw(quota.Campaign, one.ID, cost); err != nil {
		return err
	}
	for i, f := range one.Bearers() {
		if f.Cap == 0 || borne[i].Fen == 0 {
			continue
		}
		if err := c.draw(quota.Campaign, capID(one.ID, f.Party), borne[i].Fen); err != nil {
			return err
		}
	}
	return nil
}

// unaward gives back what the award of an entitlement had taken of its campaign, if
// the campaign's terms say so.
func (c *call) unaward(entitlement number.Row) error {
	award, found, err := ledger.Find(c.Tx, row.Award(entitlement))
	if err != nil || !found {
		return err
	}
	one, err := c.campaign(award.Campaign)
	if err != nil || !one.Terms.Returns {
		return err
	}
	cost, err := campaign.Cost(award.Funders)
	if err != nil {
		return err
	}
	if err := c.giveBackQuota(quota.Campaign, one.ID, quota.Count{Whole: cost}, entitlement.Command); err != nil {
		return err
	}
	for i, f := range one.Bearers() {
		if f.Cap == 0 || award.Funders[i].Fen == 0 {
			continue
		}
		if err := c.giveBackQuota(quota.Campaign, capID(one.ID, f.Party), quota.Count{Whole: award.Funders[i].Fen},
			entitlement.Command); err != nil {
			return err
		}
	}
	if one.Terms.PerMember == 0 {
		return nil
	}
	root, err := c.root(award.Member)
	if err != nil {
		return err
	}
	return recount(c, root.ID, awardCounts(one.ID), func(n campaign.Count) (campaign.Count, error) {
		return n.Back(), nil
	})
}
