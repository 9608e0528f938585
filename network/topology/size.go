package topology

import (
	"fmt"
	"strconv"
	"strings"
)

// Size is a number of bytes, written "8 MB", "512 KB" or "1000"; the units are
// powers of 1024, as Fabric reads them.
type Size uint32

// String writes the size in the largest unit that divides it.
func (s Size) String() string {
	for _, unit := range units {
		if s >= unit.bytes && s%unit.bytes == 0 {
			return fmt.Sprintf("%d %s", s/unit.bytes, unit.name)
		}
	}
	return strconv.Itoa(int(s))
}

// UnmarshalText reads a size; it refuses a negative one and one above 4 GB.
func (s *Size) UnmarshalText(text []byte) error {
	number, factor := strings.ToUpper(strings.TrimSpace(string(text))), Size(1)
	for _, unit := range units {
		if cut, ok := strings.CutSuffix(number, unit.name); ok {
			number, factor = strings.TrimSpace(cut), unit.bytes
			break
		}
	}
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil || n*uint64(factor) > 1<<32-1 {
		return fmt.Errorf("%q is not a size; write e.g. \"8 MB\"", text)
	}
	*s = Size(n) * factor
	return nil
}

var units = []struct {
	name  string
	bytes Size
}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}}
