package suggest

import (
	"errors"
	"testing"

	"github.com/spf13/cobra"
)

func TestWhatWasMeant(t *testing.T) {
	top := &cobra.Command{Use: "top"}
	sub := &cobra.Command{Use: "redeem", Run: func(*cobra.Command, []string) {}}
	sub.Flags().String("member", "", "")
	top.AddCommand(sub, &cobra.Command{Use: "old", Hidden: true, Run: func(*cobra.Command, []string) {}})
	for word, want := range map[string]string{"reedem": "; did you mean redeem?", "old": "", "olds": "", "wallet": ""} {
		if got := Command(top, word); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
	if end, unknown := Flag(sub, sub.ParseFlags([]string{"--membre", "x"})); end != "; did you mean --member?" ||
		!unknown {
		t.Errorf("--membre: %q, %v", end, unknown)
	}
	if end, unknown := Flag(sub, errors.New("another fault")); end != "" || unknown {
		t.Errorf("another fault: %q, %v", end, unknown)
	}
}
