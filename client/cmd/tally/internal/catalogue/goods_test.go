package catalogue

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/client/cmd/tally/internal/cli/clitest"
)

// goodsProgram has the commands that are tested here.
var goodsProgram = clitest.Program(Terms)

// A private price is in nothing that the program says, whatever is wrong with it.
func TestAPrivatePriceIsNotEchoed(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"negative": "-31337", "long": "31337" + strings.Repeat("0", 80),
		"no number": "31337 fen", "digits": "31337.00001"} {
		path := filepath.Join(dir, "price.txt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, errs, exit := clitest.Run(t, goodsProgram, "--as", "S1", "--network", "nowhere", "terms", "offer", "care",
			"kit", "D", "--value", path)
		if exit != 2 || strings.Contains(out+errs, "31337") {
			t.Errorf("%s: exit %d: %s%s", name, exit, out, errs)
		}
	}
	if _, errs, exit := clitest.Run(t, goodsProgram, "--as", "S1", "terms", "offer", "care", "kit", "D",
		"--value", "31337"); exit != 2 ||
		strings.Contains(errs, "31337") {
		t.Errorf("given as it is: %s", errs)
	}
}
