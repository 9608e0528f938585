package main

import (
	"strconv"

	"tallystick/chaincode/amount"
	"tallystick/client/figure"
)

// yuan writes fen as people read money, with its thousands apart: ¥728.10. JSON has the fen.
func yuan(fen amount.Units) string { return figure.Yuan(fen) }

// yuanOrNone leaves nothing empty.
func yuanOrNone(fen amount.Units) string {
	if fen == 0 {
		return ""
	}
	return yuan(fen)
}

// grouped writes a number of things with its thousands apart.
func grouped(n amount.Units) string { return figure.Points(n, 0) }

// countedOrNone leaves nothing empty.
func countOrNothing[T ~int | ~int64 | ~uint32 | ~uint64](n T) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}
