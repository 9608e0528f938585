package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tallystick/chaincode/audience"
)

// ForWhom are the flags of an audience (千人千面).
func ForWhom(cmd *cobra.Command, to *audience.Audience) {
	On(cmd, "tier-of",
		"only for members of PROGRAMME:TIER; again for more tiers of that programme, of which any will do",
		func(text string) error {
			programme, tier, ok := strings.Cut(text, ":")
			if !ok || to.Programme != "" && to.Programme != programme {
				return fmt.Errorf("%q: want PROGRAMME:TIER, all of one programme", text)
			}
			to.Programme, to.Tiers = programme, append(to.Tiers, tier)
			return nil
		})
	Many(cmd, &to.Labels, "label-of", "only for members with PARTY:LABEL", AsIs)
	Many(cmd, &to.Not, "not-label", "not for members with PARTY:LABEL", AsIs)
}

// AudienceText writes for whom something is, "" for everybody.
func AudienceText(a audience.Audience) string {
	var parts []string
	if len(a.Tiers) > 0 {
		parts = append(parts, a.Programme+" "+strings.Join(a.Tiers, " or "))
	}
	parts = append(parts, a.Labels...)
	for _, l := range a.Not {
		parts = append(parts, "not "+l)
	}
	return strings.Join(parts, ", ")
}
