package points

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Rules are how a programme's points behave: data that its issuer sets and
// everybody evaluates. A change acts on what happens after it; lots keep the
// expiry that they were issued with, which a sliding rule moves on while it holds.
type Rules struct {
	_           struct{}      `cbor:",toarray"`
	Scale       uint8         `json:"scale"` // digits after the point that people are shown, 0–6
	Expiry      Expiry        `json:"expiry"`
	Evidence    bool          `json:"evidence"` // every grant waits for a witness's evidence
	Transfer    TransferRules `json:"transfer"`
	EarnPerDay  amount.Units  `json:"earnPerDay"`  // that one member may get; 0: no limit
	SpendPerDay amount.Units  `json:"spendPerDay"` // that one member may have held or converted; 0: no limit
	// days, at most MaxAhead, that points live which are refunded after their expiry; 0: 30
	Grace     uint16    `json:"grace"`
	Tiers     []Tier    `json:"tiers"`     // by what was earned, lowest first
	Window    uint8     `json:"window"`    // months that count towards a tier, the current one included, 1–24
	Shortfall Shortfall `json:"shortfall"` // what becomes of a clawback of points that are no longer there
}

// Shortfall is what becomes of a clawback (追回) of more points than a lot has left.
type Shortfall uint8

// The ways.
const (
	ShortfallRefused Shortfall = iota // it is refused
	ShortfallOwed                     // what is missing is the member's debt, which later awards pay off first
	ShortfallBorne                    // what is missing is gone, at the cost of whoever paid for it when it was spent
)

var shortfalls = name.Words{"refuse", "debt", "bear"}

// MarshalText writes the way's name.
func (s Shortfall) MarshalText() ([]byte, error) { return []byte(shortfalls.Of(uint8(s))), nil }

// UnmarshalText reads the way's name.
func (s *Shortfall) UnmarshalText(text []byte) error {
	i, err := shortfalls.Find(string(text))
	*s = Shortfall(i)
	return err
}

// String is the way's name.
func (s Shortfall) String() string { return shortfalls.Of(uint8(s)) }

// ExpiryKind is a way to say when points expire.
type ExpiryKind uint8

// The kinds. N counts what the kind's name says.
const (
	Free       ExpiryKind = iota // each grant names its last day
	Days                         // N days after the grant
	MonthEnd                     // the end of the month N months ahead
	QuarterEnd                   // the end of the quarter N quarters ahead
	YearEnd                      // the end of the year N years ahead
	Fixed                        // one day for all
	Sliding                      // N days after the member last earned or spent
)

var expiryKinds = name.Words{"free", "days", "month_end", "quarter_end", "year_end", "fixed", "sliding"}

// MarshalText writes the kind's name.
func (k ExpiryKind) MarshalText() ([]byte, error) { return []byte(expiryKinds.Of(uint8(k))), nil }

// UnmarshalText reads the kind's name.
func (k *ExpiryKind) UnmarshalText(text []byte) error {
	i, err := expiryKinds.Find(string(text))
	*k = ExpiryKind(i)
	return err
}

// String is the kind's name.
func (k ExpiryKind) String() string { return expiryKinds.Of(uint8(k)) }

// Expiry says when points expire.
type Expiry struct {
	_    struct{}   `cbor:",toarray"`
	Kind ExpiryKind `json:"kind"`
	N    uint16     `json:"n"`
	On   date.Date  `json:"on"` // of Fixed
}

// TransferRules say how points may go from member to member.
type TransferRules struct {
	_               struct{}     `cbor:",toarray"`
	Allowed         bool         `json:"allowed"`
	PerDay          amount.Units `json:"perDay"`          // that one member may send; 0: no limit
	PerCounterparty amount.Units `json:"perCounterparty"` // a day, from one member to one other; 0: no limit
	// days, at most MaxAhead, before received points can be sent on
	Wait uint16 `json:"wait"`
}

// Tier is a standing that a member earns.
type Tier struct {
	_       struct{}     `cbor:",toarray"`
	ID      string       `json:"id"`
	En      string       `json:"en"`
	Zh      string       `json:"zh"`
	AtLeast amount.Units `json:"atLeast"` // points earned in the window
}

// Check refuses malformed rules with BAD_REQUEST or LIMIT.
func (r Rules) Check() error {
	if r.Scale > 6 {
		return fault.New(fault.BadRequest, "scale: want 0 to 6")
	}
	for _, limit := range []amount.Units{r.EarnPerDay, r.SpendPerDay, r.Transfer.PerDay, r.Transfer.PerCounterparty} {
		if limit == 0 {
			continue
		}
		if err := limit.Check(); err != nil {
			return err
		}
	}
	if r.Shortfall > ShortfallBorne {
		return fault.New(fault.BadRequest, "shortfall: want one of %v", []string(shortfalls))
	}
	if !r.Transfer.Allowed && r.Transfer != (TransferRules{}) {
		return fault.New(fault.BadRequest, "transfer: limits of what isn't allowed")
	}
	if r.Grace > MaxAhead || r.Transfer.Wait > MaxAhead {
		return fault.New(fault.BadRequest, "grace and wait: want at most %d days", MaxAhead)
	}
	if err := r.Expiry.check(); err != nil {
		return err
	}
	return r.checkTiers()
}

func (e Expiry) check() error {
	switch {
	case e.Kind > Sliding:
		return fault.New(fault.BadRequest, "expiry: unknown kind")
	case (e.Kind == Fixed) != (e.On != 0) || (e.Kind == Free || e.Kind == Fixed) && e.N != 0:
		return fault.New(fault.BadRequest, "expiry: a day belongs to fixed, a number to the others")
	case (e.Kind == Days || e.Kind == Sliding) && e.N < 1 || e.N > ahead[e.Kind]:
		return fault.New(fault.BadRequest, "expiry: want up to %d, and at least 1 of days", ahead[e.Kind])
	case e.Kind == Fixed:
		return e.On.Check()
	}
	return nil
}

// ahead is how far a rule may count: ten years, whatever it counts.
var ahead = [...]uint16{Days: MaxAhead, MonthEnd: 120, QuarterEnd: 40, YearEnd: 10, Sliding: MaxAhead}

func (r Rules) checkTiers() error {
	if len(r.Tiers) > MaxTiers || (len(r.Tiers) > 0) != (r.Window > 0) || r.Window > MaxWindow {
		return fault.New(fault.BadRequest, "tiers: want at most %d, and with them a window of 1 to %d months",
			MaxTiers, MaxWindow)
	}
	for i, t := range r.Tiers {
		if err := name.CheckID("tier", t.ID); err != nil {
			return err
		}
		if err := name.CheckText("en", t.En); err != nil {
			return err
		}
		if err := name.CheckText("zh", t.Zh); err != nil {
			return err
		}
		if err := t.AtLeast.Check(); err != nil {
			return err
		}
		if i > 0 && t.AtLeast <= r.Tiers[i-1].AtLeast {
			return fault.New(fault.BadRequest, "tiers: want the lowest first")
		}
		if slices.ContainsFunc(r.Tiers[:i], func(other Tier) bool { return other.ID == t.ID }) {
			return fault.New(fault.BadRequest, "tiers: %s stands twice", t.ID)
		}
	}
	return nil
}

// folded is the rules with the names of their tiers folded.
func (r Rules) folded() Rules {
	r.Tiers = slices.Clone(r.Tiers)
	for i, t := range r.Tiers {
		r.Tiers[i].En, r.Tiers[i].Zh = name.Fold(t.En), name.Fold(t.Zh)
	}
	return r
}

// LastDay is the last day of points that are granted today. A grant may name its
// own under Free only; elsewhere it may name the rule's.
//
// BAD_REQUEST for another day than the rule's, or none under Free, or one after
// 2199; EXPIRED for a day before today.
func (e Expiry) LastDay(named, today date.Date) (date.Date, error) {
	last := e.on(today)
	switch {
	case e.Kind == Free && named == 0:
		return 0, fault.New(fault.BadRequest, "expires: the programme has no rule, so name a day")
	case e.Kind == Free:
		last = named
	case named != 0 && named != last:
		return 0, fault.New(fault.BadRequest, "expires: by the programme's rule it is %s", last)
	}
	if last < today {
		return 0, fault.New(fault.Expired, "expiry %s is before the business date %s", last, today)
	}
	return last, last.Check()
}

func (e Expiry) on(today date.Date) date.Date {
	switch n := int(e.N); e.Kind {
	case Days, Sliding:
		return today + date.Date(n)
	case MonthEnd:
		return today.MonthEnd(n)
	case QuarterEnd:
		return today.QuarterEnd(n)
	case YearEnd:
		return today.YearEnd(n)
	case Fixed:
		return e.On
	case Free:
	}
	return 0
}

// graceDays is how long a lot lives that a refund makes.
func (r Rules) graceDays() date.Date {
	if r.Grace == 0 {
		return 30
	}
	return date.Date(r.Grace)
}

// CountsEarning says whether a grant must look at the member's standing.
func (r Rules) CountsEarning() bool {
	return r.EarnPerDay > 0 || len(r.Tiers) > 0 || r.Expiry.Kind == Sliding || r.Shortfall == ShortfallOwed
}

// CountsSpending says whether a spend must look at the member's standing.
func (r Rules) CountsSpending() bool { return r.SpendPerDay > 0 || r.Expiry.Kind == Sliding }

// CountsSending says whether a transfer must look at the giver's standing.
func (r Rules) CountsSending() bool {
	return r.Transfer.PerDay > 0 || r.Transfer.PerCounterparty > 0
}
