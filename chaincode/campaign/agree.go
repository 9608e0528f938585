package campaign

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// AgreeRequest agrees to bear a part of what a campaign costs (出资). A funder that
// hasn't may. With the last of them the campaign is ACTIVE.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND, FORBIDDEN (the caller
// is no funder), WRONG_STATE (it isn't PROPOSED, or the caller has agreed), EXPIRED
// (its last day is past).
type AgreeRequest struct {
	_        struct{}     `cbor:",toarray"`
	Campaign string       `json:"campaign"`
	Cap      amount.Units `json:"cap"` // fen that the caller bears at most; 0: none but the budget
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r AgreeRequest) Check() error {
	if err := name.CheckID("campaign", r.Campaign); err != nil {
		return err
	}
	return r.Cap.CheckOptional()
}

// Agree notes that a funder agrees.
func (c Campaign) Agree(req AgreeRequest, at At) (Campaign, error) {
	i := c.funder(at.Caller)
	if i < 0 {
		return Campaign{}, fault.New(fault.Forbidden, "%s is no funder of campaign %s", at.Caller, c.ID)
	}
	if c.State != Proposed {
		return Campaign{}, fault.New(fault.WrongState, "campaign %s is %s", c.ID, c.State)
	}
	if c.Funders[i].Agreed {
		return Campaign{}, fault.New(fault.WrongState, "%s has agreed to campaign %s", at.Caller, c.ID)
	}
	if c.Terms.Until < at.Date {
		return Campaign{}, fault.New(fault.Expired, "campaign %s ended on %s", c.ID, c.Terms.Until)
	}
	next := c
	next.Funders = slices.Clone(c.Funders)
	next.Funders[i].Cap, next.Funders[i].Agreed = req.Cap, true
	return next.begin(), nil
}

// LeaveRequest ends a campaign from now on because one of its funders will bear no
// more; what was awarded stands. Any funder may. One that hasn't begun never will.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN (the caller is no
// funder), WRONG_STATE (it is over).
type LeaveRequest struct {
	_        struct{} `cbor:",toarray"`
	Campaign string   `json:"campaign"`
	Reason   string   `json:"reason"` // a code such as budget_cut
}

// Check refuses a malformed request with BAD_REQUEST.
func (r LeaveRequest) Check() error { return checkEnd(r.Campaign, r.Reason) }

// Leave ends the campaign.
func (c Campaign) Leave(req LeaveRequest, at At) (Campaign, error) {
	if c.funder(at.Caller) < 0 {
		return Campaign{}, fault.New(fault.Forbidden, "%s is no funder of campaign %s", at.Caller, c.ID)
	}
	return c.end(req.Reason, at)
}

// EndRequest ends a campaign, or withdraws one that hasn't begun; what was awarded
// stands. Only its proposer may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it
// is over).
type EndRequest struct {
	_        struct{} `cbor:",toarray"`
	Campaign string   `json:"campaign"`
	Reason   string   `json:"reason"` // a code such as sold_out
}

// Check refuses a malformed request with BAD_REQUEST.
func (r EndRequest) Check() error { return checkEnd(r.Campaign, r.Reason) }

func checkEnd(campaign, reason string) error {
	if err := name.CheckID("campaign", campaign); err != nil {
		return err
	}
	return name.CheckID("reason", reason)
}

// Close ends the campaign for its proposer.
func (c Campaign) Close(req EndRequest, at At) (Campaign, error) {
	if c.By != at.Caller {
		return Campaign{}, fault.New(fault.Forbidden, "%s has not proposed campaign %s", at.Caller, c.ID)
	}
	return c.end(req.Reason, at)
}

func (c Campaign) end(reason string, at At) (Campaign, error) {
	if c.State.Over() {
		return Campaign{}, fault.New(fault.WrongState, "campaign %s is %s", c.ID, c.State)
	}
	next := c
	if next.State = Ended; c.State == Proposed {
		next.State = Withdrawn
	}
	next.End = End{By: at.Caller, Reason: reason, Date: at.Date}
	return next, nil
}
