package ledgersim

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
)

// Get is a key's value at a peer's height, nil when it is absent.
func (n *Network) Get(peerName, chaincode, key string) []byte {
	if e := n.state.get(chaincode, key, n.mustPeer(peerName).height); e != nil {
		return bytes.Clone(e.value)
	}
	return nil
}

// State is a chaincode's whole public state at a peer's height.
func (n *Network) State(peerName, chaincode string) map[string][]byte {
	out := map[string][]byte{}
	cur := n.state.scan(chaincode, "", "", n.mustPeer(peerName).height)
	for key, e := cur.next(); e != nil; key, e = cur.next() {
		out[key] = bytes.Clone(e.value)
	}
	return out
}

// Private is the plaintext of a collection that a peer holds at its height, nothing
// if it isn't a member.
func (n *Network) Private(peerName, chaincode, collection string) map[string][]byte {
	out := map[string][]byte{}
	height := n.mustPeer(peerName).height
	if def := n.definitionAt(chaincode, height); def == nil || !def.collections[collection].member(peerName) {
		return out
	}
	cur := n.state.scan(privateSpace(chaincode, collection), "", "", height)
	for key, e := cur.next(); e != nil; key, e = cur.next() {
		out[key] = bytes.Clone(e.value)
	}
	return out
}

// StateDigest is a hash over all keys, values, versions and key policies that a
// peer holds, private plaintext excepted.
func (n *Network) StateDigest(peerName string) [sha256.Size]byte {
	return n.state.digest(n.mustPeer(peerName).height)
}

func (s *store) digest(height uint64) [sha256.Size]byte {
	spaces := map[string]map[string]entry{}
	for name := range s.spaces {
		cur := s.scan(name, "", "", height)
		for key, e := cur.next(); e != nil; key, e = cur.next() {
			if spaces[name] == nil {
				spaces[name] = map[string]entry{}
			}
			spaces[name][key] = *e
		}
	}
	return digest(spaces)
}

func digest(spaces map[string]map[string]entry) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(spaces)) {
		if isPrivate(name) {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(spaces[name])) {
			h.Write(spaces[name][key].encode(name, key))
		}
	}
	h.Sum(sum[:0])
	return sum
}

// CheckAgreement compares every peer's state with what its blocks' valid write
// sets come to when they are simply applied in order, by code that shares nothing
// with the store; so peers at one height agree, and with the chain.
func (n *Network) CheckAgreement() error {
	for _, name := range n.peerNames {
		height := n.peers[name].height
		if got, want := n.StateDigest(name), digest(replay(n.blocks[:height])); got != want {
			return fmt.Errorf("peer %s at height %d: state %x, its blocks give %x", name, height, got[:8], want[:8])
		}
	}
	return nil
}

// replay is the dumb second opinion on a chain's state.
func replay(blocks []*Block) map[string]map[string]entry {
	spaces := map[string]map[string]entry{}
	for _, b := range blocks {
		for _, tx := range b.Txs {
			if !tx.Valid() {
				continue
			}
			v := Version{b.Number, uint64(tx.Index)}
			for _, ns := range tx.RWSet().Namespaces {
				replaySpace(spaces, ns.Namespace, ns.Writes, ns.MetadataWrites, v)
				for _, c := range ns.Collections {
					replaySpace(spaces, hashSpace(ns.Namespace, c.Collection), c.Writes, c.MetadataWrites, v)
				}
			}
		}
	}
	return spaces
}

func replaySpace(spaces map[string]map[string]entry, name string, writes []Write, policies []MetadataWrite, v Version) {
	sp := spaces[name]
	if sp == nil {
		sp = map[string]entry{}
		spaces[name] = sp
	}
	for _, w := range writes {
		if w.Delete {
			delete(sp, w.Key)
		} else {
			sp[w.Key] = entry{version: v, value: w.Value, policy: sp[w.Key].policy}
		}
	}
	for _, m := range policies {
		if e, ok := sp[m.Key]; ok {
			sp[m.Key] = entry{version: v, value: e.value, policy: m.Policy}
		}
	}
}
