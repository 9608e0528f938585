package contract

import (
	"fmt"

	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// do hands a well-formed request to its verb.
func (c *call) do(req command.Request) error {
	switch req := req.(type) {
	case party.RegisterRequest:
		return c.register(req)
	case settlement.AdvanceRequest:
		return c.advanceDate(req)
	case points.OpenProgrammeRequest:
		return c.openProgramme(req)
	case points.IssueRequest:
		return c.issue(req)
	case points.ActivateRequest:
		return c.activate(req)
	case points.HoldRequest:
		return c.hold(req)
	case points.CaptureRequest:
		return c.capture(req)
	case points.ReleaseRequest:
		return c.release(req)
	case points.TimeOutRequest:
		return c.timeOut(req)
	case points.TransferRequest:
		return c.transfer(req)
	case points.FreezeRequest:
		return c.freeze(req)
	case points.UnfreezeRequest:
		return c.unfreeze(req)
	}
	return fmt.Errorf("contract: no verb for a %T", req)
}

// reads lists the keys that commands will read first, so that one call
// fetches those of a whole batch. It need not be complete: what is missing is
// read when it is needed.
func (r *run) reads(commands []command.Command, requests []command.Request) []string {
	var keys []string
	for i, req := range requests {
		if id := commands[i].Request; id != "" {
			keys = append(keys, string(row.NamedRequest(r.caller.ID, id)))
		}
		switch req := req.(type) {
		case points.IssueRequest:
			keys = append(keys, string(row.Programme(req.Programme)), string(row.Totals(req.Programme, r.caller.ID, r.lane)))
		case points.ActivateRequest:
			keys = append(keys, lotKey(req.Lot))
		case points.HoldRequest:
			keys = appendSpend(keys, req.Member, req.Pieces)
		case points.TransferRequest:
			keys = appendSpend(keys, req.From, req.Pieces)
		case points.CaptureRequest:
			keys = append(keys, string(row.Hold(req.Hold)))
		case points.ReleaseRequest:
			keys = append(keys, string(row.Hold(req.Hold)))
		case points.TimeOutRequest:
			keys = append(keys, string(row.Hold(req.Hold)))
		}
	}
	return keys
}

func appendSpend(keys []string, member string, pieces []points.Piece) []string {
	keys = append(keys, string(row.Frozen(points.Bucket(member))))
	for _, p := range pieces {
		keys = append(keys, lotKey(p.Lot))
	}
	return keys
}

func lotKey(n number.Row) string { return string(row.Lot(n)) }
