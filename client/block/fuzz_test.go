package block

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/fuzzed"
)

// No block of a peer's takes its reader down.
func FuzzParse(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	f.Add([]byte{})
	for _, b := range []*common.Block{
		{}, {Header: &common.BlockHeader{Number: 1}, Data: &common.BlockData{Data: [][]byte{{1, 2}, nil}}},
		{Header: &common.BlockHeader{}, Metadata: &common.BlockMetadata{Metadata: [][]byte{{}, {}, {0}}},
			Data: &common.BlockData{Data: [][]byte{{}}}},
	} {
		data, err := proto.Marshal(b)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		var raw common.Block
		if proto.Unmarshal(data, &raw) == nil {
			_, _ = Parse(&raw)
		}
	})
}
