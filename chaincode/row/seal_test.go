package row

import (
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// Nobody can forget to say who writes a new kind of row.
func TestEveryKindOfRowHasWriters(t *testing.T) {
	for prefix, r := range readers {
		if len(r.rules) == 0 {
			t.Errorf("nobody may write %s, a %s", prefix, r.kind)
		}
		for _, one := range r.rules {
			if !one.founding && (one.who == nil || one.kinds == kinds{} || !one.new && !one.old) {
				t.Errorf("%s has a rule that explains nothing", prefix)
			}
		}
	}
}

func batchOf(list ...command.Kind) command.Batch {
	b := command.Batch{Lane: 3, Seq: 7}
	for _, kind := range list {
		b.Commands = append(b.Commands, command.Command{Kind: kind})
	}
	return b
}

func TestExplain(t *testing.T) {
	lot := points.Lot{Programme: "DP", Member: "ann", Issued: 10, State: points.Active}
	with := func(change func(*points.Lot)) points.Lot {
		next := lot
		change(&next)
		return next
	}
	hold := points.Hold{
		Acceptor: "D", Member: "ann", State: points.Open, Pieces: spend.Line{{Programme: "DP", Amount: 4}},
	}
	forged := hold
	forged.Pieces = spend.Line{{Programme: "DP", Amount: 4000}}
	other := hold
	other.Acceptor = "G"
	dear := points.Programme{ID: "DP", Issuer: "D", Price: amount.Rate{Num: 9, Den: 1}}
	cheap := points.Programme{ID: "DP", Issuer: "D", Price: amount.Rate{Num: 1, Den: 1}}
	stolen := points.Programme{ID: "DP", Issuer: "G", Price: cheap.Price}
	request := func(index uint16, seq uint64) Request {
		return Request{
			Hash: codec.Hash(make([]byte, 32)), Number: number.Command{Party: "D", Lane: 3, Seq: seq, Index: index},
		}
	}
	asking := batchOf(command.Hold, command.Issue)
	asking.Commands[1].Request = "r1"
	fed := batchOf(command.Issue)
	fed.Source = &command.Source{Name: "till", To: 1}
	own := number.Command{Party: "D", Lane: 3, Seq: 7}
	second := own
	second.Index = 1
	const plain = false
	type write struct {
		name          string
		batch         command.Batch
		operator      bool
		key           string
		before, after any
		ok            bool
	}
	for _, c := range []write{
		{"a lot by its command", batchOf(command.Issue), plain, string(Lot(own.Row(0))), nil, lot, true},
		{"a lot by a command that makes none", batchOf(command.Hold), plain, string(Lot(own.Row(0))), nil, lot, false},
		{"a lot in the number of another command of the batch", batchOf(command.Issue, command.Hold), plain,
			string(Lot(second.Row(0))), nil, lot, false},
		{"a lot beyond the batch", batchOf(command.Issue), plain, string(Lot(second.Row(0))), nil, lot, false},
		{"a lot of another batch", batchOf(command.Issue), plain,
			string(Lot(number.Command{Party: "D", Lane: 3, Seq: 6}.Row(0))), nil, lot, false},
		{"a lot of another party", batchOf(command.Issue), plain,
			string(Lot(number.Command{Party: "G", Lane: 3, Seq: 7}.Row(0))), nil, lot, false},
		{"a lot is made again", batchOf(command.Issue), plain, string(Lot(own.Row(0))), lot, lot, false},
		{"a lot is held", batchOf(command.Hold), plain, string(Lot(own.Row(0))), lot,
			with(func(l *points.Lot) { l.Placed = 4 }), true},
		{"more of a lot is held than there is", batchOf(command.Hold), plain, string(Lot(own.Row(0))), lot,
			with(func(l *points.Lot) { l.Placed = 11 }), false},
		{"a lot grows", batchOf(command.Hold), plain, string(Lot(own.Row(0))), lot,
			with(func(l *points.Lot) { l.Issued = 1_000_000_000 }), false},
		{"a lot changes hands", batchOf(command.Transfer), plain, string(Lot(own.Row(0))), lot,
			with(func(l *points.Lot) { l.Member = "thief" }), false},
		{"a spent lot is whole again", batchOf(command.Hold), plain, string(Lot(own.Row(0))),
			with(func(l *points.Lot) { l.Placed = 9 }), lot, false},
		{"a lot is given back", batchOf(command.Release), plain, string(Lot(own.Row(0))),
			with(func(l *points.Lot) { l.Placed = 9 }), lot, true},
		{"a lot is deleted", batchOf(command.Release), plain, string(Lot(own.Row(0))), lot, nil, false},
		{"a hold by its acceptor", batchOf(command.Capture), plain, "h/" + string(Hold(own))[2:], hold, hold, true},
		{"another's hold", batchOf(command.Capture), plain, string(Hold(own)), other, other, false},
		{"a hold that becomes one's own", batchOf(command.Capture), plain, string(Hold(own)), other, hold, false},
		{"a hold of more", batchOf(command.Capture), plain, string(Hold(own)), hold, forged, false},
		{"a programme by its issuer", batchOf(command.SetRules), plain, string(Programme("DP")), cheap, cheap, true},
		{"its price", batchOf(command.SetRules), plain, string(Programme("DP")), cheap, dear, false},
		{"another's programme", batchOf(command.SetRules), plain, string(Programme("DP")), stolen, stolen, false},
		{"a programme that is taken over", batchOf(command.SetRules), plain, string(Programme("DP")), stolen, cheap,
			false},
		{"a member by its home", batchOf(command.Erase), plain, string(Member("ann")),
			member.Member{ID: "ann", Home: "D"}, member.Member{ID: "ann", Home: "D"}, true},
		{"a member's home", batchOf(command.Merge), plain, string(Member("ann")), member.Member{ID: "ann", Home: "G"},
			member.Member{ID: "ann", Home: "D"}, false},
		{"a lane's totals", batchOf(command.Issue), plain, string(Totals("DP", "D", 3)), points.Totals{},
			points.Totals{}, true},
		{"another lane's totals", batchOf(command.Issue), plain, string(Totals("DP", "D", 4)), nil, points.Totals{},
			false},
		{"a party whose name ends so", batchOf(command.Issue), plain, string(Totals("DP", "XD", 3)), nil,
			points.Totals{}, false},
		{"a party by the operator", batchOf(command.AmendParty), true, string(Party("G")), party.Party{ID: "G"},
			party.Party{ID: "G"}, true},
		{"a party by no operator", batchOf(command.AmendParty), plain, string(Party("G")), party.Party{ID: "G"},
			party.Party{ID: "G"}, false},
		{"the founding", batchOf(command.AmendParty), true, string(Consortium()), nil, party.Consortium{}, false},
		{"the cycle by whom it may", batchOf(command.CutOff), plain, string(Cycle()), settlement.Cycle{},
			settlement.Cycle{}, true},
		{"the cycle beside something else", batchOf(command.Issue), true, string(Cycle()), settlement.Cycle{},
			settlement.Cycle{}, false},
		{"an outlet", batchOf(command.SetOutlet), plain, string(Outlet("D", "o1")), nil, goods.Outlet{}, true},
		{"another's outlet", batchOf(command.SetOutlet), plain, string(Outlet("G", "o1")), nil, goods.Outlet{}, false},
		{"a request", asking, plain, string(NamedRequest("D", "r1")), nil, request(1, 7), true},
		{"a request that wasn't asked", asking, plain, string(NamedRequest("D", "r2")), nil, request(1, 7), false},
		{"a request of another command", asking, plain, string(NamedRequest("D", "r1")), nil, request(0, 7), false},
		{"a request of another batch", asking, plain, string(NamedRequest("D", "r1")), nil, request(1, 6), false},
		{"another's request", asking, plain, string(NamedRequest("G", "r1")), nil, request(1, 7), false},
		{"a source", fed, plain, string(Source("D", "till")), nil, Cursor{At: 1}, true},
		{"another source", fed, plain, string(Source("D", "erp")), nil, Cursor{At: 1}, false},
		{"a source without one", batchOf(command.Issue), plain, string(Source("D", "")), nil, Cursor{At: 1}, false},
		{"a prefix that isn't", batchOf(command.Issue), plain, "zz/D", nil, lot, false},
	} {
		if err := NewSeal("D", c.operator, c.batch).Explain(c.key, c.before, c.after); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// What the founding writes was not there before, and is no more than it makes.
func TestExplainTheFounding(t *testing.T) {
	founding := Founding("G")
	for key, after := range map[string]any{
		string(Consortium()): party.Consortium{}, string(Cycle()): settlement.Cycle{},
		string(Party("G")):  party.Party{},
		string(Directory()): party.Directory{}, string(Agreements(20000)): settlement.Agreements{},
	} {
		if err := founding.Explain(key, nil, after); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if founding.Explain(key, after, after) == nil {
			t.Errorf("%s is founded twice", key)
		}
	}
	if founding.Explain(string(Lot(number.Command{Party: "G", Lane: 1, Seq: 1}.Row(0))), nil, points.Lot{}) == nil {
		t.Error("the founding makes points")
	}
}

// A key of another form than its kind's is no row's.
func TestReadRefusesOddKeys(t *testing.T) {
	totals := Encode(points.Totals{})
	for _, key := range []string{"t/DP/D", "t/DP/D/03/x", "t/DP/D/3", "t/DP/D/20", "t/DP/D/0A", "t/DP//03", "t", "t/",
		strings.ToUpper("t/dp/d/03")} {
		if found, err := Read(key, totals); err == nil {
			t.Errorf("%q was read as %+v", key, found)
		}
	}
	for _, key := range []string{"c/", "c/x", "y/"} {
		if _, err := Read(key, Encode(settlement.Cycle{})); err == nil {
			t.Errorf("%q was read", key)
		}
	}
}
