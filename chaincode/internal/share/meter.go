package share

import (
	"bytes"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// What a call costs, in rows written: every peer writes a row, two read it, and
// each byte goes to all peers and orderers.
const (
	perCall = 10.0 // a proposal's signatures, an endorsement's
	perRead = 1.0 / 8
	perByte = 1.0 / 1024
	// What is read stays on two peers, and is only copied and decoded.
	perByteRead = perByte / 8
	// Before a call its bytes are known alone. A grant of some 16 bytes makes a lot,
	// which is the most that bytes can make; no batch is free.
	perArgument = 1.0 / 16
	perBatch    = 200.0
	perQuestion = 100.0
)

// estimateOf is what a call is taken to cost until it ends, and whether it writes.
func estimateOf(args [][]byte) (cost float64, writes bool) {
	size := 0
	for _, a := range args {
		size += len(a)
	}
	if len(args) > 0 && bytes.HasPrefix(args[0], []byte("query:")) {
		return perQuestion, false
	}
	return perBatch + float64(size)*perArgument, true
}

// meter is a stub that counts what is read and written through it.
type meter struct {
	shim.ChaincodeStubInterface
	reads, writes, bytes, read int
}

func (m *meter) cost() float64 {
	return perCall + float64(m.writes) + perRead*float64(m.reads) + perByte*float64(m.bytes) +
		perByteRead*float64(m.read)
}

// GetState counts one read and its bytes.
func (m *meter) GetState(key string) ([]byte, error) {
	value, err := m.ChaincodeStubInterface.GetState(key)
	m.reads++
	m.read += len(value)
	return value, err
}

// GetMultipleStates counts a read for each key, and their bytes.
func (m *meter) GetMultipleStates(keys ...string) ([][]byte, error) {
	values, err := m.ChaincodeStubInterface.GetMultipleStates(keys...)
	m.reads += len(keys)
	for _, value := range values {
		m.read += len(value)
	}
	return values, err
}

// PutState counts one write and its bytes.
func (m *meter) PutState(key string, value []byte) error {
	m.writes++
	m.bytes += len(key) + len(value)
	return m.ChaincodeStubInterface.PutState(key, value)
}

// GetPrivateData counts one read.
func (m *meter) GetPrivateData(collection, key string) ([]byte, error) {
	m.reads++
	return m.ChaincodeStubInterface.GetPrivateData(collection, key)
}

// PutPrivateData counts one write and its bytes.
func (m *meter) PutPrivateData(collection, key string, value []byte) error {
	m.writes++
	m.bytes += len(key) + len(value)
	return m.ChaincodeStubInterface.PutPrivateData(collection, key, value)
}

// GetStateByRange counts every row that is read of it.
func (m *meter) GetStateByRange(from, to string) (shim.StateQueryIteratorInterface, error) {
	rows, err := m.ChaincodeStubInterface.GetStateByRange(from, to)
	return m.counted(rows), err
}

// GetStateByRangeWithPagination counts every row that is read of it.
func (m *meter) GetStateByRangeWithPagination(from, to string, page int32,
	bookmark string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	rows, meta, err := m.ChaincodeStubInterface.GetStateByRangeWithPagination(from, to, page, bookmark)
	return m.counted(rows), meta, err
}

func (m *meter) counted(rows shim.StateQueryIteratorInterface) shim.StateQueryIteratorInterface {
	if rows == nil {
		return nil
	}
	return iterator{rows, m}
}

type iterator struct {
	shim.StateQueryIteratorInterface
	meter *meter
}

// Next counts one read and its bytes.
func (i iterator) Next() (*queryresult.KV, error) {
	kv, err := i.StateQueryIteratorInterface.Next()
	i.meter.reads++
	i.meter.read += len(kv.GetValue())
	return kv, err
}
