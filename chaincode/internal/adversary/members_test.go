package adversary

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
)

// S13. D and M lost their roles and go on; the auditor never had any.
func TestRolesThatWereTakenAway(t *testing.T) {
	w := found(t)
	w.open("D")
	w.open("G")
	lot := w.issue("D", "wang", 100)
	w.must("M", ride(nil))
	w.must("G", party.AmendRequest{Party: "D", Roles: party.Auditor})
	w.must("G", party.AmendRequest{Party: "M", Roles: 0})
	for _, c := range []struct {
		who string
		req command.Request
	}{
		{"D", points.IssueRequest{
			Programme: "DP", Grants: []points.Grant{{Member: "wang", Amount: 5, Expires: w.today + 9}},
		}},
		{"D", points.SetRulesRequest{Programme: "DP"}},
		{"D", points.PledgeRequest{Programme: "GP", Amount: 7, Until: w.today + 9}},
		{"D", points.HoldRequest{Member: "wang", Pieces: take(lot, 1), Deadline: w.soon(60)}},
		{"D", points.PublishRateRequest{From: "GP", To: "DP", Rate: one, Since: w.today, Until: w.today + 9}},
		{"M", benefit.GrantRequest{Benefit: "ride", Gift: true, Grants: []benefit.Grant{{Member: "li"}}}},
		{"A", points.PledgeRequest{Programme: "GP", Amount: 7, Until: w.today + 9}},
		{"A", member.EnrolRequest{Member: "spy"}},
	} {
		w.refused(c.who, c.req, fault.Forbidden)
	}
}

// S5. D may owe its members 400 fen. It relieves itself of whatever it can name, between issues in several lanes.
func TestALiabilityCapHolds(t *testing.T) {
	w := found(t)
	w.must("G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Liability: 400})
	w.open("D")
	w.must("D", points.OpenProgrammeRequest{Programme: "EP", En: "E", Zh: "E", Price: one})
	for lane := range uint8(4) {
		for _, programme := range []string{"DP", "EP"} {
			w.attack("D", 1+lane, points.IssueRequest{
				Programme: programme, Grants: []points.Grant{{Member: "wang", Amount: 90, Expires: w.today + 9}},
			})
			w.attack("D", 1, points.RelieveRequest{Programme: "DP"})
			w.attack("D", 1, points.RelieveRequest{Programme: "EP"})
		}
	}
	owed := amount.Units(0)
	for _, l := range rows[points.Lot](w, "lot") {
		owed += l.Available()
	}
	if owed > 400 || owed < 90 {
		t.Errorf("D may owe 400 fen, its members have points for %d", owed)
	}
}

// S8. D, an issuer, sends its points of li, who is at home at M, to a member of its own.
func TestAnIssuerMovesNobodysPoints(t *testing.T) {
	w := found(t)
	w.open("D")
	lot := w.issue("D", "li", 100)
	w.refused("D", points.TransferRequest{From: "li", To: "wang", Pieces: take(lot, 50)})
}

// L11. What an erased member had moves nowhere, and nothing comes to it.
func TestErasedMembersPointsStay(t *testing.T) {
	w := found(t)
	w.open("D")
	lot := w.issue("D", "wang", 100)
	w.must("D", member.EraseRequest{Member: "wang", Reason: "x"})
	w.refused("D", points.TransferRequest{From: "wang", To: "sun", Pieces: take(lot, 50)})
	w.refused("D", points.IssueRequest{
		Programme: "DP", Grants: []points.Grant{{Member: "wang", Amount: 1, Expires: w.today + 9}},
	})
	w.refused("D", points.HoldRequest{Member: "wang", Pieces: take(lot, 1), Deadline: w.soon(60)})
}

// S11. G grants points to somebody whom M is about to enrol; D is faster.
func TestNobodyEnrolsOthersPoints(t *testing.T) {
	w := found(t)
	w.open("G")
	issued, err := w.try("G", points.IssueRequest{
		Programme: "GP", Grants: []points.Grant{{Member: "newcomer", Amount: 50, Expires: w.today + 9}},
	})
	if err != nil {
		return // nobody has points who isn't enrolled
	}
	if _, err := w.try("D", member.EnrolRequest{Member: "newcomer"}); err != nil {
		return
	}
	w.refused("D", points.HoldRequest{Member: "newcomer", Pieces: take(issued.Row(0), 50), Deadline: w.soon(60)})
}

// S15. M changes what it asks for a rate while F, which read the old one, agrees.
func TestARateIsAgreedToAsItWasRead(t *testing.T) {
	w := found(t)
	w.open("F")
	w.open("M")
	rate := points.PublishRateRequest{From: "FP", To: "MP", Rate: one, PerDay: 10, Since: w.today, Until: w.today + 1}
	w.must("M", rate)
	agree := w.agreeRate("FP", "MP")
	rate.PerDay, rate.Until = 0, w.today+3000
	w.must("M", rate)
	w.refused("F", agree, fault.Conflict)
}

// S19. Benefits that a member may have once are not had again under another name that is merged into it.
func TestAMergeRenewsNoLimit(t *testing.T) {
	w := found(t)
	secret := make(code.Code, code.Size)
	w.must("M", ride(func(r *benefit.DefineRequest) { r.PerMember = 1 }))
	w.must("M", benefit.GrantRequest{Benefit: "ride", Grants: []benefit.Grant{{Member: "zhang"}}})
	invitation := w.must("M", member.InviteRequest{
		Member: "li", For: "M", Commitment: code.Commit(secret), Until: w.soon(600),
	})
	w.must("M", member.MergeRequest{From: "zhang", Into: "li", Invitation: invitation, Code: secret})
	w.refused("M", benefit.GrantRequest{Benefit: "ride", Grants: []benefit.Grant{{Member: "li"}}}, fault.Limit)
}

// S19. The code of li's invitation is seen in the block before it lands: it serves nobody but whom it is for.
func TestAnInvitationIsForOneParty(t *testing.T) {
	w := found(t)
	secret := make(code.Code, code.Size)
	invite := member.InviteRequest{Member: "li", Commitment: code.Commit(secret), Until: w.soon(600)}
	w.refused("M", invite)
	invite.For = "G"
	invitation := w.must("M", invite)
	w.refused("D", member.MergeRequest{From: "wang", Into: "li", Invitation: invitation, Code: secret}, fault.Forbidden)
	w.must("G", member.MergeRequest{From: "sun", Into: "li", Invitation: invitation, Code: secret})
}

// L10. A one-time authorisation was used; it is used again, without its code.
func TestAOneTimeAuthorisationServesOnce(t *testing.T) {
	w := found(t)
	w.open("D")
	lot := w.issue("D", "li", 1000)
	secret := make(code.Code, code.Size)
	authorisation := w.must("M", member.AuthoriseRequest{
		Member: "li", Acceptor: "D", Caps: []member.Limit{{Programme: "DP", Amount: 900}}, Until: w.soon(600),
		Commitment: code.Commit(secret),
	})
	hold := points.HoldRequest{
		Member: "li", Pieces: take(lot, 5), Deadline: w.soon(60), Authorisation: authorisation, Code: secret,
	}
	w.must("D", hold)
	w.refused("D", hold)
	hold.Code = nil
	w.refused("D", hold)
}

// S18. A frozen wallet's value leaves as a benefit; so does an erased member's.
func TestFrozenAndErasedMembersPassNothingOn(t *testing.T) {
	w := found(t)
	w.open("G")
	lot := w.issue("G", "li", 100)
	w.must("M", ride(func(r *benefit.DefineRequest) { r.Points = []benefit.Cost{{Programme: "GP", Amount: 50}} }))
	first := w.must("M", benefit.BuyRequest{Benefit: "ride", Member: "li", Pieces: take(lot, 50)}).Row(0)
	w.must("G", member.FreezeRequest{Member: "li", Reason: "x"})
	w.refused("M", benefit.TransferRequest{Entitlement: first, To: "wang"})
	w.must("G", member.UnfreezeRequest{Member: "li", Reason: "x"})
	w.must("M", member.EraseRequest{Member: "li", Reason: "x"})
	w.refused("M", benefit.TransferRequest{Entitlement: first, To: "wang"})
}
