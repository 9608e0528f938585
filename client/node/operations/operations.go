// Package operations has all that a node does: each operation once, from which come the command line's verbs, routes
// and their description.
package operations

import (
	"slices"

	"tallystick/client/node"
	"tallystick/client/node/accounting"
	"tallystick/client/node/catalogue"
	"tallystick/client/node/consortium"
	"tallystick/client/node/control"
	"tallystick/client/node/events"
	"tallystick/client/node/jobs"
	"tallystick/client/node/loyalty"
	"tallystick/client/node/members"
	"tallystick/client/node/settle"
	"tallystick/client/node/status"
)

// All lists the operations, by their subjects.
func All() []node.Operation {
	return slices.Concat(consortium.Operations(), members.Operations(), loyalty.Operations(), catalogue.Operations(),
		node.Operations(), jobs.Operations(), status.Operations(), settle.Operations(), accounting.Operations(),
		events.Operations(), control.Operations())
}
