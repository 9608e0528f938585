package node

import (
	"tallystick/chaincode/settlement"
)

// The operations of the settlement cycle (结算周期).
var (
	CycleAdvance = sends[settlement.AdvanceRequest](Row{"cycle.advance", "POST", "/v1/date", Govern,
		"Move the business date on; for the operator", "营业日切换",
		`{"date":"2026-11-02"}`})
	CycleConfirm = sends[settlement.ConfirmDateRequest](Row{"cycle.confirm", "POST", "/v1/date/confirm", Govern,
		"Let the business date move as far as this at once, today; for a party that isn't the operator", "确认营业日",
		`{"date":"2026-12-01"}`})
)
