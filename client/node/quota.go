package node

import (
	"tallystick/chaincode/quota"
)

// The operations of limits and what lanes have drawn on them (额度).
var (
	QuotaSurrender = sends[quota.SurrenderRequest](Row{"quota.surrender", "POST", "/v1/quotas/{kind}/{id}/surrender", Loyalty,
		"Hand back what the walk-ins' lane was granted and hasn't used", "交回额度",
		`{"kind":"pledge","id":"D.0.12.0"}`})
)
