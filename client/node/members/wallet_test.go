package members

import (
	"testing"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
)

// TestLiabilitiesOfWhatIsNoShare: an exponent isn't written out before it is refused.
func TestLiabilitiesOfWhatIsNoShare(t *testing.T) {
	for share, want := range map[string]fault.Code{
		`"0.85"`: "", `"0"`: "", `"1"`: "", `"1.01"`: fault.BadRequest, `"-0.1"`: fault.BadRequest,
		`"1e900000000"`: fault.BadRequest, `"1e-900000000"`: fault.BadRequest,
	} {
		var req LiabilityRequest
		err := codec.DecodeJSON([]byte(`{"lot":"G.0.3.0.0","sale":16800000,"share":`+share+`}`), &req)
		if err == nil {
			err = PointsLiability.Check(req)
		}
		if fault.CodeOf(err) != want {
			t.Errorf("%s: %v, want %q", share, err, want)
		}
	}
	if err := (LiabilityRequest{Sale: 0}).Check(); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("no sale: %v", err)
	}
}
