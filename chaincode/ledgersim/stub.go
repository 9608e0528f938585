package ledgersim

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// stub is what a chaincode sees of a simulation: the shim's side of v2.3.0
// (shim/stub.go, shim/handler.go) and the peer's (core/chaincode/handler.go).
type stub struct {
	sim   *simulation
	def   *definition
	args  [][]byte
	event *peer.ChaincodeEvent
	batch *writeBatch
}

var _ shim.ChaincodeStubInterface = (*stub)(nil)

// failed words an error of the peer's as the shim passes it on.
func (s *stub) failed(message peer.ChaincodeMessage_Type, err error) error {
	return fmt.Errorf("%s failed: transaction ID: %s: %w", message, s.GetTxID(), err)
}

// wire panics on a string that can't be marshalled, as the shim does: in a real
// chaincode server such a key ends the process.
func wire(strings ...string) {
	for _, s := range strings {
		if !utf8.ValidString(s) {
			panic(fmt.Sprintf("failed to marshal message: string field contains invalid UTF-8: %q", s))
		}
	}
}

func (s *stub) GetState(key string) ([]byte, error) {
	wire(key)
	if e := s.sim.read(s.def.name, key); e != nil {
		return bytes.Clone(e.value), nil
	}
	return nil, nil
}

// GetMultipleStates takes any number of keys: the shim asks for 1,000 at a time.
func (s *stub) GetMultipleStates(keys ...string) ([][]byte, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	wire(keys...)
	values := make([][]byte, len(keys))
	for i, key := range keys {
		if e := s.sim.read(s.def.name, key); e != nil {
			values[i] = bytes.Clone(e.value)
		}
	}
	return values, nil
}

func (s *stub) PutState(key string, value []byte) error {
	return s.put("", key, value)
}

func (s *stub) put(collection, key string, value []byte) error {
	if key == "" {
		return errors.New("key must not be an empty string")
	}
	return s.change(record{collection: collection, key: key, value: value, kind: putValue})
}

// DelState, unlike PutState, accepts the empty key: neither shim nor LevelDB refuses.
func (s *stub) DelState(key string) error {
	return s.change(record{key: key, kind: delValue})
}

func (s *stub) SetStateValidationParameter(key string, policy []byte) error {
	return s.change(record{key: key, value: policy, kind: putPolicy})
}

func (s *stub) GetStateValidationParameter(key string) ([]byte, error) {
	wire(key)
	if e := s.sim.read(s.def.name, key); e != nil {
		return bytes.Clone(e.policy), nil
	}
	return nil, nil
}

// InvokeChaincode runs another chaincode in this transaction. Errors of the
// peer's come back in the payload with status 500, the callee's own refusal as it
// made it; what the callee wrote stays in the transaction either way.
func (s *stub) InvokeChaincode(name string, args [][]byte, channel string) *peer.Response {
	wire(name, channel)
	if channel != "" && channel != s.GetChannelID() {
		//lint:ignore ST1005 Fabric's words
		err := fmt.Errorf(
			"Failed deserializing proposal creator during channelless check policy with policy: channel %s is not modelled",
			channel)
		return &peer.Response{
			Status: shim.ERROR, Payload: []byte(s.failed(peer.ChaincodeMessage_INVOKE_CHAINCODE, err).Error()),
		}
	}
	out, err := s.sim.invoke(name, args)
	if err != nil {
		err = fmt.Errorf("execute failed: %w", err)
		return &peer.Response{
			Status: shim.ERROR, Payload: []byte(s.failed(peer.ChaincodeMessage_INVOKE_CHAINCODE, err).Error()),
		}
	}
	return out.response // the callee's event is lost
}

// SetEvent keeps the last event; only the outermost chaincode's is used.
func (s *stub) SetEvent(name string, payload []byte) error {
	if name == "" {
		return errors.New("event name can not be empty string")
	}
	s.event = &peer.ChaincodeEvent{EventName: name, Payload: payload}
	return nil
}

func (s *stub) GetArgs() [][]byte { return s.args }

func (s *stub) GetStringArgs() []string {
	out := make([]string, 0, len(s.args))
	for _, a := range s.args {
		out = append(out, string(a))
	}
	return out
}

func (s *stub) GetFunctionAndParameters() (string, []string) {
	if len(s.args) == 0 {
		return "", []string{}
	}
	all := s.GetStringArgs()
	return all[0], all[1:]
}

func (s *stub) GetArgsSlice() ([]byte, error) { return bytes.Join(s.args, nil), nil }

func (s *stub) GetTxID() string { return s.sim.proposal.txID }

func (s *stub) GetChannelID() string { return s.sim.proposal.channel }

func (s *stub) GetCreator() ([]byte, error) {
	return bytes.Clone(s.sim.proposal.Creator.serialized), nil
}

func (s *stub) GetTransient() (map[string][]byte, error) { return s.sim.proposal.transient(), nil }

func (s *stub) GetBinding() ([]byte, error) {
	return bytes.Clone(s.sim.proposal.parts().binding), nil
}

func (s *stub) GetDecorations() map[string][]byte { return nil }

// GetSignedProposal gives the client's proposal, in a nested call as well.
func (s *stub) GetSignedProposal() (*peer.SignedProposal, error) {
	return proto.CloneOf(s.sim.proposal.parts().proposal), nil
}

func (s *stub) GetTxTimestamp() (*timestamppb.Timestamp, error) {
	return timestamppb.New(s.sim.proposal.Timestamp), nil
}
