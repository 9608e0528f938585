package ledgersim

import (
	"crypto/sha256"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// policyMetakey is the only metadata that the shim can set on a key.
var policyMetakey = peer.MetaDataKeys_VALIDATION_PARAMETER.String()

// Proto is the set as Fabric writes it in a block. Ranges always carry their raw
// reads; Fabric replaces more than 50 of them by a Merkle summary.
func (rw *RWSet) Proto() *rwset.TxReadWriteSet {
	out := &rwset.TxReadWriteSet{DataModel: rwset.TxReadWriteSet_KV}
	for _, ns := range rw.Namespaces {
		kv := &kvrwset.KVRWSet{Reads: readProtos(ns.Reads)}
		for _, w := range ns.Writes {
			kv.Writes = append(kv.Writes, &kvrwset.KVWrite{Key: w.Key, IsDelete: w.Delete, Value: w.Value})
		}
		for _, m := range ns.MetadataWrites {
			kv.MetadataWrites = append(kv.MetadataWrites,
				&kvrwset.KVMetadataWrite{Key: m.Key, Entries: policyEntries(m.Policy)})
		}
		for _, r := range ns.Ranges {
			kv.RangeQueriesInfo = append(kv.RangeQueriesInfo, &kvrwset.RangeQueryInfo{
				StartKey: r.Start, EndKey: r.End, ItrExhausted: r.Exhausted,
				ReadsInfo: &kvrwset.RangeQueryInfo_RawReads{
					RawReads: &kvrwset.QueryReads{KvReads: readProtos(r.Reads)},
				},
			})
		}
		nsOut := &rwset.NsReadWriteSet{Namespace: ns.Namespace, Rwset: marshal(kv)}
		for _, c := range ns.Collections {
			nsOut.CollectionHashedRwset = append(nsOut.CollectionHashedRwset, collectionProto(c))
		}
		out.NsRwset = append(out.NsRwset, nsOut)
	}
	return out
}

func collectionProto(c CollectionRWSet) *rwset.CollectionHashedReadWriteSet {
	h := &kvrwset.HashedRWSet{}
	for _, r := range c.Reads {
		h.HashedReads = append(h.HashedReads,
			&kvrwset.KVReadHash{KeyHash: []byte(r.Key), Version: versionProto(r.Version)})
	}
	for _, w := range c.Writes {
		h.HashedWrites = append(h.HashedWrites,
			&kvrwset.KVWriteHash{KeyHash: []byte(w.Key), IsDelete: w.Delete, ValueHash: w.Value, IsPurge: w.Purge})
	}
	for _, m := range c.MetadataWrites {
		h.MetadataWrites = append(h.MetadataWrites,
			&kvrwset.KVMetadataWriteHash{KeyHash: []byte(m.Key), Entries: policyEntries(m.Policy)})
	}
	return &rwset.CollectionHashedReadWriteSet{
		CollectionName: c.Collection, HashedRwset: marshal(h), PvtRwsetHash: c.PrivateHash,
	}
}

func policyEntries(policy []byte) []*kvrwset.KVMetadataEntry {
	return []*kvrwset.KVMetadataEntry{{Name: policyMetakey, Value: policy}}
}

func readProtos(reads []Read) []*kvrwset.KVRead {
	out := make([]*kvrwset.KVRead, len(reads))
	for i, r := range reads {
		out[i] = &kvrwset.KVRead{Key: r.Key, Version: versionProto(r.Version)}
	}
	return out
}

func versionProto(v Version) *kvrwset.Version {
	if v == (Version{}) {
		return nil
	}
	return &kvrwset.Version{BlockNum: v.Block, TxNum: v.Tx}
}

// ParseRWSet reads what Proto wrote, or a real peer did, Merkle summaries excepted.
func ParseRWSet(b []byte) (*RWSet, error) {
	in := &rwset.TxReadWriteSet{}
	if err := proto.Unmarshal(b, in); err != nil {
		return nil, err
	}
	out := &RWSet{}
	for _, nsIn := range in.NsRwset {
		kv := &kvrwset.KVRWSet{}
		if err := proto.Unmarshal(nsIn.Rwset, kv); err != nil {
			return nil, err
		}
		ns := NamespaceRWSet{Namespace: nsIn.Namespace, Reads: reads(kv.Reads)}
		for _, w := range kv.Writes {
			ns.Writes = append(ns.Writes, Write{Key: w.Key, Value: w.Value, Delete: w.IsDelete || len(w.Value) == 0})
		}
		for _, m := range kv.MetadataWrites {
			ns.MetadataWrites = append(ns.MetadataWrites, MetadataWrite{m.Key, policyOf(m.Entries)})
		}
		for _, r := range kv.RangeQueriesInfo {
			if r.GetReadsMerkleHashes() != nil {
				return nil, fmt.Errorf("range [%q, %q): Merkle summaries are not modelled", r.StartKey, r.EndKey)
			}
			ns.Ranges = append(ns.Ranges, RangeQuery{
				r.StartKey, r.EndKey, r.ItrExhausted, reads(r.GetRawReads().GetKvReads()),
			})
		}
		for _, cIn := range nsIn.CollectionHashedRwset {
			c, err := parseCollection(cIn)
			if err != nil {
				return nil, err
			}
			ns.Collections = append(ns.Collections, c)
		}
		out.Namespaces = append(out.Namespaces, ns)
	}
	return out, nil
}

func parseCollection(in *rwset.CollectionHashedReadWriteSet) (CollectionRWSet, error) {
	h := &kvrwset.HashedRWSet{}
	if err := proto.Unmarshal(in.HashedRwset, h); err != nil {
		return CollectionRWSet{}, err
	}
	c := CollectionRWSet{Collection: in.CollectionName, PrivateHash: in.PvtRwsetHash}
	for _, r := range h.HashedReads {
		c.Reads = append(c.Reads, Read{string(r.KeyHash), version(r.Version)})
	}
	for _, w := range h.HashedWrites {
		c.Writes = append(c.Writes, Write{
			Key: string(w.KeyHash), Value: w.ValueHash, Delete: w.IsDelete || len(w.ValueHash) == 0, Purge: w.IsPurge,
		})
	}
	for _, m := range h.MetadataWrites {
		c.MetadataWrites = append(c.MetadataWrites, MetadataWrite{string(m.KeyHash), policyOf(m.Entries)})
	}
	return c, nil
}

func policyOf(entries []*kvrwset.KVMetadataEntry) []byte {
	for _, e := range entries {
		if e.Name == policyMetakey && len(e.Value) > 0 {
			return e.Value
		}
	}
	return nil
}

func reads(in []*kvrwset.KVRead) []Read {
	var out []Read
	for _, r := range in {
		out = append(out, Read{r.Key, version(r.Version)})
	}
	return out
}

func version(v *kvrwset.Version) Version { return Version{v.GetBlockNum(), v.GetTxNum()} }

// privateHash commits to a collection's plaintext writes.
func privateHash(writes []PrivateWrite) []byte {
	if len(writes) == 0 {
		return nil
	}
	kv := &kvrwset.KVRWSet{}
	for _, w := range writes {
		if w.MetadataOnly {
			kv.MetadataWrites = append(kv.MetadataWrites, &kvrwset.KVMetadataWrite{Key: w.Key})
			continue
		}
		kv.Writes = append(kv.Writes, &kvrwset.KVWrite{Key: w.Key, IsDelete: w.Delete, Value: w.Value})
	}
	return hash(marshal(kv))
}

func hash(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}
