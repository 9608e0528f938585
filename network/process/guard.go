package process

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/shirou/gopsutil/v4/process"
)

// clockDrift is how far two readings of one process's start may be apart: the
// system counts from boot, and the boot's own time moves when the clock is set.
const clockDrift = 2000 // milliseconds

// identify reads what tells a process from a later one with the same pid.
//
// A process on its way out counts as there until it has closed its files, or
// its successor would find the port taken: it loses its exe first (then exe is
// ""), its leading thread may be a zombie while others still close.
func identify(pid int32) (started int64, exe string, err error) {
	p, err := process.NewProcess(pid)
	if err != nil {
		return 0, "", err
	}
	status, err := p.Status()
	if err != nil {
		return 0, "", err
	}
	if threads, err := p.NumThreads(); slices.Contains(status, process.Zombie) && (err != nil || threads <= 1) {
		return 0, "", os.ErrProcessDone
	}
	if started, err = p.CreateTime(); err != nil {
		return 0, "", err
	}
	exe, err = p.Exe()
	if errors.Is(err, fs.ErrNotExist) {
		return started, "", nil
	}
	// The system marks a running file that was replaced, as by a rebuild.
	return started, strings.TrimSuffix(exe, " (deleted)"), err
}

// alive says whether the recorded process still runs and is still itself.
func (r Record) alive() bool {
	started, exe, err := identify(r.PID)
	drift := started - r.Started
	return err == nil && (exe == r.Exe || exe == "") && -clockDrift <= drift && drift <= clockDrift
}

// signal sends a signal to the recorded process, or answers os.ErrProcessDone
// when that is gone.
//
// FindProcess takes a handle on whatever has the pid now; the handle stays on
// that process even if it dies and the number is given away. Only then is the
// process compared with the record, so the signal cannot hit a stranger.
func (r Record) signal(sig syscall.Signal) error {
	handle, err := os.FindProcess(int(r.PID))
	if err != nil {
		return os.ErrProcessDone
	}
	defer handle.Release()
	if !r.alive() {
		return os.ErrProcessDone
	}
	err = handle.Signal(sig)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// Memory returns the process's resident memory in bytes, or 0 if it is gone.
func (r Record) Memory() uint64 {
	p, err := process.NewProcess(r.PID)
	if err != nil {
		return 0
	}
	info, err := p.MemoryInfo()
	if err != nil {
		return 0
	}
	return info.RSS
}
