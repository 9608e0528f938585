package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tallystick/client/api"
	"tallystick/client/store"
)

func keyCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "The node's API keys", Args: noSuch,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(addKey(a), listKeys(a), endKey(a))
	return cmd
}

// atKeys opens the party's keyring, does something, and closes it. The node may run meanwhile.
func (a *app) atKeys(ctx context.Context, do func(*api.Keyring) error) (err error) {
	cfg, err := load(a.profile)
	if err != nil {
		return err
	}
	own, err := store.Open(ctx, cfg.StoreAt())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	return do(api.NewKeyring(own))
}

func addKey(a *app) *cobra.Command {
	var role string
	var lasts time.Duration
	cmd := &cobra.Command{
		Use: "add NAME", Args: cobra.ExactArgs(1),
		Short:   "Make a key for what calls itself NAME; it is shown once",
		Long:    "Make an API key. It is shown once; the node keeps its hash. The roles:\n\n" + rolesText(),
		Example: "  tallyd key add --profile profile.yaml --role counter till-7",
		RunE: func(cmd *cobra.Command, args []string) error {
			var ends time.Time
			if cmd.Flags().Changed("lasts") {
				ends = time.Now().Add(lasts)
			}
			return a.atKeys(cmd.Context(), func(keys *api.Keyring) error {
				text, _, err := keys.Add(cmd.Context(), args[0], role, ends)
				if err == nil {
					_, err = fmt.Fprintln(a.out, text)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&role, "role", "", "what it may do (required)")
	cmd.Flags().DurationVar(&lasts, "lasts", 0, "how long it can be used: 2160h; without, until it is ended")
	cmd.MarkFlagRequired("role")
	return cmd
}

// rolesText says what the roles are for, a line each.
func rolesText() string {
	var b strings.Builder
	for _, r := range api.Roles {
		fmt.Fprintf(&b, "  %-10s %s (%s)\n", r.Name, r.En, r.Zh)
	}
	return b.String()
}

func listKeys(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "list", Args: cobra.NoArgs, Short: "List the keys, without what is secret of them",
		Example: "  tallyd key list --profile profile.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.atKeys(cmd.Context(), func(keys *api.Keyring) error {
				list, err := keys.List(cmd.Context())
				if err != nil {
					return err
				}
				if format == "json" {
					return json.NewEncoder(a.out).Encode(map[string]any{"rows": list})
				}
				t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(t, "key\trole\tname\tmade\tstate")
				for _, k := range list {
					made := k.Made.Format(time.DateOnly)
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", k.ID, k.Role, k.Name, made, stateOf(k))
				}
				return t.Flush()
			})
		},
	}
	cmd.Flags().StringVarP(&format, "format", "o", "table", "form of the answer: table or json")
	return cmd
}

// stateOf says until when a key can be used.
func stateOf(k api.Key) string {
	switch {
	case !k.Ended.IsZero():
		return "ended " + k.Ended.Format(time.DateOnly)
	case !k.Lives(time.Now()):
		return "over since " + k.Ends.Format(time.DateOnly)
	case !k.Ends.IsZero():
		return "until " + k.Ends.Format(time.DateOnly)
	}
	return "in use"
}

func endKey(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "end KEY", Args: cobra.ExactArgs(1), Short: "End a key, by its id: it is refused from now on",
		Example: "  tallyd key end --profile profile.yaml abcdefgh",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.atKeys(cmd.Context(), func(keys *api.Keyring) error { return keys.End(cmd.Context(), args[0]) })
		},
	}
}
