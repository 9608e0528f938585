package contract

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
)

// signatures lists the arguments of every function of every contract.
func signatures(t *testing.T) map[string][]reflect.Type {
	all := map[string]any{"batch": &Batch{}, "consortium": &Consortium{}, "query": &Query{}}
	for _, c := range singleContracts(func(name string) contractapi.Contract {
		return contractapi.Contract{Name: name}
	}) {
		all[c.GetName()] = c
	}
	list := map[string][]reflect.Type{}
	for name, c := range all {
		of := reflect.TypeOf(c)
		for i := range of.NumMethod() {
			m := of.Method(i)
			if m.Type.NumIn() < 2 || m.Type.In(1) != reflect.TypeFor[*Context]() {
				continue
			}
			var in []reflect.Type
			for j := 2; j < m.Type.NumIn(); j++ {
				in = append(in, m.Type.In(j))
			}
			list[name+":"+m.Name] = in
		}
	}
	if len(list) < 150 {
		t.Fatalf("only %d functions", len(list))
	}
	return list
}

// hostile are arguments that a reader without bounds dies of, hangs on or drowns in.
var hostile = map[string]string{
	"two million brackets":  strings.Repeat("[", 2_000_000),
	"objects in objects":    strings.Repeat(`{"a":`, 50_000),
	"brackets in brackets":  strings.Repeat("[", 50) + strings.Repeat("]", 50),
	"a huge string":         `"` + strings.Repeat("x", 100_000) + `"`,
	"a huge number":         strings.Repeat("9", 50_000),
	"a huge exponent":       "1e999999999",
	"a tiny exponent":       "1e-999999999",
	"deep CBOR":             strings.Repeat("\x81", 50_000),
	"CBOR of 2⁴⁰ elements":  "\x9b\x00\x00\x01\x00\x00\x00\x00\x00",
	"CBOR of 2⁴⁰ bytes":     "\x5b\x00\x00\x01\x00\x00\x00\x00\x00",
	"CBOR without an end":   strings.Repeat("\x9f", 1000),
	"nothing":               "",
	"a null in every field": `{"a":null}`,
	"zero bytes":            strings.Repeat("\x00", 1000),
}

// Whoever may ask anything at all, such as an auditor who may only read, may put
// this to every function: each refuses it, and the endorser lives.
func TestEveryFunctionRefusesHostileArguments(t *testing.T) {
	w := founded(t, 7)
	for function, in := range signatures(t) {
		for what, text := range hostile {
			for at, of := range in {
				args := slices.Repeat([]string{"a"}, len(in))
				args[at] = text
				_, err := w.net.Evaluate(w.client("A"), "G", seal.Outer,
					ledgersim.Args(append([]string{function}, args...)...)...)
				refusal, ok := fault.Parse(messageOf(err))
				if of.Kind() != reflect.String && (!ok || refusal.Code != fault.BadRequest) {
					t.Errorf("%s, argument %d, %s: %.200v", function, at, what, err)
				}
				if err != nil && (!ok || refusal.Code == fault.Internal || len(err.Error()) > 600) {
					t.Errorf("%s, argument %d, %s: %.600v", function, at, what, err)
				}
			}
		}
	}
}

func messageOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestADoorBoundsWhatACallBrings(t *testing.T) {
	w := founded(t, 8)
	large := strings.Repeat("x", maxInput)
	for name, c := range map[string]struct {
		args      []string
		transient map[string][]byte
	}{
		"a long name":         {args: []string{strings.Repeat("f", maxFunction+1)}},
		"no name":             {args: []string{""}},
		"no arguments at all": {},
		"many arguments":      {args: slices.Repeat([]string{"query:Date"}, maxArguments+2)},
		"large arguments":     {args: []string{"query:Date", large}},
		"large together":      {args: []string{"points:Issue", large[:maxInput/2], large[:maxInput/2]}},
		"large secrets":       {args: []string{"query:Date"}, transient: map[string][]byte{"k": []byte(large)}},
		"large keys":          {args: []string{"query:Date"}, transient: map[string][]byte{large: nil}},
		"many secrets":        {args: []string{"query:Date"}, transient: manySecrets(maxSecrets + 1)},
	} {
		p := w.net.Propose(w.client("A"), seal.Outer, ledgersim.Args(c.args...)...)
		p.Transient = c.transient
		_, err := w.net.EndorseAt(p, "G")
		if refusal, ok := fault.Parse(messageOf(err)); !ok || refusal.Code != fault.BadRequest {
			t.Errorf("%s: %.200v", name, err)
		}
	}
	for name, args := range map[string][]string{
		"a large head": {seal.Head, large, "1"}, "many": slices.Repeat([]string{seal.Head}, 9), "none": nil,
	} {
		_, err := w.net.Evaluate(w.client("A"), "G", sealG, ledgersim.Args(args...)...)
		if refusal, ok := fault.Parse(messageOf(err)); !ok || refusal.Code != fault.BadRequest {
			t.Errorf("seal, %s: %.200v", name, err)
		}
	}
}

func manySecrets(n int) map[string][]byte {
	list := map[string][]byte{}
	for i := range n {
		list[strings.Repeat("k", i+1)] = nil
	}
	return list
}

// A broken invariant fails one call; whoever found a way to it can't stop an endorser.
func TestAPanicFailsOneCallOnly(t *testing.T) {
	var nobody *world
	answer := surviving(func() *peer.Response {
		nobody.heads["G"]++
		return nil
	})
	refusal, ok := fault.Parse(answer.GetMessage())
	if answer.GetStatus() != shim.ERROR || !ok || refusal.Code != fault.Internal ||
		strings.Contains(refusal.Text, "nil pointer") {
		t.Errorf("%v", answer)
	}
}
