package accounting

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/client/books"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/accounting"
)

// A trial balance, an account and an ageing come as CSV too, for people's spreadsheets.
func TestAccountsAsCSV(t *testing.T) {
	var out bytes.Buffer
	a := &cli.App{Format: cli.WithCSV, Out: &out}
	b := accounting.Balance{Party: "D",
		Balance: books.Balance{Rows: []books.BalanceRow{{Account: books.Account{Code: "2202",
			En: "Payables", Zh: "应付账款"}, Party: "M", OpeningCredit: 123456, Debit: 100}}}}
	if err := a.Print(b, func(w table.Writer) { balanceTable(w, b) }); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimPrefix(out.String(), "\ufeff"), "\n")
	if !strings.HasPrefix(lines[0], "account,name,of,opening debit,credit,") ||
		!strings.HasPrefix(lines[1], "2202,应付账款 Payables,M,") || !strings.Contains(lines[1], "234.56") ||
		strings.Contains(out.String(), " in ") {
		t.Errorf("%q", lines)
	}
	for _, verb := range []string{"balance", "ledger", "ageing"} {
		cmd, _, err := booksProgram(&cli.App{}).Find([]string{"books", verb})
		if err != nil {
			t.Fatal(err)
		}
		if _, may := cmd.Annotations[cli.WithCSV]; !may {
			t.Errorf("books %s answers in no CSV", verb)
		}
	}
}
