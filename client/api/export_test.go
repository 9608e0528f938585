package api

import (
	"encoding/json"
	"net/http"

	"tallystick/client/node"
)

// RequestOf is what a route makes of an HTTP request.
func RequestOf(op node.Operation, r *http.Request) (json.RawMessage, node.Upload, error) {
	return routeOf(op).requestOf(r)
}
