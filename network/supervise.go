package network

import (
	"context"
	"io"
	"time"

	"tallystick/network/process"
)

// supervisor is the name of the process that looks after the others.
const supervisor = "supervisor"

// Supervise starts again what died by itself, until the context ends or the network
// is no more. Up starts it as a process of its own and Down ends it. While another
// tallynet is at work here it touches nothing.
func (n *Network) Supervise(ctx context.Context, out io.Writer) {
	s := process.Supervisor{
		Table: n.Table, Out: out,
		Alone: func(work func() error) error { return n.alone(time.Millisecond, work) },
		Over:  func() bool { return !n.claimed() },
	}
	s.Run(ctx)
}

// supervisorSpec says how to run the supervisor. It is none of the topology's.
func (n *Network) supervisorSpec() process.Spec {
	return process.Spec{
		Name: supervisor, Party: n.Topology.Orderers.Organisation, Program: n.Tallynet,
		Args: []string{"supervise", "--topology", n.Topology.File, "--dir", n.Dir}, Dir: n.Dir,
		Memory: 128 << 20,
	}
}
