package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/gateway"
	"tallystick/test-network/bank"
)

// step34 has S1 try to stop the close of 2027-01: first alone, then with S2.
func step34(ctx context.Context, s *stage) error {
	s.chapter("34", "S1 tries to stop the close: alone, and then together with S2")
	if err := s.alone(ctx); err != nil {
		return err
	}
	if err := s.together(ctx); err != nil {
		return err
	}
	lot, err := s.issue(ctx, "D", "DP", "li:500:2027-06-30")
	if err != nil {
		return err
	}
	var held receipt
	if err := s.tally(ctx, "M", &held, "points", "hold", "--member", "li", "--lot", lot+".0:500", "--for",
		"1h"); err != nil {
		return err
	}
	if err := s.tally(ctx, "M", nil, "points", "capture", held.Number); err != nil {
		return err
	}
	return s.closedInTime(ctx)
}

// alone has S1 say that others deposited with it.
func (s *stage) alone(ctx context.Context) error {
	for _, try := range []struct{ what, yuan, want string }{
		{"S1 says that G deposited 2⁵³−1 fen with it", "90071992547409.91", "LIMIT"},
		{"S1 says that G deposited ten billion yuan with it", "10000000000", "NOT_FOUND"},
	} {
		code, err := codeOf(
			s.tally(ctx, "S1", nil, "payment", "prefund", "G", "--amount", try.yuan, "--reference", "S1-1"))
		if err != nil {
			return err
		}
		s.figure(try.what, try.want, code)
	}
	return nil
}

// together has S1 and S2 agree on the largest deposits that there are, in two lanes.
func (s *stage) together(ctx context.Context) error {
	const deposits = 50
	s1, err := s.lanesOf(ctx, "S1", "20-21")
	if err != nil {
		return err
	}
	defer s1.Close()
	s2, err := s.lanesOf(ctx, "S2", "20-21")
	if err != nil {
		return err
	}
	defer s2.Close()
	var says, counts []command.Request
	for i := range deposits {
		reference := fmt.Sprintf("S1-S2-%d", i)
		says = append(says, settlement.DepositRequest{Holder: "S1", Fen: settlement.MaxDeposit, Reference: reference})
		counts = append(counts, settlement.PrefundRequest{
			Debtor: "S2", Fen: settlement.MaxDeposit, Reference: reference,
		})
	}
	if _, err := all(ctx, s2, says); err != nil {
		return err
	}
	_, err = all(ctx, s1, counts)
	s.note("S2 says that it deposited ten billion yuan with S1, %d times; S1 counts them", deposits)
	return err
}

// all sends commands in batches, in the lanes that are free, and answers their numbers.
func all(ctx context.Context, g *gateway.Gateway, reqs []command.Request) (numbers []number.Command, err error) {
	for part := range slices.Chunk(reqs, command.MaxCommands) {
		commands := make([]command.Command, len(part))
		for i, req := range part {
			commands[i] = command.New("", req)
		}
		result, err := g.Run(ctx, "", commands)
		if err != nil {
			return nil, err
		}
		receipts, refusals := result.Receipts(g.Party(), commands)
		for i, one := range receipts {
			if refusals[i] != nil {
				return nil, refusals[i]
			}
			numbers = append(numbers, one.Number)
		}
	}
	return numbers, nil
}

// closedInTime closes 2027-01. S1 signs nonsense, S2 nothing; the others sign and are paid on their day.
func (s *stage) closedInTime(ctx context.Context) error {
	if err := s.moveDate(ctx, "2027-01-31"); err != nil {
		return err
	}
	if err := s.tally(ctx, "G", nil, "cycle", "close", "--next", "2027-02"); err != nil {
		return err
	}
	if err := s.signAll(ctx, "2027-01", "D", "M"); err != nil {
		return err
	}
	for _, day := range []string{"2027-02-01", "2027-02-02", "2027-02-03",
		"2027-02-04"} { // each counts: silence can't be jumped over
		if err := s.tally(ctx, "G", nil, "cycle", "advance", day); err != nil {
			return err
		}
	}
	if err := s.tally(ctx, "G", nil, "cycle", "finalise", "2027-01", "--carry"); err != nil {
		return err
	}
	c, err := s.cycle(ctx, "2027-01")
	if err != nil {
		return err
	}
	states := map[string]string{}
	for _, one := range c.Statements {
		states[one.A+" "+one.B] = one.State
	}
	s.figure("the statement of D and M", "AGREED", states["D M"])
	s.figure("the statement of S1 and S2, which nobody signed", "CARRIED", states["S1 S2"])
	return s.paidInTime(ctx, c)
}

// paidInTime has D's bank pay M, and M's bank tell it.
func (s *stage) paidInTime(ctx context.Context, c closed) error {
	s.figure("payments of 2027-01", 1, len(c.Paid))
	s.figure("D pays M, fen", 500, c.Paid[0].Fen)
	book := filepath.Join(s.scratch, "accounts.yaml")
	if err := s.tally(ctx, "D", nil, "payment", "instruct", "--cycle", "2027-01", "--accounts", book, "--out",
		s.order("D-2027-01")); err != nil {
		return err
	}
	sent, err := os.ReadFile(s.order("D-2027-01"))
	if err != nil {
		return err
	}
	told, err := bank.Answer(sent, bank.Plan{
		At: time.Date(2027, 2, 5, 9, 0, 0, 0, time.UTC), Day: time.Date(2027, 2, 5, 0, 0, 0, 0, time.UTC),
		Account: accountOf["M"],
	})
	if err != nil {
		return err
	}
	file := filepath.Join(s.scratch, "camt054-M-2027-01.xml")
	if err := os.WriteFile(file, told, 0o600); err != nil {
		return err
	}
	if err := s.tally(ctx, "M", nil, "payment", "advise", file, "--cycle", "2027-01", "--accounts", book); err != nil {
		return err
	}
	if c, err = s.cycle(ctx, "2027-01"); err != nil {
		return err
	}
	s.figure("the cycle, once it came in", "SETTLED", c.State)
	return nil
}

// step38 redeems 1,000 points one by one at M, and in one go at D, at 0.51 fen each.
func step38(ctx context.Context, s *stage) error {
	s.chapter("38", "A member redeems 1,000 points one by one, another in one go, at 0.51 fen")
	if err := s.tally(ctx, "F", nil, "programme", "open", "QP", "--en", "Quarter points", "--zh", "季度积分",
		"--point-price", "0.0051"); err != nil {
		return err
	}
	for home, member := range map[string]string{"M": "one-by-one", "D": "in-one-go"} {
		if err := s.tally(ctx, home, nil, "member", "enrol", member); err != nil {
			return err
		}
		lot, err := s.issue(ctx, "F", "QP", member+":1000:2027-12-31")
		if err != nil {
			return err
		}
		at, err := number.ParseRow(lot + ".0")
		if err != nil {
			return err
		}
		parts := 1
		if home == "M" {
			parts = 1000
		}
		if err := s.redeemed(ctx, home, member, at, parts); err != nil {
			return err
		}
	}
	if err := s.moveDate(ctx, "2027-02-28"); err != nil {
		return err
	}
	if err := s.tally(ctx, "G", nil, "cycle", "close", "--next", "2027-03"); err != nil {
		return err
	}
	for _, party := range []string{"M", "D"} {
		var owed struct {
			Total struct {
				Lines int `json:"lines"`
				Owes  struct {
					AB int64 `json:"aOwesB"`
					BA int64 `json:"bOwesA"`
				} `json:"owes"`
			} `json:"total"`
		}
		if err := s.tally(ctx, party, &owed, "statement", "show", "--with", "F", "--cycle", "2027-02"); err != nil {
			return err
		}
		s.figure(fmt.Sprintf("F owes %s for 1,000 points, by %d lines, fen", party, owed.Total.Lines), 510,
			owed.Total.Owes.AB+owed.Total.Owes.BA)
	}
	return nil
}

// redeemed has a member's home redeem 1,000 points of a lot in so many parts, by two lanes.
func (s *stage) redeemed(ctx context.Context, home, member string, lot number.Row, parts int) error {
	g, err := s.lanesOf(ctx, home, "24-25")
	if err != nil {
		return err
	}
	defer g.Close()
	var holds, captures []command.Request
	each := amount.Units(1000 / parts)
	for range parts {
		holds = append(holds, points.HoldRequest{
			Member: member, Pieces: []spend.Take{{Lot: lot, Amount: each}}, Deadline: time.Now().Add(time.Hour).Unix(),
		})
	}
	held, err := all(ctx, g, holds)
	if err != nil {
		return err
	}
	for _, hold := range held {
		captures = append(captures, points.CaptureRequest{Hold: hold, Amount: each})
	}
	_, err = all(ctx, g, captures)
	return err
}
