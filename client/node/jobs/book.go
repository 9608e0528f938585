package jobs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/node"
	"tallystick/client/store"
	"tallystick/client/vault"
)

// Book is the jobs of a node, as one process of it sees them.
type Book struct {
	own    *store.Store
	seal   *vault.Vault // under whose key requests, files and answers are kept
	holder string       // this process
	now    func() time.Time
	says   time.Duration // how often it says that a job's file is coming to it
}

// Open returns a node's jobs. What they ask, their files and what they answer are kept under the key of the node's
// vault: there may be customers and one-time codes in them.
func Open(ctx context.Context, n *node.Node) (*Book, error) {
	own, err := n.Store(ctx)
	if err != nil {
		return nil, err
	}
	v, err := n.Vault()
	return newBook(own, v), err
}

func newBook(own *store.Store, v *vault.Vault) *Book {
	return &Book{own: own, seal: v, holder: node.NewID(), now: time.Now, says: lease / 3}
}

// Where a job's secrets are kept, each bound to its place.
const (
	requestPlace = "jobs/request"
	answerPlace  = "jobs/answer"
	partPlace    = "jobs/part"
)

func partID(job string, part int) string { return fmt.Sprintf("%s/%d", job, part) }

// opened reads what was sealed; what is empty is.
func (b *Book) opened(sealed []byte, place, id string) (text []byte, err error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	if err := b.seal.Unseal(sealed, &text, place, id); err != nil {
		return nil, fault.New(fault.Machine, "job %s can't be read: %v", id, err)
	}
	return text, nil
}

// Work is what a job is to do.
type Work struct {
	ID        string // its request id
	Operation string
	Who       string
	Request   json.RawMessage
	Upload    node.Upload // its file; none as a rule
	// LetIn lets the work in, if it is new, before its file is read, and says how, for whoever works on it; its error
	// refuses the work. nil lets all in.
	LetIn func() (json.RawMessage, error)
}

// Add takes work in, and its file if one comes with it. A job that is there already stays, if it is the same work: it
// isn't let in again, whatever became of it. Refused: CONFLICT if the id is another job's; LIMIT for a file that is too
// long; OVERLOADED if too many wait.
func (b *Book) Add(ctx context.Context, w Work) (Job, error) {
	there, err := b.reserve(ctx, w)
	switch {
	case err != nil:
		return Job{}, err
	case there == nil:
		if err := b.addNew(ctx, w); err != nil {
			return Job{}, err
		}
	default:
		meaning, err := b.bring(ctx, w, func(int, []byte) error { return nil })
		if err != nil {
			return Job{}, err
		}
		if !bytes.Equal(meaning, there) {
			return Job{}, fault.New(fault.Conflict, "the Idempotency-Key %s is another job's", w.ID)
		}
	}
	return b.Show(context.WithoutCancel(ctx), w.ID)
}

// addNew takes in work whose id was reserved, or gives the id back.
func (b *Book) addNew(ctx context.Context, w Work) error {
	stop := b.holds(ctx, w.ID)
	defer stop()
	asked, err := w.letIn()
	if err != nil {
		return errors.Join(err, b.drop(context.WithoutCancel(ctx), w.ID))
	}
	meaning, err := b.bring(ctx, w, func(part int, bytes []byte) error { return b.keep(ctx, w.ID, part, bytes) })
	if err != nil {
		return errors.Join(err, b.drop(context.WithoutCancel(ctx), w.ID))
	}
	return b.come(context.WithoutCancel(ctx), w.ID, meaning, asked) // all is here: whoever hangs up now has a job
}

func (w Work) letIn() (json.RawMessage, error) {
	if w.LetIn == nil {
		return nil, nil
	}
	return w.LetIn()
}

// holds goes on saying that a job's file is coming to this process, until it is told to stop. A word that can't be kept
// is said again; once another process has the id, keep and come say so.
func (b *Book) holds(ctx context.Context, id string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		every := time.NewTicker(b.says)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				_ = b.own.Write(ctx, func(tx store.Writer) error {
					_, err := tx.Exec(ctx, `UPDATE jobs SET until = ? WHERE id = ? AND state = ? AND holder = ?`,
						b.now().Add(lease).UnixMilli(), id, Coming, b.holder)
					return err
				})
			}
		}
	}()
	return func() { cancel(); <-done }
}

// reserve makes a job whose file is to come. It returns the meaning of one that is there.
func (b *Book) reserve(ctx context.Context, w Work) (there []byte, err error) {
	now := b.now()
	err = b.own.Write(ctx, func(tx store.Writer) error {
		var state State
		var until int64
		found, err := tx.One(ctx, `SELECT meaning, state, until FROM jobs WHERE id = ?`, []any{w.ID}, &there, &state,
			&until)
		switch {
		case err != nil:
			return err
		case found && state != Coming:
			return nil
		case found && now.UnixMilli() < until:
			return fault.New(fault.Overloaded, "the file of job %s is still coming", w.ID)
		case found: // it never came
			if err := remove(ctx, tx, w.ID); err != nil {
				return err
			}
		}
		there = nil
		if full, err := room.Full(ctx, tx.Reader, w.Who); full != nil || err != nil {
			return errors.Join(err, full)
		}
		_, err = tx.Exec(ctx, `INSERT INTO jobs (id, operation, who, meaning, request, file, state, made, due, tries, holder,
			until, progress, ended, answer, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, 0, ?, ?)`,
			w.ID, w.Operation, w.Who, []byte{},
			b.seal.Seal([]byte(w.Request), requestPlace, w.ID), w.Upload.Name, Coming, now.UnixMilli(), b.holder,
			now.Add(lease).UnixMilli(), []byte("{}"), []byte{}, []byte{})
		return err
	})
	return there, err
}

// room is for how many jobs may wait.
var room = store.Room{What: "jobs wait", Rows: "jobs WHERE ended = 0", Most: most, MostOfOne: mostOfOne}

// bring reads the file that comes with work, and has its parts kept. It returns what the work means.
func (b *Book) bring(ctx context.Context, w Work, keep func(part int, bytes []byte) error) (meaning []byte, err error) {
	file := sha256.New()
	if w.Upload.Open != nil {
		from, err := w.Upload.Open()
		if err != nil {
			return nil, node.OfFile(err)
		}
		if err := errors.Join(inParts(io.TeeReader(from, file), keep), from.Close()); err != nil {
			return nil, node.OfFile(err)
		}
	}
	return b.seal.Hash(fmt.Appendf(nil, "%q %q %x", w.Operation, w.Request, file.Sum(nil))), nil
}

// inParts reads a file to its end, part by part. LIMIT.
func inParts(from io.Reader, keep func(part int, bytes []byte) error) error {
	buffer := make([]byte, partSize)
	for part := 0; ; part++ {
		n, err := io.ReadFull(from, buffer)
		switch {
		case part == MaxFile/partSize && n > 0:
			return fault.New(fault.Limit, "the file has more than %d MiB", MaxFile>>20)
		case n > 0:
			if err := keep(part, buffer[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (b *Book) keep(ctx context.Context, id string, part int, bytes []byte) error {
	return b.own.Write(ctx, func(tx store.Writer) error {
		if mine, err := b.comes(ctx, tx, id); err != nil || !mine {
			return errors.Join(err, tooSlow(id))
		}
		_, err := tx.Exec(ctx, `INSERT INTO job_parts (job, part, bytes) VALUES (?, ?, ?)`, id, part,
			b.seal.Seal(bytes, partPlace, partID(id, part)))
		return err
	})
}

// come has a job wait for its turn: all of it is there.
func (b *Book) come(ctx context.Context, id string, meaning []byte, asked json.RawMessage) error {
	return b.own.Write(ctx, func(tx store.Writer) error {
		if mine, err := b.comes(ctx, tx, id); err != nil || !mine {
			return errors.Join(err, tooSlow(id))
		}
		_, err := tx.Exec(ctx, `UPDATE jobs SET state = ?, meaning = ?, asked = ?, holder = '', until = 0, due = ?
			WHERE id = ?`, Waiting, meaning, string(asked), b.now().UnixMilli(), id)
		return err
	})
}

// comes says whether a job's file is coming to this process.
func (b *Book) comes(ctx context.Context, tx store.Writer, id string) (bool, error) {
	return tx.One(ctx, `SELECT id FROM jobs WHERE id = ? AND state = ? AND holder = ?`, []any{id, Coming, b.holder},
		new(string))
}

func tooSlow(id string) error {
	return fault.New(fault.Overloaded, "the file of job %s took too long to come", id)
}

// drop takes a job away whose file didn't come.
func (b *Book) drop(ctx context.Context, id string) error {
	return b.own.Write(ctx, func(tx store.Writer) error {
		if mine, err := b.comes(ctx, tx, id); err != nil || !mine {
			return err
		}
		return remove(ctx, tx, id)
	})
}

func remove(ctx context.Context, tx store.Writer, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM job_parts WHERE job = ?`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM jobs WHERE id = ?`, id)
	return err
}

// Open opens the file that came with a job.
func (b *Book) Open(ctx context.Context, id string) io.ReadCloser {
	return &parts{ctx: ctx, book: b, job: id}
}

// parts is a file as it is kept.
type parts struct {
	ctx  context.Context
	book *Book
	job  string
	next int
	rest []byte
}

// Read reads on.
func (p *parts) Read(to []byte) (int, error) {
	if len(p.rest) == 0 {
		var sealed []byte
		found, err := p.book.own.One(p.ctx, `SELECT bytes FROM job_parts WHERE job = ? AND part = ?`,
			[]any{p.job, p.next}, &sealed)
		if err != nil {
			return 0, err
		}
		if !found {
			return 0, io.EOF
		}
		if p.rest, err = p.book.opened(sealed, partPlace, partID(p.job, p.next)); err != nil {
			return 0, err
		}
		p.next++
	}
	n := copy(to, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// Close does nothing: nothing is open between two parts.
func (*parts) Close() error { return nil }
