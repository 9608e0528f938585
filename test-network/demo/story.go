package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// story is the steps, in the order of their telling.
var story = []func(context.Context, *stage) error{
	founding, members, step1, step2, step3, step4, step5, step6, step7, catalogue, step8, step9, step10, step13, step14,
	step15, step16, step17, step19, step20, step28, step21, step23, step24, step25, step26, audiences, proofs, files,
	liabilities, step27,
	picture, step29, step30,
}

// enemies are played when the month is over: members that try what they shouldn't.
var enemies = []func(context.Context, *stage) error{step33, step34, step35, step36, step37, step38, step39, step40}

// answers of tally, as far as the story reads them.
type (
	receipt struct {
		Number    string `json:"number"`
		Duplicate bool   `json:"duplicate"`
		Code      string `json:"code"` // one-time, where the command made one
	}
	lot struct {
		Number      string `json:"number"`
		Programme   string `json:"programme"`
		Funder      string `json:"funder"`
		Issued      int64  `json:"issued"`
		Placed      int64  `json:"placed"`
		Transferred int64  `json:"transferred"`
		Converted   int64  `json:"converted"`
		Expired     int64  `json:"expired"`
		Revoked     int64  `json:"revoked"`
		Expires     string `json:"expires"`
		State       string `json:"state"`
		Origin      string `json:"origin"`
	}
	wallet struct {
		Lots []lot `json:"lots"`
	}
)

func (l lot) left() int64 {
	return l.Issued - l.Placed - l.Transferred - l.Converted - l.Expired - l.Revoked
}

// show writes a lot as the story does: "1,860 DP until 2026-12-31".
func (l lot) show() string {
	return fmt.Sprintf("%s %s until %s", show(l.left()), l.Programme, l.Expires)
}

func (w wallet) find(programme, expires string) string {
	for _, l := range w.Lots {
		if l.Programme == programme && l.Expires == expires {
			return l.show()
		}
	}
	return "none"
}

// available sums up what can be spent of a programme.
func (w wallet) available(programme string) (sum int64) {
	for _, l := range w.Lots {
		if l.Programme == programme && l.State == "ACTIVE" {
			sum += l.left()
		}
	}
	return sum
}

func founding(ctx context.Context, s *stage) error {
	s.chapter("", "The alliance is founded: the operator admits the parties, issuers open their programmes")
	if err := s.tally(ctx, "G", nil, "consortium", "found", "alliance", "--en", "Group", "--zh", "集团", "--roles",
		"issuer,acceptor",
		"--cycle", "2026-11", "--date", "2026-10-31", "--test"); err != nil {
		return err
	}
	for _, p := range [][]string{
		{"D", "--en", "Dealer", "--zh", "经销商", "--roles", "issuer,acceptor"},
		{"F", "--en", "Finance", "--zh", "金融", "--roles", "issuer,finance"},
		{"M", "--en", "Mobility", "--zh", "出行", "--roles", "issuer,acceptor"},
		{"S1", "--en", "Car care", "--zh", "养护供应商", "--roles", "supplier"},
		{"S2", "--en", "Parts", "--zh", "配件供应商", "--roles", "supplier"},
		{"A", "--en", "Auditor", "--zh", "审计", "--roles", "auditor"},
	} {
		if err := s.tally(ctx, "G", nil, append([]string{"party", "register"}, p...)...); err != nil {
			return err
		}
	}
	for _, p := range []string{"G", "D", "F"} {
		if err := s.tally(ctx, p, nil, "party", "begin-peer"); err != nil {
			return err
		}
	}
	for _, p := range [][]string{
		{"G", "GP", "--en", "Group points", "--zh", "集团积分", "--point-price", "0.01"},
		{"D", "DP", "--en", "Dealer points", "--zh", "经销商积分", "--point-price", "0.01"},
		{"F", "FP", "--en", "Finance points", "--zh", "金融积分", "--point-price", "0.008"},
		{"M", "MP", "--en", "Mobility points", "--zh", "出行积分", "--point-price", "0.005"},
	} {
		if err := s.tally(ctx, p[0], nil, append([]string{"programme", "open"}, p[1:]...)...); err != nil {
			return err
		}
	}
	var parties, programmes struct {
		Rows []any `json:"rows"`
	}
	if err := s.tally(ctx, "A", &parties, "party", "list"); err != nil {
		return err
	}
	if err := s.tally(ctx, "A", &programmes, "programme", "list"); err != nil {
		return err
	}
	s.figure("parties, as the auditor sees them", 7, len(parties.Rows))
	s.figure("programmes", 4, len(programmes.Rows))
	return s.agreeOnModel(ctx)
}

// issue issues lots, each member:amount:expires, and answers the number.
func (s *stage) issue(ctx context.Context, as, programme string, grants ...string) (string, error) {
	args := []string{"points", "issue", "--programme", programme}
	for _, g := range grants {
		args = append(args, "--grant", g)
	}
	var r receipt
	err := s.tally(ctx, as, &r, args...)
	return r.Number, err
}

func (s *stage) wallet(ctx context.Context, as, member string) (w wallet, err error) {
	return w, s.tally(ctx, as, &w, "points", "wallet", member)
}

func step1(ctx context.Context, s *stage) error {
	s.chapter("1", "G issues Zhang 20,000 GP on a ¥168,000 car, pending until the handover")
	number, err := s.issue(ctx, "G", "GP", "zhang:20000:2027-12-31:D")
	if err != nil {
		return err
	}
	w, err := s.wallet(ctx, "G", "zhang")
	if err != nil {
		return err
	}
	s.figure("the lot before the handover", "PENDING", w.Lots[0].State)
	handover := filepath.Join(s.scratch, "handover.txt")
	if err := os.WriteFile(handover, []byte("车辆交接单 handover of the car\n"), 0o600); err != nil {
		return err
	}
	if err := s.tally(ctx, "D", nil, "points", "activate", number+".0", "--evidence", handover); err != nil {
		return err
	}
	if w, err = s.wallet(ctx, "D", "zhang"); err != nil {
		return err
	}
	s.figure("the lot after D's evidence, as D sees it", "ACTIVE", w.Lots[0].State)
	s.figure("Zhang", "20,000 GP until 2027-12-31", w.find("GP", "2027-12-31"))
	var books struct {
		Liability int64 `json:"liability"`
	}
	if err := s.tally(ctx, "G", &books, "points", "liability", number+".0", "--sale", "168000", "--share",
		"0.85"); err != nil {
		return err
	}
	s.figure("contract liability at 85 % expected redemption, fen", 16983, books.Liability)
	return nil
}

func step2(ctx context.Context, s *stage) error {
	s.chapter("2", "D, F and M issue to Zhang, each in its own name")
	for _, i := range [][3]string{{"D", "DP", "zhang:1860:2026-12-31"}, {"F", "FP", "zhang:8400:2027-06-30"},
		{"M", "MP", "zhang:800:2026-11-30"}} {
		if _, err := s.issue(ctx, i[0], i[1], i[2]); err != nil {
			return err
		}
	}
	w, err := s.wallet(ctx, "F", "zhang")
	if err != nil {
		return err
	}
	s.figure("Zhang's lots", 4, len(w.Lots))
	s.figure("of D", "1,860 DP until 2026-12-31", w.find("DP", "2026-12-31"))
	s.figure("of F", "8,400 FP until 2027-06-30", w.find("FP", "2027-06-30"))
	s.figure("of M", "800 MP until 2026-11-30", w.find("MP", "2026-11-30"))
	return nil
}

func step3(ctx context.Context, s *stage) error {
	s.chapter("3", "G and M issue to Li")
	if _, err := s.issue(ctx, "G", "GP", "li:5000:2027-12-31"); err != nil {
		return err
	}
	if _, err := s.issue(ctx, "M", "MP", "li:6301:2026-12-31"); err != nil {
		return err
	}
	w, err := s.wallet(ctx, "M", "li")
	if err != nil {
		return err
	}
	s.figure("Li's lots", 2, len(w.Lots))
	s.figure("of G", "5,000 GP until 2027-12-31", w.find("GP", "2027-12-31"))
	s.figure("of M", "6,301 MP until 2026-12-31", w.find("MP", "2026-12-31"))
	return nil
}

func step5(ctx context.Context, s *stage) error {
	s.chapter("5", "D issues Wang two lots in one command")
	if _, err := s.issue(ctx, "D", "DP", "wang:500:2026-11-30", "wang:2000:2027-05-31"); err != nil {
		return err
	}
	w, err := s.wallet(ctx, "D", "wang")
	if err != nil {
		return err
	}
	s.figure("Wang's lots", 2, len(w.Lots))
	s.figure("the first", "500 DP until 2026-11-30", w.find("DP", "2026-11-30"))
	s.figure("the second", "2,000 DP until 2027-05-31", w.find("DP", "2027-05-31"))
	return nil
}

// awaitRequest waits until the ledger knows a party's request.
func (s *stage) awaitRequest(ctx context.Context, party, id string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := s.tally(ctx, party, nil, "query", "request", party, id)
		if code, other := codeOf(err); other != nil || code == "done" {
			return other
		} else if !strings.HasPrefix(code, "NOT_FOUND") {
			return err
		}
	}
}
