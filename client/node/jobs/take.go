package jobs

import (
	"context"
	"encoding/json"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/store"
)

// Taken is a job that this process works on.
type Taken struct {
	Job
	Request json.RawMessage
	File    string          // what the file that came with it is called, "" for none
	Asked   json.RawMessage // how it was let in
	Fails   int             // how often it failed, or ended its process, since it went on last
	Broken  error           // why what it asks can't be read, nil if it can
	reached reached
	book    *Book
}

// ErrLost says that another process works on the job: this one was silent for too long.
var ErrLost = fault.New(fault.Stopped, "another process works on the job")

// Take takes the job that has waited longest, if one is due. One that another process was working on and has said
// nothing of for a while is due again: it may have ended that process, so it is worked on beside no other of which that
// may be, and whichever goes on is cleared.
func (b *Book) Take(ctx context.Context) (taken *Taken, err error) {
	now := b.now()
	err = b.own.Write(ctx, func(tx store.Writer) error {
		row := jobRow{}
		found, err := tx.One(ctx, `SELECT `+columns+` FROM jobs
			WHERE state = ?1 AND due <= ?3 OR state = ?2 AND until <= ?3 AND NOT EXISTS
				(SELECT 1 FROM jobs AS other WHERE other.state = ?2 AND other.until > ?3 AND other.fails > 0)
			ORDER BY due, made, id LIMIT 1`, []any{Waiting, Running, now.UnixMilli()}, row.into()...)
		if err != nil || !found {
			return err
		}
		request, broken := b.opened(row.request, requestPlace, row.ID) // it is to keep no other from its turn
		taken = &Taken{Job: row.job(), Request: request, File: row.file, Asked: json.RawMessage(row.asked),
			Fails: row.fails, Broken: broken, reached: reached{}, book: b}
		if json.Unmarshal([]byte(row.reached), &taken.reached) != nil {
			taken.reached = reached{} // what this version can't read of it is none
		}
		if taken.State == Running {
			taken.Fails++
		}
		taken.State, taken.Tries = Running, taken.Tries+1
		_, err = tx.Exec(ctx, `UPDATE jobs SET state = ?, tries = ?, fails = ?, holder = ?, until = ? WHERE id = ?`,
			Running, taken.Tries, taken.Fails, b.holder, now.Add(lease).UnixMilli(), taken.ID)
		return err
	})
	return taken, err
}

// Note keeps how far a job is, and that it is this process's. ErrLost.
func (t *Taken) Note(ctx context.Context, p Progress) error {
	progress, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if t.reached.further(p) {
		t.Fails = 0
	}
	reached, err := json.Marshal(t.reached)
	if err != nil {
		return err
	}
	return t.write(ctx, `progress = ?, fails = ?, reached = ?, until = ?`, progress, t.Fails, string(reached),
		t.book.now().Add(lease).UnixMilli())
}

// Leave has the job tried again after a while, by whoever comes first. Whether it failed, by which it can fail too
// often, is for its caller to say. ErrLost.
func (t *Taken) Leave(ctx context.Context, after time.Duration, problem json.RawMessage, failed bool) error {
	if failed {
		t.Fails++
	}
	return t.write(ctx, `state = ?, due = ?, fails = ?, holder = '', until = 0, problem = ?`, Waiting,
		t.book.now().Add(after).UnixMilli(), t.Fails, notNil(problem))
}

// End ends the job, with what the operation answered and the problem for which it was refused, if it was. Its request
// and its file are forgotten. ErrLost.
func (t *Taken) End(ctx context.Context, state State, answer, problem json.RawMessage) error {
	return t.book.own.Write(ctx, func(tx store.Writer) error {
		n, err := tx.Exec(ctx, `UPDATE jobs SET state = ?, ended = ?, answer = ?, problem = ?, request = ?, holder = '',
			until = 0 WHERE id = ? AND state = ? AND holder = ?`, state, t.book.now().UnixMilli(),
			t.book.sealed(answer, t.ID),
			notNil(problem), []byte{}, t.ID, Running, t.book.holder)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrLost
		}
		_, err = tx.Exec(ctx, `DELETE FROM job_parts WHERE job = ?`, t.ID)
		return err
	})
}

func (t *Taken) write(ctx context.Context, set string, args ...any) error {
	return t.book.own.Write(ctx, func(tx store.Writer) error {
		n, err := tx.Exec(ctx, `UPDATE jobs SET `+set+` WHERE id = ? AND state = ? AND holder = ?`,
			append(args, t.ID, Running, t.book.holder)...)
		if err == nil && n == 0 {
			err = ErrLost
		}
		return err
	})
}

// Tidy forgets jobs that ended so long ago, and those whose file never came.
func (b *Book) Tidy(ctx context.Context, kept time.Duration) error {
	now := b.now()
	return b.own.Write(ctx, func(tx store.Writer) error {
		if _, err := tx.Exec(ctx, `DELETE FROM jobs WHERE ended > 0 AND ended < ? OR state = ? AND until < ?`,
			now.Add(-kept).UnixMilli(), Coming, now.UnixMilli()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM job_parts WHERE job NOT IN (SELECT id FROM jobs)`)
		return err
	})
}

// sealed is an answer as it is kept, empty for none.
func (b *Book) sealed(answer json.RawMessage, id string) []byte {
	if len(answer) == 0 {
		return []byte{}
	}
	return b.seal.Seal([]byte(answer), answerPlace, id)
}

func notNil(text json.RawMessage) []byte {
	if text == nil {
		return []byte{}
	}
	return text
}
