package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/index"
)

// run calls the program and answers what it wrote and its exit code.
func run(t *testing.T, args ...string) (out, errs string, exit int) {
	t.Helper()
	var o, e bytes.Buffer
	a := &app{out: &o, err: &e}
	cmd := root(a)
	cmd.SetArgs(args)
	cmd.SetOut(&o)
	cmd.SetErr(&e)
	if err := cmd.ExecuteContext(context.Background()); err != nil {
		exit = a.fail(err)
	}
	return o.String(), e.String(), exit
}

func TestRefusalsListsEveryCode(t *testing.T) {
	out, _, exit := run(t, "refusals")
	for _, m := range fault.Table {
		if !strings.Contains(out, string(m.Code)) || !strings.Contains(out, m.Zh) {
			t.Errorf("%s is missing", m.Code)
		}
	}
	out, _, _ = run(t, "refusals", "-o", "json")
	var list []fault.Meaning
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != len(fault.Table) || exit != 0 {
		t.Errorf("%d, %v, exit %d", len(list), err, exit)
	}
}

func TestBadUseIsSaidBeforeAnythingIsSent(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
		exit int
	}{
		{"nobody", []string{"party", "list"}, "--as PARTY", 2},
		{"no network", []string{"--as", "X", "--network", "nowhere", "party", "list"}, "make up", 2},
		{"odd output", []string{"-o", "xml", "refusals"}, "table or json", 2},
		{"unknown command", []string{"mint"}, "unknown command", 2},
		{"unknown flag", []string{"refusals", "--loud"}, "unknown flag", 2},
		{"malformed grant", []string{"--as", "D", "points", "issue", "--programme", "DP", "--grant", "wang-500"}, "member:amount[:expires", 2},
		{"amount 0", []string{"--as", "D", "points", "issue", "--programme", "DP", "--grant", "wang:0:2027-01-01"}, "under 1", 2},
		{"amount above the limit", []string{"--as", "D", "points", "issue", "--programme", "DP", "--grant", "wang:9007199254740992:2027-01-01"}, "LIMIT", 7},
		{"no such date", []string{"--as", "D", "points", "issue", "--programme", "DP", "--grant", "wang:1:2027-02-30"}, "2026-12-31", 2},
		{"malformed lot", []string{"--as", "D", "points", "activate", "D.1"}, "party.lane", 2},
		{"malformed hold", []string{"--as", "D", "points", "capture", "hold-1"}, "party.lane", 2},
		{"unknown role", []string{"--as", "G", "party", "register", "X", "--roles", "king"}, "operator issuer", 2},
		{"odd price", []string{"--as", "G", "programme", "open", "XP", "--price", "cheap"}, "4/5", 2},
	} {
		_, errs, exit := run(t, c.args...)
		if !strings.Contains(errs, c.want) || exit != c.exit {
			t.Errorf("%s: exit %d: %s", c.name, exit, errs)
		}
	}
}

func TestFailuresAreCoded(t *testing.T) {
	for _, c := range []struct {
		err  error
		code fault.Code
		exit int
	}{
		{fault.New(fault.Forbidden, "no"), fault.Forbidden, 3},
		{errors.Join(fault.New(fault.Insufficient, "no"), nil), fault.Insufficient, 7},
		{errors.New("some flag"), fault.BadRequest, 2},
		{asFault(errors.New("disk")), fault.Internal, 1},
		{asFault(errors.Join(fault.New(fault.Expired, "late"), errors.New("disk"))), fault.Expired, 6},
	} {
		var e bytes.Buffer
		a := &app{err: &e, format: "json"}
		exit := a.fail(c.err)
		var said struct{ Code fault.Code }
		if err := json.Unmarshal(e.Bytes(), &said); err != nil || said.Code != c.code || exit != c.exit {
			t.Errorf("%v: %s, exit %d", c.err, e.String(), exit)
		}
	}
}

func TestWalletTable(t *testing.T) {
	lot := func(seq uint64, l points.Lot) index.Lot {
		return index.Lot{Number: number.Command{Party: "D", Lane: 1, Seq: seq}.Row(0), Lot: l}
	}
	plain := points.Lot{Programme: "DP", Member: "wang", Issued: 500, Placed: 200, Expires: 20787, State: points.Active, Origin: points.Issued}
	other := points.Lot{Programme: "GP", Member: "old", Funder: "F", Issued: 1860, Expires: 20787, Waits: 20700, State: points.Active, Origin: points.Transferred}
	for _, c := range []struct {
		name   string
		lots   []index.Lot
		frozen []points.Freeze
		want   string
	}{
		{"plain", []index.Lot{lot(2, plain)}, []points.Freeze{{By: "G", Reason: "abnormal_transfers"}}, `
 lot          programme  available  held or spent  transferred  issued  expires     state              
───────────────────────────────────────────────────────────────────────────────────────────────────────
 D.1.2.0.0    DP               300            200            0     500  2026-11-30  ACTIVE             
 frozen by G                                                                        abnormal_transfers 
as of block 9
`},
		{"merged, funded, received, at a scale", []index.Lot{lot(3, other)}, nil, `
 lot        programme  available  held or spent  transferred  issued  expires     state   of   funder  origin       can be sent on from 
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 D.1.3.0.0  GP             18.60           0.00         0.00   18.60  2026-11-30  ACTIVE  old  F       TRANSFERRED  2026-09-04          
as of block 9
`},
	} {
		got := rendered(func(w table.Writer) {
			walletTable(w, index.Wallet{Height: 10, Member: "wang", Lots: c.lots}, c.frozen, scales{"GP": 2})
		})
		if want := strings.TrimLeft(c.want, "\n"); got != want {
			t.Errorf("%s:\n%s", c.name, got)
		}
	}
}

// rendered is a table as people see it.
func rendered(fill func(table.Writer)) string {
	var o bytes.Buffer
	a := &app{out: &o, format: "table"}
	if err := a.print(nil, fill); err != nil {
		return err.Error()
	}
	return o.String()
}

// TestEveryCommandHasHelp walks the whole tree: each says what it is for, takes
// what it says, and shows how, if there is anything to say to it.
func TestEveryCommandHasHelp(t *testing.T) {
	var leaves int
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" || c.Args == nil && c.HasParent() {
			t.Errorf("%s: no help, or takes any arguments", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
		if c.HasSubCommands() {
			return
		}
		leaves++
		input := strings.Contains(c.Use, " ") || c.HasLocalFlags()
		if input && !strings.Contains(c.Example, c.CommandPath()[len("tally "):]) {
			t.Errorf("%s: wants input, and no example shows how", c.CommandPath())
		}
		if out, _, exit := run(t, append(strings.Fields(c.CommandPath())[1:], "--help")...); exit != 0 || !strings.Contains(out, c.Short) {
			t.Errorf("%s --help: exit %d: %s", c.CommandPath(), exit, out)
		}
	}
	walk(root(&app{}))
	if leaves < 40 {
		t.Errorf("only %d commands", leaves)
	}
}

// TestExamplesAreWellFormed runs every example up to the point where it would
// meet a network: its flags and arguments must be those that there are.
func TestExamplesAreWellFormed(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"handover.pdf", "letter.pdf"} {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		for _, line := range strings.Split(strings.ReplaceAll(c.Example, "\\\n", ""), "\n") {
			words, err := shellquote(strings.TrimPrefix(strings.TrimSpace(line), "tally "))
			if err != nil {
				t.Errorf("%q: %v", line, err)
			}
			if line == "" || strings.Contains(line, "…") {
				continue
			}
			_, errs, exit := run(t, append(words, "--network", "nowhere")...)
			if exit != 0 && !strings.Contains(errs, "make up") && !strings.Contains(errs, "no such file") {
				t.Errorf("%s\n%s", line, errs)
			}
		}
	}
	walk(root(&app{}))
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
