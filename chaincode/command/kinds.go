package command

import (
	"fmt"
	"reflect"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
)

// Kind says which verb a command is. Kinds are part of the protocol: numbers
// are never reused. Each subject has a file with its own.
type Kind uint8

// Request is the body of a command: well-formed or not, whoever sends it.
type Request interface {
	Check() error
}

// spec ties a kind to its contract function and to the type of its request.
type spec struct {
	kind    Kind
	name    string
	request reflect.Type
	cbor    func([]byte) (Request, error)
	json    func([]byte) (Request, error)
}

// specs is the protocol's table: all kinds, by subject.
var specs = slices.Concat(partySpecs, pointsSpecs, memberSpecs, benefitSpecs, campaignSpecs, quotaSpecs, goodsSpecs,
	orderSpecs, settlementSpecs)

func specOf[R Request](kind Kind, name string) spec {
	return spec{kind, name, reflect.TypeFor[R](), decoder[R](codec.Decode), decoder[R](codec.DecodeJSON)}
}

func decoder[R Request](decode func([]byte, any) error) func([]byte) (Request, error) {
	return func(data []byte) (Request, error) {
		var req R
		err := decode(data, &req)
		return req, err
	}
}

// find returns the kind's row of specs, nil for an unknown kind.
func (k Kind) find() *spec {
	for i := range specs {
		if specs[i].kind == k {
			return &specs[i]
		}
	}
	return nil
}

// String is the name of the kind's contract function.
func (k Kind) String() string {
	if known := k.find(); known != nil {
		return known.name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// KindOf says which kind a request is. It panics for a type that is no request.
func KindOf(body Request) Kind {
	for i := range specs {
		if specs[i].request == reflect.TypeOf(body) {
			return specs[i].kind
		}
	}
	panic(fmt.Sprintf("command: %T is no request", body))
}

// KindNamed is the kind whose contract function has a name.
func KindNamed(name string) (Kind, bool) {
	for i := range specs {
		if specs[i].name == name {
			return specs[i].kind, true
		}
	}
	return 0, false
}

// Decode reads the command's request and checks that it is well-formed.
// BAD_REQUEST for an unknown kind or a malformed body, LIMIT for an amount
// above 2⁵³−1.
func (c Command) Decode() (Request, error) {
	known := c.Kind.find()
	if known == nil {
		return nil, fault.New(fault.BadRequest, "there is no command of kind %d", uint8(c.Kind))
	}
	req, err := known.cbor(c.Body)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "%s: not its CBOR", known.name)
	}
	return req, req.Check()
}

// Parse reads a request from the name of its contract function and its strict
// JSON. BAD_REQUEST for an unknown name or malformed JSON; whether the request
// is well-formed is for its Check.
func Parse(name string, data []byte) (Request, error) {
	for i := range specs {
		if specs[i].name == name {
			return specs[i].json(data)
		}
	}
	return nil, fault.New(fault.BadRequest, "there is no command %.40q", name)
}

// Kinds visits every kind with the name of its contract function, by subject.
func Kinds(visit func(kind Kind, name string)) {
	for _, s := range specs {
		visit(s.kind, s.name)
	}
}
