package main

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tallystick/client/api"
	"tallystick/client/node"
	"tallystick/client/node/events"
)

// tellEvents has the node tell of events as they come, until the caller stops it.
func tellEvents(ctx context.Context, n *node.Node, handler *api.Server, log *slog.Logger) (stop func(), err error) {
	tail := events.NewTail(n)
	hooks, err := events.Deliverer(ctx, n, tail, node.NewID(), log)
	if err != nil {
		return nil, err
	}
	handler.Stream(tail)
	handler.Webhooks(hooks)
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { again(ctx, log, "events", tail.Run) })
	running.Go(func() { again(ctx, log, "webhooks", hooks.Run) })
	return func() {
		cancel()
		running.Wait()
	}, nil
}

// again runs what ends only with the context, or because of something that passes.
func again(ctx context.Context, log *slog.Logger, what string, run func(context.Context) error) {
	for {
		err := run(ctx)
		if ctx.Err() != nil {
			return
		}
		log.Error("it is begun again", "what", what, "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// goneAfter is how long what was sent may stay without an answer by the other side's kernel: then who was there has
// gone. A stream that writes little would keep its connection for a quarter of an hour.
const goneAfter = 45 * time.Second

// reaping listens so that connections end whose other side has gone.
var reaping = net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
	var set error
	err := c.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(goneAfter.Milliseconds()))
	})
	if err == nil {
		err = set
	}
	return err
}}
