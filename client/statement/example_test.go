package statement_test

import (
	"fmt"
	"iter"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/client/statement"
)

// Two parties' nodes sum up the same lines and so come to the same root, which both sign. Who has nothing but the root
// can be shown that a line is under it.
func Example() {
	head := statement.Head{Network: "alliance", Cycle: "2026-11", From: november, To: november + 29,
		A: statement.Party{ID: "D", En: "Dealer", Zh: "经销商"}, B: statement.Party{ID: "G", En: "Group", Zh: "集团"}}
	s, err := statement.Of(head, lines)
	fmt.Println("D owes", s.Total.Owes.AB, "fen, G", s.Total.Owes.BA, err)
	fmt.Printf("root %x…\n", []byte(s.Root[:4]))

	proof, err := statement.Prove(s, lines, "G.1.9.0.0")
	fmt.Println(proof.Line.Fen, err, proof.Verify(s.Root))
	proof.Line.Fen--
	fmt.Println(proof.Verify(s.Root))
	// Output:
	// D owes 1800 fen, G 20000 <nil>
	// root 8f03d7d1…
	// 1800 <nil> <nil>
	// BAD_REQUEST: line G.1.9.0.0 is not shown to be under this root
}

const november = date.Date(20758) // 2026-11-01

// lines are what D and G owe each other: the index has them, sorted by number.
func lines() iter.Seq2[statement.Line, error] {
	line := statement.Line{
		Kind: "redemption", Scene: "retail", Tax: amount.Rate{Num: 0, Den: 1}, Cause: "points:Capture",
		Date: november, Block: 31, Tx: "f3a1",
	}
	return func(yield func(statement.Line, error) bool) {
		line.ID, line.Debtor, line.Creditor, line.Programme, line.Points, line.Fen = "D.2.7.0.1", "G", "D", "GP",
			20_000, 20_000
		if !yield(line, nil) {
			return
		}
		line.ID, line.Debtor, line.Creditor, line.Programme, line.Points, line.Fen = "G.1.9.0.0", "D", "G", "DP", 1_800,
			1_800
		yield(line, nil)
	}
}
