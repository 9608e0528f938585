package ledgersim

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Collection is a private data collection: only peers of Members hold its
// plaintext, everyone holds the hashes.
type Collection struct {
	Name            string
	Members         []string // MSP ids
	MemberOnlyRead  bool     // clients of others may not read through a member's peer
	MemberOnlyWrite bool
	Policy          *Policy // instead of the chaincode's, for keys without one of their own
}

func (c Collection) member(mspID string) bool { return slices.Contains(c.Members, mspID) }

var errNoCollection = errors.New("collection must not be an empty string")

// collection finds a collection and whether this client may use it so
// (core/common/privdata/store.go).
func (s *stub) collection(name string, write bool) (Collection, error) {
	c, ok := s.def.collections[name]
	if !ok {
		return c, fmt.Errorf("collection %s/%s/%s could not be found", s.GetChannelID(), s.def.name, name)
	}
	if !c.member(s.sim.proposal.Creator.MSP) {
		if write && c.MemberOnlyWrite {
			return c, fmt.Errorf(
				"tx creator does not have write access permission on privatedata in chaincodeName:%s collectionName: %s",
				s.def.name, name)
		}
		if !write && c.MemberOnlyRead {
			return c, fmt.Errorf(
				"tx creator does not have read access permission on privatedata in chaincodeName:%s collectionName: %s",
				s.def.name, name)
		}
	}
	return c, nil
}

// readHashed gives the hashed entry of a private key and notes the read.
func (s *stub) readHashed(collection, key string) *entry {
	keyHash := string(hash([]byte(key)))
	e := s.sim.net.state.get(hashSpace(s.def.name, collection), keyHash, s.sim.height)
	v := Version{}
	if e != nil {
		v = e.version
	}
	s.sim.rw.collection(s.def.name, collection).reads[keyHash] = v
	return e
}

func (s *stub) readPrivate(collection, key string) ([]byte, error) {
	c, err := s.collection(collection, false)
	if err != nil {
		return nil, err
	}
	var plain *entry
	if c.member(s.sim.peer.msp) {
		plain = s.sim.net.state.get(privateSpace(s.def.name, collection), key, s.sim.height)
	}
	public := s.sim.version(hashSpace(s.def.name, collection), string(hash([]byte(key))))
	if plain == nil && public == (Version{}) {
		s.readHashed(collection, key)
		return nil, nil
	}
	if plain == nil || plain.version != public {
		return nil, fmt.Errorf(
			"private data matching public hash version is not available. Public hash version = %v, Private data version = <nil>",
			public)
	}
	s.readHashed(collection, key)
	return bytes.Clone(plain.value), nil
}

func (s *stub) GetPrivateData(collection, key string) ([]byte, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	wire(collection, key)
	value, err := s.readPrivate(collection, key)
	if err != nil {
		return nil, s.failed(peer.ChaincodeMessage_GET_STATE, err)
	}
	return value, nil
}

// GetMultiplePrivateData, unlike GetPrivateData, does not compare versions: what
// a peer doesn't hold is nil (query_executor.go).
func (s *stub) GetMultiplePrivateData(collection string, keys ...string) ([][]byte, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	if len(keys) == 0 {
		return nil, nil
	}
	wire(keys...)
	c, err := s.collection(collection, false)
	if err != nil {
		return nil, s.failed(peer.ChaincodeMessage_GET_STATE_MULTIPLE, err)
	}
	values := make([][]byte, len(keys))
	for i, key := range keys {
		v := Version{}
		if c.member(s.sim.peer.msp) {
			if e := s.sim.net.state.get(privateSpace(s.def.name, collection), key, s.sim.height); e != nil {
				values[i], v = bytes.Clone(e.value), e.version
			}
		}
		s.sim.rw.collection(s.def.name, collection).reads[string(hash([]byte(key)))] = v
	}
	return values, nil
}

func (s *stub) GetPrivateDataHash(collection, key string) ([]byte, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	wire(collection, key)
	if _, ok := s.def.collections[collection]; !ok {
		err := fmt.Errorf("collection [%s] not defined in the collection config for chaincode [%s]",
			collection, s.def.name)
		return nil, s.failed(peer.ChaincodeMessage_GET_PRIVATE_DATA_HASH, err)
	}
	if e := s.readHashed(collection, key); e != nil {
		return bytes.Clone(e.value), nil
	}
	return nil, nil
}

func (s *stub) PutPrivateData(collection, key string, value []byte) error {
	if collection == "" {
		return errNoCollection
	}
	return s.put(collection, key, value)
}

func (s *stub) DelPrivateData(collection, key string) error {
	if collection == "" {
		return errNoCollection
	}
	return s.change(record{collection: collection, key: key, kind: delValue})
}

func (s *stub) PurgePrivateData(collection, key string) error {
	if collection == "" {
		return errNoCollection
	}
	return s.change(record{collection: collection, key: key, kind: purgeValue})
}

func (s *stub) SetPrivateDataValidationParameter(collection, key string, policy []byte) error {
	return s.change(record{collection: collection, key: key, value: policy, kind: putPolicy})
}

func (s *stub) GetPrivateDataValidationParameter(collection, key string) ([]byte, error) {
	if collection == "" { // the shim doesn't check: this is the public key's
		return s.GetStateValidationParameter(key)
	}
	wire(collection, key)
	if _, err := s.collection(collection, false); err != nil {
		return nil, s.failed(peer.ChaincodeMessage_GET_STATE_METADATA, err)
	}
	if e := s.readHashed(collection, key); e != nil {
		return bytes.Clone(e.policy), nil
	}
	return nil, nil
}

// applyPrivate is the peer's side of a change to a collection.
func (s *stub) applyPrivate(r record, value []byte) error {
	if _, err := s.collection(r.collection, true); err != nil {
		return err
	}
	if err := s.sim.mayWrite(); err != nil {
		return err
	}
	b := s.sim.rw.collection(s.def.name, r.collection)
	keyHash := string(hash([]byte(r.key)))
	plain := PrivateWrite{Namespace: s.def.name, Collection: r.collection, Key: r.key}
	if r.kind == putPolicy {
		b.setPolicy(keyHash, value)
		plain.MetadataOnly = true
		b.metadata[r.key] = plain
		return nil
	}
	public := Write{Key: keyHash, Delete: true, Purge: r.kind == purgeValue}
	plain.Delete = true
	if r.kind == putValue && len(value) > 0 {
		public.Value, public.Delete = hash(value), false
		plain.Value, plain.Delete = value, false
	}
	b.writes[keyHash], b.private[r.key] = public, plain
	return nil
}

// Ranges over private data are allowed in a transaction that writes nothing, and
// aren't protected against phantoms.
func (s *stub) GetPrivateDataByRange(collection, start, end string) (shim.StateQueryIteratorInterface, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	start, err := simpleRange(start, end)
	if err != nil {
		return nil, err
	}
	return s.queryPrivate(collection, start, end)
}

func (s *stub) GetPrivateDataByPartialCompositeKey(collection, objectType string,
	attributes []string) (shim.StateQueryIteratorInterface, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	prefix, err := shim.CreateCompositeKey(objectType, attributes)
	if err != nil {
		return nil, err
	}
	return s.queryPrivate(collection, prefix, prefix+maxRune)
}

func (s *stub) queryPrivate(collection, start, end string) (shim.StateQueryIteratorInterface, error) {
	wire(collection, start, end)
	c, err := s.collection(collection, false)
	if err == nil && s.sim.wrote {
		err = fmt.Errorf(
			"txid [%s]: unsuppored transaction. Queries on pvt data is supported only in a read-only transaction",
			s.GetTxID())
	}
	if err != nil {
		return nil, s.failed(peer.ChaincodeMessage_GET_STATE_BY_RANGE, err)
	}
	s.sim.privateQueried = true
	it := &iterator{stub: s, left: s.sim.net.cfg.TotalQueryLimit, rows: &rows{cursor: &cursor{}}}
	if c.member(s.sim.peer.msp) {
		it.rows = s.sim.open(s.def.name, privateSpace(s.def.name, collection), start, end, 0)
	}
	it.fetch()
	return it, nil
}

func (s *stub) GetPrivateDataQueryResult(collection, _ string) (shim.StateQueryIteratorInterface, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	return nil, s.failed(peer.ChaincodeMessage_GET_QUERY_RESULT, errors.New("ExecuteQuery not supported for leveldb"))
}
