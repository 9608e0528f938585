package benefit

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Kind is what sort of thing a benefit is. It changes no rule; storefronts sort by it.
type Kind uint8

// The kinds.
const (
	Service Kind = 1 + iota
	Discount
	Gift
	Coupon
)

var kinds = name.Words{"", "service", "discount", "gift", "coupon"}

// MarshalJSON writes the kind's name.
func (k Kind) MarshalJSON() ([]byte, error) { return kinds.Marshal(uint8(k)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (k *Kind) UnmarshalJSON(data []byte) error {
	i, err := kinds.Unmarshal(data)
	*k = Kind(i)
	return err
}

// Lapse is what becomes of the points of uses that were never made.
type Lapse uint8

// The lapses.
const (
	Refund Lapse = 1 + iota // they go back to their lots
	Keep                    // their funders owe the provider for them, as if used, but no fee is owed
)

var lapses = name.Words{"", "REFUND", "KEEP"}

// MarshalJSON writes the lapse's name.
func (l Lapse) MarshalJSON() ([]byte, error) { return lapses.Marshal(uint8(l)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (l *Lapse) UnmarshalJSON(data []byte) error {
	i, err := lapses.Unmarshal(data)
	*l = Lapse(i)
	return err
}

// Cost is how many points of one programme an entitlement costs a member.
type Cost struct {
	_         struct{}     `cbor:",toarray"`
	Programme string       `json:"programme"`
	Amount    amount.Units `json:"amount"`
}

// Model is a benefit that a party provides (权益模型).
type Model struct {
	_            struct{}          `cbor:",toarray"`
	ID           string            `json:"id"`
	Provider     string            `json:"provider"` // party that delivers it and is owed for it
	En           string            `json:"en"`
	Zh           string            `json:"zh"`
	Kind         Kind              `json:"kind"`
	Price        amount.Units      `json:"price"`        // fen: what one use settles at if no points paid for it, ≥ 0
	Points       []Cost            `json:"points"`       // what an entitlement costs, by programme; none: free
	Uses         uint16            `json:"uses"`         // of one entitlement, 1 … 500
	Days         int32             `json:"days"`         // last day = day of the grant + days; 0 if until is given
	Until        date.Date         `json:"until"`        // last day of all; "" if days are given
	Quota        amount.Units      `json:"quota"`        // entitlements in all; 0: no limit
	PerMember    uint16            `json:"perMember"`    // entitlements that one member may get; 0: no limit
	Stackable    bool              `json:"stackable"`    // a member may have several at once that haven't ended
	Transferable bool              `json:"transferable"` // a member may pass it on
	Audience     audience.Audience `json:"audience"`     // for whom it is
	// days after its own in which a write-off can be reversed, 0 … 366
	Window int32 `json:"window"`
	// parties besides the provider that may grant it and then owe its price; sorted
	Grantors []string `json:"grantors"`
	Scene    string   `json:"scene"` // selects the settlement model
	// of a use's value, which the provider owes the operator, half to even; 0 ≤ fee < 1
	Fee     amount.Rate `json:"fee"`
	Code    bool        `json:"code"`    // a write-off needs the member's one-time code
	Lapse   Lapse       `json:"lapse"`   // of unused points at the expiry
	Open    bool        `json:"open"`    // it can be granted and bought
	Changed date.Date   `json:"changed"` // business date on which the provider last changed it, 0 for never
	Changes uint8       `json:"changes"` // how often on that date
}

// Counts says whether the ledger keeps a count of each member's entitlements.
func (m Model) Counts() bool { return m.PerMember > 0 || !m.Stackable }

// Programmes lists whose points or tiers the model names, each once, in their order.
func (m Model) Programmes() []string {
	var list []string
	for _, c := range m.Points {
		list = append(list, c.Programme)
	}
	if p := m.Audience.Programme; p != "" && !slices.Contains(list, p) {
		list = append(list, p)
	}
	return list
}

// require refuses with FORBIDDEN everyone but the provider.
func (m Model) require(caller string) error {
	if m.Provider != caller {
		return fault.New(fault.Forbidden, "%s is not the provider of %s", caller, m.ID)
	}
	return nil
}

// last is the last day of an entitlement that begins today. EXPIRED if the
// model's own last day has passed, LIMIT if the calendar ends before.
func (m Model) last(today date.Date) (date.Date, error) {
	until := m.Until
	if m.Days > 0 {
		until = today + date.Date(m.Days)
	}
	if until < today {
		return 0, fault.New(fault.Expired, "benefit %s ended on %s", m.ID, m.Until)
	}
	if until.Check() != nil {
		return 0, fault.New(fault.Limit, "benefit %s would end after the calendar does", m.ID)
	}
	return until, nil
}

// DefineRequest asks to offer a benefit in the caller's own name. Acceptors and
// suppliers may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN (the caller is
// neither), CONFLICT (the id is taken), EXPIRED (its last day is before the
// business date), NOT_FOUND (a programme of its points or its audience).
type DefineRequest struct {
	_            struct{}          `cbor:",toarray"`
	Benefit      string            `json:"benefit"` // id
	En           string            `json:"en"`
	Zh           string            `json:"zh"`
	Kind         Kind              `json:"kind"`
	Price        amount.Units      `json:"price"`
	Points       []Cost            `json:"points"`
	Uses         uint16            `json:"uses"`
	Days         int32             `json:"days"`
	Until        date.Date         `json:"until"`
	Quota        amount.Units      `json:"quota"`
	PerMember    uint16            `json:"perMember"`
	Stackable    bool              `json:"stackable"`
	Transferable bool              `json:"transferable"`
	Audience     audience.Audience `json:"audience"`
	Window       int32             `json:"window"`
	Grantors     []string          `json:"grantors"`
	Scene        string            `json:"scene"`
	Fee          amount.Rate       `json:"fee"`
	Code         bool              `json:"code"`
	Lapse        Lapse             `json:"lapse"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r DefineRequest) Check() error {
	for _, id := range [][2]string{{"benefit", r.Benefit}, {"scene", r.Scene}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	for _, text := range [][2]string{{"en", r.En}, {"zh", r.Zh}} {
		if err := name.CheckText(text[0], text[1]); err != nil {
			return err
		}
	}
	if r.Kind < Service || r.Kind > Coupon || r.Lapse < Refund || r.Lapse > Keep {
		return fault.New(fault.BadRequest, "kind or lapse: unknown")
	}
	if r.Uses < 1 || r.Uses > MaxUses || r.Window < 0 || r.Window > MaxWindow {
		return fault.New(fault.BadRequest, "want 1 to %d uses and a window of 0 to %d days", MaxUses, MaxWindow)
	}
	if err := r.checkEnd(); err != nil {
		return err
	}
	if err := r.checkMoney(); err != nil {
		return err
	}
	if err := checkGrantors(r.Grantors); err != nil {
		return err
	}
	return r.Audience.Check()
}

func (r DefineRequest) checkEnd() error {
	if (r.Days == 0) == (r.Until == 0) || r.Days < 0 || r.Days > MaxDays {
		return fault.New(fault.BadRequest, "want either 1 to %d days or the last day", MaxDays)
	}
	if r.Until != 0 {
		return r.Until.Check()
	}
	return nil
}

func (r DefineRequest) checkMoney() error {
	for _, u := range []amount.Units{r.Price, r.Quota} {
		if err := u.CheckOptional(); err != nil {
			return err
		}
	}
	if err := r.Fee.CheckFine(); err != nil {
		return err
	}
	if r.Fee.Num >= r.Fee.Den {
		return fault.New(fault.BadRequest, "fee: want less than the whole")
	}
	if len(r.Points) > MaxCosts {
		return fault.New(fault.BadRequest, "points: want at most %d programmes", MaxCosts)
	}
	sum := amount.Units(0)
	for i, c := range r.Points {
		if err := name.CheckID("programme", c.Programme); err != nil {
			return err
		}
		if i > 0 && r.Points[i-1].Programme >= c.Programme {
			return fault.New(fault.BadRequest, "points: want programmes sorted, each once")
		}
		if err := c.Amount.Check(); err != nil {
			return err
		}
		var err error
		if sum, err = sum.Add(c.Amount); err != nil {
			return err
		}
	}
	return nil
}

func checkGrantors(list []string) error {
	if len(list) > MaxGrantors {
		return fault.New(fault.BadRequest, "grantors: want at most %d", MaxGrantors)
	}
	for i, party := range list {
		if err := name.CheckID("grantor", party); err != nil {
			return err
		}
		if i > 0 && list[i-1] >= party {
			return fault.New(fault.BadRequest, "grantors: want them sorted, each once")
		}
	}
	return nil
}

// Define makes the model, open to be granted and bought.
func Define(req DefineRequest, at At) (Model, error) {
	m := Model{

		ID: req.Benefit, Provider: at.Caller, En: name.Fold(req.En), Zh: name.Fold(req.Zh), Kind: req.Kind,
		Price:  req.Price,
		Points: append([]Cost{}, req.Points...), Uses: req.Uses, Days: req.Days, Until: req.Until,
		Quota: req.Quota, PerMember: req.PerMember, Stackable: req.Stackable, Transferable: req.Transferable,
		Audience: req.Audience, Window: req.Window, Grantors: append([]string{}, req.Grantors...),
		Scene: req.Scene, Fee: req.Fee, Code: req.Code, Lapse: req.Lapse, Open: true,
	}
	_, err := m.last(at.Date)
	return m, err
}

// AmendRequest changes what can change of a benefit without changing what
// members have: its quota, who else may grant it, and whether it is open. Only
// the provider may; every field replaces the old one.
//
// A quota under what has been granted stops further grants. What is granted
// while there is no quota is not counted by a later one.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND, FORBIDDEN, LIMIT (more than MaxAmends on a business
// date).
type AmendRequest struct {
	_        struct{}     `cbor:",toarray"`
	Benefit  string       `json:"benefit"`
	Quota    amount.Units `json:"quota"` // 0: no limit
	Grantors []string     `json:"grantors"`
	Open     bool         `json:"open"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r AmendRequest) Check() error {
	if err := name.CheckID("benefit", r.Benefit); err != nil {
		return err
	}
	if err := r.Quota.CheckOptional(); err != nil {
		return err
	}
	return checkGrantors(r.Grantors)
}

// Amend changes the model, MaxAmends times on a business date: all that becomes of an entitlement reads it, and a
// provider that wrote it in every block would keep what a member paid from ever coming back.
func Amend(m Model, req AmendRequest, at At) (Model, error) {
	if err := m.require(at.Caller); err != nil {
		return Model{}, err
	}
	next := m
	if next.Changed != at.Date {
		next.Changed, next.Changes = at.Date, 0
	}
	if next.Changes >= MaxAmends {
		return Model{}, fault.New(fault.Limit,
			"%s was changed %d times on %s; change it again when the business date has moved",
			m.ID, next.Changes, at.Date)
	}
	next.Changes++
	next.Quota, next.Grantors, next.Open = req.Quota, append([]string{}, req.Grantors...), req.Open
	return next, nil
}
