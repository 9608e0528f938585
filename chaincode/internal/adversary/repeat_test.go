package adversary

import (
	"bytes"
	"encoding/json"
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
)

// A whole life is asked for again, command by command: in batches, from another lane, at a peer's command line. Each
// gets its first answer, nothing is done, and nobody has an id for another content.
func TestALifeAskedAgainChangesNothing(t *testing.T) {
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.named = true
	p.march()
	p.named = false
	state := p.net.State("G", seal.Outer)
	before := make(map[string][]byte, len(state))
	for key, value := range state {
		before[key] = value
	}
	for i, s := range p.sent {
		answer := p.again(i%2 == 0, s)
		if want := s.receipt; !answer.Again || answer.Number != want.Number {
			t.Errorf("%s %s: first %+v, then %+v", s.who, command.KindOf(s.req), want, answer)
		}
		other := p.sent[(i+1)%len(p.sent)]
		if command.New("", other.req).Hash() != command.New("", s.req).Hash() {
			if _, refusals := p.send(s.who, 7, command.New(s.name, other.req)); fault.CodeOf(
				refusals[0]) != fault.Conflict {
				t.Errorf("%s has %s for %s, too: %v", s.who, s.name, command.KindOf(other.req), refusals[0])
			}
		}
	}
	after := p.net.State("G", seal.Outer)
	if len(after) != len(before) {
		t.Errorf("%d rows became %d", len(before), len(after))
	}
	for key, value := range after {
		if !bytes.Equal(before[key], value) {
			t.Errorf("%s changed", key)
		}
	}
}

// again asks for a command once more, at one of the two doors.
func (p *parade) again(alone bool, s sent) (answer command.Receipt) {
	p.Helper()
	if !alone {
		receipts, refusals := p.send(s.who, 7, command.New(s.name, s.req))
		if refusals[0] != nil {
			p.Errorf("%s %s: %v", s.who, command.KindOf(s.req), refusals[0])
		}
		return receipts[0]
	}
	body, err := json.Marshal(s.req)
	if err != nil {
		p.Fatal(err)
	}
	tx, err := p.net.InvokeProposal(p.net.Propose(p.net.Identity(s.who, "client"), seal.Outer,
		ledgersim.Args(command.KindOf(s.req).String(), s.name, string(body))...), p.net.Endorsers(s.who)...)
	if err != nil {
		p.Errorf("%s %s: %v", s.who, command.KindOf(s.req), err)
		return answer
	}
	if err := json.Unmarshal(tx.Envelope.Response().GetPayload(), &answer); err != nil {
		p.Error(err)
	}
	return answer
}
