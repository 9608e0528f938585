package accounting

import (
	"context"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/node"
)

// ProveLiabilitiesRequest asks for a root over what each member has of a programme.
type ProveLiabilitiesRequest struct {
	Programme string `json:"programme"`       // one of the party's own
	Cycle     string `json:"cycle,omitempty"` // that must be open
}

// Check refuses names that are none.
func (r ProveLiabilitiesRequest) Check() error {
	if err := name.CheckOptional([2]string{"cycle", r.Cycle}); err != nil {
		return err
	}
	return name.CheckID("programme", r.Programme)
}

// proveLiabilities answers what the issuer keeps: its root is for everybody, the rest as secret as the balances in it.
func proveLiabilities(ctx context.Context, n *node.Node, _ *node.Call,
	req ProveLiabilitiesRequest) (books.Kept, error) {
	v, err := n.Vault()
	if err != nil {
		return books.Kept{}, err
	}
	scope := books.Scope{Network: n.Config().Channel, Issuer: n.Party(), Programme: req.Programme, Cycle: req.Cycle}
	return node.Ask(ctx, n, func(r *index.Reading) (books.Kept, error) { return sumUp(r, scope, v.LiabilitySecret()) })
}

// sumUp sums up what members have of a programme, for its issuer.
//
// Refused, first that applies: NOT_FOUND (the programme), FORBIDDEN (another's), WRONG_STATE (another cycle is open),
// INTERNAL (the members' points don't come to what is outstanding).
func sumUp(r *index.Reading, scope books.Scope, secret []byte) (kept books.Kept, err error) {
	list, err := r.Owed(scope.Programme)
	if err != nil {
		return kept, err
	}
	owed, err := outstandingOf(r, scope.Programme)
	if err != nil {
		return kept, err
	}
	if owed.Issuer != scope.Issuer {
		return kept, fault.New(fault.Forbidden, "%s is not the issuer of %s", scope.Issuer, scope.Programme)
	}
	cycle, err := r.Cycle()
	if err != nil {
		return kept, err
	}
	if scope.Cycle != "" && scope.Cycle != cycle.ID {
		return kept, fault.New(fault.WrongState, "cycle %s is open, not %s", cycle.ID, scope.Cycle)
	}
	scope.Cycle, scope.Height = cycle.ID, r.Height()
	sums, err := books.SumUp(scope, secret, list)
	if err != nil {
		return kept, err
	}
	if sums.Sum != owed.Outstanding {
		return kept, fault.New(fault.Internal, "members have %d points of %s, and %d are outstanding",
			int64(sums.Sum), scope.Programme, int64(owed.Outstanding))
	}
	return sums.Keep(), nil
}

// outstandingOf is what an issuer owes in a programme. NOT_FOUND.
func outstandingOf(r *index.Reading, programme string) (index.Outstanding, error) {
	list, err := r.Outstanding()
	if err != nil {
		return index.Outstanding{}, err
	}
	i := slices.IndexFunc(list, func(o index.Outstanding) bool { return o.Programme == programme })
	if i < 0 {
		return index.Outstanding{}, fault.New(fault.NotFound, "there is no programme %.64s", programme)
	}
	return list[i], nil
}

// ProveMemberRequest asks for a member's path in a root of the party's.
type ProveMemberRequest struct {
	Member string     `json:"member"`
	Kept   books.Kept `json:"kept"` // what the proof of liabilities answered
}

// Check refuses a name that is none.
func (r ProveMemberRequest) Check() error { return name.CheckID("member", r.Member) }

// proveMember makes a member's path, without a network. CONFLICT for what was changed, or is of another vault;
// NOT_FOUND for who isn't counted.
func proveMember(_ context.Context, n *node.Node, _ *node.Call, req ProveMemberRequest) (books.Inclusion, error) {
	v, err := n.Vault()
	if err != nil {
		return books.Inclusion{}, err
	}
	sums, err := req.Kept.Rebuild(v.LiabilitySecret())
	if err != nil {
		return books.Inclusion{}, err
	}
	return sums.Prove(req.Member)
}
