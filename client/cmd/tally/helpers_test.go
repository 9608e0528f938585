package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// run calls the program and answers what it wrote and its exit code.
func run(t *testing.T, args ...string) (out, errs string, exit int) {
	t.Helper()
	var o, e bytes.Buffer
	a := &App{Out: &o, Err: &e}
	cmd := root(a)
	cmd.SetArgs(args)
	cmd.SetOut(&o)
	cmd.SetErr(&e)
	if err := cmd.ExecuteContext(context.Background()); err != nil {
		exit = a.Fail(err)
	}
	return o.String(), e.String(), exit
}

// rendered is a table as people see it.
func rendered(fill func(table.Writer)) string {
	var o bytes.Buffer
	a := &App{Out: &o, Format: "table"}
	if err := a.Print(nil, fill); err != nil {
		return err.Error()
	}
	return o.String()
}

// shellquote splits a line into words, of which some stand in double quotes.
func shellquote(line string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(strings.Join(strings.Fields(line), " ")))
	r.Comma = ' '
	words, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return words, err
}

// reading is what a parser made of a text.
type reading struct {
	text string
	want any
	code fault.Code // or what it is refused with
}

func readings[T any](t *testing.T, parse func(string) (T, error), cases ...reading) {
	t.Helper()
	for _, c := range cases {
		got, err := parse(c.text)
		if code := codeOf(err); code != c.code {
			t.Errorf("%q: %v, want %q", c.text, err, c.code)
		} else if err == nil && !reflect.DeepEqual(any(got), c.want) {
			t.Errorf("%q: %+v, want %+v", c.text, got, c.want)
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

func looks(t *testing.T, what, got, want string) {
	t.Helper()
	if got != strings.TrimLeft(want, "\n") {
		t.Errorf("%s:\n%s", what, got)
	}
}

const november = date.Date(20758) // 2026-11-01

// squeezed is a text with one blank where there are several, and no lines that only
// part others.
func squeezed(text string) string {
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.Join(strings.Fields(l), " "); strings.Trim(l, "─") != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}
