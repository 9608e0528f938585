package statement

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/client/bounds"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// no tax.
var none = amount.Rate{Num: 0, Den: 1}

func day(text string) date.Date { return must(date.Parse(text)) }

// tx is a transaction's id as Fabric writes it.
func tx(n int) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte{byte(n >> 16), byte(n >> 8), byte(n)}))
}

// list is a source of lines that are held.
func list(lines ...Line) Source {
	return func() iter.Seq2[Line, error] {
		return func(yield func(Line, error) bool) {
			for _, l := range lines {
				if !yield(l, nil) {
					return
				}
			}
		}
	}
}

var (
	dealer = Party{ID: "D", En: "Dealer", Zh: "经销商"}
	group  = Party{ID: "G", En: "Group", Zh: "集团"}
)

// storyHead and story are the dealer's and the group's statement of the story's first
// cycle: steps 8, 10 and 11.
func storyHead() Head {
	return Head{Network: "alliance", Cycle: "2026-11", From: day("2026-11-01"), To: day("2026-11-30"), A: dealer,
		B: group}
}

func story() []Line {
	return []Line{
		{ID: "D.2.7.0.1", Kind: "redemption", Scene: "retail", Debtor: "G", Creditor: "D", Programme: "GP",
			Points: 20_000, Fen: 20_000, Tax: none,
			Cause: "order:Deliver", Date: day("2026-11-12"), Block: 31, Tx: tx(1)},
		{ID: "G.1.9.0.0", Kind: "redemption", Scene: "retail", Debtor: "D", Creditor: "G", Programme: "DP",
			Points: 1_800, Fen: 1_800, Tax: none,
			Cause: "order:Deliver", Date: day("2026-11-18"), Block: 44, Tx: tx(2)},
		{ID: "G.1.12.0.0", Kind: "refund", Scene: "retail", Debtor: "G", Creditor: "D", Programme: "DP", Points: 900,
			Fen: 900, Tax: none,
			Cause: "return:Receive", Date: day("2026-11-21"), Block: 52, Tx: tx(3)},
	}
}

// full is a statement in which everything there can be is.
func full() (Head, []Line) {
	head := storyHead()
	head.Opening = Owes{AB: 12_345, BA: 5}
	head.Scales = []Scale{{"GP", 2}}
	head.A.Legal, head.A.TaxID = "上海某某汽车销售服务有限公司", "91310000MA1FL00001"
	six, thirteen := amount.Rate{Num: 3, Den: 50}, amount.Rate{Num: 13, Den: 100}
	lines := append(story(),
		Line{ID: "G.1.13.2.0", Kind: "service", Scene: "airport", Debtor: "D", Creditor: "G", Fen: 10_800, Tax: six,
			Cause: "benefit:WriteOff", Date: day("2026-11-22"), Block: 53, Tx: tx(4), Disputed: true},
		Line{ID: "G.1.13.2.1", Kind: "fee", Debtor: "G", Creditor: "D", Fen: 108, Tax: six, Cause: "benefit:WriteOff",
			Date: day("2026-11-22"), Block: 53, Tx: tx(4)},
		Line{ID: "G.2.1.499.99", Kind: "supply", Debtor: "D", Creditor: "G", Fen: 9_007_199_254_000, Tax: thirteen,
			Cause: "statement:Open", Date: day("2026-11-30"), Block: 60, Tx: tx(5)},
	)
	return head, lines
}

// signed is the story's statement with what the two signed.
func signed(s Statement) Statement {
	s.Signatures = []Signature{
		{Party: "D", Root: s.Root, Command: number.Command{Party: "D", Lane: 1, Seq: 40}, Date: day("2026-12-02")},
		{Party: "G", Root: s.Root, Command: number.Command{Party: "G", Lane: 1, Seq: 77, Index: 3},
			Date: day("2026-12-03")},
	}
	s.Payments = []Payment{{ID: "2026-11-1", Debtor: "G", Creditor: "D", Fen: 19_100, Due: day("2026-12-10")}}
	return s
}

// written writes a statement to a file.
func written(t testing.TB, form string, s Statement, lines Source, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, form, s, lines, o); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "statement."+form)
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sent is what somebody reads of a file that was written.
func sent(t testing.TB, form string, s Statement, lines Source, o Options) bounds.Input {
	t.Helper()
	return at(t, written(t, form, s, lines, o))
}

// at is what lies at a path.
func at(t interface {
	Cleanup(func())
	Fatal(...any)
}, path string) bounds.Input {
	in, err := bounds.OpenInput(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	return in
}

// many are so many lines, made as they are asked for.
func many(n int) Source {
	return func() iter.Seq2[Line, error] {
		return func(yield func(Line, error) bool) {
			for i := range n {
				l := story()[i%3]
				l.ID = fmt.Sprintf("D.2.%d.%d.0", 1+i/500, i%500)
				l.Tx, l.Block, l.Fen = tx(i/500), uint64(i/500), l.Fen+amount.Units(i)
				if !yield(l, nil) {
					return
				}
			}
		}
	}
}
