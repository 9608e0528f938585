package operations

import (
	"slices"

	"tallystick/client/node"
	"tallystick/client/node/catalogue"
	"tallystick/client/node/loyalty"
	"tallystick/client/node/members"
	"tallystick/client/node/settle"
)

// Moves lists what operations move, by their names. Every one that a counter may ask for is in it; who has limits
// may ask for no other that writes.
func Moves() map[string]node.Move {
	all := map[string]node.Move{}
	for _, m := range slices.Concat(members.Moves(), loyalty.Moves(), catalogue.Moves(), settle.Moves()) {
		all[m.Operation] = m
	}
	return all
}
