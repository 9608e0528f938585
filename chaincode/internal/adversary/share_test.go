package adversary

import (
	"strings"
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/points"
)

// S2. The auditor sends two million opening brackets.
func TestBracketsEndNobodysProcess(t *testing.T) {
	w := found(t)
	deep := strings.Repeat("[", 2_000_000)
	for _, call := range [][]string{{"query:Lots", deep}, {"points:Issue", "", deep}, {"batch:Run", deep}, {"points:Issue", deep, "{}"}, {deep, deep}} {
		if err := w.door("A", call[0], call[1:]...); err == nil {
			t.Errorf("%.20s is taken", call)
		}
	}
	w.open("D")
}

// S4. F's largest batch: 500 commands of 100 lots each. What it writes is bounded, and M's business goes on.
func TestALargestBatchIsBounded(t *testing.T) {
	w := found(t)
	w.open("F")
	issue := points.IssueRequest{Programme: "FP"}
	for range 100 {
		issue.Grants = append(issue.Grants, points.Grant{Member: "li", Amount: 1, Expires: w.today + 9})
	}
	list := make([]command.Request, 500)
	for i := range list {
		list[i] = issue
	}
	w.attack("F", 1, list...)
	const most = 10_000
	if n := len(rows[points.Lot](w, "lot")); n > most {
		t.Errorf("one transaction wrote %d rows", n)
	}
	w.open("D")
	w.redeem("li", w.issue("D", "li", 100), 40)
}
