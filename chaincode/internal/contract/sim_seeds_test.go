package contract

import "testing"

// Lives beyond those that a run lives, in which something was found.
func TestLivesThatFoundSomething(t *testing.T) {
	for seed, what := range map[uint64]string{1193: "a refund charges an issuer beyond its cap"} {
		if _, err := live(t, seed); err != nil {
			t.Errorf("seed %d, %s: %v", seed, what, err)
		}
	}
}
