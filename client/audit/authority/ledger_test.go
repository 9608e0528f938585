package authority

import (
	"encoding/binary"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/client/audit/wire"
)

var ledger = flag.String("ledger", "", "a peer's folder of block files, on which every verdict is compared with the peer's")

// TestLedger compares all verdicts on a real ledger's blocks with its peer's, but for versions.
func TestLedger(t *testing.T) {
	if *ledger == "" {
		t.Skip("no -ledger")
	}
	blocks := readLedger(t, *ledger)
	c := New(nil)
	codes := map[string]int{}
	began, txs := time.Now(), 0
	for _, raw := range blocks {
		b, err := wire.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if b.Number == 0 {
			if err := c.Begin(b); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, f := range c.Signatures(b) {
			t.Error(f)
		}
		verdicts, err := c.Judge(b)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range verdicts {
			txs++
			codes[b.Txs[i].Flag.String()]++
			if !agree(v.Code, b.Txs[i].Flag) {
				t.Errorf("block %d, transaction %d: %s (%s), the peer says %s",
					b.Number, i, v.Code, v.Why, b.Txs[i].Flag)
			}
			if v.Code != peer.TxValidationCode_VALID {
				t.Logf("block %d, transaction %d: %s: %s", b.Number, i, v.Code, v.Why)
			}
		}
		if err := c.Apply(b, func(i int) bool { return b.Txs[i].Valid() }); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d blocks, %d transactions, %v, %.0f a second",
		len(blocks), txs, codes, float64(txs)/time.Since(began).Seconds())
}

// agree says whether a verdict before versions and a peer's own are of one mind.
func agree(v, flag peer.TxValidationCode) bool {
	switch flag {
	case peer.TxValidationCode_MVCC_READ_CONFLICT, peer.TxValidationCode_PHANTOM_READ_CONFLICT:
		return v == peer.TxValidationCode_VALID
	}
	return v == flag
}

// readLedger reads Fabric's block files (common/ledger/blkstorage/block_serialization.go).
func readLedger(t *testing.T, dir string) (list []*common.Block) {
	files, err := filepath.Glob(filepath.Join(dir, "blockfile_*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{data: data}
		for len(r.data) > 0 && r.err == nil {
			one := &reader{data: r.bytes()}
			if r.err != nil {
				break
			}
			b := &common.Block{
				Header: &common.BlockHeader{}, Data: &common.BlockData{}, Metadata: &common.BlockMetadata{},
			}
			b.Header.Number = one.number()
			b.Header.DataHash, b.Header.PreviousHash = one.bytes(), one.bytes()
			for range one.number() {
				b.Data.Data = append(b.Data.Data, one.bytes())
			}
			for range one.number() {
				b.Metadata.Metadata = append(b.Metadata.Metadata, one.bytes())
			}
			if one.err != nil {
				t.Fatal(one.err)
			}
			list = append(list, b)
		}
		if r.err != nil && !errors.Is(r.err, io.ErrUnexpectedEOF) {
			t.Fatal(r.err)
		}
	}
	return list
}

type reader struct {
	data []byte
	err  error
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.data)
	if size <= 0 {
		r.err, r.data = io.ErrUnexpectedEOF, nil
		return 0
	}
	r.data = r.data[size:]
	return n
}

func (r *reader) bytes() []byte {
	n := r.number()
	if n > uint64(len(r.data)) {
		r.err, r.data = io.ErrUnexpectedEOF, nil
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}
