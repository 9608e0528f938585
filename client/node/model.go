package node

import (
	"tallystick/chaincode/settlement"
)

// The operations of settlement models (结算模型).
var (
	ModelPropose = sends[settlement.ProposeRequest](Row{"model.propose", "POST", "/v1/models/{model}", Finance,
		"Propose a settlement model, or its next version, and agree to it", "提出结算模型",
		`{"model":"gp-at-dealers","scope":{"issuer":"G","acceptor":"","scene":"","programme":"GP"},"terms":{"price":{"num":4,"den":5},"fee":{"num":1,"den":100},"payer":"acceptor","tax":{"num":3,"den":50},"delay":3,"multilateral":true,"payers":["D","F","G","M"],"cap":0,"prefunded":false},"from":"2026-12-01"}`})
)
