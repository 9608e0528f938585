package payments

import (
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/settlement"
)

// tableOf is a table as the first of the mappings reads it, of lines: day, amount, direction, charges, payer's account,
// the
// bank's number, text.
func tableOf(account string, lines ...string) string {
	rows := []string{"账号,交易日期,交易金额,借贷标志,手续费,对方账号,交易流水号,凭证号,摘要,附言,收入,支出"}
	for _, line := range lines {
		f := strings.Split(line, ",")
		in, out := f[1], ""
		if f[2] == "借" {
			in, out = "", f[1]
		}
		rows = append(rows, fmt.Sprintf("%s,2026-12-%s,%s,%s,%s,%s,%s,,转账,%s,%s,%s", account, f[0], f[1], f[2], f[3],
			f[4], f[5], f[6], in, out))
	}
	return strings.Join(rows, "\n") + "\n"
}

// TestTablesHaveTheSameGuards: what holds for camt holds for a bank's CSV.
func TestTablesHaveTheSameGuards(t *testing.T) {
	ours, other := holders["S1"].Accounts[0], "0099"
	one := settlement.AtBanks("2026-11", 1, mark)
	for _, c := range []struct {
		name    string
		account string
		lines   []string
		want    string
		gets    int64 // by 2026-11-1, of 100.00
		others  int
	}{
		{"all of it", ours, []string{"03,100.00,贷,,0077,N1," + one}, "2026-11-1 exact!", 10_000, 0},
		{"too late", ours, []string{"04,100.00,贷,,0077,N1," + one}, "2026-11-1 late!", 10_000, 0},
		{"told twice", ours, []string{"03,100.00,贷,,0077,N1," + one, "03,100.00,贷,,0077,N1," + one},
			"2026-11-1 exact!, 2026-11-1 duplicate", 10_000, 0},
		{"two of 50.00", ours, []string{"03,50.00,贷,,0077,N1," + one, "03,50.00,贷,,0077,N2," + one},
			"2026-11-1 exact!, 2026-11-1 exact!", 10_000, 0},
		{"one number, two amounts", ours, []string{"03,50.00,贷,,0077,N1," + one, "03,40.00,贷,,0077,N1," + one},
			"2026-11-1 wrong?, 2026-11-1 wrong?", 0, 0},
		{"no number of the bank's", ours, []string{"03,100.00,贷,,0077,," + one}, "2026-11-1 wrong?", 0, 0},
		{"charges", ours, []string{"03,99.00,贷,1.00,0077,N1," + one}, "2026-11-1 wrong?", 0, 0},
		{"a stranger's", ours, []string{"03,100.00,贷,,9999,N1," + one}, "2026-11-1 wrong?", 0, 0},
		{"another's account", other, []string{"03,100.00,贷,,0077,N1," + one}, "2026-11-1 wrong?", 0, 0},
		{"more than is owed", ours, []string{"03,100.01,贷,,0077,N1," + one}, "2026-11-1 wrong?", 0, 0},
		{"taken back", ours, []string{"03,100.00,贷,,0077,N1," + one, "03,100.00,借,,0077,N2," + one},
			"2026-11-1 wrong?, 2026-11-1 wrong?", 0, 0},
		{"written off in red", ours, []string{"03,100.00,贷,,0077,N1," + one, "03,-100.00,贷,,0077,N2," + one},
			"2026-11-1 wrong?, 2026-11-1 wrong?", 0, 0},
		{"with three decimals", ours, []string{"03,100.005,贷,,0077,N1," + one}, "2026-11-1 wrong?", 0, 0},
		{"one odd line beside", ours, []string{"03,1.005,贷,,9999,N9,x", "03,100.00,贷,,0077,N1," + one},
			"unread, 2026-11-1 exact!", 10_000, 0},
		{"the id is cut off", ours, []string{"03,100.00,贷,,0077,N1," + one[:len(one)-2]}, "2026-11-1 possible?", 0, 0},
		{"it names two", ours, []string{"03,100.00,贷,,0077,N1," + one + "和" + settlement.AtBanks("2026-11", 3, mark)},
			"2026-11-1 possible?", 0, 0},
		{"another ledger's", ours, []string{"03,9.00,贷,,9999,N1,2026-11-1-ZZZZZZZZ"}, "", 0, 1},
		{"none of ours", ours, []string{"03,9.00,贷,,9999,N1,货款", "04,7.00,借,,9999,N2,房租"}, "", 0, 2},
	} {
		for form := range tables {
			b := story()
			file := tableOf(c.account, c.lines...)
			for len(file)%len(tables) != form {
				file += "\n"
			}
			list, s := b.read(t, "S1", file)
			if got := kinds(list); got != c.want || s.Others != c.others {
				t.Errorf("%s: %s, %d others; want %s", c.name, got, s.Others, c.want)
			}
			if got := b.payments["2026-11-1"].Received; int64(got) != c.gets {
				t.Errorf("%s: %d came in", c.name, got)
			}
			again, _ := b.read(t, "S1", file)
			if got := b.payments["2026-11-1"].Received; int64(got) != c.gets {
				t.Errorf("%s: read again, %d came in: %s", c.name, got, kinds(again))
			}
		}
	}
}

// TestTablesOfTheDebtor: what it paid is its own, and what came back (退汇) offers the bounce.
func TestTablesOfTheDebtor(t *testing.T) {
	one := settlement.AtBanks("2026-11", 1, mark)
	sent := payment(1, 100_00,
		func(p *settlement.Payment) { p.State, p.Asked, p.Message = settlement.Sent, 100_00, "m" })
	for form := range tables {
		b := newBook(sent)
		file := tableOf(holders["G"].Accounts[0], "03,100.00,借,,0200000000000002,N1,"+one,
			"04,100.00,贷,,0200000000000002,N2,退汇 "+one, "05,1.00,借,,,N3,手续费")
		for len(file)%len(tables) != form {
			file += "\n"
		}
		v := viewFor("G", b)
		s, err := v.Sift(t.Context(), advicesIn(t, file))
		if err != nil {
			t.Fatal(err)
		}
		list := v.Match(s)
		if got := kinds(list); got != "2026-11-1 sent, 2026-11-1 returned?" || s.Others != 1 ||
			*list[1].Next != (Next{Operation: "payment.bounce", Payment: "2026-11-1", Reason: "returned"}) {
			t.Errorf("%s, %d others: %+v", got, s.Others, list)
		}
	}
}
