package events

import (
	"context"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/events"
	"tallystick/client/webhook"
)

// Webhooks is the group of webhooks.
func Webhooks(a *cli.App) *cobra.Command {
	return cli.Group("webhook", "Endpoints that your node tells of events (事件推送)", addWebhook(a), listWebhooks(a),
		showWebhook(a), endWebhook(a), pingWebhook(a), replayWebhook(a), deliveries(a), rotateWebhook(a))
}

func addWebhook(a *cli.App) *cobra.Command {
	var req events.WebhookRequest
	cmd := cli.Verb(a, "add URL", "  tally --as D webhook add https://erp.dealer.example/events --type order.* --request erp",
		events.WebhookAdd, cli.Words(&req, &req.URL), secretsShown(a))
	cmd.Long = `Have events told to an endpoint, by the Standard Webhooks specification: one POST for each, in order, again and again
until it answers 2xx. Its id is the request id. It begins at the first event, unless --after says otherwise.

A node that runs (tallyd) delivers. The address has to be public, or be listed in the
profile, under serve.webhooks.allow.`
	cli.Word(cmd, &req.After, "after", "id of the event after which it begins; latest for those to come")
	typesFlag(cmd, &req.Types)
	return cmd
}

func secretsShown(a *cli.App) func(context.Context, *cli.Node, events.WebhookSecrets) error {
	return cli.Shows(a, func(t table.Writer, s events.WebhookSecrets) {
		t.AppendRows([]table.Row{{"webhook", s.ID}, {"secret", s.Secret}, {"public key", s.PublicKey}})
	})
}

func listWebhooks(a *cli.App) *cobra.Command {
	return cli.Verb(a, "list", "  tally --as D webhook list", events.WebhookList, cli.Nothing,
		cli.Shows(a, func(t table.Writer, l node.List[webhook.Webhook]) {
			t.AppendHeader(table.Row{"webhook", "host", "state", "cursor", "tries", "due", "why"})
			for _, w := range l.Rows {
				t.AppendRow(table.Row{w.ID, w.Host, w.State, w.Cursor, w.Tries, when(w.Due), w.Reason})
			}
		}))
}

// when writes a moment, nothing for none.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func webhookTable(t table.Writer, w webhook.Webhook) {
	types := strings.Join(w.Types, ", ")
	if types == "" {
		types = "all"
	}
	t.AppendRows([]table.Row{{"webhook", w.ID}, {"host", w.Host}, {"types", types}, {"state", w.State},
		{"cursor", w.Cursor}, {"made", when(w.Made)}})
	for _, row := range []table.Row{{"acknowledged last", when(w.Acked)}, {"failing since", when(w.Failing)},
		{"tried again", when(w.Due)}, {"why", w.Reason}, {"old secret signs until", when(w.Old)}} {
		if row[1] != "" {
			t.AppendRow(row)
		}
	}
}

func showWebhook(a *cli.App) *cobra.Command {
	var req events.WebhookQuery
	return cli.Verb(a, "show WEBHOOK", "  tally --as D webhook show erp", events.WebhookShow,
		cli.Words(&req, &req.Webhook), cli.Shows(a, webhookTable))
}

func endWebhook(a *cli.App) *cobra.Command {
	var req events.WebhookQuery
	return cli.Verb(a, "end WEBHOOK", "  tally --as D webhook end erp", events.WebhookEnd,
		cli.Words(&req, &req.Webhook), cli.Shows(a, webhookTable))
}

func pingWebhook(a *cli.App) *cobra.Command {
	var req events.WebhookQuery
	return cli.Verb(a, "ping WEBHOOK", "  tally --as D webhook ping erp", events.WebhookPing,
		cli.Words(&req, &req.Webhook), cli.Shows(a, func(t table.Writer, one webhook.Try) {
			t.AppendRows([]table.Row{{"outcome", one.Outcome}, {"status", one.Status}, {"ms", one.Took}})
		}))
}

func replayWebhook(a *cli.App) *cobra.Command {
	var req events.WebhookReplayRequest
	cmd := cli.Verb(a, "replay WEBHOOK", "  tally --as D webhook replay erp --after 12.0.3-9f8e7d6c",
		events.WebhookReplay,
		cli.Words(&req, &req.Webhook), cli.Shows(a, webhookTable))
	cli.Word(cmd, &req.After, "after", "id of the event after which it is told again; latest for those to come")
	cli.Require(cmd, "after")
	return cmd
}

func deliveries(a *cli.App) *cobra.Command {
	var req events.WebhookQuery
	return cli.Verb(a, "deliveries WEBHOOK", "  tally --as D webhook deliveries erp", events.WebhookDeliveries,
		cli.Words(&req, &req.Webhook), cli.Shows(a, func(t table.Writer, l node.List[webhook.Try]) {
			t.AppendHeader(table.Row{"began", "event", "type", "status", "ms", "outcome"})
			cli.Right(t, 4, 5)
			for _, one := range l.Rows {
				t.AppendRow(table.Row{when(one.Began), one.Event, one.Type, one.Status, one.Took, one.Outcome})
			}
		}))
}

func rotateWebhook(a *cli.App) *cobra.Command {
	var req events.WebhookRotateRequest
	var overlap time.Duration
	cmd := cli.Verb(a, "rotate WEBHOOK", "  tally --as D webhook rotate erp --for 48h", events.WebhookRotate,
		func(args []string) (events.WebhookRotateRequest, error) {
			req.Webhook, req.For = args[0], int64(overlap/time.Second)
			return req, nil
		}, secretsShown(a))
	cli.Span(cmd, &overlap, "for", 24*time.Hour, "how long the secrets before it sign, too")
	return cmd
}
