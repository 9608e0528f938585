package index_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/replay"
	"tallystick/client/block"
	"tallystick/client/index"
)

// A read model is made of blocks, and asked as of one height.
func Example() {
	dir, err := os.MkdirTemp("", "tally-example")
	check(err)
	ix, err := index.Open(filepath.Join(dir, "index.db"))
	check(err)
	for b := range issued().Blocks() {
		parsed, err := block.Parse(b.Proto())
		check(err)
		check(ix.Apply(parsed))
	}

	r, err := ix.At(context.Background(), ix.Height())
	check(err)
	found, err := r.Lots(index.LotFilter{Member: "wang"}, index.Page{Limit: 10})
	check(err)
	for _, lot := range found.Rows {
		fmt.Println(lot.Number, lot.Programme, lot.Available(), "until", lot.Expires)
	}
	pieces, err := r.Choose("wang", "DP", 120, today) // which lots to spend, earliest expiry first
	for _, piece := range pieces {
		fmt.Println("spend", piece.Amount, "of", piece.Lot, err)
	}
	check(r.Close())
	check(ix.Close())
	check(os.RemoveAll(dir))
	// Output:
	// D.1.3.0.0 DP 100 until 2027-01-30
	// D.1.4.0.0 DP 50 until 2026-12-01
	// spend 50 of D.1.4.0.0 <nil>
	// spend 70 of D.1.3.0.0 <nil>
}

const today = date.Date(20758) // 2026-11-01

// issued is a simulated ledger on which D has issued 100 points to wang, and then 50 that expire before them.
func issued() *replay.Ledger {
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, TimeWindow: -1, Orgs: []ledgersim.Org{{MSP: "D", Peer: true}}},
		replay.Rules{Operator: "D", Test: true})
	check(err)
	check(
		l.Found("D", party.FoundRequest{Network: "test", En: "Dealer", Zh: "经销商", Roles: party.Issuer | party.Acceptor,
			Cycle: "2026-11", Date: today, Test: true}))
	for _, req := range []command.Request{
		points.OpenProgrammeRequest{Programme: "DP", En: "Points", Zh: "积分", Price: amount.Rate{Num: 1, Den: 1}},
		member.EnrolRequest{Member: "wang"},
		points.IssueRequest{
			Programme: "DP", Grants: []points.Grant{{Member: "wang", Amount: 100, Expires: today + 90}},
		},
		points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: "wang", Amount: 50, Expires: today + 30}}},
	} {
		_, err := l.Do("D", req)
		check(err)
	}
	return l
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
