package row

import (
	"maps"
	"slices"
	"testing"

	"tallystick/chaincode/fuzzed"
)

// Nothing that stands under any key does more than fail to be read.
func FuzzRead(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	for _, prefix := range slices.Sorted(maps.Keys(readers)) {
		f.Add(prefix+"/D/01/0000000000000001/0000", []byte{version, 0x80})
		f.Add(prefix+"/", []byte{version, 0xf6})
		f.Add(prefix+"/x", []byte(nil))
	}
	f.Fuzz(func(_ *testing.T, key string, value []byte) {
		_, _ = Read(key, value)
		_, _ = Sealed(key)
	})
}
