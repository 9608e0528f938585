package main

import (
	"context"
	"fmt"
	"strings"
)

func step4(ctx context.Context, s *stage) error {
	s.chapter("4", "A joint campaign, G 60 and D 40: Li gets 3,000 points")
	if err := s.tally(ctx, "G", nil, "campaign", "propose", "double11", "--en", "Double 11", "--zh", "双十一",
		"--programme", "GP", "--bonus", "3000", "--expires", "2027-03-31",
		"--split", "G:60", "--split", "D:40", "--budget", "90", "--from", "2026-11-01", "--until",
		"2026-11-30"); err != nil {
		return err
	}
	award := func(member, reference string, answer any) error {
		return s.tally(ctx, "G", answer, "campaign", "award", "double11", "--member", member, "--bought", "168",
			"--reference", reference)
	}
	early, err := codeOf(award("li", "r-000123", nil))
	if err != nil {
		return err
	}
	s.figure("before D has agreed", "WRONG_STATE", early)
	if err := s.tally(ctx, "D", nil, "campaign", "agree", "double11", "--cap", "15"); err != nil {
		return err
	}
	var r receipt
	if err := award("li", "r-000123", &r); err != nil {
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
	return s.budget(ctx, award)
}

// budget shows what the campaign has left, and that neither a purchase counts twice
// nor a cap is passed.
func (s *stage) budget(ctx context.Context, award func(member, reference string, answer any) error) error {
	var left struct {
		Left     int64            `json:"left"`
		LeftCaps map[string]int64 `json:"leftCaps"`
	}
	if err := s.tally(ctx, "D", &left, "campaign", "show", "double11"); err != nil {
		return err
	}
	s.figure("left of the budget of 9,000 fen", 6000, left.Left)
	s.figure("left of D's cap of 1,500 fen", 300, left.LeftCaps["D"])
	again, err := codeOf(award("li", "r-000123", nil))
	if err != nil {
		return err
	}
	s.figure("the same purchase once more", "CONFLICT", again)
	past, err := codeOf(award("zhang", "r-000124", nil))
	if err != nil {
		return err
	}
	s.figure("an award past D's cap", "QUOTA", past)
	return nil
}

// results shows what became of the campaign once Li has spent its points.
func (s *stage) results(ctx context.Context) error {
	type spent struct {
		Party  string `json:"party"`
		Points int64  `json:"points"`
		Fen    int64  `json:"fen"`
		Worth  int64  `json:"worth"`
	}
	var r struct {
		Funders    []spent `json:"funders"`
		Redeemed   []spent `json:"redeemed"`
		Repurchase struct {
			Members int   `json:"members"`
			Times   int   `json:"times"`
			Points  int64 `json:"points"`
		} `json:"repurchase"`
	}
	if err := s.tally(ctx, "G", &r, "campaign", "results", "double11"); err != nil {
		return err
	}
	var borne, where []string
	for _, f := range r.Funders {
		borne = append(borne, fmt.Sprintf("%s %s", f.Party, show(f.Worth)))
	}
	for _, at := range r.Redeemed {
		where = append(where, fmt.Sprintf("%s %s", at.Party, show(at.Points)))
	}
	s.figure("of the campaign's points, redeemed at", "M 3,000", strings.Join(where, ", "))
	s.figure("borne by, fen", "G 1,800, D 1,200", strings.Join(borne, ", "))
	s.figure("repurchase elsewhere", "1 member, 1 time, 10,800",
		fmt.Sprintf("%d member, %d time, %s", r.Repurchase.Members, r.Repurchase.Times, show(r.Repurchase.Points)))
	return nil
}

// publish has the one issuer publish a rate into its programme and the other agree.
func (s *stage) publish(ctx context.Context, into, from, to, owner, rate string, more ...string) error {
	args := append(
		[]string{"rate", "publish", from, to, "--rate", rate, "--from", "2026-11-01", "--until", "2027-12-31"}, more...)
	if err := s.tally(ctx, into, nil, args...); err != nil {
		return err
	}
	var read struct {
		Terms string `json:"terms"`
	}
	if err := s.tally(ctx, owner, &read, "rate", "show", from, to); err != nil {
		return err
	}
	return s.tally(ctx, owner, nil, "rate", "agree", from, to, "--terms", read.Terms)
}

// convert converts a member's points at G, with its home's authorisation.
func (s *stage) convert(ctx context.Context, home, member, from string) error {
	a, err := s.authorised(ctx, home, member, "G", from)
	if err != nil {
		return err
	}
	return s.tally(ctx, "G", nil, "points", "convert", "--member", member, "--take", from, "--into", "GP",
		"--authorisation", a.Number, "--code", a.Code)
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
	s.chapter("23",
		"The bank's points are connected: a member converts 25,003 BP, five for one, at most 5,000 GP a day")
	if err := s.tally(ctx, "G", nil, "party", "register", "B", "--en", "Bank", "--zh", "银行", "--roles",
		"issuer,finance"); err != nil {
		return err
	}
	if err := s.tally(ctx, "G", nil, "party", "amend", "B", "--roles", "issuer,finance", "--debit", "100"); err != nil {
		return err
	}
	if err := s.tally(ctx, "B", nil, "model", "agree", "alliance"); err != nil {
		return err
	}
	if err := s.tally(ctx, "B", nil, "programme", "open", "BP", "--en", "Bank points", "--zh", "银行积分", "--point-price",
		"0.002"); err != nil {
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
	if _, err := s.issue(ctx, "B", "BP", "chen:25003:2027-12-31", "chen:100:2028-12-31", "sun:25000:2027-12-31",
		"zhao:25000:2027-12-31"); err != nil {
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
