package main

import (
	"context"
	"strings"
	"sync"
)

func step9(ctx context.Context, s *stage) error {
	s.chapter("9", "R2: Li takes an airport ride, 10,800; the code is written off at the counter")
	if err := s.tally(ctx, "M", nil, "benefit", "define", "ride", "--en", "Airport ride", "--zh", "接机", "--kind",
		"service",
		"--costs", "GP:10800", "--uses", "1", "--valid-days", "60", "--scene", "travel", "--fee", "0.01",
		"--needs-code", "--reversal-days", "7"); err != nil {
		return err
	}
	before, err := s.owes(ctx)
	if err != nil {
		return err
	}
	var bought receipt
	if err := s.tally(ctx, "M", &bought, "benefit", "buy", "ride", "--member", "li", "--take", "GP:10800"); err != nil {
		return err
	}
	if err := s.paid(ctx, bought.Number+".0"); err != nil {
		return err
	}
	w, err := s.wallet(ctx, "M", "li")
	if err != nil {
		return err
	}
	s.figure("left, GP", 350, w.available("GP"))
	done, refused, err := s.raceFor(ctx, bought.Number+".0", bought.Code)
	if err != nil {
		return err
	}
	s.figure("nodes that wrote the code off, of two at once", 1, done)
	s.figure("the other", "WRONG_STATE", refused)
	after, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.figure("G owes M, fen", 9600, after.fen("G", "M")-before.fen("G", "M"))
	s.figure("D owes M, fen", 1200, after.fen("D", "M")-before.fen("D", "M"))
	s.figure("M owes G its fee of 1 %, fen", 108, after.fen("M", "G")-before.fen("M", "G"))
	return s.results(ctx)
}

// paid shows the pieces that paid for an entitlement.
func (s *stage) paid(ctx context.Context, entitlement string) error {
	var e struct {
		Pieces []struct {
			Amount int64 `json:"amount"`
		} `json:"pieces"`
	}
	if err := s.tally(ctx, "M", &e, "benefit", "entitlement", entitlement); err != nil {
		return err
	}
	var parts []string
	for _, p := range e.Pieces {
		parts = append(parts, show(p.Amount))
	}
	s.figure("lots, earliest expiry first", "3,150 + 1,800 + 1,200 + 4,650", strings.Join(parts, " + "))
	return nil
}

// raceFor has two of M's nodes present one code at the same moment.
func (s *stage) raceFor(ctx context.Context, entitlement, code string) (done int, refused string, err error) {
	codes, errs := make([]string, 2), make([]error, 2)
	var both sync.WaitGroup
	for i := range codes {
		both.Go(func() {
			codes[i], errs[i] = codeOf(
				s.tally(ctx, "M", nil, "benefit", "writeoff", entitlement, "--code", code, "--outlet", "T3"))
		})
	}
	both.Wait()
	for i, c := range codes {
		switch {
		case errs[i] != nil:
			return 0, "", errs[i]
		case c == "done":
			done++
		default:
			refused = c
		}
	}
	return done, refused, nil
}

func step14(ctx context.Context, s *stage) error {
	s.chapter("14", "Nov 30 is over: 800 MP expire")
	if err := s.moveDate(ctx, "2026-12-01"); err != nil {
		return err
	}
	if err := s.tally(ctx, "M", nil, "points", "expire", "--programme", "MP"); err != nil {
		return err
	}
	o, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.figure("breakage to M", "800 MP, 400 fen", o.breakage("M", "MP"))
	s.figure("outstanding MP", 1, o.outstanding("MP"))
	s.figure("which is worth, fen", "1/2", o.worth("MP"))
	return nil
}

func step26(ctx context.Context, s *stage) error {
	s.chapter("26", "Zhang's wallet is frozen for abnormal transfers, then lifted with a reason")
	if err := s.tally(ctx, "G", nil, "points", "freeze", "zhang", "--reason", "abnormal_transfers"); err != nil {
		return err
	}
	_, err := s.issue(ctx, "D", "DP", "zhang:1:2027-12-31")
	code, err := codeOf(err)
	if err != nil {
		return err
	}
	s.figure("earning", "done", code)
	hold := []string{"points", "hold", "--member", "zhang", "--take", "DP:1", "--for", "10m"}
	if code, err = codeOf(s.tally(ctx, "D", nil, hold...)); err != nil {
		return err
	}
	s.figure("spending", "FROZEN", code)
	if err := s.tally(ctx, "D", nil, "points", "appeal", "zhang", "--by", "G", "--hash",
		strings.Repeat("5e", 32)); err != nil {
		return err
	}
	if err := s.tally(ctx, "G", nil, "points", "unfreeze", "zhang", "--reason", "explained"); err != nil {
		return err
	}
	var again receipt
	if code, err = codeOf(s.tally(ctx, "D", &again, hold...)); err != nil {
		return err
	}
	s.figure("spending after the appeal was granted", "done", code)
	return s.tally(ctx, "D", nil, "points", "release", again.Number, "--reason", "customer_cancelled")
}
