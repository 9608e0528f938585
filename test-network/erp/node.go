package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// nodeOf asks the party's node.
type nodeOf struct {
	url          string
	key, finance string
	client       *http.Client
}

func dial(s settings) (*nodeOf, error) {
	n := &nodeOf{url: s.node}
	var err error
	if n.key, err = read(s.key); err != nil {
		return nil, err
	}
	if n.finance, err = read(s.finance); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(s.ca)
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate", s.ca)
	}
	n.client = &http.Client{Timeout: 90 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: workers}}
	return n, nil
}

// problem is a refusal, as far as this program looks at it.
type problem struct {
	Code, Detail, Effect string
	Retry                bool
}

// ask asks until it is answered, or refused for good. A request that writes has its key, under which it takes effect
// once, however often it is asked for.
func (n *nodeOf) ask(ctx context.Context, as, method, path, key string, request, answer any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		p, err := n.once(ctx, as, method, path, key, body, answer)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil && p == nil:
			return nil
		case err == nil && !p.Retry && p.Effect == "none":
			return fmt.Errorf("%s: %s: %s", path, p.Code, p.Detail)
		}
		select { // it is down, or full, or doesn't know yet: ask again
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// mostAnswered is how many bytes an answer may have.
const mostAnswered = 64 << 20

func (n *nodeOf) once(ctx context.Context, as, method, path, key string, body []byte, answer any) (*problem, error) {
	if method == http.MethodGet {
		body = nil
	}
	r, err := http.NewRequestWithContext(ctx, method, n.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+as)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	w, err := n.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer w.Body.Close()
	text, err := io.ReadAll(io.LimitReader(w.Body, mostAnswered))
	if err != nil {
		return nil, err
	}
	if w.StatusCode == http.StatusOK {
		return nil, json.Unmarshal(text, answer)
	}
	p := &problem{}
	if err := json.Unmarshal(text, p); err != nil || p.Code == "" {
		return nil, errors.New("what answers isn't a node")
	}
	return p, nil
}
