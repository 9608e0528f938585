package accounting

import (
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
)

// owedPoints are 600 GP of zhang and 600 of li, in all lots.
func owedPoints(t *testing.T) *index.Reading {
	t.Helper()
	lot := func(member string, issued, taken amount.Units) points.Lot {
		return points.Lot{Programme: "GP", Member: member, Issued: issued, Placed: taken,
			Expires: nodetest.November + 40,
			State:   points.Active, Origin: points.Issued}
	}
	return indextest.ReadModel(t, []indextest.Entry{
		indextest.Put(row.Consortium(), party.Consortium{Operator: "G"}),
		indextest.Put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: nodetest.November}),
		indextest.Put(row.Programme("GP"), points.Programme{ID: "GP", Issuer: "G", Price: amount.Rate{Num: 1, Den: 1}}),
	}, []indextest.Entry{
		sealedBy(1), indextest.Put(row.Lot(in(1, 0).Row(0)), lot("zhang", 1000, 400)),
		indextest.Put(row.Lot(in(1, 1).Row(0)), lot("li", 500, 0)),
		indextest.Put(row.Lot(in(1, 2).Row(0)), lot("li", 100, 0)),
		indextest.Put(row.Totals("GP", "D", 3), points.Totals{Issued: 1600, Placed: 400, Captured: 400}),
	})
}

func TestSumUp(t *testing.T) {
	r := owedPoints(t)
	scope := books.Scope{Network: "alliance", Issuer: "G", Programme: "GP"}
	for _, c := range []struct {
		name   string
		change func(*books.Scope)
		code   fault.Code
	}{
		{"the issuer's own", func(*books.Scope) {}, ""},
		{"in its cycle", func(s *books.Scope) { s.Cycle = "2026-11" }, ""},
		{"no such programme", func(s *books.Scope) { s.Programme, s.Issuer, s.Cycle = "XP", "D", "c" }, fault.NotFound},
		{"another's", func(s *books.Scope) { s.Issuer, s.Cycle = "D", "c" }, fault.Forbidden},
		{"another cycle", func(s *books.Scope) { s.Cycle = "2026-12" }, fault.WrongState},
	} {
		s := scope
		c.change(&s)
		sums, err := sumUp(r, s, []byte("secret"))
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && (sums.Sum != 1200 || sums.Cycle != "2026-11" || sums.Height != r.Height() ||
			len(sums.Members) != 2) {
			t.Errorf("%s: %+v", c.name, sums.Sealed)
		}
	}
	odd := indextest.ReadModel(t, []indextest.Entry{indextest.Put(row.Cycle(),
		settlement.Cycle{ID: "c", Date: nodetest.November}), indextest.Put(row.Programme("GP"),
		points.Programme{ID: "GP", Issuer: "G", Price: amount.Rate{Num: 1, Den: 1}}),
		indextest.Put(row.Totals("GP", "D", 1), points.Totals{Issued: 5})})
	if _, err := sumUp(odd, scope, nil); fault.CodeOf(err) != fault.Internal ||
		!strings.Contains(err.Error(), "0 points of GP, and 5 are outstanding") {
		t.Errorf("what members have isn't what is owed: %v", err)
	}
}

// TestMembersAreProvenWithoutANetwork: the issuer keeps what it summed up, and gives a member its path, which the root
// alone checks.
func TestMembersAreProvenWithoutANetwork(t *testing.T) {
	n := nodetest.Offline(t)
	v, err := n.Vault()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := sumUp(owedPoints(t), books.Scope{Network: "alliance", Issuer: "G", Programme: "GP"},
		v.LiabilitySecret())
	if err != nil {
		t.Fatal(err)
	}
	prove := func(n *node.Node, member string) (books.Inclusion, error) {
		return BooksProveMember.Do(t.Context(), n, &node.Call{}, ProveMemberRequest{member, kept})
	}
	p, err := prove(n, "li")
	if err != nil || p.Points != 600 || p.Verify(kept.Root) != nil {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := prove(n, "wang"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("who has none: %v", err)
	}
	if _, err := prove(nodetest.Offline(t), "li"); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another vault's: %v", err)
	}
	file, err := kept.File()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := books.ReadKept(file); err != nil || !slices.Equal(again.Root, kept.Root) ||
		len(again.Members) != 2 {
		t.Errorf("%+v, %v", again, err)
	}
}
