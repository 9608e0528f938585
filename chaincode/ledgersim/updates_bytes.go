package ledgersim

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// hashOf is the block's commit hash (core/ledger/kvledger/kv_ledger.go, addBlockCommitHash).
func (b *Block) hashOf(u *updates, before []byte) []byte {
	data := protowire.AppendVarint(nil, uint64(len(b.Txs)))
	for _, tx := range b.Txs {
		data = append(data, byte(tx.Code))
	}
	return hash(append(append(data, u.bytes()...), before...))
}

// bytes is what Fabric's peers hash of a block's updates (core/ledger/kvledger/txmgmt/txmgr,
// update_batch_bytes.go, updates.proto): the writes sorted by namespace, in each the public
// ones before those of its collections; a namespace and a collection are named once. Plaintext of
// collections isn't part of it.
func (u *updates) bytes() (out []byte) {
	var names []string
	for name := range u.spaces {
		if !isPrivate(name) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		nsA, collA, _ := strings.Cut(a, "$$h")
		nsB, collB, _ := strings.Cut(b, "$$h")
		if nsA != nsB {
			return strings.Compare(nsA, nsB)
		}
		return strings.Compare(collA, collB)
	})
	last := ""
	for _, name := range names {
		ns, collection, _ := strings.Cut(name, "$$h")
		shown := ns
		if ns == last {
			shown = ""
		}
		last = ns
		for _, key := range slices.Sorted(maps.Keys(u.spaces[name])) {
			out = protowire.AppendBytes(protowire.AppendTag(out, 1, protowire.BytesType),
				kvWrite(shown, collection, key, u.spaces[name][key]))
			shown, collection = "", ""
		}
	}
	return out
}

// kvWrite is Fabric's txmgr.KVWrite.
func kvWrite(namespace, collection, key string, e entry) (out []byte) {
	field := func(number protowire.Number, value []byte) {
		if len(value) > 0 {
			out = protowire.AppendBytes(protowire.AppendTag(out, number, protowire.BytesType), value)
		}
	}
	field(1, []byte(namespace))
	field(2, []byte(collection))
	field(3, []byte(key))
	if e.deleted {
		out = protowire.AppendVarint(protowire.AppendTag(out, 4, protowire.VarintType), 1)
	}
	field(5, e.value)
	field(6, append(orderPreserving(e.version.Block), orderPreserving(e.version.Tx)...))
	return out
}

// orderPreserving is a number's bytes without leading zeros, behind their count
// (common/ledger/util, EncodeOrderPreservingVarUint64).
func orderPreserving(n uint64) []byte {
	all := binary.BigEndian.AppendUint64(nil, n)
	for len(all) > 0 && all[0] == 0 {
		all = all[1:]
	}
	return append([]byte{byte(len(all))}, all...)
}
