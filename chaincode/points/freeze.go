package points

import (
	"crypto/sha256"
	"slices"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Frozen is one bucket of the freezes, sorted by member and party.
//
// Every spend must know that nothing is frozen, and a lookup of something
// absent is among the dearest reads there are. So the freezes of all members
// live in 64 rows that exist from the founding on: a batch of spends reads each
// at most once, and only a freeze or its lifting ever writes one.
type Frozen struct {
	_    struct{} `cbor:",toarray"`
	List []Freeze `json:"list"`
}

// Freeze stops a member's spending (风控冻结): the operator's in all programmes,
// an issuer's in its own. Earning goes on, and holds that stand may be captured.
type Freeze struct {
	_      struct{}       `cbor:",toarray"`
	Member string         `json:"member"`
	By     string         `json:"by"`     // party
	All    bool           `json:"all"`    // every programme; else only those that By issues
	Reason string         `json:"reason"` // a code such as abnormal_transfers
	Number number.Command `json:"number"` // command that froze
	Appeal Appeal         `json:"appeal"`
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

// Bucket says in which bucket a member's freezes are, 0 … Buckets−1.
func Bucket(member string) int {
	sum := sha256.Sum256([]byte(member))
	return int(sum[0]) % Buckets
}

// Of lists a member's freezes.
func (f Frozen) Of(member string) []Freeze {
	list := []Freeze{}
	for _, one := range f.List {
		if one.Member == member {
			list = append(list, one)
		}
	}
	return list
}

func (f Frozen) find(member, by string) (int, bool) {
	return slices.BinarySearchFunc(f.List, Freeze{Member: member, By: by}, func(a, b Freeze) int {
		if c := strings.Compare(a.Member, b.Member); c != 0 {
			return c
		}
		return strings.Compare(a.By, b.By)
	})
}

// FreezeRequest asks to freeze a member's wallet. The operator and issuers may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE (it
// was merged into another, whose wallet it is now; the caller has frozen it
// already), LIMIT (1,024 freezes in the member's bucket).
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

// Add freezes; all says whether the caller is the operator.
func (f Frozen) Add(req FreezeRequest, all bool, at At) (Frozen, error) {
	i, found := f.find(req.Member, at.Caller)
	if found {
		return Frozen{}, fault.New(fault.WrongState, "%s's wallet is frozen by %s already", req.Member, at.Caller)
	}
	if len(f.List) >= MaxFrozen {
		return Frozen{}, fault.New(fault.Limit, "%d wallets of this bucket are frozen", MaxFrozen)
	}
	freeze := Freeze{Member: req.Member, By: at.Caller, All: all, Reason: req.Reason, Number: at.Number}
	return Frozen{List: slices.Insert(slices.Clone(f.List), i, freeze)}, nil
}

// UnfreezeRequest asks to lift the caller's own freeze, with the reason why.
//
// Refused, first that applies: BAD_REQUEST, WRONG_STATE (the caller has not
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

// Lift ends the caller's freeze.
func (f Frozen) Lift(req UnfreezeRequest, at At) (Frozen, error) {
	i, found := f.find(req.Member, at.Caller)
	if !found {
		return Frozen{}, fault.New(fault.WrongState, "%s's wallet is not frozen by %s", req.Member, at.Caller)
	}
	return Frozen{List: slices.Delete(slices.Clone(f.List), i, i+1)}, nil
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
func (f Frozen) Appeal(req AppealRequest, at At) (Frozen, error) {
	i, found := f.find(req.Member, req.Against)
	if !found {
		return Frozen{}, fault.New(fault.WrongState, "%s's wallet is not frozen by %s", req.Member, req.Against)
	}
	if state := f.List[i].Appeal.State; state != NoAppeal {
		return Frozen{}, fault.New(fault.WrongState, "the freeze is %s", state)
	}
	next := Frozen{List: slices.Clone(f.List)}
	next.List[i].Appeal = Appeal{State: Appealed, By: at.Caller, Evidence: req.Evidence}
	return next, nil
}

// DismissRequest turns an appeal down. Only the party that froze may; to grant it,
// it lifts the freeze.
//
// Refused, first that applies: BAD_REQUEST, WRONG_STATE (the caller has not frozen
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
func (f Frozen) Dismiss(req DismissRequest, at At) (Frozen, error) {
	i, found := f.find(req.Member, at.Caller)
	if !found || f.List[i].Appeal.State != Appealed {
		return Frozen{}, fault.New(fault.WrongState, "there is no appeal of %s to %s", req.Member, at.Caller)
	}
	next := Frozen{List: slices.Clone(f.List)}
	next.List[i].Appeal.State, next.List[i].Appeal.Answer = Dismissed, req.Reason
	return next, nil
}
