// Package audience says for whom something is meant: an offer, an earn rule, a
// benefit (千人千面). An audience is data on the ledger, and everyone, the
// chaincode and any party's node, evaluates it with the same function.
//
// The nouns are the Audience, the Facts of one member, and the Offer, which an
// enterprise shows to those members whom its audience fits (千企千面).
package audience

import (
	"slices"
	"strings"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Limits.
const (
	MaxTiers  = 16 // that one audience names
	MaxLabels = 16 // that it wants, and as many that it doesn't
)

// Audience is fulfilled by a member who has one of the tiers, all of the labels
// and none of the others. The zero audience is everybody.
type Audience struct {
	_         struct{} `cbor:",toarray"`
	Programme string   `json:"programme"` // whose tiers; "" if there are none
	Tiers     []string `json:"tiers"`     // any of them; none for all members
	Labels    []string `json:"labels"`    // PARTY:LABEL, all of them
	Not       []string `json:"not"`       // PARTY:LABEL, none of them
}

// Facts are what is known of a member on a business date.
type Facts struct {
	Tier   string   // in the audience's programme; "" for none
	Labels []string // PARTY:LABEL
}

// Check refuses a malformed audience with BAD_REQUEST.
func (a Audience) Check() error {
	if len(a.Tiers) > MaxTiers || len(a.Labels) > MaxLabels || len(a.Not) > MaxLabels {
		return fault.New(fault.BadRequest, "audience: want at most %d tiers and %d labels", MaxTiers, MaxLabels)
	}
	if (a.Programme == "") != (len(a.Tiers) == 0) {
		return fault.New(fault.BadRequest, "audience: name tiers and their programme, or neither")
	}
	if a.Programme != "" {
		if err := name.CheckID("programme", a.Programme); err != nil {
			return err
		}
	}
	for _, tier := range a.Tiers {
		if err := name.CheckID("tier", tier); err != nil {
			return err
		}
	}
	for _, label := range slices.Concat(a.Labels, a.Not) {
		party, id, ok := strings.Cut(label, ":")
		if !ok {
			return fault.New(fault.BadRequest, "label: want PARTY:LABEL")
		}
		if err := name.CheckID("party", party); err != nil {
			return err
		}
		if err := name.CheckID("label", id); err != nil {
			return err
		}
	}
	return nil
}

// Everybody says whether the audience excludes no one.
func (a Audience) Everybody() bool { return len(a.Tiers)+len(a.Labels)+len(a.Not) == 0 }

// Parties lists whose labels the audience asks for, sorted, each once.
func (a Audience) Parties() []string {
	var list []string
	for _, label := range slices.Concat(a.Labels, a.Not) {
		party, _, _ := strings.Cut(label, ":")
		list = append(list, party)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Fits says whether a member with these facts belongs to the audience.
func (a Audience) Fits(f Facts) bool {
	if len(a.Tiers) > 0 && !slices.Contains(a.Tiers, f.Tier) {
		return false
	}
	for _, label := range a.Labels {
		if !slices.Contains(f.Labels, label) {
			return false
		}
	}
	for _, label := range a.Not {
		if slices.Contains(f.Labels, label) {
			return false
		}
	}
	return true
}

// Offer is something that an enterprise shows to members: a benefit, an earn
// rule, or just words.
type Offer struct {
	_        struct{}  `cbor:",toarray"`
	ID       string    `json:"id"`
	By       string    `json:"by"` // enterprise
	En       string    `json:"en"`
	Zh       string    `json:"zh"`
	Audience Audience  `json:"audience"`
	From     date.Date `json:"from"`
	Until    date.Date `json:"until"`   // last day
	Benefit  string    `json:"benefit"` // that is offered, or ""
	Rule     string    `json:"rule"`    // earn rule, PROGRAMME/RULE, or ""
}

// PublishRequest publishes an offer of the caller's, or changes it. Issuers and
// acceptors may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN (the caller is neither),
// NOT_FOUND (the audience's programme, the benefit or the rule).
type PublishRequest struct {
	_        struct{}  `cbor:",toarray"`
	Offer    string    `json:"offer"` // id, unique within the enterprise
	En       string    `json:"en"`
	Zh       string    `json:"zh"`
	Audience Audience  `json:"audience"`
	From     date.Date `json:"from"`
	Until    date.Date `json:"until"`
	Benefit  string    `json:"benefit"`
	Rule     string    `json:"rule"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r PublishRequest) Check() error {
	if err := name.CheckID("offer", r.Offer); err != nil {
		return err
	}
	if err := name.CheckText("en", r.En); err != nil {
		return err
	}
	if err := name.CheckText("zh", r.Zh); err != nil {
		return err
	}
	if err := r.From.Check(); err != nil {
		return err
	}
	if err := r.Until.Check(); err != nil {
		return err
	}
	if r.Until < r.From {
		return fault.New(fault.BadRequest, "until: want a day not before from")
	}
	if r.Benefit != "" {
		if err := name.CheckID("benefit", r.Benefit); err != nil {
			return err
		}
	}
	if r.Rule != "" {
		programme, rule, _ := strings.Cut(r.Rule, "/")
		if err := name.CheckID("programme", programme); err != nil {
			return err
		}
		if err := name.CheckID("rule", rule); err != nil {
			return err
		}
	}
	return r.Audience.Check()
}

// Publish makes the offer.
func Publish(req PublishRequest, caller string) Offer {
	return Offer{
		ID: req.Offer, By: caller, En: name.Fold(req.En), Zh: name.Fold(req.Zh), Audience: req.Audience, From: req.From,
		Until: req.Until, Benefit: req.Benefit, Rule: req.Rule,
	}
}

// WithdrawRequest ends an offer of the caller's today.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, WRONG_STATE (it has ended).
type WithdrawRequest struct {
	_     struct{} `cbor:",toarray"`
	Offer string   `json:"offer"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r WithdrawRequest) Check() error { return name.CheckID("offer", r.Offer) }

// Withdraw ends the offer the day before today.
func (o Offer) Withdraw(today date.Date) (Offer, error) {
	if o.Until < today {
		return Offer{}, fault.New(fault.WrongState, "offer %s ended on %s", o.ID, o.Until)
	}
	next := o
	next.Until = today - 1
	return next, nil
}

// For says whether a member with these facts is shown the offer on a day.
func (o Offer) For(f Facts, today date.Date) bool {
	return o.From <= today && today <= o.Until && o.Audience.Fits(f)
}
