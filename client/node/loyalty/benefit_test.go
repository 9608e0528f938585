package loyalty

import (
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/fault"
)

// TestWhatAnAmendmentLeavesOutStays: also what is changed to nothing is changed.
func TestWhatAnAmendmentLeavesOutStays(t *testing.T) {
	present := benefit.Model{ID: "b", Quota: 5, Grantors: []string{"G"}, Open: true}
	none, no, yes := amount.Units(0), false, true
	for _, c := range []struct {
		name   string
		change AmendBenefitRequest
		want   benefit.AmendRequest
	}{
		{"closed", AmendBenefitRequest{Open: &no}, benefit.AmendRequest{Benefit: "b", Quota: 5,
			Grantors: []string{"G"}}},
		{"open as it is", AmendBenefitRequest{Open: &yes},
			benefit.AmendRequest{Benefit: "b", Quota: 5, Grantors: []string{"G"}, Open: true}},
		{"no quota", AmendBenefitRequest{Quota: &none}, benefit.AmendRequest{Benefit: "b",
			Grantors: []string{"G"}, Open: true}},
		{"grantors", AmendBenefitRequest{Grantors: []string{"D"}},
			benefit.AmendRequest{Benefit: "b", Quota: 5, Grantors: []string{"D"}, Open: true}},
	} {
		c.change.Benefit = "b"
		if err := c.change.Check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		got := c.change.of(present)
		if got.Quota != c.want.Quota || got.Open != c.want.Open ||
			!slices.Equal(got.Grantors, c.want.Grantors) || got.Benefit != "b" {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if err := (AmendBenefitRequest{Benefit: "b"}).Check(); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("a change of nothing: %v", err)
	}
}
