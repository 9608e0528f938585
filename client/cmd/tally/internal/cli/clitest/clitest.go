// Package clitest is what tests of the command line have in common.
package clitest

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/client/cmd/tally/internal/cli"
)

// Program makes the program of some commands alone.
func Program(groups ...func(*cli.App) *cobra.Command) func(*cli.App) *cobra.Command {
	return func(a *cli.App) *cobra.Command {
		cmd := cli.Group("tally", "")
		for _, group := range groups {
			cmd.AddCommand(group(a))
		}
		a.Bind(cmd)
		return cmd
	}
}

// Run calls a program and answers what it wrote and its exit code.
func Run(t *testing.T, program func(*cli.App) *cobra.Command, args ...string) (out, errs string, exit int) {
	t.Helper()
	var o, e bytes.Buffer
	a := &cli.App{Out: &o, Err: &e}
	cmd := program(a)
	cmd.SetArgs(args)
	cmd.SetOut(&o)
	cmd.SetErr(&e)
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		exit = a.Fail(err)
	}
	return o.String(), e.String(), exit
}

// Rendered is a table as people see it.
func Rendered(fill func(table.Writer)) string {
	var o bytes.Buffer
	a := &cli.App{Out: &o, Format: "table"}
	if err := a.Print(nil, fill); err != nil {
		return err.Error()
	}
	return o.String()
}

// Reading is what a parser made of a text.
type Reading struct {
	Text string
	Want any
	Code fault.Code // or what it is refused with
}

// Readings compares what a parser makes of texts.
func Readings[T any](t *testing.T, parse func(string) (T, error), cases ...Reading) {
	t.Helper()
	for _, c := range cases {
		got, err := parse(c.Text)
		if code := codeOf(err); code != c.Code {
			t.Errorf("%q: %v, want %q", c.Text, err, c.Code)
		} else if err == nil && !reflect.DeepEqual(any(got), c.Want) {
			t.Errorf("%q: %+v, want %+v", c.Text, got, c.Want)
		}
	}
}

// codeOf is what an error comes to on the command line: uncoded ones are bad use.
func codeOf(err error) fault.Code {
	if code := fault.CodeOf(err); code != fault.Internal {
		return code
	}
	return fault.BadRequest
}

// Looks compares what was shown, but for the first line of what is wanted.
func Looks(t *testing.T, what, got, want string) {
	t.Helper()
	if got != strings.TrimLeft(want, "\n") {
		t.Errorf("%s:\n%s", what, got)
	}
}

// November is the first day of stories.
const November = date.Date(20758) // 2026-11-01

// Squeezed is a text with one blank where there are several, and no lines that only
// part others.
func Squeezed(text string) string {
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.Join(strings.Fields(l), " "); strings.Trim(l, "─") != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}
