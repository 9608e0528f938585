package accounting

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
)

// TestAccountsUpToAPeriod: those that are locked, without a network; one that isn't as it is now.
func TestAccountsUpToAPeriod(t *testing.T) {
	m := newMonths(t)
	d := newDesk(t, m)
	for _, c := range []struct {
		period string
		code   fault.Code
		want   int
	}{{"", fault.NotFound, 0}, {"2026-13", fault.NotFound, 0}, {"2026-12", "", 1}, {"2026-11", "", 1}} {
		if list, err := d.booked(t.Context(), AccountsRequest{Period: c.period,
			BookInputs: expecting(85)}); fault.CodeOf(err) != c.code || err == nil && len(list) != c.want {
			t.Errorf("%q: %d periods, %v", c.period, len(list), err)
		}
	}
	if _, err := d.journal(t.Context(), lock("2026-11")); err != nil {
		t.Fatal(err)
	}
	away := bookkeeper{"G", d.shelf, away{}}
	for _, period := range []string{"", "2026-11"} {
		list, err := away.booked(t.Context(), AccountsRequest{Period: period})
		if err != nil || len(list) != 1 {
			t.Fatal(period, list, err)
		}
		if b := books.TrialBalance(list); b.Total.ClosingDebit != 850 ||
			b.Total.ClosingCredit != 850 || len(b.Rows) != 4 {
			t.Errorf("%q: %+v", period, b)
		}
	}
	if _, err := away.booked(t.Context(), AccountsRequest{Period: "2026-12"}); err != errAway {
		t.Errorf("what isn't locked: %v", err)
	}
	list, err := d.booked(t.Context(), AccountsRequest{Period: "2026-12"})
	if err != nil || len(list) != 2 || list[1].Summary.Period != "2026-12" {
		t.Errorf("%d periods, %v", len(list), err)
	}
}

// TestLockedBooksNeedNoNetwork: the operations that ask what is locked answer from the node alone; what isn't says that
// there is no network.
func TestLockedBooksNeedNoNetwork(t *testing.T) {
	n := nodetest.Offline(t)
	ask := func(op node.Operation, request string) (string, error) {
		answer, err := op.Run(t.Context(), n, &node.Call{}, json.RawMessage(request))
		text, failed := json.Marshal(answer)
		if failed != nil {
			t.Error(failed)
		}
		return string(text), err
	}
	if got, err := ask(BooksPeriods, `{}`); err != nil || got != `{"rows":[]}` {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := ask(BooksBalance, `{}`); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("of nothing: %v", err)
	}
	account := books.Account{Code: "2202", En: "Payables", Zh: "应付账款"}
	v := books.Voucher{Number: "D-1", Line: "1", Period: "2026-11", Date: cutDay,
		Entries: []books.Entry{{Role: books.Payable, Account: account, Party: "M", Credit: 400}}}
	err := atBooks(t.Context(), n, &node.Call{}, func(b bookkeeper) error {
		return b.shelf.Put(books.Locked{Summary: books.Summary{Party: "D", Period: "2026-11", From: nodetest.November,
			To: cutDay, Vouchers: 1, Turnover: 400}, Height: 7, Vouchers: []books.Voucher{v}})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		op            node.Operation
		request, want string
	}{
		{BooksPeriods, `{}`, `{"rows":[{"period":"2026-11","from":"2026-11-01","to":"2026-11-30","vouchers":1,"turnover":400,"restated":0,"height":7}]}`},
		{BooksBalance, `{"period":"2026-11"}`,
			`"party":"D","period":"2026-11","from":"2026-11-01","to":"2026-11-30","rows":[{"account":{"code":"2202"`},
		{BooksLedger, `{"account":"2202","party":"M"}`, `"credit":400,"balance":-400`},
		{BooksLedger, `{"account":"2202","party":"F"}`, `"balance":0}]`},
		{BooksAgeing, `{}`, `"date":"2026-11-30","spans":["0-30"`},
		{BooksJournal, `{"period":"2026-11","lock":true,"form":"csv"}`, `"state":"LOCKED","file":"`},
	} {
		if got, err := ask(c.op, c.request); err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %s, %v", c.op.About().Name, c.request, got, err)
		}
	}
	if _, err := ask(BooksBalance, `{"period":"2026-12"}`); fault.CodeOf(err) != fault.Unavailable {
		t.Error("what isn't locked is answered without a network")
	}
}

// TestOneIsAtTheBooks: others wait, as long as they want to; another process is told.
func TestOneIsAtTheBooks(t *testing.T) {
	n := nodetest.Offline(t)
	err := atBooks(t.Context(), n, &node.Call{}, func(bookkeeper) error {
		gone, stop := context.WithCancel(t.Context())
		stop()
		if err := atBooks(gone, n, &node.Call{}, func(bookkeeper) error { return nil }); !errors.Is(err,
			context.Canceled) {
			t.Errorf("a second call: %v", err)
		}
		other := node.Offline(n.Config())
		if _, err := BooksPeriods.Do(t.Context(), other, &node.Call{},
			node.NoRequest{}); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("another process: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := BooksPeriods.Do(t.Context(), n, &node.Call{}, node.NoRequest{}); err != nil {
		t.Errorf("after it: %v", err)
	}
}

// TestRequestsOfBooks that are malformed are refused before anything is read.
func TestRequestsOfBooks(t *testing.T) {
	policy := []byte("redemption: {GP: {2026-11: \"0.9\"}}\n")
	wrong := BookInputs{Estimates: Estimates{Policy: []byte("redemption: [\n")}}
	for _, c := range []struct {
		req  node.Checker
		code fault.Code
	}{
		{JournalRequest{Period: "2026-11"}, ""},
		{JournalRequest{Period: "2026-11", Lock: true, Form: "txt", Layout: "yonyou",
			BookInputs: BookInputs{Estimates: Estimates{Policy: policy}}}, ""},
		{JournalRequest{Period: "2026.11"}, fault.BadRequest},
		{JournalRequest{Period: "../x"}, fault.BadRequest},
		{JournalRequest{Period: "2026-11", Form: "csv"}, fault.BadRequest},
		{JournalRequest{Period: "2026-11", Lock: true, Form: "doc"}, fault.BadRequest},
		{JournalRequest{Period: "2026-11", Lock: true, Layout: "sap", Form: "csv"}, fault.BadRequest},
		{JournalRequest{Period: "2026-11", Lock: true, Layout: "yonyou", Form: "csv"}, fault.BadRequest},
		{JournalRequest{Period: "2026-11", Begin: true, Restate: "x"}, fault.BadRequest},
		{JournalRequest{Period: "2026-11", BookInputs: wrong}, fault.BadRequest},
		{JournalRequest{Period: "2026-11", BookInputs: BookInputs{Chart: []byte("nothing: x\n")}}, fault.BadRequest},
		{JournalRequest{Period: "2026-11", BookInputs: BookInputs{Fapiao: []byte("x\n")}}, fault.BadRequest},
		{AccountsRequest{}, ""}, {AccountsRequest{Period: "a/b"}, fault.BadRequest},
		{AccountsRequest{BookInputs: wrong}, fault.BadRequest},
		{LedgerRequest{Account: "2202", AccountsRequest: AccountsRequest{Period: "a/b"}}, fault.BadRequest},
		{BookLiabilityRequest{Cycle: "2026-11"}, ""}, {BookLiabilityRequest{Blocks: 7}, ""},
		{BookLiabilityRequest{Cycle: "2026-11", Blocks: 7}, fault.BadRequest},
		{BookLiabilityRequest{Cycle: "a/b"}, fault.BadRequest},
		{BookLiabilityRequest{Estimates: Estimates{Redemption: []Share{{"GP", amount.Rate{Num: 2, Den: 1}}}}},
			fault.BadRequest},
		{ProveLiabilitiesRequest{}, fault.BadRequest}, {ProveLiabilitiesRequest{Programme: "GP", Cycle: "a/b"},
			fault.BadRequest}, {ProveMemberRequest{}, fault.BadRequest},
	} {
		if err := c.req.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%+v: %v", c.req, err)
		}
	}
	both := Estimates{Policy: policy, Redemption: []Share{{"GP", amount.Rate{Num: 1, Den: 2}}}}
	p, err := both.read()
	if err != nil || p.At("GP", 0).String() != "1/2" || p.At("GP",
		books.MonthOf(nodetest.November)).String() != "9/10" ||
		!both.Hides() {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestLiabilityAtACutOff is of that day, whatever was redeemed after it.
func TestLiabilityAtACutOff(t *testing.T) {
	m := newMonths(t)
	var cut index.Period
	err := m.now(t.Context(), func(r *index.Reading) (err error) {
		cut, err = r.Period("2026-11")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	m.taken(4, "2026-12", 500)
	policy, err := expecting(85).Estimates.read()
	if err != nil {
		t.Fatal(err)
	}
	var then, now LiabilityBook
	err = errors.Join(m.at(t.Context(), cut.Height, func(r *index.Reading) (err error) {
		then, err = liabilityOn(r, policy, "2026-11", cutDay)
		return err
	}), m.now(t.Context(), func(r *index.Reading) (err error) {
		now, err = LiabilityOf(r, policy)
		return err
	}))
	if err != nil || then.Cycle != "2026-11" || then.Date != cutDay || now.Cycle != "2026-12" ||
		then.Lines[0].Redeemed != 400 || now.Lines[0].Redeemed != 500 {
		t.Errorf("%+v\n%+v, %v", then, now, err)
	}
}
