package ledgersim

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// verdict is what is known of a transaction's endorsement in one namespace.
type verdict int

const (
	unknown verdict = iota // not evaluated, or not surely: whoever waits for it may wait forever
	endorsed
	refused
)

// endorsementCheck is one block's pass over endorsement policies
// (core/committer/txvalidator/v20, core/common/validation/statebased).
type endorsementCheck struct {
	net     *Network
	block   *Block
	results []map[string]verdict // by transaction and namespace
	setters map[keyID][]int      // transactions that set a key's policy
	scanned int                  // transactions whose policy writes are in setters
}

type keyID struct{ space, key string }

// check decides all that precedes the reads; a returned reason is a Halt's.
func (c *endorsementCheck) check(i int, tx *Tx) (halt string) {
	if tx.defect != peer.TxValidationCode_VALID {
		tx.invalid(tx.defect, "the envelope was changed after it was signed")
		return ""
	}
	if _, known := c.net.orgs[tx.Creator.MSP]; !known {
		tx.invalid(peer.TxValidationCode_BAD_CREATOR_SIGNATURE, "%s is no organisation of the channel", tx.Creator.MSP)
		return ""
	}
	if c.net.txids[tx.TxID] != nil {
		tx.invalid(peer.TxValidationCode_DUPLICATE_TXID, "repeats a transaction of block %d",
			c.net.txids[tx.TxID].Block)
		return ""
	}
	c.noteSetters(i)
	written := map[string]bool{tx.Chaincode: true}
	for _, ns := range tx.RWSet().Namespaces {
		if ns.writes() {
			written[ns.Namespace] = true
		}
	}
	return c.checkNamespaces(i, tx, slices.Sorted(maps.Keys(written)))
}

// checkNamespaces gathers the verdicts of all namespaces that are written, and of
// the called chaincode's. A peer visits them in a map's order and stops at the
// first that fails: if one fails, chance decides which others get a verdict, and
// if several fail, which of those.
func (c *endorsementCheck) checkNamespaces(i int, tx *Tx, written []string) (halt string) {
	endorsers := tx.Endorsers()
	var failed []string
	for _, name := range written {
		def := c.net.definitionAt(name, c.block.Number)
		if def == nil {
			tx.invalid(peer.TxValidationCode_INVALID_CHAINCODE, "writes to namespace %s, which is no chaincode", name)
			failed = append(failed, "")
			continue
		}
		reason, halt := c.checkNamespace(i, tx, def, endorsers)
		if halt != "" {
			return halt
		}
		c.results[i][name] = endorsed
		if reason != "" {
			tx.invalid(peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, "%s", reason)
			failed = append(failed, name)
		}
	}
	if len(failed) > 0 {
		clear(c.results[i])
	}
	if len(failed) == 1 && failed[0] != "" {
		c.results[i][failed[0]] = refused
	}
	return ""
}

// noteSetters records whose keys' policies the transactions up to i set: also of
// those that are dropped before their endorsements are looked at.
func (c *endorsementCheck) noteSetters(i int) {
	if c.setters == nil {
		c.setters = map[keyID][]int{}
	}
	for ; c.scanned <= i; c.scanned++ {
		for _, ns := range c.block.Txs[c.scanned].RWSet().Namespaces {
			for _, m := range ns.MetadataWrites {
				id := keyID{ns.Namespace, m.Key}
				c.setters[id] = append(c.setters[id], c.scanned)
			}
			for _, coll := range ns.Collections {
				for _, m := range coll.MetadataWrites {
					id := keyID{hashSpace(ns.Namespace, coll.Collection), m.Key}
					c.setters[id] = append(c.setters[id], c.scanned)
				}
			}
		}
	}
}

// checkNamespace evaluates one namespace's writes: a key's own policy where the
// committed state has one, else the collection's, else the chaincode's, each of
// these two once.
func (c *endorsementCheck) checkNamespace(i int, tx *Tx, def *definition, endorsers []*Identity) (reason, halt string) {
	held := map[string]bool{} // policies that were satisfied: by collection, "" for the chaincode's
	checked := false
	check := func(spaceName, collection, key string) bool {
		var keyPolicy []byte
		keyPolicy, reason, halt = c.keyPolicy(i, def.name, spaceName, key)
		switch {
		case reason != "" || halt != "":
		case len(keyPolicy) > 0:
			reason, halt = checkKeyPolicy(keyPolicy, key, endorsers)
		default:
			reason = checkDefinition(def, collection, held, endorsers)
		}
		checked = true
		return reason == "" && halt == ""
	}
	if ns := tx.RWSet().Namespace(def.name); ns != nil {
		for _, id := range ns.changedKeys() {
			if !check(id.space, id.collection, id.key) {
				return reason, halt
			}
		}
	}
	if !checked {
		return checkDefinition(def, "", held, endorsers), ""
	}
	return "", ""
}

type changedKey struct{ space, collection, key string }

// changedKeys lists what a namespace's policies must allow, in Fabric's order.
func (ns *NamespaceRWSet) changedKeys() []changedKey {
	var out []changedKey
	for _, w := range ns.Writes {
		out = append(out, changedKey{ns.Namespace, "", w.Key})
	}
	for _, m := range ns.MetadataWrites {
		out = append(out, changedKey{ns.Namespace, "", m.Key})
	}
	for _, coll := range ns.Collections {
		for _, w := range coll.Writes {
			out = append(out, changedKey{hashSpace(ns.Namespace, coll.Collection), coll.Collection, w.Key})
		}
	}
	for _, coll := range ns.Collections {
		for _, m := range coll.MetadataWrites {
			out = append(out, changedKey{hashSpace(ns.Namespace, coll.Collection), coll.Collection, m.Key})
		}
	}
	return out
}

// keyPolicy is the key's committed policy. A transaction that comes after one of
// its block which changed the policy, and was well endorsed, is refused whatever
// its endorsers, even if that one fails later of what it read.
func (c *endorsementCheck) keyPolicy(i int, ns, spaceName, key string) (policy []byte, reason, halt string) {
	for _, setter := range c.setters[keyID{spaceName, key}] {
		if setter >= i {
			break
		}
		switch c.results[setter][ns] {
		case endorsed:
			return nil, fmt.Sprintf("the policy of key %q was changed by transaction %d of the same block",
				key, setter), ""
		case unknown:
			return nil, "", fmt.Sprintf(
				"it waits forever for the verdict on transaction %d, which sets the policy of key %q but was %s before it got one",
				setter, key, c.block.Txs[setter].Code)
		}
	}
	if e := c.net.state.get(spaceName, key, c.block.Number); e != nil {
		policy = e.policy
	}
	return policy, "", ""
}

func checkKeyPolicy(b []byte, key string, endorsers []*Identity) (reason, halt string) {
	policy, err := ParsePolicy(b)
	if _, garbage := err.(errPolicyBytes); garbage {
		return "", fmt.Sprintf("the policy of key %q is no policy: %v", key, err)
	}
	if err != nil {
		return fmt.Sprintf("policy of key %q: %v", key, err), ""
	}
	if !policy.Satisfied(endorsers) {
		return fmt.Sprintf("key %q needs %s", key, policy), ""
	}
	return "", ""
}

func checkDefinition(def *definition, collection string, held map[string]bool, endorsers []*Identity) string {
	policy, name := def.policy, ""
	if c := def.collections[collection]; collection != "" && c.Policy != nil {
		policy, name = *c.Policy, collection
	}
	if held[name] {
		return ""
	}
	if !policy.Satisfied(endorsers) {
		return fmt.Sprintf("chaincode %s %s needs %s", def.name, name, policy)
	}
	held[name] = true
	return ""
}
