package ledgersim

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"
)

// realShim runs a chaincode in the real shim, over a stream to this package's
// peer. Whatever a script shows must be the same with it and with our own stub.
type realShim struct{ shim.Chaincode }

func (r realShim) Invoke(s shim.ChaincodeStubInterface) *peer.Response {
	c := &chat{
		stub: s.(*stub), up: make(chan *peer.ChaincodeMessage), down: make(chan *peer.ChaincodeMessage),
		queries: map[string]*iterator{},
	}
	done := make(chan error)
	go func() { done <- shim.StartInProc("cc", c, r.Chaincode) }()
	res := c.run()
	close(c.down)
	for {
		select {
		case <-c.up: // the shim's last words
		case <-done:
			return res
		}
	}
}

// chat is the stream, and the peer's end of it (core/chaincode/handler.go).
type chat struct {
	stub     *stub
	up, down chan *peer.ChaincodeMessage
	queries  map[string]*iterator
	failed   []*peer.WriteRecord
}

func (c *chat) Send(m *peer.ChaincodeMessage) error {
	c.up <- proto.CloneOf(m)
	return nil
}

func (c *chat) Recv() (*peer.ChaincodeMessage, error) {
	m, ok := <-c.down
	if !ok {
		return nil, io.EOF
	}
	return proto.CloneOf(m), nil
}

func (c *chat) CloseSend() error { return nil }

func (c *chat) run() *peer.Response {
	<-c.up // REGISTER
	c.down <- &peer.ChaincodeMessage{Type: peer.ChaincodeMessage_REGISTERED}
	c.down <- &peer.ChaincodeMessage{
		Type: peer.ChaincodeMessage_READY, Payload: marshal(&peer.ChaincodeAdditionalParams{
			UseWriteBatch: true, MaxSizeWriteBatch: batchSize, UseGetMultipleKeys: true, MaxSizeGetMultipleKeys: 1000}),
	}
	signed, _ := c.stub.GetSignedProposal()
	c.down <- c.message(peer.ChaincodeMessage_TRANSACTION, marshal(&peer.ChaincodeInput{Args: c.stub.args}), signed)
	for m := range c.up {
		switch m.Type {
		case peer.ChaincodeMessage_COMPLETED:
			res := &peer.Response{}
			must(proto.Unmarshal(m.Payload, res))
			c.stub.event = m.ChaincodeEvent
			return res
		case peer.ChaincodeMessage_ERROR: // the batch sent at the end was refused: let our own stub send it
			c.stub.StartWriteBatch()
			for _, w := range c.failed {
				must(c.stub.change(changeOf(w)))
			}
			return shim.Success(nil)
		}
		payload, err := c.answer(m)
		if err != nil {
			c.down <- c.message(peer.ChaincodeMessage_ERROR, []byte(c.stub.failed(m.Type, err).Error()), nil)
			continue
		}
		c.down <- c.message(peer.ChaincodeMessage_RESPONSE, payload, nil)
	}
	return nil
}

func (c *chat) message(t peer.ChaincodeMessage_Type, payload []byte,
	signed *peer.SignedProposal) *peer.ChaincodeMessage {
	return &peer.ChaincodeMessage{
		Type: t, Payload: payload, Proposal: signed, Txid: c.stub.GetTxID(), ChannelId: c.stub.GetChannelID(),
	}
}

func (c *chat) answer(m *peer.ChaincodeMessage) ([]byte, error) {
	ns := c.stub.def.name
	switch m.Type {
	case peer.ChaincodeMessage_GET_STATE:
		get := read(m, &peer.GetState{})
		if get.Collection != "" {
			return c.stub.readPrivate(get.Collection, get.Key)
		}
		if e := c.stub.sim.read(ns, get.Key); e != nil {
			return e.value, nil
		}
		return nil, nil
	case peer.ChaincodeMessage_GET_STATE_MULTIPLE:
		out := &peer.GetStateMultipleResult{}
		for _, key := range read(m, &peer.GetStateMultiple{}).Keys {
			var value []byte
			if e := c.stub.sim.read(ns, key); e != nil {
				value = e.value
			}
			out.Values = append(out.Values, value)
		}
		return marshal(out), nil
	case peer.ChaincodeMessage_GET_STATE_METADATA:
		out := &peer.StateMetadataResult{}
		if e := c.stub.sim.read(ns, read(m, &peer.GetStateMetadata{}).Key); e != nil {
			out.Entries = append(out.Entries, &peer.StateMetadata{Metakey: policyMetakey, Value: e.policy})
		}
		return marshal(out), nil
	case peer.ChaincodeMessage_GET_PRIVATE_DATA_HASH:
		get := read(m, &peer.GetState{})
		if e := c.stub.readHashed(get.Collection, get.Key); e != nil {
			return e.value, nil
		}
		return nil, nil
	case peer.ChaincodeMessage_GET_STATE_BY_RANGE, peer.ChaincodeMessage_QUERY_STATE_NEXT,
		peer.ChaincodeMessage_QUERY_STATE_CLOSE:
		return c.query(m)
	case peer.ChaincodeMessage_GET_QUERY_RESULT:
		return nil, errors.New("ExecuteQuery not supported for leveldb")
	case peer.ChaincodeMessage_GET_HISTORY_FOR_KEY:
		return nil, errors.New("history database is not enabled")
	case peer.ChaincodeMessage_INVOKE_CHAINCODE:
		spec := read(m, &peer.ChaincodeSpec{})
		out, err := c.stub.sim.invoke(spec.ChaincodeId.Name, spec.Input.Args)
		if err != nil {
			return nil, fmt.Errorf("execute failed: %w", err)
		}
		return marshal(c.message(peer.ChaincodeMessage_COMPLETED, marshal(out.response), nil)), nil
	}
	return nil, c.write(m)
}

func (c *chat) write(m *peer.ChaincodeMessage) error {
	switch m.Type {
	case peer.ChaincodeMessage_PUT_STATE:
		w := read(m, &peer.PutState{})
		return c.stub.apply(record{w.Collection, w.Key, w.Value, putValue})
	case peer.ChaincodeMessage_DEL_STATE:
		w := read(m, &peer.DelState{})
		return c.stub.apply(record{w.Collection, w.Key, nil, delValue})
	case peer.ChaincodeMessage_PUT_STATE_METADATA:
		w := read(m, &peer.PutStateMetadata{})
		return c.stub.apply(record{w.Collection, w.Key, w.Metadata.Value, putPolicy})
	case peer.ChaincodeMessage_WRITE_BATCH_STATE:
		batch := read(m, &peer.WriteBatchState{})
		for _, w := range batch.Rec {
			if err := c.stub.apply(changeOf(w)); err != nil {
				c.failed = batch.Rec
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("peer knows no message %s", m.Type)
}

func changeOf(w *peer.WriteRecord) record {
	r := record{w.Collection, w.Key, w.Value, kind(w.Type)}
	switch w.Type {
	case peer.WriteRecord_PUT_STATE:
		r.kind = putValue
	case peer.WriteRecord_DEL_STATE:
		r.kind = delValue
	case peer.WriteRecord_PURGE_PRIVATE_DATA:
		r.kind = purgeValue
	case peer.WriteRecord_PUT_STATE_METADATA:
		r.kind, r.value = putPolicy, w.Metadata.Value
	}
	return r
}

func (c *chat) query(m *peer.ChaincodeMessage) ([]byte, error) {
	switch m.Type {
	case peer.ChaincodeMessage_QUERY_STATE_NEXT:
		it := c.queries[read(m, &peer.QueryStateNext{}).Id]
		if it == nil {
			return nil, errors.New("query iterator not found")
		}
		it.fetch()
		return c.rows(it, nil), nil
	case peer.ChaincodeMessage_QUERY_STATE_CLOSE:
		delete(c.queries, read(m, &peer.QueryStateClose{}).Id)
		return marshal(&peer.QueryResponse{}), nil
	}
	get, meta := read(m, &peer.GetStateByRange{}), &peer.QueryMetadata{}
	must(proto.Unmarshal(get.Metadata, meta))
	var found shim.StateQueryIteratorInterface
	var page *peer.QueryResponseMetadata
	var err error
	if get.Collection != "" {
		found, err = c.stub.queryPrivate(get.Collection, get.StartKey, get.EndKey)
	} else {
		found, page, err = c.stub.query(get.StartKey, get.EndKey, meta.PageSize, meta.Bookmark)
	}
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	return c.rows(found.(*iterator), page), nil
}

func (c *chat) rows(it *iterator, page *peer.QueryResponseMetadata) []byte {
	out := &peer.QueryResponse{HasMore: it.more, Id: fmt.Sprintf("%p", it)}
	c.queries[out.Id] = it
	for _, row := range it.batch {
		out.Results = append(out.Results, &peer.QueryResultBytes{ResultBytes: marshal(row)})
	}
	if page != nil {
		out.Metadata = marshal(page)
	}
	return marshal(out)
}

func read[M proto.Message](m *peer.ChaincodeMessage, into M) M {
	must(proto.Unmarshal(m.Payload, into))
	return into
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Every assumption holds with the real shim in place of our stub.
func TestAssumptionsWithRealShim(t *testing.T) {
	s := NewSubject(Config{Seed: 1}).(*modelSubject)
	for _, p := range s.net.Peers() {
		s.net.Install(p, ChaincodeA, realShim{Probe{}})
		s.net.Install(p, ChaincodeB, realShim{Probe{}})
	}
	for i, a := range Assumptions() {
		if err := a.Check(s, fmt.Sprintf("p%03d", i)); err != nil {
			t.Errorf("%v\n%s", err, a)
		}
	}
}

// Random scripts, errors included, give one answer and one read-write set.
func TestStubIsTheShims(t *testing.T) {
	step := rapid.SampledFrom([]string{"get a", "put a 1", "put b 2", "put '' 1", "put c ''", "del a", "multi a b a x",
		"multi",
		"range a c", "range '' ''", "range a z 1", "page a z 2", "page '' '' 1 b", "page a z 0", "begin", "finish",
		"policy a AMSP", "policyof a",
		"cput v t 1 2", "partial t 1", "history a", "query x", "event n 1", "event '' 1", "outer", "args", "who",
		"call probeb (put a 1; get a)", "call probeb (put a 2; fail no)", "call probeb (begin; put b 3)",
		"call probea (get a)",
		"call probeb (call probea (get a))", "call nosuch (get a)", "call probeb (page a z 1)", "fail no",
		"status 300 odd"})
	rapid.Check(t, func(t *rapid.T) {
		ours, theirs := probeNetwork(Config{Seed: 3}), probeNetwork(Config{Seed: 3})
		theirs.Install("AMSP", ChaincodeA, realShim{Probe{}})
		theirs.Install("AMSP", ChaincodeB, realShim{Probe{}})
		for range rapid.IntRange(1, 4).Draw(t, "transactions") {
			script := ""
			for _, s := range rapid.SliceOfN(step, 1, 8).Draw(t, "script") {
				if rapid.Bool().Draw(t, "try") {
					script += "try "
				}
				script += s + "; "
			}
			a, errA := runScript(ours, script)
			b, errB := runScript(theirs, script)
			if fmt.Sprint(errA) != fmt.Sprint(errB) {
				t.Fatalf("%s\nours:   %v\nshim's: %v", script, errA, errB)
			}
			if errA == nil {
				if d := cmp.Diff(a.RWSet(), b.RWSet()); d != "" ||
					string(a.Response().Payload) != string(b.Response().Payload) {
					t.Fatalf("%s\n%s\nours:   %s\nshim's: %s", script, d, a.Response(), b.Response())
				}
			}
		}
	})
}

func runScript(n *Network, script string) (*Envelope, error) {
	env, err := n.Endorse(n.Propose(n.Identity("AMSP", "client"), ChaincodeA, Args(script)...), "AMSP")
	if err != nil {
		return nil, err
	}
	n.Submit(env)
	_, err = n.Cut(0)
	n.DeliverAll()
	return env, err
}
