package loyalty

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/benefit"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
)

func TestBenefitTableSaysWords(t *testing.T) {
	got := clitest.Rendered(func(w table.Writer) {
		benefitTable(w, benefit.Model{ID: "b", Kind: benefit.Coupon, Lapse: benefit.Keep,
			Points: []benefit.Cost{{Programme: "GP", Amount: 150}}}, cli.Scales{"GP": 2})
	})
	for _, want := range []string{"coupon", "KEEP", "1.50 GP"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s:\n%s", want, got)
		}
	}
}
