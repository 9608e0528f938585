package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/date"
	"tallystick/client/figure"
)

// Joint is what all campaigns of a file have alike; see campaign.Terms for what each
// means.
type Joint struct {
	Programme string   `mapstructure:"programme"` // whose points they give, or
	Benefit   string   `mapstructure:"benefit"`   // the benefit
	Rule      string   `mapstructure:"rule"`      // earn rule of the programme
	Times     string   `mapstructure:"times"`     // "3/2"; "" for 1 with a rule
	Bonus     string   `mapstructure:"bonus"`     // points besides, once an award
	PerAward  string   `mapstructure:"perAward"`  // points of one award at most; none: no limit
	Expires   string   `mapstructure:"expires"`   // last day of the points
	Funders   string   `mapstructure:"funders"`   // "G:60,D:40"
	Cap       string   `mapstructure:"cap"`       // yuan, your own
	Budget    string   `mapstructure:"budget"`    // yuan, of each campaign
	Scene     string   `mapstructure:"scene"`     // that they are for; "" for all
	Goods     []string `mapstructure:"goods"`     // SUPPLIER/SKU or labels that they are for
	Outlets   []string `mapstructure:"outlets"`   // PARTY:OUTLET where they are
	PerMember uint16   `mapstructure:"perMember"` // awards that one member may have; 0: no limit
	Order     uint16   `mapstructure:"order"`     // of stacking: the lowest first
	Exclusive bool     `mapstructure:"exclusive"` // not had together with others
	// days that are added to both dates, so that a file of the past can be played
	Later int `mapstructure:"later"`
}

// request is a campaign as the mapping has it, without what the columns say.
func (o *Joint) request(points func(figure.Decimal) (amount.Units, error)) (req campaign.ProposeRequest, err error) {
	req.Terms = campaign.Terms{
		Scene: o.Scene, Goods: append([]string{}, o.Goods...), Outlets: append([]string{}, o.Outlets...),
		PerMember: o.PerMember, Order: o.Order, Exclusive: o.Exclusive,
		Audience: audience.Audience{Tiers: []string{}, Labels: []string{}, Not: []string{}},
		Gives:    campaign.Gives{Programme: o.Programme, Rule: o.Rule, Benefit: o.Benefit},
	}
	for _, one := range []struct {
		key  string
		text *string
		to   *amount.Units
		read func(figure.Decimal) (amount.Units, error)
	}{
		{"cap", &o.Cap, &req.Cap, fen}, {"budget", &o.Budget, &req.Terms.Budget, fen},
		{"bonus", &o.Bonus, &req.Terms.Gives.Bonus, points},
		{"perAward", &o.PerAward, &req.Terms.Gives.PerAward, points},
	} {
		if *one.to, err = written("campaign: "+one.key, one.text, one.read); err != nil {
			return req, err
		}
	}
	if gives := &req.Terms.Gives; o.Times != "" {
		if gives.Times, err = amount.ParseRate(o.Times); err != nil {
			return req, fmt.Errorf("campaign: times: %w", err)
		}
	} else if o.Rule != "" {
		gives.Times = amount.Rate{Num: 1, Den: 1}
	}
	if o.Expires != "" {
		if req.Terms.Gives.Expires, err = date.Parse(o.Expires); err != nil {
			return req, fmt.Errorf("campaign: expires: %w", err)
		}
	}
	req.Funders, err = parseFunders(o.Funders)
	return req, err
}

// parseFunders reads "G:60,D:40", and sorts them.
func parseFunders(text string) (list []campaign.Share, err error) {
	for one := range strings.SplitSeq(text, ",") {
		party, parts, _ := strings.Cut(strings.TrimSpace(one), ":")
		n, err := strconv.ParseInt(parts, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("campaign: funders: want PARTY:PARTS, such as G:60,D:40")
		}
		list = append(list, campaign.Share{Party: party, Parts: amount.Units(n)})
	}
	slices.SortFunc(list, func(a, b campaign.Share) int { return cmp.Compare(a.Party, b.Party) })
	return list, nil
}

// campaigns are what lines propose (campaign:Propose), each once.
type campaigns struct{}

func (campaigns) form() form {
	return form{must: []part{partCampaign, partEn, partZh, partFrom, partUntil}, may: []part{partLabel},
		keys: []string{"campaign"}, once: true, index: always}
}

func (campaigns) check(m *Mapping) error {
	req, err := m.Campaign.request(figure.Decimal.Least)
	if err != nil {
		return err
	}
	req.Campaign, req.Terms.En, req.Terms.Zh, req.Terms.From, req.Terms.Until = "c", "c", "c", someDay, someDay
	if err := checked(req); err != nil {
		return fmt.Errorf("campaign: %w", err)
	}
	return nil
}

func (campaigns) programme(m *Mapping) string { return m.Campaign.Programme }

func (campaigns) scale(m *Mapping) error {
	_, err := m.Campaign.request(m.points)
	return err
}

// someDay is one that every calendar has.
const someDay date.Date = 20_000

func (campaigns) item(m *Mapping, _ Stores, l *line) (*Item, error) {
	req, err := m.Campaign.request(m.points)
	if err != nil {
		return nil, err
	}
	for _, one := range []struct {
		part part
		to   *string
	}{{partCampaign, &req.Campaign}, {partEn, &req.Terms.En}, {partZh, &req.Terms.Zh}} {
		if *one.to, err = m.id(l, one.part); err != nil {
			return nil, err
		}
	}
	for _, one := range []struct {
		part part
		to   *date.Date
	}{{partFrom, &req.Terms.From}, {partUntil, &req.Terms.Until}} {
		if *one.to, err = m.day(l, one.part); err != nil {
			return nil, err
		}
		*one.to += date.Date(m.Campaign.Later)
	}
	if l.says(partLabel) {
		req.Terms.Audience.Labels = []string{m.maybe(l, partLabel)}
	}
	met := func(s Stores) (bool, string, error) { return s.hasCampaign(req) }
	return &Item{key: req.Campaign, Adds: Totals{Campaigns: 1}, Drafts: ready(req), met: []meeting{met}, alike: req},
		l.checked(req)
}

// hasCampaign compares a campaign with what the ledger has under its id.
func (s Stores) hasCampaign(req campaign.ProposeRequest) (same bool, why string, err error) {
	there, found, err := s.Shop.Campaign(req.Campaign)
	if err != nil || !found {
		return false, "", err
	}
	if there.By != s.Party {
		return false, othersID("campaign", req.Campaign, there.By), nil
	}
	want, err := campaign.Propose(req, there.Rule, campaign.At{Caller: s.Party})
	if err != nil {
		return false, "", err
	}
	differ, err := differing(want.Terms, there.Terms)
	if err != nil {
		return false, "", err
	}
	if !slices.EqualFunc(want.Funders, there.Funders, func(a, b campaign.Funder) bool {
		return a.Party == b.Party && a.Parts == b.Parts && (a.Party != s.Party || a.Cap == b.Cap)
	}) {
		differ = append(differ, "funders or cap")
	}
	if len(differ) == 0 {
		return true, "", nil
	}
	return false, another("campaign", req.Campaign, differ,
		"terms never change; end the campaign, and give the line another id"), nil
}
