package points

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Rule says what a purchase earns in a programme: data that its issuer sets. What
// it gives is the same for everyone who asks, before and after the purchase.
//
//	points = round(Σ lines: fen × rate × tier's times × label's times) + bonus, at most PerAward
type Rule struct {
	_         struct{}          `cbor:",toarray"`
	ID        string            `json:"id"`
	Programme string            `json:"programme"`
	Scene     string            `json:"scene"` // that it is for; "" for all
	Rate      amount.Rate       `json:"rate"`  // points for a fen
	Rounding  amount.Rounding   `json:"rounding"`
	Tiers     []Multiplier      `json:"tiers"`    // by the member's tier, once an award
	Labels    []Multiplier      `json:"labels"`   // by the line's product label
	Bonus     amount.Units      `json:"bonus"`    // once an award
	PerAward  amount.Units      `json:"perAward"` // 0: no limit
	Audience  audience.Audience `json:"audience"`
	From      date.Date         `json:"from"`
	Until     date.Date         `json:"until"` // last day
}

// Multiplier raises or lowers what is earned: 3/2 for half as much again, 0 for
// nothing.
type Multiplier struct {
	_     struct{}    `cbor:",toarray"`
	For   string      `json:"for"` // tier or product label
	Times amount.Rate `json:"times"`
}

// SetRuleRequest sets an earn rule of the caller's programme, or changes it.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (the programme, or
// the audience's), FORBIDDEN (the caller isn't its issuer).
type SetRuleRequest struct {
	_    struct{} `cbor:",toarray"`
	Rule Rule     `json:"rule"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r SetRuleRequest) Check() error {
	for _, id := range [][2]string{{"rule", r.Rule.ID}, {"programme", r.Rule.Programme}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	if r.Rule.Scene != "" {
		if err := name.CheckID("scene", r.Rule.Scene); err != nil {
			return err
		}
	}
	if err := r.Rule.Rate.Check(); err != nil {
		return err
	}
	if err := r.Rule.Rounding.Check(); err != nil {
		return err
	}
	for _, list := range [][]Multiplier{r.Rule.Tiers, r.Rule.Labels} {
		if err := checkMultipliers(list); err != nil {
			return err
		}
	}
	for _, limit := range []amount.Units{r.Rule.Bonus, r.Rule.PerAward} {
		if err := limit.CheckOptional(); err != nil {
			return err
		}
	}
	return r.Rule.checkRest()
}

func (r Rule) checkRest() error {
	if err := r.From.Check(); err != nil {
		return err
	}
	if err := r.Until.Check(); err != nil {
		return err
	}
	if r.Until < r.From {
		return fault.New(fault.BadRequest, "until: want a day not before from")
	}
	return r.Audience.Check()
}

func checkMultipliers(list []Multiplier) error {
	if len(list) > MaxMultipliers {
		return fault.New(fault.BadRequest, "multipliers: want at most %d", MaxMultipliers)
	}
	for i, m := range list {
		if err := name.CheckID("multiplier", m.For); err != nil {
			return err
		}
		if err := m.Times.Check(); err != nil {
			return err
		}
		for _, other := range list[:i] {
			if other.For == m.For {
				return fault.New(fault.BadRequest, "multipliers: %s stands twice", m.For)
			}
		}
	}
	return nil
}

// AwardRequest issues what a purchase earns by a rule of the caller's programme. Its
// reference is a receipt's, which earns once in the programme, by whichever rule or
// import.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such programme, rule or member.
//  4. FORBIDDEN: the caller isn't the issuer, or the rule is for another scene.
//  5. EXPIRED: the rule isn't valid today.
//  6. LIMIT: the purchase earns more than 2⁵³−1.
//  7. INSUFFICIENT: the purchase earns no point.
//  8. INELIGIBLE: the member isn't in the rule's audience.
//  9. LIMIT: the lane's total would be above 2⁵³−1.
//  10. WRONG_STATE: the programme isn't open.
//  11. BAD_REQUEST: an activator is missing, or the expiry isn't what the programme's rule says.
//  12. EXPIRED: the points' last day is before the business date.
//  13. CONFLICT: the receipt has earned in the programme.
//  14. NOT_FOUND: there is no such pledge.
//  15. FORBIDDEN: the pledge is another party's, or for another programme.
//  16. EXPIRED: the pledge's last day has passed.
//  17. QUOTA: the pledge is used up.
//  18. WRONG_STATE: the member was erased.
//  19. DAILY_CAP: the member would earn more today than the programme allows.
//  20. LIABILITY_CAP: the issuer would owe members more than its cap.
type AwardRequest struct {
	_         struct{}  `cbor:",toarray"`
	Programme string    `json:"programme"`
	Rule      string    `json:"rule"`
	Member    string    `json:"member"`
	Scene     string    `json:"scene"`
	Lines     []Bought  `json:"lines"`
	Expires   date.Date `json:"expires"` // "" by the programme's rule
	Activator string    `json:"activator"`
	Outlet    string    `json:"outlet"`
	Reference string    `json:"reference"`
	Split     []Share   `json:"split"`
}

// Bought is one line of a purchase.
type Bought struct {
	_     struct{}     `cbor:",toarray"`
	Label string       `json:"label"` // product label, or ""
	Fen   amount.Units `json:"fen"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r AwardRequest) Check() error {
	if err := name.CheckID("rule", r.Rule); err != nil {
		return err
	}
	if r.Scene != "" {
		if err := name.CheckID("scene", r.Scene); err != nil {
			return err
		}
	}
	if len(r.Lines) < 1 || len(r.Lines) > MaxLines {
		return fault.New(fault.BadRequest, "lines: want 1 to %d", MaxLines)
	}
	for i, l := range r.Lines {
		if err := l.check(); err != nil {
			return fault.At("lines", i, err)
		}
	}
	return r.grant(1).Check()
}

func (l Bought) check() error {
	if err := name.CheckOptional([2]string{"label", l.Label}); err != nil {
		return err
	}
	return l.Fen.Check()
}

// grant is the issue that an award comes to.
func (r AwardRequest) grant(units amount.Units) IssueRequest {
	return IssueRequest{Programme: r.Programme, Receipts: r.Reference != "", Grants: []Grant{{
		Member: r.Member, Amount: units, Expires: r.Expires, Activator: r.Activator, Outlet: r.Outlet,
		Reference: r.Reference, Split: r.Split,
	}}}
}

// Earned is what a purchase earns, and why.
type Earned struct {
	Points  amount.Units `json:"points"`
	Exact   string       `json:"exact"`   // before rounding, bonus and limit: a ratio
	Tier    string       `json:"tier"`    // the member's
	Times   amount.Rate  `json:"times"`   // for the tier
	Bonus   amount.Units `json:"bonus"`   // of the points
	Limited bool         `json:"limited"` // by the rule's limit for one award
}

// Valid refuses with FORBIDDEN another scene than the rule's, and with EXPIRED a
// day outside it.
func (r Rule) Valid(scene string, today date.Date) error {
	if r.Scene != "" && r.Scene != scene {
		return fault.New(fault.Forbidden, "rule %s is for scene %s", r.ID, r.Scene)
	}
	if today < r.From || today > r.Until {
		return fault.New(fault.Expired, "rule %s is valid from %s to %s", r.ID, r.From, r.Until)
	}
	return nil
}

// Exact is what lines earn for a tier, before it is rounded, without bonus and limit.
func (r Rule) Exact(lines []Bought, tier string) *amount.Exact {
	sum := new(amount.Exact)
	for _, l := range lines {
		sum.Add(l.Fen, r.Rate, times(r.Tiers, tier), times(r.Labels, l.Label))
	}
	return sum
}

// Earn says what a purchase earns, and the issue that it comes to.
func (r Rule) Earn(req AwardRequest, tier string, today date.Date) (Earned, IssueRequest, error) {
	if err := r.Valid(req.Scene, today); err != nil {
		return Earned{}, IssueRequest{}, err
	}
	earned := Earned{Tier: tier, Times: times(r.Tiers, tier), Bonus: r.Bonus}
	sum := r.Exact(req.Lines, tier)
	earned.Exact = sum.String()
	units, err := sum.Round(r.Rounding)
	if err != nil {
		return Earned{}, IssueRequest{}, err
	}
	if earned.Points, err = units.Add(r.Bonus); err != nil {
		return Earned{}, IssueRequest{}, err
	}
	if earned.Limited = r.PerAward > 0 && earned.Points > r.PerAward; earned.Limited {
		earned.Points = r.PerAward
	}
	if earned.Points == 0 {
		return Earned{}, IssueRequest{}, fault.New(fault.Insufficient, "the purchase earns no point")
	}
	return earned, req.grant(earned.Points), nil
}

// times is the multiplier for a tier or label, 1 where the rule names none.
func times(list []Multiplier, id string) amount.Rate {
	for _, m := range list {
		if m.For == id && id != "" {
			return m.Times
		}
	}
	return amount.Rate{Num: 1, Den: 1}
}
