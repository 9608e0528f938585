package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shirou/gopsutil/v4/disk"
	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/api"
	"tallystick/client/bounds"
	"tallystick/client/config"
	"tallystick/client/gateway"
	"tallystick/client/lanes"
	"tallystick/client/machine"
	"tallystick/client/store"
)

func checkCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "check", Args: cobra.NoArgs,
		Short: "Check what a node needs: keys, certificates, disk, peers, clock",
		Long: `Check what a node needs before it serves. Each line says what is right, or what to do about
what isn't; the exit code is 12 if anything isn't right.`,
		Example: "  tallyd check --profile profile.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := load(a.profile)
			if err != nil {
				return err
			}
			return a.check(cmd.Context(), cfg)
		},
	}
}

// checks are what a node needs, in the order in which to mend it. Each says what it found.
var checks = []struct {
	what string
	look func(context.Context, config.Config) (string, error)
}{
	{"identity", func(_ context.Context, cfg config.Config) (string, error) {
		return lookAtPair(cfg.Identity.Cert, cfg.Identity.Key)
	}},
	{"HTTPS", func(_ context.Context, cfg config.Config) (string, error) {
		return lookAtPair(cfg.ServeCert())
	}},
	{"API keys", lookAtKeys},
	{"who may", lookAtWho},
	{"disk", lookAtDisk},
	{"clock", lookAtClock},
	{"lanes", lookAtLanes},
	{"peers", lookAtPeers},
}

// check does all checks and prints what each found.
func (a *app) check(ctx context.Context, cfg config.Config) error {
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	wrong := 0
	for _, c := range checks {
		found, err := c.look(ctx, cfg)
		state := "ok"
		if err != nil {
			state, found = "WRONG", err.Error()
			wrong++
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", c.what, state, found)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if wrong > 0 {
		return fault.New(fault.Unavailable, "%d of %d checks found something to mend", wrong, len(checks))
	}
	return nil
}

// soon is how long before its end a certificate is to be renewed.
const soon = 14 * 24 * time.Hour

// lookAtPair looks at a certificate and its key.
func lookAtPair(cert, key string) (string, error) {
	info, err := os.Stat(key)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s isn't there; tallyd init makes what HTTPS needs", key)
	}
	if err != nil {
		return "", machine.Fault(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s has mode %o: others can read the key; chmod 600", key, info.Mode().Perm())
	}
	text, err := bounds.File(cert, bounds.Key)
	if err != nil {
		return "", machine.Fault(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return "", fmt.Errorf("%s isn't PEM", cert)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("%s: %w", cert, err)
	}
	ends := c.NotAfter.Format(time.DateOnly)
	if left := time.Until(c.NotAfter); left < soon {
		return "", fmt.Errorf("%s ends on %s: renew it", cert, ends)
	}
	return fmt.Sprintf("%s, until %s", c.Subject.CommonName, ends), nil
}

// lookAtKeys counts the API keys that can be used.
func lookAtKeys(ctx context.Context, cfg config.Config) (found string, err error) {
	own, err := store.Open(ctx, cfg.StoreAt())
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	list, err := access.NewKeyring(own).List(ctx)
	if err != nil {
		return "", err
	}
	usable := 0
	for _, k := range list {
		if k.Lives(time.Now()) {
			usable++
		}
	}
	if usable == 0 {
		return "", errors.New("none can be used; tallyd init makes the first, and tallyd key add others")
	}
	return fmt.Sprintf("%d can be used", usable), nil
}

// lookAtWho reads what the profile says of machines, people, and what has to be approved. Nobody is asked.
func lookAtWho(_ context.Context, cfg config.Config) (string, error) {
	if err := api.CheckConfig(cfg.Serve); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d machines, %d providers of people, %d rules of approval", len(cfg.Serve.Machines),
		len(cfg.Serve.People), len(cfg.Serve.Approvals)), nil
}

// lookAtLanes says which lanes the node writes, or, where the party's processes share them, who writes which. One that
// is nobody's isn't wrong: no process may run yet.
func lookAtLanes(ctx context.Context, cfg config.Config) (found string, err error) {
	if cfg = withLanes(cfg); !cfg.SharesLanes() {
		return cfg.Lanes + ", which no other process may write", nil
	}
	own, err := store.Open(ctx, cfg.StoreAt())
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	list, err := lanes.List(ctx, own)
	parts := []string{cfg.Lanes + ", shared"}
	for _, l := range list {
		who := "nobody's"
		if l.Process != "" {
			who = fmt.Sprintf("%s's, heard at %s", l.Process, l.Heard.Format(time.TimeOnly))
		}
		parts = append(parts, fmt.Sprintf("%d is %s", l.Lane, who))
	}
	return strings.Join(parts, "; "), err
}

// leastFree is how much room a node needs for its outbox and its read model to go on.
const leastFree = 1 << 30

// lookAtDisk looks at the room where the state is.
func lookAtDisk(ctx context.Context, cfg config.Config) (string, error) {
	usage, err := disk.UsageWithContext(ctx, cfg.State)
	if err != nil {
		return "", machine.Fault(err)
	}
	if usage.Free < leastFree {
		return "", fmt.Errorf("%s has %d MiB free, want 1024: make room", cfg.State, usage.Free>>20)
	}
	return fmt.Sprintf("%d GiB free", usage.Free>>30), nil
}

// lookAtClock asks the kernel whether a time server keeps its clock. One that nobody keeps isn't wrong yet.
func lookAtClock(context.Context, config.Config) (string, error) {
	var clock unix.Timex
	state, err := unix.Adjtimex(&clock)
	if err != nil {
		return "", err
	}
	if state == unix.TIME_ERROR {
		return "nobody keeps it: endorsers refuse what is 60 s behind theirs, or 10 s ahead", nil
	}
	return fmt.Sprintf("kept, to within %s", time.Duration(clock.Maxerror)*time.Microsecond), nil
}

// lookAtPeers asks the peers how many blocks there are.
func lookAtPeers(ctx context.Context, cfg config.Config) (string, error) {
	cfg.Lanes = ""
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	g, err := gateway.Open(ctx, cfg, gateway.WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d blocks", g.Tip()), g.Close()
}
