package gateway

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	pb "github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// miniSeal and miniTally are the protocol without its rules: heads, named
// requests, cursors; issuing writes lots, activating rewrites one. The real
// chaincode is not for client to import, and the write path needs no more.
type (
	miniSeal  struct{}
	miniTally struct{}
)

func (miniSeal) Init(shim.ChaincodeStubInterface) *pb.Response { return shim.Success(nil) }

func (miniSeal) Invoke(stub shim.ChaincodeStubInterface) *pb.Response {
	args := stub.GetStringArgs()
	party, asked := "", ""
	if args[0] == "head" {
		party = args[1]
		args = args[1:]
	} else {
		party, _ = cid.GetMSPID(stub)
		asked = args[2]
	}
	lane, _ := strconv.Atoi(args[1])
	key := string(row.LaneHead(party, uint8(lane)))
	head := row.Head{Chain: make([]byte, 32)}
	if raw, _ := stub.GetState(key); raw != nil {
		head, _ = row.Decode[row.Head](raw)
	}
	if len(args) == 2 {
		answer, _ := json.Marshal(head)
		return shim.Success(answer)
	}
	if asked != "" && asked != fmt.Sprint(head.Seq+1) {
		return refusal(fault.New(fault.LaneMoved, "lane %d is at %d, the batch is %s", lane, head.Seq, asked))
	}
	head.Seq++
	_ = stub.PutState(key, row.Encode(head))
	return shim.Success(fmt.Append(nil, head.Seq))
}

func (miniTally) Init(shim.ChaincodeStubInterface) *pb.Response { return shim.Success(nil) }

func (miniTally) Invoke(stub shim.ChaincodeStubInterface) *pb.Response {
	args := stub.GetArgs()
	switch function := string(args[0]); function {
	case "batch:Run":
		return runMini(stub, args[1])
	case "points:Issue":
		return walkMini(stub, string(args[1]), args[2])
	case "query:Request":
		raw, _ := stub.GetState(string(row.NamedRequest(string(args[1]), string(args[2]))))
		if raw == nil {
			return refusal(fault.New(fault.NotFound, "no such request"))
		}
		known, _ := row.Decode[row.Request](raw)
		answer, _ := json.Marshal(known)
		return shim.Success(answer)
	case "query:Party":
		return refusal(fault.New(fault.NotFound, "there are no parties"))
	case "query:Cursor":
		raw, _ := stub.GetState(string(row.Source(string(args[1]), string(args[2]))))
		cursor, _ := row.Decode[row.Cursor](raw)
		answer, _ := json.Marshal(cursor)
		return shim.Success(answer)
	}
	return refusal(fault.New(fault.BadRequest, "no such function"))
}

func refusal(err error) *pb.Response {
	return &pb.Response{Status: http.StatusInternalServerError, Message: err.Error()}
}

func runMini(stub shim.ChaincodeStubInterface, raw []byte) *pb.Response {
	var b command.Batch
	if err := codec.Decode(raw, &b); err != nil {
		return refusal(err)
	}
	if sealed := stub.InvokeChaincode("tallyseal", [][]byte{[]byte("advance"), fmt.Append(nil, b.Lane), fmt.Append(nil, b.Seq)}, ""); sealed.GetStatus() != 200 {
		return refusal(fmt.Errorf("%s", sealed.GetMessage()))
	}
	party, _ := cid.GetMSPID(stub)
	if s := b.Source; s != nil {
		key := string(row.Source(party, s.Name))
		before, _ := stub.GetState(key)
		if cursor, _ := row.Decode[row.Cursor](before); cursor.At != s.From {
			return refusal(fault.New(fault.SourceMoved, "source %s is at %d", s.Name, cursor.At))
		}
		_ = stub.PutState(key, row.Encode(row.Cursor{At: s.To}))
	}
	result, wide := command.Result{Cycle: "c", Date: 20000}, 0
	for i, c := range b.Commands {
		if err := linkedConflict(stub, party, b.Commands, i); err != nil {
			result.Outcomes = append(result.Outcomes, command.Outcome{Index: uint16(i), Code: fault.CodeOf(err), Text: "no"})
			continue
		}
		at := number.Command{Party: party, Lane: b.Lane, Seq: b.Seq, Index: uint16(i)}
		first, err := at, error(nil)
		if isWide(c) {
			if wide++; wide > widest {
				full := command.Full(widest, "wide rows")
				if b.Source != nil {
					return refusal(full)
				}
				result.Outcomes = append(result.Outcomes, command.Outcome{Index: uint16(i), Code: full.Code, Text: full.Text})
				continue
			}
		}
		if first, err = oneMini(stub, c, at); err != nil {
			result.Outcomes = append(result.Outcomes, command.Outcome{Index: uint16(i), Code: fault.CodeOf(err), Text: "no"})
		} else if first != at {
			result.Outcomes = append(result.Outcomes, command.Outcome{Index: uint16(i), First: first})
		}
	}
	return shim.Success(codec.Encode(result))
}

// linkedConflict refuses a command of a group in which a name is another command's:
// with CONFLICT that one, with LINKED the others.
func linkedConflict(stub shim.ChaincodeStubInterface, party string, commands []command.Command, at int) error {
	for _, group := range groupsOf(commands) {
		if at >= len(group) {
			at, commands = at-len(group), commands[len(group):]
			continue
		}
		var refused error
		for i, c := range group {
			if raw, _ := stub.GetState(string(row.NamedRequest(party, c.Name()))); c.Name() != "" && raw != nil {
				if first, _ := row.Decode[row.Request](raw); [32]byte(first.Hash) != c.Hash() {
					if i == at {
						return fault.New(fault.Conflict, "other content")
					}
					refused = fault.New(fault.Linked, "another of the group")
				}
			}
		}
		return refused
	}
	return nil
}

// widest is how many releases marked as wide fit into one transaction.
const widest = 3

func isWide(c command.Command) bool {
	req, err := c.Decode()
	r, ok := req.(points.ReleaseRequest)
	return err == nil && ok && strings.HasPrefix(r.Reason, "wide")
}

func walkMini(stub shim.ChaincodeStubInterface, request string, body []byte) *pb.Response {
	sealed := stub.InvokeChaincode("tallyseal", [][]byte{[]byte("advance"), []byte("0"), nil}, "")
	seq, _ := strconv.ParseUint(string(sealed.GetPayload()), 10, 64)
	party, _ := cid.GetMSPID(stub)
	var req points.IssueRequest
	if err := codec.DecodeJSON(body, &req); err != nil {
		return refusal(err)
	}
	if private, _ := stub.GetTransient(); private["note"] != nil {
		sum := sha256.Sum256(private["note"])
		_ = stub.PutState("note", sum[:])
	}
	at := number.Command{Party: party, Seq: seq}
	first, err := oneMini(stub, command.New(request, req), at)
	if err != nil {
		return refusal(err)
	}
	answer, _ := json.Marshal(command.Receipt{Number: first, Cycle: "c", Date: date.Date(20000), Again: first != at})
	return shim.Success(answer)
}

// oneMini does one command and answers which command took effect.
func oneMini(stub shim.ChaincodeStubInterface, c command.Command, at number.Command) (number.Command, error) {
	req, err := c.Decode()
	if err != nil {
		return at, err
	}
	if c.Request != "" {
		key, hash := string(row.NamedRequest(at.Party, c.Name())), c.Hash()
		if raw, _ := stub.GetState(key); raw != nil {
			first, _ := row.Decode[row.Request](raw)
			if [32]byte(first.Hash) != hash {
				return at, fault.New(fault.Conflict, "other content")
			}
			return first.Number, nil
		}
		defer func() {
			if err == nil {
				_ = stub.PutState(key, row.Encode(row.Request{Hash: hash[:], Number: at, Cycle: "c"}))
			}
		}()
	}
	switch r := req.(type) {
	case points.IssueRequest:
		if r.Programme == "refused" {
			err = fault.New(fault.NotFound, "no such programme")
			return at, err
		}
		for i, g := range r.Grants {
			_ = stub.PutState(string(row.Lot(at.Row(i))), row.Encode(points.Lot{Programme: r.Programme, Member: g.Member, Issued: g.Amount, Expires: g.Expires, State: points.Active}))
		}
	case points.ReleaseRequest: // reads and rewrites a row that the gateway can't see in it
		raw, _ := stub.GetState("shared")
		_ = stub.PutState("shared", append(raw[:len(raw):len(raw)], 1))
		_ = stub.PutState(string(row.Lot(at.Row(0))), row.Encode(points.Lot{Programme: "released", Member: r.Reason, Issued: 1, State: points.Active}))
	}
	return at, err
}
