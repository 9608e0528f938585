package proof

import (
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
)

// readSet lists what was read, namespace by namespace, and refuses a transaction
// that would write anything anywhere.
func readSet(results []byte) ([]Read, error) {
	var all rwset.TxReadWriteSet
	if err := unmarshal(results, &all); err != nil {
		return nil, err
	}
	reads := []Read{}
	for _, space := range all.GetNsRwset() {
		var set kvrwset.KVRWSet
		if err := unmarshal(space.GetRwset(), &set); err != nil {
			return nil, err
		}
		if len(set.GetWrites()) > 0 || len(set.GetMetadataWrites()) > 0 {
			return nil, writes(space.GetNamespace())
		}
		for _, one := range space.GetCollectionHashedRwset() {
			var hashed kvrwset.HashedRWSet
			if err := unmarshal(one.GetHashedRwset(), &hashed); err != nil {
				return nil, err
			}
			if len(hashed.GetHashedWrites()) > 0 || len(hashed.GetMetadataWrites()) > 0 {
				return nil, writes(space.GetNamespace() + "/" + one.GetCollectionName())
			}
		}
		for _, r := range set.GetReads() {
			reads = append(reads, asRead(space.GetNamespace(), r))
		}
		for _, q := range set.GetRangeQueriesInfo() {
			for _, r := range q.GetRawReads().GetKvReads() {
				reads = append(reads, asRead(space.GetNamespace(), r))
			}
		}
	}
	if len(reads) == 0 {
		return nil, errors.New("nothing was read: the answer speaks of no block")
	}
	return reads, nil
}

func writes(where string) error {
	return fmt.Errorf("the transaction would write to %s: it is no proof", where)
}

func asRead(namespace string, r *kvrwset.KVRead) Read {
	v := r.GetVersion()
	return Read{Namespace: namespace, Key: r.GetKey(), Block: v.GetBlockNum(), Tx: v.GetTxNum(), Absent: v == nil}
}
