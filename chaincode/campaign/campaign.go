// Package campaign is joint marketing (联合营销): several enterprises pay together
// for what members get for a purchase.
//
// Nouns. A *campaign* is what one party proposes and its *funders* agree to: what
// an award gives, to whom, for what, and how much it may cost them. An *award* is
// what one purchase got of it, with what each funder bears. A *count* is how many
// awards a member has had.
//
//	PROPOSED ──the last funder agrees──▶ ACTIVE ──leave, end──▶ ENDED
//	   └──leave, end──▶ WITHDRAWN
//
// A campaign's terms never change, so each funder agreed to what stands there. A campaign keeps the
// hash of the earn rule that it multiplies, and awards nothing by another; a benefit's price and
// uses, and a programme's settlement price, can't change either.
//
// The invariants: per award, the funders' points sum to the points given, and what
// each write-off of an entitlement makes the funders bear sums to its price;
// over all awards,
//
//	Σ fen of all funders ≤ budget;  Σ fen of one funder ≤ its cap, if it has one
//
// Every function here is pure: rows in, rows out, no ledger, no clock.
package campaign

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// At is the setting of a command.
type At = number.At

// Limits. Every loop of this package is bounded by one of them.
const (
	MaxFunders   = 16  // of one campaign
	MaxGoods     = 128 // goods and labels that one campaign names
	MaxOutlets   = 128 // that one campaign names
	MaxCampaigns = 8   // that one purchase is awarded by at once
	MaxLines     = 64  // of one purchase
	MaxLots      = 100 // that one command makes
)

// State is where a campaign stands.
type State uint8

// The states of a campaign.
const (
	Proposed  State = 1 + iota // some funder has yet to agree
	Active                     // it can award, on the days of its terms
	Ended                      // it awards no more; what was awarded stands
	Withdrawn                  // it never began
)

var states = name.Words{"", "PROPOSED", "ACTIVE", "ENDED", "WITHDRAWN"}

// MarshalJSON writes the state's name.
func (s State) MarshalJSON() ([]byte, error) { return states.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *State) UnmarshalJSON(data []byte) error {
	i, err := states.Unmarshal(data)
	*s = State(i)
	return err
}

// String is the state's name.
func (s State) String() string { return states.Of(uint8(s)) }

// Over says whether the campaign has ended or never began.
func (s State) Over() bool { return s >= Ended }

// Campaign is what funders agree to, and how far they have (联合营销活动).
type Campaign struct {
	_       struct{}   `cbor:",toarray"`
	ID      string     `json:"id"`
	By      string     `json:"by"` // proposer: issuer of the points, or provider of the benefit
	Terms   Terms      `json:"terms"`
	Rule    codec.Hash `json:"rule"`    // SHA-256 of the earn rule as it was proposed; "" for none
	Funders []Funder   `json:"funders"` // sorted by party
	State   State      `json:"state"`
	End     End        `json:"end"`
}

// Terms are what a campaign gives, to whom and for what. They never change.
type Terms struct {
	_        struct{}          `cbor:",toarray"`
	En       string            `json:"en"`
	Zh       string            `json:"zh"`
	Scene    string            `json:"scene"`  // that it is for; "" for all
	Budget   amount.Units      `json:"budget"` // fen, of all funders together, ≥ 1
	Gives    Gives             `json:"gives"`
	Audience audience.Audience `json:"audience"` // for whom it is
	// SUPPLIER/SKU or product label; a line counts that has one of them; none: all lines
	Goods     []string `json:"goods"`
	Outlets   []string `json:"outlets"`   // PARTY:OUTLET where it is; none: everywhere
	PerMember uint16   `json:"perMember"` // awards that one member may have; 0: no limit
	Order     uint16   `json:"order"`     // of stacking, the lowest first, then by id
	Exclusive bool     `json:"exclusive"` // it isn't had together with others
	// a benefit that is revoked unused gives back the member's award, and what it cost
	Returns bool      `json:"returns"`
	From    date.Date `json:"from"`
	Until   date.Date `json:"until"` // last day
}

// Gives is what one award gives: points of one programme, or one entitlement of
// one benefit.
//
//	points = round(Σ counting lines: fen × what the rule gives × times) + bonus, at most PerAward
type Gives struct {
	_         struct{}     `cbor:",toarray"`
	Programme string       `json:"programme"` // "" if it gives a benefit
	Rule      string       `json:"rule"`      // earn rule of it, or "" for the bonus alone
	Times     amount.Rate  `json:"times"`     // on what the rule gives; the zero rate without a rule
	Bonus     amount.Units `json:"bonus"`     // points, once an award
	PerAward  amount.Units `json:"perAward"`  // points; 0: no limit
	Expires   date.Date    `json:"expires"`   // last day of the points; "" by the programme's rule
	Benefit   string       `json:"benefit"`   // "" if it gives points
}

// Funder is a party that bears a part of what a campaign costs (出资方).
type Funder struct {
	_      struct{}     `cbor:",toarray"`
	Party  string       `json:"party"`
	Parts  amount.Units `json:"parts"`  // of the sum of all parts, such as 60
	Cap    amount.Units `json:"cap"`    // fen that it bears at most; 0: no cap but the budget
	Agreed bool         `json:"agreed"` // and so the cap is its own
}

// End says how a campaign came to its end. It is empty before.
type End struct {
	_      struct{}  `cbor:",toarray"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Date   date.Date `json:"date"`
}

// Bearers are the funders in the order in which an award is divided: the proposer
// first, then by party. Of equal remainders the first bears the odd one.
func (c Campaign) Bearers() []Funder {
	list := slices.Clone(c.Funders)
	slices.SortStableFunc(list, func(a, b Funder) int {
		switch {
		case a.Party == c.By:
			return -1
		case b.Party == c.By:
			return 1
		}
		return 0
	})
	return list
}

// Parts are those of the bearers, in their order.
func (c Campaign) Parts() []amount.Units {
	parts := make([]amount.Units, len(c.Funders))
	for i, f := range c.Bearers() {
		parts[i] = f.Parts
	}
	return parts
}

// Count is how many awards a campaign has given a member. It is kept only for a
// campaign that limits them.
type Count struct {
	_      struct{} `cbor:",toarray"`
	Awards uint32   `json:"awards"`
}
