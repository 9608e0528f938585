package goods

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Storefront is one enterprise's shop (千企千面).
type Storefront struct {
	_       struct{} `cbor:",toarray"`
	Seller  string   `json:"seller"` // party
	En      string   `json:"en"`
	Zh      string   `json:"zh"`
	Tenders []Tender `json:"tenders"` // programmes whose points it takes, sorted
	// after acceptance, in which a part must be shipped or handed over; then anyone may time it out
	ShipDays    int32 `json:"shipDays"`
	SilenceDays int32 `json:"silenceDays"` // after shipping, at whose end silence is delivery
	ReturnDays  int32 `json:"returnDays"`  // after delivery, in which a return can be asked for
	// of a return, in which the seller must take the next step; then anyone may time it out, in the member's favour
	AnswerDays int32 `json:"answerDays"`
	Open       bool  `json:"open"`
}

// Tender is what a point of a programme counts for at a storefront. The issuer owes
// its settlement price whatever that is: the difference is the seller's.
type Tender struct {
	_         struct{}    `cbor:",toarray"`
	Programme string      `json:"programme"`
	Value     amount.Rate `json:"value"` // fen a point, > 0
}

// SetStorefrontRequest opens the caller's storefront, or changes it, for orders from
// now on. Acceptors may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN, NOT_FOUND (a programme).
type SetStorefrontRequest struct {
	_           struct{} `cbor:",toarray"`
	En          string   `json:"en"`
	Zh          string   `json:"zh"`
	Tenders     []Tender `json:"tenders"`
	ShipDays    int32    `json:"shipDays"`    // 0 … 366
	SilenceDays int32    `json:"silenceDays"` // 0 … 366
	ReturnDays  int32    `json:"returnDays"`  // 0 … 366
	AnswerDays  int32    `json:"answerDays"`  // 1 … 60; 0: 14
	Open        bool     `json:"open"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r SetStorefrontRequest) Check() error {
	if err := checkNames(r.En, r.Zh); err != nil {
		return err
	}
	for _, days := range []int32{r.ShipDays, r.SilenceDays, r.ReturnDays} {
		if days < 0 || days > MaxDays {
			return fault.New(fault.BadRequest, "days: want 0 to %d", MaxDays)
		}
	}
	if r.AnswerDays < 0 || r.AnswerDays > MaxAnswerDays {
		return fault.New(fault.BadRequest, "answerDays: want 0 to %d", MaxAnswerDays)
	}
	if len(r.Tenders) > MaxTenders {
		return fault.New(fault.BadRequest, "tenders: want at most %d programmes", MaxTenders)
	}
	for i, t := range r.Tenders {
		if err := t.check(); err != nil {
			return fault.At("tenders", i, err)
		}
		if i > 0 && r.Tenders[i-1].Programme >= t.Programme {
			return fault.New(fault.BadRequest, "tenders: want programmes sorted, each once")
		}
	}
	return nil
}

func (t Tender) check() error {
	if err := name.CheckID("programme", t.Programme); err != nil {
		return err
	}
	if err := t.Value.Check(); err != nil {
		return err
	}
	if t.Value.Num == 0 {
		return fault.New(fault.BadRequest, "tender: a point of %s must count for something", t.Programme)
	}
	return nil
}

// SetStorefront makes the caller's storefront.
func SetStorefront(req SetStorefrontRequest, caller string) Storefront {
	tenders := whole(req.Tenders)
	for i := range tenders {
		tenders[i].Value = tenders[i].Value.Lowest()
	}
	answer := req.AnswerDays
	if answer == 0 {
		answer = answerDays
	}
	return Storefront{
		Seller: caller, En: name.Fold(req.En), Zh: name.Fold(req.Zh), Tenders: tenders,
		ShipDays: req.ShipDays, SilenceDays: req.SilenceDays, ReturnDays: req.ReturnDays, AnswerDays: answer,
		Open: req.Open,
	}
}
