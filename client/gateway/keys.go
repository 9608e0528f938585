package gateway

import (
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// maxWeight is about how many rows the commands of one batch write, and maxBytes how
// large they are, so that a batch stays below what a transaction may write
// (command.MaxRows, command.MaxBytes). What a release gives back to is only on the
// ledger, so a batch can meet the bound; what didn't fit then goes again.
const (
	maxWeight = command.MaxRows * 4 / 5
	maxBytes  = command.MaxBytes / 2
)

// demand is what a command asks of the queue.
type demand struct {
	// keys are the rows that it reads and rewrites and that commands of other
	// lanes may want too: two transactions in flight on one of them cost one of
	// the two. Rows that a lane has to itself are not among them.
	keys   []string
	weight int  // rows that it writes, about
	bytes  int  // of its commands
	alone  bool // it can end its whole transaction, so it gets one to itself
}

// demandOf says what a request asks for. The gateway knows what a request
// names; which lots a release gives back to is only in the hold's row, so such
// a conflict is met by trying again.
func demandOf(req command.Request) demand {
	switch req.(type) {
	case party.RegisterRequest, settlement.AdvanceRequest:
		// An endorser whose calendar or whose lanes refuse these ends the
		// transaction, not just the command.
		return demand{weight: 40, alone: true}
	}
	for _, subject := range []func(command.Request) (demand, bool){demandOfPoints, demandOfMovedPoints, demandOfMembers, demandOfBenefits, demandOfCatalogue, demandOfOrders, demandOfClearing} {
		if d, ok := subject(req); ok {
			return d
		}
	}
	return demand{weight: 2}
}

func demandOfPoints(req command.Request) (demand, bool) {
	switch r := req.(type) {
	case points.IssueRequest:
		d := demand{}
		for _, g := range r.Grants {
			d.weight += 1 + max(1, len(g.Split)) // a lot for each funder, and the member's standing
			if r.Receipts {
				d.weight++
				d.keys = append(d.keys, receiptKey(r.Programme, g.Reference))
			}
		}
		return d, true
	case points.AwardRequest:
		d := demand{weight: 1 + max(1, len(r.Split))}
		if r.Reference != "" {
			d.weight++
			d.keys = append(d.keys, receiptKey(r.Programme, r.Reference))
		}
		return d, true
	case points.ActivateRequest:
		return demand{keys: []string{lotKey(r.Lot)}, weight: 1}, true
	case points.CancelRequest:
		return demand{keys: []string{lotKey(r.Lot)}, weight: 1}, true
	case points.HoldRequest:
		return demand{keys: proven(lotKeys(r.Pieces), r.Authorisation), weight: 2 + len(r.Pieces)}, true
	case points.CaptureRequest:
		return demand{keys: []string{holdKey(r.Hold)}, weight: 1}, true
	case points.RefundRequest:
		return demand{keys: []string{holdKey(r.Hold)}, weight: 4}, true
	case points.ReleaseRequest:
		return demand{keys: []string{holdKey(r.Hold)}, weight: 4}, true
	case points.TimeOutRequest:
		return demand{keys: []string{holdKey(r.Hold)}, weight: 4}, true
	case points.ExpireRequest:
		d := demand{weight: len(r.Lots)}
		for _, lot := range r.Lots {
			d.keys = append(d.keys, lotKey(lot))
		}
		return d, true
	case points.RevokeRequest:
		weight := len(r.Pieces)
		if r.Reopen {
			weight *= 2 // and the receipts
		}
		return demand{keys: lotKeys(r.Pieces), weight: weight}, true
	case member.FreezeRequest:
		return demand{keys: []string{"m" + r.Member}, weight: 1}, true
	case member.UnfreezeRequest:
		return demand{keys: []string{"m" + r.Member}, weight: 1}, true
	case member.AppealRequest:
		return demand{keys: []string{"m" + r.Member}, weight: 1}, true
	case member.DismissRequest:
		return demand{keys: []string{"m" + r.Member}, weight: 1}, true
	case points.OpenProgrammeRequest:
		return demand{keys: []string{"g" + r.Programme}, weight: 1}, true
	}
	return demand{}, false
}

func demandOfMovedPoints(req command.Request) (demand, bool) {
	switch r := req.(type) {
	case points.TransferRequest:
		return demand{keys: proven(lotKeys(r.Pieces), r.Authorisation), weight: 2 * len(r.Pieces)}, true
	case points.OfferRequest:
		return demand{keys: proven(lotKeys(r.Pieces), r.Authorisation), weight: 1 + len(r.Pieces)}, true
	case points.TakeRequest:
		return demand{keys: append(proven(lotKeys(r.Pieces), r.Authorisation), "d"+r.Trade.String()), weight: 4 + 2*len(r.Pieces)}, true
	case points.EndTradeRequest:
		return demand{keys: []string{"d" + r.Trade.String()}, weight: 4}, true
	case points.ConvertRequest:
		return demand{keys: proven(lotKeys(r.Pieces), r.Authorisation), weight: 2 + len(r.Pieces)}, true
	}
	return demand{}, false
}

func demandOfMembers(req command.Request) (demand, bool) {
	switch r := req.(type) {
	case member.EnrolRequest:
		return demand{keys: []string{"m" + r.Member}, weight: 2}, true
	case member.LinkRequest:
		return demand{keys: proven([]string{"m" + r.Member}, r.Invitation), weight: 3}, true
	case member.MergeRequest:
		return demand{keys: proven([]string{"m" + r.From, "m" + r.Into}, r.Invitation), weight: 3}, true
	case member.LabelRequest:
		return demand{keys: []string{"b" + r.Member}, weight: 1}, true
	case member.ConsentRequest:
		return demand{keys: []string{"m" + r.Member}, weight: 2}, true
	}
	return demand{}, false
}

func demandOfBenefits(req command.Request) (demand, bool) {
	switch r := req.(type) {
	case benefit.GrantRequest:
		d := demand{weight: 2 * len(r.Grants)}
		for _, g := range r.Grants {
			d.keys = append(d.keys, "c"+r.Benefit+"/"+g.Member)
		}
		return d, true
	case benefit.BuyRequest:
		d := demand{keys: proven([]string{"c" + r.Benefit + "/" + r.Member}, r.Authorisation), weight: 2 + len(r.Pieces)}
		for _, p := range r.Pieces {
			d.keys = append(d.keys, lotKey(p.Lot))
		}
		return d, true
	case benefit.WriteOffRequest:
		return demand{keys: []string{"e" + r.Entitlement.String()}, weight: 2}, true
	case benefit.ReserveRequest:
		return demand{keys: []string{"e" + r.Entitlement.String()}, weight: 1}, true
	case benefit.UnreserveRequest:
		return demand{keys: []string{"e" + r.Entitlement.String()}, weight: 1}, true
	case benefit.ActivateRequest:
		return demand{keys: []string{"e" + r.Entitlement.String()}, weight: 1}, true
	case benefit.ExpireRequest:
		return demand{keys: []string{"e" + r.Entitlement.String()}, weight: 2}, true
	case benefit.RevokeRequest:
		return demand{keys: []string{"e" + r.Entitlement.String()}, weight: 2}, true
	case benefit.TransferRequest:
		return demand{keys: []string{"e" + r.Entitlement.String()}, weight: 3}, true
	case benefit.NewCodeRequest:
		return demand{keys: []string{"e" + r.Entitlement.String()}, weight: 1}, true
	case benefit.ReverseRequest:
		return demand{keys: []string{"x" + r.WriteOff.String()}, weight: 4}, true
	}
	return demand{}, false
}

// proven adds the row of the member's consent, if the request names one.
func proven(keys []string, proof number.Command) []string {
	if proof.IsZero() {
		return keys
	}
	return append(keys, "z"+proof.String())
}

// demandOfAll adds up a group or a batch. What can't be decoded is refused by
// the ledger, alone.
func demandOfAll(commands []command.Command) demand {
	var sum demand
	for _, c := range commands {
		sum.bytes += c.Size()
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

func lotKey(n number.Row) string                    { return "l" + n.String() }
func receiptKey(programme, reference string) string { return "gr" + programme + "/" + reference }

func holdKey(n number.Command) string { return "h" + n.String() }

func lotKeys(pieces []spend.Take) []string {
	keys := make([]string, len(pieces))
	for i, p := range pieces {
		keys[i] = lotKey(p.Lot)
	}
	return keys
}
