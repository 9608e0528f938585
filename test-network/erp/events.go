package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// event is one, as far as this program looks at it.
type event struct{ ID, Type, Command string }

// pull reads the events that it hasn't, page by page. A page and how far it goes are kept together, so none is missed
// and none counts twice, wherever the program is killed.
func pull(ctx context.Context, b *books, n *nodeOf) error {
	for {
		after, err := b.known(ctx, "cursor")
		if err != nil {
			return err
		}
		var page struct {
			Rows []event
			Next string
			More bool
		}
		if err := n.ask(ctx, n.key, http.MethodGet, "/v1/events?limit=200&after="+url.QueryEscape(after), "", nil,
			&page); err != nil {
			return err
		}
		if err := b.keep(ctx, page.Rows, page.Next); err != nil || !page.More {
			return err
		}
	}
}

func (b *books) keep(ctx context.Context, page []event, next string) error {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	for _, e := range page {
		if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO events VALUES (?, ?, ?)", e.ID, e.Type,
			e.Command); err != nil {
			return err
		}
	}
	if next != "" {
		if _, err := tx.ExecContext(ctx, "UPDATE known SET value = ? WHERE name = 'cursor'", next); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// receive takes the node's webhooks. What isn't signed with the secret, or is old, isn't taken; what was taken is on
// the disk before the node hears so.
func receive(s settings, b *books) (io.Closer, error) {
	if s.listen == "" {
		return io.NopCloser(nil), nil
	}
	text, err := read(s.secret)
	if err != nil {
		return nil, err
	}
	secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", s.listen)
	if err != nil {
		return nil, err
	}
	server := &http.Server{ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
			if err == nil {
				err = verify(secret, r.Header, body, time.Now())
			}
			if err != nil {
				http.Error(w, "not taken", http.StatusUnauthorized)
				return
			}
			if err := b.tell(r.Context(), body); err != nil {
				http.Error(w, "not now", http.StatusServiceUnavailable)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Println("webhooks:", err)
		}
	}()
	return server, nil
}

// tolerance is how old a delivery may be.
const tolerance = 5 * time.Minute

// verify checks a delivery's signature as the Standard Webhooks specification has it: v1, HMAC-SHA256 of id, time and
// body.
func verify(secret []byte, h http.Header, body []byte, now time.Time) error {
	id, stamp := h.Get("Webhook-Id"), h.Get("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return err
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return errors.New("it is old")
	}
	sum := hmac.New(sha256.New, secret)
	fmt.Fprintf(sum, "%s.%s.%s", id, stamp, body)
	want := "v1," + base64.StdEncoding.EncodeToString(sum.Sum(nil))
	for _, said := range strings.Fields(h.Get("Webhook-Signature")) {
		if hmac.Equal([]byte(said), []byte(want)) {
			return nil
		}
	}
	return errors.New("it isn't signed with the secret")
}

// tell keeps that an event was told.
func (b *books) tell(ctx context.Context, body []byte) error {
	var said struct {
		Type string
		Data struct{ ID string }
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return err
	}
	_, err := b.db.ExecContext(ctx, "INSERT OR IGNORE INTO told VALUES (?)", said.Data.ID)
	return err
}

// awaitTold waits until webhooks brought all that the pages have.
func (b *books) awaitTold(ctx context.Context, n *nodeOf) error {
	for {
		if err := pull(ctx, b, n); err != nil {
			return err
		}
		missing, err := b.figure(ctx, "SELECT COUNT(*) FROM events WHERE id NOT IN (SELECT id FROM told)")
		if err != nil || missing == 0 {
			return err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%d events weren't told: %w", missing, ctx.Err())
		}
	}
}
