package api

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/node"
)

// TestDryRun: a request that is dry is answered as it would be, writes nothing, and leaves its key free.
func TestDryRun(t *testing.T) {
	s := online(t)
	zhang := s.members["zhang"]
	lots := `{"programme":"GP","grants":[{"member":"` + zhang + `","amount":100,"expires":"2027-12-31"}]}`
	before := s.node.Height()
	w := s.ask("admin", "POST", "/v1/lots", lots, DryHeader, "true", KeyHeader, "d-1")
	var would node.Receipt
	if err := json.Unmarshal(w.Body.Bytes(), &would); err != nil || w.Code != http.StatusOK ||
		w.Header().Get(DryHeader) != "true" || w.Header().Get(HeightHeader) == "" || would.Cycle != "2026-11" {
		t.Fatalf("%d %v %s: %v", w.Code, w.Header(), w.Body, err)
	}
	if after := s.node.Height(); after != before {
		t.Errorf("%d blocks became %d", before, after)
	}
	hold := `{"member":"` + zhang + `","take":[{"programme":"GP","points":60}],"for":900}`
	if p := problemIn(t, s.ask("admin", "POST", "/v1/holds", hold, DryHeader, "true")); p.Code != fault.Insufficient ||
		p.Effect != None {
		t.Errorf("nothing was given: %+v", p)
	}
	// the key stands for nothing yet, so it can be another request's
	more := `{"programme":"GP","grants":[{"member":"` + zhang + `","amount":90,"expires":"2027-12-31"}]}`
	if w := s.ask("admin", "POST", "/v1/lots", more, KeyHeader, "d-1"); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := s.ask("admin", "POST", "/v1/holds", hold, DryHeader, "true"); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := s.ask("admin", "POST", "/v1/lots", more, DryHeader, "true", KeyHeader, "d-1"); w.Code != http.StatusOK ||
		w.Header().Get(AgainHeader) != "true" {
		t.Errorf("what has taken effect: %d %v %s", w.Code, w.Header(), w.Body)
	}
	if p := problemIn(t, s.ask("admin", "POST", "/v1/lots", lots, DryHeader, "true", KeyHeader, "d-1")); p.Code !=
		fault.Conflict || p.Effect != None {
		t.Errorf("another request's key: %+v", p)
	}
}

// TestWhatCantBeTried: an operation that sends several commands, or keeps something besides, isn't dry.
func TestWhatCantBeTried(t *testing.T) {
	s := serverOf(t, io.Discard)
	for _, c := range [][4]string{
		{"POST", "/v1/redemptions", `{"member":"wang","take":[{"programme":"DP","points":1800}],"for":900}`, "true"},
		{"POST", "/v1/members", `{"channel":"app","customer":"1"}`, "true"},
		{"GET", "/v1/parties", "", "true"},
		{"POST", "/v1/lots", `{}`, "yes"},
	} {
		if p := problemIn(t, s.ask("admin", c[0], c[1], c[2], DryHeader, c[3])); p.Code != fault.BadRequest {
			t.Errorf("%s %s: %+v", c[0], c[1], p)
		}
	}
}
