package command

import (
	"bytes"
	"testing"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fuzzed"
)

// A body that is taken is the one encoding of its request, whose check doesn't panic.
func FuzzCommand(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	Kinds(func(kind Kind, _ string) {
		f.Add(uint8(kind), []byte{0x80})
		f.Add(uint8(kind), []byte{0x82, 0x60, 0x80})
	})
	f.Fuzz(func(t *testing.T, kind uint8, body []byte) {
		req, err := Command{Kind: Kind(kind), Body: body}.Decode()
		if req != nil && err == nil && !bytes.Equal(codec.Encode(req), body) {
			t.Errorf("kind %d: % x is taken, and is % x", kind, body, codec.Encode(req))
		}
	})
}

func FuzzBatch(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	f.Add(codec.Encode(Batch{Lane: 1, Seq: 1, Commands: []Command{{Kind: 1, Body: []byte{0x80}}}}))
	f.Add([]byte{0x84, 1, 1, 0xf6, 0x9a, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(_ *testing.T, data []byte) {
		var b Batch
		if codec.Decode(data, &b) == nil && b.Check() == nil {
			for _, c := range b.Commands {
				_, _ = c.Decode()
				_ = c.Hash()
			}
		}
	})
}

// Whatever is said under the name of whatever function is read, or refused.
func FuzzParse(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	Kinds(func(_ Kind, name string) {
		f.Add(name, "{}")
		f.Add(name, `{"amount":1,"until":"2026-12-31","party":"D","number":"D.1.1.0"}`)
	})
	f.Fuzz(func(_ *testing.T, name, text string) {
		if req, err := Parse(name, []byte(text)); err == nil {
			_ = req.Check()
		}
	})
}
