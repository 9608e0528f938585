package api

import (
	"context"
	"errors"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/node"
	"tallystick/client/node/jobs"
)

// sendEvery is how often a server looks for requests that were approved, by whichever process.
const sendEvery = 2 * time.Second

// sendApproved sends requests that were approved and haven't been sent, and writes down who was refused, until ctx
// ends.
func (s *Server) sendApproved(ctx context.Context) {
	every := time.NewTicker(sendEvery)
	defer every.Stop()
	for {
		if err := s.sendAll(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("what was approved waits to be sent", "err", err)
		}
		select {
		case <-ctx.Done():
			if err := s.guard.Flush(context.WithoutCancel(ctx), true); err != nil {
				s.log.Error("who was refused isn't in the log", "err", err)
			}
			return
		case <-every.C:
		}
	}
}

// sendAll sends those that there are now.
func (s *Server) sendAll(ctx context.Context) error {
	if err := s.guard.Flush(ctx, false); err != nil {
		return err
	}
	list, err := s.guard.Approvals.ToSend(ctx, 100)
	if err != nil {
		return err
	}
	var failed []error // one that can't be sent keeps no other
	for _, a := range list {
		failed = append(failed, s.send(ctx, a))
	}
	return errors.Join(failed...)
}

// send sends a request that was approved, for who asked for it, under its own id. What isn't known of it yet is
// asked for the next time.
func (s *Server) send(ctx context.Context, approval access.Approval) error {
	kept, err := s.guard.Approvals.Opened(ctx, approval.ID)
	if err != nil {
		return err
	}
	rt, there := s.routes[approval.Operation]
	alive, err := s.guard.Keys.Alive(ctx, kept.Who)
	switch {
	case err != nil:
		return err
	case !there || !alive:
		return s.guard.Approvals.Became(ctx, approval.ID, access.Outcome{Code: fault.Forbidden, Effect: string(None)})
	}
	ctx, cancel := context.WithTimeout(ctx, rt.patience())
	defer cancel()
	_, _, problem := s.do(ctx, kept.Who, rt, &asked{call: node.Call{ID: approval.Request}, request: kept.Request})
	if problem.err == nil {
		return nil
	}
	code := refusalOf(problem.err).Code
	s.log.Warn("a request that was approved was refused", "operation", approval.Operation, "approval", approval.ID,
		"code", code)
	late := time.Since(approval.Decided) > jobs.Patience
	if problem.effect == None && !code.Passing() || late { // also where it wasn't let in, of which the log says nothing
		return s.guard.Approvals.Became(ctx, approval.ID, access.Outcome{Code: code, Effect: string(None)})
	}
	return nil
}
