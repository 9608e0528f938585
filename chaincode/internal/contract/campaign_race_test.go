package contract

import (
	"fmt"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
)

// double11 is a world in which G and D pay 60 to 40 for 10 GP an award.
func double11(t fataler, budget, dealers amount.Units) *world {
	w := founded(t, 5)
	today := day(firstDay)
	w.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP", Price: amount.Rate{Num: 1, Den: 1}},
		campaign.ProposeRequest{Campaign: "double11", Funders: []campaign.Share{{Party: "D", Parts: 40},
			{Party: "G", Parts: 60}}, Terms: campaign.Terms{
			En: "Double 11", Zh: "双十一", Budget: budget, From: today, Until: today + 29,
			Gives: campaign.Gives{Programme: "GP", Bonus: 10, Expires: today + 90}}})
	w.must(t, "D", campaign.AgreeRequest{Campaign: "double11", Cap: dealers})
	return w
}

func awardDouble11(reference string) campaign.AwardRequest {
	return campaign.AwardRequest{Campaigns: []string{"double11"}, Member: "li", Reference: reference,
		Lines: []campaign.Line{{Fen: 1}}}
}

// racing sends an award in each of two lanes of G's, both endorsed before either is
// ordered, and answers how they were judged.
func racing(t *testing.T, w *world, seqs [2]uint64,
	references [2]string) (codes [2]peer.TxValidationCode, refusals [2]error) {
	t.Helper()
	var ids [2]string
	for i, lane := range []uint8{2, 3} {
		batch := command.Batch{Lane: lane, Seq: seqs[i], Commands: []command.Command{command.New("",
			awardDouble11(references[i]))}}
		env, err := w.net.Endorse(w.net.Propose(w.client("G"), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
			"G", "D")
		if err != nil {
			t.Fatal(err)
		}
		var result command.Result
		if err := codec.Decode(env.Response().GetPayload(), &result); err != nil {
			t.Fatal(err)
		}
		_, list := batch.Receipts("G", result)
		w.net.Submit(env)
		ids[i], refusals[i] = env.TxID, list[0]
	}
	if _, err := w.net.Cut(0); err != nil {
		t.Fatal(err)
	}
	w.net.DeliverAll()
	for i, id := range ids {
		codes[i] = w.net.Lookup("G", id).Code
	}
	return codes, refusals
}

// Two nodes of G race for the last that is left: of the budget, of D's cap, of one
// purchase. One takes it; the other, sent again, is refused, and nothing is passed.
func TestTheLastOfABudgetIsHadOnce(t *testing.T) {
	for name, c := range map[string]struct {
		budget, dealers amount.Units
		references      [2]string
		code            fault.Code
	}{
		"the budget":   {10, 0, [2]string{"r-1", "r-2"}, fault.Quota},
		"the cap":      {1000, 4, [2]string{"r-1", "r-2"}, fault.Quota},
		"nearly two":   {19, 7, [2]string{"r-1", "r-2"}, fault.Quota},
		"one purchase": {1000, 0, [2]string{"r-1", "r-1"}, fault.Conflict},
	} {
		w := double11(t, c.budget, c.dealers)
		codes, refusals := racing(t, w, [2]uint64{1, 1}, c.references)
		if refusals != [2]error{} || codes != [2]peer.TxValidationCode{peer.TxValidationCode_VALID,
			peer.TxValidationCode_MVCC_READ_CONFLICT} {
			t.Errorf("%s: %v, %v", name, codes, refusals)
		}
		again := command.Batch{Lane: 3, Seq: 1, Commands: []command.Command{command.New("",
			awardDouble11(c.references[1]))}}
		if _, refusals, err := w.send(t, "G", again); err != nil || fault.CodeOf(refusals[0]) != c.code {
			t.Errorf("%s: sent again: %v, %v", name, refusals, err)
		}
		if n := len(rowsOf(w.net, "G", "award")); n != 1 {
			t.Errorf("%s: %d awards", name, n)
		}
		if err := checkBooks(w.net); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Within their leases two lanes award at once and neither harms the other; near the
// end they meet at the limit; however it goes, the budget and D's cap are never
// passed, and what is left over is less than an award.
func TestRacingLanesNeverPassABudget(t *testing.T) {
	w := double11(t, 1000, 333) // D's 4 an award: 83 of them
	seqs, beside, refused := [2]uint64{1, 1}, 0, 0
	for i := 0; refused < 8 && i < 200; i++ {
		codes, refusals := racing(t, w, seqs, [2]string{fmt.Sprintf("a-%d", i), fmt.Sprintf("b-%d", i)})
		if codes[0] == peer.TxValidationCode_VALID && codes[1] == peer.TxValidationCode_VALID &&
			refusals == [2]error{} {
			beside++
		}
		for lane := range codes {
			if codes[lane] == peer.TxValidationCode_VALID {
				seqs[lane]++
			}
			if refusals[lane] != nil && fault.CodeOf(refusals[lane]) != fault.Quota {
				t.Fatal(refusals[lane])
			}
			if refusals[lane] != nil {
				refused++
			}
		}
		if err := checkBooks(w.net); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(rowsOf(w.net, "G", "award")); n != 83 || beside < 10 {
		t.Errorf("%d awards, %d times two side by side", n, beside)
	}
	surrender := command.Batch{Lane: 2, Seq: seqs[0], Commands: []command.Command{command.New("",
		quota.SurrenderRequest{Kind: quota.Campaign, ID: "double11"})}}
	if _, refusals, err := w.send(t, "G", surrender); err != nil || refusals[0] != nil {
		t.Errorf("a lane hands its part of the budget back: %v, %v", refusals, err)
	}
}
