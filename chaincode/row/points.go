package row

import (
	"slices"

	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
)

// The rows of points:
//
//	g/PROGRAMME                programme
//	l/NUMBER, h/NUMBER         lot, hold: named by the command that made it
//	t/PROGRAMME/PARTY/LANE     totals of a lane
//	gs/PROGRAMME/MEMBER        standing of a member, where the programme's rules ask for one
//	ge/PROGRAMME/RULE          earn rule
//	gc/FROM/TO                 conversion: the rate between two programmes
//	gp/NUMBER                  pledge
//	gr/PROGRAMME/REFERENCE     receipt that has earned
//	d/NUMBER                   trade
var (
	programmes = as[points.Programme]("g", "programme", "PROGRAMME", makes(owner(issuer), command.OpenProgramme),
		changes(owner(issuer), command.SetRules, command.SetProgramme), changes(operator, command.SetProgramme),
		keeping(func(b, a points.Programme) bool { return b.ID == a.ID && b.Issuer == a.Issuer && b.Price == a.Price }))
	lots = byRow[points.Lot]("l", "lot", makes(itsCommand, slices.Concat(grants, backs)...),
		changes(anyone, spends...), keepingBy(keepsLot))
	holds = byCommand[points.Hold]("h", "hold", makes(itsCommand, command.Hold), changes(anyone, command.TimeOut),
		changes(owner(func(h points.Hold) string { return h.Acceptor }), command.Capture, command.Refund,
			command.Release), keeping(keepsHold))
	totals = as[points.Totals]("t", "totals", "PROGRAMME/PARTY/LANE", writes(itsLane,
		slices.Concat(grants, spends, []command.Kind{command.Capture, command.AcceptOrder, command.DeliverOrder})...))

	standings = as[points.Standing]("gs", "standing", "PROGRAMME/MEMBER",
		writes(anyone, slices.Concat(grants, spends, []command.Kind{command.Merge})...))
	earnRules   = as[points.Rule]("ge", "rule", "PROGRAMME/RULE", writes(anyone, command.SetRule))
	conversions = as[points.Conversion]("gc", "conversion", "FROM/TO", writes(anyone, command.PublishRate),
		changes(anyone, command.AgreeRate))
	pledges  = byCommand[points.Pledge]("gp", "pledge", makes(itsCommand, command.Pledge))
	receipts = as[points.Receipt]("gr", "receipt", "PROGRAMME/REFERENCE",
		writes(anyone, command.Issue, command.Award, command.Revoke))
	trades = byCommand[points.Trade]("d", "trade", makes(itsCommand, command.OfferTrade),
		changes(anyone, command.TakeTrade, command.EndTrade),
		keeping(func(b, a points.Trade) bool { return b.By == a.By && b.Maker == a.Maker && b.Wants == a.Wants }))
)

// grants are the commands that make lots, spends those that take from them or change
// their state, and backs those of them that also give back what was taken: to a lot of its own, with
// grace, where the old one has ended.
var (
	grants = []command.Kind{command.Issue, command.Award, command.Convert, command.Transfer, command.TakeTrade,
		command.Refund, command.Adjust,
		command.AwardPurchase, command.RefundReturn, command.TimeOutReturn}
	backs = []command.Kind{command.Release, command.TimeOut, command.Refund, command.EndTrade, command.ReverseWriteOff,
		command.RevokeEntitlement,
		command.ExpireEntitlement, command.RejectOrder, command.CancelOrder, command.TimeOutOrder, command.RefundReturn,
		command.TimeOutReturn}
	spends = append([]command.Kind{command.Hold, command.Convert, command.Transfer, command.OfferTrade,
		command.TakeTrade, command.BuyBenefit,
		command.PlaceOrder, command.Activate, command.Cancel, command.Expire, command.Revoke}, backs...)
)

func issuer(p points.Programme) string { return p.Issuer }

// keepsLot says whether a lot's next value is of the same points: as many as were
// issued, of no more than which something became, and nothing taken back that isn't
// given back by such a command.
func keepsLot(s *Seal, b, a points.Lot) bool {
	return b.Programme == a.Programme && b.Member == a.Member && b.Funder == a.Funder && b.Issued == a.Issued &&
		b.Expires == a.Expires &&
		b.Origin == a.Origin && b.Parent == a.Parent && a.Placed >= 0 && a.Available() >= 0 &&
		b.Transferred <= a.Transferred && b.Converted <= a.Converted && b.Expired <= a.Expired &&
		b.Revoked <= a.Revoked &&
		(b.Placed <= a.Placed || s.Has(backs...))
}

func keepsHold(b, a points.Hold) bool {
	return b.Acceptor == a.Acceptor && b.Member == a.Member && b.Deadline == a.Deadline &&
		b.Captured <= a.Captured && len(b.Captures) <= len(a.Captures) &&
		slices.Equal(b.Pieces, a.Pieces)
}

// Standing is the key of what a member has done in a programme.
func Standing(programme, member string) Key[points.Standing] {
	return standings.at(programme, member)
}

// Rule is the key of an earn rule.
func Rule(programme, rule string) Key[points.Rule] {
	return earnRules.at(programme, rule)
}

// Conversion is the key of the rate between two programmes.
func Conversion(from, to string) Key[points.Conversion] {
	return conversions.at(from, to)
}

// Pledge is the key of a pledge.
func Pledge(n number.Command) Key[points.Pledge] {
	return pledges.by(n)
}

// Receipt is the key of what a purchase has earned in a programme.
func Receipt(programme, reference string) Key[points.Receipt] {
	return receipts.at(programme, reference)
}

// Trade is the key of a trade.
func Trade(n number.Command) Key[points.Trade] {
	return trades.by(n)
}

// Programme is the key of a programme.
func Programme(id string) Key[points.Programme] { return programmes.at(id) }

// Lot is the key of a lot.
func Lot(n number.Row) Key[points.Lot] {
	return lots.of(n)
}

// Hold is the key of a hold.
func Hold(n number.Command) Key[points.Hold] {
	return holds.by(n)
}

// Totals is the key of a lane's totals of a programme.
func Totals(programme, party string, lane uint8) Key[points.Totals] {
	return totals.at(programme, party, hexadecimal(uint64(lane), 2))
}
