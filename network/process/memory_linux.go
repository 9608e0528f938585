package process

import "golang.org/x/sys/unix"

// limitMemory has the system refuse a process more than so many bytes of data; 0 is
// no limit. Limits of a control group need rights that nobody needs here. A process
// that is gone already needs none.
func limitMemory(pid int, bytes uint64) {
	if bytes > 0 {
		_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: bytes, Max: bytes}, nil)
	}
}
