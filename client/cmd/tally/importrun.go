package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/client/config"
	"tallystick/client/gateway"
	"tallystick/client/importer"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// runImport runs one import with a bar of its own. One that is refused or stopped has a
// report too.
func (a *app) runImport(ctx context.Context, job importer.Job) (*importer.Report, error) {
	bar := newBar(a, job.Path)
	job.Reading = bar.reading
	s, err := a.scan(ctx, job)
	if err != nil {
		bar.end(err)
		return nil, err
	}
	if s.scanned.Job.DryRun {
		report, err := s.scanned.Feed(ctx)
		bar.end(err)
		return report, errors.Join(err, s.close())
	}
	report, err := s.run(ctx, bar.at)
	bar.end(err)
	return report, errors.Join(err, s.close())
}

// step is a file that was scanned, and whose import it is.
type step struct {
	app     *app
	cfg     config.Config
	vault   *vault.Vault // nil if its mapping needs none
	scanned *importer.Scanned
}

// scan reads a file with what its mapping needs of the party's state directory.
// Nothing is sent.
func (a *app) scan(ctx context.Context, job importer.Job) (s *step, err error) {
	s = &step{app: a}
	if s.cfg, err = a.config(map[string]any{"lanes": fmt.Sprintf("1-%d", job.Mapping.Shards)}); err != nil {
		return nil, err
	}
	job.State, job.Stores.Party = s.cfg.State, s.cfg.Party
	if job.Mapping.NeedsVault() && !(job.DryRun && !vault.Exists(s.cfg.State)) {
		if s.vault, err = vault.Open(s.cfg.State, s.cfg.Party); err != nil {
			return nil, err
		}
		job.Stores.Vault = s.vault
	}
	if err := a.countIn(ctx, &job); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if s.scanned, err = job.Scan(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// countIn has points counted in the digits of their programme, which the ledger knows. A
// dry run needs no network: without one it says what it takes them for.
func (a *app) countIn(ctx context.Context, job *importer.Job) error {
	programme := job.Mapping.PointsOf()
	if programme == "" {
		return nil
	}
	var digits uint8
	err := a.with(ctx, func(ctx context.Context, g *node.Node) error {
		s, err := askScales(ctx, g)
		if err == nil {
			digits, err = s.of(programme)
		}
		return err
	})
	if job.DryRun && fault.CodeOf(err) == fault.Unavailable {
		job.Notes = append(job.Notes, "no peer answers: points of "+programme+" are counted as whole ones")
		return nil
	}
	if err != nil {
		return err
	}
	return job.Mapping.SetDigits(digits)
}

func (s *step) close() error {
	if s.vault == nil {
		return nil
	}
	return s.vault.Close()
}

// run feeds what was scanned.
func (s *step) run(ctx context.Context, progress func(done, all uint64)) (report *importer.Report, err error) {
	g, err := s.app.connect(ctx, s.cfg)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	job := &s.scanned.Job
	job.Progress = progress
	job.Open = func(ctx context.Context, name string, shards int, report func(gateway.Fed)) (importer.Source, error) {
		return g.Gateway().Source(ctx, name, shards, report)
	}
	job.Enrol = func(ctx context.Context, reqs []command.Request) []error { return doAll(ctx, g, reqs) }
	if job.Mapping.NeedsIndex() {
		ix, err := g.Index(ctx)
		if err != nil {
			return nil, err
		}
		from := lookups{ctx, ix}
		lookup := &grants{g: g, from: from, patience: patience}
		job.Stores.Entitlements = func(benefit, member string) ([]importer.Granted, error) { return lookup.find(ctx, benefit, member) }
		job.Stores.Shop = from
		job.Stores.Linked = func(channel string, account codec.Hash) (string, error) {
			return from.linked(s.cfg.Party, channel, account)
		}
	}
	return s.scanned.Feed(ctx)
}

// atOnce is how many commands of a run wait at a time.
const atOnce = 256

// doAll does independent commands, as many at a time as the lanes carry.
func doAll(ctx context.Context, g *node.Node, reqs []command.Request) []error {
	errs := make([]error, len(reqs))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, req := range reqs {
		group.Go(func() error {
			_, errs[i] = g.Gateway().Do(ctx, "", req)
			return nil
		})
	}
	_ = group.Wait() // each has its own
	return errs
}

// patience is how long an import waits, in all, for entitlements to turn up that
// the read model hasn't: the peer that it reads from may be some blocks behind the
// one that took them.
const patience = 5 * time.Second

// grants looks entitlements up for write-offs.
type grants struct {
	g        *node.Node
	from     lookups
	patience time.Duration // that is left
}

// find lists a member's entitlements to a benefit by their numbers.
func (l *grants) find(ctx context.Context, benefit, member string) ([]importer.Granted, error) {
	for {
		list, err := l.from.granted(benefit, member)
		if err != nil || len(list) > 0 || l.patience <= 0 {
			return list, err
		}
		began := time.Now()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		if _, err := l.g.Index(ctx); err != nil {
			return nil, err
		}
		l.patience -= time.Since(began)
	}
}

func granted(r *index.Reading, id, member string) ([]importer.Granted, error) {
	found, err := index.All[benefit.Entitlement](r, index.Filter{Member: member, Topic: id})
	if err != nil {
		return nil, err
	}
	list := make([]importer.Granted, len(found))
	for i, one := range found {
		list[i].Entitlement = one.Row
		if list[i].Number, err = number.ParseRow(one.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}
