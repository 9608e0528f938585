package points

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// TradeState is where a trade stands.
type TradeState uint8

// The states of a trade.
const (
	Offered TradeState = 1 + iota // the maker's points are set aside
	Swapped
	Withdrawn
	Lapsed // nobody took it before its end
)

var tradeStates = name.Words{"", "OFFERED", "SWAPPED", "WITHDRAWN", "LAPSED"}

// MarshalJSON writes the state's name.
func (s TradeState) MarshalJSON() ([]byte, error) { return tradeStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *TradeState) UnmarshalJSON(data []byte) error {
	state, err := tradeStates.Unmarshal(data)
	*s = TradeState(state)
	return err
}

// String is the state's name.
func (s TradeState) String() string { return tradeStates.Of(uint8(s)) }

// Trade is one member's offer to swap points of one programme for points of
// another (积分交易), and what became of it. The maker's points lie in the trade's
// row from the offer on; taking it gives both members new lots in one transaction.
type Trade struct {
	_             struct{}       `cbor:",toarray"`
	By            string         `json:"by"` // party that made the offer
	Maker         string         `json:"maker"`
	State         TradeState     `json:"state"`
	Until         int64          `json:"until"` // UTC seconds; from then on it can't be taken
	Pieces        spend.Line     `json:"pieces"`
	Wants         string         `json:"wants"` // programme
	Price         amount.Units   `json:"price"` // points of it
	For           string         `json:"for"`   // the one member who may take it; "" anybody
	Taker         string         `json:"taker"`
	Authorisation number.Command `json:"authorisation"`
}

// OfferRequest offers points of one programme for points of another. The maker's
// home may, or whom the maker authorised.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. EXPIRED: until is past.
//  4. LIMIT: until is more than 30 days ahead.
//  5. NOT_FOUND: there is no such member or lot, or no such programme that is wanted.
//
// Then, lot by lot:
//
//  6. FORBIDDEN: the lot isn't the member's.
//  7. WRONG_STATE: the lot isn't ACTIVE.
//  8. EXPIRED: the lot's last day has passed.
//  9. INSUFFICIENT: less is left in the lot.
//
// Then:
//
//  10. FROZEN: the operator or an issuer of the points has frozen the member's wallet.
//  11. WRONG_ORDER: a lot stands before one that expires earlier, or isn't drained before the next.
//
// Then, lot by lot:
//
//  12. FORBIDDEN: the programme's points can't be transferred.
//  13. WRONG_STATE: the member received the points, and they still wait.
//
// Then:
//
//  14. BAD_REQUEST: the lots are of several programmes, or of the one that is wanted.
//  15. FORBIDDEN: the points that are wanted can't be transferred.
//  16. WRONG_STATE: the member whom it is for, or the maker, was erased.
//
// Then, of the authorisation, unless the caller is the member's home:
//
//  17. UNAUTHORISED: the request names none.
//  18. NOT_FOUND: there is none of that number.
//  19. UNAUTHORISED: it is another member's, or for another acceptor.
//  20. WRONG_STATE: it is revoked or used.
//  21. EXPIRED: it has ended.
//  22. WRONG_CODE: the one-time code is wrong or missing.
//  23. UNAUTHORISED: it doesn't cover a programme, or less of it is left.
type OfferRequest struct {
	_             struct{}       `cbor:",toarray"`
	Member        string         `json:"member"`
	Pieces        []spend.Take   `json:"pieces"` // all of one programme
	Wants         string         `json:"wants"`
	Price         amount.Units   `json:"price"`
	For           string         `json:"for"`
	Until         int64          `json:"until"`
	Authorisation number.Command `json:"authorisation"`
	Code          code.Code      `json:"code"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r OfferRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if err := name.CheckID("wants", r.Wants); err != nil {
		return err
	}
	if r.For != "" {
		if err := name.CheckID("for", r.For); err != nil {
			return err
		}
	}
	if err := r.Price.Check(); err != nil {
		return err
	}
	if r.Until < 1 || r.Until > 1<<40 {
		return fault.New(fault.BadRequest, "until: want UTC seconds")
	}
	if err := checkProof(r.Authorisation, r.Code); err != nil {
		return err
	}
	return checkPieces(r.Pieces)
}

// CheckUntil refuses with EXPIRED or LIMIT an offer that ends too early or too late.
func (r OfferRequest) CheckUntil(now int64) error {
	return HoldRequest{Deadline: r.Until}.CheckDeadline(now)
}

// Offer sets the maker's points aside.
func Offer(req OfferRequest, purse Purse, wants Programme, at At) (Trade, []Lot, error) {
	pieces, next, err := purse.Place(req.Pieces, at.Date)
	if err != nil {
		return Trade{}, nil, err
	}
	if err := purse.movable(req.Pieces, at.Date); err != nil {
		return Trade{}, nil, err
	}
	if given := pieces.ByProgramme(); len(given) > 1 || given[0].Programme == wants.ID {
		return Trade{}, nil, fault.New(fault.BadRequest, "pieces: want points of one programme, and another than %s",
			wants.ID)
	}
	if !wants.Rules.Transfer.Allowed {
		return Trade{}, nil, fault.New(fault.Forbidden, "%s can't be transferred", wants.ID)
	}
	return Trade{
		By: at.Caller, Maker: purse.Member, State: Offered, Until: req.Until, Pieces: pieces,
		Wants: req.Wants, Price: req.Price, For: req.For, Authorisation: req.Authorisation,
	}, next, nil
}

// TakeRequest takes an offer: the member gives the price, and gets what was set
// aside. The taker's home may, or whom the taker authorised.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such trade, member or lot.
//  4. WRONG_STATE: it is taken or withdrawn.
//  5. EXPIRED: it has ended.
//  6. WRONG_STATE: the maker was erased.
//  7. FROZEN: the maker's wallet is frozen.
//  8. FORBIDDEN: it is for another member.
//  9. BAD_REQUEST: the maker takes it.
//  10. LIMIT: more than 100 lots would be made.
//  11. EXPIRED: the last day of what was set aside has passed.
//  12. BAD_REQUEST: the pieces aren't the price.
//
// Then, lot by lot:
//
//  13. FORBIDDEN: the lot isn't the member's.
//  14. WRONG_STATE: the lot isn't ACTIVE.
//  15. EXPIRED: the lot's last day has passed.
//  16. INSUFFICIENT: less is left in the lot.
//
// Then:
//
//  17. FROZEN: the operator or an issuer of the points has frozen the member's wallet.
//  18. WRONG_ORDER: a lot stands before one that expires earlier, or isn't drained before the next.
//
// Then, lot by lot:
//
//  19. FORBIDDEN: the programme's points can't be transferred.
//  20. WRONG_STATE: the member received the points, and they still wait.
//
// Then:
//
//  21. WRONG_STATE: the member was erased.
//
// Then, of the authorisation, unless the caller is the member's home:
//
//  22. UNAUTHORISED: the request names none.
//  23. NOT_FOUND: there is none of that number.
//  24. UNAUTHORISED: it is another member's, or for another acceptor.
//  25. WRONG_STATE: it is revoked or used.
//  26. EXPIRED: it has ended.
//  27. WRONG_CODE: the one-time code is wrong or missing.
//  28. UNAUTHORISED: it doesn't cover a programme, or less of it is left.
//
// Then:
//
//  29. DAILY_CAP: either member would send more today than the programme allows.
type TakeRequest struct {
	_             struct{}       `cbor:",toarray"`
	Trade         number.Command `json:"trade"`
	Member        string         `json:"member"`
	Pieces        []spend.Take   `json:"pieces"`
	Authorisation number.Command `json:"authorisation"`
	Code          code.Code      `json:"code"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r TakeRequest) Check() error {
	if err := r.Trade.Check(); err != nil {
		return err
	}
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if err := checkProof(r.Authorisation, r.Code); err != nil {
		return err
	}
	return checkPieces(r.Pieces)
}

// Swap is what taking an offer changes.
type Swap struct {
	Trade  Trade
	Given  []Lot       // the taker's lots as they then are, in the order of the pieces
	Maker  []Lot       // what the maker gets, one lot a piece of the taker's
	Taker  []Lot       // what the taker gets, one lot a piece of the trade's
	Spends spend.Moved // what the taker gives
}

// Maker is the member who made an offer, as the member stands now.
type Maker struct {
	ID     string
	Erased bool
	Frozen bool // for the points that were set aside
}

// mayTrade refuses with WRONG_STATE or FROZEN what was set aside of a member whose
// points can't move.
func (m Maker) mayTrade(id number.Command) error {
	if m.Erased {
		return fault.New(fault.WrongState, "the member who made trade %s was erased", id)
	}
	if m.Frozen {
		return fault.New(fault.Frozen, "the wallet of the member who made trade %s is frozen", id)
	}
	return nil
}

// Take swaps. purse is the taker's; set[i] is the lot of the trade's piece i, its
// Expires the last day on which it can be spent, and setAside the programme of
// them; who the trade is for, and its maker, are given as the members that they
// became.
func Take(trade Trade, req TakeRequest, purse Purse, set []Lot, setAside Programme, maker Maker, only string,
	at At) (Swap, error) {
	switch {
	case trade.State != Offered:
		return Swap{}, fault.New(fault.WrongState, "trade %s is %s", req.Trade, trade.State)
	case at.Now >= trade.Until:
		return Swap{}, fault.New(fault.Expired, "trade %s has ended", req.Trade)
	}
	if err := maker.mayTrade(req.Trade); err != nil {
		return Swap{}, err
	}
	switch {
	case only != "" && only != purse.Member:
		return Swap{}, fault.New(fault.Forbidden, "trade %s is for another member", req.Trade)
	case maker.ID == purse.Member:
		return Swap{}, fault.New(fault.BadRequest, "a member can't trade with itself")
	}
	if len(trade.Pieces)+len(req.Pieces) > MaxLots {
		return Swap{}, fault.New(fault.Limit, "the trade makes more than %d lots", MaxLots)
	}
	for i, piece := range trade.Pieces {
		if set[i].Expires < at.Date {
			return Swap{}, fault.New(fault.Expired, "lot %s expired on %s", piece.Lot, set[i].Expires)
		}
	}
	if err := trade.paid(req, purse.Lots); err != nil {
		return Swap{}, err
	}
	if err := purse.takeAll(req.Pieces, at.Date); err != nil {
		return Swap{}, err
	}
	if err := purse.movable(req.Pieces, at.Date); err != nil {
		return Swap{}, err
	}
	swap := Swap{Trade: trade, Spends: spend.Moved{Programme: trade.Wants, Amount: trade.Price}}
	swap.Trade.State, swap.Trade.Taker = Swapped, purse.Member
	swap.Given, swap.Maker = purse.give(req.Pieces, maker.ID, Traded, at.Date)
	for i, piece := range trade.Pieces {
		of := spend.Take{Lot: piece.Lot, Amount: piece.Amount}
		swap.Taker = append(swap.Taker,
			received(set[i], of, set[i].Expires, purse.Member, Traded, setAside.Rules, at.Date))
	}
	return swap, nil
}

// paid refuses with BAD_REQUEST pieces that aren't the trade's price.
func (t Trade) paid(req TakeRequest, lots []Lot) error {
	price := amount.Units(0)
	for i, piece := range req.Pieces {
		if lots[i].Programme != t.Wants {
			return fault.New(fault.BadRequest, "pieces: trade %s wants %s", req.Trade, t.Wants)
		}
		price += piece.Amount // checked: as much in all as an amount can be
	}
	if price != t.Price {
		return fault.New(fault.BadRequest, "pieces: trade %s wants %d points, not %d",
			req.Trade, int64(t.Price), int64(price))
	}
	return nil
}

// EndTradeRequest gives back what an offer set aside: withdrawn by the party that
// made it, or, after its end, by anyone.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, WRONG_STATE, FORBIDDEN
// (another's, before its end).
type EndTradeRequest struct {
	_     struct{}       `cbor:",toarray"`
	Trade number.Command `json:"trade"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r EndTradeRequest) Check() error { return r.Trade.Check() }

// End withdraws an offer, or notes that it lapsed.
func (t Trade) End(req EndTradeRequest, at At) (Trade, error) {
	if t.State != Offered {
		return Trade{}, fault.New(fault.WrongState, "trade %s is %s", req.Trade, t.State)
	}
	switch {
	case at.Now >= t.Until:
		t.State = Lapsed
	case t.By == at.Caller:
		t.State = Withdrawn
	default:
		return Trade{}, fault.New(fault.Forbidden, "trade %s is %s's until it ends", req.Trade, t.By)
	}
	return t, nil
}
