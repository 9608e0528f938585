package member

import (
	"tallystick/chaincode/fault"
)

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
