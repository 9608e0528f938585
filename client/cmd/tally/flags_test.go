package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"tallystick/client/cmd/tally/internal/cli"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// leaves are all commands that do something.
func leaves() (list []*cobra.Command) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		if !c.HasSubCommands() {
			list = append(list, c)
		}
	}
	walk(root(&cli.App{}))
	return list
}

// TestFlagsMeanOneThing: a flag's name has one kind and one meaning wherever it stands, and none is left over.
func TestFlagsMeanOneThing(t *testing.T) {
	used := map[string]bool{}
	check := func(c *cobra.Command, f *pflag.Flag) {
		used[f.Name] = true
		m, known := cli.FlagMeanings[f.Name]
		switch {
		case f.Name == "help":
		case !known:
			t.Errorf("%s --%s: flagMeanings has no row of it", c.CommandPath(), f.Name)
		case m.Kind != f.Value.Type():
			t.Errorf("%s --%s takes %s, everywhere it is %s", c.CommandPath(), f.Name, f.Value.Type(), m.Kind)
		case strings.Contains(f.Usage, "none:"):
			t.Errorf("%s --%s: %q: say what holds if it isn't given", c.CommandPath(), f.Name, f.Usage)
		}
	}
	for _, c := range leaves() {
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { check(c, f) })
	}
	r := root(&cli.App{})
	r.PersistentFlags().VisitAll(func(f *pflag.Flag) { check(r, f) })
	for name := range cli.FlagMeanings {
		if !used[name] {
			t.Errorf("--%s: no command has it", name)
		}
	}
}

// TestRequiredFlagsAreMarked: with its arguments and the flags that its help calls required, and nothing else, a
// command asks for no other flag; without them it is refused, and all of them are named.
func TestRequiredFlagsAreMarked(t *testing.T) {
	t.Chdir(t.TempDir())
	fillFiles(t)
	for _, c := range leaves() {
		path := strings.Fields(c.CommandPath())[1:]
		call := slices.Concat([]string{"--as", "G", "--network", "nowhere"}, path, argumentsOf(c))
		required := requiredOf(c)
		if len(required) > 0 {
			_, errs, exit := run(t, call...)
			for _, name := range required {
				if exit != 2 || !strings.Contains(errs, "--"+name) {
					t.Errorf("%s without anything: exit %d: %s: want --%s named", c.CommandPath(), exit, errs, name)
				}
			}
		}
		for _, name := range required {
			call = append(call, "--"+name+"="+exampleOf(t, c, name))
		}
		_, errs, _ := run(t, call...)
		if strings.Contains(errs, "BAD_REQUEST") && !strings.Contains(errs, "make up") &&
			!slices.Contains(chosenOtherwise, c.CommandPath()) {
			t.Errorf("%s: %s", strings.Join(call, " "), errs)
		}
	}
}

// chosenOtherwise are commands with several ways to say what is meant, of which no flag alone is required.
var chosenOtherwise = []string{
	"tally benefit amend",      // anything that changes
	"tally programme rules",    // anything that changes
	"tally member authorise",   // --allow, or --signed
	"tally member erase",       // it asks, or --yes
	"tally member key",         // --key, --key-file, --generate or --remove
	"tally member merge",       // a code, however it is given
	"tally payment instruct",   // its file has a form
	"tally member unlink",      // a customer, or a party with an account
	"tally model select",       // a pair, or a view
	"tally import",             // FILE and --mapping, or --plan
	"tally campaign propose",   // what it gives
	"tally terms accept",       // its file has a form
	"tally payment advise",     // its file has a form
	"tally statement diff",     // its file has a form
	"tally verify-proof",       // its file has a form
	"tally verify-statement",   // its file has a form
	"tally verify-liability",   // its file has a form
	"tally books prove-member", // its file has a form
	"tally good import",        // its file has a form
	"tally audit replay",       // a folder, or --from-peer
	"tally audit cosign",       // a folder, or --from-peer
}

// requiredOf names the flags that a command's help calls required, of alternatives the first.
func requiredOf(c *cobra.Command) (names []string) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Annotations[cobra.BashCompOneRequiredFlag] != nil || f.Annotations[cli.OneOf] != nil {
			names = append(names, f.Name)
		}
	})
	return names
}

// argumentsOf are those of a command's first example.
func argumentsOf(c *cobra.Command) (args []string) {
	line, _, _ := strings.Cut(strings.ReplaceAll(c.Example, "\\\n", ""), "\n")
	_, rest, _ := strings.Cut(line, strings.TrimPrefix(c.CommandPath(), "tally "))
	for _, word := range strings.Fields(rest) {
		if strings.HasPrefix(word, "-") {
			break
		}
		args = append(args, word)
	}
	return args
}

func fillFiles(t *testing.T) {
	for _, name := range []string{"file", "FILE"} {
		if err := os.WriteFile(name, []byte("12\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile("file")
	if err != nil || len(data) == 0 {
		t.Fatal(err)
	}
	for _, c := range leaves() {
		for _, arg := range argumentsOf(c) {
			if strings.Contains(c.Use, "FILE") {
				if err := os.WriteFile(arg, data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	newKey(t, "key.pem")
}

// exampleOf is a text that a flag takes, by its kind.
func exampleOf(t *testing.T, c *cobra.Command, name string) string {
	switch c.CommandPath() + " --" + name {
	case "tally points transfer --to":
		return "wang"
	case "tally key add --role":
		return "counter"
	case "tally member sign --key-file":
		return "key.pem"
	case "tally dispute raise --line", "tally points revoke --about":
		return "D.0.9.0.0"
	case "tally books journal --out", "tally good export --out", "tally statement export --out":
		return "out.xlsx"
	}
	text, known := map[string]string{
		"category": "oil", "member": "li", "party": "D", "supplier": "care", "programme": "GP", "benefit": "ride",
		"rule": "basket", "scene": "care", "cycle": "2026-11",
		"period": "2026-11", "date": "2026-11-30", "yuan": "12.50", "points": "5", "programme:points": "GP:5",
		"lot:points":                          "D.1.7.3.0:5",
		"member:points[:expires[:activator]]": "li:5", "[label:]yuan": "12.50", "supplier/sku[:quantity]": "care/kit:2",
		"debtor:creditor:yuan": "D:M:1.50",
		"rate":                 "1/2", "number": "3", "file": "file", "cursor": "12.0.3-9f8e7d6c",
		"hash": strings.Repeat("5e", 32), "code": "some_reason",
		"text": "text", "roles": "issuer",
		"days": "7", "channel": "app", "party:parts": "G:1", "word": "x", "programme:digits": "GP:2",
	}[c.Flags().Lookup(name).Value.Type()]
	if name == "invitation" {
		return "D.0.40.0"
	}
	if !known {
		t.Fatalf("%s --%s: no example of %s", c.CommandPath(), name, c.Flags().Lookup(name).Value.Type())
	}
	return text
}
