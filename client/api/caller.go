package api

import (
	"context"
	"net"
	"net/http"
	"sync"

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

// What is under way at once, at most: more is told to come back, so that what was taken is answered in time. No key
// can keep the others out.
const (
	mostUnderWay = 1024
	mostOfOne    = mostUnderWay / 2
	// of those that wait for blocks, which cost who asks nothing, and take a minute
	mostAhead      = mostUnderWay / 4
	mostAheadOfOne = mostAhead / 2
	// of those whose body is being read, which takes as long as its sender likes, up to [bodyPatience]
	mostRead      = mostUnderWay
	mostReadOfOne = mostRead / 16
	// of those that a file comes with, which takes up to [filePatience]
	mostFiles      = 16
	mostFilesOfOne = mostFiles / 4
)

// gate counts what is under way.
type gate struct {
	most, mostOfOne int

	mu   sync.Mutex
	all  int
	held map[string]int // by caller
}

func newGate(most, mostOfOne int) gate {
	return gate{most: most, mostOfOne: mostOfOne, held: map[string]int{}}
}

// underWay is how many requests are.
func (g *gate) underWay() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.all
}

// enter lets a request in, if there is room; whoever it lets in leaves.
func (g *gate) enter(who string) (leave func(), ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all >= g.most || g.held[who] >= g.mostOfOne {
		return nil, false
	}
	g.all++
	g.held[who]++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.all--
		if g.held[who]--; g.held[who] == 0 {
			delete(g.held, who)
		}
	}, true
}

// askerOf is who asks, as operations know it.
func askerOf(c access.Caller) node.Who {
	return node.Who{ID: c.ID, Person: c.Person, All: c.Role.Has(node.Govern)}
}
