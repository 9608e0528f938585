package api

import (
	"context"
	"net"
	"net/http"

	"tallystick/client/access"
	"tallystick/client/node"
)

type connKey struct{}

// MarkOwner is an http.Server's ConnContext for a listener that only the node's own user can reach: who asks by it
// needs no key, and may do all.
func MarkOwner(ctx context.Context, c net.Conn) context.Context {
	if c.LocalAddr().Network() != "unix" {
		return ctx
	}
	return context.WithValue(ctx, connKey{}, access.Owner())
}

// caller finds out who asks. FORBIDDEN for whom nobody knows.
func (s *Server) caller(r *http.Request) (access.Caller, error) {
	if who, ok := r.Context().Value(connKey{}).(access.Caller); ok {
		return who, nil
	}
	return s.guard.Caller(r.Context(), r.Header.Values("Authorization"), r.TLS)
}

// askerOf is who asks, as operations know it.
func askerOf(c access.Caller) node.Who {
	return node.Who{ID: c.ID, Person: c.Person, All: c.Role.Has(node.Govern)}
}
