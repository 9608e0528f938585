package main

import (
	"context"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"

	"tallystick/client/cmd/tally/internal/cli"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

// commit is the source's, set by the linker (make build).
var commit string

// built is which source the program is of.
func built() string {
	if commit != "" {
		return commit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		if i := slices.IndexFunc(info.Settings, func(s debug.BuildSetting) bool {
			return s.Key == "vcs.revision"
		}); i >= 0 {
			return info.Settings[i].Value
		}
	}
	return "unknown"
}

// version is what a fault is reported with.
type version struct {
	Commit   string            `json:"commit"`
	Go       string            `json:"go"`
	Party    string            `json:"party"`    // of the profile, "" for none
	Packages map[string]string `json:"packages"` // ids of the chaincode that the party's peer runs, by its name
}

func versionCommand(a *cli.App) *cobra.Command {
	return cli.Leaf("version", "Say which source this is, and the package ids of the chaincode that your peer runs",
		"  tally version\n  tally --as D version -o json",
		func(context.Context, []string) error {
			v := version{Commit: built(), Go: runtime.Version(), Packages: map[string]string{}}
			if cfg, err := a.Config(nil); err == nil { // else there is no party to speak of
				v.Party = cfg.Party
				for _, p := range cfg.Packages {
					v.Packages[p.Chaincode] = p.ID
				}
			}
			return a.Print(v, func(t table.Writer) {
				t.AppendRows([]table.Row{{"tally", v.Commit}, {"built with", v.Go}})
				for _, name := range slices.Sorted(maps.Keys(v.Packages)) {
					t.AppendRow(table.Row{"chaincode " + name + " of " + v.Party, v.Packages[name]})
				}
			})
		})
}
