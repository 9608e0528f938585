package verb

import (
	"fmt"
	"reflect"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/run"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// fataler is a test or a property's draw.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

const firstDay = "2026-11-01"

func day(text string) date.Date {
	d, err := date.Parse(text)
	if err != nil {
		panic(err)
	}
	return d
}

// empty is a ledger on which nothing is. It counts the keys that it is asked for, if somebody wants to know.
type empty struct {
	ledger.Stub
	read *int
}

func (s empty) count(keys int) {
	if s.read != nil {
		*s.read += keys
	}
}

func (s empty) GetState(string) ([]byte, error) { s.count(1); return nil, nil }

func (s empty) GetMultipleStates(keys ...string) ([][]byte, error) {
	s.count(len(keys))
	return make([][]byte, len(keys)), nil
}

// callOf is a party's command at UTC second 1 of the first day, the first of a batch of lane 1.
func callOf(tx *ledger.Tx, by party.Party, seq uint64) *call {
	r := &run.Run{Tx: tx, Caller: by, Cycle: settlement.Open("c", day(firstDay)), Lane: 1, Seq: seq}
	at := number.At{Caller: by.ID, Number: number.Command{Party: by.ID, Lane: 1, Seq: seq}, Now: 1, Date: day(firstDay)}
	return &call{Call: &run.Call{Run: r, At: at}}
}

// Every kind of command has a verb of its request's type, and every verb a kind.
func TestEveryKindHasAVerb(t *testing.T) {
	seen := map[reflect.Type]bool{}
	command.Kinds(func(kind command.Kind, name string) {
		req, err := command.Parse(name, []byte("{}"))
		if req == nil {
			t.Fatalf("%s: %v", name, err)
		}
		of := reflect.TypeOf(req)
		seen[of] = true
		if verbs[of] == nil {
			t.Errorf("%s: no verb for a %s", name, of)
		}
		if command.KindOf(req) != kind {
			t.Errorf("%s: a %s is a %s", name, of, command.KindOf(req))
		}
	})
	if len(verbs) != len(seen) {
		t.Errorf("%d verbs for %d kinds", len(verbs), len(seen))
	}
}

// A quote whose prices ask for the labels of thousands of parties is refused before it reads them.
func TestAQuoteReadsNoMoreThanItMay(t *testing.T) {
	for of, code := range map[int]fault.Code{8: "", audience.MaxLabels: fault.Limit} {
		n := 0
		tx := ledger.New(empty{read: &n})
		ledger.Put(tx, row.Member("li"), member.Member{ID: "li", Home: "M", State: member.Active})
		ledger.Put(tx, row.Storefront("M"), goods.Storefront{Seller: "M", Open: true})
		ledger.Put(tx, row.Supplier("S"), goods.Supplier{ID: "S", Party: "M", State: goods.Approved,
			Fee: amount.Rate{Den: 1}})
		ledger.Put(tx, row.Party("M"), party.Party{ID: "M"})
		var lines []goods.Wanted
		for i := range goods.MaxLines {
			sku := fmt.Sprint("g", i)
			lines = append(lines, goods.Wanted{Supplier: "S", SKU: sku, Quantity: 1})
			ledger.Put(tx, row.Good("S", sku), goods.Good{Supplier: "S", SKU: sku, Open: true})
			p := goods.Price{Fen: 1}
			for k := range of {
				p.Audience.Not = append(p.Audience.Not, fmt.Sprintf("b%d-%d:x", i, k))
			}
			ledger.Put(tx, row.Listing("M", "S", sku), goods.Listing{Seller: "M", Supplier: "S", SKU: sku, Scene: "x",
				Prices: []goods.Price{p}, Open: true})
		}
		c := callOf(tx, party.Party{ID: "M"}, 1)
		if _, err := c.quote("M", "li", "", lines); fault.CodeOf(err) != code || n > maxAsked {
			t.Errorf("%d labels a line: %v, %d keys read", of, err, n)
		}
	}
}

// A recount reads all lanes of all parties; one that is refused reads next to nothing.
func TestARefusedRecountReadsLittle(t *testing.T) {
	n := 0
	tx := ledger.New(empty{read: &n})
	ledger.Put(tx, row.Programme("DP"), points.Programme{ID: "DP", Issuer: "D", Price: amount.Rate{Num: 1, Den: 1}})
	c := callOf(tx, party.Party{ID: "A", Roles: party.Auditor}, 1)
	for _, id := range []string{"DP", "XX"} {
		if err := c.relieve(points.RelieveRequest{Programme: id}); err == nil || n > 2 {
			t.Errorf("%v after %d reads", err, n)
		}
	}
}
