package row

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/number"
	"tallystick/chaincode/quota"
)

// TestEveryRowHasItsKey: every kind of row has the key that it always had, is read by it as what it is, and, if a
// command names it, is the batch's that has the command. Lines of testdata/keys.txt never change, for the ledger has
// such rows.
func TestEveryRowHasItsKey(t *testing.T) {
	data, err := os.ReadFile("testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	known, unseen := strings.Split(strings.TrimSpace(string(data)), "\n"), maps.Clone(readers)
	keys := keysOfAll()
	for i, key := range keys {
		prefix, _, _ := strings.Cut(key, "/")
		delete(unseen, prefix)
		found, err := Read(key, readers[prefix].zero)
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
		batch, _ := Sealed(key)
		if line := strings.Join([]string{key, found.Kind, found.ID, batch}, "|"); i >= len(known) || known[i] != line {
			t.Errorf("line %d of testdata/keys.txt isn't %s", i+1, line)
		}
	}
	if len(known) != len(keys) {
		t.Errorf("testdata/keys.txt has %d keys, want %d", len(known), len(keys))
	}
	for _, prefix := range slices.Sorted(maps.Keys(unseen)) {
		t.Errorf("keysOfAll has no %s (%s)", readers[prefix].kind, prefix)
	}
}

// keysOfAll has a key of every kind of row.
func keysOfAll() []string {
	n := number.Command{Party: "D", Lane: 31, Seq: 0xabcdef, Index: 0x1f3}
	of, hash := n.Row(0x63), bytes.Repeat([]byte{0xab}, 32)
	return []string{
		string(Charter()), string(Cycle()), string(Party("D")), string(Positions("c1", "D", 31)),
		string(Veiled("c1", "D", 3)),
		string(NamedRequest("D", "r1")), string(Source("D", "erp")),
		string(Programme("GP")), string(Lot(of)), string(Hold(n)), string(Totals("GP", "D", 31)),
		string(Standing("GP", "li")), string(Rule("GP", "one")),
		string(Conversion("GP", "DP")), string(Pledge(n)), string(Receipt("GP", "pos-1")), string(Trade(n)),
		string(Member("li")), string(Account("D", "app", hash)), string(Invitation(n)), string(Consent(n)),
		string(Authorisation(n)), string(Labels("li", "D")),
		string(StatementUsed("li", hash[:16])), string(Offer("D", "wash")),
		string(Benefit("wash")), string(Entitlement(of)), string(WriteOff(n)), string(BenefitCount("wash", "li")),
		string(Campaign("one")), string(Award(of)), string(PurchaseAwarded("one", "pos-1")),
		string(AwardCount("one", "li")),
		string(Quota(quota.Debit, "D")), string(Lease(quota.Debit, "D", "M", 31)),
		string(Supplier("care")), string(Good("care", "kit")), string(GoodVersion("care", "kit", 12)),
		string(Terms("care", "kit", "D")), string(Storefront("D")),
		string(Outlet("D", "sh")), string(Listing("D", "care", "kit")), string(Pool("care", "kit", "D")),
		string(Shard("care", "kit", "D", 31)),
		string(Order(n)), string(Return(n)), string(Due(n)), string(PaidBack("D", "pos-1")), string(Paid("D", "pos-1")),
		string(Book(0x4e20)), string(SettlementModel(12)), string(Notice("D")), string(Roster()),
		string(Obligations("D", 31, 0xabcdef)), string(Close("c1")),
		string(Pair("c1", "M", "D")), string(Netting("c1")), string(Payment("c1", 12)), string(Used("D", "one")),
		string(Dispute(n)),
		string(Prefunded("c1", "D", "M")), string(Announced("c1", "D", "M", "one")),
	}
}
