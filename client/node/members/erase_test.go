package members

import (
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/member"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/index/indextest"
	"tallystick/client/node/nodetest"
)

// linkedAccount is an account that is linked to a member.
func linkedAccount(party string, digit byte, id string) indextest.Entry {
	account := codec.Hash(slices.Repeat([]byte{digit}, 32))
	return indextest.Put(row.Account(party, "app", account), member.Account{Member: id, State: member.Linked})
}

// TestErasuresNameAll: accounts, consents and labels, also of who was merged into the member, in the order that the
// ledger wants, and nothing of others.
func TestErasuresNameAll(t *testing.T) {
	label := member.Labels{List: []member.Label{{ID: "fleet"}}}
	r := indextest.ReadModel(t, []indextest.Entry{
		indextest.Put(row.Member("li"), member.Member{ID: "li", Home: "D"}),
		indextest.Put(row.Member("old"), member.Member{ID: "old", Home: "G", State: member.Merged, Into: "li"}),
		indextest.Put(row.Member("wang"), member.Member{ID: "wang", Home: "D"}),
		indextest.Put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: nodetest.November}),
		linkedAccount("G", 2, "old"), linkedAccount("D", 1, "li"), linkedAccount("D", 3, "wang"),
		indextest.Put(row.Consent(indextest.Numbered(4)), member.Consent{Member: "li", State: member.ConsentActive}),
		indextest.Put(row.Consent(indextest.Numbered(5)), member.Consent{Member: "li", State: member.ConsentWithdrawn}),
		indextest.Put(row.Labels("old", "F"), label), indextest.Put(row.Labels("li", "G"), label),
		indextest.Put(row.Labels("wang", "F"), label),
		indextest.Put(row.Labels("li", "D"), member.Labels{}),
	})
	merged, err := mergedInto(r, "li")
	if err != nil || !slices.Equal(merged, []string{"old"}) {
		t.Fatal(merged, err)
	}
	req, err := wholeOf(r, EraseRequest{Member: "li", Reason: "asked"}.request(), merged)
	if err != nil || req.Check() != nil {
		t.Fatal(err, req.Check())
	}
	var accounts []string
	for _, a := range req.Accounts {
		accounts = append(accounts, a.Party+a.Account.String()[:2])
	}
	if want := "D01 G02"; strings.Join(accounts, " ") != want {
		t.Errorf("accounts %v, want %s", accounts, want)
	}
	if !slices.Equal(req.Labels, []member.LabelsID{{Member: "li", Party: "G"}, {Member: "old", Party: "F"}}) {
		t.Errorf("labels %+v", req.Labels)
	}
	if len(req.Consents) != 1 || req.Consents[0] != indextest.Numbered(4) {
		t.Errorf("consents %v", req.Consents)
	}
}

// TestSweepsFollowTheLedger: what a vault has of who was erased goes, what it has of who was merged moves, the rest
// stays.
func TestSweepsFollowTheLedger(t *testing.T) {
	r := indextest.ReadModel(t, []indextest.Entry{
		indextest.Put(row.Member("gone"), member.Member{ID: "gone", Home: "D", State: member.Erased}),
		indextest.Put(row.Member("li"), member.Member{ID: "li", Home: "D"}),
		indextest.Put(row.Member("old"), member.Member{ID: "old", Home: "G", State: member.Merged, Into: "li"}),
		indextest.Put(row.Member("unknown"), member.Member{ID: "unknown", Home: "G", State: member.Erased}),
	})
	v := aVault(t)
	for _, id := range []string{"gone", "old", "wang"} {
		if _, err := v.PutProfile(id, map[string]string{"name": id}); err != nil {
			t.Fatal(err)
		}
	}
	swept, err := sweepVault(r, v)
	if err != nil || !slices.Equal(swept.Erased, []string{"gone"}) || len(swept.Merged) != 1 ||
		swept.Merged["old"] != "li" {
		t.Errorf("%+v, %v", swept, err)
	}
	for id, want := range map[string]string{"gone": "", "old": "", "li": "old", "wang": "wang"} {
		if p, _, err := v.Profile(id); err != nil || p.Fields["name"] != want {
			t.Errorf("%s: %+v, %v, want %q", id, p.Fields, err, want)
		}
	}
}
