package run

import (
	"strconv"
	"strings"
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
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

// What one command, and all of a batch, may read is bounded: over it commands are refused, and the
// others stand.
func TestReadsAreBounded(t *testing.T) {
	n := 0
	tx := ledger.New(keyCount{keys: &n})
	read := func(more int) (err error) {
		for range more {
			if _, _, err = ledger.Find(tx, row.Lot(number.Command{Party: "D", Lane: 1,
				Seq: uint64(n + 1)}.Row(0))); err != nil {
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
	for reach, most := range reads {
		if most < maxReads || most > ledger.MaxReads || command.Reach(reach) > command.Few && most == maxReads {
			t.Errorf("reach %d: %d rows", reach, most)
		}
	}
}

// Rows of few commands can be large: their bytes are bounded as well. What closes a
// cycle isn't: its rows are as many as there are pairs of parties.
func TestWrittenBytesAreBounded(t *testing.T) {
	r := &Run{Tx: ledger.New(nil)}
	large := strings.Repeat("x", command.MaxWritten/8)
	for i := range 8 {
		mark := r.Tx.Mark()
		ledger.Put(r.Tx, row.Good("S1", strconv.Itoa(i)), goods.Good{Supplier: "S1", En: large})
		if err := r.fits(mark,
			command.SetGood); fault.CodeOf(err) != map[bool]fault.Code{true: fault.Limit}[i == 7] {
			t.Fatalf("row %d: %v", i, err)
		}
	}
	if err := r.fits(0, command.Compute); err != nil {
		t.Errorf("a close: %v", err)
	}
}
