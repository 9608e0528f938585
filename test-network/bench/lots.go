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

// lots remembers every batch of lots of one programme that was issued, in a few
// bytes: a lot's number and owner follow from its place.
type lots struct {
	mu      sync.Mutex
	batches []issued
}

// issued is one batch: command i made a lot of member (offset + i).
type issued struct {
	party  string
	lane   uint8
	seq    uint64
	n      uint16
	offset uint16
}

// lot is the number of the batch's lot i.
func (b issued) lot(i int) number.Row {
	return number.Command{Party: b.party, Lane: b.lane, Seq: b.seq, Index: uint16(i)}.Row(0)
}

// owner is whose lot i is.
func (b issued) owner(i int) int { return (int(b.offset) + i) % members }

// share is every so-manieth member, from one of them on. every divides members
// and the size of batches, so that each batch has equally many lots of a share.
type share struct{ every, first int }

// everyone is the share of all members.
var everyone = share{every: 1}

// atHome is the share of those who are at home with an acceptor.
func atHome(party string) share { return share{every: len(acceptors), first: homeOf(party)} }

// in is the place of the share's j-th lot in a batch.
func (s share) in(b issued, j int) int {
	return (s.first-int(b.offset)%s.every+s.every)%s.every + j*s.every
}

// draw hands out the lots of a share of members, each equally often, none again
// until all were drawn.
type draw struct {
	batches []issued
	of      share
	each    int // lots of the share in a batch
	stride  int
	next    atomic.Int64
}

// shuffle begins a new draw over the batches of this size; some smaller ones are
// left out.
func (l *lots) shuffle(size int, of share) *draw {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := &draw{of: of, each: size / of.every}
	for _, b := range l.batches {
		if int(b.n) == size {
			d.batches = append(d.batches, b)
		}
	}
	n := len(d.batches) * d.each
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
func (d *draw) lot() (lot number.Row, owner, k int) {
	k = int(d.next.Add(1))
	n := len(d.batches) * d.each
	at := k % n * d.stride % n
	b := d.batches[at/d.each]
	i := d.of.in(b, at%d.each)
	return b.lot(i), b.owner(i), k
}

// byOwner lists the lots of every member.
func (l *lots) byOwner() [][]number.Row {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([][]number.Row, members)
	for _, b := range l.batches {
		for i := range int(b.n) {
			list[b.owner(i)] = append(list[b.owner(i)], b.lot(i))
		}
	}
	return list
}

// grant asks for one lot.
func grant(programme string, i int, today date.Date) points.IssueRequest {
	return points.IssueRequest{Programme: programme, Grants: []points.Grant{
		{Member: pseudonym(i), Home: home(i % members), Amount: lotAmount, Expires: today + 365},
	}}
}

// issue issues one batch of n lots and keeps the books.
func (w *world) issue(ctx context.Context, g *gateway.Gateway, programme string, n int, m *meter) error {
	offset := int(w.serial.Add(1)*37) % members
	commands := make([]command.Command, n)
	for i := range commands {
		commands[i] = command.New("", grant(programme, offset+i, today()))
	}
	began := time.Now()
	ran, err := g.Run(ctx, "", commands)
	if err != nil {
		return fmt.Errorf("issuing: %w", err)
	}
	took := n - m.refuse(ran, commands)
	m.done(took, began)
	w.books.points[programme].issued.Add(int64(took) * int64(lotAmount))
	if took == n {
		w.lots[programme].add(issued{g.Party(), ran.Lane, ran.Seq, uint16(n), uint16(offset)})
	}
	return nil
}

func (l *lots) add(b issued) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.batches = append(l.batches, b)
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
