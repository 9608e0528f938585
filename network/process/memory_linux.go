package process

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// limitMemory has the system refuse a process more than so many bytes of data; 0 is
// no limit. Limits of a control group need rights that nobody needs here. A process
// that is gone already needs none; that the system refuses is an error.
//
// Only the soft limit is set: what the process starts inherits both, and could not
// raise the hard one for a larger child.
func limitMemory(pid int, bytes uint64) error {
	var limit unix.Rlimit
	err := unix.Prlimit(pid, unix.RLIMIT_DATA, nil, &limit)
	if err == nil {
		if limit.Cur = limit.Max; bytes > 0 {
			limit.Cur = min(bytes, limit.Max)
		}
		err = unix.Prlimit(pid, unix.RLIMIT_DATA, &limit, nil)
	}
	if err == nil || errors.Is(err, unix.ESRCH) {
		return nil
	}
	return fmt.Errorf("limit the memory of process %d: %w", pid, err)
}
