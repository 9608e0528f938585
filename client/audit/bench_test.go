package audit_test

import (
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/points"
	"tallystick/client/audit"
	"tallystick/client/audit/blockfile"
	"tallystick/client/audit/blockfile/blockfiletest"
)

// BenchmarkRun audits batches of 500 commands, half of them that issue points to a member, half that redeem them; but
// for layers 2 to 5, since a model's blocks have no signatures.
func BenchmarkRun(b *testing.B) {
	const batches, size = 20, 500
	l, _ := lived(b)
	for range batches {
		grants := make([]command.Command, size/2)
		for i := range grants {
			grants[i] = command.New("", points.IssueRequest{Programme: "DP",
				Grants: []points.Grant{{Member: "ann", Amount: 10, Expires: today + 300}}})
		}
		receipts, _, err := l.Run("D", 1, grants...)
		if err != nil {
			b.Fatal(err)
		}
		takes := make([]command.Command, len(receipts))
		for i, r := range receipts {
			takes[i] = command.New("", points.HoldRequest{Member: "ann", Pieces: take(r.Number.Row(0), 3),
				Deadline: l.Now().Unix() + 60})
		}
		if _, refusals, err := l.Run("D", 1, takes...); err != nil || refusals[0] != nil {
			b.Fatal(err, refusals)
		}
	}
	dir := b.TempDir()
	blockfiletest.Write(b, dir, blocksOf(l))
	source, err := blockfile.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	commands, began := 0, worked(b)
	for b.Loop() {
		r, err := audit.Run(b.Context(), source.Blocks(), audit.Config{})
		if err != nil || !r.Honest() {
			b.Fatal(err, r)
		}
		commands += r.Commands
	}
	b.ReportMetric(float64(commands)/(worked(b)-began).Seconds(), "commands/core-s")
}
