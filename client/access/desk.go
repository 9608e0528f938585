package access

import (
	"context"
	"errors"
	"sync"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/store"
)

// desk has what many requests write at once written in one transaction: whoever comes while another is being written
// waits for the next, with all who came meanwhile.
type desk struct {
	own *store.Store

	mu      sync.Mutex
	waiting []*job
	busy    bool
}

// job is what one request has to write. It returns a refusal, which is that request's alone, before it writes anything;
// an error of the database is everybody's.
type job struct {
	do      func(context.Context, *page) (refusal, err error)
	refusal error
	err     error
	done    chan struct{}
}

// mostAtOnce is how many are written in one transaction.
const mostAtOnce = 256

// write has a job done, and waits until it is on the disk.
func (d *desk) write(ctx context.Context, do func(context.Context, *page) (refusal, err error)) error {
	j := &job{do: do, done: make(chan struct{})}
	d.mu.Lock()
	d.waiting = append(d.waiting, j)
	if !d.busy {
		d.busy = true
		go d.work(context.WithoutCancel(ctx))
	}
	d.mu.Unlock()
	<-j.done
	if j.err != nil {
		return j.err
	}
	return j.refusal
}

// mostWritten is how long one transaction may take: a database that hangs is to stop nobody for good.
const mostWritten = 15 * time.Second

// transact writes in one transaction, within its time. MACHINE if the database doesn't answer.
func (d *desk) transact(ctx context.Context, do func(context.Context, store.Writer) error) error {
	ctx, cancel := context.WithTimeout(ctx, mostWritten)
	defer cancel()
	err := d.own.Write(ctx, func(w store.Writer) error { return do(ctx, w) })
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Machine, "the node's own database doesn't answer: see that it does")
	}
	return err
}

// work does jobs until there are none.
func (d *desk) work(ctx context.Context) {
	for {
		d.mu.Lock()
		n := min(len(d.waiting), mostAtOnce)
		jobs := d.waiting[:n:n]
		d.waiting = d.waiting[n:]
		if n == 0 {
			d.waiting, d.busy = nil, false
			d.mu.Unlock()
			return
		}
		d.mu.Unlock()
		err := d.transact(ctx, func(ctx context.Context, w store.Writer) error {
			p, err := openPage(ctx, w)
			if err != nil {
				return err
			}
			for _, j := range jobs {
				if j.refusal, err = j.do(ctx, p); err != nil {
					return err
				}
			}
			return nil
		})
		for _, j := range jobs {
			j.err = err
			close(j.done)
		}
	}
}
