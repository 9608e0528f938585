package goods

import (
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// The setting of the tests: S acts for the supplier care, D sells; today is 20,600.
func by(caller string) At { return At{Caller: caller, Now: 1000, Date: 20600} }

func care(state SupplierState) Supplier {
	return Supplier{
		ID: "care", Party: "S", En: "Car care", Zh: "养护", State: state, Categories: []string{"oil"},
		Fee: amount.Rate{Num: 1, Den: 100}, Licence: make([]byte, 32), Since: 20000,
	}
}

// supplierVerbs are the verbs of a supplier, each by who may.
var supplierVerbs = []struct {
	name string
	do   func(Supplier) (Supplier, error)
}{
	{"apply", func(s Supplier) (Supplier, error) {
		return Apply(&s, ApplyRequest{Supplier: "care", En: "x", Zh: "x", Licence: make([]byte, 32)}, by("S"))
	}},
	{"apply by another",
		func(s Supplier) (Supplier, error) { return Apply(&s, ApplyRequest{Supplier: "care"}, by("D")) }},
	{"approve", func(s Supplier) (Supplier, error) {
		return s.Approve(ApproveRequest{Supplier: "care", Fee: amount.Rate{Num: 2, Den: 100}}, by("G"))
	}},
	{"refuse", func(s Supplier) (Supplier, error) {
		return s.Refuse(RefuseRequest{Supplier: "care", Reason: "licence_expired"}, by("G"))
	}},
	{"withdraw", func(s Supplier) (Supplier, error) { return s.Withdraw(by("S")) }},
	{"withdraw by another", func(s Supplier) (Supplier, error) { return s.Withdraw(by("D")) }},
	{"list", func(s Supplier) (Supplier, error) { return s, s.lists("S") }},
	{"list by another", func(s Supplier) (Supplier, error) { return s, s.lists("D") }},
}

func TestSupplierWalk(t *testing.T) {
	want := strings.TrimSpace(`
APPLIED   apply               WRONG_STATE
APPLIED   apply by another    CONFLICT
APPLIED   approve             APPROVED
APPLIED   refuse              REFUSED
APPLIED   withdraw            WITHDRAWN
APPLIED   withdraw by another FORBIDDEN
APPLIED   list                WRONG_STATE
APPLIED   list by another     FORBIDDEN
APPROVED  apply               WRONG_STATE
APPROVED  apply by another    CONFLICT
APPROVED  approve             APPROVED
APPROVED  refuse              SUSPENDED
APPROVED  withdraw            WITHDRAWN
APPROVED  withdraw by another FORBIDDEN
APPROVED  list                APPROVED
APPROVED  list by another     FORBIDDEN
SUSPENDED apply               WRONG_STATE
SUSPENDED apply by another    CONFLICT
SUSPENDED approve             APPROVED
SUSPENDED refuse              WRONG_STATE
SUSPENDED withdraw            WITHDRAWN
SUSPENDED withdraw by another FORBIDDEN
SUSPENDED list                WRONG_STATE
SUSPENDED list by another     FORBIDDEN
REFUSED   apply               APPLIED
REFUSED   apply by another    CONFLICT
REFUSED   approve             WRONG_STATE
REFUSED   refuse              WRONG_STATE
REFUSED   withdraw            WRONG_STATE
REFUSED   withdraw by another FORBIDDEN
REFUSED   list                WRONG_STATE
REFUSED   list by another     FORBIDDEN
WITHDRAWN apply               APPLIED
WITHDRAWN apply by another    CONFLICT
WITHDRAWN approve             WRONG_STATE
WITHDRAWN refuse              WRONG_STATE
WITHDRAWN withdraw            WRONG_STATE
WITHDRAWN withdraw by another FORBIDDEN
WITHDRAWN list                WRONG_STATE
WITHDRAWN list by another     FORBIDDEN`)
	var got []string
	for state := Applied; state <= Withdrawn; state++ {
		for _, v := range supplierVerbs {
			before := care(state)
			next, err := v.do(before)
			result := next.State.String()
			if err != nil {
				result = string(fault.CodeOf(err))
			} else if next.Since != 20600 && next.State != before.State {
				t.Errorf("%s %s: since %d", state, v.name, next.Since)
			}
			got = append(got, fmt.Sprintf("%-9s %-19s %s", state, v.name, result))
		}
	}
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s", text)
	}
}

// What a verb changes besides the state.
func TestSupplierVerbsChange(t *testing.T) {
	fresh, err := Apply(nil,
		ApplyRequest{Supplier: "care", En: "x", Zh: "y", Categories: []string{"oil"}, Licence: make([]byte, 32)},
		by("S"))
	if err != nil || fresh.State != Applied || fresh.Party != "S" || fresh.Fee.Num != 0 || fresh.Since != 20600 ||
		fresh.Categories[0] != "oil" {
		t.Errorf("%+v, %v", fresh, err)
	}
	again, err := Apply(
		&Supplier{ID: "care", Party: "S", State: Refused, Reason: "x", Fee: amount.Rate{Num: 1, Den: 2}},
		ApplyRequest{Supplier: "care"}, by("S"))
	if err != nil || again.Reason != "" || again.Fee.Num != 0 || again.Categories == nil {
		t.Errorf("%+v, %v", again, err)
	}
	approved, err := care(Suspended).Approve(
		ApproveRequest{Fee: amount.Rate{Num: 2, Den: 100}, Categories: []string{"tyres"}}, by("G"))
	if err != nil || approved.Fee != (amount.Rate{Num: 1, Den: 50}) || approved.Categories[0] != "tyres" ||
		approved.Reason != "" {
		t.Errorf("%+v, %v", approved, err)
	}
	stopped, err := care(Approved).Refuse(RefuseRequest{Reason: "audit"}, by("G"))
	if err != nil || stopped.Reason != "audit" || stopped.Fee.Num != 1 {
		t.Errorf("%+v, %v", stopped, err)
	}
}
