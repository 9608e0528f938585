package gateway

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
)

// outbox keeps on disk what this node has sent and what it got for it. Of each
// lane it holds the one batch under way: the commands before they are endorsed,
// each signed envelope before it is sent. Of each named request it holds the
// receipt, for a while; the ledger holds it for good.
//
// One goroutine writes; what several lanes ask for meanwhile shares a sync.
type outbox struct {
	db   *bbolt.DB
	ops  chan op
	once sync.Once
	stop chan struct{} // closed to end the writer
	done chan struct{} // closed when it has ended
}

// op is one change, and where to tell that it is on disk; nil if nobody waits.
type op struct {
	apply func(*bbolt.Tx) error
	told  func(error)
}

var (
	bucketJobs    = []byte("jobs")    // lane: the batch; lane, n: its n-th envelope
	bucketDone    = []byte("done")    // request id: receipt
	bucketRuns    = []byte("runs")    // batch id: outcome
	bucketSources = []byte("sources") // source: number of shards
)

// errStopped ends operations on an outbox that is closed.
var errStopped = errors.New("gateway: the outbox is closed")

// storedJob is a lane's batch as it is kept.
type storedJob struct {
	_     struct{} `cbor:",toarray"`
	Batch command.Batch
	ID    string // of the batch, if its caller named it
}

// storedDone is the receipt of a named request.
type storedDone struct {
	_       struct{} `cbor:",toarray"`
	Hash    []byte
	Receipt command.Receipt
	At      int64 // UTC seconds
}

func openOutbox(path string) (*outbox, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("gateway: outbox: %w", err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: time.Second, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType,
	})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return nil, fmt.Errorf(
			"gateway: another process writes lanes from %s; stop it, or give this one a state directory of its own",
			filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("gateway: outbox %s: %w", path, err)
	}
	o := &outbox{db: db, ops: make(chan op, 1024), stop: make(chan struct{}), done: make(chan struct{})}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketJobs, bucketDone, bucketRuns, bucketSources, bucketRefused} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("gateway: outbox %s: %w", path, err), db.Close())
	}
	go o.write()
	return o, nil
}

// write commits operations, as many at once as have come.
func (o *outbox) write() {
	defer close(o.done)
	for {
		select {
		case first := <-o.ops:
			o.commit(first)
		case <-o.stop:
			return
		}
	}
}

func (o *outbox) commit(first op) {
	group := []op{first}
	for more := true; more && len(group) < 256; {
		select {
		case next := <-o.ops:
			group = append(group, next)
		default:
			more = false
		}
	}
	err := o.db.Update(func(tx *bbolt.Tx) error {
		for _, one := range group {
			if err := one.apply(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("gateway: outbox: %w", err)
	}
	for _, one := range group {
		if one.told != nil {
			one.told(err)
		}
	}
}

// do makes a change and waits until it is on disk.
func (o *outbox) do(apply func(*bbolt.Tx) error) error {
	told := make(chan error, 1)
	select {
	case o.ops <- op{apply, func(err error) { told <- err }}:
	case <-o.stop:
		return errStopped
	}
	select {
	case err := <-told:
		return err
	case <-o.done:
		return errStopped
	}
}

// later makes a change that nobody waits for: losing it costs only work. then,
// if any, is called when it is on disk, or failed to get there.
func (o *outbox) later(apply func(*bbolt.Tx) error, then func(error)) {
	select {
	case o.ops <- op{apply, then}:
	case <-o.stop:
	}
}

// close writes what is queued and closes the file. Once is enough.
func (o *outbox) close() error {
	err := o.do(func(*bbolt.Tx) error { return nil })
	if errors.Is(err, errStopped) {
		return nil
	}
	return errors.Join(err, o.abandon())
}

// abandon closes the file as a crash would: what is queued is lost.
func (o *outbox) abandon() error {
	o.once.Do(func() { close(o.stop) })
	<-o.done
	return o.db.Close()
}

func put(tx *bbolt.Tx, bucket, key []byte, v any) error {
	return tx.Bucket(bucket).Put(key, codec.Encode(v))
}

func get[T any](o *outbox, bucket, key []byte) (found T, ok bool, err error) {
	err = o.db.View(func(tx *bbolt.Tx) error {
		raw := tx.Bucket(bucket).Get(key)
		if ok = raw != nil; !ok {
			return nil
		}
		return codec.Decode(raw, &found)
	})
	if err != nil {
		err = fmt.Errorf("gateway: outbox: %w", err)
	}
	return found, ok, err
}
