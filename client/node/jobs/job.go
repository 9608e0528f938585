package jobs

import (
	"encoding/json"
	"time"

	"tallystick/client/node"
)

// State is how far a job is.
type State string

// The states. Every job ends: one that isn't done within [Patience] is refused with what it met last, and one that
// fails [MostFails] times and gets no further is refused at once.
const (
	Coming  State = "coming"  // its file is being sent
	Waiting State = "waiting" // for its turn, or until it is tried again
	Running State = "running"
	Done    State = "done"
	Refused State = "refused"
)

// Job is work that was asked for.
type Job struct {
	ID        string    `json:"id"`        // its request's Idempotency-Key
	Operation string    `json:"operation"` // such as import.run
	Who       string    `json:"who"`       // asked for it
	State     State     `json:"state" jsonschema:"enum=coming,enum=waiting,enum=running,enum=done,enum=refused"`
	Made      time.Time `json:"made"`           // when it was asked for
	Ended     time.Time `json:"ended,omitzero"` // when it was done or refused
	Tries     int       `json:"tries"`          // how often it was begun
	Progress  Progress  `json:"progress"`       // how far it is
	// what the operation answers, once it is done; as it stands if it was refused
	Answer json.RawMessage `json:"answer,omitempty"`
	// why it was refused, or is tried again: the problem that the operation was answered with
	Problem json.RawMessage `json:"problem,omitempty"`
}

// Progress is how far a job is.
type Progress struct {
	Steps int    `json:"steps"`          // that were taken
	Step  string `json:"step,omitempty"` // the last of them
	// what is worked on now, how far, and of how much: 0 for not known
	On   string `json:"on,omitempty"`
	Done uint64 `json:"done,omitempty"`
	All  uint64 `json:"all,omitempty"`
}

// Tell is told of a step.
func (p *Progress) Tell(step string) { p.Steps, p.Step = p.Steps+1, step }

// reached is how far a job has ever been: steps under "", and how much of each thing that was worked on.
type reached map[string]uint64

// further says whether progress is more than there ever was, and remembers it. A job that is begun again is as far as
// it was before for long.
func (r reached) further(p Progress) (is bool) {
	for of, far := range map[string]uint64{"": uint64(p.Steps), "on " + p.On: p.Done} {
		if far > r[of] {
			r[of], is = far, true
		}
	}
	return is
}

// TellFar is told how far long work is.
func (p *Progress) TellFar(f node.Far) { p.On, p.Done, p.All = f.What, f.Done, f.All }

// Bounds of jobs.
const (
	Patience  = 24 * time.Hour   // how old a job may become that hasn't ended
	MostFails = 5                // how often one may fail, or end its process, without going on in between
	MaxFile   = 256 << 20        // bytes of a job's file
	mostOfOne = 16               // jobs that one caller may have waiting
	most      = 256              // jobs that may wait
	partSize  = 1 << 20          // bytes of a file that are written at once
	lease     = 15 * time.Second // how long a job is its process's without a word from it
)
