package gateway

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	pb "github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
)

// job is one batch on its way, from its number to its outcome.
type job struct {
	batch   command.Batch
	id      string // of the batch, if its caller named it
	tickets []*ticket
	// live are the envelopes that may still take effect, oldest first: signed,
	// perhaps sent, without a verdict. There is one at most, except where the
	// orderers refused the very bytes of an earlier one.
	live  []signed
	kept  int // envelopes that the outbox has had for it under its number: the next one takes no other's place
	watch *watch
}

// Outcome is what became of a batch.
type Outcome struct {
	_      struct{} `cbor:",toarray"`
	TxID   string
	Block  uint64
	Lane   uint8
	Seq    uint64
	Result command.Result
}

// maxConflicts is how often a batch may be found invalid before it is given up.
const maxConflicts = 20

var errClosing = errors.New("gateway: closing")

// carry brings a job to its outcome. An error means that none of its commands
// took effect, or that the gateway is closing (errClosing) and the outbox has it.
func (l *lane) carry(ctx context.Context, j *job) (Outcome, error) {
	if len(j.live) > 0 {
		l.takeUp(ctx, j)
	}
	for conflicts := 0; ; conflicts++ {
		if len(j.live) == 0 {
			if err := l.prepare(ctx, j, time.Now().Add(l.g.cfg.Timeouts.Effort)); err != nil {
				return Outcome{}, err
			}
			l.submit(ctx, j)
		}
		ran, invalid, err := l.await(ctx, j)
		if err != nil || ran.TxID != "" {
			return ran, err
		}
		// Nothing of it can take effect any more.
		l.g.count.invalid.Add(1)
		why := invalid.Code.String()
		if invalid.Moved {
			why = "LANE_MOVED by " + invalid.TxID
		}
		l.g.log.Info("a batch is endorsed anew", "lane", j.batch.Lane, "seq", j.batch.Seq, "why", why)
		if conflicts >= maxConflicts {
			return Outcome{}, fault.New(fault.Unavailable, "the batch met %s again and again", why)
		}
		stagger(ctx, conflicts)
	}
}

// takeUp goes on with envelopes of the last process: if none of the blocks that
// there were at the start decides about them, perhaps they were never sent.
func (l *lane) takeUp(ctx context.Context, j *job) {
	if err := l.g.feed.wait(ctx, l.g.tip); err == nil && !j.watch.told() {
		l.submit(ctx, j)
	}
}

// prepare endorses a job and puts the envelope on disk, unless the lane has become another process's: then nothing of
// what was endorsed is sent.
func (l *lane) prepare(ctx context.Context, j *job, deadline time.Time) error {
	traced, span := begin(ctx, "endorse")
	s, err := l.endorse(traced, j, deadline)
	end(span, err)
	if err == nil && !l.mine() {
		err = errGivenUp
	}
	if err != nil {
		return err
	}
	s.From = l.g.feed.height()
	// Watched before it can be sent, on disk before it can be sent.
	j.watch.add(s.TxID)
	if err := l.g.out.send(j.batch.Lane, j.kept, s); err != nil {
		return err
	}
	j.live, j.kept = append(j.live, s), j.kept+1
	for _, t := range j.tickets {
		t.txID.Store(&s.TxID)
	}
	return nil
}

// endorse has the batch endorsed, as often as it takes: endorsers that are a
// block behind, don't match, or don't answer are asked again until the
// deadline. Nothing has been sent, so giving up is safe.
func (l *lane) endorse(ctx context.Context, j *job, deadline time.Time) (signed, error) {
	for tries := 0; ; tries++ {
		c := call{chaincode: l.g.cfg.Chaincode, function: "batch:Run", args: [][]byte{codec.Encode(j.batch)}}
		s, err := l.g.net.Endorse(ctx, c)
		if err == nil {
			return s, nil
		}
		var failed *callError
		if ctx.Err() != nil || !errors.As(err, &failed) {
			return signed{}, errClosing
		}
		if !failed.mayPass(tries) || time.Now().After(deadline) {
			return signed{}, failed.asFault()
		}
		if failed.kind == refused {
			if err := l.overtaken(ctx, j, failed.refusal, tries); err != nil {
				return signed{}, err
			}
		}
		l.g.count.late.Add(1)
		stagger(ctx, tries)
	}
}

// overtaken sees whether LANE_MOVED or SOURCE_MOVED is an endorser's lag, or
// somebody else's doing. A lane that another process moved gives the job a new
// number, which is safe as none of its envelopes is live.
func (l *lane) overtaken(ctx context.Context, j *job, refusal *fault.Error, tries int) error {
	if refusal.Code != fault.LaneMoved {
		if tries < 8 { // an endorser that is a block behind says so for 10 ms or so
			return nil
		}
		return refusal
	}
	seq, err := l.g.Query().reached(ctx, j.batch.Lane)
	if err != nil || seq < j.batch.Seq {
		return nil
	}
	if len(j.live) > 0 {
		return nil // one of ours may have done it: the feed will say
	}
	if !l.g.shared {
		l.g.log.Warn("another process writes this lane; give each its own", "lane", j.batch.Lane, "head", seq)
	}
	return l.renumber(j, seq+1)
}

// renumber gives a job without live envelopes its lane's next number.
func (l *lane) renumber(j *job, seq uint64) error {
	j.batch.Seq, j.kept = seq, 0
	return l.g.out.begin(j)
}

// submit sends the newest envelope. What it answers changes nothing: a block
// says what became of it.
func (l *lane) submit(ctx context.Context, j *job) (rejectedBytes bool) {
	newest := j.live[len(j.live)-1]
	err := l.g.net.Submit(ctx, newest)
	if err == nil || ctx.Err() != nil {
		return false
	}
	l.g.log.Warn("a submission failed; the outcome is in doubt", "lane", j.batch.Lane, "seq", j.batch.Seq,
		"tx", newest.TxID, "err", err)
	var failed *callError
	return errors.As(err, &failed) && failed.kind == rejected
}

// await waits for the outcome of the live envelopes. In doubt it sends the same
// bytes again. It returns the outcome if one took effect; a verdict if none of
// them can any more.
func (l *lane) await(ctx context.Context, j *job) (Outcome, verdict, error) {
	doubt := l.g.cfg.Timeouts.Doubt
	for {
		v, told := j.watch.next(ctx, doubt)
		switch {
		case ctx.Err() != nil:
			return Outcome{}, verdict{}, errClosing
		case !told:
			l.g.feed.stir(doubt)
			l.g.count.resent.Add(1)
			l.again(ctx, j)
			doubt = min(2*doubt, time.Minute)
		case v.Moved && v.Seq >= j.batch.Seq:
			// The fence: the head that every live envelope read is gone.
			j.live = nil
			return Outcome{}, v, l.renumber(j, v.Seq+1)
		case v.Moved:
		case v.Code == pb.TxValidationCode_VALID:
			return l.outcome(j, v)
		default:
			j.live = slices.DeleteFunc(j.live, func(s signed) bool { return s.TxID == v.TxID })
			if len(j.live) == 0 {
				return Outcome{}, v, nil
			}
		}
	}
}

// again sends the same bytes again. If the orderers refuse these very bytes,
// the batch is endorsed anew under the same number: of envelopes that read the
// same head at most one takes effect.
func (l *lane) again(ctx context.Context, j *job) {
	if !l.submit(ctx, j) || len(j.live) >= 8 {
		return
	}
	if err := l.prepare(ctx, j, time.Now().Add(l.g.cfg.Timeouts.Doubt)); err == nil {
		l.submit(ctx, j)
	}
}

func (l *lane) outcome(j *job, v verdict) (Outcome, verdict, error) {
	ran := Outcome{TxID: v.TxID, Block: v.Block, Lane: j.batch.Lane, Seq: j.batch.Seq}
	for _, s := range j.live {
		if s.TxID != v.TxID {
			continue
		}
		if err := codec.Decode(s.Answer, &ran.Result); err != nil {
			// It took effect; only what it answered can't be read.
			l.g.log.Error("a committed batch's answer can't be read", "tx", v.TxID, "err", err)
		}
	}
	return ran, verdict{}, nil
}

// stagger waits 10 ms, 20 ms … 320 ms, give or take a half.
func stagger(ctx context.Context, tries int) {
	d := 10 * time.Millisecond << min(tries, 5)
	pause(ctx, d/2+time.Duration(rand.Int64N(int64(d))))
}
