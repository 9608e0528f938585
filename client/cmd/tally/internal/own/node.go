package own

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/status"
)

// Node is the group of commands about the node itself.
func Node(a *cli.App) *cobra.Command {
	return cli.Group("node", "The party's node (节点)", nodeStatus(a))
}

func nodeStatus(a *cli.App) *cobra.Command {
	return cli.Verb(a, "status", "  tally --as D node status", status.NodeStatus, cli.Nothing,
		cli.Shows(a, func(t table.Writer, s status.Status) {
			t.SetTitle(fmt.Sprintf("%s on %s, cycle %s: %d blocks", s.Party, s.Date, s.Cycle, s.Height))
			t.AppendHeader(table.Row{"by", "to do", "待办", "of", "with", "operation"})
			for _, n := range s.Needs {
				t.AppendRow(table.Row{byText(n), n.En, n.Zh, ofText(n), n.With, n.Operation})
			}
			if len(s.Needs) == 0 {
				t.AppendRow(table.Row{"", "nothing", "无"})
			}
			if lanes := lanesText(s.Lanes); lanes != "" {
				t.SetCaption("lanes: %s", lanes)
			}
		}))
}

// lanesText says who writes which lanes.
func lanesText(list []status.Lane) string {
	var processes []string
	lanes := map[string]string{}
	for _, l := range list {
		who := cmp.Or(l.Process, "nobody")
		if lanes[who] == "" {
			processes = append(processes, who)
		}
		lanes[who] += fmt.Sprintf(" %d", l.Lane)
	}
	for i, who := range processes {
		processes[i] = who + lanes[who]
	}
	return strings.Join(processes, "; ")
}

func byText(n status.Need) string {
	switch {
	case n.By == 0:
		return ""
	case n.Late:
		return n.By.String() + " late"
	}
	return n.By.String()
}

func ofText(n status.Need) string {
	if n.Count > 1 {
		return fmt.Sprintf("%s and %d more", n.Of, n.Count-1)
	}
	return n.Of
}
