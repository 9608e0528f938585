package contract

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// rideCodes are the codes of every entitlement that needs one, so that lanes race
// for the same use.
var rideCodes, rideCommitment = code.Chain(make(code.Code, code.Size), 3)

// furnishAt opens what the lives are about: three programmes with points of a price, rates between them, a
// pledge, two benefits with quotas, caps for D, and authorisations.
func furnishAt(t fataler, w *world, price amount.Rate) {
	rules := points.Rules{SpendPerDay: 300, EarnPerDay: 500, Transfer: points.TransferRules{Allowed: true, PerDay: 200}}
	for _, p := range []string{"G", "D", "M"} {
		if p == "M" {
			rules = points.Rules{Expiry: points.Expiry{Kind: points.Sliding, N: 2},
				Transfer: points.TransferRules{Allowed: true}}
		}
		w.must(t, p, points.OpenProgrammeRequest{Programme: p + "P", En: p, Zh: p, Price: price, Rules: rules})
	}
	for _, r := range [][2]string{{"DP", "GP"}, {"MP", "GP"}, {"GP", "DP"}, {"GP", "MP"}} {
		rate := amount.Rate{Num: 2, Den: 3}
		w.must(t, r[1][:1], points.PublishRateRequest{From: r[0], To: r[1], Rate: rate, Whole: points.Floor, PerDay: 60,
			Since: day(firstDay), Until: day("2027-12-31")})
		w.agreeRate(t, r[0][:1], r[0], r[1])
	}
	w.must(t, "G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Debit: 150, Liability: 400})
	w.must(t, "M", points.PledgeRequest{Programme: "DP", Amount: 60, Until: day("2027-12-31")},
		plainBenefit("ride", func(r *benefit.DefineRequest) {
			r.Points, r.Code, r.Uses, r.Quota, r.Days = []benefit.Cost{{Programme: "GP", Amount: 10}}, true, 3, 9, 4
		}),
		plainBenefit("wash", func(r *benefit.DefineRequest) {
			r.Quota, r.Uses, r.Grantors, r.PerMember = 12, 2, []string{"D", "G"}, 4
		}))
	furnishCampaigns(t, w)
	w.must(t, "G", settlement.ProposeRequest{Model: "all",
		Terms: settlement.Terms{Fee: amount.Rate{Num: 1, Den: 3}, Multilateral: true,
			Payers: []string{"D", "F", "G", "M", "S1"}}, From: day(firstDay) + 1})
	w.consent(t, "D", "G", "all")
	w.consent(t, "M", "G", "all")
	w.advance(t, 1)
	for _, id := range sortedIDs(homes) {
		var authorisations []command.Request
		for _, acceptor := range []string{"G", "D", "M"} {
			authorisations = append(authorisations, member.AuthoriseRequest{Member: id, Acceptor: acceptor,
				Caps: []member.Limit{{Programme: "DP", Amount: 60}, {Programme: "GP", Amount: 60},
					{Programme: "MP", Amount: 60}}, Until: w.net.Now().Unix() + 86400})
		}
		w.must(t, homes[id], authorisations...)
	}
}

// furnishCampaigns lets G and D pay together for points, and all three for what M gives.
func furnishCampaigns(t fataler, w *world) {
	terms := campaign.Terms{En: "Joint", Zh: "联合", Budget: 90, From: day(firstDay), Until: day("2027-12-31")}
	joint, washes := campaign.ProposeRequest{Campaign: "joint", Terms: terms,
		Funders: []campaign.Share{{Party: "D", Parts: 40}, {Party: "G", Parts: 60}}},
		campaign.ProposeRequest{Campaign: "washes", Terms: terms,
			Funders: []campaign.Share{{Party: "D", Parts: 1}, {Party: "G", Parts: 1}, {Party: "M", Parts: 1}}}
	joint.Terms.Gives, joint.Terms.PerMember = campaign.Gives{Programme: "GP", Bonus: 11, Expires: day("2027-03-31")}, 5
	washes.Terms.Gives, washes.Terms.Budget = campaign.Gives{Benefit: "wash"}, 900
	w.must(t, "G", joint)
	w.must(t, "M", washes)
	w.must(t, "D", campaign.AgreeRequest{Campaign: "joint", Cap: 20},
		campaign.AgreeRequest{Campaign: "washes", Cap: 250})
	w.must(t, "G", campaign.AgreeRequest{Campaign: "washes"})
}

// view is what a lane's peer shows.
type view struct {
	dice
	lane *laneClient
	rows map[string][]row.Named
}

func (c *laneClient) look(d dice) view {
	v := view{d, c, map[string][]row.Named{}}
	for key, value := range c.net.State(c.peer, seal.Outer) {
		if found, err := row.Read(key, value); err == nil {
			v.rows[found.Kind] = append(v.rows[found.Kind], found)
		}
	}
	for _, rows := range v.rows {
		slices.SortFunc(rows, func(a, b row.Named) int { return strings.Compare(a.ID, b.ID) })
	}
	return v
}

// today is the open cycle.
func (v view) today() settlement.Cycle { return v.rows["cycle"][0].Row.(settlement.Cycle) }

// some is one row of a kind; false if there is none.
func some[T any](v view, kind string) (id string, r T, ok bool) {
	rows := v.rows[kind]
	if len(rows) == 0 {
		return "", r, false
	}
	found := pick(v.dice, rows)
	return found.ID, found.Row.(T), true
}

// such is some, tried a few times for one that suits.
func such[T any](v view, kind string, suits func(T) bool) (id string, r T, ok bool) {
	id, r, ok = some[T](v, kind)
	for tries := 0; ok && !suits(r) && tries < 8; tries++ {
		id, r, ok = some[T](v, kind)
	}
	return id, r, ok
}

// What the lanes do, with weights.
var living = strings.Fields("issue issue issue issue pledged enrol authorise hold hold hold hold capture capture capture refund refund end end transfer offer take take endtrade convert convert grant grant reward reward reward reward leave buy buy buy use use use use use use use reverse lapse revoke expire expire advance surrender freeze relieve erase  " + widening + closing)

// closing is what ends cycles, in all lives, and what parties agree to settle by.
const closing = "advance advance cutoff cutoff compute compute compute open open open open sign sign sign sign sign sign carry carry finalise finalise prefund prefund claim claim unpaid lapsed instruct instruct advise advise advise bounce raise raise answer accept rejectd split split agreed escalate rule rule unraise propose propose agree agree depart"

func (v view) draw() command.Request {
	for {
		verb := pick(v.dice, v.lane.verbs)
		if !v.answering(verb) {
			continue
		}
		for _, try := range []func(string) command.Request{v.drawNew, v.drawSpend, v.drawHeld, v.drawBenefit,
			v.drawCampaign, v.drawGoods, v.drawOrder, v.drawClose, v.drawModel, v.drawWide} {
			if req := try(verb); req != nil {
				return req
			}
		}
	}
}

func (v view) drawNew(verb string) command.Request {
	caller, today := v.lane.party, v.today().Date
	switch verb {
	case "issue", "pledged":
		g := points.Grant{Member: v.one("li", "wang", "sun", "zhang"), Amount: v.n(30)}
		if caller != "M" {
			g.Expires = today + pick(v.dice, []date.Date{0, 2, 9, 90})
		}
		if n, p, ok := some[points.Pledge](v, "pledge"); ok && verb == "pledged" {
			id, _ := number.ParseCommand(n)
			g.Split = []points.Share{{Funder: "D", Parts: 1}, {Funder: p.Funder, Parts: 2, Pledge: id}}
		}
		return points.IssueRequest{Programme: caller + "P", Grants: []points.Grant{g}}
	case "enrol":
		return member.EnrolRequest{Member: fmt.Sprintf("new-%s-%d", caller, v.dice(6))}
	case "authorise":
		return member.AuthoriseRequest{Member: v.one("li", "wang", "sun", "zhang"), Acceptor: v.one("G", "D", "M"),
			Caps: []member.Limit{{Programme: "GP", Amount: v.n(40)}}, Until: v.lane.net.Now().Unix() + 3600}
	case "advance":
		if caller == "G" {
			return settlement.AdvanceRequest{Date: today + 1}
		}
	case "surrender":
		return quota.SurrenderRequest{Kind: quota.Benefit, ID: v.one("ride", "wash")}
	case "freeze":
		if v.odd(4) {
			return member.FreezeRequest{Member: v.one("li", "wang", "sun", "zhang"), Reason: "x"}
		}
		return member.UnfreezeRequest{Member: v.one("li", "wang", "sun", "zhang"), Reason: "x"}
	case "relieve":
		return points.RelieveRequest{Programme: "DP"}
	case "erase":
		return member.EraseRequest{Member: fmt.Sprintf("new-%s-%d", caller, v.dice(6)), Reason: "x"}
	}
	return nil
}

// pieces draws up to so many points of one lot that suits, and who has it.
func (v view) pieces(most int, suits func(points.Lot) bool) (owner, programme string, list []spend.Take) {
	id, lot, ok := such(v, "lot", func(l points.Lot) bool { return l.Available() > 0 && suits(l) })
	if !ok {
		return "", "", nil
	}
	n, _ := number.ParseRow(id)
	return lot.Member, lot.Programme, []spend.Take{{Lot: n, Amount: v.n(max(1, min(most, int(lot.Available()))))}}
}

// proof is one of the authorisations for the caller, mostly the member's.
func (v view) proof(owner string) number.Command {
	for range 12 {
		id, a, ok := some[member.Authorisation](v, "authorisation")
		if ok && a.Acceptor == v.lane.party && a.Member == owner {
			n, _ := number.ParseCommand(id)
			return n
		}
	}
	return number.Command{}
}

func (v view) drawSpend(verb string) command.Request {
	if !slices.Contains([]string{"hold", "transfer", "offer", "take", "convert", "expire", "revoke"}, verb) {
		return nil
	}
	due := func(l points.Lot) bool { return l.Expires < v.today().Date && l.Programme[:1] == v.lane.party }
	owner, programme, list := v.pieces(20, func(l points.Lot) bool { return (verb == "expire") == due(l) })
	if list == nil {
		return nil
	}
	by, soon := v.proof(owner), v.lane.net.Now().Unix()+int64(pick(v.dice, []int{1, 4, 9, 60}))
	switch verb {
	case "hold":
		return points.HoldRequest{Member: owner, Pieces: list, Deadline: soon, Authorisation: by,
			Scene: v.one("", "shop")}
	case "transfer":
		return points.TransferRequest{From: owner, To: "chen", Pieces: list, Authorisation: by}
	case "offer":
		return points.OfferRequest{Member: owner, Pieces: list, Wants: v.one("GP", "DP", "MP"), Price: v.n(3),
			Until: soon + 20, Authorisation: by}
	case "take":
		id, trade, ok := some[points.Trade](v, "trade")
		if n, _ := number.ParseCommand(id); ok && trade.Wants == programme {
			list[0].Amount = trade.Price
			return points.TakeRequest{Trade: n, Member: owner, Pieces: list, Authorisation: by}
		}
		return nil
	case "convert":
		return points.ConvertRequest{Member: owner, To: v.lane.party + "P", Pieces: list, Authorisation: by}
	case "expire":
		return points.ExpireRequest{Lots: []number.Row{list[0].Lot}}
	}
	return points.RevokeRequest{Pieces: list, Reason: "x"}
}

func (v view) drawHeld(verb string) command.Request {
	if verb == "endtrade" {
		if id, _, ok := some[points.Trade](v, "trade"); ok {
			n, _ := number.ParseCommand(id)
			return points.EndTradeRequest{Trade: n}
		}
		return nil
	}
	if !slices.Contains([]string{"capture", "refund", "end"}, verb) {
		return nil
	}
	id, hold, ok := such(v, "hold", func(h points.Hold) bool {
		return h.Acceptor == v.lane.party && (verb == "refund") == (h.Captured > h.Refunded())
	})
	if !ok {
		return nil
	}
	n, _ := number.ParseCommand(id)
	switch {
	case verb == "capture":
		return points.CaptureRequest{Hold: n, Amount: v.n(max(1, int(hold.Sum()-hold.Captured)))}
	case verb == "refund" && len(hold.Captures) > 0:
		return points.RefundRequest{Hold: n, Capture: pick(v.dice, hold.Captures).Number, Amount: v.n(6), Reason: "x"}
	case v.odd(2):
		return points.ReleaseRequest{Hold: n, Reason: "x"}
	}
	return points.TimeOutRequest{Hold: n}
}

func (v view) drawBenefit(verb string) command.Request {
	switch verb {
	case "grant":
		return grantTo("wash", v.one("li", "wang", "sun", "zhang"))
	case "buy":
		owner, programme, list := v.pieces(10, func(l points.Lot) bool {
			return l.Programme == "GP" && l.Available() >= 10 && l.Expires >= v.today().Date
		})
		if programme != "GP" {
			return nil
		}
		return benefit.BuyRequest{Benefit: "ride", Member: owner, Pieces: []spend.Take{{Lot: list[0].Lot, Amount: 10}},
			Authorisation: v.proof(owner), Commitment: rideCommitment}
	case "reverse":
		if id, _, ok := such(v, "write-off", func(w benefit.WriteOff) bool { return w.State == benefit.Done }); ok {
			n, _ := number.ParseCommand(id)
			return benefit.ReverseRequest{WriteOff: n, Reason: "x"}
		}
	case "use", "lapse":
		id, e, ok := such(v, "entitlement", func(e benefit.Entitlement) bool {
			return !e.State.Ended() && (e.Benefit == "ride") == v.odd(2)
		})
		if !ok {
			return nil
		}
		n, _ := number.ParseRow(id)
		if verb == "lapse" {
			if v.odd(4) {
				return benefit.RevokeRequest{Entitlement: n, Reason: "x"}
			}
			return benefit.ExpireRequest{Entitlement: n}
		}
		req := benefit.WriteOffRequest{Entitlement: n}
		if e.Benefit == "ride" {
			req.Code = rideCodes[min(2, int(e.Used))]
		}
		return req
	}
	return nil
}

func (v view) drawCampaign(verb string) command.Request {
	switch {
	case verb == "reward" && v.lane.party != "D":
		id := map[string]string{"G": "joint", "M": "washes"}[v.lane.party]
		return campaign.AwardRequest{Campaigns: []string{id}, Member: v.one("li", "wang", "sun", "zhang"),
			Reference: fmt.Sprintf("r-%d", v.dice(12)), Lines: []campaign.Line{{Fen: 1}}}
	case verb == "leave" && v.odd(9):
		return campaign.LeaveRequest{Campaign: v.one("joint", "washes"), Reason: "x"}
	}
	return nil
}
