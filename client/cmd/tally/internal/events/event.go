// Package events has the commands about what a node tells other systems: events, and webhooks.
package events

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/event"
	"tallystick/client/node"
	"tallystick/client/node/events"
)

// Events is the group of events.
func Events(a *cli.App) *cobra.Command {
	return cli.Group("event", "What happened that concerns you (事件)", list(a), follow(a), types(a))
}

func list(a *cli.App) *cobra.Command {
	var req events.EventQuery
	cmd := cli.Verb(a, "list", `  tally --as D event list
  tally --as D event list --type points.captured --type order.* --limit 500 -o json
  tally --as D event list --after 12.0.3-9f8e7d6c`, events.EventList, cli.Words(&req),
		cli.Shows(a, func(t table.Writer, p events.EventPage) {
			t.AppendHeader(table.Row{"id", "type", "time", "command", "data"})
			for _, e := range p.Rows {
				t.AppendRow(table.Row{e.ID, e.Type, e.Time.Format(time.RFC3339), e.Command, string(e.Data)})
			}
			t.SetCaption("as of block %d; go on with --after %s", int64(p.Height)-1, p.Next)
		}))
	cmd.Long = `List events that concern you, in the order of the ledger: a command that took effect, yours or another party's, with
the ids and figures that it named.

Events have one order and don't change: ask with the id of the last one that you have, and
you get what came after it and nothing else, whether you got that one here, from
tally event follow, from a node's stream or by a webhook. They are kept as long as the
ledger is.`
	wanted(cmd, &req)
	cli.Whole(cmd, &req.Limit, "limit", 0, "at most so many, up to 500; 0: 100")
	return cmd
}

// wanted are the flags that say which events.
func wanted(cmd *cobra.Command, req *events.EventQuery) {
	cli.Word(cmd, &req.After, "after", "id of the last event that you have; latest for those to come")
	typesFlag(cmd, &req.Types)
}

func typesFlag(cmd *cobra.Command, to *[]string) {
	cli.Many(cmd, to, "type", "type of events, such as points.captured, or order.* for all of a subject",
		func(text string) (string, error) {
			_, err := event.Want([]string{text})
			return text, err
		})
}

func follow(a *cli.App) *cobra.Command {
	var req events.EventQuery
	cmd := cli.Verb(a, "follow", `  tally --as D event follow --after latest
  tally --as D event follow --type order.* -o json`, events.EventList, cli.Words(&req),
		func(ctx context.Context, n *cli.Node, p events.EventPage) error { return followOn(ctx, a, n, req, p) })
	cmd.Short = "Show events that concern you as they come, until it is stopped (事件跟踪)"
	cmd.Long = `Show events as they come, after those that there are: a line each, with -o json a JSON object each. Stop it with
Ctrl-C, and go on with --after the last id that you have.`
	wanted(cmd, &req)
	return a.Untimed(cmd)
}

// followOn shows a page's events, and those of the pages after it, until the context ends.
func followOn(ctx context.Context, a *cli.App, n *cli.Node, req events.EventQuery, p events.EventPage) error {
	for {
		for _, e := range p.Rows {
			if err := showOne(a, e); err != nil {
				return err
			}
		}
		var next node.Call
		if req.After = p.Next; !p.More {
			next.Least = p.Height + 1
		}
		begun, height := time.Now(), p.Height
		var err error
		p, err = cli.Do(ctx, n, events.EventList, &next, req)
		switch {
		case err == nil:
		case n.Elsewhere() && fault.CodeOf(err) == fault.Unavailable && time.Since(begun) > quiet:
			p = events.EventPage{Next: req.After, Height: height} // no block came while the node waited for one
		default:
			return ended(ctx, err)
		}
	}
}

// quiet is after what time a node elsewhere has surely waited for a block: it does so for a minute at most.
const quiet = 30 * time.Second

// ended leaves out that who follows has stopped.
func ended(ctx context.Context, err error) error {
	if ctx.Err() == context.Canceled {
		return nil
	}
	return err
}

func showOne(a *cli.App, e event.Event) error {
	line := fmt.Sprintf("%s %s %s %s %s", e.ID, e.Time.Format(time.RFC3339), e.Type, e.Command, e.Data)
	if a.Format == "json" {
		text, err := json.Marshal(e)
		if err != nil {
			return err
		}
		line = string(text)
	}
	_, err := fmt.Fprintln(a.Out, line)
	return err
}

func types(a *cli.App) *cobra.Command {
	return cli.Verb(a, "types", "  tally --as D event types", events.EventTypes, cli.Nothing,
		cli.Shows(a, func(t table.Writer, l node.List[event.Type]) {
			t.AppendHeader(table.Row{"type", "what happened", "发生了什么", "every party is told"})
			for _, one := range l.Rows {
				t.AppendRow(table.Row{one.Name, one.En, one.Zh, cli.Yes(one.Everyone)})
			}
		}))
}
