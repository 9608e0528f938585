package process

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// markEnv marks every process that a table starts with its record's path.
const markEnv = "TALLYNET_PROCESS"

// EndOrphans ends processes that this table started and has no record of:
// tallynet was killed between starting one and writing down its pid. It answers
// how many there were. Nobody may be starting processes meanwhile.
func (t Table) EndOrphans(ctx context.Context, grace time.Duration) (int, error) {
	all, err := process.Processes()
	if err != nil {
		return 0, err
	}
	ended := 0
	for _, p := range all {
		orphan, ok := t.orphan(p)
		if !ok {
			continue
		}
		if err := orphan.end(ctx, syscall.SIGKILL, grace); err != nil {
			return ended, fmt.Errorf("end orphan %s, pid %d: %w", orphan.Name, orphan.PID, err)
		}
		ended++
	}
	return ended, nil
}

// orphan says whether a process is ours and unrecorded. Only leaders of their
// process group count, which is what launch makes them: a program's own
// children inherit its mark.
func (t Table) orphan(p *process.Process) (Record, bool) {
	env, err := p.Environ()
	if err != nil { // another user's, or gone
		return Record{}, false
	}
	name := t.marked(env)
	if group, err := syscall.Getpgid(int(p.Pid)); name == "" || err != nil || group != int(p.Pid) {
		return Record{}, false
	}
	known, state, err := t.Lookup(name)
	if err != nil || state == Running && known.PID == p.Pid {
		return Record{}, false
	}
	started, exe, err := identify(p.Pid)
	return Record{Name: name, PID: p.Pid, Started: started, Exe: exe}, err == nil
}

// mark is the setting that a program of the name starts with.
func (t Table) mark(name string) string { return markEnv + "=" + t.record(name) }

// marked returns the name in this table's mark, or "".
func (t Table) marked(env []string) string {
	for _, setting := range env {
		record, ok := strings.CutPrefix(setting, markEnv+"=")
		if ok && filepath.Dir(record) == filepath.Clean(t.Records) {
			return strings.TrimSuffix(filepath.Base(record), ".json")
		}
	}
	return ""
}
