package command

import (
	"encoding/json"
	"testing"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
)

func TestBatchCheck(t *testing.T) {
	one := New("", points.TimeOutRequest{})
	linked := one
	linked.Linked = true
	for _, c := range []struct {
		name  string
		batch Batch
		code  fault.Code
	}{
		{"one command", Batch{Lane: 1, Seq: 1, Commands: []Command{one}}, ""},
		{"500 commands", Batch{Lane: 1, Seq: 1, Commands: make([]Command, 500)}, ""},
		{"501 commands", Batch{Lane: 1, Seq: 1, Commands: make([]Command, 501)}, fault.BadRequest},
		{"no command", Batch{Lane: 1, Seq: 1}, fault.BadRequest},
		{"the single commands' lane", Batch{Lane: 0, Seq: 1, Commands: []Command{one}}, fault.BadRequest},
		{"no such lane", Batch{Lane: 32, Seq: 1, Commands: []Command{one}}, fault.BadRequest},
		{"no sequence", Batch{Lane: 1, Commands: []Command{one}}, fault.BadRequest},
		{"linked with nothing", Batch{Lane: 1, Seq: 1, Commands: []Command{one, linked}}, fault.BadRequest},
		{"a source", Batch{Lane: 1, Seq: 1, Source: &Source{Name: "s", From: 0, To: 1}, Commands: []Command{one}}, ""},
		{"a source that stands still", Batch{Lane: 1, Seq: 1, Source: &Source{Name: "s", From: 1, To: 1},
			Commands: []Command{one}}, fault.BadRequest},
		{"a source of an odd name", Batch{Lane: 1, Seq: 1, Source: &Source{Name: "a/b", To: 1},
			Commands: []Command{one}}, fault.BadRequest},
	} {
		if err := c.batch.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCommandsRoundTrip(t *testing.T) {
	hold := number.Command{Party: "D", Lane: 1, Seq: 2, Index: 3}
	c := New("r1", points.CaptureRequest{Hold: hold, Amount: 5})
	var back Batch
	if err := codec.Decode(codec.Encode(Batch{Lane: 1, Seq: 1, Commands: []Command{c}}), &back); err != nil {
		t.Fatal(err)
	}
	req, err := back.Commands[0].Decode()
	if err != nil || req != (points.CaptureRequest{Hold: hold, Amount: 5}) || back.Commands[0].Request != "r1" {
		t.Errorf("%+v, %v", req, err)
	}
	data, err := json.Marshal(c)
	if want := `{"kind":"points:Capture","request":"r1","body":{"hold":"D.1.2.3","amount":5}}`; err != nil ||
		string(data) != want {
		t.Errorf("%s, %v", data, err)
	}
	again, err := Parse("points:Capture", []byte(`{"hold":"D.1.2.3","amount":5}`))
	if err != nil || New("", again).Hash() != c.Hash() {
		t.Errorf("JSON and CBOR differ: %+v, %v", again, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, c := range map[string]Command{
		"no kind":        {Body: codec.Encode(1)},
		"unknown kind":   {Kind: 250, Body: codec.Encode(1)},
		"another's body": {Kind: Issue, Body: codec.Encode(points.TimeOutRequest{})},
		"malformed":      New("", points.TimeOutRequest{}),
		"nothing":        {Kind: Issue, Body: []byte{0xf6}},
		"trailing":       {Kind: TimeOut, Body: append(codec.Encode(points.TimeOutRequest{}), 0)},
	} {
		if _, err := c.Decode(); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Parse("points:Mint", nil); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestReceipts(t *testing.T) {
	first := number.Command{Party: "D", Lane: 2, Seq: 9, Index: 1}
	b := Batch{Lane: 1, Seq: 4, Commands: make([]Command, 3)}
	receipts, refusals := b.Receipts("D", Result{Cycle: "c",
		Outcomes: []Outcome{{Index: 1, Code: fault.Expired, Text: "late"}, {Index: 2, First: first},
			{Index: 9, Code: fault.Expired}}})
	if refusals[0] != nil || receipts[0].Number.String() != "D.1.4.0" || receipts[0].Cycle != "c" {
		t.Errorf("0: %+v %v", receipts[0], refusals[0])
	}
	if fault.CodeOf(refusals[1]) != fault.Expired || !receipts[1].Number.IsZero() {
		t.Errorf("1: %+v %v", receipts[1], refusals[1])
	}
	if refusals[2] != nil || !receipts[2].Duplicate || receipts[2].Number != first {
		t.Errorf("2: %+v %v", receipts[2], refusals[2])
	}
}

// Every kind has a name and a request of its own.
func TestKindsAreDistinct(t *testing.T) {
	kinds, names := map[Kind]bool{}, map[string]bool{}
	for _, s := range specs {
		if kinds[s.kind] || names[s.name] || s.kind == 0 {
			t.Errorf("%d %s stands twice", s.kind, s.name)
		}
		kinds[s.kind], names[s.name] = true, true
	}
}
