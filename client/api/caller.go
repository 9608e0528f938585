package api

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"

	"tallystick/chaincode/fault"
)

// caller is who asks.
type caller struct {
	id   string // of the key, or "owner"
	role Role
}

// owner is whoever can open the node's socket: the user that it runs as, who can read the party's keys anyway.
var owner = caller{id: "owner", role: Roles[len(Roles)-1]}

type connKey struct{}

// MarkOwner is an http.Server's ConnContext for a listener that only the node's own user can reach: who asks by it
// needs no key, and may do all.
func MarkOwner(ctx context.Context, c net.Conn) context.Context {
	if c.LocalAddr().Network() != "unix" {
		return ctx
	}
	return context.WithValue(ctx, connKey{}, owner)
}

// caller finds out who asks. FORBIDDEN for whom nobody knows.
func (s *Server) caller(r *http.Request) (caller, error) {
	if who, ok := r.Context().Value(connKey{}).(caller); ok {
		return who, nil
	}
	said := r.Header.Values("Authorization")
	if len(said) != 1 {
		return caller{}, fault.New(fault.Forbidden, "say who you are: Authorization: Bearer and an API key")
	}
	scheme, text, _ := strings.Cut(said[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return caller{}, fault.New(fault.Forbidden, "say who you are: Authorization: Bearer and an API key")
	}
	key, err := s.keys.Find(r.Context(), strings.TrimSpace(text))
	if err != nil {
		return caller{}, err
	}
	role, err := RoleNamed(key.Role)
	if err != nil {
		return caller{}, fault.New(fault.Forbidden, "the key's role isn't known to this version of the node")
	}
	return caller{id: key.ID, role: role}, nil
}
