package gateway

import (
	"tallystick/chaincode/command"
)

// resume hands a lane the batch that the last process left under way.
//
// With envelopes, it may have taken effect or may yet: the lane watches for
// them from the first block that can hold them, and goes on as if it had never
// stopped. Without, nothing of it has left this node. Then the commands that
// have a request id are carried out, for whoever asked for them will ask again
// by it; those without are dropped, because nobody could, and would send them
// a second time.
func (g *Gateway) resume(j *job) error {
	l := g.laneOf(j.batch.Lane)
	if before := len(j.batch.Commands); len(j.live) == 0 {
		if j.batch.Source != nil {
			j.batch.Commands = nil // its feeder goes on from the ledger's cursor
		} else if j.id == "" {
			j.batch.Commands = namedOnly(j.batch.Commands)
		}
		if len(j.batch.Commands) == 0 {
			g.out.finish(j, nil, nil, Outcome{}, nil)
			return nil
		}
		if len(j.batch.Commands) < before {
			if err := g.out.begin(j); err != nil {
				return err
			}
		}
	}
	j.tickets = g.ticketsOf(j)
	j.watch = g.feed.watch(j.batch.Lane)
	for _, s := range j.live {
		j.watch.add(s.TxID)
	}
	l.left = j
	return nil
}

// ticketsOf makes tickets of a batch again, so that those who ask again join in.
func (g *Gateway) ticketsOf(j *job) []*ticket {
	var tickets []*ticket
	if j.id != "" || j.batch.Source != nil {
		tickets = append(tickets, newBatch(j.id, j.batch.Commands))
	} else {
		for _, group := range groupsOf(j.batch.Commands) {
			tickets = append(tickets, newTicket(group[len(group)-1].Name(), group))
		}
	}
	for _, t := range tickets {
		g.queue.adopt(t)
		if n := len(j.live); n > 0 {
			t.txID.Store(&j.live[n-1].TxID)
		}
	}
	return tickets
}

// groupsOf splits commands into those that are linked.
func groupsOf(commands []command.Command) [][]command.Command {
	var groups [][]command.Command
	for from, i := 0, 0; i < len(commands); i++ {
		if !commands[i].Linked {
			groups = append(groups, commands[from:i+1])
			from = i + 1
		}
	}
	return groups
}

// namedOnly keeps the groups in which every command has a request id.
func namedOnly(commands []command.Command) []command.Command {
	var kept []command.Command
	for _, group := range groupsOf(commands) {
		named := true
		for _, c := range group {
			named = named && c.Request != ""
		}
		if named {
			kept = append(kept, group...)
		}
	}
	return kept
}
