package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"tallystick/chaincode/fault"
)

// What one try may take.
const (
	dialPatience = 5 * time.Second
	patience     = 15 * time.Second
	maxAnswer    = 64 << 10 // bytes of an answer's body, at which nobody looks: what is longer isn't read to its end
)

// sender sends messages to one endpoint.
type sender struct{ client *http.Client }

// newSender makes a sender, whose connections are its own.
func newSender(p Policy) sender {
	return sender{&http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, DialContext: p.dialer(), TLSHandshakeTimeout: dialPatience, MaxConnsPerHost: 2,
			MaxIdleConns: 1, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		},
	}}
}

func (s sender) close() { s.client.CloseIdleConnections() }

// result is what became of a try.
type result struct {
	status int           // of HTTP, 0 for none
	failed string        // why it isn't acknowledged, "" if it is
	after  time.Duration // before which the endpoint wants no other try, 0 if it doesn't say
}

// send tries once to have an endpoint take a message. It is acknowledged by a 2xx whose answer comes to its end, or has
// 64 KiB at least: the status says that the endpoint has it, and an answer that breaks off before, that it may not.
func (s sender) send(ctx context.Context, url, id string, at time.Time, body []byte, secrets []Secret) result {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return result{failed: "its URL can't be asked"}
	}
	if err := sign(r.Header, id, at, body, secrets); err != nil {
		return result{failed: "it can't be signed"}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "tallystick")
	answer, err := s.client.Do(r)
	if err != nil {
		return result{failed: reasonOf(err)}
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	got := result{status: answer.StatusCode}
	switch {
	case answer.StatusCode/100 == 3:
		got.failed = "it sends elsewhere, which is followed nowhere"
	case answer.StatusCode/100 != 2:
		got.failed = "it answered " + strconv.Itoa(answer.StatusCode)
		if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
			got.after = min(time.Duration(seconds)*time.Second, mostAfter)
		}
	case err != nil:
		got.failed = "its answer broke off"
	}
	return got
}

// mostAfter is how long an endpoint may put the next try off.
const mostAfter = time.Hour

// reasonOf says why an endpoint wasn't reached, without its URL, in which there may be a secret.
func reasonOf(err error) string {
	var refusal *fault.Error
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &refusal):
		return refusal.Text
	case errors.As(err, &certificate):
		return "its certificate isn't one that this machine trusts for its name"
	case errors.As(err, &name):
		return "its name can't be resolved"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "it doesn't answer in time"
	}
	return "it can't be reached, or breaks off"
}
