package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
)

// QuotaUse is a quota, and what all lanes together have done with it.
//
//	used − returned ≤ leased;  free = limit + relieved − leased, at least 0
type QuotaUse struct {
	Limit    amount.Units `json:"limit"`
	Leased   amount.Units `json:"leased"` // granted to lanes
	Relieved amount.Units `json:"relieved"`
	Used     amount.Units `json:"used"`
	Returned amount.Units `json:"returned"`
}

// Quota answers a quota of a kind: liability, debit, pledge, benefit or campaign.
func (*Query) Quota(ctx *Context, kind, id string) (*QuotaUse, error) {
	if err := quota.Kind(kind).Check(); err != nil {
		return nil, err
	}
	if err := quota.CheckID(id); err != nil {
		return nil, err
	}
	limit, err := ledger.Get(ledger.New(ctx.GetStub()), row.Quota(quota.Kind(kind), id), "quota", id)
	if err != nil {
		return nil, err
	}
	use := &QuotaUse{Limit: limit.Limit, Leased: limit.Leased, Relieved: limit.Relieved}
	err = each(ctx, row.LeasesOf(quota.Kind(kind), id), func(_ string, l quota.Lease) error {
		use.Used += l.Used
		use.Returned += l.Returned
		return nil
	})
	return use, err
}
