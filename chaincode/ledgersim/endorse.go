package ledgersim

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// ErrMismatch is the gateway's word for endorsers that answer differently, such
// as peers at different heights.
var ErrMismatch = errors.New("ProposalResponsePayloads do not match")

// Refusal is a peer's answer with a status of 400 or more: the chaincode's own,
// or the peer's (status 500).
type Refusal struct {
	Peer    string
	Status  int32
	Message string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("chaincode response %d, %s", r.Status, r.Message)
}

// Crash is a panic in a chaincode, which ends a real chaincode's process.
type Crash struct {
	Peer, Chaincode string
	Value           any
	Stack           []byte
}

func (c *Crash) Error() string {
	return fmt.Sprintf(
		"error in simulation: failed to execute transaction: error sending: chaincode stream terminated (%s at %s panicked: %v)\n%s",
		c.Chaincode, c.Peer, c.Value, c.Stack)
}

// Nondeterminism is what CheckDeterminism finds.
type Nondeterminism struct{ Peer, Chaincode, What string }

func (e *Nondeterminism) Error() string {
	return fmt.Sprintf("%s at %s is not deterministic: two runs on one snapshot differ in %s",
		e.Chaincode, e.Peer, e.What)
}

// Endorsement is one peer's signed answer to a proposal.
type Endorsement struct {
	Peer     string
	Height   uint64 // of the state that it was made on
	Response *peer.Response

	endorser  []byte
	signature []byte
	payload   []byte // ProposalResponsePayload: what must be equal among endorsers
	result    result
	private   []PrivateWrite
}

// result is a payload in parsed form.
type result struct {
	rwset    *RWSet
	event    *peer.ChaincodeEvent
	response *peer.Response
	version  string // of the chaincode's definition
}

// RWSet is what the peer says the transaction reads and writes.
func (e *Endorsement) RWSet() *RWSet { return e.result.rwset }

// Endorse asks each of the peers, each at its own height, and makes a
// transaction of their answers. It fails with a *Refusal, a *Crash or ErrMismatch.
func (n *Network) Endorse(p *Proposal, peers ...string) (*Envelope, error) {
	endorsements := make([]*Endorsement, 0, len(peers))
	for _, name := range peers {
		e, err := n.EndorseAt(p, name)
		if err != nil {
			return nil, err
		}
		endorsements = append(endorsements, e)
	}
	return n.Assemble(p, endorsements...)
}

// Evaluate asks one peer and submits nothing.
func (n *Network) Evaluate(creator *Identity, peerName, chaincode string, args ...[]byte) ([]byte, error) {
	e, err := n.EndorseAt(n.Propose(creator, chaincode, args...), peerName)
	if err != nil {
		return nil, err
	}
	return e.Response.Payload, nil
}

// EndorseAt is one peer's endorsement (core/endorser/endorser.go).
func (n *Network) EndorseAt(p *Proposal, peerName string) (*Endorsement, error) {
	node := n.mustPeer(peerName)
	refuse := func(format string, args ...any) error {
		return &Refusal{Peer: peerName, Status: shim.ERROR, Message: fmt.Sprintf(format, args...)}
	}
	if w := n.cfg.TimeWindow; w > 0 && (p.Timestamp.Sub(n.clock) > w || n.clock.Sub(p.Timestamp) > w) {
		return nil, refuse("request unauthorized due to incorrect timestamp %s, peer time %s", p.Timestamp, n.clock)
	}
	if _, known := n.orgs[p.Creator.MSP]; !known {
		return nil, refuse(
			"error validating proposal: access denied: channel [%s] creator org unknown, creator is malformed",
			p.channel)
	}
	if tx := n.Lookup(peerName, p.txID); tx != nil {
		return nil, refuse("duplicate transaction found [%s]. Creator [%x]", p.txID, p.Creator.serialized)
	}
	e, err := n.simulate(node, p)
	if err != nil {
		return nil, err
	}
	if n.cfg.CheckDeterminism {
		again, err := n.simulate(node, p)
		if err != nil {
			return nil, &Nondeterminism{peerName, p.Chaincode, "success: the second run failed: " + err.Error()}
		}
		if what := e.differs(again); what != "" {
			return nil, &Nondeterminism{peerName, p.Chaincode, what}
		}
	}
	if err := n.readPolicies(e); err != nil {
		return nil, refuse("error in simulation: error unmarshalling SignaturePolicyEnvelope: %v", err)
	}
	if e.Response.Status >= shim.ERRORTHRESHOLD {
		return nil, &Refusal{Peer: peerName, Status: e.Response.Status, Message: e.Response.Message}
	}
	return e, nil
}

// readPolicies reads the policies of the keys that are to change: a peer tells
// its client whose endorsements they ask for (core/endorser/endorser.go,
// buildChaincodeInterest).
func (n *Network) readPolicies(e *Endorsement) error {
	for _, ns := range e.result.rwset.Namespaces {
		for _, id := range ns.changedKeys() {
			committed := n.state.get(id.space, id.key, e.Height)
			if committed == nil {
				continue
			}
			_, err := ParsePolicy(committed.policy)
			if _, garbage := err.(errPolicyBytes); garbage {
				return err
			}
		}
	}
	return nil
}

// simulate runs the chaincode and signs what came of it, refusals too.
func (n *Network) simulate(node *peerNode, p *Proposal) (*Endorsement, error) {
	res, private, err := n.run(node, p)
	if err != nil {
		return nil, err
	}
	res.version = n.definitionAt(p.Chaincode, node.height).version()
	e := &Endorsement{Peer: node.msp, Height: node.height, Response: res.response, private: private}
	e.seal(p, node, res)
	return e, nil
}

// run runs the chaincode at a peer.
func (n *Network) run(node *peerNode, p *Proposal) (res result, private []PrivateWrite, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Crash{Peer: node.msp, Chaincode: p.Chaincode, Value: v, Stack: debug.Stack()}
		}
	}()
	s := &simulation{net: n, peer: node, height: node.height, proposal: p}
	out, err := s.invoke(p.Chaincode, p.Args)
	if err != nil {
		return result{}, nil, &Refusal{Peer: node.msp, Status: shim.ERROR,
			Message: fmt.Sprintf("error in simulation: failed to execute transaction %s: %s", p.txID, err)}
	}
	if out.event != nil {
		out.event.ChaincodeId, out.event.TxId = p.Chaincode, p.txID
	}
	rw, private := s.rw.build()
	return result{rwset: rw, event: out.event, response: out.response}, private, nil
}

// seal signs a result.
func (e *Endorsement) seal(p *Proposal, node *peerNode, res result) {
	action := &peer.ChaincodeAction{
		Results:     marshal(res.rwset.Proto()),
		Response:    res.response,
		ChaincodeId: &peer.ChaincodeID{Name: p.Chaincode, Version: res.version},
	}
	if res.event != nil {
		action.Events = marshal(res.event)
	}
	e.result = res
	e.payload = marshal(&peer.ProposalResponsePayload{ProposalHash: p.parts().hash, Extension: marshal(action)})
	e.endorser = node.identity.serialized
	e.signature = sign(e.payload, e.endorser)
}

// differs names the part in which two runs of one proposal differ.
func (e *Endorsement) differs(other *Endorsement) string {
	switch a, b := e.result, other.result; {
	case a.response.Status != b.response.Status || a.response.Message != b.response.Message:
		return fmt.Sprintf("their status or message: %d %q, %d %q",
			a.response.Status, a.response.Message, b.response.Status, b.response.Message)
	case !bytes.Equal(a.response.Payload, b.response.Payload):
		return fmt.Sprintf("their payload: %q, %q", a.response.Payload, b.response.Payload)
	case !bytes.Equal(marshal(a.rwset.Proto()), marshal(b.rwset.Proto())):
		return fmt.Sprintf("their read-write set: %v, %v", a.rwset, b.rwset)
	case !bytes.Equal(e.payload, other.payload):
		return "their event"
	}
	return ""
}

// Forge is what colluding peers can do: they sign whatever read-write set the
// proposal's honest run is changed to.
func (n *Network) Forge(p *Proposal, change func(*RWSet), peers ...string) (*Envelope, error) {
	var endorsements []*Endorsement
	for _, name := range peers {
		node := n.mustPeer(name)
		e, err := n.simulate(node, p)
		if err != nil {
			return nil, err
		}
		change(e.result.rwset)
		e.result.response.Status = shim.OK
		e.seal(p, node, e.result)
		endorsements = append(endorsements, e)
	}
	return n.Assemble(p, endorsements...)
}
