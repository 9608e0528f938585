package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/client/access"
	"tallystick/client/figure"
	"tallystick/client/store"
)

func keyCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "The node's API keys", Args: noSuch,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(addKey(a), listKeys(a), endKey(a))
	return cmd
}

// atKeys opens the party's keyring, does something, and closes it. The node may run meanwhile.
func (a *app) atKeys(ctx context.Context, do func(*time.Location, *access.Keyring) error) (err error) {
	cfg, err := load(a.profile)
	if err != nil {
		return err
	}
	place, err := time.LoadLocation(cfg.Serve.Place)
	if err != nil {
		return err
	}
	own, err := store.Open(ctx, cfg.StoreAt())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	return do(place, access.NewKeyring(own))
}

func addKey(a *app) *cobra.Command {
	var what access.NewKey
	var lasts time.Duration
	var ends string
	cmd := &cobra.Command{
		Use: "add NAME", Args: cobra.ExactArgs(1),
		Short: "Make a key for what calls itself NAME; it is shown once",
		Long:  "Make an API key. It is shown once; the node keeps its hash. The roles:\n\n" + rolesText(),
		Example: `  tallyd key add --profile profile.yaml --role counter till-7
  tallyd key add --role counter --outlet 12 --per-request 500 --per-day 20000 --per-minute 60 till-7
  tallyd key add --role approver --person li@dealer.example --ends 2027-06-30 li`,
		RunE: func(cmd *cobra.Command, args []string) error {
			what.Name = args[0]
			if cmd.Flags().Changed("lasts") {
				what.Ends = time.Now().Add(lasts)
			}
			return a.atKeys(cmd.Context(), func(place *time.Location, keys *access.Keyring) (err error) {
				if ends != "" {
					if what.Ends, err = endOf(ends, place); err != nil {
						return err
					}
				}
				text, _, err := keys.Add(cmd.Context(), what)
				if err == nil {
					_, err = fmt.Fprintln(a.out, text)
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&what.Role, "role", "", "what it may do (required)")
	f.StringVar(&what.Person, "person", "", "who uses it, if that is a person: the same for each of his keys, such as "+
		"his address; approvers need one")
	f.StringVar(&what.Outlet, "outlet", "", "the one outlet whose requests it makes")
	f.Var(yuan{&what.PerRequest}, "per-request", "most that one request may move, in yuan; points count by their price")
	f.Var(yuan{&what.PerDay}, "per-day", "most that a day's requests may move together, in yuan")
	f.Int64Var(&what.PerMinute, "per-minute", 0, "most requests that write, within a minute")
	f.DurationVar(&lasts, "lasts", 0, "how long it can be used: 2160h; without, until it is ended")
	f.StringVar(&ends, "ends", "", "last day on which it can be used: 2027-06-30")
	cmd.MarkFlagRequired("role")
	cmd.MarkFlagsMutuallyExclusive("lasts", "ends")
	return cmd
}

// endOf is when a day ends.
func endOf(day string, place *time.Location) (time.Time, error) {
	begins, err := time.ParseInLocation(time.DateOnly, day, place)
	if err != nil {
		return time.Time{}, fmt.Errorf("--ends %.20q: want a day, such as 2027-06-30", day)
	}
	return begins.AddDate(0, 0, 1), nil
}

// yuan is a flag of money, kept in fen.
type yuan struct{ fen *int64 }

// Set reads it.
func (y yuan) Set(text string) error {
	fen, err := figure.ParseYuan(text)
	*y.fen = int64(fen)
	return err
}

// String writes it.
func (y yuan) String() string {
	if y.fen == nil || *y.fen == 0 {
		return ""
	}
	return figure.Yuan(amount.Units(*y.fen))
}

// Type is its form, for help.
func (yuan) Type() string { return "YUAN" }

// rolesText says what the roles are for, a line each.
func rolesText() string {
	var b strings.Builder
	for _, r := range access.Roles {
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
			return a.atKeys(cmd.Context(), func(_ *time.Location, keys *access.Keyring) error {
				list, err := keys.List(cmd.Context())
				if err != nil {
					return err
				}
				if format == "json" {
					return json.NewEncoder(a.out).Encode(map[string]any{"rows": list})
				}
				t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(t, "key\trole\tname\tperson\toutlet\ta request\ta day\ta minute\tmade\tstate")
				for _, k := range list {
					made := k.Made.Format(time.DateOnly)
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Role, k.Name, k.Person, k.Outlet,
						yuan{&k.PerRequest}, yuan{&k.PerDay}, countOf(k.PerMinute), made, stateOf(k))
				}
				return t.Flush()
			})
		},
	}
	cmd.Flags().StringVarP(&format, "format", "o", "table", "form of the answer: table or json")
	return cmd
}

// countOf writes a limit, nothing for none.
func countOf(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// stateOf says until when a key can be used.
func stateOf(k access.Key) string {
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
			return a.atKeys(cmd.Context(),
				func(_ *time.Location, keys *access.Keyring) error { return keys.End(cmd.Context(), args[0]) })
		},
	}
}
