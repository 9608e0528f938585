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
	// Before a call its bytes are known alone. A grant of some 16 bytes makes a lot,
	// which is the most that bytes can make; no batch is free.
	perArgument = 1.0 / 16
	perBatch    = 200.0
	perQuestion = 100.0
)

// estimateOf is what a call is taken to cost until it ends.
func estimateOf(args [][]byte) float64 {
	size := 0
	for _, a := range args {
		size += len(a)
	}
	if len(args) > 0 && bytes.HasPrefix(args[0], []byte("query:")) {
		return perQuestion
	}
	return perBatch + float64(size)*perArgument
}

// meter is a stub that counts what is read and written through it.
type meter struct {
	shim.ChaincodeStubInterface
	reads, writes, bytes int
}

func (m *meter) cost() float64 {
	return perCall + float64(m.writes) + perRead*float64(m.reads) + perByte*float64(m.bytes)
}

// GetState counts one read.
func (m *meter) GetState(key string) ([]byte, error) {
	m.reads++
	return m.ChaincodeStubInterface.GetState(key)
}

// GetMultipleStates counts a read for each key.
func (m *meter) GetMultipleStates(keys ...string) ([][]byte, error) {
	m.reads += len(keys)
	return m.ChaincodeStubInterface.GetMultipleStates(keys...)
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
func (m *meter) GetStateByRangeWithPagination(from, to string, page int32, bookmark string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
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

// Next counts one read.
func (i iterator) Next() (*queryresult.KV, error) {
	i.meter.reads++
	return i.StateQueryIteratorInterface.Next()
}
