package events

import (
	"cmp"
	"context"

	"tallystick/client/event"
	"tallystick/client/index"
	"tallystick/client/node"
)

// Events (事件): commands that took effect and concern the party.
var (
	EventList = node.Does(node.Describe("event.list", "GET", "/v1/events", node.Read,
		"List events that concern you, after one that you have", "查询事件", `{"limit":100}`), eventList)
	EventTypes = node.Alone(node.Describe("event.types", "GET", "/v1/event-types", node.Read,
		"List the types of events", "事件类型", `{}`), eventTypes)
)

// EventQuery asks for events.
type EventQuery struct {
	// id of the last event that you have; "" to begin at the first, latest for what comes from now on
	After string   `json:"after,omitempty"`
	Limit int      `json:"limit,omitempty"` // events at most, up to 500; 0: 100
	Types []string `json:"types,omitempty"` // such as points.captured, or order.* for all of a subject; none: all
}

// Latest is the cursor of what comes from now on.
const Latest = "latest"

// usualLimit is how many events a page has if nobody says otherwise.
const usualLimit = 100

// Check refuses with BAD_REQUEST a cursor that is none, and types that there aren't.
func (q EventQuery) Check() error {
	if q.After != "" && q.After != Latest {
		if _, err := event.Parse(q.After); err != nil {
			return err
		}
	}
	_, err := event.Want(q.Types)
	return err
}

// EventPage is events in the order of the ledger.
type EventPage struct {
	Height uint64        `json:"height"` // blocks that it speaks of
	Rows   []event.Event `json:"rows"`
	// after which to ask on: the last event that was looked at, of the types asked for or not; "" if there is none so
	// far
	Next string `json:"next"`
	More bool   `json:"more"` // there may be more already: ask on at once, even if there is no row
}

func eventList(ctx context.Context, n *node.Node, _ *node.Call, req EventQuery) (EventPage, error) {
	wanted, err := event.Want(req.Types)
	if err != nil {
		return EventPage{}, err
	}
	return node.Ask(ctx, n, func(r *index.Reading) (EventPage, error) {
		if req.After == Latest {
			last, err := r.LastEvent(n.Party())
			return EventPage{Height: r.Height(), Rows: []event.Event{}, Next: textOf(last)}, err
		}
		after, err := cursorOf(req.After)
		if err != nil {
			return EventPage{}, err
		}
		found, err := r.EventsAfter(n.Party(), after, wanted, cmp.Or(req.Limit, usualLimit))
		return EventPage{found.Height, found.List, textOf(found.Last), found.More}, err
	})
}

// cursorOf reads a cursor; nil for "".
func cursorOf(text string) (*event.Cursor, error) {
	if text == "" {
		return nil, nil
	}
	c, err := event.Parse(text)
	return &c, err
}

func textOf(c *event.Cursor) string {
	if c == nil {
		return ""
	}
	return c.String()
}

func eventTypes(context.Context, *node.Node, *node.Call, node.NoRequest) (node.List[event.Type], error) {
	return node.List[event.Type]{Rows: event.Types()}, nil
}
