package ledgersim

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"
	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/statebased"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// probeStep makes one stub call and words its answer.
func probeStep(stub shim.ChaincodeStubInterface, w []string) (string, error) {
	switch w[0] {
	case "put":
		return "", stub.PutState(word(w, 1), []byte(word(w, 2)))
	case "get":
		return show(stub.GetState(word(w, 1)))
	case "multi":
		values, err := stub.GetMultipleStates(w[1:]...)
		out := make([]string, len(values))
		for i, v := range values {
			out[i], _ = show(v, nil)
		}
		return strings.Join(out, " "), err
	case "del":
		return "", stub.DelState(word(w, 1))
	case "begin":
		stub.StartWriteBatch()
		return "", nil
	case "finish":
		return "", stub.FinishWriteBatch()
	case "event":
		return "", stub.SetEvent(word(w, 1), []byte(word(w, 2)))
	case "call":
		res := stub.InvokeChaincode(word(w, 1), Args(word(w, 2)), "")
		return strings.TrimSpace(fmt.Sprintf("%d %s%s", res.Status, res.Message, res.Payload)), nil
	case "policy":
		return "", setPolicy(stub, word(w, 1), w[2:])
	case "badpolicy":
		return "", stub.SetStateValidationParameter(word(w, 1), []byte("no policy"))
	case "policyof":
		return policyOfKey(stub, word(w, 1))
	case "range", "page", "partial", "cput", "history", "query":
		return probeQuery(stub, w)
	case "pput", "pget", "phash", "pdel", "prange":
		return probePrivate(stub, w)
	}
	return probeContext(stub, w)
}

func probeQuery(stub shim.ChaincodeStubInterface, w []string) (string, error) {
	switch w[0] {
	case "range":
		it, err := stub.GetStateByRange(word(w, 1), word(w, 2))
		return showRows(it, err, word(w, 3))
	case "page":
		size, _ := strconv.Atoi(word(w, 3))
		it, meta, err := stub.GetStateByRangeWithPagination(word(w, 1), word(w, 2), int32(size), word(w, 4))
		rows, err := showRows(it, err, "")
		return rows + "|" + meta.GetBookmark(), err
	case "partial":
		it, err := stub.GetStateByPartialCompositeKey(word(w, 1), w[2:])
		rows, err := showRows(it, err, "")
		return strings.ReplaceAll(rows, "\x00", "/"), err
	case "cput":
		key, err := stub.CreateCompositeKey(word(w, 2), w[3:])
		if err != nil {
			return "", err
		}
		return "", stub.PutState(key, []byte(word(w, 1)))
	case "history":
		_, err := stub.GetHistoryForKey(word(w, 1))
		return "", err
	}
	_, err := stub.GetQueryResult(word(w, 1))
	return "", err
}

func probePrivate(stub shim.ChaincodeStubInterface, w []string) (string, error) {
	switch w[0] {
	case "pput":
		return "", stub.PutPrivateData(word(w, 1), word(w, 2), []byte(word(w, 3)))
	case "pget":
		return show(stub.GetPrivateData(word(w, 1), word(w, 2)))
	case "phash":
		h, err := stub.GetPrivateDataHash(word(w, 1), word(w, 2))
		return fmt.Sprintf("%x", h), err
	case "pdel":
		return "", stub.DelPrivateData(word(w, 1), word(w, 2))
	}
	it, err := stub.GetPrivateDataByRange(word(w, 1), word(w, 2), word(w, 3))
	return showRows(it, err, "")
}

func probeContext(stub shim.ChaincodeStubInterface, w []string) (string, error) {
	switch w[0] {
	case "outer":
		return outermost(stub)
	case "args":
		return strconv.Itoa(len(stub.GetArgs())) + " " + stub.GetStringArgs()[0], nil
	case "txid":
		return stub.GetTxID(), nil
	case "who":
		return cid.GetMSPID(stub)
	case "transient":
		data, err := stub.GetTransient()
		return string(data[word(w, 1)]), err
	}
	return "", fmt.Errorf("probe knows no step %q", w[0])
}

// show writes an absent value as a dash.
func show(value []byte, err error) (string, error) {
	if value == nil && err == nil {
		return "-", nil
	}
	return string(value), err
}

func showRows(it shim.StateQueryIteratorInterface, err error, most string) (string, error) {
	if err != nil {
		return "", err
	}
	defer it.Close()
	limit, limited := strconv.Atoi(most)
	var rows []string
	for it.HasNext() && (limited != nil || len(rows) < limit) {
		kv, err := it.Next()
		if err != nil {
			return "", err
		}
		rows = append(rows, kv.Key+"="+string(kv.Value))
	}
	return "[" + strings.Join(rows, " ") + "]", nil
}

func setPolicy(stub shim.ChaincodeStubInterface, key string, mspIDs []string) error {
	if len(mspIDs) == 0 {
		return stub.SetStateValidationParameter(key, nil)
	}
	ep, err := statebased.NewStateEP(nil)
	if err != nil {
		return err
	}
	if err := ep.AddOrgs(statebased.RoleTypePeer, mspIDs...); err != nil {
		return err
	}
	policy, err := ep.Policy()
	if err != nil {
		return err
	}
	return stub.SetStateValidationParameter(key, policy)
}

func policyOfKey(stub shim.ChaincodeStubInterface, key string) (string, error) {
	b, err := stub.GetStateValidationParameter(key)
	if err != nil || len(b) == 0 {
		return "-", err
	}
	p, err := ParsePolicy(b)
	return p.String(), err
}

// outermost is the chaincode that the client called.
func outermost(stub shim.ChaincodeStubInterface) (string, error) {
	signed, err := stub.GetSignedProposal()
	if err != nil {
		return "", err
	}
	proposal, header, channel, ext := &peer.Proposal{}, &common.Header{}, &common.ChannelHeader{},
		&peer.ChaincodeHeaderExtension{}
	if err := proto.Unmarshal(signed.ProposalBytes, proposal); err != nil {
		return "", err
	}
	if err := proto.Unmarshal(proposal.Header, header); err != nil {
		return "", err
	}
	if err := proto.Unmarshal(header.ChannelHeader, channel); err != nil {
		return "", err
	}
	err = proto.Unmarshal(channel.Extension, ext)
	return ext.GetChaincodeId().GetName(), err
}
