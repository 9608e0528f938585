package points

import (
	"crypto/sha256"
	"slices"
	"strings"

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
}

// Bucket says in which bucket a member's freezes are, 0 … Buckets−1.
func Bucket(member string) int {
	sum := sha256.Sum256([]byte(member))
	return int(sum[0]) % Buckets
}

// Stops finds a freeze that keeps the member from spending an issuer's points.
func (f Frozen) Stops(member, issuer string) (Freeze, bool) {
	for _, one := range f.List {
		if one.Member == member && (one.All || one.By == issuer) {
			return one, true
		}
	}
	return Freeze{}, false
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
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, WRONG_STATE (the caller
// has frozen it already), LIMIT (1,024 freezes in the member's bucket).
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
