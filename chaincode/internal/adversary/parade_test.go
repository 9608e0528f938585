package adversary

import (
	"slices"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// parade is a life in which every command there is takes effect at least once: attacks stand in
// between.
type parade struct {
	*world
	before   func(who string, req command.Request)                         // called before each command
	underway func(who string, req command.Request) (number.Command, error) // does each command instead of try
	lax      bool                                                          // a command that is refused is passed over
	took     map[command.Kind]int
}

// unseen are the commands that a parade leaves out, with the reason.
var unseen = map[command.Kind]string{
	command.BeginPeer: "it goes by a peer's own command line: found sends it",
	command.Share:     "it takes private data, of collections that this world has not",
}

// do runs the parade's next command.
func (p *parade) do(who string, req command.Request) number.Command {
	p.Helper()
	if p.before != nil {
		p.before(who, req)
	}
	try := p.try
	if p.underway != nil {
		try = p.underway
	}
	n, err := try(who, req)
	switch {
	case err == nil:
		p.took[command.KindOf(req)]++
	case !p.lax:
		p.Fatalf("%s %s: %v\n%+v", who, command.KindOf(req), err, req)
	}
	return n
}

// march does everything, in an order in which everything can be done.
func (p *parade) march() {
	p.consortium()
	p.programmes()
	lots := p.grants()
	p.spends(lots)
	p.moves(lots)
	p.people(lots)
	p.benefits(lots)
	p.campaigns()
	p.shelves()
	p.orders(lots)
	p.closing()
}

// Every command of the protocol takes effect in the parade.
func TestParadeOfAllCommands(t *testing.T) {
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.march()
	command.Kinds(func(kind command.Kind, name string) {
		if why := unseen[kind]; (p.took[kind] == 0) != (why != "") {
			t.Errorf("%s took effect %d times, unseen because %q", name, p.took[kind], why)
		}
	})
}

func (p *parade) consortium() {
	p.do("G", party.RegisterRequest{Party: "X", En: "X", Zh: "X", Roles: party.Supplier})
	p.do("G", party.SetRequest{Party: "X", State: party.Closed, Reason: "x"})
	for _, id := range []string{"D", "F", "M"} {
		p.do("G", party.AmendRequest{
			Party: id, Roles: party.Issuer | party.Acceptor, Liability: 1_000_000_000, Debit: 1_000_000_000,
		})
	}
	p.do("G", settlement.SetPolicyRequest{Policy: settlement.Policy{SignDays: 2, AnswerDays: 1}})
	p.do("G", settlement.ProposeRequest{
		Model: "all", Terms: settlement.Terms{Fee: amount.Rate{Num: 1, Den: 100}, Delay: 1}, From: p.today + 1,
	})
	for _, id := range []string{"D", "M"} {
		p.do(id, p.agree("G", "all"))
	}
	p.do("F", p.agree("G", "all"))
	p.do("F", settlement.LeaveRequest{By: "G", Model: "all"})
	p.do("D", settlement.AcceptPolicyRequest{Policy: settlement.Policy{SignDays: 2, AnswerDays: 1}})
	p.do("D", settlement.ConfirmDateRequest{Date: p.today + 9})
	p.tomorrow(1)
}

// agree agrees to a party's model as it is proposed.
func (w *world) agree(by, model string) settlement.AgreeRequest {
	list := rows[settlement.Notice](w, "notice")[by].Proposed
	for _, b := range rows[settlement.Book](w, "book") {
		list = append(b.Models, list...)
	}
	for _, m := range slices.Backward(list) {
		if m.By == by && m.ID == model {
			return settlement.AgreeRequest{By: by, Model: model, Version: m.Version, Hash: m.Hash()}
		}
	}
	return settlement.AgreeRequest{By: by, Model: model, Version: 1, Hash: make(codec.Hash, 32)}
}

// tomorrow lets days pass, each a command of the parade.
func (p *parade) tomorrow(days int) {
	for range days {
		p.today = p.cycle().Date + 1
		p.do("G", settlement.AdvanceRequest{Date: p.today})
	}
}

func (p *parade) programmes() {
	rules := points.Rules{
		Transfer: points.TransferRules{Allowed: true, PerDay: 1000}, EarnPerDay: 100_000, SpendPerDay: 100_000,
		Grace: 3,
		Tiers: []points.Tier{{ID: "gold", En: "Gold", Zh: "金", AtLeast: 100}}, Window: 12,
	}
	for _, id := range []string{"D", "G", "M"} {
		p.do(id, points.OpenProgrammeRequest{
			Programme: id + "P", En: id, Zh: id, Price: amount.Rate{Num: 1, Den: 2}, Rules: points.Rules{},
		})
		p.do(id, points.SetRulesRequest{Programme: id + "P", Rules: rules})
	}
	p.do("G", points.SetProgrammeRequest{Programme: "DP", State: points.SuspendedIssue, Reason: "x"})
	p.do("G", points.SetProgrammeRequest{Programme: "DP", State: points.OpenToIssue, Reason: "x"})
	p.do("D", points.SetRuleRequest{Rule: points.Rule{
		ID: "earn", Programme: "DP", Rate: amount.Rate{Num: 1, Den: 10}, Bonus: 1, PerAward: 500, From: p.today,
		Until: p.today + 90,
	}})
	p.do("D", points.PublishRateRequest{
		From: "GP", To: "DP", Rate: amount.Rate{Num: 2, Den: 3}, PerDay: 900, Since: p.today, Until: p.today + 90,
	})
	p.do("G", p.agreeRate("GP", "DP"))
}

// agreeRate agrees to a rate as it is published.
func (w *world) agreeRate(from, to string) points.AgreeRateRequest {
	rate, err := row.Decode[points.Conversion](w.net.Get("G", seal.Outer, string(row.Conversion(from, to))))
	if err != nil {
		w.Fatal(err)
	}
	return points.AgreeRateRequest{From: from, To: to, Terms: rate.Terms()}
}

// grants gives every member lots, and answers li's: of DP, GP and MP.
func (p *parade) grants() (lots map[string]number.Row) {
	lots = map[string]number.Row{}
	pledge := p.do("M", points.PledgeRequest{Programme: "DP", Amount: 100, Until: p.today + 90})
	shared := points.Grant{
		Member: "wang", Amount: 90, Expires: p.today + 200,
		Split: []points.Share{{Funder: "D", Parts: 1}, {Funder: "M", Parts: 1, Pledge: pledge}},
	}
	for _, id := range []string{"D", "G", "M"} {
		req := points.IssueRequest{Programme: id + "P", Grants: []points.Grant{
			{Member: "li", Amount: 5000, Expires: p.today + 200}, {Member: "wang", Amount: 500, Expires: p.today + 200},
		}}
		if id == "D" {
			req.Grants = append(req.Grants, shared)
		}
		n := p.do(id, req)
		lots[id+"P"], lots["wang"+id] = n.Row(0), n.Row(1)
	}
	witnessed := points.IssueRequest{Programme: "DP", Grants: []points.Grant{
		{Member: "li", Amount: 10, Expires: p.today + 200, Witness: "M"},
		{Member: "li", Amount: 10, Expires: p.today + 200, Witness: "M"},
	}}
	n := p.do("D", witnessed)
	p.do("M", points.ActivateRequest{Lot: n.Row(0), Evidence: make(codec.Hash, 32)})
	p.do("D", points.CancelRequest{Lot: n.Row(1), Reason: "x"})
	p.do("D", points.AwardRequest{
		Programme: "DP", Rule: "earn", Member: "li", Lines: []points.Bought{{Fen: 990}}, Expires: p.today + 200,
		Reference: "r1",
	})
	p.do("D", points.AdjustRequest{Lot: n.Row(0), Amount: 5, Reason: "x"})
	p.do("D", points.RevokeRequest{Pieces: take(n.Row(0), 3), Reason: "x"})
	short := p.do("D", points.IssueRequest{
		Programme: "DP", Grants: []points.Grant{{Member: "chen", Amount: 10, Expires: p.today}},
	})
	p.tomorrow(1)
	p.do("D", points.ExpireRequest{Lots: []number.Row{short.Row(0)}})
	return lots
}

func (p *parade) hold(id string, lot number.Row, n amount.Units) points.HoldRequest {
	return points.HoldRequest{Member: id, Pieces: take(lot, n), Deadline: p.soon(60), Scene: "shop"}
}

func (p *parade) spends(lots map[string]number.Row) {
	hold := p.do("M", p.hold("li", lots["DP"], 100))
	taken := p.do("M", points.CaptureRequest{Hold: hold, Amount: 61})
	p.do("M", points.ReleaseRequest{Hold: hold, Reason: "x"})
	p.do("M", points.RefundRequest{Hold: hold, Capture: taken, Amount: 11, Reason: "x"})
	for range 9 {
		hold = p.do("M", p.hold("li", lots["DP"], 33))
		p.do("M", points.CaptureRequest{Hold: hold, Amount: 33})
	}
	hold = p.do("M", p.hold("li", lots["GP"], 7))
	p.later(61 * time.Second)
	p.do("S2", points.TimeOutRequest{Hold: hold})
	p.do("D", settlement.DepositRequest{Holder: "F", Fen: 100, Reference: "deposit"})
	p.do("F", settlement.PrefundRequest{Debtor: "D", Fen: 100, Reference: "deposit"})
	p.do("D", points.RelieveRequest{Programme: "DP"})
	p.do("M", quota.SurrenderRequest{Kind: quota.Debit, ID: p.cycle().ID + ".D"})
}

func (p *parade) moves(lots map[string]number.Row) {
	p.do("M", points.TransferRequest{From: "li", To: "wang", Pieces: take(lots["DP"], 20)})
	p.do("D", points.ConvertRequest{
		Member: "li", To: "DP", Pieces: take(lots["GP"], 31), Authorisation: p.authorise("D"),
	})
	offer := points.OfferRequest{Member: "li", Pieces: take(lots["MP"], 10), Wants: "DP", Price: 5, Until: p.soon(600)}
	trade := p.do("M", offer)
	p.do("D", points.TakeRequest{Trade: trade, Member: "wang", Pieces: take(lots["wangD"], 5)})
	p.do("M", points.EndTradeRequest{Trade: p.do("M", offer)})
	p.do("D", member.FreezeRequest{Member: "wang", Reason: "x"})
	p.do("D", member.AppealRequest{Member: "wang", Against: "D", Evidence: make(codec.Hash, 32)})
	p.do("D", member.DismissRequest{Member: "wang", Reason: "x"})
	p.do("D", member.UnfreezeRequest{Member: "wang", Reason: "x"})
}

// authorise lets a party take li's points.
func (p *parade) authorise(acceptor string) number.Command {
	caps := []member.Limit{{Programme: "DP", Amount: 4000}, {Programme: "GP", Amount: 4000}}
	return p.do("M", member.AuthoriseRequest{Member: "li", Acceptor: acceptor, Caps: caps, Until: p.soon(600)})
}

func (p *parade) people(lots map[string]number.Row) {
	secret := make(code.Code, code.Size)
	account := member.AccountCommitment(make([]byte, 32), "M", "app", "1")
	p.do("M", member.EnrolRequest{Member: "zhou"})
	p.do("M", member.EnrolRequest{Member: "wu"})
	p.do("M", member.LinkRequest{Member: "zhou", Channel: "app", Account: account})
	p.do("M", member.UnlinkRequest{Member: "zhou", Party: "M", Channel: "app", Account: account, Reason: "x"})
	invite := member.InviteRequest{Member: "wang", For: "M", Commitment: code.Commit(secret), Until: p.soon(600)}
	p.do("D", member.CancelInvitationRequest{Invitation: p.do("D", invite)})
	p.do("M", member.MergeRequest{From: "wu", Into: "wang", Invitation: p.do("D", invite), Code: secret})
	p.do("M", member.SetKeyRequest{Member: "zhou", Key: make(member.Key, 32)})
	p.do("M", member.SetKeyRequest{Member: "zhou"})
	consent := p.do("M", member.ConsentRequest{
		Member: "zhou", Purpose: "x", Parties: []string{"D"}, Until: p.today + 9,
	})
	p.do("M", member.WithdrawConsentRequest{Consent: consent, Reason: "x"})
	p.do("M", member.LabelRequest{Member: "li", Label: "vip", Until: p.today + 9})
	p.do("M", member.EraseRequest{Member: "zhou", Reason: "x"})
	authorisation := p.authorise("D")
	hold := p.hold("li", lots["GP"], 40)
	hold.Authorisation = authorisation
	p.do("D", points.CaptureRequest{Hold: p.do("D", hold), Amount: 40})
	p.do("M", member.RevokeAuthorisationRequest{Authorisation: authorisation, Reason: "x"})
	p.do("M", audience.PublishRequest{Offer: "o", En: "x", Zh: "x", From: p.today, Until: p.today + 9})
	p.do("M", audience.WithdrawRequest{Offer: "o"})
}

func (p *parade) benefits(lots map[string]number.Row) {
	codes, commitment := code.Chain(make(code.Code, code.Size), 2)
	p.do("M", ride(func(r *benefit.DefineRequest) {
		r.Uses, r.Quota, r.Grantors, r.Fee, r.PerMember = 4, 100, []string{"D"}, amount.Rate{Num: 1, Den: 100}, 50
	}))
	p.do("M", benefit.AmendRequest{Benefit: "ride", Quota: 90, Grantors: []string{"D", "G"}, Open: true})
	p.do("M", ride(func(r *benefit.DefineRequest) {
		r.Benefit, r.Points, r.Code, r.Uses, r.Days = "wash", []benefit.Cost{{Programme: "DP", Amount: 50}}, true, 2, 2
	}))
	waits := p.do("D", benefit.GrantRequest{Benefit: "ride", Grants: []benefit.Grant{{Member: "li", Witness: "M"}}})
	p.do("M", benefit.ActivateRequest{Entitlement: waits.Row(0), Evidence: make(codec.Hash, 32)})
	p.do("M", benefit.ReserveRequest{Entitlement: waits.Row(0), Until: p.soon(60)})
	p.do("M", benefit.UnreserveRequest{Entitlement: waits.Row(0)})
	p.do("M", benefit.ReverseRequest{
		WriteOff: p.do("M", benefit.WriteOffRequest{Entitlement: waits.Row(0)}), Reason: "x",
	})
	p.do("M", benefit.WriteOffRequest{Entitlement: waits.Row(0)})
	p.do("M", benefit.TransferRequest{Entitlement: waits.Row(0), To: "chen"})
	again := p.do("D", benefit.GrantRequest{Benefit: "ride", Grants: []benefit.Grant{{Member: "zhang"}}})
	p.do("D", benefit.RevokeRequest{Entitlement: again.Row(0), Reason: "x"})
	buy := benefit.BuyRequest{Benefit: "wash", Member: "li", Pieces: take(lots["DP"], 50), Commitment: commitment}
	bought := p.do("M", buy)
	p.do("M", benefit.NewCodeRequest{Entitlement: bought.Row(0), Commitment: commitment})
	p.do("M", benefit.WriteOffRequest{Entitlement: bought.Row(0), Code: codes[0]})
	p.tomorrow(3)
	p.do("S2", benefit.ExpireRequest{Entitlement: bought.Row(0)})
}

// ride is a benefit of M's.
func ride(change func(*benefit.DefineRequest)) benefit.DefineRequest {
	req := benefit.DefineRequest{
		Benefit: "ride", En: "Ride", Zh: "乘车", Kind: benefit.Service, Price: 100, Uses: 1, Days: 10, Stackable: true,
		Transferable: true,
		Window:       3, Scene: "travel", Fee: amount.Rate{Num: 0, Den: 1}, Lapse: benefit.Refund,
	}
	if change != nil {
		change(&req)
	}
	return req
}

func (p *parade) campaigns() {
	terms := campaign.Terms{
		En: "x", Zh: "x", Budget: 1000, Gives: campaign.Gives{Programme: "DP", Bonus: 10, Expires: p.today + 90},
		PerMember: 3, From: p.today, Until: p.today + 30,
	}
	for _, id := range []string{"joint", "solo"} {
		p.do("D", campaign.ProposeRequest{
			Campaign: id, Terms: terms, Funders: []campaign.Share{{Party: "D", Parts: 1}, {Party: "M", Parts: 2}},
			Cap: 400,
		})
		p.do("M", campaign.AgreeRequest{Campaign: id, Cap: 500})
	}
	p.do("D", campaign.AwardRequest{
		Campaigns: []string{"joint"}, Member: "li", Lines: []campaign.Line{{Fen: 100}}, Reference: "b1",
	})
	p.do("M", campaign.LeaveRequest{Campaign: "joint", Reason: "x"})
	p.do("D", campaign.EndRequest{Campaign: "solo", Reason: "x"})
}
