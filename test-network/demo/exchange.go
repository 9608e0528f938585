package main

import "context"

func step4(ctx context.Context, s *stage) error {
	s.chapter("4", "A joint campaign, G 60 and D 40: Li gets 3,000 points")
	var pledge receipt
	if err := s.tally(ctx, "D", &pledge, "points", "pledge", "GP", "--amount", "1200", "--until", "2026-12-31"); err != nil {
		return err
	}
	var r receipt
	if err := s.tally(ctx, "G", &r, "points", "issue", "--programme", "GP", "--grant", "li:3000:2027-03-31",
		"--split", "G:60", "--split", "D:40:"+pledge.Number); err != nil {
		return err
	}
	w, err := s.wallet(ctx, "G", "li")
	if err != nil {
		return err
	}
	funded := map[string]int64{}
	for _, l := range w.Lots {
		if l.Expires == "2027-03-31" {
			funded[l.Funder] += l.left()
		}
	}
	s.figure("owed by G", 1800, funded[""])
	s.figure("owed by D", 1200, funded["D"])
	s.note("one command, %s", r.Number)
	code, err := codeOf(s.tally(ctx, "G", nil, "points", "issue", "--programme", "GP", "--grant", "li:100:2027-03-31", "--split", "D:1:"+pledge.Number))
	if err != nil {
		return err
	}
	s.figure("more than D has pledged", "QUOTA", code)
	return nil
}

// publish has the one issuer publish a rate into its programme and the other agree.
func (s *stage) publish(ctx context.Context, into, from, to, owner, rate string, more ...string) error {
	args := append([]string{"rate", "publish", from, to, "--rate", rate, "--since", "2026-11-01", "--until", "2027-12-31"}, more...)
	if err := s.tally(ctx, into, nil, args...); err != nil {
		return err
	}
	return s.tally(ctx, owner, nil, "rate", "agree", from, to, "--rate", rate)
}

// convert converts a member's points at G, with its home's authorisation.
func (s *stage) convert(ctx context.Context, home, member, from string) error {
	a, err := s.authorised(ctx, home, member, "G", from)
	if err != nil {
		return err
	}
	return s.tally(ctx, "G", nil, "points", "convert", "--member", member, "--from", from, "--to", "GP", "--authorisation", a.Number, "--code", a.Code)
}

func step7(ctx context.Context, s *stage) error {
	s.chapter("7", "Li converts 6,301 MP to GP, two for one")
	if err := s.publish(ctx, "G", "MP", "GP", "M", "1/2"); err != nil {
		return err
	}
	if err := s.convert(ctx, "M", "li", "MP:6301"); err != nil {
		return err
	}
	w, err := s.wallet(ctx, "M", "li")
	if err != nil {
		return err
	}
	s.figure("Li gets, with the earlier expiry", "3,150 GP until 2026-12-31", w.find("GP", "2026-12-31"))
	s.figure("stays, MP", 1, w.available("MP"))
	o, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.figure("M owes G, fen", 3150, o.fen("M", "G"))
	return nil
}

func step23(ctx context.Context, s *stage) error {
	s.chapter("23", "The bank's points are connected: a member converts 25,003 BP, five for one, at most 5,000 GP a day")
	if err := s.tally(ctx, "G", nil, "party", "register", "B", "--en", "Bank", "--zh", "银行", "--roles", "issuer,finance"); err != nil {
		return err
	}
	if err := s.tally(ctx, "G", nil, "party", "amend", "B", "--roles", "issuer,finance", "--debit", "10000"); err != nil {
		return err
	}
	if err := s.tally(ctx, "B", nil, "programme", "open", "BP", "--en", "Bank points", "--zh", "银行积分", "--price", "1/5"); err != nil {
		return err
	}
	if err := s.publish(ctx, "G", "BP", "GP", "B", "1/5", "--per-day", "5000"); err != nil {
		return err
	}
	for _, m := range []string{"chen", "sun", "zhao"} {
		if err := s.tally(ctx, "B", nil, "member", "enrol", m); err != nil {
			return err
		}
	}
	if _, err := s.issue(ctx, "B", "BP", "chen:25003:2027-12-31", "chen:100:2028-12-31", "sun:25000:2027-12-31", "zhao:25000:2027-12-31"); err != nil {
		return err
	}
	if err := s.convert(ctx, "B", "chen", "BP:25003"); err != nil {
		return err
	}
	w, err := s.wallet(ctx, "B", "chen")
	if err != nil {
		return err
	}
	s.figure("Chen gets, GP", 5000, w.available("GP"))
	s.figure("Chen keeps", "3 BP until 2027-12-31", w.find("BP", "2027-12-31"))
	o, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.figure("B owes G, fen", 5000, o.fen("B", "G"))
	code, err := codeOf(s.convert(ctx, "B", "chen", "BP:103"))
	if err != nil {
		return err
	}
	s.figure("a second try that day", "DAILY_CAP", code)
	return nil
}

func step24(ctx context.Context, s *stage) error {
	s.chapter("24", "B may come to owe 10,000 in a cycle: a second member converts 25,000 BP; a third tries")
	if err := s.convert(ctx, "B", "sun", "BP:25000"); err != nil {
		return err
	}
	o, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.figure("accepted; B owes G, fen", 10000, o.fen("B", "G"))
	code, err := codeOf(s.convert(ctx, "B", "zhao", "BP:25000"))
	if err != nil {
		return err
	}
	s.figure("the third", "NET_DEBIT_CAP", code)
	return nil
}
