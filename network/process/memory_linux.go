package process

import "golang.org/x/sys/unix"

// limitMemory has the system refuse a process more than so many bytes of data; 0 is
// no limit. Limits of a control group need rights that nobody needs here. A process
// that is gone already needs none.
//
// Only the soft limit is set: what the process starts inherits both, and could not
// raise the hard one for a larger child.
func limitMemory(pid int, bytes uint64) {
	var limit unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_DATA, nil, &limit) != nil {
		return
	}
	if limit.Cur = limit.Max; bytes > 0 {
		limit.Cur = min(bytes, limit.Max)
	}
	_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &limit, nil)
}
