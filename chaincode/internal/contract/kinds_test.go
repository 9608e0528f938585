package contract

import (
	"reflect"
	"strings"
	"testing"

	"tallystick/chaincode/command"
)

// contracts are those with walk-ins, by the name before the colon.
var contracts = map[string]any{
	"party": &Party{}, "cycle": &Cycle{}, "points": &Points{}, "member": &Member{}, "offer": &Offer{}, "benefit": &Benefit{}, "campaign": &Campaign{}, "quota": &Quota{}, "goods": &Goods{}, "storefront": &Storefront{}, "order": &Order{},
	"statement": &Statement{}, "model": &Model{}, "payment": &Payment{},
	"dispute": &Dispute{},
}

// Every kind of command has a verb of its request's type, and a walk-in of its
// name that takes a request id and that type; every verb and walk-in has a kind.
func TestEveryKindHasAVerbAndAWalkIn(t *testing.T) {
	seen, walkIns := map[reflect.Type]bool{}, 0
	command.Kinds(func(kind command.Kind, name string) {
		req, err := command.Parse(name, []byte("{}"))
		if req == nil {
			t.Fatalf("%s: %v", name, err)
		}
		of := reflect.TypeOf(req)
		seen[of] = true
		if verbs[of].do == nil {
			t.Errorf("%s: no verb for a %s", name, of)
		}
		if command.KindOf(req) != kind {
			t.Errorf("%s: a %s is a %s", name, of, command.KindOf(req))
		}
		contract, function, _ := strings.Cut(name, ":")
		method, there := reflect.TypeOf(contracts[contract]).MethodByName(function)
		want := []reflect.Type{reflect.TypeOf(contracts[contract]), reflect.TypeFor[*Context](), reflect.TypeFor[string](), of}
		if !there || method.Type.NumIn() != len(want) {
			t.Errorf("%s: no walk-in", name)
			return
		}
		for i, in := range want {
			if method.Type.In(i) != in {
				t.Errorf("%s: argument %d is a %s, not a %s", name, i, method.Type.In(i), in)
			}
		}
		walkIns++
	})
	if len(verbs) != len(seen) {
		t.Errorf("%d verbs for %d kinds", len(verbs), len(seen))
	}
	for name, c := range contracts {
		walkIns -= countWalkIns(reflect.TypeOf(c))
		if _, ok := c.(interface{ GetName() string }); !ok {
			t.Errorf("%s is no contract", name)
		}
	}
	if walkIns != 0 {
		t.Errorf("%d kinds more than walk-ins", walkIns)
	}
}

func countWalkIns(of reflect.Type) (n int) {
	for i := range of.NumMethod() {
		if in := of.Method(i).Type; in.NumIn() > 1 && in.In(1) == reflect.TypeFor[*Context]() {
			n++
		}
	}
	return n
}

// Every question that is named as read-only exists, and every question is named.
func TestEveryQuestionIsReadOnly(t *testing.T) {
	named := map[string]bool{}
	query := reflect.TypeFor[*Query]()
	for _, name := range (&Query{}).GetEvaluateTransactions() {
		if named[name] {
			t.Errorf("%s stands twice", name)
		}
		named[name] = true
		method, there := query.MethodByName(name)
		if !there || method.Type.NumIn() < 2 || method.Type.In(1) != reflect.TypeFor[*Context]() {
			t.Errorf("there is no question %s", name)
		}
	}
	if n := countWalkIns(query); n != len(named) {
		t.Errorf("%d questions, %d of them named", n, len(named))
	}
}
