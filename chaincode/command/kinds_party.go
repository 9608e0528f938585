package command

import (
	"tallystick/chaincode/party"
	"tallystick/chaincode/settlement"
)

// The kinds of the consortium's own affairs, 1–9.
const (
	RegisterParty Kind = 1
	AdvanceDate   Kind = 2
	AmendParty    Kind = 3
)

var partySpecs = []spec{
	specOf[party.RegisterRequest](RegisterParty, "party:Register"),
	specOf[settlement.AdvanceRequest](AdvanceDate, "cycle:Advance"),
	specOf[party.AmendRequest](AmendParty, "party:Amend"),
}
