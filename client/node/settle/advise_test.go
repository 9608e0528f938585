package settle

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/bounds"
	"tallystick/client/index/indextest"
	"tallystick/client/payments"
)

// TestWhatAPartyIsToGet: what is still to come in of cycles that were netted, and nothing of others'.
func TestWhatAPartyIsToGet(t *testing.T) {
	closed := func(id string, state settlement.State, n uint32) indextest.Entry {
		return indextest.Put(row.Close(id), settlement.Close{ID: id, Next: id + "x", State: state, Payments: n})
	}
	payment := func(cycle string, n uint32, creditor string, state settlement.PaymentState) indextest.Entry {
		return indextest.Put(row.Payment(cycle, n), settlement.Payment{Cycle: cycle, N: n, Debtor: "G",
			Creditor: creditor, Fen: 100, State: state})
	}
	r := indextest.ReadModel(t, []indextest.Entry{
		closed("a", settlement.Settled, 1), payment("a", 1, "S1", settlement.Paid),
		closed("b", settlement.PartSettled, 4), payment("b", 1, "S1", settlement.Paid),
		payment("b", 2, "S1", settlement.Sent), payment("b", 3, "D", settlement.Due),
		payment("b", 4, "S1", settlement.PartPaid), closed("c", settlement.Computed, 0),
	})
	list, err := toGet(r, "S1")
	if err != nil || len(list) != 2 || list[0].N != 2 || list[1].N != 4 {
		t.Errorf("%+v, %v", list, err)
	}
}

// noPayments is a ledger that has none.
type noPayments struct{}

func (noPayments) Payment(_ context.Context, cycle string, n uint32) (settlement.Payment, error) {
	return settlement.Payment{}, fault.New(fault.NotFound, "there is no payment %d in %s", n, cycle)
}

// TestBankFilesAreRead: a table by its mapping, line by line, without telling anybody; a table without one is refused.
func TestBankFilesAreRead(t *testing.T) {
	table := "账号,交易日期,交易金额,借贷标志,对方户名,对方账号,交易流水号,摘要,附言\n" +
		"0200000000000002,20261203,196.04,贷,某某汽车集团有限公司,0077,R1,转账,货款\n" +
		"0200000000000002,20261203,12.00,贷,某某商店,62220000,R2,转账,货款\n"
	notice := bounds.Input{ReaderAt: strings.NewReader(table), Name: "told", Size: int64(len(table))}
	view := payments.View{Party: "S1", Mark: "K7Q2M4XA", Holders: theAccounts(t).Holders(), Ledger: noPayments{},
		Open: []settlement.Payment{{Cycle: "2026-11", N: 3, Debtor: "G", Creditor: "S1", Fen: 19_604}}}
	read, err := AdvisePaymentsRequest{Mapping: "bank: plain"}.read(t.Context(), notice, view)
	if err != nil || len(read.Rows) != 1 || read.Rows[0].Kind != payments.Possible ||
		read.Others != 1 || read.Notes == nil {
		t.Fatalf("%+v, %v", read, err)
	}
	if !read.Refused() || fault.CodeOf(read.failed()) != fault.NeedsPerson {
		t.Errorf("what a person must look at: %v", read.failed())
	}
	if _, err := (AdvisePaymentsRequest{}).read(t.Context(), notice, view); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("no mapping: %v", err)
	}
}

// TestMalformedAdvices are refused before the ledger is asked; accounts are no part of what a request id stands for.
func TestMalformedAdvices(t *testing.T) {
	req := AdvisePaymentsRequest{Mapping: "bank: icbc", Accounts: theAccounts(t)}
	meant := PaymentAdvise.Meaning(req)
	if err := PaymentAdvise.Check(req); err != nil {
		t.Error(err)
	}
	for name, wrong := range map[string]AdvisePaymentsRequest{
		"an unknown bank": {Mapping: "bank: purse"},
		"no YAML":         {Mapping: "{"},
		"a party twice":   {Accounts: append(theAccounts(t), theAccounts(t)...)},
	} {
		if err := PaymentAdvise.Check(wrong); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	req.Accounts = req.Accounts[:1]
	if now := PaymentAdvise.Meaning(req); !reflect.DeepEqual(now, meant) {
		t.Errorf("with other accounts it means %v, and meant %v", now, meant)
	}
	req.Bounce = true
	if now := PaymentAdvise.Meaning(req); reflect.DeepEqual(now, meant) {
		t.Error("noting what bounced means the same")
	}
}
