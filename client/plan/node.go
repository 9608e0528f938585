package plan

import (
	"context"
	"errors"

	"tallystick/client/bounds"
	"tallystick/client/importer"
	"tallystick/client/node"
	"tallystick/client/node/catalogue"
	"tallystick/client/remote"
	"tallystick/client/terms"
)

// Node is a party's node as a plan needs it. What is asked of it has so many blocks as it was told of at least.
type Node interface {
	// Scan reads the file of an import, and sends nothing.
	Scan(ctx context.Context, c *node.Call, m *importer.Mapping, req node.ImportRequest) (Scan, error)
	// Export and Accept hand the values of terms over.
	Export(ctx context.Context, seller string) (terms.File, error)
	Accept(ctx context.Context, file terms.File) (terms.Accepted, error)
	AtLeast(height uint64)
	Height() uint64 // blocks that it has seen
	Close() error
}

// Scan is an import whose file was read.
type Scan interface {
	Commands() uint64 // that its lines make
	Feed(ctx context.Context, c *node.Call) (importer.Outcome, error)
	Close() error
}

// Here is a node in this process.
func Here(n *node.Node) Node { return here{n} }

type here struct{ *node.Node }

func (h here) Scan(ctx context.Context, c *node.Call, _ *importer.Mapping, req node.ImportRequest) (Scan, error) {
	s, err := h.ScanImport(ctx, c, req)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (h here) Export(ctx context.Context, seller string) (terms.File, error) {
	return catalogue.TermsExport.Do(ctx, h.Node, &node.Call{}, catalogue.ExportTermsRequest{Seller: seller})
}

func (h here) Accept(ctx context.Context, file terms.File) (terms.Accepted, error) {
	return catalogue.TermsAccept.Do(ctx, h.Node, &node.Call{}, file)
}

// There is a node that runs as a process of its own. It reads a file twice: once for a dry run.
func There(n *remote.Node) Node { return &there{Node: n} }

type there struct {
	*remote.Node
	least uint64
}

func (t *there) AtLeast(height uint64) { t.least = max(t.least, height) }

func (t *there) Close() error { return nil }

func (t *there) Scan(ctx context.Context, c *node.Call, m *importer.Mapping, req node.ImportRequest) (Scan, error) {
	file, err := bounds.OpenInput(c.Upload.Name)
	if err != nil {
		return nil, err
	}
	s := &sent{node: t, upload: c.Upload, req: req}
	s.outcome.Job = importer.Job{Mapping: m, File: file}
	dry := req
	dry.DryRun = true
	if err := s.ask(ctx, c, dry); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	s.commands = s.outcome.Report.Commands
	return s, nil
}

func (t *there) Export(ctx context.Context, seller string) (terms.File, error) {
	return remote.Do(ctx, t.Node, catalogue.TermsExport, &node.Call{Least: t.least},
		catalogue.ExportTermsRequest{Seller: seller})
}

func (t *there) Accept(ctx context.Context, file terms.File) (terms.Accepted, error) {
	return remote.Do(ctx, t.Node, catalogue.TermsAccept, &node.Call{Least: t.least}, file)
}

// sent is an import that is sent to a node elsewhere.
type sent struct {
	node    *there
	upload  node.Upload
	req     node.ImportRequest
	outcome importer.Outcome // of the last time that it was asked for

	commands uint64 // of the dry run
}

// ask asks for it. What a dry run rejects is no failure yet.
func (s *sent) ask(ctx context.Context, c *node.Call, req node.ImportRequest) error {
	op := node.ImportRun
	if s.outcome.Job.Mapping.Supply() {
		op = node.ImportSupply
	}
	req.MaxRejected = "100%" // the plan judges all its steps together
	c.Upload, c.Least = s.upload, s.node.least
	answer, err := remote.Do(ctx, s.node.Node, op, c, req)
	if answer.Refused() || err == nil {
		s.outcome.Report = &answer.Report
	}
	return err
}

func (s *sent) Commands() uint64 { return s.commands }

func (s *sent) Feed(ctx context.Context, c *node.Call) (importer.Outcome, error) {
	if s.req.DryRun {
		return s.outcome, nil
	}
	s.outcome.Report = nil
	err := s.ask(ctx, c, s.req)
	return s.outcome, err
}

func (s *sent) Close() error { return s.outcome.Job.File.Close() }
