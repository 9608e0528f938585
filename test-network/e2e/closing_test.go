//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/block"
	"tallystick/client/iso20022"
	"tallystick/test-network/bank"
)

// closing is a cycle of a test's own, and the one that opens when it is closed.
type closing struct {
	id, next string
	scratch  string // for what banks are told and tell
}

// ourCycle opens a cycle of the test's own: whatever others owe is in the one before.
func ourCycle(t *testing.T) closing {
	t.Helper()
	agreeOnNetting(t)
	c := closing{fresh("c"), fresh("c"), t.TempDir()}
	desk("G").do(t, nil, "cycle", "cut-off", "--next", c.id)
	return c
}

// netting is the model by which all settle multilaterally, from the first test on that closes a cycle.
const netting = "e2e-netting"

// agreeOnNetting has all agree to it, and moves the business date to its first day.
func agreeOnNetting(t *testing.T) {
	t.Helper()
	var book struct {
		Rows []struct {
			ID string `json:"id"`
		} `json:"rows"`
	}
	desk("G").do(t, &book, "model", "list")
	for _, m := range book.Rows {
		if m.ID == netting {
			return
		}
	}
	tomorrow := advanced(t, 0) + 1
	desk("G").do(t, nil, "model", "propose", netting, "--multilateral", "D,F,G,M,S1", "--delay-days", "3", "--tax",
		"6/100", "--from", tomorrow.String())
	for _, party := range []desk{"D", "F", "M", "S1"} {
		party.do(t, nil, "model", "agree", netting)
	}
	advanced(t, 1)
}

// advanced moves the business date on by so many days, and answers it.
func advanced(t *testing.T, days int) date.Date {
	t.Helper()
	var open settlement.Cycle
	desk("G").do(t, &open, "cycle", "show")
	if days == 0 {
		return open.Date
	}
	to := open.Date + date.Date(days)
	desk("G").do(t, nil, "cycle", "advance", to.String())
	return to
}

// shown is a closed cycle, as tally shows it.
type shown struct {
	settlement.Close
	Statements []struct {
		settlement.Pair
		Lines uint64       `json:"lines"`
		AOwes amount.Units `json:"aOwes"`
		BOwes amount.Units `json:"bOwes"`
	} `json:"statements"`
	Netting *settlement.Netting  `json:"netting"`
	Paid    []settlement.Payment `json:"paid"`
}

func (c closing) show(t *testing.T) (s shown) {
	t.Helper()
	desk("G").do(t, &s, "cycle", "show", c.id)
	return s
}

// parties are those who have statements, sorted.
func (s shown) parties() (list []desk) {
	for _, p := range s.Pairs {
		list = append(list, desk(p[0]), desk(p[1]))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// payers and payees are those who have payments, sorted.
func (s shown) payers() (list []desk) {
	return s.paying(func(p settlement.Payment) string { return p.Debtor })
}
func (s shown) payees() (list []desk) {
	return s.paying(func(p settlement.Payment) string { return p.Creditor })
}

func (s shown) paying(side func(settlement.Payment) string) (list []desk) {
	for _, p := range s.Paid {
		list = append(list, desk(side(p)))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// does runs a command of a step of the close: at once, or under faults.
type does func(t *testing.T, step string, by desk, args ...string)

// calmly runs each command once.
func calmly(t *testing.T, _ string, by desk, args ...string) {
	t.Helper()
	by.do(t, nil, args...)
}

// close ends the cycle, adds it up and opens what is hidden.
func (c closing) close(t *testing.T, do does) {
	t.Helper()
	do(t, "close", "G", "cycle", "close", "--next", c.next)
	do(t, "open", "D", "statement", "open", "--cycle", c.id)
}

// sign has everybody sign all its statements.
func (c closing) sign(t *testing.T, do does) {
	t.Helper()
	for _, party := range c.show(t).parties() {
		do(t, "sign", party, "statement", "sign", "--cycle", c.id)
	}
}

// settle nets the cycle and has all be paid.
func (c closing) settle(t *testing.T, do does) {
	t.Helper()
	do(t, "finalise", "G", "cycle", "finalise", c.id, "--request", "finalise-"+c.id)
	c.pay(t, do)
}

// pay has banks told of what is to be paid, pay it, and tell.
func (c closing) pay(t *testing.T, do does) {
	t.Helper()
	s := c.show(t)
	book := c.accounts(t)
	for _, party := range s.payers() {
		do(t, "instruct", party, "payment", "instruct", "--cycle", c.id, "--accounts", book, "--out",
			c.order(string(party)))
	}
	for n, payee := range s.payees() {
		for i, notice := range c.notices(t, s, payee) {
			args := []string{"payment", "advise", "", "--cycle", c.id, "--accounts", book}
			if args[2] = filepath.Join(c.scratch,
				fmt.Sprintf("camt054-%s-%d.xml", payee, i)); n%2 == 1 { // its bank has no camt
				args[2] = filepath.Join(c.scratch, fmt.Sprintf("table-%s-%d.csv", payee, i))
				notice, args = tableOf(t, notice), append(args, "--mapping", c.mapping(t))
			}
			if err := os.WriteFile(args[2], notice, 0o600); err != nil {
				t.Fatal(err)
			}
			do(t, "advise", payee, args...)
		}
	}
}

// mapping is what the banks without camt call their columns.
func (c closing) mapping(t *testing.T) string {
	t.Helper()
	path := filepath.Join(c.scratch, "bank.yaml")
	if err := os.WriteFile(path, []byte("bank: plain\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// tableOf tells in a table of GB18030 what a notice does.
func tableOf(t *testing.T, notice []byte) []byte {
	t.Helper()
	advices, err := iso20022.Read(bytes.NewReader(notice))
	if err != nil {
		t.Fatal(err)
	}
	text := "账号,交易日期,交易金额,借贷标志,对方户名,对方账号,交易流水号,摘要,附言\n"
	for _, a := range advices {
		way := map[bool]string{true: "贷", false: "借"}[a.Credit]
		text += fmt.Sprintf("%s,%s,%d.%02d,%s,%s,%s,%s,转账,%s 积分清结算\n", a.Account, a.Booked, a.Fen/100, a.Fen%100, way,
			a.Debtor, a.DebtorAccount, a.BankReference, a.EndToEndID)
	}
	table, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// order is where a debtor's message to its bank is.
func (c closing) order(debtor string) string {
	return filepath.Join(c.scratch, "pain001-"+debtor+".xml")
}

// accountOf is where a party has its account.
var accountOf = map[string]string{
	"G": "1001000000000001", "D": "1001000000000002", "F": "1001000000000003", "M": "1001000000000004",
	"S1": "1001000000000005",
}

// accounts writes the file of whose account is where.
func (c closing) accounts(t *testing.T) string {
	t.Helper()
	text := "parties:\n"
	for _, party := range slices.Sorted(maps.Keys(accountOf)) {
		text += fmt.Sprintf("  - {party: %s, name: Party %s, account: %q, bic: ICBKCNBJ}\n",
			party, party, accountOf[party])
	}
	path := filepath.Join(c.scratch, "accounts.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// notices are what a payee's bank tells of what each payer's bank sent.
func (c closing) notices(t *testing.T, s shown, payee desk) (list [][]byte) {
	t.Helper()
	for _, payer := range s.payers() {
		if !slices.ContainsFunc(s.Paid,
			func(p settlement.Payment) bool { return p.Debtor == string(payer) && p.Creditor == string(payee) }) {
			continue
		}
		told, err := bank.Answer(must(os.ReadFile(c.order(string(payer)))), bank.Plan{
			At: time.Date(2027, 1, 2, 9, 0, 0, 0, time.UTC), Day: time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC),
			Account: accountOf[string(payee)],
		})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, told)
	}
	return list
}

// proved holds what must be so of every netted cycle: what stands of the statements is the gross, nets set both
// directions off, and who pays, receives and keeps nothing else than its nets say.
func (s shown) proved(t *testing.T) {
	t.Helper()
	var gross amount.Units
	balance := map[string]amount.Units{}
	for _, p := range s.Statements {
		a, b := p.AOwes, p.BOwes
		for _, carved := range p.Carved {
			if carved.Debtor == p.A {
				a -= carved.Fen
			} else {
				b -= carved.Fen
			}
		}
		if !p.State.Stands() {
			continue
		}
		gross += a + b
		balance[p.A] += b - a
		balance[p.B] += a - b
	}
	var sum, paid amount.Units
	for _, p := range s.Paid {
		balance[p.Debtor] += p.Fen
		balance[p.Creditor] -= p.Fen
		paid += p.Fen
	}
	for party, fen := range balance {
		if fen != 0 {
			t.Errorf("%s: payments and statements differ by %d fen", party, fen)
		}
	}
	for _, p := range s.Netting.Parties {
		sum += p.Receives - p.Pays
	}
	if sum != 0 || s.Netting.Gross != gross || paid > gross {
		t.Errorf("gross %d (statements %d), paid %d, positions sum to %d", s.Netting.Gross, gross, paid, sum)
	}
}

// journal is what blocks say of closed cycles: a reader of its own, that knows no index.
type journal struct {
	height uint64
	owed   map[number.Command][]string // cycles of the obligations that a command made, known ones
	hidden map[number.Command][]string // the same, of hidden ones
	of     map[string]int              // obligations that belong to a closed cycle, by that
	writes map[string]int              // valid writes, by key
}

// readJournal reads it up to now.
func readJournal(t *testing.T, g *node) *journal {
	t.Helper()
	j := &journal{
		owed: map[number.Command][]string{}, hidden: map[number.Command][]string{}, of: map[string]int{},
		writes: map[string]int{},
	}
	if err := g.Sync(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	return j
}

// Height is the number of blocks that were read.
func (j *journal) Height() uint64 { return j.height }

// Apply reads the next blocks.
func (j *journal) Apply(blocks ...*block.Block) error {
	for _, b := range blocks {
		for _, tx := range b.Txs {
			if !tx.Valid() {
				continue
			}
			writes, err := tx.Writes("tally")
			if err != nil {
				return err
			}
			for _, w := range writes {
				j.writes[w.Key]++
				if err := j.note(w); err != nil {
					return fmt.Errorf("block %d, %s: %w", b.Number, w.Key, err)
				}
			}
		}
		j.height = b.Number + 1
	}
	return nil
}

func (j *journal) note(w block.Write) error {
	if !strings.HasPrefix(w.Key, "ob/") {
		return nil
	}
	named, err := row.Read(w.Key, w.Value)
	if err != nil {
		return err
	}
	batch, err := number.ParseCommand(named.ID)
	if err != nil {
		return err
	}
	all := named.Row.(settlement.Obligations)
	for _, o := range all.List {
		batch.Index = o.Index
		j.owed[batch] = append(j.owed[batch], o.In(all.Cycle))
		if o.Of != "" {
			j.of[o.Of]++
		}
	}
	for _, h := range all.Hidden {
		batch.Index = h.Index
		j.hidden[batch] = append(j.hidden[batch], all.Cycle)
	}
	return nil
}

// in counts the obligations of a cycle that commands made while it was open.
func (j *journal) in(cycle string) (known, hidden int) {
	count := func(of map[number.Command][]string) (n int) {
		for _, cycles := range of {
			for _, c := range cycles {
				if c == cycle {
					n++
				}
			}
		}
		return n
	}
	return count(j.owed) - j.of[cycle], count(j.hidden)
}

// end is what became of a cycle, without what differs between cycles in which the same was owed.
type end struct {
	State      settlement.State
	Payments   uint32
	Instructed uint32
	Settled    uint32
	Statements map[string]string // by parties
	Netting    settlement.Netting
	Paid       []string
	Writes     map[string]int // of the cycle's rows, by key without the cycle
	Opened     int            // obligations that opening made
}

func (c closing) end(s shown, j *journal) string {
	e := end{
		State: s.State, Payments: s.Payments, Instructed: s.Instructed, Settled: s.Settled,
		Statements: map[string]string{}, Netting: *s.Netting, Writes: map[string]int{}, Opened: j.of[c.id],
	}
	for _, p := range s.Statements {
		e.Statements[p.A+" "+p.B] = fmt.Sprintf("%s: %d lines, %d and %d fen, %d carved, same root: %v", p.State,
			p.Lines, p.AOwes, p.BOwes, len(p.Carved), slices.Equal(p.SignedA.Root, p.SignedB.Root))
	}
	for _, p := range s.Paid {
		e.Paid = append(e.Paid, fmt.Sprintf("%d: %s→%s %d %s, %d in %d parts",
			p.N, p.Debtor, p.Creditor, p.Fen, p.State, p.Received, len(p.Advices)))
	}
	for key, n := range j.writes {
		for _, kind := range []string{"cy/", "cp/", "cn/", "cm/"} {
			if strings.HasPrefix(key, kind+c.id) {
				e.Writes[strings.Replace(key, c.id, "", 1)] = n
			}
		}
	}
	return string(must(json.MarshalIndent(e, "", "  ")))
}

// receiptsIn are those of a cycle.
func receiptsIn(list []made, cycle string) (of []made) {
	for _, m := range list {
		if m.Cycle == cycle {
			of = append(of, m)
		}
	}
	return of
}
