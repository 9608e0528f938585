package member

import (
	"encoding/json"
	"fmt"
	"slices"

	"tallystick/chaincode/fault"
)

// stateNames turns states into words; index 0 is no state.
type stateNames []string

func (n stateNames) name(s uint8) string {
	if int(s) >= len(n) {
		return ""
	}
	return n[s]
}

func (n stateNames) marshal(s uint8) ([]byte, error) { return json.Marshal(n.name(s)) }

func (n stateNames) unmarshal(data []byte) (uint8, error) {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return 0, err
	}
	i := slices.Index(n, text)
	if i < 0 {
		return 0, fmt.Errorf("member: no state is called %.20q", text)
	}
	return uint8(i), nil
}

// checkUntil refuses with BAD_REQUEST what is no moment.
func checkUntil(until int64) error {
	if until < 1 || until > maxUntil {
		return fault.New(fault.BadRequest, "until: want UTC seconds")
	}
	return nil
}

// within refuses with EXPIRED or LIMIT what ends too early or too late.
func within(until, now, most int64) error {
	if until <= now {
		return fault.New(fault.Expired, "until has passed")
	}
	if until > now+most {
		return fault.New(fault.Limit, "until is more than %d days ahead", most/(24*3600))
	}
	return nil
}
