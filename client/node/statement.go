package node

import (
	"tallystick/chaincode/settlement"
)

// The operations of statements (账单).
var (
	StatementClaim = sends[settlement.ClaimRequest](Row{"statement.claim", "POST", "/v1/statements/{cycle}/{with}/claim", Finance,
		"Ask that a statement which you have signed stands as the ledger adds it up, whatever the other side signs, once the deadline has passed", "主张",
		`{"cycle":"2026-11","with":"D"}`})
)
