package index

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/client/block"
)

// judge says which writes of a valid transaction count. What it decides follows from
// the blocks so far alone, so that every node decides the same.
//
// sealedOnly is the one that nodes use: it believes what a sealed batch can have
// written. One that executes the batch again, over the rows that counted, takes its place
// here.
type judge interface {
	judge(f *fold, t written) (verdict, error)
}

// verdict is what a judge says of a transaction.
type verdict struct {
	batch  string     // that it sealed, as row.Batch names it; "" for none
	source string     // PARTY/SHARD of the numbered source that the batch is of; "" for none
	strays []strayRow // rows that don't count; none: all do

	commands []command.Command // that were proposed with the batch
}

// strayRow is a row that doesn't count, and why.
type strayRow struct {
	key, reason string
	value       []byte
}

// sealedOnly honours a transaction if it moves exactly one lane's head, by one, in the
// namespace of the party that signed it, and if the batch that the head seals explains
// every row that it writes: see row.Seal. Of any other it honours nothing.
type sealedOnly struct{}

func (sealedOnly) judge(f *fold, t written) (verdict, error) {
	if !t.concerns() {
		return verdict{}, nil
	}
	seal, why := f.sealOf(t)
	if why != nil {
		return verdict{strays: t.strays(func(string) string { return why.Error() })}, nil
	}
	reasons, first := map[string]string{}, ""
	for _, w := range t.writes(ledgerSpace) {
		if err := f.explain(seal, w); err != nil {
			reasons[w.Key] = err.Error()
			if first == "" {
				first = w.Key
			}
		}
	}
	v := verdict{batch: row.Batch(seal.Party, seal.Lane, seal.Seq), commands: seal.Commands}
	if shard := seal.Source(); shard != "" {
		v.source = seal.Party + "/" + shard
	}
	if seal.IsFounding() {
		v.batch = ""
	}
	if len(reasons) > 0 {
		v = verdict{strays: t.strays(func(key string) string {
			if why, its := reasons[key]; its {
				return why
			}
			return fmt.Sprintf("it was written beside %.90q", first)
		})}
	}
	return v, nil
}

// explain answers why a write of a sealed batch doesn't count.
func (f *fold) explain(seal *row.Seal, w block.Write) error {
	if w.Deleted {
		return fmt.Errorf("it was deleted")
	}
	after, err := row.Read(w.Key, w.Value)
	if err != nil {
		return err
	}
	var before any
	if !seal.NumberedBy(w.Key) {
		if before, err = f.before(w.Key); err != nil {
			return err
		}
	}
	return seal.Explain(w.Key, before, after.Row)
}

// sealOf is the batch that a transaction seals, or why it seals none.
func (f *fold) sealOf(t written) (*row.Seal, error) {
	if t.chaincode != ledgerSpace {
		return nil, fmt.Errorf("it was proposed to the chaincode %.60q", t.chaincode)
	}
	heads := t.heads()
	if len(t.Args) == 2 && string(t.Args[0]) == "consortium:Found" {
		if len(heads) > 0 || f.fact(string(row.Consortium())) != nil {
			return nil, fmt.Errorf("the network was founded before")
		}
		return row.Founding(t.party), nil
	}
	batch, err := batchOf(t.Args)
	if err != nil {
		return nil, err
	}
	caller, known := f.partyNamed(t.party)
	if !known {
		return nil, fmt.Errorf("%.60q is no party", t.party)
	}
	if len(heads) != 1 {
		return nil, fmt.Errorf("it moves %d lanes' heads", len(heads))
	}
	begins := batch.Commands[0].Kind == command.BeginPeer && batch.Lane == number.Single
	if h := heads[0]; h.space != row.SealOf(caller.ID, caller.Peer || begins) ||
		h.key != string(row.LaneHead(caller.ID, batch.Lane)) {
		return nil, fmt.Errorf("it moves the head %s of %s, which isn't %s's lane %d",
			h.key, h.space, caller.ID, batch.Lane)
	}
	if begins && !caller.Peer {
		caller.Base = f.highest(caller.ID)
	}
	if batch.Seq, err = f.moved(heads[0], batch, caller.Base, t.Args); err != nil {
		return nil, err
	}
	return row.NewSeal(caller.ID, caller.Roles.Has(party.Operator), batch), nil
}

// moved is the sequence that a head was moved to by a batch, which is the next one.
func (f *fold) moved(h head, batch command.Batch, base uint64, args [][]byte) (uint64, error) {
	after, err := row.Decode[row.Head](h.value)
	if err != nil {
		return 0, err
	}
	next := f.heads[h.name()].Next(base, command.Digest(args))
	switch {
	case after.Seq != next.Seq || batch.Lane != number.Single && batch.Seq != next.Seq:
		return 0, fmt.Errorf("it moves the head %s to %d, where %d is next", h.key, after.Seq, next.Seq)
	case !bytes.Equal(after.Chain, next.Chain):
		return 0, fmt.Errorf("the head %s seals another batch", h.key)
	case f.had.batches[row.Batch(h.party(), batch.Lane, next.Seq)]:
		return 0, fmt.Errorf("the head %s was at %d before", h.key, next.Seq)
	}
	return next.Seq, nil
}

// highest is the highest sequence of a party's lanes where those without a peer have them.
func (f *fold) highest(party string) (seq uint64) {
	for lane := range uint8(number.Lanes) {
		seq = max(seq, f.heads[sharedHead(party, lane)].Seq)
	}
	return seq
}

func sharedHead(party string, lane uint8) string {
	return head{space: sealSpace, key: string(row.LaneHead(party, lane))}.name()
}

// batchOf reads the batch that a transaction was proposed with. A single command's has no sequence.
func batchOf(args [][]byte) (b command.Batch, err error) {
	switch {
	case len(args) == 2 && string(args[0]) == "batch:Run":
		if err = codec.Decode(args[1], &b); err == nil {
			err = b.Check()
		}
		return b, err
	case len(args) == 3:
		if kind, known := command.KindNamed(string(args[0])); known {
			return command.Batch{
				Lane: number.Single, Commands: []command.Command{{Kind: kind, Request: string(args[1])}},
			}, nil
		}
	}
	return b, fmt.Errorf("it was proposed with no batch")
}

// head is a lane's head as a transaction writes it.
type head struct {
	space, key string
	value      []byte
}

func (h head) name() string { return h.space + "/" + h.key }

func (h head) party() string {
	id, _, _ := strings.Cut(h.key, "/")
	return id
}

// written is what a valid transaction did.
type written struct {
	block, place         uint64
	time                 int64 // UTC seconds, as its sender said
	id, party, chaincode string
	block.Action
}

// writes are those to one namespace.
func (t written) writes(space string) []block.Write {
	for _, set := range t.Sets {
		if set.Namespace == space {
			return set.Writes
		}
	}
	return nil
}

// heads are all heads that the transaction moves, in whatever namespace. One that it
// deletes has no value.
func (t written) heads() (list []head) {
	for _, set := range t.Sets {
		if set.Namespace != sealSpace && !strings.HasPrefix(set.Namespace, sealSpace+"-") {
			continue
		}
		for _, w := range set.Writes {
			list = append(list, head{set.Namespace, w.Key, w.Value})
		}
	}
	return list
}

// concerns says whether the transaction writes where the ledger is.
func (t written) concerns() bool {
	return len(t.writes(ledgerSpace)) > 0 || len(t.heads()) > 0
}

// strays are all rows and heads that the transaction writes.
func (t written) strays(why func(key string) string) (list []strayRow) {
	for _, h := range t.heads() {
		list = append(list, strayRow{h.name(), why(h.name()), h.value})
	}
	for _, w := range t.writes(ledgerSpace) {
		list = append(list, strayRow{w.Key, why(w.Key), w.Value})
	}
	slices.SortStableFunc(list, func(a, b strayRow) int { return strings.Compare(a.key, b.key) })
	return list
}
