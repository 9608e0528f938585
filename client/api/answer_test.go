package api

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/client/books"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
)

// TestTheSameBytes: what is asked for again is answered in the same bytes; what differs is in headers, and what was
// done keeps its height.
func TestTheSameBytes(t *testing.T) {
	receipt := func(height uint64, duplicate bool) node.Receipt {
		return node.Receipt{
			Receipt: command.Receipt{Cycle: "2026-11", Duplicate: duplicate},
			Request: "r",
			Height:  height,
		}
	}
	for _, c := range []struct {
		name         string
		first, again any
	}{
		{"a receipt", receipt(7, false), receipt(9, true)},
		{"receipts in an answer", loyalty.Redeemed{Receipt: receipt(7, false)},
			loyalty.Redeemed{Receipt: receipt(9, true)}},
		{"a list of them",
			node.Outcomes[node.Receipt]{Height: 7, Rows: []node.Receipt{receipt(6, false), receipt(7, false)}},
			node.Outcomes[node.Receipt]{Height: 9, Rows: []node.Receipt{receipt(9, true), receipt(9, true)}}},
	} {
		first, again := answered(t, c.first), answered(t, c.again)
		if first.Body.String() != again.Body.String() || first.Header().Get(againHeader) != "" ||
			again.Header().Get(againHeader) != "true" || first.Header().Get(heightHeader) != "7" ||
			again.Header().Get(heightHeader) != "9" {
			t.Errorf("%s: %v %s\nthen %v %s", c.name, first.Header(), first.Body, again.Header(), again.Body)
		}
	}
	var kept books.Scope
	if body := answered(t, books.Scope{Height: 7}).Body.Bytes(); json.Unmarshal(body, &kept) != nil ||
		kept.Height != 7 {
		t.Errorf("a proof's height: %s", body)
	}
}

func answered(t *testing.T, answer any) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	if err := writeAnswer(w, route{}, answer, 0); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestListsAreNeverNull: a list that nobody made is written as an empty one, and what the node keeps isn't changed.
func TestListsAreNeverNull(t *testing.T) {
	type row struct {
		Names []string          `json:"names"`
		By    map[string]string `json:"by"`
		Bytes []byte            `json:"bytes"`
		Gone  []string          `json:"gone,omitempty"`
		Hash  codec.Hash        `json:"hash"`
		Other *row              `json:"other,omitempty"`
	}
	kept := []row{{Other: &row{}}}
	const one = `{"names":[],"by":{},"bytes":"","hash":""`
	want := `{"rows":[` + one + `,"other":` + one + "}}]}\n"
	if got := answered(t, node.List[row]{Rows: kept}).Body.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if kept[0].Names != nil || kept[0].Other.Names != nil {
		t.Error("what the node keeps was changed")
	}
}
