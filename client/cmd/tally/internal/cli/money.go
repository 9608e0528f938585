package cli

import (
	"tallystick/chaincode/amount"
	"tallystick/client/figure"
)

// Yuan writes fen as people read money, with its thousands apart: ¥728.10. JSON has the fen.
func Yuan(fen amount.Units) string { return figure.Yuan(fen) }

// YuanOrNone leaves nothing empty.
func YuanOrNone(fen amount.Units) string {
	if fen == 0 {
		return ""
	}
	return Yuan(fen)
}

// Grouped writes a number of things with its thousands apart.
func Grouped(n amount.Units) string { return figure.Points(n, 0) }
