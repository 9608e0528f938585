package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/test-network/bank"
)

// step39 has 2.00 of a payment of 100.00 come in first. Of the other 98.00 the bank keeps 1.00, and tells so in a
// notice and again in a statement. A person decides.
func step39(ctx context.Context, s *stage) error {
	s.chapter("39", "B's bank books 97.00 for 98.00, with 1.00 of charges, and tells it twice")
	book := filepath.Join(s.scratch, "accounts.yaml")
	if err := os.WriteFile(book, []byte(accounts), 0o600); err != nil {
		return err
	}
	whole := []string{"payment", "instruct", "--cycle", "2026-12", "--accounts", book, "--out",
		s.order("B-2026-12-whole")}
	if err := s.tally(ctx, "B", nil, whole...); err != nil {
		return err
	}
	paid, err := s.paidBy(ctx, "B", "G")
	if err != nil {
		return err
	}
	id := endToEnd("2026-12", paid)
	if err := s.tally(ctx, "G", nil, "payment", "receive", id, "--amount", "2.00", "--reference", "N2", "--booked",
		"2027-01-04"); err != nil {
		return err
	}
	if err := s.tally(ctx, "B", nil, "payment", "instruct", "--cycle", "2026-12", "--rest", "--accounts", book, "--out",
		s.order("B-2026-12")); err != nil {
		return err
	}
	if paid, err = s.paidBy(ctx, "B", "G"); err != nil {
		return err
	}
	s.figure("2.00 came in; B's bank is told of the rest, fen", 9800, paid.Fen-paid.Received)
	for _, statement := range []bool{false, true} {
		if err := s.chargedNotice(ctx, book, paid, statement); err != nil {
			return err
		}
	}
	if err := s.tally(ctx, "G", nil, "payment", "receive", id, "--amount", "97.00", "--charges", "1.00", "--reference",
		"N97", "--booked", "2027-01-04"); err != nil {
		return err
	}
	if paid, err = s.paidBy(ctx, "B", "G"); err != nil {
		return err
	}
	s.figure("once a person bears the charges: fen, state", "10,000 SETTLED", show(paid.Received)+" "+paid.State)
	return nil
}

// paidBy is one party's payment to another for 2026-12.
func (s *stage) paidBy(ctx context.Context, debtor, creditor string) (payment, error) {
	c, err := s.cycle(ctx, "2026-12")
	if err != nil {
		return payment{}, err
	}
	i := slices.IndexFunc(c.Paid, func(p payment) bool { return p.Debtor == debtor && p.Creditor == creditor })
	if i < 0 {
		return payment{}, fmt.Errorf("%s pays %s nothing", debtor, creditor)
	}
	return c.Paid[i], nil
}

// chargedNotice has G's bank tell of what is left of a payment once it has taken its charges, and G read it.
func (s *stage) chargedNotice(ctx context.Context, book string, paid payment, statement bool) error {
	sent, err := os.ReadFile(s.order("B-2026-12"))
	if err != nil {
		return err
	}
	id := endToEnd("2026-12", paid)
	told, err := bank.Answer(sent,
		bank.Plan{At: time.Date(2027, 1, 4, 18, 0, 0, 0, time.UTC), Day: time.Date(2027, 1, 4, 0, 0, 0, 0, time.UTC),
			Account: accountOf["G"], Statement: statement, Charged: map[string]string{atBank(sent, id): "1.00"}})
	if err != nil {
		return err
	}
	what := map[bool]string{false: "camt.054", true: "camt.053"}[statement]
	file := filepath.Join(s.scratch, "G-"+what+".xml")
	if err := os.WriteFile(file, told, 0o600); err != nil {
		return err
	}
	out, err := s.command(ctx, "G", "payment", "advise", file, "--cycle", "2026-12", "--accounts", book).Output()
	code := fmt.Sprint(err)
	var shown struct {
		Rows []struct {
			Kind   string `json:"kind"`
			Advice struct {
				Fen     int64 `json:"fen"`
				Charges int64 `json:"charges"`
			} `json:"advice"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(out, &shown); err != nil || len(shown.Rows) != 1 {
		return fmt.Errorf("advise answers %s: %w", out, err)
	}
	row := shown.Rows[0]
	s.figure(what+": came, charges, outcome, exit code",
		fmt.Sprintf("97.00 1.00 wrong exit status %d", exitOf(fault.NeedsPerson)),
		fmt.Sprintf("%s %s %s %s", yuan(row.Advice.Fen), yuan(row.Advice.Charges), row.Kind, code))
	now, err := s.paidBy(ctx, "B", "G")
	if err != nil {
		return err
	}
	s.figure("counted so far: fen, state", "200 INSTRUCTED", show(now.Received)+" "+now.State)
	return nil
}

// exitOf is the exit code of a refusal.
func exitOf(code fault.Code) int {
	i := slices.IndexFunc(fault.Table, func(m fault.Meaning) bool { return m.Code == code })
	return fault.Table[i].Exit
}
