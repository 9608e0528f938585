package node

import (
	"context"
	"log/slog"
	"os"

	"tallystick/client/lanes"
)

// shareLanes has the node share the party's lanes with other processes, by what it has of its own, until it is closed.
func (n *Node) shareLanes(ctx context.Context, log *slog.Logger) error {
	own, err := n.Store(ctx)
	if err != nil {
		return err
	}
	self, err := n.process()
	if err != nil {
		return err
	}
	n.keeper = lanes.NewKeeper(own, lanes.Process{ID: NewID(), Name: self, Lanes: n.cfg.Lanes}, n.gateway, log)
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		n.keeper.Run(ctx)
	}()
	n.leaveLanes = func() error {
		stop()
		<-ended
		return n.keeper.Leave(context.WithoutCancel(ctx))
	}
	return nil
}

// process names this process among the party's, for people: no two have a state directory in common.
func (n *Node) process() (string, error) {
	host, err := os.Hostname()
	return host + ":" + n.cfg.State, err
}

// Lanes says who writes which of the party's lanes: of all processes that share them, or of this one.
func (n *Node) Lanes(ctx context.Context) ([]lanes.Lane, error) {
	if n.keeper != nil {
		own, err := n.Store(ctx)
		if err != nil {
			return nil, err
		}
		return lanes.List(ctx, own)
	}
	self, err := n.process()
	list := []lanes.Lane{}
	for _, number := range n.gateway.Writing() {
		list = append(list, lanes.Lane{Lane: number, Process: self})
	}
	return list, err
}

// NobodysLanes is how many of the lanes that the party's processes share none of them writes.
func (n *Node) NobodysLanes() int {
	if n.keeper == nil {
		return 0
	}
	return n.keeper.Nobody()
}

// LacksLanes says whether the node waits for others to leave it lanes: what is sent by lanes waits, too.
func (n *Node) LacksLanes() bool { return n.keeper != nil && len(n.gateway.Writing()) == 0 }
