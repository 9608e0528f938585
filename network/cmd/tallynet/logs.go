package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"tallystick/network"
	"tallystick/network/process"
)

func logsCommand(s settings) *cobra.Command {
	var follow bool
	var lines int
	cmd := &cobra.Command{
		Use:               "logs [process]",
		Short:             "Show the end of one process's log, or of all",
		Example:           "  tallynet logs\n  tallynet logs peer0.G -f",
		Args:              usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: s.processNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := s.open()
			if err != nil {
				return err
			}
			names := args
			if len(args) == 0 {
				names = n.Names()
			}
			for _, name := range names {
				if err := n.Known(name); err != nil {
					return usageError{err}
				}
			}
			if err := showTails(n, names, lines); err != nil || !follow {
				return err
			}
			return followAll(cmd.Context(), n, names)
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on as the log grows, until Ctrl-C")
	cmd.Flags().IntVarP(&lines, "lines", "n", 20, "how many lines of each log")
	return cmd
}

func showTails(n *network.Network, names []string, lines int) error {
	for _, name := range names {
		text, err := process.Tail(n.Table.Log(name), lines)
		if err != nil {
			return err
		}
		if text == "" {
			continue
		}
		if _, err := fmt.Fprintln(&labelled{label: label(name, names), out: os.Stdout}, text); err != nil {
			return err
		}
	}
	return nil
}

func followAll(ctx context.Context, n *network.Network, names []string) error {
	group, ctx := errgroup.WithContext(ctx)
	var one sync.Mutex
	for _, name := range names {
		group.Go(func() error {
			return process.Follow(ctx, n.Table.Log(name),
				&labelled{label: label(name, names), out: os.Stdout, one: &one})
		})
	}
	return group.Wait()
}

// label names a line's process where there are several.
func label(name string, names []string) string {
	if len(names) == 1 {
		return ""
	}
	return name + " | "
}

// labelled writes whole lines, each behind a label.
type labelled struct {
	label string
	out   io.Writer
	one   *sync.Mutex // lets one writer write at a time; may be nil
	rest  []byte
}

func (l *labelled) Write(p []byte) (int, error) {
	if l.one != nil {
		l.one.Lock()
		defer l.one.Unlock()
	}
	l.rest = append(l.rest, p...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		if _, err := fmt.Fprintf(l.out, "%s%s\n", l.label, line); err != nil {
			return 0, err
		}
		l.rest = rest
	}
}
