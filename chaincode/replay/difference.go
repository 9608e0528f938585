package replay

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/ledgersim"
)

// PlaceKind is what of a place a transaction sets.
type PlaceKind string

// Kinds of places.
const (
	Value  PlaceKind = "value"  // of a key
	Policy PlaceKind = "policy" // endorsement policy of a key
	Answer PlaceKind = "answer" // what the chaincode answered; it has no key
	Event  PlaceKind = "event"  // what the chaincode told listeners; it has no key
)

// Place is where a transaction has an effect.
type Place struct {
	Kind       PlaceKind
	Namespace  string
	Collection string // "" for public state
	Key        string // in a collection the SHA-256 of the key
}

// String is the place for people.
func (p Place) String() string {
	switch {
	case p.Kind == Answer || p.Kind == Event:
		return "the " + string(p.Kind)
	case p.Collection != "":
		return fmt.Sprintf("%s %s %x", p.Namespace, p.Collection, p.Key)
	case p.Kind == Policy:
		return fmt.Sprintf("the policy of %s %q", p.Namespace, p.Key)
	}
	return fmt.Sprintf("%s %q", p.Namespace, p.Key)
}

// Effect is what a transaction sets in a place.
type Effect struct {
	Data    []byte
	Deleted bool
}

// String is the effect's length, for people: what a row says is for its reader.
func (e *Effect) String() string {
	switch {
	case e == nil:
		return "nothing"
	case e.Deleted:
		return "a deletion"
	}
	return fmt.Sprintf("%d bytes", len(e.Data))
}

func (e *Effect) equal(other *Effect) bool {
	if e == nil || other == nil {
		return e == other
	}
	return e.Deleted == other.Deleted && bytes.Equal(e.Data, other.Data)
}

// Difference is a place in which a block has something else than the rules give.
type Difference struct {
	Place
	Block     uint64
	Tx        int // place of the transaction in its block, from 0
	TxID      string
	Party     string   // that sent it
	Endorsers []string // parties whose peers signed it, sorted
	Found     *Effect  // in the block, nil for none
	Want      *Effect  // by the rules, nil for none
	Refusal   string   // why the rules have nothing of this transaction, or ""
}

// String is the difference for people.
func (d Difference) String() string {
	text := fmt.Sprintf("block %d, transaction %d (%s of %s, endorsed by %v): %s is %s, the rules give %s",
		d.Block, d.Tx, d.TxID, d.Party, d.Endorsers, d.Place, d.Found, d.Want)
	if d.Refusal != "" {
		text += ": " + d.Refusal
	}
	return text
}

// compare lists the places of a transaction in which the two aren't equal, sorted.
func compare(tx *ledgersim.Tx, found, want map[Place]*Effect, refusal string) (list []Difference) {
	all := maps.Clone(found)
	maps.Copy(all, want)
	for place := range all {
		if !found[place].equal(want[place]) {
			list = append(list,
				Difference{Place: place, Block: tx.Block, Tx: tx.Index, TxID: tx.TxID, Party: tx.Creator.MSP,
					Found: found[place], Want: want[place], Refusal: refusal})
		}
	}
	if len(list) == 0 {
		return nil
	}
	signers := tx.Signers()
	for i := range list {
		list[i].Endorsers = signers
	}
	slices.SortFunc(list, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Collection, b.Collection),
			cmp.Compare(a.Key, b.Key), cmp.Compare(a.Kind, b.Kind))
	})
	return list
}

// effects are all that a transaction does, by place.
func effects(e ledgersim.Executed) map[Place]*Effect {
	set := writes(e.RWSet, func(string) bool { return true })
	set[Place{Kind: Answer}] = &Effect{Data: e.Response.GetPayload()}
	if e.Event != nil {
		data, err := proto.MarshalOptions{Deterministic: true}.Marshal(e.Event)
		if err != nil {
			data = []byte(err.Error()) // no event that was read from a block
		}
		set[Place{Kind: Event}] = &Effect{Data: data}
	}
	return set
}

// writes are what a transaction writes to the namespaces that are asked for, by place.
func writes(rw *ledgersim.RWSet, asked func(namespace string) bool) map[Place]*Effect {
	set := map[Place]*Effect{}
	for _, ns := range rw.Namespaces {
		if !asked(ns.Namespace) {
			continue
		}
		addWrites(set, Place{Namespace: ns.Namespace}, ns.Writes, ns.MetadataWrites)
		for _, c := range ns.Collections {
			addWrites(set, Place{Namespace: ns.Namespace, Collection: c.Collection}, c.Writes, c.MetadataWrites)
		}
	}
	return set
}

func addWrites(set map[Place]*Effect, at Place, values []ledgersim.Write, policies []ledgersim.MetadataWrite) {
	for _, w := range values {
		at.Kind, at.Key = Value, w.Key
		set[at] = &Effect{Data: w.Value, Deleted: w.Delete}
	}
	for _, m := range policies {
		at.Kind, at.Key = Policy, m.Key
		set[at] = &Effect{Data: m.Policy}
	}
}
