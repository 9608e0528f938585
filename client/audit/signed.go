package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tallystick/chaincode/fault"
	"tallystick/client/audit/checkpoint"
)

// Checkpoint is what a report came to, to be signed. WRONG_STATE unless all blocks from the first on were gone through
// and the state behind them is known.
func Checkpoint(r *Report) (c checkpoint.Checkpoint, err error) {
	if r.From > 0 || r.State == "" {
		return c, fault.New(fault.WrongState, "what this audit came to isn't known to its end: there is nothing to sign")
	}
	c = checkpoint.Checkpoint{Channel: r.Channel, Height: r.Height, Findings: uint64(r.Found)}
	for _, sum := range []struct {
		text string
		to   *[sha256.Size]byte
	}{{r.Genesis, &c.Genesis}, {r.Hash, &c.Block}, {r.State, &c.State}} {
		bytes, err := hex.DecodeString(sum.text)
		if err != nil || len(bytes) != sha256.Size {
			return checkpoint.Checkpoint{}, fmt.Errorf("audit: %q is no SHA-256", sum.text)
		}
		copy(sum.to[:], bytes)
	}
	return c, nil
}
