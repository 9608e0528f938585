package ledgersim

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

const (
	// Composite keys begin with U+0000; a range from "" begins after them.
	firstSimpleKey = "\x01"
	compositeStart = "\x00"
	maxRune        = "\U0010FFFF"

	// fetchSize is how many rows a peer hands the shim at once, having looked at one more.
	fetchSize = 100
)

func (s *stub) GetStateByRange(start, end string) (shim.StateQueryIteratorInterface, error) {
	start, err := simpleRange(start, end)
	if err != nil {
		return nil, err
	}
	it, _, err := s.query(start, end, 0, "")
	return it, err
}

func (s *stub) GetStateByRangeWithPagination(start, end string, pageSize int32,
	bookmark string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	start, err := simpleRange(start, end)
	if err != nil {
		return nil, nil, err
	}
	return s.query(start, end, pageSize, bookmark)
}

func (s *stub) GetStateByPartialCompositeKey(objectType string,
	attributes []string) (shim.StateQueryIteratorInterface, error) {
	prefix, err := shim.CreateCompositeKey(objectType, attributes)
	if err != nil {
		return nil, err
	}
	it, _, err := s.query(prefix, prefix+maxRune, 0, "")
	return it, err
}

func (s *stub) GetStateByPartialCompositeKeyWithPagination(objectType string, attributes []string, pageSize int32,
	bookmark string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	prefix, err := shim.CreateCompositeKey(objectType, attributes)
	if err != nil {
		return nil, nil, err
	}
	return s.query(prefix, prefix+maxRune, pageSize, bookmark)
}

func (s *stub) GetAllStatesCompositeKeyWithPagination(pageSize int32,
	bookmark string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	return s.query(compositeStart, compositeStart+maxRune, pageSize, bookmark)
}

func (s *stub) CreateCompositeKey(objectType string, attributes []string) (string, error) {
	return shim.CreateCompositeKey(objectType, attributes)
}

// SplitCompositeKey panics on what is no composite key, as the shim does.
func (s *stub) SplitCompositeKey(key string) (string, []string, error) {
	var parts []string
	from := 1
	for i := 1; i < len(key); i++ {
		if key[i] == 0 {
			parts = append(parts, key[from:i])
			from = i + 1
		}
	}
	return parts[0], parts[1:], nil
}

// Rich queries and history need CouchDB and the history database; this network
// has neither (core/ledger/.../stateleveldb.go, core/chaincode/handler.go).
func (s *stub) GetQueryResult(string) (shim.StateQueryIteratorInterface, error) {
	return nil, s.failed(peer.ChaincodeMessage_GET_QUERY_RESULT, errors.New("ExecuteQuery not supported for leveldb"))
}

func (s *stub) GetQueryResultWithPagination(_ string, pageSize int32,
	bookmark string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	if pageSize == 0 && bookmark == "" {
		it, err := s.GetQueryResult("")
		return it, nil, err
	}
	err := s.sim.mayPaginate()
	if err == nil {
		err = errors.New("ExecuteQueryWithMetadata not supported for leveldb")
	}
	return nil, nil, s.failed(peer.ChaincodeMessage_GET_QUERY_RESULT, err)
}

func (s *stub) GetHistoryForKey(key string) (shim.HistoryQueryIteratorInterface, error) {
	wire(key)
	return nil, s.failed(peer.ChaincodeMessage_GET_HISTORY_FOR_KEY, errors.New("history database is not enabled"))
}

func simpleRange(start, end string) (string, error) {
	if start == "" {
		start = firstSimpleKey
	}
	for _, key := range []string{start, end} {
		if key != "" && key[0] == 0 {
			return "", fmt.Errorf("first character of the key [%s] contains a null character which is not allowed", key)
		}
	}
	return start, nil
}

// query opens a range; it is paginated if a page size or a bookmark is given.
func (s *stub) query(start, end string, pageSize int32,
	bookmark string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	wire(start, end, bookmark)
	meta := &peer.QueryResponseMetadata{}
	it := &iterator{stub: s, left: s.sim.net.cfg.TotalQueryLimit}
	if pageSize == 0 && bookmark == "" {
		it.rows = s.sim.open(s.def.name, s.def.name, start, end, 0)
		it.fetch()
		return it, meta, nil
	}
	if err := s.sim.mayPaginate(); err != nil {
		return nil, nil, s.failed(peer.ChaincodeMessage_GET_STATE_BY_RANGE, err)
	}
	if bookmark != "" {
		start = bookmark
	}
	it.rows = s.sim.open(s.def.name, s.def.name, start, end, int(pageSize))
	if pageSize > 0 {
		it.left = min(it.left, int(pageSize))
	}
	it.fetchPage()
	meta.FetchedRecordsCount, meta.Bookmark = int32(len(it.batch)), it.rows.bookmark()
	return it, meta, nil
}

// iterator is the shim's: a batch of rows, and whether the peer has more
// (core/chaincode/query_response_generator.go).
type iterator struct {
	stub   *stub
	rows   *rows
	batch  []*queryresult.KV
	at     int
	ahead  *queryresult.KV // the row by which the peer knew that there were more
	left   int             // until TotalQueryLimit, which ends a range as if nothing followed
	more   bool
	closed bool
}

// fetch takes the next batch. Rows that were fetched, one beyond the batch
// included, are on record as read even if the chaincode stops before them.
func (it *iterator) fetch() {
	it.batch, it.at, it.more = nil, 0, false
	if it.ahead != nil {
		it.batch, it.ahead = append(it.batch, it.ahead), nil
	}
	for it.left > 0 {
		row := it.row()
		if row == nil {
			return
		}
		it.left--
		if len(it.batch) == fetchSize {
			it.ahead, it.more = row, true
			return
		}
		it.batch = append(it.batch, row)
	}
}

// fetchPage takes a whole page in one batch.
func (it *iterator) fetchPage() {
	for ; it.left > 0; it.left-- {
		row := it.row()
		if row == nil {
			return
		}
		it.batch = append(it.batch, row)
	}
}

func (it *iterator) row() *queryresult.KV {
	key, e := it.rows.next()
	if e == nil {
		return nil
	}
	return &queryresult.KV{Namespace: it.stub.def.name, Key: key, Value: bytes.Clone(e.value)}
}

func (it *iterator) HasNext() bool { return it.at < len(it.batch) || it.more }

func (it *iterator) Next() (*queryresult.KV, error) {
	if it.at >= len(it.batch) {
		if it.more {
			return nil, errors.New("invalid iterator state")
		}
		return nil, errors.New("no such key")
	}
	row := it.batch[it.at]
	it.at++
	if it.at == len(it.batch) && it.more {
		if it.closed {
			return nil, it.stub.failed(peer.ChaincodeMessage_QUERY_STATE_NEXT, errors.New("query iterator not found"))
		}
		it.fetch()
	}
	return row, nil
}

// Close lets the peer forget the range; the rows already here stay readable.
func (it *iterator) Close() error {
	it.closed = true
	return nil
}
