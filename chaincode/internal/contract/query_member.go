package contract

import (
	"fmt"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/verb"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

// memberQueries are the questions about members.
var memberQueries = []string{"Member", "Recognise", "Invitation", "Consent", "Authorisation",
	"Labels", "Profile", "Offers"}

// Member answers a member, merged and erased ones too.
func (*Query) Member(ctx *Context, id string) (*member.Member, error) {
	if err := name.CheckID("member", id); err != nil {
		return nil, err
	}
	return one(ctx, row.Member(id), "member", id)
}

// Recognise answers the root whose account this is. NOT_FOUND if it isn't linked.
func (*Query) Recognise(ctx *Context, party, channel, account string) (*answer.Recognised, error) {
	if err := name.CheckID("party", party); err != nil {
		return nil, err
	}
	if err := name.CheckID("channel", channel); err != nil {
		return nil, err
	}
	hash, err := codec.ParseHash(account)
	if err != nil {
		return nil, err
	}
	tx := ledger.New(ctx.GetStub())
	found, linked, err := ledger.Find(tx, row.Account(party, channel, hash))
	if err != nil {
		return nil, err
	}
	if !linked || found.State != member.Linked {
		return nil, fault.New(fault.NotFound, "this account of %s's %s is not linked", party, channel)
	}
	root, err := verb.Root(tx, found.Member)
	if err != nil {
		return nil, err
	}
	return &answer.Recognised{Member: root, Account: found}, nil
}

// Invitation answers an invitation.
func (*Query) Invitation(ctx *Context, id string) (*member.Invitation, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Invitation(n), "invitation", id)
}

// Consent answers a consent.
func (*Query) Consent(ctx *Context, id string) (*member.Consent, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Consent(n), "consent", id)
}

// Authorisation answers an authorisation.
func (*Query) Authorisation(ctx *Context, id string) (*member.Authorisation, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Authorisation(n), "authorisation", id)
}

// Labels answers what a party says of a member, ended labels too.
func (*Query) Labels(ctx *Context, id, party string) (*member.Labels, error) {
	if err := name.CheckID("member", id); err != nil {
		return nil, err
	}
	if err := name.CheckID("party", party); err != nil {
		return nil, err
	}
	labels, _, err := ledger.Find(ledger.New(ctx.GetStub()), row.Labels(id, party))
	if labels.List == nil {
		labels.List = []member.Label{}
	}
	return &labels, err
}

// Profile answers what was shared with a party: to that party, at its own peer or
// the home's, and to the home. Refused, first that applies: BAD_REQUEST,
// NOT_FOUND (the consent), FORBIDDEN (anybody else), WRONG_STATE, EXPIRED,
// NOT_FOUND (nothing was shared with the party).
func (*Query) Profile(ctx *Context, consent, party string) (*answer.Profile, error) {
	n, err := number.ParseCommand(consent)
	if err != nil {
		return nil, err
	}
	if err := name.CheckID("party", party); err != nil {
		return nil, err
	}
	reader, err := ctx.GetClientIdentity().GetMSPID()
	if err != nil {
		return nil, fmt.Errorf("contract: the caller: %w", err)
	}
	tx := ledger.New(ctx.GetStub())
	found, err := ledger.Get(tx, row.Consent(n), "consent", consent)
	if err != nil {
		return nil, err
	}
	cycle, err := ledger.Get(tx, row.Cycle(), "cycle", "open")
	if err != nil {
		return nil, err
	}
	share, err := found.MayRead(n, party, reader, cycle.Date)
	if err != nil {
		return nil, err
	}
	profile, err := ctx.GetStub().GetPrivateData(member.Collection(found.By, party), consent)
	if err != nil {
		return nil, fmt.Errorf("contract: collection: %w", err)
	}
	if err := member.CheckProfile(profile, share.Digest); err != nil {
		return nil, fmt.Errorf("contract: the collection doesn't hold what consent %s says: %v", consent, err)
	}
	return &answer.Profile{Digest: share.Digest, Bytes: profile}, nil
}

// Offers lists a party's offers by id, ended ones too.
func (*Query) Offers(ctx *Context, party string, page answer.Page) (*answer.OfferPage, error) {
	if err := name.CheckID("party", party); err != nil {
		return nil, err
	}
	part, err := list(ctx, page, row.OffersOf(party))
	return &answer.OfferPage{Part: part}, err
}
