package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/figure"
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

// TestCodesAreRead: from the flag, a file or the environment, and from there only
// if an authorisation is named.
func TestCodesAreRead(t *testing.T) {
	secret := code.Code(strings.Repeat("x", code.Size))
	file := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(file, []byte(strings.ToLower(secret.String())+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	named := number.Command{Party: "G", Seq: 3}
	for _, c := range []struct {
		name string
		c    Consent
		env  string
		want bool
	}{
		{"none", Consent{}, "", false},
		{"flag", Consent{oneTime: OneTime{code: secret}}, "", true},
		{"file", Consent{oneTime: OneTime{file: file}}, "", true},
		{"environment", Consent{authorisation: named}, secret.String(), true},
		{"environment, for something else", Consent{}, secret.String(), false},
		{"authorisation that needs none", Consent{authorisation: named}, "", false},
	} {
		t.Setenv("TALLY_CODE", c.env)
		n, got, err := c.c.Proof(&App{})
		if err != nil || n != c.c.authorisation || (len(got) > 0) != c.want || c.want &&
			got.String() != secret.String() {
			t.Errorf("%s: %s %s %v", c.name, n, got, err)
		}
	}
	if _, err := (&OneTime{file: "nowhere"}).Read(&App{}); err == nil {
		t.Error("a missing file is no code")
	}
}

func TestKeptFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pain001.xml")
	for range 2 {
		if err := KeepFile(path, []byte("one")); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: others can read it", info.Mode(), err)
	}
	if err := KeepFile(path, []byte("two")); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("written over: %v", err)
	}
	if err := KeepFile(filepath.Join(path, "in"), []byte("x")); err == nil {
		t.Error("no folder")
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".tally-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
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

}

func TestFailuresAreCoded(t *testing.T) {
	for _, c := range []struct {
		err  error
		code fault.Code
		exit int
		text string
	}{
		{fault.New(fault.Forbidden, "no"), fault.Forbidden, 3, "no"},
		{errors.Join(fault.New(fault.Insufficient, "no"), nil), fault.Insufficient, 7, "no"},
		{errors.New("some flag"), fault.BadRequest, 2, "some flag"},
		{asFault(errors.New("disk")), fault.Internal, 1, "disk"},
		{asFault(errors.Join(fault.New(fault.Expired, "late"), errors.New("disk"))), fault.Expired, 6, "late\ndisk"},
		{fmt.Errorf("%w. line D.0.9.0.0 is wrong", fault.New(fault.Conflict, "other sums")), fault.Conflict, 4,
			"other sums. line D.0.9.0.0 is wrong"},
		{fmt.Errorf("accounts: %w", fault.New(fault.NotFound, "no account")), fault.NotFound, 5,
			"accounts: no account"},
	} {
		var e bytes.Buffer
		a := &App{Err: &e, Format: "json"}
		exit := a.Fail(c.err)
		var said struct {
			Code fault.Code
			Text string
		}
		if err := json.Unmarshal(e.Bytes(), &said); err != nil || said.Code != c.code ||
			said.Text != c.text || exit != c.exit {
			t.Errorf("%v: %s, exit %d", c.err, e.String(), exit)
		}
	}
}

func TestSpanTexts(t *testing.T) {
	for want, d := range map[string]time.Duration{"15m": 15 * time.Minute, "1d": ADay, "7d": 7 * ADay,
		"36h": 36 * time.Hour, "1h": time.Hour, "1h30m": 90 * time.Minute, "20s": 20 * time.Second} {
		if got := spanText(d); got != want {
			t.Errorf("%s is shown as %s", want, got)
		}
	}
}

func TestScales(t *testing.T) {
	s := ScalesOf([]points.Programme{{ID: "GP", Rules: points.Rules{Scale: 2}}, {ID: "DP"}})
	for _, c := range []struct {
		programme string
		units     amount.Units
		want      string
	}{
		{"GP", 1860, "18.60"}, {"GP", 5, "0.05"}, {"GP", 0, "0.00"}, {"DP", 1860, "1,860"},
		{"DP", 0, "0"}, {"unknown", 7, "7"},
		{"GP", amount.Max, "90,071,992,547,409.91"},
	} {
		if got := s.Show(c.programme, c.units); got != c.want {
			t.Errorf("%d %s: %s", c.units, c.programme, got)
		}
	}
	if s.OrNone("GP", 0) != "" || s.OrNone("GP", 1) != "0.01" {
		t.Error("a limit of 0 is none")
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

// TestTextsAreRead: what a flag's text becomes, and what none can be.
func TestTextsAreRead(t *testing.T) {
	five, err := figure.Parse("18.60")
	if err != nil {
		t.Fatal(err)
	}
	lot := number.Command{Party: "D", Seq: 9}.Row(0)
	if p, err := parsePart("GP:18.60"); err != nil || p != (Part{"GP", 1860, five}) {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := parseLotPart("D.0.9.0.0:18.60"); err != nil || p != (lotPart{lot, five}) {
		t.Errorf("%+v, %v", p, err)
	}
	for text, want := range map[string]time.Duration{"7d": 7 * ADay, "36h": 36 * time.Hour, "15m": 15 * time.Minute} {
		if d, err := parseSpan(text); err != nil || d != want {
			t.Errorf("%s: %s, %v", text, d, err)
		}
	}
	if n, err := Small[uint8]("255"); err != nil || n != 255 {
		t.Errorf("%d, %v", n, err)
	}
	bad := map[string]func(string) error{}
	for _, text := range []string{"GP", "GP:", "GP:-1", "GP:1,860"} {
		bad[text] = func(text string) error { _, err := parsePart(text); return err }
	}
	for _, text := range []string{"D.0.9.0:5", "D.0.9.0.0"} {
		bad[text] = func(text string) error { _, err := parseLotPart(text); return err }
	}
	for _, text := range []string{"0d", "-1h", "0s", "1w", "99999d"} {
		bad[text] = func(text string) error { _, err := parseSpan(text); return err }
	}
	for _, text := range []string{"256", "-1", ""} {
		bad[text] = func(text string) error { _, err := Small[uint8](text); return err }
	}
	for text, read := range bad {
		if fault.CodeOf(read(text)) != fault.BadRequest {
			t.Errorf("%q was read", text)
		}
	}
}

func TestMoney(t *testing.T) {
	for fen, want := range map[amount.Units]string{0: "¥0.00", 5: "¥0.05", 99: "¥0.99", 100: "¥1.00",
		2_594_600: "¥25,946.00", 99_999: "¥999.99", 100_000: "¥1,000.00", -26_532: "−¥265.32",
		amount.Max: "¥90,071,992,547,409.91"} {
		if got := Yuan(fen); got != want {
			t.Errorf("%d: %s", fen, got)
		}
	}
	if YuanOrNone(0) != "" || YuanOrNone(1) != "¥0.01" {
		t.Error("nothing is left empty")
	}
}
