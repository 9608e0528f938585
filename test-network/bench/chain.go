package main

import (
	"context"
	"fmt"
	"hash/maphash"
	"strings"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// chain reads the blocks after each arm, outside of every timing. It sums up
// all rows of ours by itself, and says of each conflict which key was met.
type chain struct {
	link *link
	next uint64 // block
	rows map[uint64]state
	seed maphash.Seed
	sums Sums
	// fresh counts the rows of the controls that only they could have written.
	fresh int
}

// state is what is remembered of a row of ours: who wrote it last, and what it
// adds to the sums.
type state struct {
	version uint64 // block and transaction
	adds    part
}

// part is what one row adds to the sums. No row adds to more than two of them,
// which keeps millions of rows in memory.
type part struct {
	kind byte // of its key
	a, b int64
}

// Sums adds up the ledger's rows. Nothing is lost or made if
//
//	issued = available + held + captured   and   owed = captured
type Sums struct {
	Issued    int64 `json:"issued"`    // totals of all lanes
	Available int64 `json:"available"` // lots
	Held      int64 `json:"held"`      // holds that are open
	Captured  int64 `json:"captured"`  // holds
	Owed      int64 `json:"owed"`      // positions
}

// Blocks is what some blocks held.
type Blocks struct {
	Count int   `json:"blocks"`
	Txs   int   `json:"transactions"`
	Valid int   `json:"valid"`
	Bytes int64 `json:"bytes"`
	// Invalid counts transactions by what they met: "account" rows (lots,
	// holds, totals, positions), the "fence", lane "head"s, a control's
	// "balance", or Fabric's code if it was no conflict.
	Invalid map[string]int `json:"invalid,omitempty"`
}

func newChain(l *link) *chain {
	return &chain{link: l, rows: map[uint64]state{}, seed: maphash.MakeSeed()}
}

// read takes in the blocks up to a height.
func (c *chain) read(ctx context.Context, height uint64) (Blocks, error) {
	found := Blocks{Invalid: map[string]int{}}
	if c.next >= height {
		return found, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	blocks, err := c.link.network.BlockEvents(ctx, client.WithStartBlock(c.next))
	if err != nil {
		return found, err
	}
	defer func() { // the library's goroutine must not hang on its channel
		cancel()
		for range blocks {
		}
	}()
	for b := range blocks {
		if err := c.block(b, &found); err != nil {
			return found, fmt.Errorf("block %d: %w", b.GetHeader().GetNumber(), err)
		}
		if c.next = b.GetHeader().GetNumber() + 1; c.next >= height {
			return found, nil
		}
	}
	return found, fmt.Errorf("the block stream ended at %d of %d", c.next, height)
}

func (c *chain) block(b *common.Block, found *Blocks) error {
	found.Count++
	found.Bytes += int64(proto.Size(b))
	codes := b.GetMetadata().GetMetadata()[common.BlockMetadataIndex_TRANSACTIONS_FILTER]
	for i, raw := range b.GetData().GetData() {
		sets, err := setsOf(raw)
		if err != nil {
			return err
		}
		found.Txs++
		version := b.GetHeader().GetNumber()<<20 | uint64(i)
		switch code := peer.TxValidationCode(codes[i]); code {
		case peer.TxValidationCode_VALID:
			found.Valid++
			if err := c.apply(sets, version); err != nil {
				return err
			}
		case peer.TxValidationCode_MVCC_READ_CONFLICT:
			found.Invalid[c.met(sets)]++
		default:
			found.Invalid[code.String()]++
		}
	}
	return nil
}

// space is what a transaction read and wrote of one chaincode.
type space struct {
	name string
	kv   *kvrwset.KVRWSet
}

// setsOf digs the read and write sets out of an envelope; none if it is no
// endorser transaction.
func setsOf(raw []byte) ([]space, error) {
	var (
		envelope common.Envelope
		payload  common.Payload
		header   common.ChannelHeader
		tx       peer.Transaction
		action   peer.ChaincodeActionPayload
		response peer.ProposalResponsePayload
		done     peer.ChaincodeAction
		sets     rwset.TxReadWriteSet
	)
	for _, step := range []struct {
		data func() []byte
		into proto.Message
	}{
		{func() []byte { return raw }, &envelope},
		{envelope.GetPayload, &payload},
		{func() []byte { return payload.GetHeader().GetChannelHeader() }, &header},
		{payload.GetData, &tx},
		{func() []byte { return tx.GetActions()[0].GetPayload() }, &action},
		{func() []byte { return action.GetAction().GetProposalResponsePayload() }, &response},
		{response.GetExtension, &done},
		{done.GetResults, &sets},
	} {
		if step.into == &tx && header.GetType() != int32(common.HeaderType_ENDORSER_TRANSACTION) {
			return nil, nil
		}
		if err := proto.Unmarshal(step.data(), step.into); err != nil {
			return nil, err
		}
	}
	var list []space
	for _, set := range sets.GetNsRwset() {
		var kv kvrwset.KVRWSet
		if err := proto.Unmarshal(set.GetRwset(), &kv); err != nil {
			return nil, err
		}
		list = append(list, space{set.GetNamespace(), &kv})
	}
	return list, nil
}

func isOurs(namespace string) bool { return strings.HasPrefix(namespace, "tally") }

func (c *chain) hash(namespace, key string) uint64 {
	return maphash.String(c.seed, namespace+"\x00"+key)
}

// apply takes a valid transaction's writes in.
func (c *chain) apply(sets []space, version uint64) error {
	for _, s := range sets {
		if s.name == controlName {
			for _, w := range s.kv.GetWrites() {
				if key := w.GetKey(); key[0] == 'a' && key[1] != 'c' || key[0] == 'b' {
					c.fresh++
				}
			}
		}
		if !isOurs(s.name) {
			continue
		}
		for _, w := range s.kv.GetWrites() {
			adds, err := partOf(s.name, w)
			if err != nil {
				return fmt.Errorf("key %.90q: %w", w.GetKey(), err)
			}
			key := c.hash(s.name, w.GetKey())
			c.sums.add(c.rows[key].adds, -1)
			c.sums.add(adds, 1)
			c.rows[key] = state{version, adds}
		}
	}
	return nil
}

func partOf(namespace string, w *kvrwset.KVWrite) (p part, err error) {
	if namespace != "tally" || len(w.GetKey()) < 2 {
		return p, nil
	}
	switch p.kind = w.GetKey()[0]; w.GetKey()[:2] {
	case "l/":
		var lot points.Lot
		lot, err = row.Decode[points.Lot](w.GetValue())
		p.a = int64(lot.Available())
	case "h/":
		var hold points.Hold
		hold, err = row.Decode[points.Hold](w.GetValue())
		p.b = int64(hold.Captured)
		if hold.State == points.Open || hold.State == points.PartCaptured {
			p.a = int64(hold.Sum() - hold.Captured)
		}
	case "t/":
		var t points.Totals
		t, err = row.Decode[points.Totals](w.GetValue())
		p.a = int64(t.Issued)
	case "o/":
		var owed settlement.Position
		owed, err = row.Decode[settlement.Position](w.GetValue())
		p.a = int64(owed.Points)
	}
	return p, err
}

// add counts a row in (sign 1) or out (sign −1).
func (s *Sums) add(p part, sign int64) {
	switch p.kind {
	case 'l':
		s.Available += sign * p.a
	case 'h':
		s.Held += sign * p.a
		s.Captured += sign * p.b
	case 't':
		s.Issued += sign * p.a
	case 'o':
		s.Owed += sign * p.a
	}
}

// met says what a transaction in conflict found changed.
func (c *chain) met(sets []space) string {
	for _, s := range sets {
		if s.name == controlName {
			return "balance"
		}
		if !isOurs(s.name) {
			continue
		}
		for _, r := range s.kv.GetReads() {
			was, known := c.rows[c.hash(s.name, r.GetKey())]
			v := r.GetVersion()
			if known == (v != nil) && (v == nil || v.GetBlockNum()<<20|v.GetTxNum() == was.version) {
				continue
			}
			return classOf(s.name, r.GetKey())
		}
	}
	return "unknown"
}

// classOf sorts the keys that transactions may conflict on.
func classOf(namespace, key string) string {
	switch {
	case namespace != "tally":
		return "head"
	case key == "y":
		return "fence"
	case strings.HasPrefix(key, "q/"), strings.HasPrefix(key, "s/"):
		return "request"
	case strings.HasPrefix(key, "f/"):
		return "freeze"
	}
	return "account"
}
