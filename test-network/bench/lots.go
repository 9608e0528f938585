package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/gateway"
)

type (
	counter = atomic.Int64
	// serial gives out numbers that no two commands of a run share.
	serial struct{ atomic.Int64 }
)

// lotAmount is what every lot is issued with: enough to be spent from for a
// whole run, in parts of up to maxPart points.
const lotAmount amount.Units = 100_000

// maxPart is the most that is spent from a lot at once.
const maxPart = 10

// lots remembers every batch of lots that was issued, in a few bytes: a lot's
// number and owner follow from its place.
type lots struct {
	mu      sync.Mutex
	batches []issued
}

// issued is one batch: command i made a lot of member (offset + i).
type issued struct {
	lane   uint8
	seq    uint64
	n      uint16
	offset uint16
}

func member(i int) string { return fmt.Sprintf("m%03d", i%members) }

// draw hands out lots, each equally often, none again until all were drawn.
type draw struct {
	batches []issued
	size    int // of every batch but perhaps some smaller ones, which are left out
	stride  int
	next    atomic.Int64
}

// shuffle begins a new draw over the full batches.
func (l *lots) shuffle(size int) *draw {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := &draw{size: size}
	for _, b := range l.batches {
		if int(b.n) == size {
			d.batches = append(d.batches, b)
		}
	}
	n := len(d.batches) * size
	for d.stride = n*618/1000 | 1; n > 0 && gcd(d.stride, n) > 1; d.stride += 2 {
	}
	d.next.Store(time.Now().UnixNano() % 1_000_003)
	return d
}

func gcd(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

// lot draws one: its number, its owner, and a number that differs from lot to lot.
func (d *draw) lot() (number.Row, string, int) {
	k := int(d.next.Add(1))
	at := k % (len(d.batches) * d.size) * d.stride % (len(d.batches) * d.size)
	b, i := d.batches[at/d.size], at%d.size
	n := number.Command{Party: issuer, Lane: b.lane, Seq: b.seq, Index: uint16(i)}
	return n.Row(0), member(int(b.offset) + i), k
}

// grant asks for one lot.
func grant(i int, today date.Date) points.IssueRequest {
	return points.IssueRequest{Programme: programme, Grants: []points.Grant{{Member: member(i), Amount: lotAmount, Expires: today + 365}}}
}

func today() date.Date { return date.Of(time.Now(), time.UTC) }

// issue issues one batch of n lots and keeps the books.
func (w *world) issue(ctx context.Context, g *gateway.Gateway, n int, m *meter) error {
	offset := int(w.serial.Add(1)*37) % members
	commands := make([]command.Command, n)
	for i := range commands {
		commands[i] = command.New("", grant(offset+i, today()))
	}
	began := time.Now()
	ran, err := g.Run(ctx, "", commands)
	if err != nil {
		return fmt.Errorf("issuing: %w", err)
	}
	took := n - m.refuse(ran, commands)
	m.done(took, began)
	w.books.issued.Add(int64(took) * int64(lotAmount))
	if took == n {
		w.lots.mu.Lock()
		defer w.lots.mu.Unlock()
		w.lots.batches = append(w.lots.batches, issued{ran.Lane, ran.Seq, uint16(n), uint16(offset)})
	}
	return nil
}

// refuse counts the commands of a batch that a rule refused.
func (m *meter) refuse(ran gateway.Outcome, commands []command.Command) int {
	n := 0
	_, refusals := ran.Receipts("", commands)
	for _, err := range refusals {
		if err != nil {
			n++
			m.explain(err)
		}
	}
	m.count(&m.refused, n)
	return n
}
