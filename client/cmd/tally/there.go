package main

import (
	"maps"
	"slices"

	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/node"
)

// policyThere is NOT_FOUND unless the ledger has all programmes that a policy speaks of: what it says of none would change nothing.
func policyThere(r *index.Reading, policy books.Policy) error {
	for _, id := range slices.Sorted(maps.Keys(policy.Redemption)) {
		if err := node.ProgrammeThere(r, id); err != nil {
			return err
		}
	}
	return nil
}
