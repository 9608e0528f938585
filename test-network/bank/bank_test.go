package bank_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/client/iso20022"
	"tallystick/client/iso20022/schematest"
	"tallystick/test-network/bank"
)

var now = time.Date(2026, 12, 6, 10, 0, 0, 0, time.UTC)

// due is 2026-12-05.
const due date.Date = 20792

var creditors = []string{"S1", "M", "S2"}

// order is what G pays three creditors, who each are expected to get it.
func order(t *testing.T) ([]byte, []iso20022.Expected) {
	t.Helper()
	account := func(number string) iso20022.Account {
		return iso20022.Account{Other: number, Member: "105290061008"}
	}
	g := iso20022.Party{Name: "车享集团"}
	i := iso20022.Initiation{
		MessageID: "G-2026-11", Created: now, Initiator: g, Debtor: g, DebtorAccount: account("1000"),
	}
	var expected []iso20022.Expected
	for n, c := range creditors {
		p := iso20022.Payment{
			EndToEndID: "pay-" + c, Fen: amount.Units(10000 + n), Currency: "CNY",
			Creditor: iso20022.Party{Name: c}, CreditorAccount: account("200" + c), Due: due,
		}
		i.Payments = append(i.Payments, p)
		expected = append(expected, iso20022.Expected{EndToEndID: p.EndToEndID, Fen: p.Fen, Due: p.Due})
	}
	file, err := i.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return file, expected
}

func TestAnswersAreValidAndMatch(t *testing.T) {
	is := func(id string) map[string]bool { return map[string]bool{id: true} }
	const exact = iso20022.Exact
	cases := []struct {
		name string
		plan bank.Plan
		want []iso20022.Verdict // by account: M, S1, S2
	}{
		{"all", bank.Plan{}, []iso20022.Verdict{exact, exact, exact}},
		{"one account's", bank.Plan{Account: "200M"}, []iso20022.Verdict{exact}},
		{"a wrong amount", bank.Plan{Books: map[string][]string{"pay-M": {"100.02"}}},
			[]iso20022.Verdict{iso20022.Wrong, exact, exact}},
		{"less", bank.Plan{Books: map[string][]string{"pay-M": {"1.00"}}},
			[]iso20022.Verdict{iso20022.Partial, exact, exact}},
		{"parts", bank.Plan{Books: map[string][]string{"pay-M": {"1.00", "99.01"}}},
			[]iso20022.Verdict{exact, exact, exact, exact}},
		{"charged", bank.Plan{Charged: map[string]string{"pay-M": "1.00"}},
			[]iso20022.Verdict{iso20022.Wrong, exact, exact}},
		{"on another day", bank.Plan{Day: now.AddDate(0, 0, 3)},
			[]iso20022.Verdict{iso20022.Late, iso20022.Late, iso20022.Late}},
		{"late", bank.Plan{Late: map[string]int{"pay-S1": 2}}, []iso20022.Verdict{exact, iso20022.Late, exact}},
		{"twice", bank.Plan{Twice: is("pay-S2")}, []iso20022.Verdict{exact, exact, exact, iso20022.Duplicate}},
		{"pending", bank.Plan{Pending: is("pay-S1")}, []iso20022.Verdict{exact, iso20022.Waiting, exact}},
		{"reversed", bank.Plan{Reversed: is("pay-S1")},
			[]iso20022.Verdict{exact, iso20022.Wrong, iso20022.Wrong, exact}},
		{"lost", bank.Plan{Lost: is("pay-S1")}, []iso20022.Verdict{exact, exact}},
		{"parts in a batch", bank.Plan{Batch: true, Books: map[string][]string{"pay-M": {"1.00", "99.01"}}},
			[]iso20022.Verdict{exact, exact, exact, exact}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file, expected := order(t)
			for _, c.plan.Statement = range []bool{false, true} {
				answer := ask(t, file, c.plan)
				schema := schematest.Notification
				if c.plan.Statement {
					schema = schematest.Statement
				}
				schematest.Check(t, schema, answer)
				advices, err := iso20022.Read(bytes.NewReader(answer))
				if err != nil {
					t.Fatal(err)
				}
				var got []iso20022.Verdict
				for _, o := range iso20022.Match(iso20022.Holder{}, expected, advices) {
					got = append(got, o.Kind)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%v, want %v\n%s", got, c.want, answer)
				}
			}
		})
	}
}

func ask(t *testing.T, file []byte, plan bank.Plan) []byte {
	t.Helper()
	plan.At = now
	answer, err := bank.Answer(file, plan)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := bank.Answer(file, plan); err != nil || !bytes.Equal(answer, again) {
		t.Errorf("another time it makes other bytes, %v", err)
	}
	return answer
}

func TestTheBankRefuses(t *testing.T) {
	file, _ := order(t)
	text := string(file)
	unknown := map[string]bool{"pay-X": true}
	cases := []struct {
		name string
		file string
		plan bank.Plan
		says string
	}{
		{"no XML", "pay", bank.Plan{}, "can't read"},
		{"another version", strings.Replace(text, "001.09", "001.08", 1), bank.Plan{}, "can't read"},
		{"a sum that is wrong", strings.Replace(text, "<CtrlSum>300.03", "<CtrlSum>300.04", 1), bank.Plan{},
			"are said"},
		{"a group's sum that is wrong", changeLast(text, "<CtrlSum>300.03", "<CtrlSum>300.04"), bank.Plan{}, "group 1"},
		{"a count that is wrong", strings.Replace(text, "<NbOfTxs>3", "<NbOfTxs>4", 1), bank.Plan{}, "are said"},
		{"an amount that was changed", strings.Replace(text, ">100.01<", ">100.11<", 1), bank.Plan{}, "are said"},
		{"an id twice", strings.ReplaceAll(text, "pay-M", "pay-S1"), bank.Plan{}, "twice"},
		{"a stranger in the plan", text, bank.Plan{Twice: unknown}, "not in the file"},
		{"a stranger's amount in the plan", text, bank.Plan{Books: map[string][]string{"pay-X": {"1"}}},
			"not in the file"},
		{"no amount in the plan", text, bank.Plan{Books: map[string][]string{"pay-M": {"one"}}}, "no amount"},
		{"nothing to tell", text, bank.Plan{Account: "nobody's"}, "nothing to tell"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.file == text && c.plan.Books == nil && c.plan.Twice == nil && c.plan.Account == "" {
				t.Fatal("nothing was changed")
			}
			if answer, err := bank.Answer([]byte(c.file), c.plan); err == nil ||
				!strings.Contains(err.Error(), c.says) {
				t.Errorf("%v\n%s", err, answer)
			}
		})
	}
}

// changeLast replaces the last of what stands several times.
func changeLast(text, old, now string) string {
	at := strings.LastIndex(text, old)
	return text[:at] + now + text[at+len(old):]
}
