package network

import (
	"context"
	"net"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"tallystick/network/lifecycle"
	"tallystick/network/process"
)

// statusPatience bounds the questions that Status asks a process.
const statusPatience = 3 * time.Second

// ProcessStatus is one process as Status found it.
type ProcessStatus struct {
	Process string        `json:"process"`
	Party   string        `json:"party"`
	State   process.State `json:"state"`
	PID     int32         `json:"pid,omitempty"`
	Port    int           `json:"port"`
	// URL is where a program is reached, if its topology says how it is ready.
	URL string `json:"url,omitempty"`
	// Height is how many blocks a peer or an orderer holds; 0 if it does not say.
	Height uint64 `json:"height,omitempty"`
	// MemoryMB is resident memory in units of 10⁶ bytes.
	MemoryMB int `json:"memoryMB,omitempty"`
	// Restarts is how often it died and was started again since `up`.
	Restarts    int       `json:"restarts"`
	LastExit    string    `json:"lastExit,omitempty"`
	RestartedAt time.Time `json:"restartedAt,omitzero"`
	// Note is what is particular: "leads", or why a running process is silent.
	Note string `json:"note,omitempty"`
}

// Status looks at every process and asks the running peers and orderers how
// far they are. A process that does not answer is no error but a note.
func (n *Network) Status(ctx context.Context) ([]ProcessStatus, error) {
	ctx, cancel := context.WithTimeout(ctx, statusPatience)
	defer cancel()
	rows, asks, err := n.survey()
	if err != nil {
		return nil, err
	}
	var group errgroup.Group
	for i := range rows {
		if asks[i] == nil || rows[i].State != process.Running {
			continue
		}
		group.Go(func() error {
			height, err := asks[i](ctx)
			if rows[i].Height = height; err != nil {
				rows[i].Note = err.Error()
			}
			return nil
		})
	}
	var leader string
	group.Go(func() error {
		leader, _ = n.Leader(ctx) // none, if the orderers are down: their rows say so
		return nil
	})
	_ = group.Wait()
	for i := range rows {
		if rows[i].Process == leader && rows[i].State == process.Running {
			rows[i].Note = "leads"
		}
	}
	return rows, nil
}

// heightOf asks a process how many blocks it holds.
type heightOf func(context.Context) (uint64, error)

// survey lists all processes as their records say, each with the way to ask its
// height, or nil if it has none.
func (n *Network) survey() ([]ProcessStatus, []heightOf, error) {
	var rows []ProcessStatus
	var asks []heightOf
	add := func(name, party, address string, ask heightOf) error {
		row, err := n.row(name, party, address)
		rows, asks = append(rows, row), append(asks, ask)
		return err
	}
	for _, node := range n.Topology.OrdererNodes() {
		if err := add(node.Name, n.Topology.Orderers.Organisation, node.Address,
			func(ctx context.Context) (uint64, error) {
				orderer, err := n.openOrderer(node)
				if err != nil {
					return 0, err
				}
				defer orderer.Close()
				status, err := orderer.Channel(ctx, n.Topology.Channel)
				return status.Height, err
			}); err != nil {
			return nil, nil, err
		}
	}
	for _, peer := range n.Topology.Peers() {
		if err := add(peer.Name, peer.Party, peer.Address, func(ctx context.Context) (uint64, error) {
			admin, err := lifecycle.Open(n.Topology, n.Layout, peer.Party)
			if err != nil {
				return 0, err
			}
			defer admin.Close()
			return admin.Height(ctx)
		}); err != nil {
			return nil, nil, err
		}
	}
	for _, server := range n.Topology.Servers() {
		if err := add(server.Name, server.Party, server.Address, nil); err != nil {
			return nil, nil, err
		}
	}
	for _, r := range n.Topology.ProgramRuns() {
		ready := n.programOf(r).Ready
		if err := add(r.Name, r.Party, r.Address, func(ctx context.Context) (uint64, error) {
			return 0, ask(ctx, ready)
		}); err != nil {
			return nil, nil, err
		}
		rows[len(rows)-1].URL = addressOf(ready)
	}
	if _, state, _ := n.Table.Lookup(supervisor); state != process.Stopped {
		if err := add(supervisor, n.Topology.Orderers.Organisation, "", nil); err != nil {
			return nil, nil, err
		}
	}
	return rows, asks, nil
}

func (n *Network) row(name, party, address string) (ProcessStatus, error) {
	record, state, err := n.Table.Lookup(name)
	if err != nil {
		return ProcessStatus{}, err
	}
	_, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	row := ProcessStatus{
		Process: name, Party: party, State: state, Port: port,
		Restarts: record.Count, LastExit: record.LastExit, RestartedAt: record.Last,
	}
	switch {
	case state == process.Running:
		row.PID, row.MemoryMB = record.PID, int(record.Memory()/1e6)
	case state == process.Stale && record.Held:
		row.Note = "killed on purpose; start it with: tallynet up"
	case state == process.Stale && n.supervised():
		row.Note = "died; it is about to be started again"
	case state == process.Stale:
		row.Note = "died; `tallynet up` starts it again"
	}
	return row, nil
}

func (n *Network) supervised() bool {
	_, state, err := n.Table.Lookup(supervisor)
	return err == nil && state == process.Running
}
