package main

import (
	"bytes"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
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

// TestConfirm: what is lost for good is lost by somebody's word: at a terminal, or by --yes.
func TestConfirm(t *testing.T) {
	for _, c := range []struct {
		name, typed string
		terminal    bool
		yes         bool
		code        fault.Code
	}{
		{"a script that doesn't say so", "", false, false, fault.BadRequest},
		{"a script that does", "", false, true, ""},
		{"a yes", "yes\n", true, false, ""},
		{"a no", "no\n", true, false, fault.BadRequest},
		{"the end", "", true, false, fault.BadRequest},
	} {
		var said bytes.Buffer
		a := &App{Err: &said, yes: c.yes}
		if c.terminal {
			a.In = strings.NewReader(c.typed)
		}
		if err := a.Confirm("all is lost"); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.terminal && !strings.Contains(said.String(), "all is lost") {
			t.Errorf("%s: it asks %q", c.name, said.String())
		}
	}
	for _, verb := range [][]string{{"member", "erase", "li", "--reason", "r"},
		{"member", "merge", "a", "b", "--invitation", "D.0.9.0", "--code", "00000-00000-00000-00000-000000"}} {
		if _, errs, exit := run(t, append([]string{"--as", "D", "--network", "nowhere"}, verb...)...); exit != 2 ||
			!strings.Contains(errs, "--yes") {
			t.Errorf("%v: exit %d: %s", verb, exit, errs)
		}
	}
}

func TestVersion(t *testing.T) {
	out, errs, exit := run(t, "version", "--network", "nowhere")
	if exit != 0 || !strings.Contains(out, "tally") || !strings.Contains(out, "go1") {
		t.Errorf("exit %d: %s%s", exit, out, errs)
	}
}
