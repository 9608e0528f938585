package points

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Grant is one lot that an issue asks for, or, with a funding split, one a share.
type Grant struct {
	_      struct{} `cbor:",toarray"`
	Member string   `json:"member"`
	// only party that can enrol the member, or has; "" for a member who is there
	Home      string       `json:"home"`
	Amount    amount.Units `json:"amount"`    // 1 … 2⁵³−1
	Expires   date.Date    `json:"expires"`   // last day; "" by the programme's rule
	Activator string       `json:"activator"` // "" or the party whose evidence activates the lot
	Outlet    string       `json:"outlet"`    // where it was earned, an id of the issuer's, or ""
	Reference string       `json:"reference"` // what for, such as a receipt's number, or ""
	Split     []Share      `json:"split"`     // who bears its cost; none: the issuer
}

// Share is a funder's part of a grant.
type Share struct {
	_      struct{}       `cbor:",toarray"`
	Funder string         `json:"funder"`
	Parts  amount.Units   `json:"parts"`  // of the sum of all parts, such as 60
	Pledge number.Command `json:"pledge"` // by which the funder agreed; none for the issuer's own
}

// IssueRequest asks to issue 1 to 100 lots of the caller's own programme; all
// or none.
//
// A grant names a member who is enrolled, or the party that alone can enrol the
// pseudonym: then no member is read, and if somebody else enrols it the points are
// nobody's, for the issuer to revoke. So points may be there before the member is,
// and issuing many to one's own customers reads nothing.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount, or their sum, is above 2⁵³−1.
//  3. NOT_FOUND: there is no such programme.
//  4. FORBIDDEN: the caller isn't the programme's issuer.
//  5. LIMIT: the lane's total would be above 2⁵³−1.
//  6. WRONG_STATE: the programme isn't open.
//
// Then, grant by grant:
//
//  7. BAD_REQUEST: an activator is missing, or the expiry isn't what the programme's rule says.
//  8. EXPIRED: the points' last day is before the business date.
//
// Then, grant by grant again:
//
//  9. CONFLICT: the receipt has earned in the programme.
//  10. NOT_FOUND: there is no such pledge.
//  11. FORBIDDEN: the pledge is another party's, or for another programme.
//  12. EXPIRED: the pledge's last day has passed.
//  13. QUOTA: the pledge is used up.
//  14. NOT_FOUND: there is no such member, unless its home is named and earnings don't count.
//  15. WRONG_STATE: the member was erased.
//  16. FORBIDDEN: the member has another home than named.
//  17. DAILY_CAP: the member would earn more today than the programme allows.
//
// Then:
//
//  18. LIABILITY_CAP: the issuer would owe members more than its cap.
type IssueRequest struct {
	_         struct{} `cbor:",toarray"`
	Programme string   `json:"programme"`
	Grants    []Grant  `json:"grants"`
	Receipts  bool     `json:"receipts"` // every reference is a receipt's, which earns once in the programme
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r IssueRequest) Check() error {
	if err := name.CheckID("programme", r.Programme); err != nil {
		return err
	}
	if len(r.Grants) < 1 || len(r.Grants) > MaxLots {
		return fault.New(fault.BadRequest, "grants: want 1 to %d", MaxLots)
	}
	lots := 0
	for i, g := range r.Grants {
		if err := g.check(); err != nil {
			return fault.At("grants", i, err)
		}
		lots += max(1, len(g.Split))
	}
	if lots > MaxLots {
		return fault.New(fault.BadRequest, "grants: want at most %d lots with all their shares", MaxLots)
	}
	if r.Receipts {
		if err := checkReceipts(r.Grants); err != nil {
			return err
		}
	}
	_, err := r.Sum()
	return err
}

func (g Grant) check() error {
	if err := name.CheckID("member", g.Member); err != nil {
		return err
	}
	if err := g.Amount.Check(); err != nil {
		return err
	}
	if err := name.CheckOptional([2]string{"home", g.Home}, [2]string{"activator", g.Activator},
		[2]string{"outlet", g.Outlet}, [2]string{"reference", g.Reference}); err != nil {
		return err
	}
	if g.Expires != 0 {
		if err := g.Expires.Check(); err != nil {
			return err
		}
	}
	return checkShares(g.Split)
}

func checkShares(split []Share) error {
	if len(split) > MaxShares {
		return fault.New(fault.BadRequest, "split: want at most %d shares", MaxShares)
	}
	for i, s := range split {
		if err := name.CheckID("funder", s.Funder); err != nil {
			return fault.At("split", i, err)
		}
		if err := s.Parts.Check(); err != nil {
			return fault.At("split", i, err)
		}
		for _, other := range split[:i] {
			if other.Funder == s.Funder {
				return fault.New(fault.BadRequest, "split: %s stands twice", s.Funder)
			}
		}
		if s.Pledge.IsZero() {
			continue // right for the issuer's own share only: nobody else's is found
		}
		if err := s.Pledge.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Sum adds up the grants; LIMIT above 2⁵³−1.
func (r IssueRequest) Sum() (sum amount.Units, err error) {
	for _, g := range r.Grants {
		if sum, err = sum.Add(g.Amount); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// Issue makes the lots of a request, for each of its grants one, or one a share, the
// shares divided by largest remainder. A share of nothing makes no lot.
func Issue(programme Programme, req IssueRequest, at At) ([][]Lot, error) {
	if err := programme.RequireIssuer(at.Caller); err != nil {
		return nil, err
	}
	if err := programme.RequireOpen(); err != nil {
		return nil, err
	}
	lots := make([][]Lot, len(req.Grants))
	for i, g := range req.Grants {
		if programme.Rules.Evidence && g.Activator == "" {
			return nil, fault.New(fault.BadRequest, "activator: every grant of %s waits for one", programme.ID)
		}
		last, err := programme.Rules.Expiry.LastDay(g.Expires, at.Date)
		if err != nil {
			return nil, err
		}
		lot := Lot{
			Programme: programme.ID, Member: g.Member, Home: g.Home, Issued: g.Amount, Expires: last, State: Active,
			Origin: Issued, Outlet: g.Outlet, Reference: g.Reference,
		}
		if g.Activator != "" {
			lot.State, lot.Activator = Pending, g.Activator
		}
		if lots[i], err = lot.share(programme, g); err != nil {
			return nil, err
		}
	}
	return lots, nil
}

// Shares divides the grant among its funders, in the order of its split; none
// without one.
func (g Grant) Shares() ([]amount.Units, error) {
	if len(g.Split) == 0 {
		return nil, nil
	}
	parts := make([]amount.Units, len(g.Split))
	for i, s := range g.Split {
		parts[i] = s.Parts
	}
	return amount.Split(g.Amount, parts)
}

// share divides a lot among its funders.
func (l Lot) share(programme Programme, g Grant) ([]Lot, error) {
	if len(g.Split) == 0 {
		return []Lot{l}, nil
	}
	amounts, err := g.Shares()
	if err != nil {
		return nil, err
	}
	var lots []Lot
	for i, s := range g.Split {
		if amounts[i] == 0 {
			continue
		}
		one := l
		one.Issued = amounts[i]
		if s.Funder != programme.Issuer {
			one.Funder = s.Funder
		}
		lots = append(lots, one)
	}
	return lots, nil
}

// PledgeRequest agrees to bear the cost of so many points of another party's
// programme (出资): that party may then issue lots with the caller as funder. Who
// pledges owes what those points are worth when they are redeemed. Every party
// may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (the programme),
// BAD_REQUEST (the caller's own), EXPIRED (until is past).
type PledgeRequest struct {
	_         struct{}     `cbor:",toarray"`
	Programme string       `json:"programme"`
	Amount    amount.Units `json:"amount"` // points, in all
	Until     date.Date    `json:"until"`  // last day on which they may be issued
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r PledgeRequest) Check() error {
	if err := name.CheckID("programme", r.Programme); err != nil {
		return err
	}
	if err := r.Amount.Check(); err != nil {
		return err
	}
	return r.Until.Check()
}

// Pledge is a funder's consent to bear the cost of points. How much of it is left
// is its quota's to say.
type Pledge struct {
	_         struct{}     `cbor:",toarray"`
	Funder    string       `json:"funder"`
	Programme string       `json:"programme"`
	Amount    amount.Units `json:"amount"`
	Until     date.Date    `json:"until"`
}

// MakePledge makes the pledge.
func MakePledge(programme Programme, req PledgeRequest, at At) (Pledge, error) {
	if programme.Issuer == at.Caller {
		return Pledge{}, fault.New(fault.BadRequest, "%s bears the cost of its own points anyway", at.Caller)
	}
	if req.Until < at.Date {
		return Pledge{}, fault.New(fault.Expired, "%s is past", req.Until)
	}
	return Pledge{Funder: at.Caller, Programme: req.Programme, Amount: req.Amount, Until: req.Until}, nil
}

// Covers refuses with FORBIDDEN a share that the pledge doesn't stand for, and
// with EXPIRED one after its last day.
func (p Pledge) Covers(share Share, programme string, today date.Date) error {
	if p.Funder != share.Funder || p.Programme != programme {
		return fault.New(fault.Forbidden, "pledge %s is not %s's for %s", share.Pledge, share.Funder, programme)
	}
	if p.Until < today {
		return fault.New(fault.Expired, "pledge %s ended on %s", share.Pledge, p.Until)
	}
	return nil
}
