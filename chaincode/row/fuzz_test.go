package row

import (
	"maps"
	"slices"
	"testing"
)

// Nothing that stands under any key does more than fail to be read.
func FuzzRead(f *testing.F) {
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
