package number

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/fault"
)

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", "D", "D.3.42", "D.32.1.0", "D.3.0.0", "D.3.42.500", "D.03.42.17", "D.3.42.17.256",
		"D.3.+42.17", "D.3.42.17.0.0", ".3.42.17", "D/x.3.42.17", "D.3.1099511627776.0", "D.3.42.-1",
		strings.Repeat("x", 65) + ".3.42.17", "D\u0000.3.42.17",
	} {
		if _, err := ParseCommand(text); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("ParseCommand(%q): %v", text, err)
		}
		if _, err := ParseRow(text); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("ParseRow(%q): %v", text, err)
		}
	}
}

func TestNumbersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Command{
			Party: rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`).Draw(t, "party"),
			Lane:  rapid.Uint8Range(0, Lanes-1).Draw(t, "lane"),
			Seq:   rapid.Uint64Range(1, MaxSeq).Draw(t, "seq"),
			Index: rapid.Uint16Range(0, MaxIndex).Draw(t, "index"),
		}
		row := c.Row(rapid.IntRange(0, MaxOrd).Draw(t, "ord"))
		if back, err := ParseCommand(c.String()); err != nil || back != c {
			t.Fatalf("%s came back as %v, %v", c, back, err)
		}
		data, _ := json.Marshal(row)
		var back Row
		if err := json.Unmarshal(data, &back); err != nil || back != row {
			t.Fatalf("%s came back as %v, %v", data, back, err)
		}
	})
}
