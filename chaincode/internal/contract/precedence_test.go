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

// causes are why a command is to be refused, because of itself or of the world that it meets.
type causes map[string]bool

// ground is one reason for a refusal, in its documented place. Of two that share a
// topic only one can be had at once.
type ground struct {
	cause, topic string
	code         fault.Code
}

// untried is a documented reason that the precedence test doesn't play.
func untried(code fault.Code) ground { return ground{code: code} }

// spending are the grounds of a spend, from "lot by lot" to the order of lots, and
// consenting those of a caller that isn't the member's home.
var (
	spending = []ground{
		{"foreign lot", "", fault.Forbidden}, {"pending lot", "", fault.WrongState}, {"expired lot", "", fault.Expired},
		{"too few", "", fault.Insufficient},
		{"frozen", "", fault.Frozen}, {"order", "", fault.WrongOrder},
	}
	moved      = []ground{{"not movable", "", fault.Forbidden}, {"waits", "", fault.WrongState}}
	consenting = []ground{
		{"no authorisation", "authorisation", fault.Unauthorised},
		{"unknown authorisation", "authorisation", fault.NotFound},
		{"authorisation for another", "", fault.Unauthorised}, {"revoked authorisation", "", fault.WrongState},
		{"ended authorisation", "", fault.Expired}, {"wrong code", "", fault.WrongCode},
		{"small authorisation", "", fault.Unauthorised},
	}
	erased   = []ground{{"erased", "", fault.WrongState}}
	spendCap = []ground{{"day cap", "", fault.DailyCap}, {"debit cap", "", fault.NetDebitCap}}
	sendCap  = []ground{{"send cap", "", fault.DailyCap}}
)

// stage is a world in which wang (D's) has two lots of 50 GP and pays 60 to M,
// whom it has authorised.
type stage struct {
	*world
	pieces        []spend.Take
	authorisation number.Command
	code          code.Code
	ends          int64 // a deadline that is right
}

var nowhere = number.Command{Party: "G", Lane: 1, Seq: 99}

func set[T any](wrongly bool, wrong, right T) T {
	if wrongly {
		return wrong
	}
	return right
}

func newStage(t fataler, has causes) *stage {
	s := &stage{world: founded(t, 5)}
	for _, p := range []string{"G", "D", "M"} {
		s.must(t, p, points.OpenProgrammeRequest{Programme: p + "P", En: p, Zh: p,
			Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
	}
	days := day(firstDay)
	issued := s.must(t, "G", points.IssueRequest{Programme: "GP", Grants: []points.Grant{
		{Member: set(has["foreign lot"], "sun", "wang"), Amount: set(has["too few"], amount.Units(49), 50),
			Expires: days + set(has["expired lot"], date.Date(1), 10), Activator: set(has["pending lot"], "D", "")},
		{Member: set(has["waits"], "sun", "wang"), Amount: 50, Expires: days + 20},
	}})
	late := issued.Row(1)
	if has["waits"] {
		s.must(t, "G", points.SetRulesRequest{Programme: "GP",
			Rules: points.Rules{Transfer: points.TransferRules{Allowed: true, Wait: 9}}})
		late = s.must(t, "G", points.TransferRequest{From: "sun", To: "wang",
			Pieces: []spend.Take{{Lot: late, Amount: 50}}}).Row(0)
	}
	if s.pieces = []spend.Take{{Lot: issued.Row(0), Amount: 50}, {Lot: late, Amount: 10}}; has["order"] {
		slices.Reverse(s.pieces)
	}
	if has["no lot"] {
		s.pieces = append(s.pieces, spend.Take{Lot: nowhere.Row(0), Amount: 1})
	}
	s.authorise(t, has)
	return s
}

// authorise has wang authorise M.
func (s *stage) authorise(t fataler, has causes) {
	req := member.AuthoriseRequest{Member: "wang", Acceptor: set(has["authorisation for another"], "G", "M"),
		Caps:  []member.Limit{{Programme: "GP", Amount: set(has["small authorisation"], amount.Units(9), 60)}},
		Until: s.net.Now().Unix() + set(has["ended authorisation"], int64(10), 86400)}
	if s.code = make(code.Code, code.Size); has["wrong code"] {
		req.Commitment = code.Commit(code.Code("another's secret"))
	}
	if s.authorisation = s.must(t, "D", req); has["revoked authorisation"] {
		s.must(t, "D", member.RevokeAuthorisationRequest{Authorisation: s.authorisation, Reason: "x"})
	}
	if has["unknown authorisation"] {
		s.authorisation = nowhere
	}
	if has["no authorisation"] {
		s.authorisation = number.Command{}
	}
}

// close does what ends the preparations: freezes, caps, and time that passes.
func (s *stage) close(t fataler, has causes) {
	if has["frozen"] {
		s.must(t, "G", member.FreezeRequest{Member: "wang", Reason: "x"})
	}
	if has["erased"] {
		s.must(t, "D", member.EraseRequest{Member: "wang", Reason: "x"})
	}
	rules := points.Rules{Transfer: points.TransferRules{Allowed: !has["not movable"]}}
	rules.SpendPerDay = set(has["day cap"], amount.Units(5), 0)
	rules.Transfer.PerDay = set(has["send cap"] && rules.Transfer.Allowed, amount.Units(5), 0)
	s.must(t, "G", points.SetRulesRequest{Programme: "GP", Rules: rules})
	if has["debit cap"] {
		s.must(t, "G", party.AmendRequest{Party: "G", Roles: party.Issuer | party.Acceptor, Debit: 5})
	}
	s.advance(t, 2)
	s.net.Advance(20 * time.Second)
	s.ends = s.net.Now().Unix() + set(has["ended"], int64(0), 60) + set(has["too far"], int64(40*86400), 0)
}

func holdOn(t fataler, has causes) (*stage, string, command.Request) {
	s := newStage(t, has)
	s.close(t, has)
	return s, set(has["no acceptor"], "F", "M"), points.HoldRequest{Member: set(has["no member"], "ghost", "wang"),
		Pieces: s.pieces, Deadline: s.ends, Authorisation: s.authorisation, Code: s.code}
}

func transferOn(t fataler, has causes) (*stage, string, command.Request) {
	s := newStage(t, has)
	if has["receiver erased"] {
		s.must(t, "M", member.EraseRequest{Member: "chen", Reason: "x"})
	}
	if has["merged"] {
		secret := make(code.Code, code.Size)
		invite := inviting("wang", secret, s.net.Now().Unix()+600)
		invite.For = "M"
		s.must(t, "M", member.MergeRequest{From: "chen", Into: "wang", Invitation: s.must(t, "D", invite),
			Code: secret})
	}
	s.close(t, has)
	return s, "M", points.TransferRequest{From: set(has["no member"], "ghost", "wang"),
		To: set(has["no receiver"], "nobody", "chen"), Pieces: s.pieces, Authorisation: s.authorisation, Code: s.code}
}

func convertOn(t fataler, has causes) (*stage, string, command.Request) {
	s := newStage(t, has)
	today := day(firstDay)
	rate := points.PublishRateRequest{From: "GP", To: "MP",
		Rate: amount.Rate{Num: 1, Den: set(has["no whole point"], amount.Units(1000), 2)}, Since: today,
		Until: today + set(has["rate ended"], date.Date(1), 90)}
	if !has["no rate"] {
		s.must(t, "M", rate)
	}
	if !has["no rate"] && !has["not agreed"] {
		s.agreeRate(t, "G", "GP", "MP")
	}
	if has["several programmes"] {
		other := s.must(t, "D", points.IssueRequest{Programme: "DP",
			Grants: []points.Grant{{Member: "wang", Amount: 5, Expires: today + 30}}})
		s.pieces = append(s.pieces, spend.Take{Lot: other.Row(0), Amount: 1})
	}
	if has["liability cap"] {
		s.must(t, "G", party.AmendRequest{Party: "M", Roles: party.Issuer | party.Acceptor, Liability: 5})
	}
	s.close(t, has)
	return s, set(has["not the issuer"], "F", "M"), points.ConvertRequest{Member: set(has["no member"], "ghost",
		"wang"), To: set(has["no programme"], "XP", "MP"), Pieces: s.pieces,
		Authorisation: s.authorisation, Code: s.code}
}

func takeOn(t fataler, has causes) (*stage, string, command.Request) {
	s := newStage(t, has)
	maker, home := set(has["own offer"], "wang", "sun"), set(has["own offer"], "D", "G")
	set1 := s.must(t, "D", points.IssueRequest{Programme: "DP",
		Grants: []points.Grant{{Member: maker, Amount: 9, Expires: day(firstDay) +
			set(has["set aside expired"], date.Date(1), 90)}}})
	trade := s.must(t, home, points.OfferRequest{Member: maker, Pieces: []spend.Take{{Lot: set1.Row(0), Amount: 9}},
		Wants: "GP", Price: set(has["another price"], amount.Units(7), 60),
		For: set(has["for another"], "chen", ""), Until: s.net.Now().Unix() + set(has["offer ended"], int64(10), 600)})
	if has["withdrawn"] {
		s.must(t, home, points.EndTradeRequest{Trade: trade})
	}
	if has["maker frozen"] {
		s.must(t, "G", member.FreezeRequest{Member: maker, Reason: "x"})
	}
	if has["maker erased"] {
		s.must(t, home, member.EraseRequest{Member: maker, Reason: "x"})
	}
	s.close(t, has)
	return s, "M", points.TakeRequest{Trade: set(has["no trade"], nowhere, trade),
		Member: set(has["no member"], "ghost", "wang"), Pieces: s.pieces, Authorisation: s.authorisation, Code: s.code}
}

func buyOn(t fataler, has causes) (*stage, string, command.Request) {
	s := newStage(t, has)
	s.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) {
		r.Points, r.Quota = []benefit.Cost{{Programme: "GP", Amount: 60}}, set(has["quota"], amount.Units(1), 9)
		r.PerMember, r.Audience = set(has["one each"], uint16(1), 0), audience.Audience{Not: []string{"M:barred"}}
		r.Days, r.Until = 0, day(firstDay)+set(has["benefit ended"], date.Date(1), 90)
	}))
	s.must(t, "M", benefit.GrantRequest{Benefit: "ride", Gift: true,
		Grants: []benefit.Grant{{Member: set(has["one each"], "wang", "zhang")}}})
	if has["barred"] {
		s.must(t, "M", member.LabelRequest{Member: "wang", Label: "barred"})
	}
	if has["not open"] {
		s.must(t, "M", benefit.AmendRequest{Benefit: "ride", Quota: set(has["quota"], amount.Units(1), 9)})
	}
	s.close(t, has)
	req := benefit.BuyRequest{Benefit: set(has["no benefit"], "none", "ride"),
		Member: set(has["no member"], "ghost", "wang"), Authorisation: s.authorisation, Code: s.code}
	for _, p := range s.pieces {
		req.Pieces = append(req.Pieces, spend.Take{Lot: p.Lot, Amount: p.Amount})
	}
	if has["another cost"] {
		req.Pieces[0].Amount--
	}
	if has["commitment"] {
		req.Commitment = make(code.Commitment, code.Size)
	}
	return s, set(has["not the provider"], "G", "M"), req
}

func mergeOn(t fataler, has causes) (*stage, string, command.Request) {
	s := newStage(t, has)
	from := "zhang"
	if has["chain"] {
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
	if has["consents"] {
		s.must(t, "M", member.ConsentRequest{Member: from, Purpose: "p", Parties: []string{"D"},
			Until: day(firstDay) + 90})
	}
	if has["from erased"] {
		s.must(t, "M", member.EraseRequest{Member: from, Reason: "x"})
	}
	invite := inviting(set(has["another's"], "sun", "wang"),
		set(has["wrong code"], code.Code("another's secret"), s.code),
		s.net.Now().Unix()+set(has["ended"], int64(10), 600))
	invite.For = set(has["for another"], "G", "M")
	inv := s.must(t, homes[invite.Member], invite)
	if has["cancelled"] {
		s.must(t, homes[invite.Member], member.CancelInvitationRequest{Invitation: inv})
	}
	s.close(t, has)
	return s, set(has["not the home"], "F", "M"), member.MergeRequest{From: set(has["no from"], "ghost", from),
		Into: set(has["no into"], "nobody", "wang"), Invitation: set(has["no invitation"], nowhere, inv), Code: s.code}
}

// precedence is a stage and the grounds for which its command can be refused, in
// their documented order.
type precedence struct {
	on      func(fataler, causes) (*stage, string, command.Request)
	grounds [][]ground
}

var allPairs = flag.Bool("pairs", false, "whether TestRefusalsComeInTheirDocumentedOrder tries all pairs")

// precedences are the subjects by their names.
func precedences() map[string]precedence {
	noMember, noLot := ground{"no member", "", fault.NotFound}, ground{"no lot", "", fault.NotFound}
	subjects := map[string]precedence{
		"hold": {holdOn, [][]ground{
			{{"no acceptor", "", fault.Forbidden}, {"ended", "end", fault.Expired}, {"too far", "end", fault.Limit},
				noMember, noLot}, spending, erased, consenting, spendCap}},
		"transfer": {transferOn, [][]ground{
			{{"no receiver", "receiver", fault.NotFound}, {"receiver erased", "receiver", fault.WrongState}, noMember,
				noLot, {"merged", "receiver", fault.BadRequest}}, spending, moved, erased, consenting, sendCap}},
		"convert": {convertOn, [][]ground{
			{noMember, noLot, {"no programme", "", fault.NotFound}, {"no rate", "rate", fault.NotFound},
				{"not the issuer", "", fault.Forbidden}, {"not agreed", "rate", fault.WrongState},
				{"rate ended", "", fault.Expired}, {"several programmes", "", fault.BadRequest}},
			spending, {untried(fault.Limit), {"no whole point", "", fault.Insufficient}, untried(fault.Expired)},
			erased, consenting, spendCap, {{"liability cap", "", fault.LiabilityCap}}}},
		"take": {takeOn, [][]ground{
			{{"no trade", "", fault.NotFound}, noMember, noLot, {"withdrawn", "", fault.WrongState},
				{"offer ended", "", fault.Expired},
				{"maker erased", "", fault.WrongState}, {"maker frozen", "", fault.Frozen},
				{"for another", "", fault.Forbidden},
				{"own offer", "", fault.BadRequest}, untried(fault.Limit), {"set aside expired", "", fault.Expired},
				{"another price", "", fault.BadRequest}}, spending, moved, erased, consenting, sendCap}},
		"buy": {buyOn, [][]ground{
			{{"no benefit", "", fault.NotFound}, {"not the provider", "", fault.Forbidden},
				{"not open", "", fault.WrongState}, {"benefit ended", "", fault.Expired},
				{"commitment", "", fault.BadRequest}, noMember},
			erased, {{"barred", "", fault.Ineligible}, {"one each", "", fault.Limit}, noLot,
				{"another cost", "", fault.BadRequest}},
			consenting, spending, spendCap, {{"quota", "", fault.Quota}}}},
		"offer": {offerOn, [][]ground{
			{{"ended", "end", fault.Expired}, {"too far", "end", fault.Limit}, noMember, noLot,
				{"no programme", "", fault.NotFound}}, spending, moved, {{"several programmes", "", fault.BadRequest},
				{"wanted not movable", "", fault.Forbidden}, {"receiver erased", "", fault.WrongState}}, erased,
			consenting}},
		"propose":         {proposeOn, [][]ground{proposing}},
		"award":           {awardOn, [][]ground{awarded, rewarded}},
		"award a benefit": {awardBenefitOn, [][]ground{awarded, entitled}},
		"merge": {mergeOn, [][]ground{
			{{"no from", "", fault.NotFound}, {"no into", "", fault.NotFound}, {"no invitation", "", fault.NotFound},
				{"not the home", "", fault.Forbidden}, {"from erased", "consents", fault.WrongState},
				{"erased", "", fault.WrongState}, {"consents", "consents", fault.WrongState},
				{"cancelled", "", fault.WrongState}, {"ended", "", fault.Expired}, {"for another", "", fault.Forbidden},
				{"wrong code", "", fault.WrongCode}, {"another's", "", fault.Unauthorised},
				{"frozen", "", fault.Frozen}, {"chain", "", fault.Limit}}}},
	}
	maps.Copy(subjects, pointsPrecedence)
	maps.Copy(subjects, membersPrecedence)
	maps.Copy(subjects, benefitPrecedence)
	maps.Copy(subjects, orderPrecedence)
	maps.Copy(subjects, paymentPrecedence)
	maps.Copy(subjects, disputePrecedence)
	maps.Copy(subjects, closePrecedence)
	return subjects
}

// TestRefusalsComeInTheirDocumentedOrder tries every ground for a refusal alone,
// and two of them together, of which the earlier one must answer: each with the
// next that can be had beside it, or, with -pairs, with all that follow.
func TestRefusalsComeInTheirDocumentedOrder(t *testing.T) {
	for name, c := range precedences() {
		t.Run(name, func(t *testing.T) {
			try := func(want fault.Code, has causes) {
				s, msp, req := c.on(t, has)
				if _, refusals := s.run(t, msp, req); fault.CodeOf(refusals[0]) != want {
					t.Errorf("%v: %v, want %q", sortedIDs(has), refusals[0], want)
				}
			}
			try("", causes{})
			list := slices.Concat(c.grounds...)
			list = slices.DeleteFunc(list, func(g ground) bool { return g.cause == "" })
			for i, first := range list {
				try(first.code, causes{first.cause: true})
				for _, second := range list[i+1:] {
					if second.code == first.code || second.topic == first.topic && first.topic != "" {
						continue
					}
					try(first.code, causes{first.cause: true, second.cause: true})
					if !*allPairs {
						break
					}
				}
			}
		})
	}
}
