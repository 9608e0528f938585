package loyalty

import (
	"strings"
	"testing"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/client/vault"
)

// TestCodesLeft finds the chain that opens an entitlement as it is now, after uses
// and new codes.
func TestCodesLeft(t *testing.T) {
	seed := func(b string) code.Code { return code.Code(strings.Repeat(b, code.Size)) }
	chain, commitment := code.Chain(seed("a"), 3)
	secrets := []vault.Secret{{Code: seed("z")}, {Code: seed("a")}}
	fresh := benefit.Entitlement{Uses: 3, Commitment: commitment}
	used := benefit.Entitlement{Uses: 3, Used: 1, Commitment: code.Commitment(chain[0])}
	foreign := benefit.Entitlement{Uses: 3, Commitment: code.Commit(seed("q"))}
	over := benefit.Entitlement{Uses: 3, Used: 3}
	for _, c := range []struct {
		name string
		e    benefit.Entitlement
		want int
	}{{"fresh", fresh, 3}, {"used once", used, 2}, {"another's codes", foreign, 0}, {"used up", over, 0}} {
		left := codesLeft(secrets, c.e)
		if len(left) != c.want || c.want > 0 && !left[0].Opens(c.e.Commitment) {
			t.Errorf("%s: %v", c.name, left)
		}
	}
}
