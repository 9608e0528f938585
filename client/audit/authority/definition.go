package authority

import (
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer/lifecycle"
	"google.golang.org/protobuf/proto"
)

// lifecycleName is the namespace of chaincode definitions.
const lifecycleName = "_lifecycle"

// definition is what the channel agreed on for a chaincode.
type definition struct {
	sequence    int64
	version     string
	plugin      string // that validates
	policy      []byte // peer.ApplicationPolicy
	collections *peer.CollectionConfigPackage
}

// definition reads a chaincode's definition from the namespace's state, nil if there is none
// (core/chaincode/lifecycle/serializer.go: a field that isn't there is empty).
func (c *Channel) definition(name string) (*definition, error) {
	if d, found := c.definitions[name]; found {
		return d, nil
	}
	raw, found := c.lifecycle["namespaces/metadata/"+name]
	if !found {
		return nil, nil //nolint:nilnil // none is an answer
	}
	var kind lifecycle.StateMetadata
	if err := proto.Unmarshal(raw, &kind); err != nil {
		return nil, err
	}
	if kind.GetDatatype() != "ChaincodeDefinition" {
		return nil, fmt.Errorf("a %s, no chaincode's", kind.GetDatatype())
	}
	var (
		endorsement lifecycle.ChaincodeEndorsementInfo
		validation  lifecycle.ChaincodeValidationInfo
		sequence    lifecycle.StateData
	)
	d := &definition{collections: &peer.CollectionConfigPackage{}}
	for field, into := range map[string]proto.Message{
		"EndorsementInfo": &endorsement, "ValidationInfo": &validation, "Collections": d.collections,
	} {
		if err := c.field(name, field, into); err != nil {
			return nil, err
		}
	}
	if err := proto.Unmarshal(c.lifecycle[fieldKey(name, "Sequence")], &sequence); err != nil {
		return nil, err
	}
	switch sequence.GetType().(type) {
	case nil, *lifecycle.StateData_Int64:
	default:
		return nil, fmt.Errorf("its sequence is a %T", sequence.GetType())
	}
	d.sequence, d.version = sequence.GetInt64(), endorsement.GetVersion()
	d.plugin, d.policy = validation.GetValidationPlugin(), validation.GetValidationParameter()
	c.definitions[name] = d
	return d, nil
}

func (c *Channel) field(name, field string, into proto.Message) error {
	var data lifecycle.StateData
	if err := proto.Unmarshal(c.lifecycle[fieldKey(name, field)], &data); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	switch data.GetType().(type) {
	case nil, *lifecycle.StateData_Bytes:
	default:
		return fmt.Errorf("%s is a %T", field, data.GetType())
	}
	if err := proto.Unmarshal(data.GetBytes(), into); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return nil
}

func fieldKey(name, field string) string { return "namespaces/fields/" + name + "/" + field }

// Definition answers the sequence and version of a chaincode's definition, and whether it is defined.
func (c *Channel) Definition(chaincode string) (sequence int64, version string, found bool) {
	d, err := c.definition(chaincode)
	if err != nil || d == nil {
		return 0, "", false
	}
	return d.sequence, d.version, true
}
