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
	specOf[party.RegisterRequest](RegisterParty, "party:Register", byOperator, "Party registered", "成员登记"),
	specOf[settlement.AdvanceRequest](AdvanceDate, "cycle:Advance", byOperator, "Business date advanced", "推进业务日期"),
	specOf[party.AmendRequest](AmendParty, "party:Amend", byOperator, "Party amended", "成员变更"),
	specOf[party.SetRequest](SetParty, "party:Set", byOperator, "Party's state set", "变更成员状态"),
	specOf[party.BeginPeerRequest](BeginPeer, "party:BeginPeer", byAnyone, "Peer begun", "启用节点").single(),
}
