package campaign

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// AwardRequest gives a member what one purchase gets of several campaigns, all of
// them or none. They are all the caller's, and stand in their stacking order: the
// lowest order first, then by id. One that is exclusive stands alone.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such campaign.
//  4. FORBIDDEN: a campaign isn't the caller's.
//  5. NOT_FOUND: there is no such member.
//  6. WRONG_STATE: the member was erased.
//  7. WRONG_ORDER: the campaigns don't stand in their stacking order, or an exclusive one stands among others.
//  8. LIMIT: more than 100 lots would be made.
//
// Then, campaign by campaign:
//
//  9. WRONG_STATE: it isn't ACTIVE.
//  10. EXPIRED: today is outside its days.
//  11. FORBIDDEN: it is for another scene.
//  12. INELIGIBLE: it isn't for this outlet, these goods or this member.
//  13. CONFLICT: it has awarded this purchase.
//  14. LIMIT: the member has had as many of its awards as it may have.
//
// Then, of one that gives points:
//
//  15. WRONG_STATE: the earn rule isn't what was proposed.
//  16. FORBIDDEN: the earn rule is for another scene.
//  17. EXPIRED: the earn rule isn't valid today.
//  18. INELIGIBLE: the member isn't in the earn rule's audience.
//  19. LIMIT: it would give more than 2⁵³−1.
//  20. INSUFFICIENT: it would give no point.
//  21. BAD_REQUEST: an activator is missing, or the expiry isn't what the programme's rule says.
//  22. EXPIRED: the points' last day is before the business date.
//  23. QUOTA: the budget, or a funder's cap, is used up.
//  24. DAILY_CAP: the member would earn more today than the programme allows.
//  25. LIABILITY_CAP: the issuer would owe members more than its cap.
//
// Or, of one that gives a benefit:
//
//  15. WRONG_STATE: the benefit isn't open.
//  16. EXPIRED: the benefit's last day has passed.
//  17. BAD_REQUEST: a commitment is missing, or given where none is needed.
//  18. INELIGIBLE: the member isn't in the benefit's audience.
//  19. LIMIT: the member has had as many of the benefit as it may have.
//  20. QUOTA: the benefit's quota, the budget, or a funder's cap is used up.
type AwardRequest struct {
	_         struct{} `cbor:",toarray"`
	Campaigns []string `json:"campaigns"` // 1 to 8
	Member    string   `json:"member"`
	Scene     string   `json:"scene"`
	Lines     []Line   `json:"lines"`     // 1 to 64
	Outlet    string   `json:"outlet"`    // PARTY:OUTLET, or ""
	Reference string   `json:"reference"` // of the purchase, such as a receipt's number; once a campaign
	Activator string   `json:"activator"` // "" or the party whose evidence activates what is given
	// none, or one a campaign: of the first code of the benefit it gives, "" if that needs none
	Commitments []code.Commitment `json:"commitments"`
}

// Line is one line of a purchase.
type Line struct {
	_     struct{}     `cbor:",toarray"`
	Good  string       `json:"good"`  // SUPPLIER/SKU, or ""
	Label string       `json:"label"` // product label, or ""
	Fen   amount.Units `json:"fen"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r AwardRequest) Check() error {
	if len(r.Campaigns) < 1 || len(r.Campaigns) > MaxCampaigns {
		return fault.New(fault.BadRequest, "campaigns: want 1 to %d", MaxCampaigns)
	}
	for i, id := range r.Campaigns {
		if err := name.CheckID("campaign", id); err != nil {
			return fault.At("campaigns", i, err)
		}
		if slices.Contains(r.Campaigns[:i], id) {
			return fault.New(fault.BadRequest, "campaigns: %s stands twice", id)
		}
	}
	for _, id := range [][2]string{{"member", r.Member}, {"reference", r.Reference}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	if err := name.CheckOptional([2]string{"scene", r.Scene}, [2]string{"activator", r.Activator}); err != nil {
		return err
	}
	if r.Outlet != "" {
		if err := checkPair("outlet", "PARTY:OUTLET", r.Outlet, ":"); err != nil {
			return err
		}
	}
	return r.checkLists()
}

func (r AwardRequest) checkLists() error {
	if n := len(r.Commitments); n != 0 && n != len(r.Campaigns) {
		return fault.New(fault.BadRequest, "commitments: want none, or one a campaign")
	}
	for _, c := range r.Commitments {
		if err := c.Check(); err != nil {
			return err
		}
	}
	if len(r.Lines) < 1 || len(r.Lines) > MaxLines {
		return fault.New(fault.BadRequest, "lines: want 1 to %d", MaxLines)
	}
	for _, l := range r.Lines {
		if l.Good != "" {
			if err := checkPair("good", "SUPPLIER/SKU", l.Good, "/"); err != nil {
				return err
			}
		}
		if l.Label != "" {
			if err := name.CheckID("label", l.Label); err != nil {
				return err
			}
		}
		if err := l.Fen.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Commitment is that of the first code of what the campaign in a place gives.
func (r AwardRequest) Commitment(place int) code.Commitment {
	if len(r.Commitments) == 0 {
		return nil
	}
	return r.Commitments[place]
}

// Award is what one purchase got of one campaign.
//
// points = Σ funders' points; the funders' fen are what budget and caps were drawn
// by: what they come to owe once everything given is redeemed, but that points are
// rounded anew in each redemption.
type Award struct {
	_           struct{}     `cbor:",toarray"`
	Campaign    string       `json:"campaign"`
	Member      string       `json:"member"` // pseudonym
	Reference   string       `json:"reference"`
	Outlet      string       `json:"outlet"`      // PARTY:OUTLET, or ""
	Date        date.Date    `json:"date"`        // business date
	Points      amount.Units `json:"points"`      // 0 of a benefit
	Funders     []Borne      `json:"funders"`     // as Bearers has them
	Entitlement number.Row   `json:"entitlement"` // "" of points
}

// Borne is what one funder bears of an award.
type Borne struct {
	_      struct{}     `cbor:",toarray"`
	Party  string       `json:"party"`
	Points amount.Units `json:"points"`
	Fen    amount.Units `json:"fen"`
	Lot    number.Row   `json:"lot"` // of its points; "" for none
}

// Used says which command awarded a purchase by a campaign.
type Used struct {
	_      struct{}       `cbor:",toarray"`
	Number number.Command `json:"number"`
}

// Stack refuses with WRONG_ORDER campaigns that don't stand in their stacking
// order or can't be had together, and with LIMIT more lots than a command makes.
func Stack(campaigns []Campaign) error {
	lots := 0
	for i, c := range campaigns {
		if c.Terms.Exclusive && len(campaigns) > 1 {
			return fault.New(fault.WrongOrder, "campaign %s isn't had together with others", c.ID)
		}
		if i > 0 &&
			cmp.Or(cmp.Compare(campaigns[i-1].Terms.Order, c.Terms.Order), cmp.Compare(campaigns[i-1].ID, c.ID)) > 0 {
			return fault.New(fault.WrongOrder, "campaign %s comes before %s", c.ID, campaigns[i-1].ID)
		}
		if c.Terms.Gives.Programme != "" {
			lots += len(c.Funders)
		}
	}
	if lots > MaxLots {
		return fault.New(fault.Limit, "an award of more than %d lots", MaxLots)
	}
	return nil
}

// Admit says which lines of a purchase count. WRONG_STATE, EXPIRED, FORBIDDEN,
// INELIGIBLE as of an award; whether the member is of the audience is for others
// to say.
func (c Campaign) Admit(req AwardRequest, today date.Date) ([]Line, error) {
	t := c.Terms
	if c.State != Active {
		return nil, fault.New(fault.WrongState, "campaign %s is %s", c.ID, c.State)
	}
	if today < t.From || today > t.Until {
		return nil, fault.New(fault.Expired, "campaign %s is from %s to %s", c.ID, t.From, t.Until)
	}
	if t.Scene != "" && t.Scene != req.Scene {
		return nil, fault.New(fault.Forbidden, "campaign %s is for scene %s", c.ID, t.Scene)
	}
	if len(t.Outlets) > 0 && !slices.Contains(t.Outlets, req.Outlet) {
		return nil, fault.New(fault.Ineligible, "campaign %s is not at this outlet", c.ID)
	}
	var counting []Line
	for _, l := range req.Lines {
		if t.counts(l) {
			counting = append(counting, l)
		}
	}
	if len(counting) == 0 {
		return nil, fault.New(fault.Ineligible, "campaign %s is for none of these goods", c.ID)
	}
	return counting, nil
}

// counts says whether a line has one of the goods or labels.
func (t Terms) counts(l Line) bool {
	return len(t.Goods) == 0 || l.Good != "" && slices.Contains(t.Goods, l.Good) ||
		l.Label != "" && slices.Contains(t.Goods, l.Label)
}

// Plus is the count of one person who had two.
func (n Count) Plus(other Count) Count { return Count{Awards: n.Awards + other.Awards} }

// Back counts that an award was given back.
func (n Count) Back() Count { return Count{Awards: n.Awards - min(n.Awards, 1)} }

// One counts a further award. LIMIT if the campaign doesn't allow it.
func (n Count) One(c Campaign) (Count, error) {
	if n.Awards >= uint32(c.Terms.PerMember) {
		return Count{}, fault.New(fault.Limit, "the member has had %d awards of campaign %s, the most there are",
			n.Awards, c.ID)
	}
	n.Awards++
	return n, nil
}

// Points is how many an award gives. earned is what the rule gives for the lines
// that count, exactly, without the rule's own rounding, bonus and limit: nothing is
// rounded before the campaign's times has been applied, and then once, by the
// rule's rounding. LIMIT above 2⁵³−1, INSUFFICIENT for no point.
func (g Gives) Points(earned *amount.Exact, rounding amount.Rounding) (amount.Units, error) {
	units := amount.Units(0)
	if g.Rule != "" {
		var err error
		if units, err = earned.Times(g.Times).Round(rounding); err != nil {
			return 0, err
		}
	}
	units, err := units.Add(g.Bonus)
	if err != nil {
		return 0, err
	}
	if g.PerAward > 0 {
		units = min(units, g.PerAward)
	}
	if units == 0 {
		return 0, fault.New(fault.Insufficient, "the purchase earns no point")
	}
	return units, nil
}

// BearPoints divides points among the funders by largest remainder. What each bears is its points' settlement value,
// rounded up: it counts towards the budget and the funder's cap, and nothing is had for nothing, or awards of a point
// each would pass both. price is fen a point. LIMIT.
func (c Campaign) BearPoints(units amount.Units, price amount.Rate) ([]Borne, error) {
	shares, err := amount.Split(units, c.Parts())
	if err != nil {
		return nil, err
	}
	borne := make([]Borne, len(c.Funders))
	for i, f := range c.Bearers() {
		fen, err := price.Of(shares[i], amount.Up)
		if err != nil {
			return nil, err
		}
		borne[i] = Borne{Party: f.Party, Points: shares[i], Fen: fen}
	}
	return borne, nil
}

// BearUses divides the price of each use of an entitlement among the funders by
// largest remainder. What each bears is its share of the price times the uses, which
// is what all write-offs together can make it owe. price is in fen. LIMIT.
func (c Campaign) BearUses(price amount.Units, uses uint16) ([]Borne, error) {
	shares, err := amount.Split(price, c.Parts())
	if err != nil {
		return nil, err
	}
	borne := make([]Borne, len(c.Funders))
	for i, f := range c.Bearers() {
		fen, err := (amount.Rate{Num: amount.Units(uses), Den: 1}).Of(shares[i], amount.Down)
		if err != nil {
			return nil, err
		}
		borne[i] = Borne{Party: f.Party, Fen: fen}
	}
	return borne, nil
}

// Cost is what the funders bear together, in fen. LIMIT above 2⁵³−1.
func Cost(borne []Borne) (sum amount.Units, err error) {
	for _, b := range borne {
		if sum, err = sum.Add(b.Fen); err != nil {
			return 0, err
		}
	}
	return sum, nil
}
