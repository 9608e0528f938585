package describe

import "encoding/json"

// stream describes the events as they come, which no operation is.
func (s *schemas) stream(src Source) (doc, error) {
	event, err := s.answer(src.Event)
	if err != nil {
		return nil, err
	}
	types := json.RawMessage(`{"type":"array","items":{"type":"string"},"description":"such as points.captured, or order.* for all of a subject; none: all"}`)
	after := json.RawMessage(`{"type":"string","description":"id of the last event that you have; none to begin at the first, latest for what comes from now on"}`)
	return doc{"get": doc{
		"operationId": "event.stream", "summary": "Tell events that concern you as they come", "description": "事件流",
		"tags": []string{"event"}, "x-permission": "read",
		"parameters": []doc{
			{"name": src.LastEvent, "in": "header", "schema": doc{"type": "string"},
				"description": "id of the last event that you have, as an EventSource says it; it wins over after"},
			parameter("after", "query", after, json.RawMessage(`"12.0.3-9f8e7d6c"`), Field{}),
			parameter("types", "query", types, json.RawMessage(`["order.*"]`), Field{List: true}),
		},
		"responses": doc{
			"200": doc{"description": "Server-Sent Events without end: of each its cursor as id, and as data itself, as in " +
				"event.list; a comment now and then if there is none",
				"content": doc{"text/event-stream": doc{"schema": doc{"type": "string"}, "x-data": event}}},
			"default": doc{"$ref": "#/components/responses/Problem"},
		},
	}}, nil
}
