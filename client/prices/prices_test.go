package prices

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prices.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRead: yuan become fen, and rules keep their order.
func TestRead(t *testing.T) {
	until, err := date.Parse("2026-12-31")
	if err != nil {
		t.Fatal(err)
	}
	list, err := Read(write(t, `
- {audience: {labels: ["D:barred"]}, hidden: true}
- {audience: {programme: GP, tiers: [gold]}, price: 280, minPoints: 10, minCash: 0.5}
- {regions: [sh], until: "2026-12-31", price: 290}
- {price: 298.00}
`))
	want := []goods.Price{
		{Audience: audience.Audience{Labels: []string{"D:barred"}}, Hidden: true},
		{Audience: audience.Audience{Programme: "GP", Tiers: []string{"gold"}}, Fen: 28_000, MinPoints: 1000,
			MinCash: 50},
		{Regions: []string{"sh"}, Until: until, Fen: 29_000},
		{Fen: amount.Units(29_800)},
	}
	if err != nil || cmp.Diff(want, list) != "" {
		t.Errorf("%v: %s", err, cmp.Diff(want, list))
	}
}

// TestReadRefuses: what is wrong is named with its place.
func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"price: 3":                       "want a list of prices",
		"- {fen: 3}":                     ":1: fen: write price, in yuan",
		"- {price: 1}\n- {prize: 3}":     ":2: ",
		"- {price: much}":                ":1: price: yuan",
		"- {price: 1, minCash: 0.001}":   ":1: minCash: yuan",
		"- {price: 1, hidden: perhaps}":  "hidden",
		"- [":                            "yaml",
		"- {price: 1, until: 2026-13-1}": "want a day that there is",
	} {
		_, err := Read(write(t, text))
		if fault.CodeOf(err) != fault.BadRequest || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
