package goods

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// PlaceRequest places a member's order at the caller's storefront: stock is
// reserved and points are held, all or nothing. Points and cash together come to
// the quoted total. With Accept it is accepted at once.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. FORBIDDEN: the caller is no acceptor.
//  4. EXPIRED: acceptBy has passed.
//  5. LIMIT: acceptBy is more than 30 days ahead.
//  6. NOT_FOUND: there is no such outlet.
//  7. WRONG_STATE: the outlet is closed.
//  8. BAD_REQUEST: the region isn't the outlet's.
//  9. NOT_FOUND: there is no such member, storefront, listing, good or supplier.
//  10. WRONG_STATE: the storefront is closed.
//
// Then, line by line:
//
//  11. WRONG_STATE: the supplier isn't approved, or the good or its listing is closed.
//  12. EXPIRED: today isn't one of the good's days.
//  13. INELIGIBLE: the good isn't to be had in the region, or by this member.
//  14. LIMIT: the lines up to this one come to more than 2⁵³−1.
//
// Then:
//
//  15. PRICE_CHANGED: the quote has another hash.
//  16. NOT_FOUND: there is no such lot.
//
// Then, lot by lot:
//
//  17. FORBIDDEN: the lot isn't the member's.
//  18. WRONG_STATE: the lot isn't ACTIVE.
//  19. EXPIRED: the lot's last day has passed.
//  20. INSUFFICIENT: less is left in the lot.
//
// Then:
//
//  21. FROZEN: the operator or an issuer of the points has frozen the member's wallet.
//  22. WRONG_ORDER: a lot stands before one that expires earlier, or isn't drained before the next.
//  23. WRONG_STATE: the storefront doesn't take a programme.
//  24. LIMIT: the points count for more than 2⁵³−1.
//  25. BAD_REQUEST: points and cash don't come to the total, or there are fewer of either than the prices ask for.
//  26. LIMIT: more than 256 obligations would arise when the order is accepted.
//  27. WRONG_STATE: the member was erased.
//
// Then, of the authorisation, unless the caller is the member's home:
//
//  28. UNAUTHORISED: the request names none.
//  29. NOT_FOUND: there is none of that number.
//  30. UNAUTHORISED: it is another member's, or for another acceptor.
//  31. WRONG_STATE: it is revoked or used.
//  32. EXPIRED: it has ended.
//  33. WRONG_CODE: the one-time code is wrong or missing.
//  34. UNAUTHORISED: it doesn't cover a programme, or less of it is left.
//
// Then:
//
//  35. DAILY_CAP: the member would spend more today than the programme allows.
//  36. NET_DEBIT_CAP: a funder would come to owe more in this cycle than its cap.
//  37. OUT_OF_STOCK: less is in stock.
//  38. CONFLICT: another order was paid by this payment.
type PlaceRequest struct {
	_      struct{}   `cbor:",toarray"`
	Member string     `json:"member"`
	Lines  []Wanted   `json:"lines"` // as quoted
	Region string     `json:"region"`
	Outlet string     `json:"outlet"` // of the caller's, or ""
	Quote  codec.Hash `json:"quote"`  // that the member agreed to
	// earliest expiry first, each programme for itself; none if all is paid in cash
	Pieces []spend.Take `json:"pieces"`
	Cash   amount.Units `json:"cash"` // fen
	// reference of the cash payment, unique at the seller; "" without cash
	Payment       string          `json:"payment"`
	Authorisation number.Command  `json:"authorisation"` // the member's consent; none for its home
	Code          code.Code       `json:"code"`          // its one-time code, if it waits for one
	AcceptBy      int64           `json:"acceptBy"`      // UTC seconds; 0 with accept
	Accept        bool            `json:"accept"`
	Pickup        code.Commitment `json:"pickup"`    // of the code that will prove the delivery at the counter, or ""
	Reference     string          `json:"reference"` // the seller's own number for it, or ""
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r PlaceRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if err := CheckWanted(r.Lines); err != nil {
		return err
	}
	if err := name.CheckOptional([2]string{"region", r.Region}, [2]string{"outlet", r.Outlet},
		[2]string{"payment", r.Payment}, [2]string{"reference", r.Reference}); err != nil {
		return err
	}
	if len(r.Quote) != 32 {
		return fault.New(fault.BadRequest, "quote: want its SHA-256")
	}
	if r.Accept != (r.AcceptBy == 0) || r.AcceptBy < 0 || r.AcceptBy > 1<<40 {
		return fault.New(fault.BadRequest, "want either accept or acceptBy in UTC seconds")
	}
	if err := r.checkPaid(); err != nil {
		return err
	}
	if err := r.Pickup.Check(); err != nil {
		return err
	}
	if !r.Authorisation.IsZero() {
		if err := r.Authorisation.Check(); err != nil {
			return err
		}
	}
	return r.Code.Check()
}

// checkPaid refuses payments that can't be any.
func (r PlaceRequest) checkPaid() error {
	if err := spend.Check(r.Pieces, 0, MaxPieces); err != nil {
		return err
	}
	if r.Cash < 0 || (r.Cash > 0) != (r.Payment != "") {
		return fault.New(fault.BadRequest, "want cash and the reference of its payment, or neither")
	}
	if r.Cash > amount.Max {
		return r.Cash.Check()
	}
	return nil
}

// CheckDeadline refuses with EXPIRED or LIMIT an order that waits no time, or too
// long, to be accepted.
func (r PlaceRequest) CheckDeadline(now int64) error {
	switch {
	case r.Accept:
		return nil
	case r.AcceptBy <= now:
		return fault.New(fault.Expired, "acceptBy has passed")
	case r.AcceptBy > now+MaxAcceptSecs:
		return fault.New(fault.Limit, "acceptBy is more than 30 days ahead")
	}
	return nil
}

// CheckPlace refuses with WRONG_STATE an outlet that is closed, and with BAD_REQUEST
// a region that isn't the outlet's.
func (r PlaceRequest) CheckPlace(outlet Outlet) error {
	if !outlet.Open {
		return fault.New(fault.WrongState, "outlet %s is closed", outlet.ID)
	}
	if r.Region != outlet.Region {
		return fault.New(fault.BadRequest, "outlet %s is in region %q", outlet.ID, outlet.Region)
	}
	return nil
}

// Place makes the order from a quote that is as the member saw it, and the line of
// points that were taken for it. Nothing is accepted yet.
func Place(req PlaceRequest, q Quote, line spend.Line, at At) (Order, error) {
	tenders := q.used(line)
	inPoints, err := worth(tenders, line)
	if err != nil {
		return Order{}, err
	}
	switch {
	case inPoints > q.Total || q.Total-inPoints != req.Cash:
		return Order{}, fault.New(fault.BadRequest, "points for %d fen and %d fen in cash don't come to %d",
			int64(inPoints), int64(req.Cash), int64(q.Total))
	case inPoints < q.MinPoints:
		return Order{}, fault.New(fault.BadRequest, "at least %d fen must be paid in points", int64(q.MinPoints))
	case req.Cash < q.MinCash:
		return Order{}, fault.New(fault.BadRequest, "at least %d fen must be paid in cash", int64(q.MinCash))
	}
	parts, err := split(q.parts(at), tenders, line, req.Cash)
	if err != nil {
		return Order{}, err
	}
	if err := checkEnds(parts); err != nil {
		return Order{}, err
	}
	return Order{
		Seller: q.Seller, Member: q.Member, Outlet: req.Outlet, Region: q.Region, Reference: req.Reference,
		Date: at.Date, AcceptBy: req.AcceptBy, Payment: req.Payment, Tenders: tenders,
		Authorisation: req.Authorisation, Pickup: req.Pickup,
		ShipDays: q.Service[0], SilenceDays: q.Service[1], ReturnDays: q.Service[2], AnswerDays: q.Service[3],
		Parts: parts,
	}, nil
}

// checkEnds refuses with LIMIT an order that its acceptance would make owe more than one command
// can note: every part that needs no delivery is delivered by it. A part alone never does. A
// funder's points come to a redemption and a fee at most, a line to what it was supplied for.
func checkEnds(parts []Part) error {
	at := 0
	for _, p := range parts {
		if p.Delivery == Virtual {
			at += 2*len(p.Pieces) + len(p.Lines)
		}
	}
	if at > number.MaxOrd+1 {
		return fault.New(fault.Limit, "accepting it would make %d obligations, of %d: order it in several",
			at, number.MaxOrd+1)
	}
	return nil
}

// used lists the quote's tenders of the programmes that paid.
func (q Quote) used(line spend.Line) []Tender {
	list := []Tender{}
	for _, t := range q.Tenders {
		if slices.ContainsFunc(line, func(p spend.Piece) bool { return p.Programme == t.Programme }) {
			list = append(list, t)
		}
	}
	return list
}

// parts sorts the quote's lines into parts, in the order in which they first stand:
// one for each supplier, delivery and scene.
func (q Quote) parts(at At) []Part {
	var parts []Part
	for _, l := range q.Lines {
		i := slices.IndexFunc(parts, func(p Part) bool {
			return p.Supplier == l.Supplier && p.Delivery == l.Delivery && p.Scene == l.Scene
		})
		if i < 0 {
			i = len(parts)
			parts = append(parts, Part{
				Supplier: l.Supplier, Party: l.Party, Delivery: l.Delivery, Scene: l.Scene, Fee: l.Fee,
			}.to(Placed, at.Date))
		}
		parts[i].Lines = append(parts[i].Lines, Line{
			SKU: l.SKU, Version: l.Version, Quantity: l.Quantity, Fen: l.Fen, Kind: l.Kind, Terms: l.Terms,
		})
	}
	return parts
}
