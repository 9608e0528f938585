package consortium

import (
	"context"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/party"
	"tallystick/client/node"
)

// The operations of parties (成员).
var (
	PartyBeginPeer = node.Sends[party.BeginPeerRequest](node.Describe("party.begin-peer", "POST",
		"/v1/parties/begin-peer", node.Govern,
		"Say that you run a peer, which must endorse from now on whatever is done in your name", "启用节点",
		`{}`))
	PartySet = node.Sends[party.SetRequest](node.Describe("party.set", "POST", "/v1/parties/{party}/state", node.Govern,
		"Suspend, close or reopen a party; for the operator", "暂停、关闭、恢复成员",
		`{"party":"D","state":"CLOSED","reason":"contract_ended"}`))
	PartyRegister = node.Sends[party.RegisterRequest](node.Describe("party.register", "POST",
		"/v1/parties/{party}", node.Govern,
		"Admit a party; for the operator", "登记成员",
		`{"party":"D","en":"Dealer","zh":"经销商","roles":["issuer","acceptor"]}`))
	PartyAmend = node.Tries(node.Describe("party.amend", "POST", "/v1/parties/{party}/amend", node.Govern,
		"Change a party's roles and caps; for the operator", "限额",
		`{"party":"B","debit":10000}`), partyAmend)
	PartyList = node.Does(node.Describe("party.list", "GET", "/v1/parties", node.Read,
		"List the parties", "成员列表", `{}`), partyList)
	ConsortiumFound = node.Does(node.Describe("consortium.found", "POST", "/v1/consortium", node.Govern,
		"Found the network with yourself as its operator: the ledger's first command", "创建联盟",
		`{"network":"alliance","en":"Group","zh":"集团","roles":["issuer","acceptor"],"cycle":"2026-11","date":"2026-11-01","test":true}`), consortiumFound)
)

// PartyAmendRequest changes what a party may do. What is left out stays as it is.
type PartyAmendRequest struct {
	Party     string        `json:"party"`
	Roles     *party.Roles  `json:"roles,omitempty"`     // what it may do from now on
	Liability *amount.Units `json:"liability,omitempty"` // fen that it may owe members at most; 0: no cap
	// fen that it may come to owe other parties in a cycle; 0: no cap
	Debit *amount.Units `json:"debit,omitempty"`
}

// Check refuses what is malformed whatever the party may do now.
func (r PartyAmendRequest) Check() error { return r.on(party.Party{ID: r.Party}).Check() }

// on is a party's roles and caps with those that are named in their place.
func (r PartyAmendRequest) on(present party.Party) party.AmendRequest {
	req := party.AmendRequest{Party: present.ID, Roles: present.Roles &^ party.Operator,
		Liability: present.Liability, Debit: present.Debit}
	if r.Roles != nil {
		req.Roles = *r.Roles
	}
	if r.Liability != nil {
		req.Liability = *r.Liability
	}
	if r.Debit != nil {
		req.Debit = *r.Debit
	}
	return req
}

func partyAmend(ctx context.Context, n *node.Node, c *node.Call, req PartyAmendRequest) (node.Receipt, error) {
	return n.Once(ctx, c, func() (command.Request, error) {
		present, err := n.Query().Party(ctx, req.Party)
		return req.on(present), err
	})
}

func partyList(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (node.List[party.Party], error) {
	rows, err := n.Query().AllParties(ctx)
	return node.List[party.Party]{Rows: rows}, err
}

func consortiumFound(ctx context.Context, n *node.Node, _ *node.Call,
	req party.FoundRequest) (party.Consortium, error) {
	return n.Gateway().Found(ctx, req)
}
