package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/fault"
)

// Who names a party that the network hasn't is told which there are.
func TestPartiesThatThereAre(t *testing.T) {
	network := t.TempDir()
	none := (&App{network: network, as: "Q"}).others()
	for _, id := range []string{"D", "G"} {
		if err := os.MkdirAll(filepath.Join(network, "parties", id), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(network, "parties", id, "profile.yaml"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := (&App{network: network, as: "Q"}).Config(nil)
	if err == nil || !strings.HasSuffix(err.Error(), "parties/Q/profile.yaml; there are D, G") ||
		none != "is the network up? try make up" {
		t.Error(err, none)
	}
}

// A table of nothing says so.
func TestNothingIsSaid(t *testing.T) {
	var out bytes.Buffer
	a := &App{Out: &out}
	if err := a.Print(nil, func(w table.Writer) {
		w.AppendHeader(table.Row{"a"})
		w.SuppressEmptyColumns()
	}); err != nil || out.String() != "none\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// A mistake in the flags is told in JSON to who asked for it, wherever that stands.
func TestFormOfMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"party list": "table", "party list -o json": "json", "-ojson party": "json",
		"party --format=json --nosuch": "json",
		"party -o=json":                "json", "party --format json": "json", "party -o": "table",
		"party -o csv":    "table",
		"party --en json": "table",
	} {
		if got := FormIn(strings.Fields(line), "table"); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// Who names no authorisation is told how to; other refusals stay as they are.
func TestHowToNameAnAuthorisation(t *testing.T) {
	lacks := authorisable(fault.New(fault.Unauthorised, "F is not the home of member m-1 and names no authorisation"))
	if fault.CodeOf(lacks) != fault.Unauthorised || !strings.Contains(lacks.Error(), "--authorisation names one") {
		t.Error(lacks)
	}
	for _, err := range []error{nil, fault.New(fault.Unauthorised, "authorisation D.0.1.0 does not cover GP"),
		fault.New(fault.NotFound, "names no authorisation")} {
		if authorisable(err) != err {
			t.Error(err)
		}
	}
}

// A file in a folder that isn't there is the caller's mistake, and named as it was.
func TestFoldersThatAreNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "pain.xml")
	for name, write := range map[string]func(string, []byte) error{"whole": WriteWhole, "kept": KeepFile} {
		if err := write(path, []byte("x")); fault.CodeOf(err) != fault.BadRequest ||
			!strings.Contains(err.Error(), path+" can't be written: there is no folder") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
