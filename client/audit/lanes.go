package audit

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/client/audit/wire"
)

const (
	ledgerSpace = "tally"
	sealSpace   = "tallyseal"
)

// state is the ledger before a transaction.
type state interface {
	Get(namespace, key string) []byte
}

// lanes verifies that each transaction that writes rows seals a batch which explains them.
// It is made of the pure rules on lanes and rows, and knows nothing of the contract, nor of
// what an index does about rows that nothing seals.
type lanes struct {
	state
	reached map[string]uint64 // highest sequence that a head was moved to, by namespace and key
}

// odd is a row or a head that a transaction may not write, and why.
type odd struct{ space, key, why string }

// check answers what a valid transaction may not write, before it is applied. It counts the rows
// and heads that it looked at.
func (l *lanes) check(tx *wire.Tx) (list []odd, count int) {
	var rows []ledgersim.Write
	var heads []head
	for _, ns := range tx.RWSet.Namespaces {
		switch {
		case ns.Namespace == ledgerSpace:
			rows = ns.Writes
		case ns.Namespace == sealSpace || strings.HasPrefix(ns.Namespace, sealSpace+"-"):
			for _, w := range ns.Writes {
				heads = append(heads, head{ns.Namespace, w})
			}
		}
		for _, m := range ns.MetadataWrites {
			if ns.Namespace == ledgerSpace || strings.HasPrefix(ns.Namespace, sealSpace) {
				list = append(list, odd{ns.Namespace, m.Key, "no row has an endorsement policy of its own"})
			}
		}
	}
	count = len(rows) + len(heads)
	if count == 0 {
		return list, 0
	}
	seal, err := l.sealOf(tx, heads)
	if err != nil {
		for _, h := range heads {
			list = append(list, odd{h.space, h.Key, err.Error()})
		}
		for _, w := range rows {
			list = append(list, odd{ledgerSpace, w.Key, err.Error()})
		}
		return list, count
	}
	for _, w := range rows {
		if err := l.explain(seal, w); err != nil {
			list = append(list, odd{ledgerSpace, w.Key, err.Error()})
		}
	}
	return list, count
}

// explain answers why the sealed batch may not have written a row.
func (l *lanes) explain(seal *row.Seal, w ledgersim.Write) error {
	if w.Delete {
		return errors.New("no batch deletes a row")
	}
	after, err := row.Read(w.Key, w.Value)
	if err != nil {
		return err
	}
	var before any
	if value := l.Get(ledgerSpace, w.Key); value != nil && !seal.NumberedBy(w.Key) {
		if named, err := row.Read(w.Key, value); err == nil {
			before = named.Row
		}
	}
	return seal.Explain(w.Key, before, after.Row)
}

// head is a lane's head as a transaction writes it.
type head struct {
	space string
	ledgersim.Write
}

// sealOf is the batch that a transaction seals, or why it seals none.
func (l *lanes) sealOf(tx *wire.Tx, heads []head) (*row.Seal, error) {
	if tx.Chaincode != ledgerSpace {
		return nil, fmt.Errorf("it was proposed to the chaincode %.60q", tx.Chaincode)
	}
	sender := tx.Creator.MSP
	if founds(tx) {
		if len(heads) > 0 || l.Get(ledgerSpace, string(row.Consortium())) != nil {
			return nil, errors.New("the network was founded before")
		}
		return row.Founding(sender), nil
	}
	batch, err := batchOf(tx.Args)
	if err != nil {
		return nil, err
	}
	caller, err := row.Decode[party.Party](l.Get(ledgerSpace, string(row.Party(sender))))
	if err != nil {
		return nil, fmt.Errorf("%.60q is no party", sender)
	}
	if len(heads) != 1 {
		return nil, fmt.Errorf("it moves %d lanes' heads, not 1", len(heads))
	}
	h := heads[0]
	begins := batch.Lane == number.Single && batch.Commands[0].Kind == command.BeginPeer
	space, key := row.SealOf(caller.ID, caller.Peer || begins), string(row.LaneHead(caller.ID, batch.Lane))
	if h.space != space || h.Key != key {
		return nil, fmt.Errorf("it moves the head %.60s of %.60s, where its batch moves %s of %s", h.Key, h.space, key, space)
	}
	base := caller.Base
	if begins && !caller.Peer {
		base = l.highest(caller.ID)
	}
	if batch.Seq, err = l.moves(h, batch, base, tx.Args); err != nil {
		return nil, err
	}
	return row.NewSeal(caller.ID, caller.Roles.Has(party.Operator), batch), nil
}

// moves is the sequence that a batch moves its head to, which is the next one.
func (l *lanes) moves(h head, batch command.Batch, base uint64, args [][]byte) (uint64, error) {
	after, err := row.Decode[row.Head](h.Value)
	if err != nil {
		return 0, err
	}
	now, _ := row.Decode[row.Head](l.Get(h.space, h.Key)) // the zero head if there is none
	next, name := now.Next(base, command.Digest(args)), h.space+"/"+h.Key
	reached := l.reached[name]
	l.reached[name] = max(reached, after.Seq)
	switch {
	case after.Seq != next.Seq:
		return 0, fmt.Errorf("it moves the head %s from %d to %d, where %d is next", h.Key, now.Seq, after.Seq,
			next.Seq)
	case batch.Lane != number.Single && batch.Seq != next.Seq:
		return 0, fmt.Errorf("its batch is number %d, where %d is next", batch.Seq, next.Seq)
	case !bytes.Equal(after.Chain, next.Chain):
		return 0, fmt.Errorf("the head %s seals another batch than the one that was proposed", h.Key)
	case next.Seq <= reached:
		return 0, fmt.Errorf("the head %s was at %d before", h.Key, reached)
	}
	return next.Seq, nil
}

// highest is the highest sequence of a party's lanes among those of parties without a peer.
func (l *lanes) highest(party string) (seq uint64) {
	for lane := range uint8(number.Lanes) {
		h, _ := row.Decode[row.Head](l.Get(sealSpace, string(row.LaneHead(party, lane))))
		seq = max(seq, h.Seq)
	}
	return seq
}

// founds says whether a transaction was proposed to found the network.
func founds(tx *wire.Tx) bool {
	return tx.Chaincode == ledgerSpace && len(tx.Args) == 2 && string(tx.Args[0]) == "consortium:Found"
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
			one := command.Command{Kind: kind, Request: string(args[1])}
			return command.Batch{Lane: number.Single, Commands: []command.Command{one}}, nil
		}
	}
	return b, errors.New("it was proposed with no batch")
}

// commands is how many commands a transaction was proposed with.
func commands(tx *wire.Tx) int {
	if tx.Chaincode != ledgerSpace {
		return 0
	}
	if founds(tx) {
		return 1
	}
	b, err := batchOf(tx.Args)
	if err != nil {
		return 0
	}
	return len(b.Commands)
}

// spaceOf is a namespace with its collection behind it, for findings.
func spaceOf(namespace, collection string) string {
	return strings.Join(slices.DeleteFunc([]string{namespace, collection}, func(s string) bool { return s == "" }), "$")
}
