package member

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
)

// TestUseAgainstModel spends under an authorisation and gives back at random; the
// model is a purse a programme with the coins that may still be spent.
func TestUseAgainstModel(t *testing.T) {
	programmes := []string{"AP", "DP", "GP", "XP"}
	rapid.Check(t, func(t *rapid.T) {
		auth := Authorisation{
			Member: "li", Acceptor: "D", Until: 2000, Commitment: code.Commit(secret), State: AuthorisationWaiting,
		}
		once := rapid.Bool().Draw(t, "one-time")
		if !once {
			auth.Commitment, auth.State = nil, AuthorisationOpen
		}
		left, caps := map[string]int{}, map[string]int{}
		for _, p := range programmes[:3] {
			n := rapid.IntRange(1, 20).Draw(t, p)
			auth.Caps = append(auth.Caps, Cap{Programme: p, Amount: amount.Units(n)})
			left[p], caps[p] = n, n
		}
		served := false
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			spends := []Spend{}
			for range rapid.IntRange(1, 3).Draw(t, "spends") {
				spends = append(spends, Spend{
					rapid.SampledFrom(programmes).Draw(t, "programme"),
					amount.Units(rapid.IntRange(1, 8).Draw(t, "amount")),
				})
			}
			if rapid.IntRange(0, 2).Draw(t, "back") == 0 {
				auth = GiveBack(auth, spends)
				for _, s := range spends {
					if caps[s.Programme] > 0 {
						left[s.Programme] = min(caps[s.Programme], left[s.Programme]+int(s.Amount))
					}
				}
				continue
			}
			cd := rapid.SampledFrom([]code.Code{nil, secret}).Draw(t, "code")
			ok := !once || !served && cd != nil
			need := map[string]int{}
			for _, s := range spends {
				need[s.Programme] += int(s.Amount)
			}
			for p, n := range need {
				ok = ok && n <= left[p]
			}
			next, err := Use(auth, id, "li", "D", cd, spends, other)
			if ok != (err == nil) {
				t.Fatalf("%+v of %+v, served %v: %v", spends, left, served, err)
			}
			if ok {
				auth, served = next, true
				for p, n := range need {
					left[p] -= n
				}
			}
			for _, c := range auth.Caps {
				if int(c.Amount-c.Used) != left[c.Programme] {
					t.Fatalf("%+v, in the model %d left", c, left[c.Programme])
				}
			}
		}
	})
}
