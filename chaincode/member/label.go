package member

import (
	"cmp"
	"slices"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Labels are what one party says of a member (会员标签).
type Labels struct {
	_    struct{} `cbor:",toarray"`
	List []Label  `json:"list"` // sorted by id, at most MaxLabels
}

// Label is one word of it.
type Label struct {
	_     struct{}  `cbor:",toarray"`
	ID    string    `json:"id"`
	Until date.Date `json:"until"` // last day, or none
}

// LabelRequest says one thing of a member, or takes it back. Issuers and
// acceptors may, each for its own labels; taking back is possible whatever
// became of the member.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. FORBIDDEN: the caller is neither issuer nor acceptor.
//  3. NOT_FOUND: there is no such member.
//  4. WRONG_STATE: the member is merged or erased.
//  5. EXPIRED: until is before today.
//  6. LIMIT: the member has 32 labels of the caller's.
//
// Or, to take a label back:
//
//  4. NOT_FOUND: the member doesn't have it.
type LabelRequest struct {
	_      struct{}  `cbor:",toarray"`
	Member string    `json:"member"`
	Label  string    `json:"label"`
	Until  date.Date `json:"until"` // last day; "" for ever
	Remove bool      `json:"remove"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r LabelRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if err := name.CheckID("label", r.Label); err != nil {
		return err
	}
	if r.Until == 0 {
		return nil
	}
	if r.Remove {
		return fault.New(fault.BadRequest, "until: of a label that is taken back")
	}
	return r.Until.Check()
}

// Change says it or takes it back. Labels that have ended give room to a new one.
func (l Labels) Change(m Member, req LabelRequest, at At) (Labels, error) {
	i, found := l.find(req.Label)
	if req.Remove {
		if !found {
			return Labels{}, fault.New(fault.NotFound, "%s has no label %s on member %s", at.Caller, req.Label, m.ID)
		}
		return Labels{List: slices.Delete(slices.Clone(l.List), i, i+1)}, nil
	}
	if err := m.requireActive(); err != nil {
		return Labels{}, err
	}
	if req.Until != 0 && req.Until < at.Date {
		return Labels{}, fault.New(fault.Expired, "the label would have ended on %s", req.Until)
	}
	next := Labels{List: slices.DeleteFunc(slices.Clone(l.List),
		func(one Label) bool { return one.ID == req.Label || !one.On(at.Date) })}
	if len(next.List) >= MaxLabels {
		return Labels{}, fault.New(fault.Limit, "%s has %d labels on member %s", at.Caller, MaxLabels, m.ID)
	}
	i, _ = next.find(req.Label)
	next.List = slices.Insert(next.List, i, Label{ID: req.Label, Until: req.Until})
	return next, nil
}

func (l Labels) find(id string) (int, bool) {
	return slices.BinarySearchFunc(l.List, id, func(one Label, id string) int { return cmp.Compare(one.ID, id) })
}

// On says whether the label holds on a day.
func (l Label) On(today date.Date) bool { return l.Until == 0 || today <= l.Until }

// Facts lists the labels that hold on a day, as PARTY:LABEL.
func (l Labels) Facts(party string, today date.Date) []string {
	var list []string
	for _, one := range l.List {
		if one.On(today) {
			list = append(list, party+":"+one.ID)
		}
	}
	return list
}
