package member

import (
	"slices"

	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// MergeRequest joins two pseudonyms that turn out to be one person. The home of
// the one that ends may, with an invitation of the one that stays.
//
// Lots, holds, entitlements and accounts keep their member and are found through
// the root. What was counted of the one counts as the other's: towards tiers, the
// day's limits, and how often a benefit or a campaign's award may be had. A consent
// was given to one home, so a member with live ones can't change its home: withdraw
// them first, and ask anew. Labels stay behind.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. NOT_FOUND: there is no such member or invitation.
//  3. FORBIDDEN: the caller isn't the home of from.
//  4. WRONG_STATE: a member is merged or erased, or from has live consents and another home than into.
//
// Then, of the invitation:
//
//  5. WRONG_STATE: it is used or cancelled.
//  6. EXPIRED: it has ended.
//  7. FORBIDDEN: it is for another party.
//  8. WRONG_CODE: the one-time code is wrong.
//
// Then:
//
//  9. UNAUTHORISED: the invitation is another member's.
//  10. FROZEN: either wallet is frozen.
//  11. LIMIT: a chain of more than 4 merges, more than 16 in all, or more than 32 accounts or consents would arise.
type MergeRequest struct {
	_          struct{}       `cbor:",toarray"`
	From       string         `json:"from"` // ends
	Into       string         `json:"into"` // stays
	Invitation number.Command `json:"invitation"`
	Code       code.Code      `json:"code"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r MergeRequest) Check() error {
	if err := name.CheckID("from", r.From); err != nil {
		return err
	}
	if err := name.CheckID("into", r.Into); err != nil {
		return err
	}
	if r.From == r.Into {
		return fault.New(fault.BadRequest, "from and into are the same member")
	}
	return checkInvited(r.Invitation, r.Code)
}

// checkSorted refuses with BAD_REQUEST ids that are malformed, out of order or
// repeated.
func checkSorted(what string, ids []string) error {
	for i, id := range ids {
		if err := name.CheckID(what, id); err != nil {
			return err
		}
		if i > 0 && ids[i-1] >= id {
			return fault.New(fault.BadRequest, "%s: want them sorted, each once", what)
		}
	}
	return nil
}

// Merge joins the members, and returns all three as they then are.
func Merge(from, into Member, inv Invitation, req MergeRequest,
	at At) (ended, root Member, used Invitation, err error) {
	if err := from.mayLeave(into, at.Caller); err != nil {
		return Member{}, Member{}, Invitation{}, err
	}
	if used, err = inv.accept(req.Invitation, into.ID, req.Code, at); err != nil {
		return Member{}, Member{}, Invitation{}, err
	}
	if len(from.Frozen())+len(into.Frozen()) > 0 {
		return Member{}, Member{}, Invitation{}, fault.New(fault.Frozen, "the wallet of %s or of %s is frozen",
			from.ID, into.ID)
	}
	ended, root = from, into
	root.Depth = max(into.Depth, from.Depth+1)
	root.Merged = slices.Concat(into.Merged, from.Wallets())
	root.Accounts += from.Accounts
	root.Consents += from.Consents
	if root.Depth > MaxDepth || len(root.Merged) > MaxMerged || root.Accounts > MaxAccounts ||
		root.Consents > MaxConsents {
		return Member{}, Member{}, Invitation{}, fault.New(fault.Limit,
			"%d merges in a row, %d in all, %d accounts, %d consents: want at most %d, %d, %d, %d",
			root.Depth, len(root.Merged), root.Accounts, root.Consents, MaxDepth, MaxMerged, MaxAccounts, MaxConsents)
	}
	ended.State, ended.Into, ended.Key, ended.Freezes, ended.Merged = Merged, into.ID, nil, nil, []string{}
	ended.Accounts, ended.Consents = 0, 0
	return ended, root, used, nil
}

// mayLeave refuses with FORBIDDEN or WRONG_STATE a merge that the two members
// don't allow.
func (m Member) mayLeave(into Member, caller string) error {
	if err := m.requireHome(caller); err != nil {
		return err
	}
	if err := m.requireActive(); err != nil {
		return err
	}
	if err := into.requireActive(); err != nil {
		return err
	}
	if m.Consents > 0 && m.Home != into.Home {
		return fault.New(fault.WrongState, "member %s has %d live consents, which were given to %s",
			m.ID, m.Consents, m.Home)
	}
	return nil
}
