package contract

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/invariant"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// checkBooks holds all invariants on the operator's whole state, by reading every row.
func checkBooks(net *ledgersim.Network) error {
	var broken []error
	for _, b := range booksOf(net).Breaches() {
		broken = append(broken, errors.New(b.String()))
	}
	return errors.Join(broken...)
}

func booksOf(net *ledgersim.Network) *invariant.State {
	return invariant.Of(maps.All(net.State("G", seal.Outer)))
}

// rowsOf lists the rows of one kind in a peer's state, sorted.
func rowsOf(net *ledgersim.Network, peer, kind string) []row.Named {
	var rows []row.Named
	for key, value := range net.State(peer, seal.Outer) {
		if row.KindOf(key) != kind {
			continue
		}
		if found, err := row.Read(key, value); err == nil {
			rows = append(rows, found)
		}
	}
	slices.SortFunc(rows, func(a, b row.Named) int { return strings.Compare(a.ID, b.ID) })
	return rows
}

// checkFence walks the blocks: what was written of a cycle was written while it was open.
func checkFence(net *ledgersim.Network) error {
	open := ""
	for b := range net.Blocks() {
		for _, tx := range b.Txs {
			if !tx.Valid() {
				continue
			}
			var of []string // cycles of what it wrote
			for _, ns := range tx.Envelope.RWSet().Namespaces {
				if ns.Namespace != seal.Outer {
					continue
				}
				for _, wr := range ns.Writes {
					switch found, err := row.Read(wr.Key, wr.Value); {
					case err != nil:
					case found.Kind == "cycle":
						open = found.Row.(settlement.Cycle).ID
					case found.Kind == "obligations":
						of = append(of, found.Row.(settlement.Obligations).Cycle)
					case found.Kind == "positions" || found.Kind == "hidden":
						cycle, _, _ := strings.Cut(found.ID, "/")
						of = append(of, cycle)
					}
				}
			}
			for _, cycle := range of {
				if cycle != open {
					return fmt.Errorf("block %d writes what is owed in %s while %s is open", b.Number, cycle, open)
				}
			}
		}
	}
	return nil
}
