// Package seal is the second chaincode: the heads of all lanes, and nothing else.
//
// A lane's head carries its sequence and the hash chain of its batches. The
// heads of a party that runs a peer live in a namespace of that party, whose
// endorsement policy is that party's peer: nobody else, and no majority, can
// move them or make new ones. "Issuer and one other" follows from two policies
// together: the head needs the issuer's peer, the batch's own rows need two
// parties. Parties without a peer share the namespace tallyseal. One program
// serves all of these namespaces; see 0001-a-namespace-for-each-partys-heads.md.
//
//	advance(lane, seq, digest, base)   moves the caller's lane on, as part of a batch of tally
//	head(party, lane)                  answers one head; for everyone
//	highest(party)                     answers the highest sequence of all its lanes; for everyone
//
// advance answers only when tally calls it in a transaction that was proposed
// to tally: called directly, or by any other chaincode, it refuses. What it
// writes stands or falls with that transaction.
package seal

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

// Outer is the chaincode that may call this one.
const Outer = "tally"

// Functions of the chaincode.
const (
	Advance = "advance"
	Head    = "head"
	Highest = "highest"
)

// Chaincode is tallyseal.
type Chaincode struct{}

// Init does nothing: there is nothing to set up.
func (Chaincode) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

// Invoke calls the function that the first argument names.
func (Chaincode) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	args := stub.GetArgs()
	if len(args) == 0 || len(args) > 5 || longest(args) > maxArgument {
		return refuse(fault.New(fault.BadRequest, "want a function and its arguments"))
	}
	function, args := string(args[0]), args[1:]
	if function != Head && function != Highest {
		if err := requireOuter(stub); err != nil {
			return refuse(err)
		}
	}
	var answer []byte
	var err error
	switch {
	case function == Advance && len(args) == 4:
		answer, err = advance(stub, args)
	case function == Head && len(args) == 2:
		answer, err = head(stub, args)
	case function == Highest && len(args) == 1:
		answer, err = highest(stub, string(args[0]))
	default:
		err = fault.New(fault.BadRequest, "want advance(lane, seq, digest, base), head(party, lane) or highest(party)")
	}
	if err != nil {
		return refuse(err)
	}
	return shim.Success(answer)
}

// maxArgument bounds each argument, in bytes: a party's id is the longest.
const maxArgument = 64

func longest(args [][]byte) (n int) {
	for _, a := range args {
		n = max(n, len(a))
	}
	return n
}

func refuse(err error) *peer.Response {
	return shim.Error(err.Error())
}

// requireOuter refuses with FORBIDDEN unless the client's signed proposal names
// tally. Fabric's endorser runs the chaincode that this very header names.
func requireOuter(stub shim.ChaincodeStubInterface) error {
	outer, err := proposedTo(stub)
	if err != nil {
		return err
	}
	if outer != Outer {
		return fault.New(fault.Forbidden, "only %s moves lane heads", Outer)
	}
	return nil
}

func proposedTo(stub shim.ChaincodeStubInterface) (string, error) {
	signed, err := stub.GetSignedProposal()
	if err != nil {
		return "", fmt.Errorf("seal: the signed proposal: %w", err)
	}
	var (
		proposal  peer.Proposal
		header    common.Header
		channel   common.ChannelHeader
		extension peer.ChaincodeHeaderExtension
	)
	for _, step := range []struct {
		data func() []byte
		into proto.Message
	}{
		{signed.GetProposalBytes, &proposal}, {proposal.GetHeader, &header},
		{header.GetChannelHeader, &channel}, {channel.GetExtension, &extension},
	} {
		if err := proto.Unmarshal(step.data(), step.into); err != nil {
			return "", fmt.Errorf("seal: the signed proposal: %w", err)
		}
	}
	return extension.GetChaincodeId().GetName(), nil
}

// advance moves the head of one of the caller's lanes from seq−1 to seq and
// answers the sequence. In lane 0, for single commands, seq may be empty: the next one.
// A lane that was never used here is at base, which its party's lanes had come to
// in another namespace: so no number is given out twice. Refused: BAD_REQUEST, LANE_MOVED.
func advance(stub shim.ChaincodeStubInterface, args [][]byte) ([]byte, error) {
	caller, err := cid.GetMSPID(stub)
	if err != nil {
		return nil, fmt.Errorf("seal: the caller: %w", err)
	}
	lane, err := parseLane(args[0])
	if err != nil {
		return nil, err
	}
	key, before, err := read(stub, caller, lane)
	if err != nil {
		return nil, err
	}
	base, err := strconv.ParseUint(string(args[3]), 10, 64)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "base: want a sequence")
	}
	if len(args[2]) != sha256.Size {
		return nil, fault.New(fault.BadRequest, "want a digest of 32 bytes")
	}
	next := before.Next(base, [sha256.Size]byte(args[2]))
	if asked := string(args[1]); asked != "" && asked != strconv.FormatUint(next.Seq, 10) ||
		asked == "" && lane != number.Single {
		return nil, fault.New(fault.LaneMoved, "lane %s.%d is at %d, the batch is %.20s",
			caller, lane, next.Seq-1, asked)
	}
	if next.Seq > number.MaxSeq {
		return nil, fault.New(fault.BadRequest, "want a lane with room")
	}
	if err := stub.PutState(key, row.Encode(next)); err != nil {
		return nil, fmt.Errorf("seal: writing: %w", err)
	}
	return strconv.AppendUint(nil, next.Seq, 10), nil
}

func head(stub shim.ChaincodeStubInterface, args [][]byte) ([]byte, error) {
	lane, err := parseLane(args[1])
	if err != nil {
		return nil, err
	}
	if err := name.CheckID("party", string(args[0])); err != nil {
		return nil, err
	}
	_, found, err := read(stub, string(args[0]), lane)
	if err != nil {
		return nil, err
	}
	return json.Marshal(found)
}

// highest answers the highest sequence of a party's lanes.
func highest(stub shim.ChaincodeStubInterface, party string) ([]byte, error) {
	if err := name.CheckID("party", party); err != nil {
		return nil, err
	}
	top := uint64(0)
	for lane := range uint8(number.Lanes) {
		_, found, err := read(stub, party, lane)
		if err != nil {
			return nil, err
		}
		top = max(top, found.Seq)
	}
	return strconv.AppendUint(nil, top, 10), nil
}

func read(stub shim.ChaincodeStubInterface, party string, lane uint8) (string, row.Head, error) {
	key := string(row.LaneHead(party, lane))
	raw, err := stub.GetState(key)
	if err != nil {
		return "", row.Head{}, fmt.Errorf("seal: reading: %w", err)
	}
	if raw == nil {
		return key, row.Head{Chain: make([]byte, sha256.Size)}, nil
	}
	found, err := row.Decode[row.Head](raw)
	return key, found, err
}

func parseLane(text []byte) (uint8, error) {
	lane, err := strconv.ParseUint(string(text), 10, 8)
	if err != nil || lane >= number.Lanes {
		return 0, fault.New(fault.BadRequest, "lane: want 0 to %d", number.Lanes-1)
	}
	return uint8(lane), nil
}
