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

// spec is what is true of a kind: its contract function, who may send it, what people call what it did, the type of its
// request, and how much it reads and writes.
type spec struct {
	kind    Kind
	name    string
	may     may
	en, zh  string
	request reflect.Type
	cbor    func([]byte) (Request, error)
	json    func([]byte) (Request, error)
	reach   Reach
	alone   bool // it comes as a single command, never in a batch
}

// specs is the protocol's table: all kinds, by subject.
var specs = slices.Concat(partySpecs, pointsSpecs, memberSpecs, benefitSpecs, campaignSpecs, quotaSpecs, goodsSpecs,
	orderSpecs, settlementSpecs)

func specOf[R Request](kind Kind, name string, may may, en, zh string) spec {
	return spec{kind, name, may, en, zh, reflect.TypeFor[R](), decoder[R](codec.Decode), decoder[R](codec.DecodeJSON),
		Few, false}
}

// single says that a kind comes as a single command, never in a batch.
func (s spec) single() spec {
	s.alone = true
	return s
}

// Alone says whether a kind comes as a single command, never in a batch.
func (k Kind) Alone() bool {
	known := byKind[k]
	return known != nil && known.alone
}

// reaching says that a kind reads or writes more than others.
func (s spec) reaching(reach Reach) spec {
	s.reach = reach
	return s
}

func decoder[R Request](decode func([]byte, any) error) func([]byte) (Request, error) {
	return func(data []byte) (Request, error) {
		var req R
		err := decode(data, &req)
		return req, err
	}
}

// byKind has the rows of specs by their kinds, nil for those that there aren't.
var byKind = func() (list [256]*spec) {
	for i := range specs {
		list[specs[i].kind] = &specs[i]
	}
	return list
}()

func (k Kind) find() *spec { return byKind[k] }

// String is the name of the kind's contract function.
func (k Kind) String() string {
	if known := k.find(); known != nil {
		return known.name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Words are what people call what a command of the kind did, such as Points issued; its name for a kind that there
// isn't.
func (k Kind) Words() (en, zh string) {
	if known := k.find(); known != nil {
		return known.en, known.zh
	}
	return k.String(), k.String()
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
