package settle

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
)

// TestWhatCameInByHand: a payment by either of its names, with the reference that a bank gives, or one of its own that
// is the same for the same.
func TestWhatCameInByHand(t *testing.T) {
	given := ReceivePaymentRequest{Payment: "2026-11-3", Fen: 9700, Charges: 100, Reference: "N77",
		Booked: endOfNovember + 3}
	want := settlement.AdviseRequest{Cycle: "2026-11", Payment: 3, Fen: 9700, Charges: 100, Reference: "N77",
		Booked: endOfNovember + 3, Source: settlement.ByHand}
	atBanks, other, unnamed, more := given, given, given, given
	atBanks.Payment, other.Payment = "2026-11-3-K7Q2M4XA", "2026-11-3-K7Q2M4XB"
	unnamed.Reference, more.Reference, more.Fen = "", "", 9701
	for name, req := range map[string]ReceivePaymentRequest{"on the ledger": given, "at banks": atBanks} {
		if got, err := req.on("K7Q2M4XA"); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := other.on("K7Q2M4XA"); fault.CodeOf(err) != fault.BadRequest || other.Check() != nil {
		t.Errorf("of another ledger: %v, though it has some ledger's mark: %v", err, other.Check())
	}
	one, err := unnamed.on("K7Q2M4XA")
	again, failed := unnamed.on("K7Q2M4XA")
	two, wrong := more.on("K7Q2M4XA")
	if err != nil || failed != nil || wrong != nil || one != again || one.Reference == two.Reference {
		t.Errorf("unnamed: %+v, %+v, %+v, %v %v %v", one, again, two, err, failed, wrong)
	}
	for name, change := range map[string]func(*ReceivePaymentRequest){
		"no payment": func(r *ReceivePaymentRequest) { r.Payment = "third" },
		"nothing":    func(r *ReceivePaymentRequest) { r.Fen, r.Charges = 0, 0 },
	} {
		bad := given
		change(&bad)
		if err := bad.Check(); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWhatABankTookBack names the receipt, and has the evidence.
func TestWhatABankTookBack(t *testing.T) {
	given := TakeBackPaymentRequest{Payment: "2026-11-3-K7Q2M4XA", Receipt: "N77", Fen: 9700, Reference: "N91",
		Booked: endOfNovember + 5, Evidence: make([]byte, 32)}
	got, err := given.on("K7Q2M4XA")
	if err != nil || got.Cycle != "2026-11" || got.Payment != 3 || got.Receipt != "N77" || got.Reference != "N91" ||
		got.Fen != 9700 || got.Booked != given.Booked {
		t.Errorf("%+v, %v", got, err)
	}
	given.Evidence = nil
	if err := given.Check(); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("without evidence: %v", err)
	}
}
