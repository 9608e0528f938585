package accounting

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/client/config"
	"tallystick/client/index/indextest"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
	"tallystick/client/proof"
)

// shown is a real network's proof, which is gone, and the CAs of its parties.
const (
	shown    = "../../cmd/tally/internal/accounting/testdata/shown.proof"
	shownCAs = "../../cmd/tally/internal/accounting/testdata/trust/"
)

// TestProofsAreVerifiedWithoutANetwork, by the CAs of the profile or by others, and of this ledger alone.
func TestProofsAreVerifiedWithoutANetwork(t *testing.T) {
	file, err := os.ReadFile(shown)
	if err != nil {
		t.Fatal(err)
	}
	profile := func(channel string, parties ...string) config.Config {
		cfg := config.Default()
		cfg.Party, cfg.Channel = "B", channel
		for _, p := range parties {
			cfg.Trust = append(cfg.Trust, config.Trust{Party: p, CA: shownCAs + p + ".pem"})
		}
		return cfg
	}
	others, err := proof.TrustDir(shownCAs)
	if err != nil {
		t.Fatal(err)
	}
	forged := []byte(strings.Replace(string(file), `"available": 304`, `"available": 305`, 1))
	for _, c := range []struct {
		name string
		cfg  config.Config
		req  VerifyProofRequest
		want string // in the refusal, "" for none
	}{
		{"by the profile", profile("alliance", "D", "F", "G"), VerifyProofRequest{Proof: file, Signers: 3}, ""},
		{"by others", profile(""), VerifyProofRequest{Proof: file, Signers: 3, Trust: others}, ""},
		{"who trusts nobody", profile("alliance"), VerifyProofRequest{Proof: file, Signers: 2}, "trusts nobody"},
		{"more than signed", profile("alliance", "D", "F", "G"),
			VerifyProofRequest{Proof: file, Signers: 4}, "3 parties signed"},
		{"of nobody", profile("alliance", "D", "F", "G"), VerifyProofRequest{Proof: file}, "1 at least"},
		{"another sum", profile("alliance", "D", "F", "G"), VerifyProofRequest{Proof: forged, Signers: 2},
			"not the one that is signed"},
		{"another ledger", profile("others", "D", "F", "G"), VerifyProofRequest{Proof: file, Signers: 2},
			"not of this alliance's"},
	} {
		p, err := ProofVerify.Do(t.Context(), node.Offline(c.cfg), &node.Call{}, c.req)
		if c.want != "" {
			if fault.CodeOf(err) != fault.BadRequest || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		var b points.Balance
		if err != nil || json.Unmarshal(p.Answer, &b) != nil || b.Sums[0].Available != 304 ||
			!slices.Equal(p.Signers, []string{"D", "F", "G"}) {
			t.Errorf("%s: %+v, %v", c.name, p, err)
		}
	}
}

// TestLotsOfAProof: what is left of each, earliest expiry first; too many, or none, are refused.
func TestLotsOfAProof(t *testing.T) {
	lot := func(i uint16, days date.Date, taken amount.Units) indextest.Entry {
		return indextest.Put(row.Lot(in(1, i).Row(0)), points.Lot{Programme: "GP", Member: "li",
			Issued: 10, Placed: taken,
			Expires: nodetest.November + days, State: points.Active})
	}
	r := indextest.ReadModel(t, []indextest.Entry{sealedBy(1), lot(0, 9, 0), lot(1, 3, 0), lot(2, 1, 10)})
	lots, err := lotsLeft(r, "li")
	if err != nil || len(lots) != 2 || lots[0] != in(1, 1).Row(0) || lots[1] != in(1, 0).Row(0) {
		t.Errorf("%v, %v", lots, err)
	}
	if _, err := lotsLeft(r, "wang"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("of nobody: %v", err)
	}
	for _, c := range []struct {
		req  ProveBalanceRequest
		code fault.Code
	}{
		{ProveBalanceRequest{Member: "li", Signers: 1}, ""}, {ProveBalanceRequest{Member: "li"}, fault.BadRequest},
		{ProveBalanceRequest{Member: "li", Signers: 1, Lots: make([]number.Row, provenLots+1)}, fault.BadRequest},
	} {
		if err := c.req.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%d lots, %d signers: %v", len(c.req.Lots), c.req.Signers, err)
		}
	}
}
