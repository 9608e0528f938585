package command

import (
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
)

func TestRequestsAreNamed(t *testing.T) {
	intent := IntentOf([]byte("redeem 5 of wang's"))
	text := NameRequest("", intent)[1:]
	long := strings.Repeat("x", 64)
	for _, c := range []struct {
		request, id string
		intent      Intent
		code        fault.Code
	}{
		{"", "", Intent{}, ""},
		{"A2", "A2", Intent{}, ""},
		{long, long, Intent{}, ""},
		{"A2:" + text, "A2", intent, ""},
		{"A2~capture", "A2~capture", Intent{}, ""},
		{long + "~" + long + ":" + text, long + "~" + long, intent, ""},
		{"~sign", "~sign", Intent{}, ""},

		{long + "x", "", Intent{}, fault.BadRequest},
		{"A/2", "", Intent{}, fault.BadRequest},
		{"~", "", Intent{}, fault.BadRequest},
		{"A2~", "", Intent{}, fault.BadRequest},
		{"A2~a~b", "", Intent{}, fault.BadRequest},
		{"A2~" + long + "x", "", Intent{}, fault.BadRequest},
		{":" + text, "", Intent{}, fault.BadRequest},
		{"A2:", "", Intent{}, fault.BadRequest},
		{"A2:" + text[1:], "", Intent{}, fault.BadRequest},
		{"A2:" + text + "A", "", Intent{}, fault.BadRequest},
		{"A2:" + text + ":" + text, "", Intent{}, fault.BadRequest},
		{"A2:AAAAAAAAAAAAAAAAAAAAAA", "", Intent{}, fault.BadRequest},
		// the same bytes as the one above, if it weren't strict
		{"A2:AAAAAAAAAAAAAAAAAAAAAB", "", Intent{}, fault.BadRequest},
	} {
		id, got, err := ParseRequest(c.request)
		if fault.CodeOf(err) != c.code || err == nil && (id != c.id || got != c.intent) {
			t.Errorf("%q: %q %x, %v", c.request, id, got, err)
		}
		if err == nil && NameRequest(id, got) != c.request {
			t.Errorf("%q becomes %q", c.request, NameRequest(id, got))
		}
	}
}

// What a request is compared by: its intent where there is one, whatever was chosen
// for it, and its content where there is none.
func TestCommandsAreTheSameByIntent(t *testing.T) {
	intent, other := IntentOf([]byte("one")), IntentOf([]byte("another"))
	five, six := points.CaptureRequest{Amount: 5}, points.CaptureRequest{Amount: 6}
	meant := New(NameRequest("A", intent), five).Hash()
	if New(NameRequest("A", intent), six).Hash() != meant || New(NameRequest("B", intent), six).Hash() != meant {
		t.Error("the intent is the same, and the hash another")
	}
	for name, c := range map[string]Command{
		"another intent": New(NameRequest("A", other), five),
		"no intent":      New("A", five),
		"a bad intent":   New("A:x", five),
	} {
		if c.Hash() == meant {
			t.Errorf("%s: the same hash", name)
		}
	}
	if New("A", five).Hash() != New("", five).Hash() || New("A", five).Hash() == New("A", six).Hash() {
		t.Error("without an intent the content counts, and the name doesn't")
	}
}
