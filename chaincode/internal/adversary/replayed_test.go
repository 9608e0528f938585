package adversary

import (
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/replay"
)

// A life in which every command takes effect is replayed from its blocks: each transaction comes to what the ledger
// has, and the state is the ledger's, version by version.
func TestALifeReplayedIsTheSame(t *testing.T) {
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.march()
	r, err := replay.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for b := range p.net.Blocks() {
		v, err := r.Block(b.Proto())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range v.Differences {
			t.Error(d)
		}
		if len(v.Unverified) > 0 {
			t.Errorf("block %d: %v can't be run again", v.Block, v.Unverified)
		}
		ran += v.Run
	}
	if r.Height() != p.net.Height() || r.StateDigest() != p.net.StateDigest("G") {
		t.Errorf("the state at %d isn't the ledger's at %d", r.Height(), p.net.Height())
	}
	if ran < len(p.took) {
		t.Errorf("%d transactions ran again, of a life with %d kinds of commands", ran, len(p.took))
	}
}
