package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"tallystick/test-network/bank"
)

// agreeOnModel has the parties agree on how they settle, before anything is owed.
func (s *stage) agreeOnModel(ctx context.Context) error {
	if err := s.tally(ctx, "G", nil, "model", "propose", "alliance", "--multilateral", "D,F,G,M,S1,S2", "--delay-days",
		"3", "--tax", "6/100", "--from", "2026-11-01"); err != nil {
		return err
	}
	for _, party := range []string{"D", "F", "M", "S1", "S2"} {
		if err := s.tally(ctx, party, nil, "model", "agree", "alliance"); err != nil {
			return err
		}
	}
	return s.tally(ctx, "G", nil, "cycle", "advance", "2026-11-01")
}

// moveDate moves the business date by more than a week, which another party confirms.
func (s *stage) moveDate(ctx context.Context, to string) error {
	if err := s.tally(ctx, "D", nil, "cycle", "confirm", to); err != nil {
		return err
	}
	return s.tally(ctx, "G", nil, "cycle", "advance", to)
}

// closed is a closed cycle, as tally shows it.
type closed struct {
	State      string `json:"state"`
	Root       string `json:"root"`
	Statements []struct {
		A     string `json:"a"`
		B     string `json:"b"`
		State string `json:"state"`
	} `json:"statements"`
	Netting struct {
		Gross int64 `json:"gross"`
		Lines int   `json:"lines"`
		Nets  []struct {
			Debtor   string `json:"debtor"`
			Creditor string `json:"creditor"`
			Fen      int64  `json:"fen"`
		} `json:"nets"`
		Parties []struct {
			Party    string `json:"party"`
			Pays     int64  `json:"pays"`
			Receives int64  `json:"receives"`
		} `json:"parties"`
	} `json:"netting"`
	Paid []payment `json:"paid"`
}

type payment struct {
	N        int    `json:"n"`
	Debtor   string `json:"debtor"`
	Creditor string `json:"creditor"`
	Fen      int64  `json:"fen"`
	State    string `json:"state"`
	Received int64  `json:"received"`
}

func (s *stage) cycle(ctx context.Context, id string) (c closed, err error) {
	return c, s.tally(ctx, "A", &c, "cycle", "show", id)
}

// nets lists what each two owe each other once both directions are set off.
func (c closed) nets() string {
	var list []string
	for _, n := range c.Netting.Nets {
		list = append(list, fmt.Sprintf("%s→%s %s", n.Debtor, n.Creditor, show(n.Fen)))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// stands lists who pays and who receives how much in all.
func (c closed) stands() (pay, receive string, paid, received int64) {
	var payers, receivers []string
	for _, p := range c.Netting.Parties {
		net := p.Pays - p.Receives
		switch {
		case net > 0:
			payers, paid = append(payers, fmt.Sprintf("%s %s", p.Party, show(net))), paid+net
		case net < 0:
			receivers, received = append(receivers, fmt.Sprintf("%s %s", p.Party, show(-net))), received-net
		}
	}
	return strings.Join(payers, ", "), strings.Join(receivers, ", "), paid, received
}

// checked is what a party's node derives of a cycle from its own blocks.
type checked struct {
	Root  string `json:"root"`
	Count int    `json:"count"`
	Fen   int64  `json:"fen"`
}

func step15(ctx context.Context, s *stage) error {
	s.chapter("15", "Cut-off: the cycle is fenced and added up, hidden supply is opened")
	if err := s.tally(ctx, "G", nil, "cycle", "close", "--next", "2026-12"); err != nil {
		return err
	}
	for _, party := range []string{"D", "G"} {
		if err := s.tally(ctx, party, nil, "statement", "open", "--cycle", "2026-11"); err != nil {
			return err
		}
	}
	roots := map[string]bool{}
	var one checked
	for _, party := range []string{"G", "D", "F", "M", "A"} {
		if err := s.tally(ctx, party, &one, "statement", "check", "--cycle", "2026-11"); err != nil {
			return err
		}
		roots[one.Root] = true
	}
	s.figure("obligations", 14, one.Count)
	s.figure("gross, fen", 72910, one.Fen)
	s.figure("different roots of five parties' nodes", 1, len(roots))
	c, err := s.cycle(ctx, "2026-11")
	if err != nil {
		return err
	}
	s.figure("the ledger's root is theirs", true, roots[c.Root])
	return nil
}

// dispute is the number of step 16's, for step 21.
var dispute string

func step16(ctx context.Context, s *stage) error {
	s.chapter("16", "D disputes the campaign's 1,200 that it owes M")
	var shown struct {
		Lines []struct {
			ID       string `json:"id"`
			Fen      int64  `json:"fen"`
			Disputed bool   `json:"disputed"`
		} `json:"lines"`
	}
	if err := s.tally(ctx, "D", &shown, "statement", "show", "--with", "M", "--cycle", "2026-11"); err != nil {
		return err
	}
	s.figure("lines between D and M", 1, len(shown.Lines))
	letter := filepath.Join(s.scratch, "letter.txt")
	if err := os.WriteFile(letter, []byte("活动成本应由 G 分担 the campaign was to cost D less\n"), 0o600); err != nil {
		return err
	}
	var raised receipt
	if err := s.tally(ctx, "D", &raised, "dispute", "raise", "--cycle", "2026-11", "--with", "M", "--line",
		shown.Lines[0].ID, "--reason", "campaign_share", "--evidence", letter); err != nil {
		return err
	}
	dispute = raised.Number
	if err := s.tally(ctx, "M", &shown, "statement", "show", "--with", "D", "--cycle", "2026-11"); err != nil {
		return err
	}
	s.figure("carved out, as M sees it: fen, disputed", "1,200 true",
		fmt.Sprintf("%s %v", show(shown.Lines[0].Fen), shown.Lines[0].Disputed))
	return nil
}

func step17(ctx context.Context, s *stage) error {
	s.chapter("17",
		"Each node recomputes its statements from its own blocks and signs their roots; what stands is netted")
	if err := s.signAll(ctx, "2026-11", "G", "D", "F", "M", "S1", "S2"); err != nil {
		return err
	}
	c, err := s.cycle(ctx, "2026-11")
	if err != nil {
		return err
	}
	agreed := 0
	for _, p := range c.Statements {
		if p.State == "AGREED" {
			agreed++
		}
	}
	s.figure("statements that both sides signed", 7, agreed)
	if err := s.tally(ctx, "G", nil, "cycle", "finalise", "2026-11"); err != nil {
		return err
	}
	if c, err = s.cycle(ctx, "2026-11"); err != nil {
		return err
	}
	s.figure("obligations that stand", 13, c.Netting.Lines)
	s.figure("gross, fen", 71710, c.Netting.Gross)
	s.figure("net", "D→S1 26,800, F→D 6,720, G→D 19,100, G→M 6,342, G→S2 772, S1→G 268", c.nets())
	sum := int64(0)
	for _, n := range c.Netting.Nets {
		sum += n.Fen
	}
	s.figure("sum", 60002, sum)
	return s.step18(c)
}

func (s *stage) step18(c closed) error {
	s.chapter("18", "Multilateral, as all have agreed")
	pay, receive, paid, received := c.stands()
	s.figure("pay", "D 980, F 6,720, G 25,946", pay)
	s.figure("receive", "M 6,342, S1 26,532, S2 772", receive)
	s.figure("each side", "33,646 33,646", show(paid)+" "+show(received))
	s.figure("less than gross by, %",
		"53.1", fmt.Sprintf("%.1f", 100*float64(c.Netting.Gross-paid)/float64(c.Netting.Gross)))
	s.flows(c)
	return nil
}

// flows draws who pays whom.
func (s *stage) flows(c closed) {
	most := int64(1)
	for _, p := range c.Paid {
		most = max(most, p.Fen)
	}
	for _, p := range c.Paid {
		fmt.Fprintf(s.out, "     %-2s ──▶ %-2s %8s  %s\n",
			p.Debtor, p.Creditor, show(p.Fen), strings.Repeat("█", max(1, int(30*p.Fen/most))))
	}
}

func (s *stage) signAll(ctx context.Context, cycle string, parties ...string) error {
	for _, party := range parties {
		if err := s.tally(ctx, party, nil, "statement", "sign", "--cycle", cycle); err != nil {
			return err
		}
	}
	return nil
}

// accounts are whose account is where. They stand in the parties' own files, never on the ledger.
const accounts = `parties:
  - {party: G, name: 集团有限公司, account: "1001000000000001", bic: ICBKCNBJ}
  - {party: D, name: 经销商有限公司, account: "1001000000000002", bic: ICBKCNBJ}
  - {party: F, name: 汽车金融有限公司, account: "1001000000000003", bic: ICBKCNBJ}
  - {party: M, name: 出行科技有限公司, account: "1001000000000004", bic: ICBKCNBJ}
  - {party: S1, name: 养护用品有限公司, account: "1001000000000005", bic: ICBKCNBJ}
  - {party: S2, name: 配件有限公司, account: "1001000000000006", bic: ICBKCNBJ}
  - {party: B, name: 银行, account: "1001000000000007", bic: ICBKCNBJ}
`

var accountOf = map[string]string{
	"G": "1001000000000001", "D": "1001000000000002", "F": "1001000000000003", "M": "1001000000000004",
	"S1": "1001000000000005", "S2": "1001000000000006",
}

func step19(ctx context.Context, s *stage) error {
	s.chapter("19", "Payments: pain.001 to the banks, camt.054 back")
	book := filepath.Join(s.scratch, "accounts.yaml")
	if err := os.WriteFile(book, []byte(accounts), 0o600); err != nil {
		return err
	}
	c, err := s.cycle(ctx, "2026-11")
	if err != nil {
		return err
	}
	for _, debtor := range []string{"D", "F", "G"} {
		if err := s.tally(ctx, debtor, nil, "payment", "instruct", "--cycle", "2026-11", "--accounts", book, "--out",
			s.order(debtor)); err != nil {
			return err
		}
	}
	if c, err = s.cycle(ctx, "2026-11"); err != nil {
		return err
	}
	s.figure("the cycle, once all is instructed", "INSTRUCTED", c.State)
	wrong := slices.MaxFunc(c.Paid, func(p, q payment) int { return int(p.Fen - q.Fen) })
	if err := s.notices(ctx, c, map[string][]string{endToEnd("2026-11", wrong): {yuan(wrong.Fen - 1)}}); err != nil {
		return err
	}
	if c, err = s.cycle(ctx, "2026-11"); err != nil {
		return err
	}
	s.figure("after a notice that is a fen short", "PART_SETTLED", c.State)
	if err := s.notices(ctx, c,
		map[string][]string{endToEnd("2026-11", wrong): {yuan(wrong.Fen - 1), yuan(1)}}); err != nil {
		return err
	}
	if c, err = s.cycle(ctx, "2026-11"); err != nil {
		return err
	}
	s.figure("after the rest came in", "SETTLED", c.State)
	return nil
}

// order is where a debtor's message to its bank is.
func (s *stage) order(debtor string) string {
	return filepath.Join(s.scratch, "pain001-"+debtor+".xml")
}

func endToEnd(cycle string, p payment) string { return fmt.Sprintf("%s-%d", cycle, p.N) }

// atBank is a payment's name in a message to a bank: with the ledger's mark behind it; "" if it isn't in it.
func atBank(sent []byte, id string) string {
	return string(regexp.MustCompile(regexp.QuoteMeta(id) + "-[A-Z2-7]{8}").Find(sent))
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// notices has the debtors' banks tell each creditor what came in, and the creditors match it.
func (s *stage) notices(ctx context.Context, c closed, books map[string][]string) error {
	for _, p := range c.Paid {
		sent, err := os.ReadFile(s.order(p.Debtor))
		if err != nil {
			return err
		}
		here := map[string][]string{}
		for id, parts := range books {
			if full := atBank(sent, id); full != "" {
				here[full] = parts
			}
		}
		told, err := bank.Answer(sent, bank.Plan{
			At: time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC), Day: time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC),
			Account: accountOf[p.Creditor], Books: here,
		})
		if err != nil {
			return err
		}
		file := filepath.Join(s.scratch, fmt.Sprintf("camt054-%s-%s.xml", p.Creditor, p.Debtor))
		if err := os.WriteFile(file, told, 0o600); err != nil {
			return err
		}
		if err := s.tally(ctx, p.Creditor, nil, "payment", "advise", file, "--cycle", "2026-11", "--accounts",
			filepath.Join(s.scratch, "accounts.yaml")); err != nil {
			return err
		}
	}
	return nil
}

func step20(ctx context.Context, s *stage) error {
	s.chapter("20", "What is still owed to members")
	o, err := s.owes(ctx)
	if err != nil {
		return err
	}
	for _, want := range []struct {
		programme string
		points    int64
	}{{"GP", 350}, {"DP", 1600}, {"FP", 0}, {"MP", 1}} {
		s.figure("outstanding "+want.programme, want.points, o.outstanding(want.programme))
	}
	s.figure("1 MP is worth, fen", "1/2", o.worth("MP"))
	return nil
}

func step21(ctx context.Context, s *stage) error {
	s.chapter("21", "The dispute is ruled: 1,000 on D, 200 on G")
	before, err := s.owes(ctx)
	if err != nil {
		return err
	}
	paper := filepath.Join(s.scratch, "letter.txt")
	for _, step := range [][]string{
		{"M", "dispute", "reject", dispute, "--evidence", paper},
		{"D", "dispute", "escalate", dispute},
		{"G", "dispute", "rule", dispute, "--part", "D:M:10", "--part", "G:M:2", "--evidence", paper},
	} {
		if err := s.tally(ctx, step[0], nil, step[1:]...); err != nil {
			return err
		}
	}
	after, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.figure("D owes M in 2026-12, fen", 1000, after.fen("D", "M")-before.fen("D", "M"))
	s.figure("G owes M in 2026-12, fen", 200, after.fen("G", "M")-before.fen("G", "M"))
	var original struct {
		Lines []struct {
			Fen int64 `json:"fen"`
		} `json:"lines"`
	}
	if err := s.tally(ctx, "M", &original, "statement", "show", "--with", "D", "--cycle", "2026-11"); err != nil {
		return err
	}
	s.figure("the line of 2026-11, untouched, fen", 1200, original.Lines[0].Fen)
	return nil
}

func step25(ctx context.Context, s *stage) error {
	s.chapter("25", "The second cycle is closed")
	if err := s.moveDate(ctx, "2026-12-31"); err != nil {
		return err
	}
	if err := s.tally(ctx, "G", nil, "cycle", "close", "--next", "2027-01"); err != nil {
		return err
	}
	if err := s.signAll(ctx, "2026-12", "G", "D", "M", "B"); err != nil {
		return err
	}
	if err := s.tally(ctx, "G", nil, "cycle", "finalise", "2026-12"); err != nil {
		return err
	}
	c, err := s.cycle(ctx, "2026-12")
	if err != nil {
		return err
	}
	pay, receive, _, _ := c.stands()
	s.figure("gross, fen", 11200, c.Netting.Gross)
	s.figure("pay", "B 10,000, D 1,000", pay)
	s.figure("receive", "G 9,800, M 1,200", receive)
	s.flows(c)
	return nil
}
