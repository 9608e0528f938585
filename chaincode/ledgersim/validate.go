package ledgersim

import (
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Halt says that a block would stop every peer of a real network: an error or a
// panic in validation or commit which comes again at each restart, or a wait
// without end. A design must never let clients get there.
type Halt struct {
	Block  uint64
	Tx     int
	Reason string
}

func (h *Halt) Error() string {
	return fmt.Sprintf("block %d, transaction %d stops the peers: %s", h.Block, h.Tx, h.Reason)
}

// validate decides each transaction's code as the v20 validator and the state
// database's do, in Fabric's order: first every transaction's endorsements
// against the state before the block, then repeated ids, then one by one what
// was read against that state and the block's valid transactions so far.
func (n *Network) validate(b *Block) (*updates, error) {
	ep := &endorsementCheck{net: n, block: b, results: make([]map[string]verdict, len(b.Txs))}
	for i, tx := range b.Txs {
		ep.results[i] = map[string]verdict{}
		if halt := ep.check(i, tx); halt != "" {
			return nil, &Halt{b.Number, i, halt}
		}
	}
	seen := map[string]bool{}
	for _, tx := range b.Txs {
		if !tx.Valid() {
			continue
		}
		if seen[tx.TxID] {
			tx.invalid(peer.TxValidationCode_DUPLICATE_TXID, "repeats an earlier transaction of its block")
		}
		seen[tx.TxID] = true
	}
	u := newUpdates(n.state, b.Number)
	for i, tx := range b.Txs {
		if !tx.Valid() {
			continue
		}
		u.checkReads(tx)
		if !tx.Valid() {
			continue
		}
		if err := u.add(tx, n.private); err != nil {
			return nil, &Halt{b.Number, i, err.Error()}
		}
	}
	return u, nil
}
