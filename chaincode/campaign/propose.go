package campaign

import (
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// ProposeRequest proposes a campaign in the caller's own name: the issuer of the
// programme whose points it gives may, or the provider of the benefit. A caller
// who is a funder agrees by proposing; if it is the only one the campaign is
// ACTIVE at once.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such programme, earn rule or benefit.
//  4. FORBIDDEN: the caller is neither the programme's issuer nor the benefit's provider.
//  5. CONFLICT: the id is taken.
//  6. NOT_FOUND: there is no such funder, or no such programme of the audience.
//  7. BAD_REQUEST: the caller gives a cap and is no funder.
//  8. EXPIRED: its last day is before the business date.
//  9. BAD_REQUEST: the expiry of the points isn't what the programme's rule says.
//  10. EXPIRED: the points' last day is before the business date.
type ProposeRequest struct {
	_        struct{}     `cbor:",toarray"`
	Campaign string       `json:"campaign"` // id
	Terms    Terms        `json:"terms"`
	Funders  []Share      `json:"funders"` // 1 to 16, sorted by party
	Cap      amount.Units `json:"cap"`     // the caller's own, in fen; 0: none
}

// Share is the part of a party that is asked to be a funder.
type Share struct {
	_     struct{}     `cbor:",toarray"`
	Party string       `json:"party"`
	Parts amount.Units `json:"parts"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r ProposeRequest) Check() error {
	if err := name.CheckID("campaign", r.Campaign); err != nil {
		return err
	}
	if len(r.Funders) < 1 || len(r.Funders) > MaxFunders {
		return fault.New(fault.BadRequest, "funders: want 1 to %d", MaxFunders)
	}
	for i, f := range r.Funders {
		if err := name.CheckID("party", f.Party); err != nil {
			return fault.At("funders", i, err)
		}
		if i > 0 && r.Funders[i-1].Party >= f.Party {
			return fault.New(fault.BadRequest, "funders: want them sorted, each once")
		}
		if err := f.Parts.Check(); err != nil {
			return fault.At("funders", i, err)
		}
	}
	if err := r.Cap.CheckOptional(); err != nil {
		return err
	}
	return r.Terms.check()
}

func (t Terms) check() error {
	for _, text := range [][2]string{{"en", t.En}, {"zh", t.Zh}} {
		if err := name.CheckText(text[0], text[1]); err != nil {
			return err
		}
	}
	if t.Scene != "" {
		if err := name.CheckID("scene", t.Scene); err != nil {
			return err
		}
	}
	if err := t.Budget.Check(); err != nil {
		return err
	}
	if err := t.Gives.check(); err != nil {
		return err
	}
	if err := t.checkWhere(); err != nil {
		return err
	}
	for _, d := range []interface{ Check() error }{t.From, t.Until, t.Audience} {
		if err := d.Check(); err != nil {
			return err
		}
	}
	if t.Until < t.From {
		return fault.New(fault.BadRequest, "until: want a day not before from")
	}
	return nil
}

// checkWhere checks the goods and the outlets.
func (t Terms) checkWhere() error {
	if len(t.Goods) > MaxGoods || len(t.Outlets) > MaxOutlets {
		return fault.New(fault.BadRequest, "want at most %d goods and %d outlets", MaxGoods, MaxOutlets)
	}
	for i, g := range t.Goods {
		if err := checkGood(g); err != nil {
			return err
		}
		if slices.Contains(t.Goods[:i], g) {
			return fault.New(fault.BadRequest, "goods: one stands twice")
		}
	}
	for i, o := range t.Outlets {
		if err := checkPair("outlet", "PARTY:OUTLET", o, ":"); err != nil {
			return err
		}
		if slices.Contains(t.Outlets[:i], o) {
			return fault.New(fault.BadRequest, "outlets: one stands twice")
		}
	}
	return nil
}

func (g Gives) check() error {
	if (g.Programme == "") == (g.Benefit == "") {
		return fault.New(fault.BadRequest, "gives: want either a programme or a benefit")
	}
	if g.Benefit != "" {
		if g != (Gives{Benefit: g.Benefit}) {
			return fault.New(fault.BadRequest, "gives: a benefit has no rule, times, bonus, limit or expiry")
		}
		return name.CheckID("benefit", g.Benefit)
	}
	if err := name.CheckID("programme", g.Programme); err != nil {
		return err
	}
	for _, limit := range []amount.Units{g.Bonus, g.PerAward} {
		if err := limit.CheckOptional(); err != nil {
			return err
		}
	}
	if g.Expires != 0 {
		if err := g.Expires.Check(); err != nil {
			return err
		}
	}
	return g.checkRule()
}

func (g Gives) checkRule() error {
	if g.Rule == "" {
		if g.Bonus == 0 || g.Times != (amount.Rate{}) {
			return fault.New(fault.BadRequest, "gives: without a rule want a bonus, and no times")
		}
		return nil
	}
	if err := name.CheckID("rule", g.Rule); err != nil {
		return err
	}
	if err := g.Times.Check(); err != nil {
		return err
	}
	if g.Times.Num == 0 {
		return fault.New(fault.BadRequest, "times: want more than 0")
	}
	return nil
}

// checkGood refuses what is neither SUPPLIER/SKU nor a product label.
func checkGood(text string) error {
	if strings.Contains(text, "/") {
		return checkPair("good", "SUPPLIER/SKU", text, "/")
	}
	return name.CheckID("label", text)
}

// checkPair refuses what isn't two ids with a separator between them.
func checkPair(what, shape, text, separator string) error {
	first, second, _ := strings.Cut(text, separator)
	if name.CheckID(what, first) != nil || name.CheckID(what, second) != nil {
		return fault.New(fault.BadRequest, "%s: want %s", what, shape)
	}
	return nil
}

// Propose makes the campaign. rule is the hash of its earn rule as it is now, nil
// for none. BAD_REQUEST for a cap of a caller who is no funder, then EXPIRED.
func Propose(req ProposeRequest, rule codec.Hash, at At) (Campaign, error) {
	c := Campaign{ID: req.Campaign, By: at.Caller, Terms: req.Terms, Rule: rule, State: Proposed}
	c.Terms.En, c.Terms.Zh = name.Fold(req.Terms.En), name.Fold(req.Terms.Zh)
	c.Terms.Goods, c.Terms.Outlets = append([]string{}, req.Terms.Goods...), append([]string{}, req.Terms.Outlets...)
	for _, s := range req.Funders {
		c.Funders = append(c.Funders, Funder{Party: s.Party, Parts: s.Parts})
	}
	if i := c.funder(at.Caller); i >= 0 {
		c.Funders[i].Cap, c.Funders[i].Agreed = req.Cap, true
	} else if req.Cap != 0 {
		return Campaign{}, fault.New(fault.BadRequest, "cap: %s is no funder of its campaign", at.Caller)
	}
	if req.Terms.Until < at.Date {
		return Campaign{}, fault.New(fault.Expired, "%s is past", req.Terms.Until)
	}
	return c.begin(), nil
}

// funder is the place of a party among the funders, −1 if it is none.
func (c Campaign) funder(party string) int {
	return slices.IndexFunc(c.Funders, func(f Funder) bool { return f.Party == party })
}

// begin makes the campaign ACTIVE if every funder has agreed.
func (c Campaign) begin() Campaign {
	if !slices.ContainsFunc(c.Funders, func(f Funder) bool { return !f.Agreed }) {
		c.State = Active
	}
	return c
}
