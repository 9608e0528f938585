package contract

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

// fouls are what is wrong with a command and the world that it meets.
type fouls map[string]bool

// ground is one reason for a refusal, in its documented place. Of two that share a
// topic only one can be had at once.
type ground struct {
	foul, topic string
	code        fault.Code
}

// untried is a documented reason that the precedence test doesn't play.
func untried(code fault.Code) ground { return ground{code: code} }

// spending are the grounds of a spend, from "lot by lot" to the order of lots, and
// consenting those of a caller that isn't the member's home.
var (
	spending = []ground{
		{"foreign lot", "", fault.Forbidden}, {"pending lot", "", fault.WrongState}, {"expired lot", "", fault.Expired}, {"too few", "", fault.Insufficient},
		{"frozen", "", fault.Frozen}, {"order", "", fault.WrongOrder},
	}
	moved      = []ground{{"not movable", "", fault.Forbidden}, {"waits", "", fault.WrongState}}
	consenting = []ground{
		{"no slip", "slip", fault.Unauthorised}, {"unknown slip", "slip", fault.NotFound}, {"slip for another", "", fault.Unauthorised}, {"torn slip", "", fault.WrongState},
		{"ended slip", "", fault.Expired}, {"wrong code", "", fault.WrongCode}, {"small slip", "", fault.Unauthorised},
	}
	erased   = []ground{{"erased", "", fault.WrongState}}
	spendCap = []ground{{"day cap", "", fault.DailyCap}, {"debit cap", "", fault.NetDebitCap}}
	sendCap  = []ground{{"send cap", "", fault.DailyCap}}
)

// stage is a world in which wang (D's) has two lots of 50 GP and pays 60 to M,
// whom it has authorised.
type stage struct {
	*world
	pieces []spend.Take
	slip   number.Command
	code   code.Code
	ends   int64 // a deadline that is right
}

var nowhere = number.Command{Party: "G", Lane: 1, Seq: 99}

func set[T any](foul bool, wrong, right T) T {
	if foul {
		return wrong
	}
	return right
}

func newStage(t fataler, f fouls) *stage {
	s := &stage{world: founded(t, 5)}
	for _, p := range []string{"G", "D", "M"} {
		s.must(t, p, points.OpenProgrammeRequest{Programme: p + "P", En: p, Zh: p, Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
	}
	days := day(firstDay)
	issued := s.must(t, "G", points.IssueRequest{Programme: "GP", Grants: []points.Grant{
		{Member: set(f["foreign lot"], "sun", "wang"), Amount: set(f["too few"], amount.Units(49), 50), Expires: days + set(f["expired lot"], date.Date(1), 10), Witness: set(f["pending lot"], "D", "")},
		{Member: set(f["waits"], "sun", "wang"), Amount: 50, Expires: days + 20},
	}})
	late := issued.Row(1)
	if f["waits"] {
		s.must(t, "G", points.SetRulesRequest{Programme: "GP", Rules: points.Rules{Transfer: points.TransferRules{Allowed: true, Wait: 9}}})
		late = s.must(t, "G", points.TransferRequest{From: "sun", To: "wang", Pieces: []spend.Take{{Lot: late, Amount: 50}}}).Row(0)
	}
	if s.pieces = []spend.Take{{Lot: issued.Row(0), Amount: 50}, {Lot: late, Amount: 10}}; f["order"] {
		slices.Reverse(s.pieces)
	}
	if f["no lot"] {
		s.pieces = append(s.pieces, spend.Take{Lot: nowhere.Row(0), Amount: 1})
	}
	s.authorise(t, f)
	return s
}

// authorise has wang authorise M.
func (s *stage) authorise(t fataler, f fouls) {
	req := member.AuthoriseRequest{Member: "wang", Acceptor: set(f["slip for another"], "G", "M"), Caps: []member.Limit{{Programme: "GP", Amount: set(f["small slip"], amount.Units(9), 60)}},
		Until: s.net.Now().Unix() + set(f["ended slip"], int64(10), 86400)}
	if s.code = make(code.Code, code.Size); f["wrong code"] {
		req.Commitment = code.Commit(code.Code("another's secret"))
	}
	if s.slip = s.must(t, "D", req); f["torn slip"] {
		s.must(t, "D", member.RevokeAuthorisationRequest{Authorisation: s.slip, Reason: "x"})
	}
	if f["unknown slip"] {
		s.slip = nowhere
	}
	if f["no slip"] {
		s.slip = number.Command{}
	}
}

// close does what ends the preparations: freezes, caps, and time that passes.
func (s *stage) close(t fataler, f fouls) {
	if f["frozen"] {
		s.must(t, "G", member.FreezeRequest{Member: "wang", Reason: "x"})
	}
	if f["erased"] {
		s.must(t, "D", member.EraseRequest{Member: "wang", Reason: "x"})
	}
	rules := points.Rules{Transfer: points.TransferRules{Allowed: !f["not movable"]}}
	rules.SpendPerDay = set(f["day cap"], amount.Units(5), 0)
	rules.Transfer.PerDay = set(f["send cap"] && rules.Transfer.Allowed, amount.Units(5), 0)
	s.must(t, "G", points.SetRulesRequest{Programme: "GP", Rules: rules})
	if f["debit cap"] {
		s.must(t, "G", party.AmendRequest{Party: "G", Roles: party.Issuer | party.Acceptor, Debit: 5})
	}
	s.advance(t, 2)
	s.net.Advance(20 * time.Second)
	s.ends = s.net.Now().Unix() + set(f["ended"], int64(0), 60) + set(f["too far"], int64(40*86400), 0)
}

func holdOn(t fataler, f fouls) (*stage, string, command.Request) {
	s := newStage(t, f)
	s.close(t, f)
	return s, set(f["no acceptor"], "F", "M"), points.HoldRequest{Member: set(f["no member"], "ghost", "wang"), Pieces: s.pieces, Deadline: s.ends, Authorisation: s.slip, Code: s.code}
}

func transferOn(t fataler, f fouls) (*stage, string, command.Request) {
	s := newStage(t, f)
	if f["receiver erased"] {
		s.must(t, "M", member.EraseRequest{Member: "chen", Reason: "x"})
	}
	s.close(t, f)
	return s, "M", points.TransferRequest{From: set(f["no member"], "ghost", "wang"), To: set(f["no receiver"], "nobody", "chen"), Pieces: s.pieces, Authorisation: s.slip, Code: s.code}
}

func convertOn(t fataler, f fouls) (*stage, string, command.Request) {
	s := newStage(t, f)
	today := day(firstDay)
	rate := points.PublishRateRequest{From: "GP", To: "MP", Rate: amount.Rate{Num: 1, Den: set(f["no whole point"], amount.Units(1000), 2)}, Since: today, Until: today + set(f["rate ended"], date.Date(1), 90)}
	if !f["no rate"] {
		s.must(t, "M", rate)
	}
	if !f["no rate"] && !f["not agreed"] {
		s.agreeRate(t, "G", "GP", "MP")
	}
	if f["several programmes"] {
		other := s.must(t, "D", points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: "wang", Amount: 5, Expires: today + 30}}})
		s.pieces = append(s.pieces, spend.Take{Lot: other.Row(0), Amount: 1})
	}
	if f["liability cap"] {
		s.must(t, "G", party.AmendRequest{Party: "M", Roles: party.Issuer | party.Acceptor, Liability: 5})
	}
	s.close(t, f)
	return s, set(f["not the issuer"], "F", "M"), points.ConvertRequest{Member: set(f["no member"], "ghost", "wang"), To: set(f["no programme"], "XP", "MP"), Pieces: s.pieces, Authorisation: s.slip, Code: s.code}
}

func takeOn(t fataler, f fouls) (*stage, string, command.Request) {
	s := newStage(t, f)
	maker, home := set(f["own offer"], "wang", "sun"), set(f["own offer"], "D", "G")
	set1 := s.must(t, "D", points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: maker, Amount: 9, Expires: day(firstDay) + set(f["set aside expired"], date.Date(1), 90)}}})
	trade := s.must(t, home, points.OfferRequest{Member: maker, Pieces: []spend.Take{{Lot: set1.Row(0), Amount: 9}}, Wants: "GP", Price: set(f["another price"], amount.Units(7), 60),
		For: set(f["for another"], "chen", ""), Until: s.net.Now().Unix() + set(f["offer ended"], int64(10), 600)})
	if f["withdrawn"] {
		s.must(t, home, points.EndTradeRequest{Trade: trade})
	}
	s.close(t, f)
	return s, "M", points.TakeRequest{Trade: set(f["no trade"], nowhere, trade), Member: set(f["no member"], "ghost", "wang"), Pieces: s.pieces, Authorisation: s.slip, Code: s.code}
}

func buyOn(t fataler, f fouls) (*stage, string, command.Request) {
	s := newStage(t, f)
	s.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) {
		r.Points, r.Quota = []benefit.Cost{{Programme: "GP", Amount: 60}}, set(f["quota"], amount.Units(1), 9)
		r.PerMember, r.Audience = set(f["one each"], uint16(1), 0), audience.Audience{Not: []string{"M:barred"}}
		r.Days, r.Until = 0, day(firstDay)+set(f["benefit ended"], date.Date(1), 90)
	}))
	s.must(t, "M", benefit.GrantRequest{Benefit: "ride", Gift: true, Grants: []benefit.Grant{{Member: set(f["one each"], "wang", "zhang")}}})
	if f["barred"] {
		s.must(t, "M", member.LabelRequest{Member: "wang", Label: "barred"})
	}
	if f["not open"] {
		s.must(t, "M", benefit.AmendRequest{Benefit: "ride", Quota: set(f["quota"], amount.Units(1), 9)})
	}
	s.close(t, f)
	req := benefit.BuyRequest{Benefit: set(f["no benefit"], "none", "ride"), Member: set(f["no member"], "ghost", "wang"), Authorisation: s.slip, Code: s.code}
	for _, p := range s.pieces {
		req.Pieces = append(req.Pieces, spend.Take{Lot: p.Lot, Amount: p.Amount})
	}
	if f["another cost"] {
		req.Pieces[0].Amount--
	}
	if f["commitment"] {
		req.Commitment = make(code.Commitment, code.Size)
	}
	return s, set(f["not the provider"], "G", "M"), req
}

func mergeOn(t fataler, f fouls) (*stage, string, command.Request) {
	s := newStage(t, f)
	from := "zhang"
	if f["chain"] {
		for i := range 4 {
			id := fmt.Sprintf("chain-%d", i)
			s.must(t, "M", member.EnrolRequest{Member: id})
			invite := inviting(id, s.code, s.net.Now().Unix()+60)
			invite.For = "M"
			inv := s.must(t, "M", invite)
			s.must(t, "M", member.MergeRequest{From: from, Into: id, Invitation: inv, Code: s.code})
			from = id
		}
	}
	if f["consents"] {
		s.must(t, "M", member.ConsentRequest{Member: from, Purpose: "p", Parties: []string{"D"}, Until: day(firstDay) + 90})
	}
	if f["from erased"] {
		s.must(t, "M", member.EraseRequest{Member: from, Reason: "x"})
	}
	invite := inviting(set(f["another's"], "sun", "wang"), set(f["wrong code"], code.Code("another's secret"), s.code), s.net.Now().Unix()+set(f["ended"], int64(10), 600))
	invite.For = set(f["for another"], "G", "M")
	inv := s.must(t, homes[invite.Member], invite)
	if f["cancelled"] {
		s.must(t, homes[invite.Member], member.CancelInvitationRequest{Invitation: inv})
	}
	s.close(t, f)
	return s, set(f["not the home"], "F", "M"), member.MergeRequest{From: set(f["no from"], "ghost", from), Into: set(f["no into"], "nobody", "wang"), Invitation: set(f["no invitation"], nowhere, inv), Code: s.code}
}

// precedence is a stage and the grounds for which its command can be refused, in
// their documented order.
type precedence struct {
	on      func(fataler, fouls) (*stage, string, command.Request)
	grounds [][]ground
}

var allPairs = flag.Bool("pairs", false, "whether TestRefusalsComeInTheirDocumentedOrder tries all pairs")

// precedences are the subjects by their names.
func precedences() map[string]precedence {
	noMember, noLot := ground{"no member", "", fault.NotFound}, ground{"no lot", "", fault.NotFound}
	subjects := map[string]precedence{
		"hold": {holdOn, [][]ground{
			{{"no acceptor", "", fault.Forbidden}, {"ended", "end", fault.Expired}, {"too far", "end", fault.Limit}, noMember, noLot}, spending, erased, consenting, spendCap}},
		"transfer": {transferOn, [][]ground{
			{{"no receiver", "receiver", fault.NotFound}, {"receiver erased", "receiver", fault.WrongState}, noMember, noLot, untried(fault.BadRequest)}, spending, moved, erased, consenting, sendCap}},
		"convert": {convertOn, [][]ground{
			{noMember, noLot, {"no programme", "", fault.NotFound}, {"no rate", "rate", fault.NotFound}, {"not the issuer", "", fault.Forbidden}, {"not agreed", "rate", fault.WrongState}, {"rate ended", "", fault.Expired}, {"several programmes", "", fault.BadRequest}},
			spending, {untried(fault.Limit), {"no whole point", "", fault.Insufficient}, untried(fault.Expired)}, erased, consenting, spendCap, {{"liability cap", "", fault.LiabilityCap}}}},
		"take": {takeOn, [][]ground{
			{{"no trade", "", fault.NotFound}, noMember, noLot, {"withdrawn", "", fault.WrongState}, {"offer ended", "", fault.Expired},
				untried(fault.WrongState), untried(fault.Frozen), {"for another", "", fault.Forbidden}, {"own offer", "", fault.BadRequest}, untried(fault.Limit), {"set aside expired", "", fault.Expired}, {"another price", "", fault.BadRequest}}, spending, moved, erased, consenting, sendCap}},
		"buy": {buyOn, [][]ground{
			{{"no benefit", "", fault.NotFound}, {"not the provider", "", fault.Forbidden}, {"not open", "", fault.WrongState}, {"benefit ended", "", fault.Expired}, {"commitment", "", fault.BadRequest}, noMember},
			erased, {{"barred", "", fault.Ineligible}, {"one each", "", fault.Limit}, noLot, {"another cost", "", fault.BadRequest}},
			consenting, spending, spendCap, {{"quota", "", fault.Quota}}}},
		"propose":         {proposeOn, [][]ground{proposing}},
		"award":           {awardOn, [][]ground{awarded, rewarded}},
		"award a benefit": {awardBenefitOn, [][]ground{awarded, entitled}},
		"merge": {mergeOn, [][]ground{
			{{"no from", "", fault.NotFound}, {"no into", "", fault.NotFound}, {"no invitation", "", fault.NotFound}, {"not the home", "", fault.Forbidden}, {"from erased", "consents", fault.WrongState}, {"erased", "", fault.WrongState}, {"consents", "consents", fault.WrongState},
				{"cancelled", "", fault.WrongState}, {"ended", "", fault.Expired}, {"for another", "", fault.Forbidden}, {"wrong code", "", fault.WrongCode}, {"another's", "", fault.Unauthorised}, {"frozen", "", fault.Frozen}, {"chain", "", fault.Limit}}}},
	}
	maps.Copy(subjects, pointsPrecedence)
	maps.Copy(subjects, orderPrecedence)
	maps.Copy(subjects, paymentPrecedence)
	maps.Copy(subjects, disputePrecedence)
	maps.Copy(subjects, closePrecedence)
	return subjects
}

// TestRefusalsComeInTheirDocumentedOrder tries every ground for a refusal alone,
// and two of them together, of which the earlier one must answer: each with the
// next two that can be had beside it, or, with -pairs, with all that follow.
func TestRefusalsComeInTheirDocumentedOrder(t *testing.T) {
	for name, c := range precedences() {
		t.Run(name, func(t *testing.T) {
			try := func(want fault.Code, f fouls) {
				s, msp, req := c.on(t, f)
				if _, refusals := s.run(t, msp, req); fault.CodeOf(refusals[0]) != want {
					t.Errorf("%v: %v, want %q", sortedIDs(f), refusals[0], want)
				}
			}
			try("", fouls{})
			list := slices.Concat(c.grounds...)
			list = slices.DeleteFunc(list, func(g ground) bool { return g.foul == "" })
			for i, first := range list {
				try(first.code, fouls{first.foul: true})
				left := 2
				for _, second := range list[i+1:] {
					if second.code == first.code || second.topic == first.topic && first.topic != "" || left <= 0 && !*allPairs {
						continue
					}
					left--
					try(first.code, fouls{first.foul: true, second.foul: true})
				}
			}
		})
	}
}
