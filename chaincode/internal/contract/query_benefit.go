package contract

import (
	"tallystick/chaincode/answer"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

var benefitQueries = []string{"Benefit", "Benefits", "Entitlements", "WriteOff"}

// Benefit answers a benefit's model.
func (*Query) Benefit(ctx *Context, id string) (*benefit.Model, error) {
	if err := name.CheckID("benefit", id); err != nil {
		return nil, err
	}
	return one(ctx, row.Benefit(id), "benefit", id)
}

// Benefits lists benefits by id.
func (*Query) Benefits(ctx *Context, page answer.Page) (*answer.BenefitPage, error) {
	part, err := list(ctx, page, row.Benefits())
	return &answer.BenefitPage{Part: part}, err
}

// Entitlements answers up to 500 entitlements, named as a JSON list, in the
// order asked. A reservation that has ended still stands in its row.
func (*Query) Entitlements(ctx *Context, ids []string) ([]benefit.Entitlement, error) {
	if len(ids) > answer.MaxPage {
		return nil, fault.New(fault.BadRequest, "want at most %d entitlements", answer.MaxPage)
	}
	tx := ledger.New(ctx.GetStub())
	numbers, keys := make([]number.Row, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		n, err := number.ParseRow(id)
		if err != nil {
			return nil, err
		}
		numbers[i], keys[i] = n, string(row.Entitlement(n))
	}
	if err := tx.Prefetch(keys); err != nil {
		return nil, err
	}
	found := make([]benefit.Entitlement, len(ids))
	for i, n := range numbers {
		e, err := ledger.Get(tx, row.Entitlement(n), "entitlement", n.String())
		if err != nil {
			return nil, err
		}
		found[i] = e
	}
	return found, nil
}

// WriteOff answers a write-off.
func (*Query) WriteOff(ctx *Context, id string) (*benefit.WriteOff, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.WriteOff(n), "write-off", id)
}
