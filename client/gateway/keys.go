package gateway

import (
	"strconv"

	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// maxWeight is the most rows that the commands of one batch write, so that a
// batch of large commands stays a transaction that endorsers finish in time.
const maxWeight = 5_000

// demand is what a command asks of the queue.
type demand struct {
	// keys are the rows that it reads and rewrites and that commands of other
	// lanes may want too: two transactions in flight on one of them cost one of
	// the two. Rows that a lane has to itself are not among them.
	keys   []string
	weight int  // rows that it writes, about
	alone  bool // it can end its whole transaction, so it gets one to itself
}

// demandOf says what a request asks for. The gateway knows what a request
// names; which lots a release gives back to is only in the hold's row, so such
// a conflict is met by trying again.
func demandOf(req command.Request) demand {
	switch r := req.(type) {
	case points.IssueRequest:
		return demand{weight: len(r.Grants)}
	case points.ActivateRequest:
		return demand{keys: []string{lotKey(r.Lot)}, weight: 1}
	case points.HoldRequest:
		return demand{keys: lotKeys(r.Pieces), weight: 1 + len(r.Pieces)}
	case points.TransferRequest:
		return demand{keys: lotKeys(r.Pieces), weight: 2 * len(r.Pieces)}
	case points.CaptureRequest:
		return demand{keys: []string{holdKey(r.Hold)}, weight: 1}
	case points.ReleaseRequest:
		return demand{keys: []string{holdKey(r.Hold)}, weight: 4}
	case points.TimeOutRequest:
		return demand{keys: []string{holdKey(r.Hold)}, weight: 4}
	case points.FreezeRequest:
		return demand{keys: []string{frozenKey(r.Member)}, weight: 1}
	case points.UnfreezeRequest:
		return demand{keys: []string{frozenKey(r.Member)}, weight: 1}
	case points.OpenProgrammeRequest:
		return demand{keys: []string{"g" + r.Programme}, weight: 1}
	case party.RegisterRequest, settlement.AdvanceRequest:
		// An endorser whose calendar or whose lanes refuse these ends the
		// transaction, not just the command.
		return demand{weight: 40, alone: true}
	}
	return demand{weight: 1}
}

// demandOfAll adds up a group or a batch. What can't be decoded is refused by
// the ledger, alone.
func demandOfAll(commands []command.Command) demand {
	var sum demand
	for _, c := range commands {
		req, err := c.Decode()
		if err != nil {
			continue
		}
		one := demandOf(req)
		sum.keys = append(sum.keys, one.keys...)
		sum.weight += one.weight
		sum.alone = sum.alone || one.alone
	}
	return sum
}

func lotKey(n number.Row) string      { return "l" + n.String() }
func holdKey(n number.Command) string { return "h" + n.String() }
func frozenKey(member string) string  { return "f" + strconv.Itoa(points.Bucket(member)) }

func lotKeys(pieces []points.Piece) []string {
	keys := make([]string, len(pieces))
	for i, p := range pieces {
		keys[i] = lotKey(p.Lot)
	}
	return keys
}
