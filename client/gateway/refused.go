package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"strings"

	"go.etcd.io/bbolt"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// bucketRefused has what the ledger refused of a source: the shard's name, 0, and the
// position within the shard, 8 bytes; the refusal. It is written with the end of the
// batch, so that no crash can come between the outcome and what is known of it.
var bucketRefused = []byte("refused")

// storedRefusal is why a position of a source was refused.
type storedRefusal struct {
	_    struct{} `cbor:",toarray"`
	Code string
	Text string
}

func refusedKey(shard string, at uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(shard), 0), at)
}

func asRefusal(err error) storedRefusal {
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		refusal = fault.New(fault.Internal, "%v", err)
	}
	return storedRefusal{Code: string(refusal.Code), Text: refusal.Text}
}

// refusals notes what a source's batch was refused.
func (o *outbox) refusals(tx *bbolt.Tx, source *command.Source, errs []error) error {
	if source == nil {
		return nil
	}
	for i, err := range errs {
		if err == nil {
			continue
		}
		if err := put(tx, bucketRefused, refusedKey(source.Name, source.From+uint64(i)), asRefusal(err)); err != nil {
			return err
		}
	}
	return nil
}

// Refused are the positions of the source that the ledger has refused, as far as this
// node fed them, and that weren't done since.
func (s *Source) Refused() (map[uint64]error, error) {
	found := map[uint64]error{}
	err := s.g.out.do(func(*bbolt.Tx) error { return nil }) // what is on its way to the disk is there then
	if err != nil {
		return nil, asFault(err)
	}
	err = s.g.out.db.View(func(tx *bbolt.Tx) error {
		for k, one := range s.shards {
			prefix := append([]byte(one.name), 0)
			c := tx.Bucket(bucketRefused).Cursor()
			for key, value := c.Seek(prefix); bytes.HasPrefix(key, prefix) &&
				len(key) == len(prefix)+8; key, value = c.Next() {
				var stored storedRefusal
				if err := codec.Decode(value, &stored); err != nil {
					return err
				}
				if stored.Code == "" {
					continue // it was done since
				}
				found[s.position(k, binary.BigEndian.Uint64(key[len(prefix):]))] = &fault.Error{
					Code: fault.Code(stored.Code), Text: stored.Text,
				}
			}
		}
		return nil
	})
	return found, asFault(err)
}

// position is the source's position of a shard's.
func (s *Source) position(shard int, at uint64) uint64 {
	return at*uint64(len(s.shards)) + uint64(shard)
}

// Explain replaces the reasons of refused positions, and forgets those whose reason is
// nil.
func (s *Source) Explain(reasons map[uint64]error) error {
	if len(reasons) == 0 {
		return nil
	}
	return asFault(s.g.out.do(func(tx *bbolt.Tx) error {
		for position, why := range reasons {
			n := uint64(len(s.shards))
			key := refusedKey(s.shards[position%n].name, position/n)
			err := error(nil)
			if why == nil {
				err = tx.Bucket(bucketRefused).Delete(key)
			} else {
				err = put(tx, bucketRefused, key, asRefusal(why))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// Redo does the command of a refused position once more, in whatever form it has by
// now. It takes effect once, however often it is asked for: the ledger remembers it
// under a request id that stands for the position and that nobody can choose.
func (s *Source) Redo(ctx context.Context, position uint64, req command.Request) error {
	id := s.redoID(position)
	receipt, err := s.g.Do(ctx, id, req)
	done := receipt.Number
	if fault.CodeOf(err) == fault.Conflict {
		// Perhaps it was done, in the form that it had then.
		if known, asked := s.g.Query().Request(ctx, s.g.cfg.Party, id); asked == nil {
			done, err = known.Number, nil
		}
	}
	var refusal *fault.Error
	switch {
	case err == nil:
		return s.redone(position, done)
	case errors.As(err, &refusal) && !refusal.Code.Passing():
		return errors.Join(err, s.Explain(map[uint64]error{position: err}))
	}
	return err
}

// redone notes which command did a position that was refused: a refusal without a code.
func (s *Source) redone(position uint64, by number.Command) error {
	n := uint64(len(s.shards))
	key := refusedKey(s.shards[position%n].name, position/n)
	return asFault(
		s.g.out.do(func(tx *bbolt.Tx) error { return put(tx, bucketRefused, key, storedRefusal{Text: by.String()}) }))
}

// Redone are the commands that did what a source's own were refused.
func (g *Gateway) Redone(source string) (list []number.Command, err error) {
	if g.out == nil {
		return nil, errNoLanes()
	}
	err = g.out.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketRefused).Cursor()
		for key, value := c.Seek([]byte(source)); bytes.HasPrefix(key, []byte(source)); key, value = c.Next() {
			var stored storedRefusal
			if err := codec.Decode(value, &stored); err != nil {
				return err
			}
			shard, _, _ := bytes.Cut(key[len(source):], []byte{0})
			if stored.Code != "" || len(shard) > 0 && !shardName.Match(shard) {
				continue
			}
			n, err := number.ParseCommand(stored.Text)
			if err != nil {
				return err
			}
			list = append(list, n)
		}
		return nil
	})
	return list, asFault(err)
}

func (s *Source) redoID(position uint64) string {
	name := []byte("tallystick redo v1\x00" + s.shards[0].name + "\x00")
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(name, position))
	return "redo_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20]))
}
