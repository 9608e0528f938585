package access

import (
	"context"
	"sync"

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
		err := d.own.Write(ctx, func(w store.Writer) error {
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
