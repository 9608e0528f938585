package contract

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

// plainBenefit is free, for everybody, without limits, code or fee.
func plainBenefit(id string, change func(*benefit.DefineRequest)) benefit.DefineRequest {
	req := benefit.DefineRequest{
		Benefit: id, En: id, Zh: id, Kind: benefit.Service, Price: 100, Uses: 1, Days: 10,
		Stackable: true, Transferable: true,
		Window: 3, Scene: "travel", Fee: amount.Rate{Num: 0, Den: 1}, Lapse: benefit.Refund,
	}
	if change != nil {
		change(&req)
	}
	return req
}

func grantTo(id string, members ...string) benefit.GrantRequest {
	req := benefit.GrantRequest{Benefit: id}
	for _, m := range members {
		req.Grants = append(req.Grants, benefit.Grant{Member: m})
	}
	return req
}

// withBenefits is a world in which li has 100 GP in each of two lots, expiring
// one after the other, and M provides some benefits.
func withBenefits(t fataler, seed uint64) (w *world, lots [2]number.Row) {
	w = founded(t, seed)
	issued := w.must(t, "G",
		points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP", Price: amount.Rate{Num: 1, Den: 1}},
		points.IssueRequest{Programme: "GP", Grants: []points.Grant{
			{Member: "li", Amount: 100, Expires: day("2026-12-31")},
			{Member: "li", Amount: 100, Expires: day("2027-12-31")}}})
	w.must(t, "M",
		plainBenefit("plain", nil),
		plainBenefit("scarce", func(r *benefit.DefineRequest) { r.Quota, r.PerMember = 2, 1 }),
		plainBenefit("gold", func(r *benefit.DefineRequest) {
			r.PerMember, r.Audience = 1, audience.Audience{Programme: "GP", Tiers: []string{"gold"}}
		}),
		plainBenefit("paid", func(r *benefit.DefineRequest) {
			r.Points, r.Quota, r.Stackable = []benefit.Cost{{Programme: "GP", Amount: 10}}, 2, false
		}),
		plainBenefit("coded", func(r *benefit.DefineRequest) { r.Code, r.Uses = true, 2 }))
	return w, [2]number.Row{issued.Row(0), issued.Row(1)}
}

// TestBenefitRefusals plays commands one after the other. Where a case breaks
// several rules, the first of them answers.
func TestBenefitRefusals(t *testing.T) {
	w, lots := withBenefits(t, 5)
	nowhere := number.Command{Party: "G", Lane: 1, Seq: 99}
	pay := func(member string, pieces ...spend.Take) benefit.BuyRequest {
		return benefit.BuyRequest{Benefit: "paid", Member: member, Pieces: pieces}
	}
	piece := func(n number.Row, a amount.Units) spend.Take { return spend.Take{Lot: n, Amount: a} }
	past := func(r *benefit.DefineRequest) {
		r.Days, r.Until = 0, day("2026-10-31")
		r.Audience = audience.Audience{Programme: "XP", Tiers: []string{"gold"}}
	}
	for _, c := range []struct {
		name string
		msp  string
		req  command.Request
		code fault.Code
	}{
		{"define: forbidden before taken", "F", plainBenefit("plain", past), fault.Forbidden},
		{"define: taken before ended", "G", plainBenefit("plain", past), fault.Conflict},
		{"define: ended before no programme", "G", plainBenefit("new", past), fault.Expired},
		{"define: no programme of its tiers", "G", plainBenefit("new",
			func(r *benefit.DefineRequest) { past(r); r.Until = day("2026-11-01") }), fault.NotFound},
		{"define by a supplier", "S1", plainBenefit("new", nil), ""},
		{"amend: no such benefit", "M", benefit.AmendRequest{Benefit: "none"}, fault.NotFound},
		{"amend by another", "G", benefit.AmendRequest{Benefit: "plain"}, fault.Forbidden},
		{"grant: no such benefit", "G", grantTo("none", "li"), fault.NotFound},
		{"grant by another", "G", grantTo("plain", "li"), fault.Forbidden},
		{"grant: not for this member, before limits", "M", grantTo("gold", "li", "li"), fault.Ineligible},
		{"grant: the member's limit before the quota", "M",
			grantTo("scarce", "li", "wang", "zhang", "li"), fault.Limit},
		{"grant: the quota", "M", grantTo("scarce", "li", "wang", "zhang"), fault.Quota},
		{"grant: nothing of it was done", "M", grantTo("scarce", "li"), ""},
		{"grant: the member's limit", "M", grantTo("scarce", "li"), fault.Limit},
		{"grant: the last", "M", grantTo("scarce", "wang"), ""},
		{"grant: used up", "M", grantTo("scarce", "zhang"), fault.Quota},
		{"amend: one more", "M", benefit.AmendRequest{Benefit: "scarce", Quota: 3, Grantors: []string{"G"}, Open: true},
			""},
		{"grant: the one more, by a grantor", "G", grantTo("scarce", "zhang"), ""},
		{"amend: fewer than there are", "M", benefit.AmendRequest{Benefit: "scarce", Quota: 1,
			Grantors: []string{"G"}, Open: true}, ""},
		{"grant: none", "G", grantTo("scarce", "chen"), fault.Quota},
		{"amend: closed", "M", benefit.AmendRequest{Benefit: "scarce", Quota: 9}, ""},
		{"grant: a grantor no more, before closed", "G", grantTo("scarce", "chen"), fault.Forbidden},
		{"grant: closed", "M", grantTo("scarce", "chen"), fault.WrongState},
		{"grant what costs points", "M", grantTo("paid", "li"), fault.WrongState},
		{"buy: no lot before the sum", "M", pay("li", piece(nowhere.Row(0), 9)), fault.NotFound},
		{"buy: the sum before another's lot", "M", pay("wang", piece(lots[0], 9)), fault.BadRequest},
		{"buy: no authorisation, before another's lot", "M", pay("wang", piece(lots[0], 10)), fault.Unauthorised},
		{"buy: another's lot", "M", pay("zhang", piece(lots[0], 10)), fault.Forbidden},
		{"buy: out of order", "M", pay("li", piece(lots[1], 5), piece(lots[0], 5)), fault.WrongOrder},
		{"buy", "M", pay("li", piece(lots[0], 10)), ""},
		{"buy: one at a time, before no lot", "M", pay("li", piece(nowhere.Row(0), 9)), fault.Limit},
		{"buy by another", "G", pay("li", piece(lots[0], 10)), fault.Forbidden},
		{"activate what isn't", "M", benefit.ActivateRequest{Entitlement: nowhere.Row(0), Evidence: make([]byte, 32)},
			fault.NotFound},
		{"reserve what isn't", "M", benefit.ReserveRequest{Entitlement: nowhere.Row(0), Until: 9}, fault.NotFound},
		{"unreserve what isn't", "M", benefit.UnreserveRequest{Entitlement: nowhere.Row(0)}, fault.NotFound},
		{"write off what isn't", "M", benefit.WriteOffRequest{Entitlement: nowhere.Row(0)}, fault.NotFound},
		{"reverse what isn't", "M", benefit.ReverseRequest{WriteOff: nowhere, Reason: "x"}, fault.NotFound},
		{"expire what isn't", "M", benefit.ExpireRequest{Entitlement: nowhere.Row(0)}, fault.NotFound},
		{"revoke what isn't", "M", benefit.RevokeRequest{Entitlement: nowhere.Row(0), Reason: "x"}, fault.NotFound},
		{"pass on what isn't", "M", benefit.TransferRequest{Entitlement: nowhere.Row(0), To: "wang"}, fault.NotFound},
		{"a code for what isn't", "M", benefit.NewCodeRequest{Entitlement: nowhere.Row(0),
			Commitment: make([]byte, code.Size)}, fault.NotFound},
	} {
		if _, refusals := w.run(t, c.msp, c.req); fault.CodeOf(refusals[0]) != c.code {
			t.Errorf("%s: %v", c.name, refusals[0])
		}
	}
	if err := checkBooks(w.net); err != nil {
		t.Error(err)
	}
}

func TestABoughtBenefitsQuotaAndTurn(t *testing.T) {
	w, lots := withBenefits(t, 5)
	buy := benefit.BuyRequest{Benefit: "paid", Member: "li", Pieces: []spend.Take{{Lot: lots[0], Amount: 10}}}
	for range 2 {
		bought := w.must(t, "M", buy)
		w.must(t, "M", benefit.WriteOffRequest{Entitlement: bought.Row(0)}) // ends it: the next may begin
	}
	if _, refusals := w.run(t, "M", buy); fault.CodeOf(refusals[0]) != fault.Quota {
		t.Errorf("a third of two: %v", refusals[0])
	}
	if lot := rowsOf(w.net, "G", "lot")[0].Row.(points.Lot); lot.Available() != 80 {
		t.Errorf("what was refused took points: %+v", lot)
	}
}

// Two of M's nodes present one code at once, each in a lane of its own: one
// write-off is valid, the other finds the entitlement changed, and when it is
// tried again the ledger refuses it.
func TestOneCodeIsWrittenOffOnce(t *testing.T) {
	for name, c := range map[string]struct {
		uses int
		code fault.Code
	}{"the last use": {1, fault.WrongState}, "one of two": {2, fault.WrongCode}} {
		w, _ := withBenefits(t, 5)
		codes, commitment := code.Chain(make(code.Code, code.Size), 2)
		codes = codes[2-c.uses:]
		if c.uses == 1 {
			commitment = code.Commit(codes[0])
			w.must(t, "M", plainBenefit("once", func(r *benefit.DefineRequest) { r.Code = true }))
		}
		id := map[int]string{1: "once", 2: "coded"}[c.uses]
		granted := w.must(t, "M", benefit.GrantRequest{Benefit: id,
			Grants: []benefit.Grant{{Member: "li", Commitment: commitment}}})
		use := benefit.WriteOffRequest{Entitlement: granted.Row(0), Code: codes[0]}
		args := func(lane uint8, seq uint64) []byte {
			return codec.Encode(command.Batch{Lane: lane, Seq: seq, Commands: []command.Command{command.New("", use)}})
		}
		var ids []string
		for _, lane := range []uint8{2, 3} {
			env, err := w.net.Endorse(w.net.Propose(w.client("M"), seal.Outer, []byte("batch:Run"), args(lane, 1)), "G",
				"D")
			if err != nil {
				t.Fatal(err)
			}
			w.net.Submit(env)
			ids = append(ids, env.TxID)
		}
		if _, err := w.net.Cut(0); err != nil {
			t.Fatal(err)
		}
		w.net.DeliverAll()
		if tx := w.net.Lookup("G", ids[0]); !tx.Valid() {
			t.Errorf("%s: the first is %s", name, tx.Code)
		}
		if tx := w.net.Lookup("G", ids[1]); tx.Code != peer.TxValidationCode_MVCC_READ_CONFLICT {
			t.Errorf("%s: the second is %s", name, tx.Code)
		}
		_, refusals, err := w.send(t, "M", command.Batch{Lane: 3, Seq: 1,
			Commands: []command.Command{command.New("", use)}})
		if err != nil || fault.CodeOf(refusals[0]) != c.code {
			t.Errorf("%s: tried again: %v, %v", name, refusals, err)
		}
		if n := len(rowsOf(w.net, "G", "write-off")); n != 1 {
			t.Errorf("%s: %d write-offs", name, n)
		}
	}
}

// Many lanes grant one benefit at once within their leases, and none harms another.
func TestLanesGrantWithoutConflict(t *testing.T) {
	w, _ := withBenefits(t, 5)
	w.must(t, "M", plainBenefit("busy", func(r *benefit.DefineRequest) { r.Quota = 1000 }))
	send := func(seq uint64) (valid int) {
		var ids []string
		for lane := uint8(2); lane < 6; lane++ {
			batch := command.Batch{Lane: lane, Seq: seq, Commands: []command.Command{command.New("",
				grantTo("busy", "li", "wang"))}}
			env, err := w.net.Endorse(w.net.Propose(w.client("M"), seal.Outer, []byte("batch:Run"),
				codec.Encode(batch)), "G", "D")
			if err != nil {
				t.Fatal(err)
			}
			w.net.Submit(env)
			ids = append(ids, env.TxID)
			if seq == 1 || seq == 3 { // the lease grows: one after the other
				if _, err := w.net.Cut(0); err != nil {
					t.Fatal(err)
				}
				w.net.DeliverAll()
			}
		}
		if seq != 1 && seq != 3 {
			if _, err := w.net.Cut(0); err != nil {
				t.Fatal(err)
			}
			w.net.DeliverAll()
		}
		for _, id := range ids {
			if w.net.Lookup("G", id).Valid() {
				valid++
			}
		}
		return valid
	}
	for seq := range uint64(5) {
		if valid := send(seq + 1); valid != 4 {
			t.Errorf("batch %d: %d of 4 lanes were valid", seq+1, valid)
		}
	}
}
