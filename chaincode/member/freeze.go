package member

import (
	"slices"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Freeze stops a member's spending (风控冻结): the operator's in all programmes,
// an issuer's in its own. Earning goes on, and holds that stand may be captured.
// It stands in the member's row, which every spend reads anyway, at most one of each party.
type Freeze struct {
	_      struct{}       `cbor:",toarray"`
	By     string         `json:"by"`     // party
	All    bool           `json:"all"`    // every programme; else only those that By issues
	Reason string         `json:"reason"` // a code such as abnormal_transfers
	Number number.Command `json:"number"` // command that froze
	Appeal Appeal         `json:"appeal"`
	Lifted date.Date      `json:"lifted"` // 0 while it stands; on the day after it is as if it had never been
}

// Appeal is what the member says against a freeze (申诉), through its home.
type Appeal struct {
	_        struct{}    `cbor:",toarray"`
	State    AppealState `json:"state"`
	By       string      `json:"by"`       // the member's home
	Evidence codec.Hash  `json:"evidence"` // SHA-256 of what the home keeps
	Answer   string      `json:"answer"`   // why it was dismissed: a code
}

// AppealState is where an appeal stands.
type AppealState uint8

// The states of an appeal. One that is granted is gone with the freeze.
const (
	NoAppeal AppealState = iota
	Appealed
	Dismissed
)

var appealStates = name.Words{"NONE", "APPEALED", "DISMISSED"}

// MarshalJSON writes the state's name.
func (s AppealState) MarshalJSON() ([]byte, error) { return appealStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *AppealState) UnmarshalJSON(data []byte) error {
	state, err := appealStates.Unmarshal(data)
	*s = AppealState(state)
	return err
}

// String is the state's name.
func (s AppealState) String() string { return appealStates.Of(uint8(s)) }

// Frozen lists the freezes that stand.
func (m Member) Frozen() []Freeze {
	list := []Freeze{}
	for _, f := range m.Freezes {
		if f.Lifted == 0 {
			list = append(list, f)
		}
	}
	return list
}

// FreezeRequest asks to freeze a member's wallet. The operator and issuers may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE (it
// was merged into another, whose wallet it is now; the caller has frozen it
// already), LIMIT (an issuer's, which it has lifted today).
type FreezeRequest struct {
	_      struct{} `cbor:",toarray"`
	Member string   `json:"member"`
	Reason string   `json:"reason"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r FreezeRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	return name.CheckID("reason", r.Reason)
}

// Freeze freezes the member; all says whether the caller is the operator. An issuer freezes
// a member once a business date: each freeze is in the way of spends at others.
func (m Member) Freeze(req FreezeRequest, all bool, at At) (Member, error) {
	if m.State == Merged {
		return Member{}, fault.New(fault.WrongState, "%s was merged into %s; freeze that wallet", m.ID, m.Into)
	}
	i, found := m.freezeBy(at.Caller)
	switch {
	case found && m.Freezes[i].Lifted == 0:
		return Member{}, fault.New(fault.WrongState, "%s's wallet is frozen by %s already", m.ID, at.Caller)
	case found && m.Freezes[i].Lifted == at.Date && !all:
		return Member{}, fault.New(fault.Limit, "%s has frozen %s's wallet today, and lifted it", at.Caller, m.ID)
	}
	list := slices.DeleteFunc(slices.Clone(m.Freezes),
		func(f Freeze) bool { return f.By == at.Caller || f.Lifted != 0 && f.Lifted < at.Date })
	list = append(list, Freeze{By: at.Caller, All: all, Reason: req.Reason, Number: at.Number})
	slices.SortFunc(list, func(a, b Freeze) int { return strings.Compare(a.By, b.By) })
	m.Freezes = list
	return m, nil
}

// freezeBy is the place of a party's freeze, lifted ones included.
func (m Member) freezeBy(party string) (int, bool) {
	return slices.BinarySearchFunc(m.Freezes, party,
		func(f Freeze, party string) int { return strings.Compare(f.By, party) })
}

// frozenBy is the place of a party's freeze. WRONG_STATE if none stands.
func (m Member) frozenBy(party string) (int, error) {
	i, found := m.freezeBy(party)
	if !found || m.Freezes[i].Lifted != 0 {
		return 0, fault.New(fault.WrongState, "%s's wallet is not frozen by %s", m.ID, party)
	}
	return i, nil
}

// with is the member with a freeze in its place.
func (m Member) with(i int, f Freeze) Member {
	m.Freezes = slices.Clone(m.Freezes)
	m.Freezes[i] = f
	return m
}

// UnfreezeRequest asks to lift the caller's own freeze, with the reason why.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, WRONG_STATE (the caller has not
// frozen it).
type UnfreezeRequest struct {
	_      struct{} `cbor:",toarray"`
	Member string   `json:"member"`
	Reason string   `json:"reason"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r UnfreezeRequest) Check() error {
	return FreezeRequest{Member: r.Member, Reason: r.Reason}.Check()
}

// Unfreeze ends the caller's freeze.
func (m Member) Unfreeze(at At) (Member, error) {
	i, err := m.frozenBy(at.Caller)
	if err != nil {
		return Member{}, err
	}
	f := m.Freezes[i]
	f.Lifted = at.Date
	return m.with(i, f), nil
}

// AppealRequest appeals against a freeze. Only the member's home may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the member), FORBIDDEN,
// WRONG_STATE (that party has not frozen it, or was appealed to already).
type AppealRequest struct {
	_        struct{}   `cbor:",toarray"`
	Member   string     `json:"member"`
	Against  string     `json:"against"` // party that froze
	Evidence codec.Hash `json:"evidence"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AppealRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if len(r.Evidence) != 32 {
		return fault.New(fault.BadRequest, "evidence: want the 32 bytes of a SHA-256")
	}
	return name.CheckID("against", r.Against)
}

// Appeal notes the appeal at its freeze.
func (m Member) Appeal(req AppealRequest, at At) (Member, error) {
	if err := m.requireHome(at.Caller); err != nil {
		return Member{}, err
	}
	i, err := m.frozenBy(req.Against)
	if err != nil {
		return Member{}, err
	}
	f := m.Freezes[i]
	if f.Appeal.State != NoAppeal {
		return Member{}, fault.New(fault.WrongState, "the freeze is %s", f.Appeal.State)
	}
	f.Appeal = Appeal{State: Appealed, By: at.Caller, Evidence: req.Evidence}
	return m.with(i, f), nil
}

// DismissRequest turns an appeal down. Only the party that froze may; to grant it,
// it lifts the freeze.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, WRONG_STATE (the caller has not frozen
// it, or there is no appeal).
type DismissRequest struct {
	_      struct{} `cbor:",toarray"`
	Member string   `json:"member"`
	Reason string   `json:"reason"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r DismissRequest) Check() error {
	return FreezeRequest{Member: r.Member, Reason: r.Reason}.Check()
}

// Dismiss turns an appeal against the caller's freeze down.
func (m Member) Dismiss(req DismissRequest, at At) (Member, error) {
	i, err := m.frozenBy(at.Caller)
	if err != nil {
		return Member{}, err
	}
	f := m.Freezes[i]
	if f.Appeal.State != Appealed {
		return Member{}, fault.New(fault.WrongState, "there is no appeal of %s to %s", req.Member, at.Caller)
	}
	f.Appeal.State, f.Appeal.Answer = Dismissed, req.Reason
	return m.with(i, f), nil
}
