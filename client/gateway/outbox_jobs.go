package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
)

// storedRun is what a named batch got.
type storedRun struct {
	_       struct{} `cbor:",toarray"`
	Hash    []byte
	Outcome Outcome
	At      int64 // UTC seconds
}

// begin puts a batch into its lane's place, before it is endorsed.
func (o *outbox) begin(j *job) error {
	stored := codec.Encode(storedJob{Batch: j.batch, ID: j.id})
	return o.do(func(tx *bbolt.Tx) error {
		if err := empty(tx, j.batch.Lane); err != nil {
			return err
		}
		return tx.Bucket(bucketJobs).Put([]byte{j.batch.Lane}, stored)
	})
}

// send adds an envelope to the lane's batch, before it is sent.
func (o *outbox) send(lane uint8, n int, s signed) error {
	stored := codec.Encode(s)
	return o.do(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketJobs).Put([]byte{lane, byte(n)}, stored)
	})
}

// finish empties the lane's place and remembers receipts. Nobody waits for it:
// should it be lost, Open finds the envelope's verdict again. then is called when
// it is on disk.
func (o *outbox) finish(j *job, receipts []command.Receipt, errs []error, ran Outcome, then func(error)) {
	now := time.Now().Unix()
	o.later(func(tx *bbolt.Tx) error {
		if err := empty(tx, j.batch.Lane); err != nil {
			return err
		}
		for i, c := range j.batch.Commands {
			if c.Request == "" || i >= len(receipts) || errs[i] != nil {
				continue // the ledger forgets refused requests, and so does the outbox
			}
			hash := c.Hash()
			if err := put(tx, bucketDone, []byte(c.Name()),
				storedDone{Hash: hash[:], Receipt: receipts[i], At: now}); err != nil {
				return err
			}
		}
		if err := o.refusals(tx, j.batch.Source, errs); err != nil {
			return err
		}
		if j.id == "" || ran.TxID == "" {
			return nil
		}
		hash := hashOf(j.batch.Commands)
		return put(tx, bucketRuns, []byte(j.id), storedRun{Hash: hash[:], Outcome: ran, At: now})
	}, then)
}

// empty clears a lane's place: its batch and the envelopes.
func empty(tx *bbolt.Tx, lane uint8) error {
	c := tx.Bucket(bucketJobs).Cursor()
	var keys [][]byte
	for k, _ := c.Seek([]byte{lane}); k != nil && k[0] == lane; k, _ = c.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	for _, k := range keys {
		if err := tx.Bucket(bucketJobs).Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// jobs reads what every lane was doing, by lane.
func (o *outbox) jobs() ([]*job, error) {
	var list []*job
	err := o.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketJobs).ForEach(func(k, v []byte) error {
			if len(k) == 1 {
				var stored storedJob
				if err := codec.Decode(v, &stored); err != nil {
					return fmt.Errorf("lane %d: %w", k[0], err)
				}
				list = append(list, &job{batch: stored.Batch, id: stored.ID})
				return nil
			}
			var s signed
			if err := codec.Decode(v, &s); err != nil {
				return fmt.Errorf("lane %d: %w", k[0], err)
			}
			last := list[len(list)-1]
			last.live, last.kept = append(last.live, s), int(k[1])+1
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("gateway: outbox: %w", err)
	}
	return list, nil
}

// receipt looks a named request up.
func (o *outbox) receipt(id string) (storedDone, bool, error) {
	return get[storedDone](o, bucketDone, []byte(id))
}

// prune forgets receipts and outcomes that are older than keep.
func (o *outbox) prune(keep time.Duration) {
	before := time.Now().Add(-keep).Unix()
	o.later(func(tx *bbolt.Tx) error {
		done := func(v []byte) (int64, error) {
			var stored storedDone
			err := codec.Decode(v, &stored)
			return stored.At, err
		}
		run := func(v []byte) (int64, error) {
			var stored storedRun
			err := codec.Decode(v, &stored)
			return stored.At, err
		}
		return errors.Join(pruneBucket(tx.Bucket(bucketDone), before, done),
			pruneBucket(tx.Bucket(bucketRuns), before, run))
	}, nil)
}

func pruneBucket(b *bbolt.Bucket, before int64, at func([]byte) (int64, error)) error {
	var old [][]byte
	err := b.ForEach(func(k, v []byte) error {
		if when, err := at(v); err != nil || when < before {
			old = append(old, bytes.Clone(k))
		}
		return nil
	})
	for _, k := range old {
		err = errors.Join(err, b.Delete(k))
	}
	return err
}
