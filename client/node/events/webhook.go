package events

import (
	"context"
	"log/slog"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/node"
	"tallystick/client/webhook"
)

// Webhooks (事件推送): endpoints of other systems that the node tells of events.
var (
	WebhookAdd = node.Does(node.Describe("webhook.add", "POST", "/v1/webhooks", node.Webhooks,
		"Have events told to an endpoint by HTTP; its secrets are shown", "新增推送",
		`{"url":"https://erp.dealer.example/events","types":["order.*","points.captured"]}`), webhookAdd)
	WebhookList = node.Does(node.Describe("webhook.list", "GET", "/v1/webhooks", node.Read,
		"List webhooks, and how far each is", "推送列表", `{}`), webhookList)
	WebhookShow = node.Does(node.Describe("webhook.show", "GET", "/v1/webhooks/{webhook}", node.Read,
		"Show a webhook, and how far it is", "查询推送", `{"webhook":"erp"}`), webhookShow)
	WebhookEnd = node.Does(node.Describe("webhook.end", "POST", "/v1/webhooks/{webhook}/end", node.Webhooks,
		"Tell an endpoint of nothing more", "停止推送", `{"webhook":"erp"}`), webhookEnd)
	WebhookPing = node.Does(node.Describe("webhook.ping", "POST", "/v1/webhooks/{webhook}/pings", node.Webhooks,
		"Send an endpoint a message that is no event, to see whether it takes it", "测试推送",
		`{"webhook":"erp"}`), webhookPing)
	WebhookReplay = node.Does(node.Describe("webhook.replay", "POST", "/v1/webhooks/{webhook}/replays", node.Webhooks,
		"Tell an endpoint again of what came after an event; a parked one goes on", "重放推送",
		`{"webhook":"erp","after":"latest"}`), webhookReplay)
	WebhookDeliveries = node.Does(node.Describe("webhook.deliveries", "GET", "/v1/webhooks/{webhook}/deliveries",
		node.Read,
		"List the last tries to tell an endpoint", "推送记录", `{"webhook":"erp"}`), webhookDeliveries)
	WebhookRotate = node.Does(node.Describe("webhook.rotate", "POST", "/v1/webhooks/{webhook}/secrets", node.Webhooks,
		"Make an endpoint's secrets anew, and show them; the ones before sign, too, for a while", "更换推送密钥",
		`{"webhook":"erp","for":86400}`), webhookRotate)
)

// WebhookRequest asks for events to be told.
type WebhookRequest struct {
	// of the endpoint: https, and an address that is public or that serve.webhooks.allow lists
	URL   string   `json:"url"`
	Types []string `json:"types,omitempty"` // such as points.captured, or order.* for all of a subject; none: all
	// id of the event after which it begins; "" for the first, latest for what comes from now on
	After string `json:"after,omitempty"`
}

// Check refuses with BAD_REQUEST what names no events, and no URL at all.
func (r WebhookRequest) Check() error {
	if r.URL == "" {
		return fault.New(fault.BadRequest, "`url`: say where events are to be told")
	}
	return EventQuery{After: r.After, Types: r.Types}.Check()
}

// WebhookQuery names a webhook.
type WebhookQuery struct {
	Webhook string `json:"webhook"` // its id
}

// Check refuses with BAD_REQUEST what no webhook is called.
func (q WebhookQuery) Check() error { return name.CheckID("webhook", q.Webhook) }

// WebhookSecrets is what a receiver has to know.
type WebhookSecrets struct {
	ID string `json:"id"` // of the webhook: its request's
	webhook.Secrets
}

// hooks are the node's subscriptions, and which addresses may be dialled.
func hooks(ctx context.Context, n *node.Node) (*webhook.Book, webhook.Policy, error) {
	policy, err := webhook.NewPolicy(n.Config().Serve.Webhooks.Allow)
	if err != nil {
		return nil, policy, err
	}
	own, err := n.Store(ctx)
	if err != nil {
		return nil, policy, err
	}
	vault, err := n.Vault()
	if err != nil {
		return nil, policy, err
	}
	return webhook.NewBook(own, vault), policy, nil
}

// Deliverer makes what delivers to a node's webhooks: holder is this process's name, which no other has.
func Deliverer(ctx context.Context, n *node.Node, tail *Tail, holder string, log *slog.Logger) (*webhook.Deliverer,
	error) {
	book, policy, err := hooks(ctx, n)
	if err != nil {
		return nil, err
	}
	return webhook.NewDeliverer(book, tail, policy, holder, log), nil
}

// resolved is a cursor that there is: latest is the last event so far.
func resolved(ctx context.Context, n *node.Node, after string) (string, error) {
	if after == "" {
		return "", nil
	}
	page, err := eventList(ctx, n, nil, EventQuery{After: after, Limit: 1})
	if err != nil || after == Latest {
		return page.Next, err
	}
	return after, nil
}

// by is by which request a webhook is made or changed.
func by(c *node.Call) webhook.By { return webhook.By{Request: c.RequestID(), Who: c.Who.ID} }

func webhookAdd(ctx context.Context, n *node.Node, c *node.Call, req WebhookRequest) (WebhookSecrets, error) {
	book, policy, err := hooks(ctx, n)
	if err != nil {
		return WebhookSecrets{}, err
	}
	u, err := policy.Check(req.URL)
	if err != nil {
		return WebhookSecrets{}, err
	}
	cursor, err := resolved(ctx, n, req.After)
	if err != nil {
		return WebhookSecrets{}, err
	}
	h, err := book.Add(ctx, by(c), u.Host, webhook.Asked{URL: req.URL, Types: req.Types, After: req.After},
		cursor)
	if err != nil {
		return WebhookSecrets{}, err
	}
	return WebhookSecrets{h.ID, h.Secrets()}, nil
}

func webhookList(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (list node.List[webhook.Webhook],
	err error) {
	book, _, err := hooks(ctx, n)
	if err == nil {
		list.Rows, err = book.List(ctx)
	}
	return list, err
}

func webhookShow(ctx context.Context, n *node.Node, _ *node.Call, req WebhookQuery) (webhook.Webhook, error) {
	book, _, err := hooks(ctx, n)
	if err != nil {
		return webhook.Webhook{}, err
	}
	return book.Find(ctx, req.Webhook)
}

func webhookEnd(ctx context.Context, n *node.Node, _ *node.Call, req WebhookQuery) (webhook.Webhook, error) {
	book, _, err := hooks(ctx, n)
	if err != nil {
		return webhook.Webhook{}, err
	}
	return book.End(ctx, req.Webhook)
}

func webhookPing(ctx context.Context, n *node.Node, _ *node.Call, req WebhookQuery) (webhook.Try, error) {
	book, policy, err := hooks(ctx, n)
	if err != nil {
		return webhook.Try{}, err
	}
	return book.Ping(ctx, policy, req.Webhook)
}

// WebhookReplayRequest asks for events to be told again.
type WebhookReplayRequest struct {
	Webhook string `json:"webhook"` // its id
	After   string `json:"after"`   // id of an event; "" for the first, latest for what comes from now on
}

// Check refuses with BAD_REQUEST what no webhook is called, and a cursor that is none.
func (r WebhookReplayRequest) Check() error {
	if err := (WebhookQuery{r.Webhook}).Check(); err != nil {
		return err
	}
	return EventQuery{After: r.After}.Check()
}

func webhookReplay(ctx context.Context, n *node.Node, c *node.Call, req WebhookReplayRequest) (webhook.Webhook, error) {
	book, _, err := hooks(ctx, n)
	if err != nil {
		return webhook.Webhook{}, err
	}
	cursor, err := resolved(ctx, n, req.After)
	if err != nil {
		return webhook.Webhook{}, err
	}
	return book.Replay(ctx, by(c), req.Webhook, req.After, cursor)
}

func webhookDeliveries(ctx context.Context, n *node.Node, _ *node.Call, req WebhookQuery) (list node.List[webhook.Try],
	err error) {
	book, _, err := hooks(ctx, n)
	if err == nil {
		list.Rows, err = book.Tries(ctx, req.Webhook)
	}
	return list, err
}

// WebhookRotateRequest asks for new secrets.
type WebhookRotateRequest struct {
	Webhook string `json:"webhook"`       // its id
	For     int64  `json:"for,omitempty"` // seconds in which the ones before sign, too, up to 30 days; 0: a day
}

// Check refuses with BAD_REQUEST what no webhook is called, and a time that is too long.
func (r WebhookRotateRequest) Check() error {
	if r.For < 0 || r.For > int64(mostOverlap/time.Second) {
		return fault.New(fault.BadRequest, "`for`: want up to 30 days")
	}
	return WebhookQuery{r.Webhook}.Check()
}

// How long two secrets sign.
const (
	usualOverlap = 24 * time.Hour
	mostOverlap  = 30 * 24 * time.Hour
)

func webhookRotate(ctx context.Context, n *node.Node, c *node.Call, req WebhookRotateRequest) (WebhookSecrets, error) {
	book, _, err := hooks(ctx, n)
	if err != nil {
		return WebhookSecrets{}, err
	}
	overlap := usualOverlap
	if req.For > 0 {
		overlap = time.Duration(req.For) * time.Second
	}
	h, err := book.Rotate(ctx, by(c), req.Webhook, overlap)
	if err != nil {
		return WebhookSecrets{}, err
	}
	return WebhookSecrets{h.ID, h.Secrets()}, nil
}

var _ webhook.Source = (*Tail)(nil)
