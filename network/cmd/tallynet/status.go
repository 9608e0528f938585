package main

import (
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/network"
)

func statusCommand(s settings) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show every process: state, pid, port, block height, memory, restarts",
		Example: `  tallynet status
  tallynet status -o json | jq '.rows[] | select(.state != "running")'`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			n, err := s.open()
			if err != nil {
				return err
			}
			rows, err := n.Status(cmd.Context())
			if err != nil {
				return err
			}
			if format == "json" {
				return writeJSON(map[string]any{"rows": rows})
			}
			writeTable(os.Stdout, rows)
			return nil
		},
	}
	formatFlag(cmd, &format)
	return cmd
}

func writeTable(out io.Writer, rows []network.ProcessStatus) {
	t := table.NewWriter()
	t.SetOutputMirror(out)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"process", "party", "state", "pid", "port", "height", "MB", "restarts", "note"})
	total := 0
	for _, r := range rows {
		t.AppendRow(table.Row{r.Process, r.Party, r.State, blank(r.PID), blank(r.Port), blank(r.Height),
			blank(r.MemoryMB), blank(r.Restarts), note(r)})
		total += r.MemoryMB
	}
	t.AppendFooter(table.Row{"", "", "", "", "", "", total, "", ""})
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "note", WidthMax: 60}})
	t.Render()
}

// note is what is particular about a process, where it is reached and its last restart included.
func note(r network.ProcessStatus) string {
	parts := []string{r.URL, r.Note}
	if r.Restarts > 0 {
		parts = append(parts, "restarted "+r.RestartedAt.Local().Format(time.DateTime)+": "+r.LastExit)
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "; ")
}

// blank shows nothing for what is not known.
func blank[N int | int32 | uint64](n N) any {
	if n == 0 {
		return ""
	}
	return n
}
