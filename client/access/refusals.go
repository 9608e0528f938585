package access

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"tallystick/chaincode/fault"
)

// refusals counts those who were refused since nobody knows them, or they may not. Anybody can be refused as often
// as he likes, so the log has a line for all that are alike, once in a while.
type refusals struct {
	mu    sync.Mutex
	since time.Time
	of    map[refusal]uint64
}

// refusal is what refused requests have in common.
type refusal struct {
	who, person, role, operation string
	code                         fault.Code
}

const (
	refusalsFor = time.Minute // that they are counted together
	mostAlike   = 1024        // kinds; all above are one
)

// Refused counts a request that was refused before it was begun.
func (g *Guard) Refused(who Caller, operation string, code fault.Code) {
	one := refusal{who.ID, who.Person, who.Role.Name, operation, code}
	r := &g.refused
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of, r.since = map[refusal]uint64{}, time.Now()
	}
	if _, there := r.of[one]; !there && len(r.of) >= mostAlike {
		one = refusal{operation: "*", code: code}
	}
	r.of[one]++
}

// take takes what was counted, if it is time.
func (r *refusals) take(all bool) map[refusal]uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !all && time.Since(r.since) < refusalsFor {
		return nil
	}
	taken := r.of
	r.of = nil
	return taken
}

// put puts back what couldn't be written.
func (r *refusals) put(back map[refusal]uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of, r.since = map[refusal]uint64{}, time.Now()
	}
	for one, n := range back {
		r.of[one] += n
	}
}

// Flush writes to the log who was refused: once a minute, or all that were, as when the node stops.
func (g *Guard) Flush(ctx context.Context, all bool) error {
	taken := g.refused.take(all)
	if len(taken) == 0 {
		return nil
	}
	kinds := make([]refusal, 0, len(taken))
	for one := range taken {
		kinds = append(kinds, one)
	}
	slices.SortFunc(kinds, func(a, b refusal) int {
		return cmp.Or(cmp.Compare(a.who, b.who), cmp.Compare(a.operation, b.operation), cmp.Compare(a.code, b.code))
	})
	err := g.desk.write(ctx, func(ctx context.Context, p *page) (refused, err error) {
		for _, one := range kinds {
			if err := p.add(ctx, Entry{What: Refused, Who: one.who, Person: one.person, Role: one.role,
				Operation: one.operation, Code: one.code, Effect: "none", Count: taken[one]}); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if err != nil {
		g.refused.put(taken)
	}
	return err
}
