package gateway

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/touch"
)

// maxBytes is how large the commands of one batch are, so that it stays below what a transaction may write
// (command.MaxBytes), as touch.MaxWeight does for rows.
const maxBytes = command.MaxBytes / 2

// demand is what commands ask of the queue. Their rows are told apart without At, for one party sends them all.
type demand struct {
	touch.Touch
	bytes int // of the commands
}

// demandOf adds up a group or a batch. What can't be decoded is refused by
// the ledger, alone.
func demandOf(commands []command.Command) demand {
	var sum demand
	for _, c := range commands {
		sum.bytes += c.Size()
		if req, err := c.Decode(); err == nil {
			sum.Add(touch.At{}, req)
		}
	}
	return sum
}
