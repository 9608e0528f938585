//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"tallystick/chaincode/fault"
)

// TestADailyFeed imports the offers of two days, each day all of them under a source of its
// own: what was there is done before, what is new is done, and what has changed is refused
// with what to do.
func TestADailyFeed(t *testing.T) {
	c, tag := clerk{t, t.TempDir()}, fresh("f")
	for kind, of := range map[string]struct{ mapping, monday, tuesday, refused string }{
		"benefits": {"columns: {benefit: id, en: en, zh: zh, price: price}\nmodel: {scene: retail, days: 30, kind: coupon}\n",
			"id,en,zh,price\nTAG-1,A,甲,1.00\nTAG-2,B,乙,2.50\n",
			"id,en,zh,price\nTAG-1,A,甲,1.00\nTAG-2,B,乙,3.50\nTAG-3,C,丙,1\n", "another price"},
		"campaigns": {"columns: {campaign: id, en: en, zh: zh, from: from, until: to}\ncampaign: {programme: DP, bonus: 10, expires: 2027-12-31, funders: \"D:60,G:40\", budget: 500.00}\n",
			"id,en,zh,from,to\nTAG-1,A,甲,2026-11-01,2027-06-30\nTAG-2,B,乙,2026-11-01,2027-06-30\n",
			"id,en,zh,from,to\nTAG-1,A,甲,2026-11-01,2027-06-30\nTAG-2,B,乙,2026-11-01,2027-07-31\nTAG-3,C,丙,2026-11-01,2027-06-30\n",
			"another until"},
		"outlets": {"columns: {outlet: id, en: en, zh: zh}\n", "id,en,zh\nTAG-1,A,甲\nTAG-2,B,乙\n",
			"id,en,zh\nTAG-1,A,甲\nTAG-2,B,乙二\nTAG-3,C,丙\n", ""}, // the ledger takes the change
	} {
		head := "kind: " + kind + "\nsource: " + tag + "-" + kind
		if r, err := c.imports(head+"-1\n"+of.mapping, strings.ReplaceAll(of.monday, "TAG", tag)); err != nil ||
			r.Done != 2 {
			t.Errorf("%s: %+v, %v", kind, r, err)
		}
		r, err := c.imports(head+"-2\n"+of.mapping, strings.ReplaceAll(of.tuesday, "TAG", tag))
		if of.refused == "" {
			if err != nil || r.Done != 3 {
				t.Errorf("%s: %+v, %v", kind, r, err)
			}
			continue
		}
		if fault.CodeOf(err) != fault.Rejected || r.Done != 1 || r.Before != 1 || r.Refused != 1 ||
			r.Rejected[0].Line != 3 || !strings.Contains(r.Rejected[0].Reason, of.refused) {
			t.Errorf("%s: %+v, %v", kind, r, err)
		}
		if r, err = c.imports(head+"-2\n"+of.mapping, strings.ReplaceAll(of.tuesday, "TAG", tag)); fault.CodeOf(err) !=
			fault.Rejected || r.Before != 2 || r.RefusedBefore != 1 ||
			!strings.Contains(r.Rejected[0].Reason, of.refused) {
			t.Errorf("%s, once more: %+v, %v", kind, r, err)
		}
	}
}
