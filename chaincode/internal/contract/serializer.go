package contract

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/hyperledger/fabric-contract-api-go/v2/metadata"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
)

// serializer turns arguments into values and answers into bytes: a batch and
// its result are CBOR, strings are themselves, all else is strict JSON. The
// contract API's own serializer would echo malformed arguments in its errors
// and take unknown fields.
type serializer struct{}

var batchType = reflect.TypeFor[command.Batch]()

// FromString reads one argument. BAD_REQUEST if it isn't of its type. The contract
// API calls it on goroutines of its own, where nobody else could catch a panic.
func (serializer) FromString(text string, t reflect.Type, _ *metadata.ParameterMetadata,
	_ *metadata.ComponentMetadata) (_ reflect.Value, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = broken(cause)
		}
	}()
	to := reflect.New(t)
	switch {
	case t == batchType:
		return to.Elem(), codec.Decode([]byte(text), to.Interface())
	case t.Kind() == reflect.String:
		to.Elem().SetString(text)
		return to.Elem(), nil
	default:
		return to.Elem(), codec.DecodeJSON([]byte(text), to.Interface())
	}
}

// ToString writes the answer.
func (serializer) ToString(v reflect.Value, _ reflect.Type, _ *metadata.ReturnMetadata,
	_ *metadata.ComponentMetadata) (string, error) {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return "", nil // the function answers with its error
	}
	switch answer := v.Interface().(type) {
	case *command.Result:
		return string(codec.Encode(answer)), nil
	case string:
		return answer, nil
	default:
		data, err := json.Marshal(answer)
		if err != nil {
			return "", fmt.Errorf("contract: %w", err)
		}
		return string(data), nil
	}
}
