package contract

import (
	"tallystick/chaincode/answer"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
)

// Quota answers a quota of a kind: liability, debit, pledge, benefit or campaign.
func (*Query) Quota(ctx *Context, kind, id string) (*answer.QuotaUse, error) {
	if err := quota.Subject(kind).Check(); err != nil {
		return nil, err
	}
	if err := quota.CheckID(id); err != nil {
		return nil, err
	}
	limit, err := ledger.Get(ledger.New(ctx.GetStub()), row.Quota(quota.Subject(kind), id), "quota", id)
	if err != nil {
		return nil, err
	}
	use := &answer.QuotaUse{Limit: limit.Limit, Leased: limit.Leased, Relieved: limit.Relieved}
	err = each(ctx, row.LeasesOf(quota.Subject(kind), id), func(_ string, l quota.Lease) error {
		use.Used += l.Used
		use.Returned += l.Returned
		return nil
	})
	return use, err
}
