package node

import (
	"tallystick/chaincode/settlement"
)

// The operations of payments (付款).
var (
	PaymentBounce = sends[settlement.BounceRequest](Row{"payment.bounce", "POST", "/v1/payments/{cycle}/{payment}/bounce", Finance,
		"Say that your bank refused a payment; it can be instructed again", "退票",
		`{"cycle":"2026-11","payment":3,"reason":"account_closed"}`})
	PaymentCarry = sends[settlement.CarryPaymentRequest](Row{"payment.carry", "POST", "/v1/payments/{cycle}/{payment}/carry", Finance,
		"End a payment that is overdue: what didn't come in is owed again, in the open cycle", "逾期结转",
		`{"cycle":"2026-11","payment":3}`})
	PaymentDeposit = sends[settlement.DepositRequest](Row{"payment.deposit", "POST", "/v1/deposits", Finance,
		"Say that you have deposited money with another party, which then counts it", "预存申报",
		`{"holder":"D","fen":500000,"reference":"20261203000017"}`})
	PaymentPrefund = sends[settlement.PrefundRequest](Row{"payment.prefund", "POST", "/v1/deposits/prefund", Finance,
		"Count a deposit that a debtor has announced: by so much more it may come to owe you; you owe it back", "预存",
		`{"debtor":"F","fen":500000,"reference":"20261203000017"}`})
)
