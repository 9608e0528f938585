//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/books"
)

// TestAMonthIsBookedByHand plays a cycle as clerks do, from purchases to payments, and books it and the next one, in
// which it was netted and paid. What one has payable to another that one has receivable from it; at the end nothing is,
// and nothing waits for the bank; every trial balance balances; and what was exported stays as it was.
func TestAMonthIsBookedByHand(t *testing.T) {
	by := openTraders(t)
	m := openMarket(t, by)
	c := ourCycle(t)
	m.once(t, by)
	c.close(t, calmly)
	parties := c.show(t).parties()
	for _, party := range parties {
		if err := party.try(nil, "books", "journal", "--period", c.next, "--out",
			filepath.Join(c.scratch, "open.csv")); fault.CodeOf(err) != fault.WrongState {
			t.Errorf("%s books the open cycle: %v", party, err)
		}
	}
	c.sign(t, calmly)
	c.settle(t, calmly)
	last := fresh("c")
	desk("G").do(t, nil, "cycle", "close", "--next", last)

	sums := map[string]books.Summary{}
	for _, party := range parties {
		file := func(period, form string) string { return filepath.Join(c.scratch, string(party)+"-"+period+form) }
		var sum books.Summary
		if err := party.try(nil, "books", "journal", "--period", c.next, "--out",
			file(c.next, ".csv")); fault.CodeOf(err) != fault.WrongState || !strings.Contains(err.Error(), c.id) {
			t.Errorf("%s leaves a period out: %v", party, err)
		}
		party.do(t, &sum, "books", "journal", "--period", c.id, "--begin", "--out", file(c.id, ".csv"))
		sums[string(party)] = sum
		party.do(t, nil, "books", "journal", "--period", c.next, "--layout", "kingdee", "--out", file(c.next, ".xlsx"))
		first := must(os.ReadFile(file(c.id, ".csv")))
		party.do(t, nil, "books", "journal", "--period", c.id, "--out", file(c.id, ".csv"))
		if again := must(os.ReadFile(file(c.id, ".csv"))); !bytes.Equal(first, again) {
			t.Errorf("%s: exported again it is another", party)
		}
		if err := party.try(nil, "books", "journal", "--period", c.id, "--redemption", "GP:0.5", "--out",
			file(c.id, ".csv")); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("%s: with another policy: %v", party, err)
		}
		booked(t, party, c)
	}
	for x, sum := range sums {
		for _, p := range sum.Positions {
			for _, q := range sums[p.Party].Positions {
				if q.Party == x && (q.Receivable != p.Payable || q.Payable != p.Receivable) {
					t.Errorf("%s has %d and %d with %s, which has %d and %d",
						x, p.Payable, p.Receivable, p.Party, q.Payable, q.Receivable)
				}
			}
		}
		t.Logf("%s: %d vouchers, %d fen on each side, with %d others",
			x, sum.Vouchers, sum.Turnover, len(sum.Positions))
	}
}

// booked holds what a party's accounts must have once a cycle is paid.
func booked(t *testing.T, party desk, c closing) {
	t.Helper()
	var b books.Balance
	party.do(t, &b, "books", "balance")
	if b.Total.OpeningDebit != b.Total.OpeningCredit || b.Total.Debit != b.Total.Credit ||
		b.Total.ClosingDebit != b.Total.ClosingCredit {
		t.Errorf("%s: the trial balance is %+v", party, b.Total)
	}
	moved := amount.Units(0)
	for _, r := range b.Rows {
		switch r.Account.Code {
		case "1122", "2202", "2241":
			if moved += r.Debit + r.Credit; r.ClosingDebit != 0 || r.ClosingCredit != 0 {
				t.Errorf("%s: %s %s closes with %d and %d",
					party, r.Account.En, r.Party, r.ClosingDebit, r.ClosingCredit)
			}
		}
	}
	if moved == 0 {
		t.Errorf("%s: nothing was settled in %s", party, c.next)
	}
	var aged struct {
		Rows []books.AgeingRow `json:"rows"`
	}
	if party.do(t, &aged, "books", "ageing"); len(aged.Rows) > 0 {
		t.Errorf("%s: %+v", party, aged.Rows)
	}
	var before struct {
		Rows []books.AgeingRow `json:"rows"`
	}
	if party.do(t, &before, "books", "ageing", "--period", c.id); len(before.Rows) == 0 {
		t.Errorf("%s: nothing was owed at the end of %s", party, c.id)
	}
}
