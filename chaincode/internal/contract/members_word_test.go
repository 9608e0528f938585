package contract

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// What nobody may do with a member's points, and whose they are.

func theseOf(lot number.Row, n amount.Units) []spend.Take { return []spend.Take{{Lot: lot, Amount: n}} }

// An issuer moves a member's points to a member of its own: it needs the member's word
// like everybody else. It can only take them back.
func TestAnIssuerMovesNobodysPoints(t *testing.T) {
	w, lots := withPoints(t, movable, 90)
	move := points.TransferRequest{From: "li", To: "sun", Pieces: theseOf(lots[0], 60)}
	w.refused(t, "G", move, fault.Unauthorised)
	w.must(t, "M", move)
	move.Pieces, move.Authorisation = theseOf(lots[0], 40), w.authorise(t, "li", "G", "GP", 40)
	w.must(t, "G", move)
	w.must(t, "G", points.RevokeRequest{Pieces: theseOf(lots[1], 100), Reason: "x"})
}

// Of an erased member nothing moves and to it nothing comes, whoever asks.
func TestAnErasedMembersPointsStay(t *testing.T) {
	w, lots := withPoints(t, movable, 90)
	w.must(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "x", Zh: "x",
		Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
	soon := w.net.Now().Unix() + 60
	offered := w.must(t, "D", points.OfferRequest{Member: "wang", Pieces: theseOf(lots[1], 10), Wants: "DP",
		Price: 1, Until: soon})
	of := w.must(t, "D", points.IssueRequest{Programme: "DP",
		Grants: []points.Grant{{Member: "sun", Amount: 9, Expires: day(firstDay) + 9}}}).Row(0)
	w.must(t, "D", member.EraseRequest{Member: "wang", Reason: "x"})
	grant := points.IssueRequest{Programme: "GP", Grants: []points.Grant{{Member: "wang", Amount: 1,
		Expires: day(firstDay) + 9}}}
	for _, c := range []struct {
		who string
		req command.Request
	}{
		{"G", points.TransferRequest{From: "wang", To: "sun", Pieces: theseOf(lots[1], 90)}},
		{"D", points.TransferRequest{From: "wang", To: "sun", Pieces: theseOf(lots[1], 90)}},
		{"M", points.TransferRequest{From: "li", To: "wang", Pieces: theseOf(lots[0], 1)}},
		{"G", points.TakeRequest{Trade: offered, Member: "sun", Pieces: theseOf(of, 1)}},
		{"G", grant},
		{"G", points.AdjustRequest{Lot: lots[1], Amount: 1, Reason: "x"}},
	} {
		w.refused(t, c.who, c.req, fault.WrongState)
	}
	w.must(t, "D", points.EndTradeRequest{Trade: offered})
	w.must(t, "G", points.RevokeRequest{Pieces: theseOf(lots[1], 100), Reason: "x"})
}

// Points for a pseudonym that is yet to come are for the home that they name: who
// reads the block and enrols it first has none of them, and the issuer takes them back.
func TestPointsAreForTheHomeToCome(t *testing.T) {
	w := founded(t, 1)
	w.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "x", Zh: "x",
		Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
	grant := func(home string) points.IssueRequest {
		return points.IssueRequest{Programme: "GP", Grants: []points.Grant{{Member: "new", Home: home, Amount: 50,
			Expires: day(firstDay) + 90}}}
	}
	w.refused(t, "G", grant(""), fault.NotFound)
	forM, forD := w.must(t, "G", grant("M")).Row(0), w.must(t, "G", grant("D")).Row(0)
	hold := points.HoldRequest{Member: "new", Pieces: theseOf(forM, 50), Deadline: w.net.Now().Unix() + 60}
	w.refused(t, "D", hold, fault.NotFound)
	w.must(t, "D", member.EnrolRequest{Member: "new"})
	w.refused(t, "D", hold, fault.Forbidden)
	w.refused(t, "D", points.TransferRequest{From: "new", To: "wang", Pieces: theseOf(forM, 50)}, fault.Forbidden)
	if _, err := w.call("D", "query:Balance", "new", `["`+forM.String()+`"]`); err == nil {
		t.Error("they are in its balance")
	}
	adjusted := w.must(t, "G", points.AdjustRequest{Lot: forM, Amount: 1, Reason: "x"}).Row(0)
	hold.Pieces = theseOf(adjusted, 1)
	w.refused(t, "D", hold, fault.Forbidden)
	w.must(t, "G", points.RevokeRequest{Pieces: theseOf(forM, 50), Reason: "x"})
	hold.Pieces = theseOf(forD, 50)
	w.must(t, "D", hold)
}

// Where earnings count, a grant looks at the member anyway, and at its home.
func TestACountedGrantIsForTheRightHome(t *testing.T) {
	w, _ := withPoints(t, points.Rules{EarnPerDay: 500}, 90)
	grant := func(home string) points.IssueRequest {
		return points.IssueRequest{Programme: "GP", Grants: []points.Grant{{Member: "li", Home: home, Amount: 1,
			Expires: day(firstDay) + 90}}}
	}
	w.refused(t, "G", grant("D"), fault.Forbidden)
	w.must(t, "G", grant("M"))
}

// A rate is agreed to as it was read: not its number alone, but its limit, its days
// and its way to make whole points.
func TestARateIsAgreedToAsItWasRead(t *testing.T) {
	w, _ := withPoints(t, movable, 90)
	one := amount.Rate{Num: 1, Den: 1}
	w.must(t, "M", points.OpenProgrammeRequest{Programme: "MP", En: "x", Zh: "x", Price: one})
	read := points.PublishRateRequest{From: "GP", To: "MP", Rate: one, PerDay: 10, Since: day(firstDay),
		Until: day(firstDay) + 1}
	w.must(t, "M", read)
	agree := points.AgreeRateRequest{From: "GP", To: "MP", Terms: w.rate(t, "GP", "MP").Terms()}
	for name, change := range map[string]func(*points.PublishRateRequest){
		"limit": func(r *points.PublishRateRequest) { r.PerDay = 0 }, "last day": func(r *points.PublishRateRequest) {
			r.Until += 900
		},
		"first day": func(r *points.PublishRateRequest) { r.Since++ }, "whole": func(r *points.PublishRateRequest) {
			r.Whole = points.Floor
		},
		"rate": func(r *points.PublishRateRequest) { r.Rate.Num = 9 },
	} {
		other := read
		change(&other)
		w.must(t, "M", other)
		if _, refusals := w.run(t, "G", agree); fault.CodeOf(refusals[0]) != fault.Conflict {
			t.Errorf("another %s: %v", name, refusals[0])
		}
	}
	w.must(t, "M", read)
	w.must(t, "G", agree)
	w.refused(t, "G", agree, fault.WrongState)
}

// A one-time code serves once, for one spend: neither with the code nor without it is
// there a second, though there is room under the cap, and though the first came back.
func TestAOneTimeCodeServesOnce(t *testing.T) {
	w, lots := withPoints(t, movable, 90)
	secret := make(code.Code, code.Size)
	by := w.must(t, "D", member.AuthoriseRequest{Member: "wang", Acceptor: "M",
		Caps:       []member.Limit{{Programme: "GP", Amount: 100}},
		Commitment: code.Commit(secret), Until: w.net.Now().Unix() + 600})
	hold := points.HoldRequest{Member: "wang", Pieces: theseOf(lots[1], 10),
		Deadline: w.net.Now().Unix() + 60, Authorisation: by}
	w.refused(t, "M", hold, fault.WrongCode)
	hold.Code = secret
	held := w.must(t, "M", hold)
	w.refused(t, "M", hold, fault.WrongState)
	w.must(t, "M", points.ReleaseRequest{Hold: held, Reason: "x"})
	w.refused(t, "M", hold, fault.WrongState)
	hold.Code = nil
	w.refused(t, "M", hold, fault.WrongState)
}

// An invitation's code is in the clear before it is ordered: it is of use to nobody but
// the party that the invitation is for.
func TestAnInvitationIsForOneParty(t *testing.T) {
	w := founded(t, 1)
	secret := make(code.Code, code.Size)
	open := inviting("wang", secret, w.net.Now().Unix()+60)
	open.For = ""
	w.refused(t, "D", open, fault.BadRequest)
	open.For = "M"
	n := w.must(t, "D", open)
	account := make([]byte, 32)
	w.refused(t, "F", member.LinkRequest{Member: "wang", Channel: "app", Account: account, Invitation: n, Code: secret},
		fault.Forbidden)
	w.refused(t, "G", member.MergeRequest{From: "sun", Into: "wang", Invitation: n, Code: secret}, fault.Forbidden)
	w.must(t, "M", member.MergeRequest{From: "li", Into: "wang", Invitation: n, Code: secret})
}

// Two names of one person have one count, whatever was counted under which, and
// whoever merges: nobody can leave any of it behind.
func TestAMergeLeavesNoCountBehind(t *testing.T) {
	w, lots := withPoints(t, points.Rules{SpendPerDay: 30}, 90)
	w.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) { r.PerMember, r.Stackable = 2, true }))
	w.must(t, "M", grantTo("ride", "li", "zhang"))
	w.must(t, "M", points.HoldRequest{Member: "li", Pieces: theseOf(lots[0], 30), Deadline: w.net.Now().Unix() + 60})
	w.merge(t, "li", "zhang")
	w.merge(t, "zhang", "chen")
	for _, id := range []string{"li", "zhang", "chen"} {
		w.refused(t, "M", grantTo("ride", id), fault.Limit)
		w.refused(t, "M", points.HoldRequest{Member: id, Pieces: theseOf(lots[0], 1),
			Deadline: w.net.Now().Unix() + 60}, fault.DailyCap)
	}
	w.advance(t, 1)
	w.must(t, "M", points.HoldRequest{Member: "chen", Pieces: theseOf(lots[0], 30), Deadline: w.net.Now().Unix() + 60})
	w.refused(t, "M", points.HoldRequest{Member: "chen", Pieces: theseOf(lots[0], 1),
		Deadline: w.net.Now().Unix() + 60}, fault.DailyCap)
}

// The end of an entitlement that was got under a merged name is the person's.
func TestAnEndCountsForThePerson(t *testing.T) {
	w, _ := withPoints(t, movable, 90)
	w.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) { r.Stackable = false }))
	e := w.must(t, "M", grantTo("ride", "zhang")).Row(0)
	w.merge(t, "zhang", "li")
	w.refused(t, "M", grantTo("ride", "li"), fault.Limit)
	w.must(t, "M", benefit.WriteOffRequest{Entitlement: e})
	w.must(t, "M", grantTo("ride", "li"))
}

// A chain of pseudonyms without end would have every count read all of it.
func TestSoManyPseudonymsAreOnePerson(t *testing.T) {
	w := founded(t, 1)
	secret := make(code.Code, code.Size)
	for i := range member.MaxMerged + 1 {
		id := "li-" + string(rune('a'+i))
		w.must(t, "M", member.EnrolRequest{Member: id})
		invite := inviting("li", secret, w.net.Now().Unix()+60)
		n := w.must(t, "M", invite)
		req := member.MergeRequest{From: id, Into: "li", Invitation: n, Code: secret}
		if i < member.MaxMerged {
			w.must(t, "M", req)
		} else {
			w.refused(t, "M", req, fault.Limit)
		}
	}
}

// An entitlement of a member who is frozen, or erased, isn't passed on, and an offer
// of theirs isn't taken. A freeze of somebody whom it doesn't concern stops nothing.
func TestWhatAFrozenMemberHasStays(t *testing.T) {
	w, lots := withPoints(t, movable, 90)
	w.must(t, "F", points.OpenProgrammeRequest{Programme: "FP", En: "x", Zh: "x",
		Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
	of := w.must(t, "F", points.IssueRequest{Programme: "FP",
		Grants: []points.Grant{{Member: "sun", Amount: 9, Expires: day(firstDay) + 9}}}).Row(0)
	w.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) { r.Transferable, r.Stackable = true, true }))
	e := w.must(t, "M", grantTo("ride", "wang", "wang"))
	offer := points.OfferRequest{Member: "wang", Pieces: theseOf(lots[1], 10), Wants: "FP", Price: 1,
		Until: w.net.Now().Unix() + 60}
	first, second := w.must(t, "D", offer), w.must(t, "D", offer)
	take := func(n number.Command) points.TakeRequest {
		return points.TakeRequest{Trade: n, Member: "sun", Pieces: theseOf(of, 1)}
	}
	w.must(t, "F", member.FreezeRequest{Member: "wang", Reason: "x"})
	w.must(t, "D", benefitTransfer(e.Row(0), "li"))
	w.must(t, "G", take(first))
	w.must(t, "G", member.FreezeRequest{Member: "wang", Reason: "x"})
	w.refused(t, "D", benefitTransfer(e.Row(1), "li"), fault.Frozen)
	w.refused(t, "G", take(second), fault.Frozen)
	w.must(t, "G", member.UnfreezeRequest{Member: "wang", Reason: "x"})
	w.must(t, "D", member.EraseRequest{Member: "wang", Reason: "x"})
	w.refused(t, "D", benefitTransfer(e.Row(1), "li"), fault.WrongState)
	w.refused(t, "G", take(second), fault.WrongState)
}

// With a person go all labels, whoever gave them and to which pseudonym; one that came
// in between goes when the home does it again.
func TestAnErasureTakesLabelsAway(t *testing.T) {
	w := founded(t, 1)
	w.must(t, "D", member.LabelRequest{Member: "zhang", Label: "car_owner"},
		member.LabelRequest{Member: "li", Label: "car_owner"})
	w.merge(t, "zhang", "li")
	w.must(t, "G", member.LabelRequest{Member: "li", Label: "vip"})
	left := func() (n int) {
		for _, f := range rowsOf(w.net, "G", "labels") {
			n += len(f.Row.(member.Labels).List)
		}
		return n
	}
	erase := member.EraseRequest{Member: "li", Reason: "x",
		Labels: []member.LabelsID{{Member: "li", Party: "D"}, {Member: "wang", Party: "D"}}}
	w.must(t, "D", member.LabelRequest{Member: "wang", Label: "x"})
	w.refused(t, "M", erase, fault.Conflict)
	erase.Labels = []member.LabelsID{{Member: "li", Party: "D"}, {Member: "zhang", Party: "D"}}
	w.must(t, "M", erase)
	again := member.EraseRequest{Member: "li", Reason: "x", Labels: []member.LabelsID{{Member: "li", Party: "G"}}}
	w.refused(t, "D", again, fault.Forbidden)
	w.must(t, "M", again)
	if n := left(); n != 1 { // wang's
		t.Errorf("%d labels are left", n)
	}
	again.Labels[0].Party = "F"
	w.refused(t, "M", again, fault.NotFound)
	again.Labels = nil
	w.refused(t, "M", again, fault.WrongState)
	if m, err := row.Decode[member.Member](w.net.Get("G", "tally", string(row.Member("li")))); err != nil ||
		m.State != member.Erased {
		t.Errorf("%+v, %v", m, err)
	}
}
