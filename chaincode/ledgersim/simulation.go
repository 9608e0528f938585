package ledgersim

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// simulation is one run of a proposal on one peer: the peer's state at its
// height, what was read and written so far, and what that still allows. Nested
// calls share it. The rules are those of Fabric's tx_simulator.go and
// query_executor.go (core/ledger/kvledger/txmgmt/txmgr).
type simulation struct {
	net      *Network
	peer     *peerNode
	height   uint64
	proposal *Proposal
	rw       rwBuilder
	running  []string // the chaincodes on the call stack

	wrote          bool // any write so far
	paginated      bool // a paginated query was made: no writes any more
	privateQueried bool // a private range was read: no writes any more
}

// outcome is a chaincode's answer and event.
type outcome struct {
	response *peer.Response
	event    *peer.ChaincodeEvent
}

// invoke runs a chaincode in its own namespace. An error is the peer's or the
// shim's; a refusal is in the response.
func (s *simulation) invoke(name string, args [][]byte) (outcome, error) {
	s.rw.space("_lifecycle").reads[sequenceKey(name)] = s.version("_lifecycle", sequenceKey(name))
	def := s.net.definitionAt(name, s.height)
	if def == nil {
		return outcome{}, fmt.Errorf(
			"invalid invocation: [channel %s] failed to get chaincode container info for %s: chaincode %s not found",
			s.proposal.channel, name, name)
	}
	if slices.Contains(s.running, name) {
		return outcome{}, fmt.Errorf("error sending: txid: %s(%s) exists", s.proposal.txID, s.proposal.channel)
	}
	s.running = append(s.running, name)
	defer func() { s.running = s.running[:len(s.running)-1] }()

	st := &stub{sim: s, def: def, args: cloneArgs(args)}
	res := s.peer.codeFor(def).Invoke(st)
	out := outcome{response: &peer.Response{
		Status: res.GetStatus(), Message: res.GetMessage(), Payload: bytes.Clone(res.GetPayload()),
	}, event: st.event}
	if !utf8.ValidString(out.response.Message) {
		return out, errors.New(
			"transaction returned with failure: failed to marshal response: string field contains invalid UTF-8")
	}
	// The shim sends what a forgotten batch still holds, whatever the response.
	if err := st.FinishWriteBatch(); err != nil {
		return out, fmt.Errorf("transaction returned with failure: failed send batch: %w", err)
	}
	return out, nil
}

func (s *simulation) version(spaceName, key string) Version {
	if e := s.net.state.get(spaceName, key, s.height); e != nil {
		return e.version
	}
	return Version{}
}

// read gives a key's entry and puts it in the read set; nil when absent.
func (s *simulation) read(ns, key string) *entry {
	e := s.net.state.get(ns, key, s.height)
	v := Version{}
	if e != nil {
		v = e.version
	}
	s.rw.space(ns).reads[key] = v
	return e
}

func (s *simulation) write(ns, key string, value []byte) error {
	if err := s.mayWrite(); err != nil {
		return err
	}
	s.rw.space(ns).writes[key] = Write{Key: key, Value: value, Delete: len(value) == 0}
	return nil
}

func (s *simulation) writePolicy(ns, key string, policy []byte) error {
	if err := s.mayWrite(); err != nil {
		return err
	}
	s.rw.space(ns).setPolicy(key, policy)
	return nil
}

func (s *simulation) mayWrite() error {
	if s.privateQueried {
		return fmt.Errorf(
			"txid [%s]: unsuppored transaction. Transaction has already performed queries on pvt data. Writes are not allowed",
			s.proposal.txID)
	}
	if s.paginated {
		return fmt.Errorf(
			"txid [%s]: unsuppored transaction. Transaction has already performed a paginated query. Writes are not allowed",
			s.proposal.txID)
	}
	s.wrote = true
	return nil
}

func (s *simulation) mayPaginate() error {
	if s.wrote {
		return fmt.Errorf(
			"txid [%s]: unsuppored transaction. Paginated queries are supported only in a read-only transaction",
			s.proposal.txID)
	}
	s.paginated = true
	return nil
}

// rows is a running range: each row fetched is noted in the range's record.
type rows struct {
	cursor *cursor
	record *RangeQuery // nil for private data, which isn't protected against phantoms
	end    string
	limit  int // of a page, 0 for none
	given  int
}

// open begins a range over a namespace or, unrecorded, over private plaintext.
func (s *simulation) open(ns, spaceName, start, end string, pageSize int) *rows {
	r := &rows{cursor: s.net.state.scan(spaceName, start, end, s.height), end: end, limit: pageSize}
	if ns == spaceName {
		r.record = &RangeQuery{Start: start}
		sp := s.rw.space(ns)
		sp.ranges = append(sp.ranges, r.record)
	}
	return r
}

// next fetches a row; the entry is nil when the range or the page ends, and only
// then is the range on record as read to its end.
func (r *rows) next() (string, *entry) {
	if r.limit > 0 && r.given >= r.limit {
		r.exhaust()
		return "", nil
	}
	key, e := r.cursor.next()
	if e == nil {
		r.exhaust()
		return "", nil
	}
	r.given++
	if r.record != nil {
		r.record.Reads = append(r.record.Reads, Read{key, e.version})
		r.record.End = key
	}
	return key, e
}

func (r *rows) exhaust() {
	if r.record != nil {
		r.record.Exhausted, r.record.End = true, r.end
	}
}

// bookmark is the key at which the next page starts.
func (r *rows) bookmark() string {
	key, _ := r.cursor.next()
	return key
}
