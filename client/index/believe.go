package index

import "tallystick/chaincode/row"

// BelieveAll has the index honour every valid transaction from now on, and take for a
// batch each head that stands where a party could have it. It is for tests, whose
// ledgers nobody seals.
func (ix *Index) BelieveAll() { ix.judge = everything{} }

type everything struct{}

func (everything) judge(f *fold, t written) (v verdict, _ error) {
	for _, h := range t.heads() {
		owner, _ := f.partyNamed(h.party())
		if batch, ok := h.batch(); ok && h.space == row.SealOf(h.party(), owner.Peer) {
			v.batch = batch
		}
	}
	return v, nil
}
