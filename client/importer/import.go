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
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/gateway"
	"tallystick/client/vault"
)

// Source is where the commands go: a numbered source of the ledger.
type Source interface {
	Cursor() uint64
	Feed(ctx context.Context, position uint64, req command.Request) error
	Flush(ctx context.Context) error
}

// OpenSource opens the numbered source of a name. The report hears about each
// position.
type OpenSource func(ctx context.Context, name string, shards int, report func(gateway.Fed)) (Source, error)

// Report is what an import did. The totals are what the lines come to that were
// not left out, seen before or rejected by this program.
type Report struct {
	Source  string `json:"source"`
	Kind    string `json:"kind"`
	Lines   int    `json:"lines"`   // of the file, without its header
	Skipped int    `json:"skipped"` // left out by the mapping's conditions
	Seen    int    `json:"seen"`    // of things that an earlier line had made
	Totals
	Commands uint64     `json:"commands"` // that the other lines make
	Done     uint64     `json:"done"`     // of them, in this run
	Before   uint64     `json:"before"`   // whose outcome was on the ledger already
	Refused  uint64     `json:"refused"`  // by the ledger, in this run
	Rejected []Rejected `json:"rejected"` // lines, by this program or by the ledger, in order
	Millis   int64      `json:"millis"`   // that feeding took
}

// Job is one import.
type Job struct {
	Mapping  *Mapping
	Path     string
	State    string // directory that remembers what was imported under which source
	Open     OpenSource
	Stores   Stores
	Strict   bool                   // nothing is sent if a line is rejected
	Progress func(done, all uint64) // commands; called from several goroutines
}

// Scanned is a file that was read once, and can be fed.
type Scanned struct {
	Reading
	Job Job // what feeding needs of it can be set until then
}

// Run reads the file twice: once to know that it can be read and how much it
// is, then to feed it from where the ledger's cursor stands.
//
// CONFLICT if the source was fed with another mapping, or a file that doesn't
// begin with the one before: its positions would mean other lines.
func (j Job) Run(ctx context.Context) (*Report, error) {
	scanned, err := j.Scan()
	if err != nil {
		return nil, err
	}
	return scanned.Feed(ctx)
}

// Scan is the first half of Run: it sends nothing. What lines want kept in the vault
// is kept from now on.
func (j Job) Scan() (*Scanned, error) {
	s := &Scanned{Job: j}
	first, err := j.scan(&s.Reading)
	if err != nil {
		return nil, err
	}
	if j.Strict && len(s.Rejected) > 0 {
		return s, nil
	}
	return s, j.remember(first)
}

// Feed is the second half of Run. BAD_REQUEST besides, with the report, if a strict
// job's file has lines that were rejected.
func (s *Scanned) Feed(ctx context.Context) (*Report, error) {
	j := s.Job
	report := &Report{
		Source: j.Mapping.Source, Kind: j.Mapping.Kind, Lines: s.Lines, Skipped: s.Skipped, Seen: s.Seen, Totals: s.Totals,
		Commands: s.Commands, Rejected: s.Rejected,
	}
	if j.Strict && len(s.Rejected) > 0 {
		return report, fault.New(fault.BadRequest, "%d lines of %s are rejected, so none was sent", len(s.Rejected), j.Path)
	}
	t := &tally{all: s.Commands, progress: j.Progress, refused: map[uint64]error{}}
	source, err := j.Open(ctx, j.Mapping.Source, j.Mapping.Shards, t.hear)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	refused, err := j.feed(ctx, source, t)
	if err != nil {
		return nil, err
	}
	report.Millis = time.Since(began).Milliseconds()
	report.Done, report.Before, report.Refused = t.done, t.before, uint64(len(refused))
	report.Rejected = append(report.Rejected, refused...)
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
	sum, kept := &counting{hash: sha256.New()}, keeper{vault: j.Stores.Vault}
	for item, err := range j.Mapping.Read(io.TeeReader(file, sum), j.Stores, r) {
		if err == nil {
			err = kept.take(item)
		}
		if err != nil {
			return fingerprint{}, fmt.Errorf("%s: %w", j.Path, err)
		}
	}
	if err := kept.flush(); err != nil {
		return fingerprint{}, err
	}
	mapping, err := json.Marshal(j.Mapping)
	if err != nil {
		return fingerprint{}, err
	}
	of := sha256.Sum256(mapping)
	return fingerprint{Mapping: hex.EncodeToString(of[:]), Size: sum.size, File: hex.EncodeToString(sum.hash.Sum(nil))}, nil
}

// keeper puts what items want kept into the vault, many at a time: each time costs
// the disk.
type keeper struct {
	vault Vault
	terms []vault.Terms
}

const keptAtOnce = 1000

func (k *keeper) take(item *Item) error {
	if item.keep == nil {
		return nil
	}
	if k.terms = append(k.terms, *item.keep); len(k.terms) < keptAtOnce {
		return nil
	}
	return k.flush()
}

func (k *keeper) flush() error {
	if len(k.terms) == 0 {
		return nil
	}
	defer func() { k.terms = nil }()
	return k.vault.PutTerms(k.terms...)
}

// feed hands every command to the source and answers the lines whose commands the
// ledger refused. Those that are done are counted and not made again: what they
// were made of may have changed since.
func (j Job) feed(ctx context.Context, source Source, t *tally) ([]Rejected, error) {
	file, err := Open(j.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	from, lines, doomed := source.Cursor(), []int{}, map[uint64]string{}
	for item, err := range j.Mapping.Read(file, j.Stores, new(Reading)) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", j.Path, err)
		}
		for _, draft := range item.Drafts {
			position, req, why := uint64(len(lines)), command.Request(nil), ""
			lines = append(lines, item.Lines[0])
			if position >= from {
				if req, why, err = draft(j.Stores); err != nil {
					return nil, fmt.Errorf("%s: line %d: %w", j.Path, item.Lines[0], err)
				}
			}
			if why != "" {
				doomed[position] = why
			}
			if err := source.Feed(ctx, position, req); err != nil {
				return nil, err
			}
		}
	}
	if err := source.Flush(ctx); err != nil {
		return nil, err
	}
	return t.rejected(lines, doomed), nil
}

// tally counts what the source reports.
type tally struct {
	mu           sync.Mutex
	all          uint64
	done, before uint64
	refused      map[uint64]error
	progress     func(done, all uint64)
}

func (t *tally) hear(fed gateway.Fed) {
	t.mu.Lock()
	switch {
	case fed.Before:
		t.before++
	case fed.Err != nil:
		t.refused[fed.Position] = fed.Err
	default:
		t.done++
	}
	done := t.done + t.before + uint64(len(t.refused))
	t.mu.Unlock()
	if t.progress != nil {
		t.progress(done, t.all)
	}
}

// rejected lists the refused positions by their lines, with the better reason
// where there is one.
func (t *tally) rejected(lines []int, doomed map[uint64]string) (list []Rejected) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, at := range slices.Sorted(maps.Keys(t.refused)) {
		reason := t.refused[at].Error()
		if why := doomed[at]; why != "" {
			reason = why
		}
		list = append(list, Rejected{Line: lines[at], Reason: reason})
	}
	return list
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
	data, err := bounds.File(path, bounds.Settings)
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
