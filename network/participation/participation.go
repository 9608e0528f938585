// Package participation speaks to one orderer's admin side: which channels it
// takes part in, how far it is, and who leads the consensus.
//
// It is what Fabric's osnadmin does, as calls instead of a program, plus the
// leader, which only the orderer's metrics tell.
package participation

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"

	"tallystick/network/identity"
)

// ErrNotJoined says that the orderer does not take part in the channel.
var ErrNotJoined = errors.New("the orderer has not joined the channel")

// Orderer is one orderer's admin side.
type Orderer struct {
	admin, operations string // host:port
	http              *http.Client
}

// Status is how an orderer stands in a channel.
type Status struct {
	Relation string `json:"consensusRelation"` // "consenter" for ours
	Status   string `json:"status"`            // "active" when it takes part
	Height   uint64 `json:"height"`            // blocks held
}

// Open prepares to speak to the orderer at two host:port addresses as an
// organisation's admin, by mutual TLS. It connects on first use.
func Open(admin, operations string, as identity.Material) (*Orderer, error) {
	pair, err := tls.LoadX509KeyPair(as.TLSCert, as.TLSKey)
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(as.TLSCA)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("%s holds no certificate", as.TLSCA)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{
		Certificates: []tls.Certificate{pair}, RootCAs: roots, MinVersion: tls.VersionTLS12,
	}}
	return &Orderer{admin, operations, &http.Client{Transport: transport}}, nil
}

// Close ends the connections.
func (o *Orderer) Close() { o.http.CloseIdleConnections() }

// Channel says how the orderer stands in a channel, or [ErrNotJoined].
func (o *Orderer) Channel(ctx context.Context, channel string) (Status, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.channels()+"/"+channel, nil)
	if err != nil {
		return Status{}, err
	}
	code, body, err := o.do(request)
	switch {
	case err != nil:
		return Status{}, err
	case code == http.StatusNotFound:
		return Status{}, ErrNotJoined
	case code != http.StatusOK:
		return Status{}, refusal(code, body)
	}
	var status Status
	return status, json.Unmarshal(body, &status)
}

// Join has the orderer take part in the channel that the block begins.
// Joining again is no error.
func (o *Orderer) Join(ctx context.Context, channel string, block []byte) error {
	if _, err := o.Channel(ctx, channel); !errors.Is(err, ErrNotJoined) {
		return err
	}
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	part, err := writer.CreateFormFile("config-block", "config.block")
	if err != nil {
		return err
	}
	if _, err := part.Write(block); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, o.channels(), &form)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", writer.FormDataContentType())
	code, body, err := o.do(request)
	if err == nil && code != http.StatusCreated {
		err = refusal(code, body)
	}
	return err
}

func (o *Orderer) channels() string { return "https://" + o.admin + "/participation/v1/channels" }

// maxAnswer is the most that is read of an answer, in bytes; metrics are the longest.
const maxAnswer = 8 << 20

// do sends a request and reads the whole answer.
func (o *Orderer) do(request *http.Request) (code int, body []byte, err error) {
	response, err := o.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return response.StatusCode, body, err
}

// refusal turns the orderer's {"error": …} into an error.
func refusal(code int, body []byte) error {
	var answer struct{ Error string }
	if json.Unmarshal(body, &answer) == nil && answer.Error != "" {
		return fmt.Errorf("orderer: %s (%d)", answer.Error, code)
	}
	return fmt.Errorf("orderer: %s (%d)", bytes.TrimSpace(body), code)
}
