package main

import "context"

// step33: a till sends a request id again, for what it was for and for something else.
func step33(ctx context.Context, s *stage) error {
	s.chapter("33", "A till sends a request id again with another amount, another member, another verb")
	for _, member := range []string{"at-the-till", "behind-her"} {
		if err := s.tally(ctx, "D", nil, "member", "enrol", member); err != nil {
			return err
		}
		if _, err := s.issue(ctx, "D", "DP", member+":100:2027-12-31"); err != nil {
			return err
		}
	}
	till := func(answer any, args ...string) error {
		return s.tally(ctx, "D", answer, append(args, "--request", "till-7-000123")...)
	}
	var first, again receipt
	if err := till(&first, "points", "redeem", "--member", "at-the-till", "--take", "DP:5"); err != nil {
		return err
	}
	for _, try := range []struct {
		what string
		args []string
	}{
		{"the same id for 50 points instead of 5",
			[]string{"points", "redeem", "--member", "at-the-till", "--take", "DP:50"}},
		{"the same id for another member", []string{"points", "redeem", "--member", "behind-her", "--take", "DP:5"}},
		{"the same id for another verb", []string{"points", "hold", "--member", "at-the-till", "--take", "DP:5"}},
	} {
		code, err := codeOf(till(nil, try.args...))
		if err != nil {
			return err
		}
		s.figure(try.what, "CONFLICT", code)
	}
	if err := till(&again, "points", "redeem", "--take", "DP:5", "--member", "at-the-till"); err != nil {
		return err
	}
	s.figure("the first request again: its first receipt", first.Number+", again: true",
		again.Number+", again: "+show(again.Again))
	left := map[string]int64{}
	for _, member := range []string{"at-the-till", "behind-her"} {
		w, err := s.wallet(ctx, "D", member)
		if err != nil {
			return err
		}
		left[member] = w.available("DP")
	}
	s.figure("one effect: left of 100 each, DP", "95 and 100",
		show(left["at-the-till"])+" and "+show(left["behind-her"]))
	return nil
}
