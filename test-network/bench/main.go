// Command bench measures the ledger against controls on one network, in turn,
// and writes what it found. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// options are the command line's.
type options struct {
	rounds   int
	seconds  float64
	rows     int
	quick    bool
	keep     bool
	out      string
	topology string
	dir      string
	results  string
	only     []string
	// Of the trials.
	obligations, lines, closes int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	debug.SetGCPercent(400) // as the peers and orderers
	if err := newCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	o := options{closes: smallCloses}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure the ledger against controls, in turn on one network of its own",
		Long: `Brings up a network of its own, runs every arm for a while, round after round,
fills the ledger, and runs all of them again. A missed aim is printed; points
that were lost or made end the run with exit code 1. The network is removed.`,
		Example: `  bench                     # some 25 minutes; wants a quiet machine
  bench --quick             # two minutes: does it all work?
  bench --only e-8,b        # two arms`,
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.checkOnly(); err != nil {
				return err
			}
			if o.quick {
				o.closes = 1
				o.hurry(cmd)
			}
			return run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.rounds, "rounds", 3, "how often each arm runs, on the small and on the large ledger")
	f.Float64Var(&o.seconds, "seconds", 5, "how long each arm is measured")
	f.IntVar(&o.rows, "rows", 2_000_000, "rows to fill the ledger to; 0 for no large ledger")
	f.BoolVar(&o.quick, "quick", false, "one short round and few rows: a smoke test, no measurement")
	f.BoolVar(&o.keep, "keep", false, "leave the network running")
	f.StringVar(&o.out, "out", "test-network/bench/.run-bench", "where bench.json and bench.md go")
	f.StringVar(&o.topology, "topology", "test-network/topology.yaml", "the topology to derive from")
	f.StringVar(&o.dir, "dir", "", "where the network lives (default: a temporary directory)")
	f.StringVar(&o.results, "results", "test-network/bench/RESULTS.md",
		`write a whole run's results into this file, between its markers; "" for none`)
	f.StringSliceVar(&o.only, "only", nil, "only these arms")
	f.IntVar(&o.obligations, "obligations", 1_000_000,
		"of the large cycle that is closed; the small one has a hundredth")
	f.IntVar(&o.lines, "lines", 100_000, "of the long statement; the short one has a tenth")
	return cmd
}

// hurry makes everything small, unless it was asked for.
func (o *options) hurry(cmd *cobra.Command) {
	for flag, set := range map[string]func(){
		"rounds":      func() { o.rounds = 1 },
		"seconds":     func() { o.seconds = 1 },
		"rows":        func() { o.rows = 0 },
		"obligations": func() { o.obligations = 20_000 },
		"lines":       func() { o.lines = 5000 },
	} {
		if !cmd.Flags().Changed(flag) {
			set()
		}
	}
}

// run brings the network up, measures, and takes it down whatever happens.
func run(ctx context.Context, o options) (err error) {
	repo, err := findRepo()
	if err != nil {
		return err
	}
	n := &network{repo: repo}
	if n.home, err = o.home(); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(n.home, "bench.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	n.log = log
	say := newProgress()
	defer func() {
		if o.keep {
			say.say("the network stays, in %s; end it, in the repository, with: %s reset --topology %s --dir %s",
				n.home, n.bin("tallynet"), n.topology(), n.dir())
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
		defer cancel()
		err = errors.Join(err, n.remove(ctx))
	}()
	return o.bench(ctx, n, say)
}

func (o options) home() (string, error) {
	if o.dir == "" {
		return os.MkdirTemp("", "tallybench-")
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return "", err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return "", fmt.Errorf("%s is not empty", dir)
	}
	return dir, os.MkdirAll(dir, 0o700)
}
