package contract

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

// What the models and simulated lives have found, each as a test of its own.

// withPoints is a world in which li (M's), wang (D's) and sun (G's) have 100 GP
// each, in this order.
func withPoints(t fataler, rules points.Rules, days date.Date) (*world, [3]number.Row) {
	w := founded(t, 5)
	w.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP",
		Price: amount.Rate{Num: 1, Den: 1}, Rules: rules})
	req := points.IssueRequest{Programme: "GP"}
	for _, id := range []string{"li", "wang", "sun"} {
		g := points.Grant{Member: id, Amount: 100}
		if days > 0 {
			g.Expires = day(firstDay) + days
		}
		req.Grants = append(req.Grants, g)
	}
	issued := w.must(t, "G", req)
	return w, [3]number.Row{issued.Row(0), issued.Row(1), issued.Row(2)}
}

// refused runs one command and compares what it is refused with.
func (w *world) refused(t *testing.T, msp string, req command.Request, code fault.Code) {
	t.Helper()
	if _, refusals := w.run(t, msp, req); fault.CodeOf(refusals[0]) != code {
		t.Errorf("%s %s: %v, want %q", msp, command.KindOf(req), refusals[0], code)
	}
}

// Seed 0 of TestSimulation: a home that named an authorisation when it held points
// used none of it, and got it back at the release: another member's, too, so that
// its cap came anew. One that doesn't exist kept the points held for ever.
func TestAHomeUsesAndReturnsNoAuthorisation(t *testing.T) {
	w, lots := withPoints(t, movable, 90)
	w.must(t, "D", points.OpenProgrammeRequest{Programme: "XP", En: "XP", Zh: "XP",
		Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
	by := w.authorise(t, "wang", "M", "GP", 50)
	hold := func(id string, lot number.Row, n amount.Units, by number.Command) points.HoldRequest {
		return points.HoldRequest{Member: id, Pieces: []spend.Take{{Lot: lot, Amount: n}},
			Deadline: w.net.Now().Unix() + 60, Authorisation: by}
	}
	w.must(t, "M", hold("wang", lots[1], 50, by))
	for _, named := range []number.Command{by, {Party: "G", Lane: 1, Seq: 99}} {
		held := w.must(t, "M", hold("li", lots[0], 50, named))
		w.must(t, "M", points.ReleaseRequest{Hold: held, Reason: "x"})
		offered := w.must(t, "M", points.OfferRequest{Member: "li", Pieces: []spend.Take{{Lot: lots[0], Amount: 50}},
			Wants: "XP", Price: 1, Until: w.net.Now().Unix() + 60, Authorisation: named})
		w.must(t, "M", points.EndTradeRequest{Trade: offered})
	}
	w.refused(t, "M", hold("wang", lots[1], 1, by), fault.Unauthorised)
}

// Where expiry slides, points that were passed on kept their first last day, which
// may have been over.
func TestWhatSlidesIsPassedOnWithItsLastDay(t *testing.T) {
	w, lots := withPoints(t, points.Rules{Expiry: points.Expiry{Kind: points.Sliding, N: 5},
		Transfer: points.TransferRules{Allowed: true}}, 0)
	w.advance(t, 4)
	held := w.must(t, "G", points.HoldRequest{Member: "sun", Pieces: []spend.Take{{Lot: lots[2], Amount: 1}},
		Deadline: w.net.Now().Unix() + 60})
	w.must(t, "G", points.ReleaseRequest{Hold: held, Reason: "x"})
	w.advance(t, 7)
	w.must(t, "G", points.AdjustRequest{Lot: lots[2], Amount: 1, Reason: "x"})
	sent := w.must(t, "G", points.TransferRequest{From: "sun", To: "chen",
		Pieces: []spend.Take{{Lot: lots[2], Amount: 9}}})
	hold := points.HoldRequest{Member: "chen", Pieces: []spend.Take{{Lot: sent.Row(0), Amount: 9}},
		Deadline: w.net.Now().Unix() + 60}
	w.must(t, "M", hold)
	w.refused(t, "G", points.AdjustRequest{Lot: lots[1], Amount: 1, Reason: "x"}, fault.Expired)
}

// Points that were granted to somebody who was never enrolled could not expire.
func TestPointsOfNobodyExpire(t *testing.T) {
	w, _ := withPoints(t, points.Rules{SpendPerDay: 9}, 90)
	issued := w.must(t, "G", points.IssueRequest{Programme: "GP",
		Grants: []points.Grant{{Member: "ghost", Home: "M", Amount: 5, Expires: day(firstDay) + 1}}})
	w.must(t, "G", points.AdjustRequest{Lot: issued.Row(0), Amount: 1, Reason: "x"})
	w.advance(t, 2)
	w.must(t, "G", points.ExpireRequest{Lots: []number.Row{issued.Row(0)}})
}

// What was held yesterday and is released today made room for more today than the
// day's limit.
func TestYesterdaysHoldMakesNoRoomToday(t *testing.T) {
	w, lots := withPoints(t, points.Rules{SpendPerDay: 10}, 90)
	hold := func(n amount.Units) points.HoldRequest {
		return points.HoldRequest{Member: "li", Pieces: []spend.Take{{Lot: lots[0], Amount: n}},
			Deadline: w.net.Now().Unix() + 60}
	}
	yesterdays := w.must(t, "M", hold(10))
	w.advance(t, 1)
	todays := w.must(t, "M", hold(10))
	w.must(t, "M", points.ReleaseRequest{Hold: yesterdays, Reason: "x"})
	w.refused(t, "M", hold(1), fault.DailyCap)
	w.must(t, "M", points.ReleaseRequest{Hold: todays, Reason: "x"})
	w.must(t, "M", hold(10))
}

// What an offer set aside may expire before its end; nobody pays for that.
func TestAnExpiredOfferIsNotTaken(t *testing.T) {
	w, lots := withPoints(t, movable, 1)
	w.must(t, "M", points.OpenProgrammeRequest{Programme: "MP", En: "MP", Zh: "MP",
		Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
	issued := w.must(t, "M", points.IssueRequest{Programme: "MP",
		Grants: []points.Grant{{Member: "wang", Amount: 10, Expires: day(firstDay) + 9}}})
	offer := points.OfferRequest{Member: "li", Pieces: []spend.Take{{Lot: lots[0], Amount: 10}}, Wants: "MP", Price: 5,
		Until: w.net.Now().Unix() + 600}
	first, second := w.must(t, "M", offer), w.must(t, "M", offer)
	take := func(n number.Command) points.TakeRequest {
		return points.TakeRequest{Trade: n, Member: "wang", Pieces: []spend.Take{{Lot: issued.Row(0), Amount: 5}}}
	}
	w.advance(t, 1)
	w.must(t, "D", take(first))
	w.advance(t, 2)
	w.refused(t, "D", take(second), fault.Expired)
	w.must(t, "M", points.EndTradeRequest{Trade: second})
}

// Two names of one person are no two members: nothing passes from one to the other.
func TestMergedNamesAreOneMember(t *testing.T) {
	w, lots := withPoints(t, movable, 90)
	w.must(t, "M", plainBenefit("ride", nil))
	granted := w.must(t, "M", grantTo("ride", "zhang"))
	w.merge(t, "zhang", "li")
	w.refused(t, "M", benefitTransfer(granted.Row(0), "li"), fault.BadRequest)
	w.refused(t, "M", points.TransferRequest{From: "li", To: "zhang", Pieces: []spend.Take{{Lot: lots[0], Amount: 1}}},
		fault.BadRequest)
	w.refused(t, "G", member.FreezeRequest{Member: "zhang", Reason: "x"}, fault.WrongState)
	w.must(t, "G", member.FreezeRequest{Member: "li", Reason: "x"})
	issued := w.must(t, "G", points.IssueRequest{Programme: "GP",
		Grants: []points.Grant{{Member: "zhang", Amount: 5, Expires: day(firstDay) + 9}}})
	w.refused(t, "M", points.HoldRequest{Member: "zhang", Pieces: []spend.Take{{Lot: issued.Row(0), Amount: 1}},
		Deadline: w.net.Now().Unix() + 60}, fault.Frozen)
}

// merge joins two members, each at its home.
func (w *world) merge(t fataler, from, into string) {
	secret := make([]byte, 16)
	invite := inviting(into, secret, w.net.Now().Unix()+60)
	invite.For = homes[from]
	inv := w.must(t, homes[into], invite)
	w.must(t, homes[from], member.MergeRequest{From: from, Into: into, Invitation: inv, Code: secret})
}

func inviting(id string, secret code.Code, until int64) member.InviteRequest {
	return member.InviteRequest{Member: id, For: homes[id], Commitment: code.Commit(secret), Until: until}
}

func benefitTransfer(e number.Row, to string) benefit.TransferRequest {
	return benefit.TransferRequest{Entitlement: e, To: to}
}

// A merge brings what either name did today, and so no second day's limit.
func TestAMergeBringsTheDaysCounts(t *testing.T) {
	w, lots := withPoints(t, points.Rules{SpendPerDay: 10,
		Transfer: points.TransferRules{Allowed: true, PerDay: 10}}, 90)
	issued := w.must(t, "G", points.IssueRequest{Programme: "GP",
		Grants: []points.Grant{{Member: "zhang", Amount: 20, Expires: day(firstDay) + 90}}})
	hold := func(id string, lot number.Row, n amount.Units) points.HoldRequest {
		return points.HoldRequest{Member: id, Pieces: []spend.Take{{Lot: lot, Amount: n}},
			Deadline: w.net.Now().Unix() + 60}
	}
	send := func(n amount.Units) points.TransferRequest {
		return points.TransferRequest{From: "zhang", To: "chen", Pieces: []spend.Take{{Lot: issued.Row(0), Amount: n}}}
	}
	w.must(t, "M", hold("zhang", issued.Row(0), 6), hold("li", lots[0], 3), send(6))
	w.merge(t, "zhang", "li")
	w.refused(t, "M", hold("li", lots[0], 2), fault.DailyCap)
	w.refused(t, "M", send(5), fault.DailyCap)
	w.must(t, "M", hold("zhang", issued.Row(0), 1), send(4))
}

// Both sides of a trade count as sent on the day on which it is taken.
func TestATradeCountsForBothSides(t *testing.T) {
	w, lots := withPoints(t, points.Rules{Transfer: points.TransferRules{Allowed: true, PerDay: 10}}, 90)
	w.must(t, "M", points.OpenProgrammeRequest{Programme: "MP", En: "MP", Zh: "MP", Price: amount.Rate{Num: 1, Den: 1},
		Rules: points.Rules{Transfer: points.TransferRules{Allowed: true, PerDay: 10}}})
	issued := w.must(t, "M", points.IssueRequest{Programme: "MP",
		Grants: []points.Grant{{Member: "wang", Amount: 40, Expires: day(firstDay) + 9}}})
	for _, c := range []struct {
		gives, price amount.Units
		code         fault.Code
	}{{11, 1, fault.DailyCap}, {1, 11, fault.DailyCap}, {6, 6, ""}, {5, 1, fault.DailyCap},
		{1, 5, fault.DailyCap}, {4, 4, ""}} {
		offer := w.must(t, "M", points.OfferRequest{Member: "li", Pieces: []spend.Take{{Lot: lots[0], Amount: c.gives}},
			Wants: "MP", Price: c.price, Until: w.net.Now().Unix() + 600})
		w.refused(t, "D", points.TakeRequest{Trade: offer, Member: "wang",
			Pieces: []spend.Take{{Lot: issued.Row(0), Amount: c.price}}}, c.code)
	}
}
