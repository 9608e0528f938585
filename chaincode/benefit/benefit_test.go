package benefit

import (
	"encoding/json"
	"testing"

	"tallystick/chaincode/name"
)

// TestWords writes every word and reads it back, and refuses the others.
func TestWords(t *testing.T) {
	type all struct {
		Kind     Category
		Lapse    Lapse
		State    State
		WriteOff WriteOffState
	}
	for i := range max(len(kinds), len(lapses), len(states), len(writeOffStates)) {
		of := func(w name.Words) uint8 { return uint8(min(i, len(w)-1)) }
		v := all{Category(of(kinds)), Lapse(of(lapses)), State(of(states)), WriteOffState(of(writeOffStates))}
		data, err := json.Marshal(v)
		var back all
		if err != nil || json.Unmarshal(data, &back) != nil || back != v {
			t.Errorf("%s came back as %+v, %v", data, back, err)
		}
	}
	for _, bad := range []string{`{"Kind":"voucher"}`, `{"Lapse":"keep"}`, `{"State":"LOST"}`, `{"WriteOff":1}`} {
		if json.Unmarshal([]byte(bad), new(all)) == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
