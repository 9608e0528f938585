// Package blockfile reads a ledger's blocks for the auditor: out of a copy of a peer's
// block files, out of a file of one block, or from a peer.
//
// A peer keeps its blocks in files of up to 64 MiB, blockfile_000000 and so on, in
// ledgersData/chains/chains/CHANNEL below its ledger's folder (Fabric's
// common/ledger/blkstorage). A file is blocks one behind the other, each with its length as
// a varint before it:
//
//	number   data hash   previous hash   count, transactions   count, metadata
//
// numbers and counts as varints, everything else with its length before it. What is none of
// this is a finding, with its file and offset; nothing that is in a file ends the program.
package blockfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/encoding/protowire"

	"tallystick/chaincode/fault"
	"tallystick/client/audit/wire"
	"tallystick/client/bounds"
)

// Blocks are blocks in order, each a block or what is wrong with its bytes. There is nothing behind a finding.
type Blocks = iter.Seq2[*wire.Block, *wire.Finding]

const prefix = "blockfile_"

// Source is where blocks are read from.
type Source struct {
	files []string // paths, in order
	one   bool     // the file is one block, as `peer channel fetch` writes it
	Bytes int64    // of all files
}

// places are where a peer's block files may be below a folder that is named.
var places = []string{".", "*", "chains/chains/*", "ledgersData/chains/chains/*", "*/ledgersData/chains/chains/*"}

// Open finds the block files in a folder: the channel's own, or a peer's with one channel;
// or takes a file. Refused: NOT_FOUND, BAD_REQUEST if there are several channels.
func Open(path string) (*Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault.New(fault.NotFound, "there is nothing to audit at %s: %v", path, err)
	}
	s := &Source{files: []string{path}, one: !strings.HasPrefix(filepath.Base(path), prefix), Bytes: info.Size()}
	if !info.IsDir() {
		return s, nil
	}
	for _, place := range places {
		found, err := filepath.Glob(filepath.Join(escaped(path), place, prefix+"*"))
		if err != nil {
			return nil, fault.New(fault.BadRequest, "the folder %s: %v", path, err)
		}
		if len(found) > 0 {
			slices.Sort(found)
			return s, s.take(found)
		}
	}
	return nil, fault.New(fault.NotFound, "the folder %s has no peer's block files (%s000000)", path, prefix)
}

// take makes files the source's, which must be of one channel.
func (s *Source) take(files []string) error {
	s.files, s.one, s.Bytes = files, false, 0
	for _, file := range files {
		if dir := filepath.Dir(file); dir != filepath.Dir(files[0]) {
			return fault.New(fault.BadRequest, "there are several channels: name one folder, %s or %s",
				filepath.Dir(files[0]), dir)
		}
		info, err := os.Stat(file)
		if err != nil {
			return fault.New(fault.Machine, "a block file: %v", err)
		}
		s.Bytes += info.Size()
	}
	return nil
}

// escaped is a path in which a pattern's signs stand for themselves.
func escaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Blocks reads the blocks, in order.
func (s *Source) Blocks() Blocks {
	return func(yield func(*wire.Block, *wire.Finding) bool) {
		next := uint64(0)
		if s.one {
			b, f := readOne(s.files[0])
			yield(b, f)
			return
		}
		for i, path := range s.files {
			if want := fmt.Sprintf("%s%06d", prefix, i); len(s.files) > 1 && filepath.Base(path) != want {
				f := bad(path, 0, next, "a file of the channel is missing")
				f.Expected, f.Found = want, filepath.Base(path)
				yield(nil, f)
				return
			}
			more := true
			readFile(path, next, func(b *wire.Block, f *wire.Finding) bool {
				if b != nil {
					next = b.Number + 1
				}
				more = yield(b, f) && f == nil
				return more
			})
			if !more {
				return
			}
		}
	}
}

// bad is a finding at a place in a file where a block was to be.
func bad(path string, offset int64, number uint64, why string) *wire.Finding {
	return &wire.Finding{Layer: wire.Framing, Block: number, Tx: wire.NoTx, File: path, Offset: offset, Why: why}
}

func readOne(path string) (*wire.Block, *wire.Finding) {
	data, err := bounds.File(path, wire.MaxBlock)
	if err != nil {
		return nil, bad(path, 0, 0, err.Error())
	}
	b, err := wire.Decode(data)
	if err != nil {
		return nil, bad(path, 0, 0, err.Error())
	}
	b.File, b.Size = path, int64(len(data))
	return b, nil
}

// readFile reads the blocks of one file; number is that of its first one, for findings.
func readFile(path string, number uint64, yield func(*wire.Block, *wire.Finding) bool) {
	file, err := os.Open(path)
	if err != nil {
		yield(nil, bad(path, 0, number, err.Error()))
		return
	}
	defer file.Close()
	r := &frames{bufio.NewReaderSize(file, 1<<20), 0}
	for {
		at := r.offset
		data, err := r.next()
		if errors.Is(err, io.EOF) {
			return
		}
		var b *wire.Block
		if err == nil {
			b, err = parse(data)
		}
		if err != nil {
			yield(nil, bad(path, at, number, err.Error()))
			return
		}
		b.File, b.Offset, b.Size = path, at, r.offset-at
		number = b.Number + 1
		if !yield(b, nil) {
			return
		}
	}
}

// frames are the blocks' bytes, one after the other.
type frames struct {
	*bufio.Reader
	offset int64
}

// next reads a block's bytes; io.EOF says that there are no more.
func (r *frames) next() ([]byte, error) {
	head, err := r.Peek(10)
	if len(head) == 0 {
		return nil, err
	}
	length, n := protowire.ConsumeVarint(head)
	if n < 0 || n != protowire.SizeVarint(length) {
		return nil, errors.New("there is no length of a block")
	}
	if length > wire.MaxBlock {
		return nil, fmt.Errorf("a block of %d bytes, above %d", length, wire.MaxBlock)
	}
	if _, err := r.Discard(n); err != nil {
		return nil, err
	}
	data, err := bounds.All(io.LimitReader(r, int64(length)), "a block", wire.MaxBlock)
	if err != nil {
		return nil, err
	}
	r.offset += int64(n) + int64(len(data))
	if uint64(len(data)) < length {
		return nil, fmt.Errorf("the file ends in a block: %d bytes of %d; if it was copied while the peer ran, copy it again",
			len(data), length)
	}
	return data, nil
}

// parse reads a block as peers store it.
func parse(data []byte) (*wire.Block, error) {
	p := &parts{data: data}
	raw := &common.Block{Header: &common.BlockHeader{Number: p.number()}}
	raw.Header.DataHash, raw.Header.PreviousHash = p.bytes(), p.bytes()
	raw.Data = &common.BlockData{Data: p.list(wire.MaxTxs)}
	raw.Metadata = &common.BlockMetadata{Metadata: p.list(1 << 10)}
	if p.err == nil && len(p.data) > 0 {
		p.err = fmt.Errorf("%d bytes behind its end", len(p.data))
	}
	if p.err != nil {
		return nil, fmt.Errorf("no block: %w", p.err)
	}
	return wire.Parse(raw)
}

// parts reads a block's parts from its front.
type parts struct {
	data []byte
	err  error
}

func (p *parts) number() uint64 {
	v, n := protowire.ConsumeVarint(p.data)
	if p.err == nil && (n < 0 || n != protowire.SizeVarint(v)) {
		p.err = errors.New("no number where one is to be")
	}
	if p.err != nil {
		return 0
	}
	p.data = p.data[n:]
	return v
}

// bytes reads a part with its length before it; an empty one is nil.
func (p *parts) bytes() []byte {
	length := p.number()
	if p.err == nil && length > uint64(len(p.data)) {
		p.err = fmt.Errorf("a part of %d bytes, and %d are left", length, len(p.data))
	}
	if p.err != nil || length == 0 {
		return nil
	}
	part := p.data[:length:length]
	p.data = p.data[length:]
	return part
}

func (p *parts) list(most uint64) (list [][]byte) {
	count := p.number()
	if p.err == nil && count > most {
		p.err = fmt.Errorf("%d parts, above %d", count, most)
	}
	for ; p.err == nil && count > 0; count-- {
		list = append(list, p.bytes())
	}
	return list
}
