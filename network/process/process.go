// Package process starts, watches and ends the network's programs.
//
// A program is started from a [Spec] and remembered in a [Record], a small file
// beside its log, so that a later tallynet finds it again. A pid is not enough
// to find it by: after a crash or a reboot the number may be another program's.
// So a record also holds when the program started and which file it runs, and a
// signal is only ever sent to a process that still agrees on both.
//
//	stopped ── Start ──▶ running ── Stop ──▶ stopped
//	                       │  ▲ └── Kill ──▶ stale, and held: it stays so until Start
//	         dies by itself▼  │Revive
//	                        stale (a record without a process)
//
// A record holds the whole spec, so that a supervisor can revive what died as it ran.
package process

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Spec says how to run one program.
type Spec struct {
	Name    string // unique in the network, e.g. "peer0.G"
	Party   string // who runs it
	Program string // absolute path
	Args    []string
	// Env is the program's own settings, KEY=VALUE. Of the caller's environment
	// it sees only PATH, HOME and TMPDIR: a stray CORE_* would change a peer.
	Env []string
	Dir string // working directory
	// Config is the text of the configuration file that the program reads, if
	// any, so that a changed file makes a changed spec.
	Config string
	// Listens lists every host:port that the program will listen on.
	Listens []string
	// Memory is how many bytes the program should keep within, if it isn't 0: a Go
	// program collects garbage harder as it comes near (GOMEMLIMIT). Past twice as
	// much of data the system gives it none, which ends it.
	Memory uint64
}

// fingerprint changes when running the spec would run something else: another
// command line or environment, or a program file that has been rebuilt.
func (s Spec) fingerprint() (string, error) {
	info, err := os.Stat(s.Program)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(struct {
		Spec
		Size     int64
		Modified time.Time
	}{s, info.Size(), info.ModTime().UTC()})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// State is what has become of a program.
type State string

// The states of a program.
const (
	Running State = "running"
	Stopped State = "stopped"
	// Stale is a record whose process is gone or has become another program: it
	// died without tallynet. Starting it again is safe.
	Stale State = "stale"
)

// Record is what is remembered of a started program.
type Record struct {
	Name    string
	Party   string
	PID     int32
	Started int64  // milliseconds since 1970, as the system reports it
	Exe     string // the file that the process runs
	Listens []string
	// Fingerprint is the spec's at the start.
	Fingerprint string
	// Spec is what was started.
	Spec Spec
	// Held says that somebody killed it on purpose: nothing revives it.
	Held bool `json:",omitempty"`
	Revivals
}

// Revivals is how often a program died and was started again since Start.
type Revivals struct {
	Count    int       `json:",omitempty"`
	LastExit string    `json:",omitempty"` // how it ended, as far as anybody saw
	Last     time.Time `json:",omitzero"`  // when it was started again
}

// ExitError says that a program ended while something waited for it.
type ExitError struct {
	Name      string
	Log       string // path
	LastWords string // from the log
}

func (e *ExitError) Error() string {
	return fmt.Sprintf("%s ended by itself; its log %s ends with:\n%s", e.Name, e.Log, e.LastWords)
}
