package node

import (
	"context"
	"errors"
	"sync"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/gateway"
	"tallystick/client/importer"
	"tallystick/client/vault"
)

// feeds is what imports ask of the ledger.
type feeds interface {
	// Source opens a numbered source.
	Source(ctx context.Context, name string, shards int, report func(gateway.Fed)) (importer.Source, error)
	// Do does one command.
	Do(ctx context.Context, request string, req command.Request) (command.Receipt, error)
	// Redone are the commands that did what a source's own were refused.
	Redone(source string) ([]number.Command, error)
	// Programme is one programme.
	Programme(ctx context.Context, id string) (points.Programme, error)
}

// byGateway feeds by a gateway.
type byGateway struct{ *gateway.Gateway }

// Source opens a numbered source of the gateway's.
func (g byGateway) Source(ctx context.Context, name string, shards int,
	report func(gateway.Fed)) (importer.Source, error) {
	return g.Gateway.Source(ctx, name, shards, report)
}

// Programme asks a peer.
func (g byGateway) Programme(ctx context.Context, id string) (points.Programme, error) {
	return g.Query().Programme(ctx, id)
}

// Scan is an import whose file was read once: nothing of it was sent.
type Scan struct {
	node    *Node
	scanned *importer.Scanned
}

// ScanImport is the first half of an import: it reads the file, and sends nothing. Who was handed the scan closes it.
func (n *Node) ScanImport(ctx context.Context, c *Call, req ImportRequest) (*Scan, error) {
	m, err := req.mapping()
	if err != nil {
		return nil, err
	}
	if err := n.take(c, &req); err != nil {
		return nil, err
	}
	s, err := n.scan(ctx, c, importer.Job{Mapping: m}, req.Importing)
	if err != nil {
		return nil, errors.Join(err, c.file.Close())
	}
	return s, nil
}

func (n *Node) scan(ctx context.Context, c *Call, job importer.Job, req Importing) (*Scan, error) {
	in := c.file
	job.File, job.State, job.Stores.Party = in, n.cfg.State, n.Party()
	job.DryRun, job.Retry = req.DryRun, req.RetryRefused
	job.Reading = func(pass int, read, all int64) {
		if pass == 1 { // what the second one reads is told in commands
			c.TellFar(Far{What: in.Name, Bytes: true, Done: uint64(read), All: uint64(all)})
		}
	}
	if job.Mapping.NeedsVault() && !(job.DryRun && !vault.Exists(n.cfg.VaultAt())) {
		v, err := n.Vault()
		if err != nil {
			return nil, err
		}
		job.Stores.Vault = v
	}
	if err := n.countIn(ctx, &job); err != nil {
		return nil, err
	}
	scanned, err := job.Scan(ctx)
	return &Scan{n, scanned}, err
}

// countIn has points counted in the digits of their programme, which the ledger knows. A dry run needs no network:
// without one it says what it takes them for.
func (n *Node) countIn(ctx context.Context, job *importer.Job) error {
	programme := job.Mapping.PointsOf()
	if programme == "" {
		return nil
	}
	p, err := n.feeds.Programme(ctx, programme)
	if job.DryRun && fault.CodeOf(err) == fault.Unavailable {
		job.Notes = append(job.Notes, "no peer answers: points of "+programme+" are counted as whole ones")
		return nil
	}
	if err != nil {
		return err
	}
	return job.Mapping.SetDigits(p.Rules.Scale)
}

// Commands is how many commands its lines make.
func (s *Scan) Commands() uint64 { return s.scanned.Commands }

// Close closes the file.
func (s *Scan) Close() error { return s.scanned.Job.File.Close() }

// Feed is the second half of an import: it feeds the file from where the ledger's cursor stands. An import that is
// refused or stopped has a report, too. SOURCE_MOVED while this node does another import under the source.
func (s *Scan) Feed(ctx context.Context, c *Call) (importer.Outcome, error) {
	job := &s.scanned.Job
	outcome := importer.Outcome{Job: *job}
	if !job.DryRun {
		source := job.Mapping.Source
		if _, taken := s.node.feeding.LoadOrStore(source, true); taken {
			return outcome, fault.New(fault.SourceMoved, "%s is being imported now; import again once that has ended",
				source)
		}
		defer s.node.feeding.Delete(source)
		if err := s.connect(ctx, c); err != nil {
			return outcome, err
		}
	}
	var err error
	outcome.Report, err = s.scanned.Feed(ctx)
	return outcome, err
}

// connect gives a job what feeding needs of the ledger and the read model.
func (s *Scan) connect(ctx context.Context, c *Call) error {
	n, job := s.node, &s.scanned.Job
	name := job.File.Name
	job.Progress = func(done, all uint64) { c.TellFar(Far{What: name, Done: done, All: all}) }
	job.Open = n.feeds.Source
	job.Enrol = func(ctx context.Context, reqs []command.Request) []error { return n.doAll(ctx, reqs) }
	if !job.Mapping.NeedsIndex() {
		return nil
	}
	ix, err := n.Index(ctx)
	if err != nil {
		return err
	}
	from := lookups{ctx, ix}
	refresh := func() error { _, err := n.Index(ctx); return err }
	look := &grants{granted: from.granted, refresh: refresh, patience: patience}
	job.Stores.Entitlements = func(benefit, member string) ([]importer.Granted, error) {
		return look.find(ctx, benefit, member)
	}
	job.Stores.Shop = from
	job.Stores.Linked = func(channel string, account codec.Hash) (string, error) {
		return from.linked(n.Party(), channel, account)
	}
	return nil
}

// atOnce is how many commands of a run wait at a time.
const atOnce = 256

// doAll does independent commands, as many at a time as the lanes carry.
func (n *Node) doAll(ctx context.Context, reqs []command.Request) []error {
	errs := make([]error, len(reqs))
	var all sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i, req := range reqs {
		free <- struct{}{}
		all.Go(func() {
			_, errs[i] = n.feeds.Do(ctx, "", req)
			<-free
		})
	}
	all.Wait()
	return errs
}
