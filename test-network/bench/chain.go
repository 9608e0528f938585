package main

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// chain reads the blocks after each arm, outside of every timing. It sums up
// all rows of ours by itself, and says of each conflict which key was met.
type chain struct {
	link  *link
	next  uint64 // block
	rows  map[uint64]state
	seed  maphash.Seed
	sums  map[string]Sums // by programme
	uses  Uses
	wares Wares
	// veiled is each lane's row of what is owed for goods, by its key.
	veiled map[string]settlement.Veiled
	// fresh counts the rows of the controls that only they could have written.
	fresh int
	// notes are the obligations; all is what all blocks held.
	notes Notes
	all   Blocks
}

// state is what is remembered of a row of ours: who wrote it last, and what it
// adds to the sums.
type state struct {
	version uint64 // block and transaction
	adds    part
}

// part is what one row adds to the sums of one programme, as its kind of row
// does. Few rows have more than one, which keeps millions of them in memory.
type part struct {
	kind      byte  // of its key, 0 for none
	programme uint8 // see place
	a, b, c   int64
	more      *part
}

// Sums adds up the rows of one programme. Nothing is lost or made if
//
//	issued = available + held + captured + converted   and   due = owed
type Sums struct {
	Issued    int64 `json:"issued"`    // totals of all lanes
	Available int64 `json:"available"` // lots
	Held      int64 `json:"held"`      // holds that are open
	Captured  int64 `json:"captured"`  // holds
	Converted int64 `json:"converted"` // lots
	Due       int64 `json:"due"`       // captured by others than the funder, or converted
	Owed      int64 `json:"owed"`      // positions
}

// Uses adds up the rows of benefits. Nothing is lost or made if
//
//	used = written off   and   due = owed
type Uses struct {
	Used       int64 `json:"used"`       // entitlements
	WrittenOff int64 `json:"writtenOff"` // write-offs
	Due        int64 `json:"due"`        // fen, of write-offs
	Owed       int64 `json:"owed"`       // fen, of positions without a programme
}

// Wares adds up the rows of goods, in units. Nothing is lost or made if
//
//	restocked = free + reserved + delivered
type Wares struct {
	Restocked int64 `json:"restocked"` // pools, less what was withdrawn
	Free      int64 `json:"free"`      // pools and shards
	Reserved  int64 `json:"reserved"`  // orders
	Delivered int64 `json:"delivered"` // orders
}

// Notes adds up obligations and the positions that sum them up. Nothing is lost or made if
//
//	obligations = counted   and   fen = owed
//
// It has those alone whose amounts are known and that are of the cycle they were noted in.
type Notes struct {
	Obligations int64 `json:"obligations"` // of batches
	Fen         int64 `json:"fen"`
	Counted     int64 `json:"counted"` // in the lanes' positions
	Owed        int64 `json:"owed"`    // fen, of positions
}

// Blocks is what some blocks held.
type Blocks struct {
	Count int   `json:"blocks"`
	Txs   int   `json:"transactions"`
	Valid int   `json:"valid"`
	Bytes int64 `json:"bytes"`
	// Rows is how many rows of ours valid transactions wrote, each obligation for itself.
	Rows int `json:"rows"`
	// Invalid counts transactions by what they met: "account" rows (lots,
	// holds, orders, totals, positions, entitlements …), "stock", the "fence", lane
	// "head"s, a control's "balance", or Fabric's code if it was no conflict.
	Invalid map[string]int `json:"invalid,omitempty"`
}

func newChain(l *link) *chain {
	return &chain{
		link: l, rows: map[uint64]state{}, sums: map[string]Sums{}, veiled: map[string]settlement.Veiled{},
		seed: maphash.MakeSeed(),
	}
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
			c.all.plus(found)
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
		found.Txs++
		code := peer.TxValidationCode(codes[i])
		if code != peer.TxValidationCode_VALID && code != peer.TxValidationCode_MVCC_READ_CONFLICT {
			found.Invalid[code.String()]++ // perhaps no transaction at all
			continue
		}
		sets, err := setsOf(raw)
		if err != nil {
			return err
		}
		version := b.GetHeader().GetNumber()<<20 | uint64(i)
		switch code {
		case peer.TxValidationCode_VALID:
			found.Valid++
			rows, err := c.apply(sets, version)
			if err != nil {
				return err
			}
			found.Rows += rows
		default:
			found.Invalid[c.met(sets)]++
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

// plus adds what other blocks held.
func (b *Blocks) plus(more Blocks) {
	b.Count, b.Txs, b.Valid = b.Count+more.Count, b.Txs+more.Txs, b.Valid+more.Valid
	b.Bytes, b.Rows = b.Bytes+more.Bytes, b.Rows+more.Rows
}

// apply takes a valid transaction's writes in, and says how many rows of ours they are.
func (c *chain) apply(sets []space, version uint64) (rows int, err error) {
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
			adds, err := c.partOf(s.name, w)
			if err != nil {
				return rows, fmt.Errorf("key %.90q: %w", w.GetKey(), err)
			}
			rows += adds.rows()
			key := c.hash(s.name, w.GetKey())
			c.add(c.rows[key].adds, -1)
			c.add(adds, 1)
			c.rows[key] = state{version, adds}
		}
	}
	return rows, nil
}

// partOf reads what a row adds.
func (c *chain) partOf(namespace string, w *kvrwset.KVWrite) (part, error) {
	if namespace != "tally" {
		return part{}, nil
	}
	prefix, id, _ := strings.Cut(w.GetKey(), "/")
	switch prefix {
	case "l":
		return read(w, lotPart)
	case "h":
		return read(w, holdPart)
	case "t":
		of, _, _ := strings.Cut(id, "/")
		return read(w, func(t points.Totals) part { return part{kind: 't', programme: place(of), a: int64(t.Issued)} })
	case "o":
		return read(w, positionsPart)
	case "ob":
		return read(w, obligationsPart)
	case "be":
		return read(w, func(e benefit.Entitlement) part { return part{kind: 'e', a: int64(e.Used)} })
	case "bw":
		return read(w, writeOffPart)
	case "wo":
		return read(w, orderPart)
	case "wp":
		return read(w,
			func(p goods.Pool) part { return part{kind: 'p', a: int64(p.Restocked - p.Withdrawn), b: int64(p.Free)} })
	case "wk":
		return read(w, func(s goods.Shard) part { return part{kind: 'p', b: int64(s.Free)} })
	case "ov":
		return read(w, func(v settlement.Veiled) part {
			c.veiled[w.GetKey()] = v
			return part{}
		})
	}
	return part{}, nil
}

func read[T any](w *kvrwset.KVWrite, of func(T) part) (part, error) {
	r, err := row.Decode[T](w.GetValue())
	if err != nil {
		return part{}, err
	}
	return of(r), nil
}

// place is where a programme stands in programmes, or behind them for all of those of many.
func place(programme string) uint8 {
	if isMany(programme) {
		return uint8(len(programmes))
	}
	return uint8(slices.Index(programmes, programme))
}

// placed is what place counts a programme as.
func placed(at uint8) string {
	if int(at) == len(programmes) {
		return many
	}
	return programmes[at]
}

// lotPart adds, besides what is left, what was converted: all conversions are
// owed to another issuer.
func lotPart(l points.Lot) part {
	return part{kind: 'l', programme: place(l.Programme), a: int64(l.Available()), b: int64(l.Converted)}
}

func holdPart(h points.Hold) part {
	var first *part
	add := func(line spend.Line, to func(*part) *int64) {
		for _, p := range line {
			first = first.of('h', place(p.Programme))
			*to(first) += int64(p.Amount)
		}
	}
	if h.State.Holds() {
		add(h.Pieces.Between(h.Captured, h.Sum()), func(p *part) *int64 { return &p.a })
	}
	for _, p := range h.Pieces.Between(0, h.Captured) {
		add(spend.Line{p}, func(p *part) *int64 { return &p.b })
		if p.Funder != h.Acceptor {
			add(spend.Line{p}, func(p *part) *int64 { return &p.c })
		}
	}
	return first.orNone()
}

// orderPart adds the points of an order as those of a hold, and its units.
func orderPart(o goods.Order) part {
	var first *part
	for _, p := range o.Parts {
		first = first.of('u', 0)
		for _, l := range p.Lines {
			if p.State.Holds() {
				first.a += int64(l.Quantity)
			} else {
				first.b += int64(l.Quantity)
			}
		}
		for _, piece := range p.Pieces {
			first = first.of('h', place(piece.Programme))
			switch {
			case p.State.Holds():
				first.a += int64(piece.Amount)
				continue
			case piece.Funder != o.Seller:
				first.c += int64(piece.Amount)
			}
			first.b += int64(piece.Amount)
		}
	}
	return first.orNone()
}

func positionsPart(owed settlement.Positions) part {
	var first *part
	for _, p := range owed.List {
		first = first.of('n', 0)
		first.a += int64(p.Count)
		first.b += int64(p.Fen)
		if p.Programme == "" {
			first = first.of('f', 0)
			first.a += int64(p.Fen)
			continue
		}
		first = first.of('o', place(p.Programme))
		first.a += int64(p.Points)
	}
	return first.orNone()
}

// obligationsPart adds up a batch's obligations; all is how many there are, known or not.
func obligationsPart(o settlement.Obligations) part {
	p := part{kind: 'b', c: int64(len(o.List) + len(o.Hidden))}
	for _, one := range o.List {
		if one.Of == "" {
			p.a++
			p.b += int64(one.Fen)
		}
	}
	return p
}

// rows is how many rows a read model makes of it, about: one, and one for each obligation.
func (p part) rows() int {
	if p.kind == 'b' {
		return 1 + int(p.c)
	}
	return 1
}

func writeOffPart(w benefit.WriteOff) part {
	p := part{kind: 'w', a: 1}
	for _, o := range w.Owed {
		p.b += int64(o.Fen)
	}
	return p
}

// of brings the part of a kind and programme to the front of those that hang on
// p, a new one if there is none.
func (p *part) of(kind byte, programme uint8) *part {
	for before, at := (*part)(nil), p; at != nil; before, at = at, at.more {
		if at.kind != kind || at.programme != programme {
			continue
		}
		if before != nil {
			before.more, at.more = at.more, p
		}
		return at
	}
	return &part{kind: kind, programme: programme, more: p}
}

func (p *part) orNone() part {
	if p == nil {
		return part{}
	}
	return *p
}

// add counts a row in (sign 1) or out (sign −1).
func (c *chain) add(p part, sign int64) {
	for at := &p; at != nil && at.kind != 0; at = at.more {
		c.uses.add(*at, sign)
		c.wares.add(*at, sign)
		c.notes.add(*at, sign)
		id := placed(at.programme)
		sums := c.sums[id]
		sums.add(*at, sign)
		c.sums[id] = sums
	}
}

func (s *Sums) add(p part, sign int64) {
	switch p.kind {
	case 'l':
		s.Available += sign * p.a
		s.Converted += sign * p.b
		s.Due += sign * p.b
	case 'h':
		s.Held += sign * p.a
		s.Captured += sign * p.b
		s.Due += sign * p.c
	case 't':
		s.Issued += sign * p.a
	case 'o':
		s.Owed += sign * p.a
	}
}

func (u *Uses) add(p part, sign int64) {
	switch p.kind {
	case 'e':
		u.Used += sign * p.a
	case 'w':
		u.WrittenOff += sign * p.a
		u.Due += sign * p.b
	case 'f':
		u.Owed += sign * p.a
	}
}

func (n *Notes) add(p part, sign int64) {
	switch p.kind {
	case 'b':
		n.Obligations += sign * p.a
		n.Fen += sign * p.b
	case 'n':
		n.Counted += sign * p.a
		n.Owed += sign * p.b
	}
}

func (w *Wares) add(p part, sign int64) {
	switch p.kind {
	case 'p':
		w.Restocked += sign * p.a
		w.Free += sign * p.b
	case 'u':
		w.Reserved += sign * p.a
		w.Delivered += sign * p.b
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
	case key == string(row.Cycle()):
		return "fence"
	}
	switch row.KindOf(key) {
	case "request", "source":
		return "request"
	case "pool", "shard":
		return "stock"
	}
	return "account"
}
