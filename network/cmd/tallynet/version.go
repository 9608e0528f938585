package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/network"
)

// commit is the source's, set by the linker (make build).
var commit string

// built is which source the program is of.
func built() string {
	if commit != "" {
		return commit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}

// version is what the program is of, and what the network's chaincode is, if there is one.
type version struct {
	Commit   string            `json:"commit"`
	Go       string            `json:"go"`
	Packages []network.Package `json:"packages"` // of chaincode, by party; none without a network
}

func versionCommand(s settings) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Say which source this is, and the package ids of the network's chaincode",
		Example: "  tallynet version\n  tallynet version -o json",
		Args:    exactly(0),
		RunE: func(*cobra.Command, []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			v := version{Commit: built(), Go: runtime.Version(), Packages: []network.Package{}}
			if n, err := s.open(); err == nil { // else there is no network to speak of
				v.Packages = n.Packages()
			}
			if format == "json" {
				return writeJSON(v)
			}
			fmt.Printf("tallynet %s, %s\n", v.Commit, v.Go)
			writePackages(v.Packages)
			return nil
		},
	}
	formatFlag(cmd, &format)
	return cmd
}

func writePackages(list []network.Package) {
	if len(list) == 0 {
		return
	}
	t := table.NewWriter()
	t.SetOutputMirror(os.Stdout)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"chaincode", "party", "package id"})
	for _, p := range list {
		t.AppendRow(table.Row{p.Chaincode, p.Party, p.ID})
	}
	t.Render()
}

// formatFlag is the form of an answer.
func formatFlag(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVarP(to, "format", "o", "table", "form of the answer: table or json")
	_ = cmd.RegisterFlagCompletionFunc("format",
		cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp))
}

func checkFormat(format string) error {
	if format != "table" && format != "json" {
		return usageError{fmt.Errorf("--format %q: want table or json", format)}
	}
	return nil
}

func writeJSON(v any) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
