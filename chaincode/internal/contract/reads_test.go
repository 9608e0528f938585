package contract

import (
	"fmt"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// keyCount counts the keys that are asked of an empty ledger.
type keyCount struct {
	ledger.Stub
	keys *int
}

func (s keyCount) GetState(string) ([]byte, error) { *s.keys++; return nil, nil }
func (s keyCount) GetMultipleStates(keys ...string) ([][]byte, error) {
	*s.keys += len(keys)
	return make([][]byte, len(keys)), nil
}

// A quote whose prices ask for the labels of thousands of parties is refused before it reads them.
func TestAQuoteReadsNoMoreThanItMay(t *testing.T) {
	for of, code := range map[int]fault.Code{8: "", audience.MaxLabels: fault.Limit} {
		n := 0
		tx := ledger.New(keyCount{keys: &n})
		ledger.Put(tx, row.Member("li"), member.Member{ID: "li", Home: "M", State: member.Active})
		ledger.Put(tx, row.Storefront("M"), goods.Storefront{Seller: "M", Open: true})
		ledger.Put(tx, row.Supplier("S"), goods.Supplier{ID: "S", Party: "M", State: goods.Approved, Fee: amount.Rate{Den: 1}})
		ledger.Put(tx, row.Party("M"), party.Party{ID: "M"})
		var lines []goods.Wanted
		for i := range goods.MaxLines {
			sku := fmt.Sprint("g", i)
			lines = append(lines, want("S", sku, 1))
			ledger.Put(tx, row.Good("S", sku), goods.Good{Supplier: "S", SKU: sku, Open: true})
			p := goods.Price{Fen: 1}
			for k := range of {
				p.Audience.Not = append(p.Audience.Not, fmt.Sprintf("b%d-%d:x", i, k))
			}
			ledger.Put(tx, row.Listing("M", "S", sku), goods.Listing{Seller: "M", Supplier: "S", SKU: sku, Scene: "x", Prices: []goods.Price{p}, Open: true})
		}
		c := &call{run: &run{ctx: &Context{}, tx: tx, caller: party.Party{ID: "M"}, lane: 1, seq: 1}, at: points.At{Caller: "M", Date: day(firstDay)}}
		if _, err := c.quote("M", "li", "", lines); fault.CodeOf(err) != code || n > maxAsked {
			t.Errorf("%d labels a line: %v, %d keys read", of, err, n)
		}
	}
}

// What one command, and all of a batch, may read is bounded: over it commands are refused, and the
// others stand.
func TestReadsAreBounded(t *testing.T) {
	n := 0
	tx := ledger.New(keyCount{keys: &n})
	read := func(more int) (err error) {
		for range more {
			if _, _, err = ledger.Find(tx, row.Lot(number.Command{Party: "D", Lane: 1, Seq: uint64(n + 1)}.Row(0))); err != nil {
				return err
			}
		}
		return nil
	}
	tx.AllowReads(maxReads)
	if err := read(maxReads); err != nil {
		t.Fatal(err)
	}
	if err := read(1); fault.CodeOf(err) != fault.Limit {
		t.Errorf("one more: %v", err)
	}
	for range ledger.MaxReads/maxReads - 1 {
		tx.AllowReads(maxReads)
		if err := read(maxReads); err != nil {
			t.Fatal(err)
		}
	}
	tx.AllowReads(maxReads)
	if err := read(1); fault.CodeOf(err) != fault.Limit || n != ledger.MaxReads {
		t.Errorf("one more of the batch: %v, %d read", err, n)
	}
	if readsOf(command.Hold) != maxReads || readsOf(command.Compute) <= maxReads {
		t.Error("what closes a cycle reads all lanes")
	}
}
