package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"time"

	"tallystick/client/access"
	"tallystick/client/api"
	"tallystick/client/config"
	"tallystick/client/node"
)

// served is the issuer's node over HTTPS, in this process: with its read model, its keys, its log of who asked.
type served struct {
	node   *node.Node
	server *httptest.Server
	client *http.Client
	key    string
}

// serve serves the issuer's node for callers.
func (w *world) serve(ctx context.Context, callers int) (*served, error) {
	cfg, err := config.Load(w.net.profile(issuer), map[string]any{
		"lanes": fmt.Sprintf("1-%d", lanesAll), "state": filepath.Join(w.net.home, "state", issuer), "waiting": 50_000,
	})
	if err != nil {
		return nil, err
	}
	n, err := node.Open(ctx, cfg, w.log, nil, node.Following())
	if err != nil {
		return nil, err
	}
	s := &served{node: n}
	guard, err := access.NewGuard(ctx, n)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	own, err := n.Store(ctx)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	asked := access.NewKey{Name: "bench", Role: "loyalty"}
	if s.key, _, err = access.NewKeyring(own).Add(ctx, asked); err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.server = httptest.NewUnstartedServer(api.New(n, guard, w.log))
	s.server.StartTLS()
	s.client = s.server.Client()
	transport, is := s.client.Transport.(*http.Transport)
	if !is {
		return nil, errors.Join(errors.New("what asks isn't HTTP's own client"), s.close())
	}
	transport.MaxIdleConnsPerHost = callers
	return s, nil
}

func (s *served) close() error {
	if s.server != nil {
		s.server.Close()
	}
	return s.node.Close()
}

// post asks, and decodes an answer of 200. Turned away says that the node took no more just then.
func (s *served) post(ctx context.Context, path, key string, request, answer any) (turnedAway bool, err error) {
	body, err := json.Marshal(request)
	if err != nil {
		return false, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.server.URL+path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.key)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	w, err := s.client.Do(r)
	if err != nil {
		return false, err
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	switch {
	case err != nil:
		return false, err
	case w.StatusCode == http.StatusTooManyRequests:
		return true, nil
	case w.StatusCode != http.StatusOK:
		return false, fmt.Errorf("%s: %d %s", path, w.StatusCode, text)
	}
	return false, json.Unmarshal(text, answer)
}

// overHTTP is callers, each a client of the issuer's node over HTTPS.
func overHTTP(n int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		s, err := w.serve(ctx, n)
		if err != nil {
			return err
		}
		return errors.Join(workers(n, stop, func(int) error {
			began := time.Now()
			var receipt node.Receipt
			request := grant(programme, int(w.serial.Load()), today())
			away, err := s.post(ctx, "/v1/lots", w.serial.key("r"), request, &receipt)
			if err != nil || away {
				return err
			}
			m.done(1, began)
			w.books.points[programme].issued.Add(int64(lotAmount))
			return nil
		}), s.close())
	}
}

// batchesOverHTTP has n clients send batches of the node's batch route.
func batchesOverHTTP(n, batch int) load {
	return func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		s, err := w.serve(ctx, n)
		if err != nil {
			return err
		}
		return errors.Join(workers(n, stop, func(int) error {
			began := time.Now()
			entries := make([]map[string]any, batch)
			for i := range entries {
				entries[i] = map[string]any{"operation": "points.issue", "key": w.serial.key("r"),
					"request": grant(programme, int(w.serial.Load()), today())}
			}
			var answer api.BatchAnswer
			away, err := s.post(ctx, "/v1/batches", "", entries, &answer)
			if err != nil || away {
				return err
			}
			took := 0
			for _, row := range answer.Rows {
				switch {
				case row.Status == http.StatusOK:
					took++
				case row.Status != http.StatusTooManyRequests:
					return fmt.Errorf("%d %+v", row.Status, row.Problem)
				}
			}
			m.done(took, began)
			w.books.points[programme].issued.Add(int64(took) * int64(lotAmount))
			return nil
		}), s.close())
	}
}
