package status_test

import (
	"slices"
	"strings"
	"testing"

	"tallystick/client/node"
	"tallystick/client/node/jobs"
	"tallystick/client/node/nodetest"
	"tallystick/client/node/operations"
	"tallystick/client/node/status"
)

// TestNeeds: who has to sign a statement is told so, until it is signed; then the debtor is told to pay.
func TestNeeds(t *testing.T) {
	a := nodetest.NewAlliance(t, operations.All())
	do := func(party, name, request string) any {
		t.Helper()
		all := operations.All()
		i := slices.IndexFunc(all, func(op node.Operation) bool { return op.About().Name == name })
		return a.Do(party, all[i], request)
	}
	needs := func(party string, want ...string) {
		t.Helper()
		s := do(party, "node.status", `{}`).(status.Status)
		var got []string
		for _, n := range s.Needs {
			got = append(got, strings.TrimSpace(n.What+" "+n.With))
			if n.Operation != "" && !slices.ContainsFunc(operations.All(), func(op node.Operation) bool {
				return op.About().Name == n.Operation
			}) {
				t.Errorf("there is no operation %s", n.Operation)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s needs %q, want %q", party, got, want)
		}
	}
	needs("D")
	do("F", "points.issue", `{"programme":"FP","grants":[{"member":"zhang","amount":500,"expires":"2027-11-30"}]}`)
	do("D", "points.redeem", `{"member":"zhang","take":[{"programme":"FP","points":300}],"for":300}`)
	needs("F")
	do("G", "cycle.cut-off", `{"next":"2026-12"}`)
	do("G", "cycle.compute", `{"cycle":"2026-11"}`)
	needs("D", "sign F")
	needs("F", "sign D")
	do("D", "statement.sign", `{"cycle":"2026-11","with":"F"}`)
	needs("D")
	do("F", "statement.sign", `{"cycle":"2026-11","with":"D"}`)
	do("G", "cycle.finalise", `{"cycle":"2026-11"}`)
	needs("D")
	needs("F", "pay D")

	book, err := jobs.Open(t.Context(), a.Node("D"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := book.Add(t.Context(), jobs.Work{ID: "j1", Operation: "points.expire"}); err != nil {
		t.Fatal(err)
	}
	needs("D")
	taken, err := book.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := taken.End(t.Context(), jobs.Refused, nil, []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	needs("D", "job")
}
