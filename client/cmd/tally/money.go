package main

import (
	"strconv"

	"tallystick/chaincode/amount"
)

// yuan writes fen as people read money, with its thousands apart: ¥728.10. JSON has the fen.
func yuan(fen amount.Units) string {
	sign := ""
	if fen < 0 {
		sign, fen = "−", -fen
	}
	cents := strconv.FormatInt(int64(fen%100)+100, 10)[1:]
	return sign + "¥" + thousands(int64(fen/100)) + "." + cents
}

// yuanOrNone leaves nothing empty.
func yuanOrNone(fen amount.Units) string {
	if fen == 0 {
		return ""
	}
	return yuan(fen)
}

// thousands writes a whole number, not under 0, with its thousands apart.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
