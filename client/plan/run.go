package plan

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"tallystick/client/bounds"
	"tallystick/client/importer"
	"tallystick/client/node"
)

// Run is a run of a plan.
type Run struct {
	// Open opens a party's node with so many lanes, none for 0. It is closed when the run has ended.
	Open func(ctx context.Context, party string, lanes int) (Node, error)
	// Each step is asked with all of it but its file.
	Importing node.Importing
	// Far is told how far it is, by several goroutines; nil tells nobody.
	Far func(node.Far)

	plan  Plan
	nodes map[string]Node
	steps []*step
	all   uint64 // commands of all steps
	done  uint64 // of those that have ended
	known uint64 // blocks that a step before may rest on
}

// step is a file that was scanned.
type step struct {
	mapping *importer.Mapping
	scan    Scan
}

// Do scans every file before anything is sent, and then does the steps in their order. It ends at the first that fails,
// and answers what was done; run again, it goes on there. REJECTED as of [node.Importing].
func (r *Run) Do(ctx context.Context, p Plan) (reports []*importer.Report, err error) {
	r.plan, r.nodes, r.steps = p, map[string]Node{}, make([]*step, len(p.Steps))
	defer func() { err = errors.Join(err, r.close()) }()
	allowed, err := r.Importing.Allowance()
	if err != nil {
		return nil, err
	}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	outcomes, err := r.feed(ctx)
	if len(outcomes) == 0 {
		return nil, err
	}
	for _, o := range outcomes {
		reports = append(reports, o.Report)
	}
	if err == nil {
		err = allowed.Judge(reports...)
	}
	return reports, errors.Join(r.Importing.WriteRejected(ctx, outcomes...), err)
}

// open opens the files and the nodes of all who have one, and scans.
func (r *Run) open(ctx context.Context) error {
	lanes := map[string]int{}
	for i, s := range r.plan.Steps {
		if s.Accept != "" {
			continue
		}
		m, err := importer.LoadMapping(s.Mapping)
		if err != nil {
			return err
		}
		r.steps[i], lanes[s.Party] = &step{mapping: m}, max(lanes[s.Party], m.Shards)
	}
	for i, s := range r.plan.Steps {
		if r.steps[i] == nil {
			continue
		}
		if err := r.scan(ctx, s, r.steps[i], lanes[s.Party]); err != nil {
			return err
		}
		r.all += r.steps[i].scan.Commands()
	}
	return nil
}

func (r *Run) scan(ctx context.Context, s Step, to *step, lanes int) error {
	n, err := r.node(ctx, s.Party, lanes)
	if err != nil {
		return err
	}
	what := to.about(s)
	c := &node.Call{Upload: node.Upload{Name: s.File, Open: bounds.At(s.File)},
		Far: func(f node.Far) { r.tell(node.Far{What: what, Bytes: true, Done: f.Done, All: f.All}) }}
	to.scan, err = n.Scan(ctx, c, to.mapping, node.ImportRequest{Mapping: to.mapping.Text(), Importing: r.Importing})
	return err
}

// about says what a step imports.
func (s *step) about(of Step) string {
	return of.Party + " " + filepath.Base(of.File) + " " + s.mapping.Kind
}

// node opens a party's node once.
func (r *Run) node(ctx context.Context, party string, lanes int) (Node, error) {
	if n, open := r.nodes[party]; open {
		return n, nil
	}
	if r.Importing.DryRun {
		lanes = 0
	}
	n, err := r.Open(ctx, party, lanes)
	if err != nil {
		return nil, err
	}
	r.nodes[party] = n
	return n, nil
}

// feed does the steps up to the first that fails, and answers what they did.
func (r *Run) feed(ctx context.Context) (outcomes []importer.Outcome, err error) {
	for i, s := range r.plan.Steps {
		var o importer.Outcome
		if r.steps[i] == nil {
			o.Report, err = r.takeOver(ctx, s)
		} else {
			o, err = r.feedStep(ctx, s, r.steps[i])
		}
		if o.Report != nil {
			outcomes = append(outcomes, o)
		}
		if err != nil {
			return outcomes, fmt.Errorf("step %d of %s: %w", i+1, s.Party, err)
		}
		if n := r.nodes[s.Party]; n != nil {
			r.known = max(r.known, n.Height())
		}
	}
	return outcomes, nil
}

func (r *Run) feedStep(ctx context.Context, s Step, of *step) (importer.Outcome, error) {
	what, before := of.about(s), r.done
	c := &node.Call{Far: func(f node.Far) { r.tell(node.Far{What: what, Done: before + f.Done, All: r.all}) }}
	r.nodes[s.Party].AtLeast(r.known)
	o, err := of.scan.Feed(ctx, c)
	r.done += of.scan.Commands()
	return o, err
}

// takeOver brings the terms that another party's vault has for this one into its own, as an export and an acceptance
// would. In a dry run nothing is taken.
func (r *Run) takeOver(ctx context.Context, s Step) (*importer.Report, error) {
	report := &importer.Report{Source: s.Accept, Kind: "accept", Rejected: []importer.Rejected{}, Notes: []string{}}
	if report.DryRun = r.Importing.DryRun; report.DryRun {
		return report, nil
	}
	from, err := r.knowing(ctx, s.Accept)
	if err != nil {
		return report, err
	}
	file, err := from.Export(ctx, s.Party)
	if err != nil {
		return report, err
	}
	to, err := r.knowing(ctx, s.Party)
	if err != nil {
		return report, err
	}
	answer, err := to.Accept(ctx, file)
	report.Lines, report.Terms = len(file.Terms), uint64(answer.Accepted)
	for _, d := range answer.Differ {
		report.Rejected = append(report.Rejected, importer.Rejected{Line: d.Line, Reason: d.Reason})
	}
	return report, err
}

// knowing is a party's node, with what the steps before did.
func (r *Run) knowing(ctx context.Context, party string) (Node, error) {
	n, err := r.node(ctx, party, 0)
	if err == nil {
		n.AtLeast(r.known)
	}
	return n, err
}

func (r *Run) tell(f node.Far) {
	if r.Far != nil {
		r.Far(f)
	}
}

func (r *Run) close() error {
	var errs []error
	for _, s := range r.steps {
		if s != nil && s.scan != nil {
			errs = append(errs, s.scan.Close())
		}
	}
	for _, n := range r.nodes {
		errs = append(errs, n.Close())
	}
	return errors.Join(errs...)
}
