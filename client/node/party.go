package node

import (
	"tallystick/chaincode/party"
)

// The operations of parties (成员).
var (
	PartyBeginPeer = sends[party.BeginPeerRequest](Row{"party.begin-peer", "POST", "/v1/parties/begin-peer", Govern,
		"Say that you run a peer, which must endorse from now on whatever is done in your name", "启用节点",
		`{}`})
	PartySet = sends[party.SetRequest](Row{"party.set", "POST", "/v1/parties/{party}/state", Govern,
		"Suspend, close or reopen a party; for the operator", "暂停、关闭、恢复成员",
		`{"party":"D","state":"CLOSED","reason":"contract_ended"}`})
	PartyRegister = sends[party.RegisterRequest](Row{"party.register", "POST", "/v1/parties/{party}", Govern,
		"Admit a party; for the operator", "登记成员",
		`{"party":"D","en":"Dealer","zh":"经销商","roles":["issuer","acceptor"]}`})
)
