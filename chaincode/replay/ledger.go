package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
)

// Ledger is a simulated network whose peers run the rules, and one client for each
// party. It is for one goroutine.
type Ledger struct {
	*ledgersim.Network
	heads map[lane]uint64 // as the clients know them
}

type lane struct {
	party  string
	number uint8
}

// NewLedger makes a network on which nothing is founded.
func NewLedger(cfg ledgersim.Config, rules Rules) (*Ledger, error) {
	n := ledgersim.New(cfg)
	if err := Deploy(n, rules); err != nil {
		return nil, err
	}
	return &Ledger{n, map[lane]uint64{}}, nil
}

// Deploy puts the chaincodes on a network as tallynet does: tally and the shared lane
// heads by a majority of the peers, each peer's own lane heads by it alone, and a
// collection for the profiles of any two of them.
func Deploy(n *ledgersim.Network, rules Rules) error {
	tally, err := rules.compile()
	if err != nil {
		return err
	}
	peers := n.Peers()
	var collections []ledgersim.Collection
	for i, a := range peers {
		for _, b := range peers[:i] {
			collections = append(collections, ledgersim.Collection{
				Name: member.Collection(a, b), Members: []string{a, b}, MemberOnlyRead: true, MemberOnlyWrite: true,
			})
		}
	}
	majority := ledgersim.OutOf(len(peers)/2+1, peers...)
	n.Deploy(seal.Outer, tally, majority, collections...)
	n.Deploy(row.SealOf("", false), seal.Chaincode{}, majority)
	for _, p := range peers {
		n.Deploy(row.SealOf(p, true), seal.Chaincode{}, ledgersim.OutOf(1, p))
	}
	return nil
}

// Found founds the ledger as its operator, whose peer begins.
func (l *Ledger) Found(operator string, req party.FoundRequest) error {
	text, err := json.Marshal(req)
	if err != nil {
		return err
	}
	if _, err := l.Call(operator, "consortium:Found", string(text)); err != nil {
		return err
	}
	return l.BeginPeer(operator)
}

// BeginPeer has a party say that it runs a peer.
func (l *Ledger) BeginPeer(who string) error {
	_, err := l.Call(who, "party:BeginPeer", "", "{}")
	return err
}

// Call calls a function as a party does at a peer's command line. An error is the
// chaincode's refusal, or says that the transaction isn't valid.
func (l *Ledger) Call(who, function string, args ...string) (*ledgersim.Tx, error) {
	return l.invoke(who, ledgersim.Args(append([]string{function}, args...)...)...)
}

// Run sends commands as the next batch of a party's lane. Each has its receipt or its
// refusal; an error is of the whole batch, which then took no effect.
func (l *Ledger) Run(who string, in uint8, commands ...command.Command) ([]command.Receipt, []error, error) {
	batch := command.Batch{Lane: in, Seq: l.Seq(who, in) + 1, Commands: commands}
	tx, err := l.invoke(who, []byte("batch:Run"), codec.Encode(batch))
	if err != nil {
		return nil, nil, err
	}
	l.Moved(who, in)
	var result command.Result
	if err := codec.Decode(tx.Response().GetPayload(), &result); err != nil {
		return nil, nil, err
	}
	receipts, refusals := batch.Receipts(who, result)
	return receipts, refusals, nil
}

// Do runs one command in a party's lane 1.
func (l *Ledger) Do(who string, req command.Request) (number.Command, error) {
	receipts, refusals, err := l.Run(who, 1, command.New("", req))
	if err != nil {
		return number.Command{}, err
	}
	return receipts[0].Number, refusals[0]
}

// invoke has a transaction endorsed by as many peers as it needs, and ordered.
func (l *Ledger) invoke(who string, args ...[]byte) (*ledgersim.Tx, error) {
	tx, err := l.InvokeProposal(l.Propose(l.Identity(who, "client"), seal.Outer, args...), l.Endorsers(who)...)
	if err != nil {
		return nil, coded(err)
	}
	if !tx.Valid() {
		return tx, fmt.Errorf("the transaction is %s: %s", tx.Code, tx.Reason)
	}
	return tx, nil
}

// coded is a peer's answer as the refusal that its chaincode made.
func coded(err error) error {
	var answer *ledgersim.Refusal
	if errors.As(err, &answer) {
		if refusal, ok := fault.Parse(answer.Message); ok {
			return refusal
		}
	}
	return err
}

// Endorsers are as many peers as a batch of a party's needs, its own first if it has one.
func (l *Ledger) Endorsers(who string) []string {
	list := l.Peers()
	if i := slices.Index(list, who); i > 0 {
		list = slices.Insert(slices.Delete(list, i, i+1), 0, who)
	}
	return list[:len(list)/2+1]
}

// Seq is the sequence of the last batch of a party's lane that its client sent.
func (l *Ledger) Seq(who string, in uint8) uint64 { return l.heads[lane{who, in}] }

// Moved notes that the next batch of a party's lane was sent, by others than Run.
func (l *Ledger) Moved(who string, in uint8) { l.heads[lane{who, in}]++ }

// Ask asks a question of the first peer, and decodes the answer.
func (l *Ledger) Ask(who, question string, to any, args ...any) error {
	list := []string{"query:" + question}
	for _, a := range args {
		text, ok := a.(string)
		if !ok {
			data, err := json.Marshal(a)
			if err != nil {
				return err
			}
			text = string(data)
		}
		list = append(list, text)
	}
	answer, err := l.Evaluate(l.Identity(who, "client"), l.Peers()[0], seal.Outer, ledgersim.Args(list...)...)
	if err != nil {
		return coded(err)
	}
	return json.Unmarshal(answer, to)
}
