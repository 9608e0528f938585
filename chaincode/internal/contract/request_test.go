package contract

import (
	"encoding/json"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// With an intent the ledger answers by what was meant, at both doors, whatever was
// chosen for it; and another intent, or none, is a CONFLICT that does nothing.
func TestRequestsStandForTheirIntent(t *testing.T) {
	w := founded(t, 1)
	w.must(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "P", Zh: "积分", Price: amount.Rate{Num: 1, Den: 1}})
	give := func(n int) points.IssueRequest {
		return points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: "wang", Amount: amount.Units(n),
			Expires: day(firstDay) + 100}}}
	}
	meant, other := command.IntentOf([]byte("what was meant")), command.IntentOf([]byte("something else"))
	batch := func(request string, n int) (command.Receipt, error) {
		receipts, refusals, err := w.send(t, "D", command.Batch{Commands: []command.Command{command.New(request,
			give(n))}})
		if err != nil {
			t.Fatal(err)
		}
		return receipts[0], refusals[0]
	}
	alone := func(request string, n int) (answer command.Receipt, err error) {
		body, err := json.Marshal(give(n))
		if err != nil {
			t.Fatal(err)
		}
		tx, err := w.call("D", "points:Issue", request, string(body))
		if err != nil {
			refusal, _ := fault.Parse(err.Error())
			return answer, refusal
		}
		return answer, json.Unmarshal(tx.Envelope.Response().GetPayload(), &answer)
	}
	doors := map[string]func(string, int) (command.Receipt, error){"batch": batch, "single": alone}
	for first, do := range doors {
		id := "A-" + first
		made, err := do(command.NameRequest(id, meant), 5)
		if err != nil || made.Duplicate {
			t.Fatalf("%s: %+v, %v", first, made, err)
		}
		before := w.net.Get("G", seal.Outer, string(row.NamedRequest("D", id)))
		for then, do := range doors {
			again, err := do(command.NameRequest(id, meant), 6)
			if err != nil || !again.Duplicate || again.Number != made.Number || again.Cycle != made.Cycle ||
				again.Date != made.Date {
				t.Errorf("%s, then %s: %+v, %v; want %+v", first, then, again, err, made)
			}
			for name, request := range map[string]string{"another intent": command.NameRequest(id, other),
				"no intent": id} {
				if _, err := do(request, 5); fault.CodeOf(err) != fault.Conflict {
					t.Errorf("%s, then %s with %s: %v", first, then, name, err)
				}
			}
			for name, request := range map[string]string{"half an intent": id + ":x",
				"two steps": id + "~a~b", "a key": id + "/x"} {
				if _, err := do(request, 5); fault.CodeOf(err) != fault.BadRequest {
					t.Errorf("%s, %s: %v", then, name, err)
				}
			}
		}
		if after := w.net.Get("G", seal.Outer, string(row.NamedRequest("D", id))); string(after) != string(before) ||
			len(after) == 0 {
			t.Error("what is remembered changed")
		}
		// A step is a name of its own.
		if step, err := do(command.NameRequest(id+"~capture", meant), 7); err != nil || step.Duplicate {
			t.Errorf("%s: %+v, %v", first, step, err)
		}
	}
	lots := 0
	for key := range w.net.State("G", seal.Outer) {
		if row.KindOf(key) == "lot" {
			lots++
		}
	}
	if lots != 4 {
		t.Errorf("%d lots, want 4", lots)
	}
}
