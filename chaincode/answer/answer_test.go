package answer

import (
	"encoding/json"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/party"
)

// TestAnswersOnTheWire: clients of other versions, and in other languages, read these names.
func TestAnswersOnTheWire(t *testing.T) {
	for want, value := range map[string]any{
		`{"rows":[],"next":"p/D"}`: PartyPage{
			Part[party.Party]{Rows: []party.Party{}, Next: "p/D"},
		},
		`{"limit":5,"after":"p/D"}`:                                 Page{Limit: 5, After: "p/D"},
		`{"digest":"ab","profile":"AQI="}`:                          Profile{Digest: []byte{0xab}, Bytes: []byte{1, 2}},
		`{"limit":1,"leased":2,"relieved":3,"used":4,"returned":5}`: QuotaUse{1, 2, 3, 4, 5},
		`{"free":1,"pool":2,"restocked":3,"withdrawn":4}`:           InStock{1, 2, 3, 4},
		`{"seller":"D","member":"li","region":"sh","lines":[]}`:     QuoteAsked{"D", "li", "sh", []goods.Wanted{}},
	} {
		if got, err := json.Marshal(value); err != nil || string(got) != want {
			t.Errorf("%T: %s, %v", value, got, err)
		}
	}
	for limit, code := range map[int32]fault.Code{
		-1: fault.BadRequest, 0: fault.BadRequest, 1: "", MaxPage: "", MaxPage + 1: fault.BadRequest,
	} {
		if err := (Page{Limit: limit}).Check(); fault.CodeOf(err) != code {
			t.Errorf("%d rows: %v", limit, err)
		}
	}
}
