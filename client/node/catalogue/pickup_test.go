package catalogue

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tallystick/chaincode/code"
	"tallystick/chaincode/goods"
	"tallystick/client/index/indextest"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
	"tallystick/client/vault"
)

// TestPickupCodes: as many codes as there are parts that can be proven by one; they
// open one after the other, whichever were used.
func TestPickupCodes(t *testing.T) {
	quoted := func(supplier string, d goods.Delivery, scene string) goods.Quoted {
		return goods.Quoted{Supplier: supplier, Delivery: d, Scene: scene}
	}
	for _, c := range []struct {
		name  string
		lines []goods.Quoted
		want  int
	}{
		{"nothing", nil, 0},
		{"virtual only", []goods.Quoted{quoted("S1", goods.Virtual, "a")}, 0},
		{"two of one part", []goods.Quoted{quoted("S1", goods.Counter, "a"), quoted("S1", goods.Counter, "a")}, 1},
		{"by delivery", []goods.Quoted{quoted("S1", goods.Counter, "a"), quoted("S1", goods.Shipped, "a"),
			quoted("S1", goods.Virtual, "a")}, 2},
		{"by scene and supplier", []goods.Quoted{quoted("S1", goods.Counter, "a"), quoted("S1", goods.Counter, "b"),
			quoted("S2", goods.Counter, "a")}, 3},
	} {
		if got := handedOver(c.lines); got != c.want {
			t.Errorf("%s: %d", c.name, got)
		}
	}
	seed := code.Code(strings.Repeat("s", code.Size))
	codes, now := code.Chain(seed, 3)
	secrets := []vault.Secret{{Code: code.Code(strings.Repeat("z", code.Size))}, {Code: seed}}
	for left := 3; left >= 0; left-- {
		got := pickupLeft(secrets, now)
		if len(got) != left {
			t.Fatalf("%d are left, %d are told", left, len(got))
		}
		if left > 0 {
			if !got[0].Opens(now) {
				t.Fatal("the next one doesn't open")
			}
			now = code.Commitment(codes[3-left])
		}
	}
	if left := pickupLeft(secrets, nil); left != nil {
		t.Errorf("an order without a code: %v", left)
	}
}

// TestTheSameRequestHasTheSameCodes: what is asked again is told again, and is in the
// vault once.
func TestTheSameRequestHasTheSameCodes(t *testing.T) {
	n, c := nodetest.Offline(t), &node.Call{ID: "one"}
	v, err := n.Vault()
	if err != nil {
		t.Fatal(err)
	}
	first, commitment := code.Chain(c.Seed(v, ofPickups, 0), 2)
	again, _ := code.Chain(c.Seed(v, ofPickups, 0), 2)
	for range 2 {
		if err := keepPickup(n, indextest.Numbered(0), "zhang", first); err != nil {
			t.Fatal(err)
		}
	}
	secrets, err := v.Codes(ofPickups, indextest.Numbered(0).String())
	if err != nil || len(secrets) != 1 || cmp.Diff(first, again) != "" ||
		cmp.Diff(first, pickupLeft(secrets, commitment)) != "" {
		t.Errorf("%v, %v, %v", first, again, err)
	}
}
