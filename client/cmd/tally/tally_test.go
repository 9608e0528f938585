package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

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
		{"malformed grant", []string{"--as", "D", "points", "issue", "--programme", "DP", "--grant", "wang-500"}, "member:amount:expires", 2},
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
	lot := index.Lot{Number: number.Command{Party: "D", Lane: 1, Seq: 2}.Row(0), Lot: points.Lot{Programme: "DP", Issued: 500, Placed: 200, Expires: 20787, State: points.Active}}
	var o bytes.Buffer
	a := &app{out: &o, format: "table"}
	err := a.print(nil, func(w table.Writer) {
		walletTable(w, index.Wallet{Height: 10, Lots: []index.Lot{lot}}, []points.Freeze{{By: "G", Reason: "abnormal_transfers"}})
	})
	want := strings.TrimLeft(`
 lot          programme  available  held or spent  transferred  issued  expires     state              
───────────────────────────────────────────────────────────────────────────────────────────────────────
 D.1.2.0.0    DP               300            200            0     500  2026-11-30  ACTIVE             
 frozen by G                                                                        abnormal_transfers 
as of block 9
`, "\n")
	if err != nil || o.String() != want {
		t.Errorf("%v\n%s", err, o.String())
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, c := range root(&app{}).Commands() {
		if c.Short == "" {
			t.Errorf("%s says nothing", c.Name())
		}
		for _, sub := range c.Commands() {
			if sub.Short == "" || sub.Args == nil {
				t.Errorf("%s %s: no help, or takes any arguments", c.Name(), sub.Name())
			}
		}
	}
}
