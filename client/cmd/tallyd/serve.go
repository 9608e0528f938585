package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/gofrs/flock"
	"github.com/spf13/cobra"
	"golang.org/x/net/netutil"
	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/api"
	"tallystick/client/config"
	"tallystick/client/duty"
	"tallystick/client/machine"
	"tallystick/client/node"
)

func serveCommand(a *app) *cobra.Command {
	var begin bool
	cmd := &cobra.Command{
		Use: "serve", Args: cobra.NoArgs,
		Short: "Serve the party's node until it is told to stop (SIGTERM)",
		Long: `Serve the party's node. It writes the lanes that the profile names, or those of serve.lanes.

On SIGHUP it reads the profile anew: machines, people and approvals (serve.machines,
serve.people, serve.approvals) are as it says from then on; all else stays. On SIGTERM it takes no more requests, finishes those under way, and ends; what it can't
finish it finds out when it starts again. The certificate is read anew when its file
changes.`,
		Example: "  tallyd serve --profile profile.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := load(a.profile)
			if err != nil {
				return err
			}
			if begin {
				if err := a.initState(cfg, nil); err != nil {
					return err
				}
			}
			return a.serve(cmd.Context(), cfg, slog.New(slog.NewJSONHandler(a.err, nil)))
		},
	}
	cmd.Flags().BoolVar(&begin, "init", false,
		"make what is missing first, as tallyd init does, but for an API key, which nobody would be shown")
	return cmd
}

// How long requests under way may take once the node is told to stop.
const drainFor = 20 * time.Second

// mostConnections is how many connections the public listener has at once; who comes then waits. They end by themselves
// when they say nothing for a while.
const mostConnections = 10_000

// serve serves until ctx ends.
func (a *app) serve(ctx context.Context, cfg config.Config, log *slog.Logger) (err error) {
	if err := os.MkdirAll(cfg.State, 0o700); err != nil {
		return machine.Fault(err)
	}
	free, err := lockState(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, free()) }()
	certificate := &reloaded{log: log}
	certificate.cert, certificate.key = cfg.ServeCert()
	if err := certificate.read(); err != nil {
		return fmt.Errorf("%w; tallyd init makes one", err)
	}
	cfg = withLanes(cfg)
	endTraces, err := startTraces(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endTraces()) }()
	n, err := node.Open(ctx, cfg, log, watch{log}, node.Following())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	guard, err := access.NewGuard(ctx, n)
	if err != nil {
		return err
	}
	if err := api.CheckConfig(cfg.Serve); err != nil {
		return err
	}
	server := api.New(n, guard, log)
	defer a.onHangup(ctx, server, log)()
	silence, err := tellEvents(ctx, n, server, log)
	if err != nil {
		return err
	}
	defer silence()
	own, err := n.Store(ctx)
	if err != nil {
		return err
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	besides, working := errgroup.WithContext(working)
	besides.Go(func() error { return server.Work(working) })
	if cfg.Serve.Duties {
		besides.Go(func() error { return duty.Do(working, n, own, log) })
	}
	err = listen(working, cfg, server, guard.TLS(&tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: certificate.get, NextProtos: []string{"h2", "http/1.1"},
	}), log)
	stop()
	return errors.Join(err, besides.Wait())
}

// withLanes is the configuration with the lanes that the node writes.
func withLanes(cfg config.Config) config.Config {
	if cfg.Lanes == "" {
		cfg.Lanes = cfg.Serve.Lanes
	}
	return cfg
}

// onHangup reads the profile anew on SIGHUP, and has what it says of machines, people and approvals count from then on.
// Its caller stops it.
func (a *app) onHangup(ctx context.Context, server *api.Server, log *slog.Logger) (stop func()) {
	ctx, stop = context.WithCancel(ctx)
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangups)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangups:
			}
			cfg, err := load(a.profile)
			if err == nil {
				err = server.Configure(cfg.Serve)
			}
			if err != nil {
				log.Error("the profile can't be used; who may what stays as it was", "err", err)
				continue
			}
			log.Info("the profile was read anew: who may what is as it says")
		}
	}()
	return stop
}

// lockState keeps a second node off the state directory.
func lockState(cfg config.Config) (free func() error, err error) {
	lock := flock.New(cfg.SocketPath()+".lock", flock.SetPermissions(0o600))
	mine, err := lock.TryLock()
	if err != nil {
		return nil, machine.Fault(err)
	}
	if !mine {
		return nil, fault.New(fault.Unavailable, "another tallyd serves %s", cfg.State)
	}
	return lock.Unlock, nil
}

// listen serves the socket and HTTPS until ctx ends or one of them fails.
func listen(ctx context.Context, cfg config.Config, handler *api.Server, secure *tls.Config, log *slog.Logger) error {
	socket, err := openSocket(cfg.SocketPath())
	if err != nil {
		return err
	}
	public, err := reaping.Listen(ctx, "tcp", cfg.Serve.Listen)
	if err != nil {
		return errors.Join(machine.Fault(err), socket.Close())
	}
	server := &http.Server{
		Handler: handler, ConnContext: api.MarkOwner, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(socket) }()
	go func() {
		failed <- server.Serve(tls.NewListener(netutil.LimitListener(public, mostConnections), secure))
	}()
	log.Info("serving", "party", cfg.Party, "address", public.Addr().String(), "socket", cfg.SocketPath())
	tellSystemd(log, daemon.SdNotifyReady)
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	tellSystemd(log, daemon.SdNotifyStopping)
	handler.Drain()
	log.Info("stopping")
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
	defer cancel()
	ended := server.Shutdown(drain)
	if errors.Is(ended, context.DeadlineExceeded) {
		log.Warn("requests under way are left; who asks again finds out what became of them")
		ended = server.Close()
	}
	return errors.Join(err, ended)
}

// openSocket listens on a socket that only the node's own user can open. One that a killed node left is taken away.
func openSocket(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, machine.Fault(err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("the socket %s: %w; a path may have 107 bytes", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(machine.Fault(err), l.Close())
	}
	return l, nil
}

// tellSystemd tells systemd what the node does, if it was started by it.
func tellSystemd(log *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("systemd wasn't told", "err", err)
	}
}

// watch logs how the read model is brought up.
type watch struct{ log *slog.Logger }

// Anew says why the read model is made again.
func (w watch) Anew(why string) {
	if why != "" {
		w.log.Warn("the read model is made again from the blocks", "why", why)
	}
}

// Has hears how many blocks the read model has; a node that follows is asked for that instead.
func (watch) Has(uint64, uint64) {}

// Caught hears that the read model was brought up.
func (watch) Caught(uint64) {}
