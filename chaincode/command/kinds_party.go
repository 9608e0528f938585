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
	SetParty      Kind = 4
	BeginPeer     Kind = 5
)

var partySpecs = []spec{
	specOf[party.RegisterRequest](RegisterParty, "party:Register"),
	specOf[settlement.AdvanceRequest](AdvanceDate, "cycle:Advance"),
	specOf[party.AmendRequest](AmendParty, "party:Amend"),
	specOf[party.SetRequest](SetParty, "party:Set"),
	specOf[party.BeginPeerRequest](BeginPeer, "party:BeginPeer"),
}
