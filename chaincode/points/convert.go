package points

import (
	"bytes"
	"crypto/sha256"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// Whole says what happens to points that don't make a whole point of the other
// programme. Either way they stay with the member, and many small conversions
// never give more than one large one.
type Whole uint8

// The ways.
const (
	// Exact converts whole multiples only: at 2/3, three points become two, and one
	// or two stay as they are.
	Exact Whole = iota
	// Floor rounds what is got down, and takes the fewest points that give it: at
	// 2/3, two points become one.
	Floor
)

var wholes = name.Words{"exact", "floor"}

// MarshalText writes the name.
func (w Whole) MarshalText() ([]byte, error) { return []byte(wholes.Of(uint8(w))), nil }

// UnmarshalText reads the name.
func (w *Whole) UnmarshalText(text []byte) error {
	i, err := wholes.Find(string(text))
	*w = Whole(i)
	return err
}

// String is the name.
func (w Whole) String() string { return wholes.Of(uint8(w)) }

// Conversion is a published rate at which points of one programme become points
// of another (积分换算). Both issuers must have agreed to it: the one will owe the
// other for every point.
type Conversion struct {
	_     struct{}    `cbor:",toarray"`
	From  string      `json:"from"`
	To    string      `json:"to"`
	Rate  amount.Rate `json:"rate"` // points got for one given, in lowest terms
	Whole Whole       `json:"whole"`
	// points of To that one member may get in a day, by all rates with a limit; 0: no limit
	PerDay amount.Units `json:"perDay"`
	Since  date.Date    `json:"since"`
	Until  date.Date    `json:"until"`  // last day
	Agreed bool         `json:"agreed"` // by the issuer of From
}

// PublishRateRequest publishes a rate into the caller's programme, or changes it.
// Nothing is converted at it before the other issuer agrees.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (a programme),
// FORBIDDEN (the caller doesn't issue To).
type PublishRateRequest struct {
	_      struct{}     `cbor:",toarray"`
	From   string       `json:"from"`
	To     string       `json:"to"`
	Rate   amount.Rate  `json:"rate"`
	Whole  Whole        `json:"whole"`
	PerDay amount.Units `json:"perDay"`
	Since  date.Date    `json:"since"`
	Until  date.Date    `json:"until"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r PublishRateRequest) Check() error {
	if err := checkBoth(r.From, r.To); err != nil {
		return err
	}
	if err := r.Rate.CheckFine(); err != nil {
		return err
	}
	if r.Rate.Num == 0 {
		return fault.New(fault.BadRequest, "rate: want more than 0")
	}
	if r.Whole > Floor {
		return fault.New(fault.BadRequest, "whole: want one of %v", []string(wholes))
	}
	if r.PerDay != 0 {
		if err := r.PerDay.Check(); err != nil {
			return err
		}
	}
	if err := r.Since.Check(); err != nil {
		return err
	}
	if r.Until < r.Since {
		return fault.New(fault.BadRequest, "until: want a day not before since")
	}
	return r.Until.Check()
}

// PublishRate makes the conversion. Where one party issues both programmes there
// is nobody else to agree.
func PublishRate(from, to Programme, req PublishRateRequest, at At) (Conversion, error) {
	if err := to.RequireIssuer(at.Caller); err != nil {
		return Conversion{}, err
	}
	return Conversion{
		From: req.From, To: req.To, Rate: req.Rate.Lowest(), Whole: req.Whole, PerDay: req.PerDay,
		Since: req.Since, Until: req.Until, Agreed: from.Issuer == to.Issuer,
	}, nil
}

// Terms is the SHA-256 of all that was published: the rate, how it makes whole
// points, its limit and its days. Whoever agrees names it.
func (c Conversion) Terms() codec.Hash {
	c.Agreed = false
	sum := sha256.Sum256(codec.Encode(c))
	return sum[:]
}

// AgreeRateRequest agrees to a published rate out of the caller's programme, and
// names what the caller has read of it, so that nobody agrees to what was changed
// meanwhile.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the rate or a programme),
// FORBIDDEN (the caller doesn't issue From), CONFLICT (something of it is another by
// now), WRONG_STATE (it is agreed).
type AgreeRateRequest struct {
	_     struct{}   `cbor:",toarray"`
	From  string     `json:"from"`
	To    string     `json:"to"`
	Terms codec.Hash `json:"terms"` // Conversion.Terms
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AgreeRateRequest) Check() error {
	if len(r.Terms) != sha256.Size {
		return fault.New(fault.BadRequest, "terms: want 64 hexadecimal digits")
	}
	return checkBoth(r.From, r.To)
}

// checkBoth refuses with BAD_REQUEST what aren't two programmes.
func checkBoth(from, to string) error {
	if err := name.CheckID("from", from); err != nil {
		return err
	}
	if err := name.CheckID("to", to); err != nil {
		return err
	}
	if from == to {
		return fault.New(fault.BadRequest, "from and to are the same programme")
	}
	return nil
}

// Agree makes a rate valid.
func (c Conversion) Agree(from Programme, req AgreeRateRequest, at At) (Conversion, error) {
	if err := from.RequireIssuer(at.Caller); err != nil {
		return Conversion{}, err
	}
	if !bytes.Equal(c.Terms(), req.Terms) {
		return Conversion{}, fault.New(fault.Conflict, "the published rate is %s, not what was read: read it again",
			c.Rate)
	}
	if c.Agreed {
		return Conversion{}, fault.New(fault.WrongState, "the rate is agreed")
	}
	c.Agreed = true
	return c, nil
}

// Of says what so many points become: got of the other programme for taken of
// these; the rest stays.
func (c Conversion) Of(units amount.Units) (taken, got amount.Units, err error) {
	if c.Whole == Exact {
		times := units / c.Rate.Den
		got, err = amount.Rate{Num: c.Rate.Num, Den: 1}.Of(times, amount.Down)
		return times * c.Rate.Den, got, err
	}
	if got, err = c.Rate.Of(units, amount.Down); err != nil {
		return 0, 0, err
	}
	taken, err = amount.Rate{Num: c.Rate.Den, Den: c.Rate.Num}.Of(got, amount.Up)
	return taken, got, err
}

// ConvertRequest turns a member's points into points of the caller's programme, at
// the rate that is published and agreed. The issuer of the points that go owes the
// caller for those that come. Remainders stay with the member, in the last pieces.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such member, lot, programme or rate.
//  4. FORBIDDEN: the caller doesn't issue To.
//  5. WRONG_STATE: To isn't open, or the rate isn't agreed.
//  6. EXPIRED: the rate isn't valid today.
//  7. BAD_REQUEST: the lots are of several programmes.
//
// Then, lot by lot:
//
//  8. FORBIDDEN: the lot isn't the member's.
//  9. WRONG_STATE: the lot isn't ACTIVE.
//  10. EXPIRED: the lot's last day has passed.
//  11. INSUFFICIENT: less is left in the lot.
//
// Then:
//
//  12. FROZEN: the operator or an issuer of the points has frozen the member's wallet.
//  13. WRONG_ORDER: a lot stands before one that expires earlier, or isn't drained before the next.
//  14. LIMIT: more than 2⁵³−1 would come.
//  15. INSUFFICIENT: too few go for one to come.
//  16. EXPIRED: the last day that To's rule gives has passed.
//  17. WRONG_STATE: the member was erased.
//
// Then, of the authorisation, unless the caller is the member's home:
//
//  18. UNAUTHORISED: the request names none.
//  19. NOT_FOUND: there is none of that number.
//  20. UNAUTHORISED: it is another member's, or for another acceptor.
//  21. WRONG_STATE: it is revoked or used.
//  22. EXPIRED: it has ended.
//  23. WRONG_CODE: the one-time code is wrong or missing.
//  24. UNAUTHORISED: it doesn't cover a programme, or less of it is left.
//
// Then:
//
//  25. DAILY_CAP: the member would spend more today than the programme allows.
//  26. NET_DEBIT_CAP: a funder would come to owe more in this cycle than its cap.
//  27. LIABILITY_CAP: the issuer would owe members more than its cap.
type ConvertRequest struct {
	_             struct{}       `cbor:",toarray"`
	Member        string         `json:"member"`
	To            string         `json:"to"`     // programme
	Pieces        []spend.Take   `json:"pieces"` // all of one programme
	Authorisation number.Command `json:"authorisation"`
	Code          code.Code      `json:"code"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r ConvertRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if err := name.CheckID("to", r.To); err != nil {
		return err
	}
	if err := checkProof(r.Authorisation, r.Code); err != nil {
		return err
	}
	return checkPieces(r.Pieces)
}

// Valid refuses with WRONG_STATE or EXPIRED a rate at which nothing is converted
// today.
func (c Conversion) Valid(today date.Date) error {
	if !c.Agreed {
		return fault.New(fault.WrongState, "the rate from %s to %s is not agreed", c.From, c.To)
	}
	if today < c.Since || today > c.Until {
		return fault.New(fault.Expired, "the rate from %s to %s is valid from %s to %s", c.From, c.To, c.Since, c.Until)
	}
	return nil
}

// Convert takes the pieces, as far as they make whole points, and makes the lot
// that they become. It keeps the earliest of their last days, unless the other
// programme's rule ends sooner, and waits as long as the longest of them before it
// can be sent on. taken is what went, in the order of the lots.
func Convert(req ConvertRequest, rate Conversion, to Programme, purse Purse,
	at At) (taken spend.Line, left []Lot, got Lot, err error) {
	if err := purse.takeAll(req.Pieces, at.Date); err != nil {
		return nil, nil, Lot{}, err
	}
	sum := amount.Units(0)
	for _, piece := range req.Pieces {
		sum += piece.Amount // checked: takeAll found as much in lots of one programme
	}
	goes, comes, err := rate.Of(sum)
	if err != nil {
		return nil, nil, Lot{}, err
	}
	if comes == 0 {
		return nil, nil, Lot{}, fault.New(fault.Insufficient, "%d points of %s don't make one of %s",
			int64(sum), rate.From, to.ID)
	}
	got = Lot{
		Programme: to.ID, Member: purse.Member, Issued: comes, State: Active, Origin: Converted,
		Parent: req.Pieces[0].Lot,
	}
	for i, piece := range req.Pieces {
		part := min(goes, piece.Amount)
		if part == 0 {
			break
		}
		lot := purse.Lots[i]
		if got.Expires == 0 {
			got.Expires = purse.lastDay(lot)
		}
		got.Waits = max(got.Waits, lot.Waits)
		lot.Converted += part
		goes -= part
		left = append(left, lot)
		taken = append(taken, spend.Piece{
			Lot: piece.Lot, Programme: lot.Programme, Funder: purse.funder(lot), Amount: part,
		})
	}
	if rule := to.Rules.Expiry; rule.Kind != Free {
		got.Expires = min(got.Expires, rule.on(at.Date))
	}
	if got.Expires < at.Date {
		return nil, nil, Lot{}, fault.New(fault.Expired, "points of %s expired on %s", to.ID, got.Expires)
	}
	return taken, left, got, nil
}

// ConversionOwing says which points the funders of converted points owe for to the issuer of those they became, in the
// order in which they stand. Each point is owed at the rate, times what one of the other programme is worth, exactly:
// so converting in parts comes to the same as at once, and what the rounding of points left over stays with that
// issuer.
func ConversionOwing(taken spend.Line) []Debt { return debtsOf(taken) }
