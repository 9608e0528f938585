package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"tallystick/client/access"
	"tallystick/client/config"
	"tallystick/client/machine"
	"tallystick/client/store"
)

func initCommand(a *app) *cobra.Command {
	var hosts []string
	cmd := &cobra.Command{
		Use: "init", Args: cobra.NoArgs,
		Short: "Make what a node needs besides its profile: a certificate, and the first API key",
		Long: `Make the node's state directory, a certificate for its HTTPS unless the profile names
one, and the first API key, of the role admin, which is shown once. What is there already stays.`,
		Example: "  tallyd init --profile profile.yaml --host node.dealer.example",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := load(a.profile)
			if err != nil {
				return err
			}
			return a.init(cmd.Context(), cfg, hosts)
		},
	}
	cmd.Flags().StringSliceVar(&hosts, "host", nil,
		"name or address under which the node is reached, for its certificate; again for more")
	return cmd
}

func (a *app) init(ctx context.Context, cfg config.Config, hosts []string) (err error) {
	if err := a.initState(cfg, hosts); err != nil {
		return err
	}
	own, err := store.Open(ctx, cfg.StoreAt())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	keys := access.NewKeyring(own)
	there, err := keys.List(ctx)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		fmt.Fprintf(a.out, "API keys     %d are there; tallyd key list\n", len(there))
		return nil
	}
	text, _, err := keys.Add(ctx, access.NewKey{Name: "first", Role: "admin"})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "API key      %s\n             role admin; it isn't shown again\n", text)
	return nil
}

// initState makes the state directory and the certificate, if they aren't there.
func (a *app) initState(cfg config.Config, hosts []string) error {
	if err := os.MkdirAll(cfg.State, 0o700); err != nil {
		return machine.Fault(err)
	}
	return a.initCertificate(cfg, hosts)
}

func (a *app) initCertificate(cfg config.Config, hosts []string) error {
	cert, key := cfg.ServeCert()
	_, err := os.Stat(cert)
	switch {
	case err == nil:
		fmt.Fprintf(a.out, "certificate  %s is there\n", cert)
		return nil
	case !errors.Is(err, fs.ErrNotExist) || cfg.Serve.Cert != "":
		return machine.Fault(err)
	}
	host, _, err := net.SplitHostPort(cfg.Serve.Listen)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) {
		hosts = append(hosts, host)
	}
	hosts = append(hosts, "localhost", "127.0.0.1")
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	if err := makeCertificate(cert, key, cfg.Party, hosts); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "certificate  %s, for %v; give it to your clients\n", cert, hosts)
	return nil
}
