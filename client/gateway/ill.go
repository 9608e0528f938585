package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/config"
)

// lookFor is how long a look at a peer may take: a refused dial is known at once, a silent address after this.
const lookFor = 3 * time.Second

// doctor says what keeps peers from answering. A network that isn't real has none.
type doctor interface {
	// ill says why the party's own peer, without which nothing that the party sends can be endorsed, doesn't take
	// calls; nil if it does, or if the party has none.
	ill(ctx context.Context) error
	// allIll says why no peer of the profile takes calls; nil if one does.
	allIll(ctx context.Context) error
}

// soon is when what supervises a chaincode program has started it again, unless it can't.
const soon = 4 * time.Second

// well is UNAVAILABLE with the peer's name if the party's own peer can't be reached, or has had no chaincode program
// for so long that nobody starts it again.
func (g *Gateway) well(ctx context.Context, err error, tried time.Duration) error {
	if down := without(err, g.cfg.Party); down != nil && (tried > soon || ctx.Err() != nil) {
		return down
	}
	if d, real := g.net.(doctor); real && ctx.Err() == nil { // who is out of time can't look
		return d.ill(ctx)
	}
	return nil
}

// unanswered is what to say when no peer answered: which can't be reached and why, or else what was said.
func (g *Gateway) unanswered(ctx context.Context, err error) error {
	var failed *callError
	if d, real := g.net.(doctor); real && errors.As(err, &failed) && failed.kind == unreachable && ctx.Err() == nil {
		if ill := d.allIll(ctx); ill != nil {
			return ill
		}
	}
	return asFault(err)
}

func (f *fabric) ill(ctx context.Context) error {
	for _, at := range f.endpoints {
		if at.Party != f.party {
			continue
		}
		why := look(ctx, at)
		if why == nil {
			return nil
		}
		return fault.New(fault.Unavailable, "%v; nothing that %s sends can be endorsed without its own peer",
			why, f.party)
	}
	return nil
}

func (f *fabric) allIll(ctx context.Context) error {
	var whys []string
	for _, at := range f.endpoints {
		why := look(ctx, at)
		if why == nil {
			return nil
		}
		whys = append(whys, why.Error())
	}
	return fault.New(fault.Unavailable, "no peer can be reached: %s", strings.Join(whys, "; "))
}

// look dials a peer as a call would, and says what is in the way; nil if nothing is.
func look(ctx context.Context, at config.Endpoint) error {
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	ca, err := bounds.File(at.TLSCA, bounds.Key)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	dialer := tls.Dialer{Config: &tls.Config{
		RootCAs: pool, ServerName: at.ServerName, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12,
	}}
	conn, err := dialer.DialContext(ctx, "tcp", at.Address)
	if err != nil {
		return fmt.Errorf("%s at %s %s", at.Name, at.Address, inTheWay(err, at))
	}
	return conn.Close()
}

// inTheWay puts what a dial met into words.
func inTheWay(err error, at config.Endpoint) string {
	var record tls.RecordHeaderError
	var certificate *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refuses the connection: it is down, or the profile's port is wrong"
	case errors.As(err, &certificate):
		return fmt.Sprintf(
			"shows a certificate that isn't of the CA in %s, or not for %s (%v): the profile has the wrong CA, or something else listens there",
			at.TLSCA, at.ServerName, certificate.Err)
	case errors.As(err, &record):
		return "doesn't speak TLS: something else listens there, or the profile's port is wrong"
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("doesn't answer within %s: its machine is down, or something drops what is sent there",
			lookFor)
	}
	return fmt.Sprintf("can't be reached: %v", err)
}
