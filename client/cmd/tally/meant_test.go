package main

import (
	"strings"
	"testing"
)

// TestMeant: a word or a flag that there isn't is answered by the nearest that there is, at every level.
func TestMeant(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"point"}, "did you mean points?"},
		{[]string{"points", "walet", "li"}, "did you mean wallet?"},
		{[]string{"order", "return", "recieve"}, "did you mean receive?"},
		{[]string{"points", "hold", "--memeber", "li"}, "did you mean --member?"},
		{[]string{"statement", "show", "--wiht", "D"}, "did you mean --with?"},
		{[]string{"cycle", "list", "--netwrk", "x"}, "did you mean --network?"},
		{[]string{"points", "xyzzy"}, "unknown command \"xyzzy\"; see tally points --help"},
	} {
		if _, errs, exit := run(t, c.args...); exit != 2 || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit %d: %s, want %s", c.args, exit, errs, c.want)
		}
	}
}

func TestVersion(t *testing.T) {
	out, errs, exit := run(t, "version", "--network", "nowhere")
	if exit != 0 || !strings.Contains(out, "tally") || !strings.Contains(out, "go1") {
		t.Errorf("exit %d: %s%s", exit, out, errs)
	}
}

// TestWhatIsLostIsConfirmed by the commands that lose it.
func TestWhatIsLostIsConfirmed(t *testing.T) {
	for _, verb := range [][]string{{"member", "erase", "li", "--reason", "r"},
		{"member", "merge", "a", "b", "--invitation", "D.0.9.0", "--code", "00000-00000-00000-00000-000000"}} {
		if _, errs, exit := run(t, append([]string{"--as", "D", "--network", "nowhere"}, verb...)...); exit != 2 ||
			!strings.Contains(errs, "--yes") {
			t.Errorf("%v: exit %d: %s", verb, exit, errs)
		}
	}
}
