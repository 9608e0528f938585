package contract

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/singles"
)

// Every kind has a single command, because all are written from the table of kinds; every contract has a title.
func TestSingleCommandsAreThoseOfTheKinds(t *testing.T) {
	want, err := singles.Source()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile("singles_gen.go"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("singles_gen.go is of other kinds (%v): go generate ./chaincode/internal/contract", err)
	}
	contracts := map[string]bool{"batch": true, "consortium": true, "query": true}
	for _, c := range singleContracts(func(name string) contractapi.Contract {
		return contractapi.Contract{Name: name}
	}) {
		contracts[c.GetName()] = true
	}
	for name := range contracts {
		if titles[name] == "" {
			t.Errorf("contract %s has no title", name)
		}
	}
	if len(titles) != len(contracts) {
		t.Errorf("%d titles of %d contracts", len(titles), len(contracts))
	}
}

// Every question that is named as read-only exists, and every question is named.
func TestEveryQuestionIsReadOnly(t *testing.T) {
	named := map[string]bool{}
	query := reflect.TypeFor[*Query]()
	for _, name := range slices.Concat(allQueries...) {
		if named[name] {
			t.Errorf("%s stands twice", name)
		}
		named[name] = true
		method, there := query.MethodByName(name)
		if !there || method.Type.NumIn() < 2 || method.Type.In(1) != reflect.TypeFor[*Context]() {
			t.Errorf("there is no question %s", name)
		}
	}
	if n := countFunctions(query); n != len(named) {
		t.Errorf("%d questions, %d of them named", n, len(named))
	}
}

func countFunctions(of reflect.Type) (n int) {
	for i := range of.NumMethod() {
		if in := of.Method(i).Type; in.NumIn() > 1 && in.In(1) == reflect.TypeFor[*Context]() {
			n++
		}
	}
	return n
}

// Every kind has a contract function of its name.
func TestEveryKindIsDone(t *testing.T) {
	w := newWorld(t, 2)
	for k := range 256 {
		name := command.Kind(k).String()
		if strings.HasPrefix(name, "kind ") {
			continue
		}
		_, err := w.call("G", name)
		if err == nil || !strings.Contains(err.Error(), name+" takes 2 arguments") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
