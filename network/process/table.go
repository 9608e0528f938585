package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"tallystick/network/wholefile"
)

// Table is a network's programs on this machine.
type Table struct {
	Records string // directory of <name>.json
	Logs    string // directory of <name>.log
	// Exits, if set, hears how a program ended that was started through this table.
	Exits func(name string, how *os.ProcessState)
}

// Log returns the path of a program's log.
func (t Table) Log(name string) string { return filepath.Join(t.Logs, name+".log") }

func (t Table) record(name string) string { return filepath.Join(t.Records, name+".json") }

// Lookup says what has become of a program. The record is zero when Stopped.
func (t Table) Lookup(name string) (Record, State, error) {
	text, err := os.ReadFile(t.record(name))
	if errors.Is(err, fs.ErrNotExist) {
		return Record{}, Stopped, nil
	}
	if err != nil {
		return Record{}, "", err
	}
	var record Record
	if err := json.Unmarshal(text, &record); err != nil {
		return Record{}, "", fmt.Errorf(
			"record %s is damaged (%w); end the process by hand if it runs, and remove the file", t.record(name), err)
	}
	if !record.alive() {
		return record, Stale, nil
	}
	return record, Running, nil
}

// Start runs the spec unless it is running. It answers whether it started
// anything. A program that runs with another fingerprint is left as it is: stop
// it first. Refused are a missing program ([MissingError]) and a port that
// somebody else listens on ([PortError]). It is an error, too, if the system doesn't
// limit its memory; then it runs, and Stop ends it.
//
// Start returns when the process exists, not when it is ready.
func (t Table) Start(spec Spec) (started bool, err error) { return t.start(spec, Revivals{}) }

func (t Table) start(spec Spec, so Revivals) (started bool, err error) {
	_, state, err := t.Lookup(spec.Name)
	if err != nil || state == Running {
		return false, err
	}
	fingerprint, err := spec.fingerprint()
	if errors.Is(err, fs.ErrNotExist) {
		return false, &MissingError{spec.Name, spec.Program}
	} else if err != nil {
		return false, err
	}
	if err := checkPorts(spec); err != nil {
		return false, err
	}
	if err := os.MkdirAll(t.Records, 0o700); err != nil {
		return false, err
	}
	cmd, err := t.launch(spec)
	if err != nil {
		return false, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	err = errors.Join(limitMemory(cmd.Process.Pid, 2*spec.Memory),
		t.remember(spec, fingerprint, int32(cmd.Process.Pid), so))
	go func() { // reap it if it dies while this program still runs; else init does
		_ = cmd.Wait()
		if t.Exits != nil {
			t.Exits(spec.Name, cmd.ProcessState)
		}
	}()
	return true, err
}

// launch starts the process in a session of its own, so that a Ctrl-C at the
// terminal does not reach it, with its output at the end of its log.
func (t Table) launch(spec Spec) (*exec.Cmd, error) {
	if err := os.MkdirAll(t.Logs, 0o700); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(t.Log(spec.Name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(spec.Program, spec.Args...)
	cmd.Dir = spec.Dir
	cmd.Env = append(append(inherited(), t.mark(spec.Name)), spec.environment()...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, cmd.Start()
}

// remember writes the record. A process that cannot be remembered is ended: it
// could never be found again.
func (t Table) remember(spec Spec, fingerprint string, pid int32, so Revivals) error {
	started, exe, err := identify(pid)
	if err != nil { // it has died already; the record makes that visible as Stale
		started, exe = 0, spec.Program
	}
	err = t.write(Record{
		Name: spec.Name, Party: spec.Party, PID: pid, Started: started, Exe: exe,
		Listens: spec.Listens, Fingerprint: fingerprint, Spec: spec, Revivals: so,
	})
	if err != nil {
		_ = syscall.Kill(int(pid), syscall.SIGKILL) // our own unreaped child: the pid is still its
		return fmt.Errorf("remember %s: %w", spec.Name, err)
	}
	return nil
}

func (t Table) write(r Record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return wholefile.Write(t.record(r.Name), text, 0o600)
}

// Current says whether the running program is what the spec describes.
func (t Table) Current(spec Spec) (bool, error) {
	record, state, err := t.Lookup(spec.Name)
	if err != nil || state != Running {
		return false, err
	}
	fingerprint, err := spec.fingerprint()
	return err == nil && fingerprint == record.Fingerprint, err
}

// Alive returns nil while the program runs, else an [ExitError] with the end of
// its log.
func (t Table) Alive(name string) error {
	_, state, err := t.Lookup(name)
	if err != nil || state == Running {
		return err
	}
	return &ExitError{Name: name, Log: t.Log(name), LastWords: lastWords(t.Log(name))}
}

func inherited() []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// Names lists all programs that have a record, running or not.
func (t Table) Names() ([]string, error) {
	files, err := filepath.Glob(t.record("*"))
	if err != nil {
		return nil, err
	}
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(filepath.Base(file), ".json")
	}
	return names, nil
}
