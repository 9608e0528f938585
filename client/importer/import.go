package importer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/client/gateway"
)

// Source is where the awards go: a numbered source of the ledger.
type Source interface {
	Cursor() uint64
	Feed(ctx context.Context, position uint64, req command.Request) error
	Flush(ctx context.Context) error
}

// OpenSource opens the numbered source of a name. The report hears about each
// position.
type OpenSource func(ctx context.Context, name string, shards int, report func(gateway.Fed)) (Source, error)

// Report is what an import did.
type Report struct {
	Source   string       `json:"source"`
	Lines    int          `json:"lines"`    // of the file, without its header
	Skipped  int          `json:"skipped"`  // left out by the mapping's conditions
	Awards   uint64       `json:"awards"`   // that the other lines make
	Points   amount.Units `json:"points"`   // in those awards
	Issued   uint64       `json:"issued"`   // awards of this run
	Before   uint64       `json:"before"`   // awards that were on the ledger already
	Rejected []Rejected   `json:"rejected"` // lines, by this program or by the ledger, in order
}

// Job is one import.
type Job struct {
	Mapping  *Mapping
	Path     string
	State    string // directory that remembers what was imported under which source
	Open     OpenSource
	Progress func(done, all uint64) // awards; called from several goroutines
}

// Run reads the file twice: once to know that it can be read and how much it
// is, then to feed it from where the ledger's cursor stands.
//
// CONFLICT if the source was fed with another mapping, or a file that doesn't
// begin with the one before: its positions would mean other lines.
func (j Job) Run(ctx context.Context) (*Report, error) {
	var plan Reading
	first, err := j.scan(&plan)
	if err != nil {
		return nil, err
	}
	if err := j.remember(first); err != nil {
		return nil, err
	}
	t := &tally{all: plan.Awards, progress: j.Progress, refused: map[uint64]error{}}
	source, err := j.Open(ctx, j.Mapping.Source, j.Mapping.Shards, t.hear)
	if err != nil {
		return nil, err
	}
	refused, err := j.feed(ctx, source, t)
	if err != nil {
		return nil, err
	}
	report := &Report{Source: j.Mapping.Source, Lines: plan.Lines, Skipped: plan.Skipped, Awards: plan.Awards,
		Points: plan.Points, Issued: t.issued, Before: t.before, Rejected: append(plan.Rejected, refused...)}
	slices.SortStableFunc(report.Rejected, func(a, b Rejected) int { return a.Line - b.Line })
	return report, nil
}

// scan reads the whole file and answers its fingerprint.
func (j Job) scan(r *Reading) (fingerprint, error) {
	file, err := Open(j.Path)
	if err != nil {
		return fingerprint{}, err
	}
	defer file.Close()
	sum := &counting{hash: sha256.New()}
	for _, err := range j.Mapping.Read(io.TeeReader(file, sum), r) {
		if err != nil {
			return fingerprint{}, fmt.Errorf("%s: %w", j.Path, err)
		}
	}
	mapping, err := json.Marshal(j.Mapping)
	if err != nil {
		return fingerprint{}, err
	}
	of := sha256.Sum256(mapping)
	return fingerprint{Mapping: hex.EncodeToString(of[:]), Size: sum.size, File: hex.EncodeToString(sum.hash.Sum(nil))}, nil
}

// feed hands every award to the source and answers the lines whose awards the
// ledger refused.
func (j Job) feed(ctx context.Context, source Source, t *tally) ([]Rejected, error) {
	file, err := Open(j.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	position, lines := uint64(0), []int{}
	for award, err := range j.Mapping.Read(file, new(Reading)) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", j.Path, err)
		}
		lines = append(lines, award.Line)
		req := points.IssueRequest{Programme: j.Mapping.Programme, Grants: []points.Grant{award.Grant}}
		if err := source.Feed(ctx, position, req); err != nil {
			return nil, err
		}
		position++
	}
	if err := source.Flush(ctx); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var refused []Rejected
	for at, err := range t.refused {
		refused = append(refused, Rejected{Line: lines[at], Reason: err.Error()})
	}
	return refused, nil
}

// tally counts what the source reports.
type tally struct {
	mu             sync.Mutex
	all            uint64
	issued, before uint64
	refused        map[uint64]error
	progress       func(done, all uint64)
}

func (t *tally) hear(fed gateway.Fed) {
	t.mu.Lock()
	switch {
	case fed.Before:
		t.before++
	case fed.Err != nil:
		t.refused[fed.Position] = fed.Err
	default:
		t.issued++
	}
	done := t.issued + t.before + uint64(len(t.refused))
	t.mu.Unlock()
	if t.progress != nil {
		t.progress(done, t.all)
	}
}

// fingerprint tells one import's input from another's.
type fingerprint struct {
	Mapping string `json:"mapping"` // SHA-256 of the mapping
	Size    int64  `json:"size"`    // bytes, unpacked
	File    string `json:"file"`    // SHA-256 of them
}

// remember compares the input with what was imported under the source before
// and writes it down. A file that was appended to is the same source.
func (j Job) remember(now fingerprint) error {
	path := filepath.Join(j.State, "imports", j.Mapping.Source+".json")
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		var before fingerprint
		if err := json.Unmarshal(data, &before); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := j.continues(before, now); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if data, err = json.MarshalIndent(now, "", "  "); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (j Job) continues(before, now fingerprint) error {
	if before.Mapping != now.Mapping {
		return fault.New(fault.Conflict, "source %s was imported with another mapping; its lines would count twice. Give this import another source", j.Mapping.Source)
	}
	if before == now {
		return nil
	}
	different := fault.New(fault.Conflict, "source %s was imported from a file that this one does not begin with. Give this import another source", j.Mapping.Source)
	if now.Size < before.Size {
		return different
	}
	file, err := Open(j.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.CopyN(sum, file, before.Size); err != nil {
		return err
	}
	if want, err := hex.DecodeString(before.File); err != nil || !bytes.Equal(want, sum.Sum(nil)) {
		return different
	}
	return nil
}

type counting struct {
	hash hash.Hash
	size int64
}

func (c *counting) Write(p []byte) (int, error) {
	c.size += int64(len(p))
	return c.hash.Write(p)
}
