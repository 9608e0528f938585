package points

import (
	"encoding/json"
	"fmt"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// Piece is an amount of one lot.
type Piece struct {
	_      struct{}     `cbor:",toarray"`
	Lot    number.Row   `json:"lot"`
	Amount amount.Units `json:"amount"`
}

func checkPieces(pieces []Piece) error {
	if len(pieces) < 1 || len(pieces) > MaxPieces {
		return fault.New(fault.BadRequest, "pieces: want 1 to %d", MaxPieces)
	}
	seen := make(map[number.Row]bool, len(pieces))
	sum := amount.Units(0)
	for _, p := range pieces {
		if err := p.Lot.Check(); err != nil {
			return err
		}
		if err := p.Amount.Check(); err != nil {
			return err
		}
		if seen[p.Lot] {
			return fault.New(fault.BadRequest, "lot %s stands twice", p.Lot)
		}
		seen[p.Lot] = true
		var err error
		if sum, err = sum.Add(p.Amount); err != nil {
			return err
		}
	}
	return nil
}

// inOrder refuses with WRONG_ORDER a spend that doesn't take its lots earliest
// expiry first, each programme for itself, and drain one before the next.
// lots[i] is the lot of pieces[i].
func inOrder(pieces []Piece, lots []Lot) error {
	last := make(map[string]int, 4) // programme → the piece before, by index
	for i, lot := range lots {
		if before, ok := last[lot.Programme]; ok {
			if lot.Expires < lots[before].Expires {
				return fault.New(fault.WrongOrder, "lot %s expires before %s", pieces[i].Lot, pieces[before].Lot)
			}
			if pieces[before].Amount < lots[before].Available() {
				return fault.New(fault.WrongOrder, "lot %s is not drained before %s", pieces[before].Lot, pieces[i].Lot)
			}
		}
		last[lot.Programme] = i
	}
	return nil
}

// takeAll checks every piece against its lot and the freezes, then their order.
func takeAll(pieces []Piece, lots []Lot, issuers map[string]string, member string, frozen Frozen, today date.Date) error {
	for i, piece := range pieces {
		if err := lots[i].take(piece, member, today); err != nil {
			return err
		}
	}
	for _, lot := range lots {
		if f, ok := frozen.Stops(member, issuers[lot.Programme]); ok {
			return fault.New(fault.Frozen, "%s's wallet is frozen by %s: %s", member, f.By, f.Reason)
		}
	}
	return inOrder(pieces, lots)
}

// stateNames turns states into words; index 0 is no state.
type stateNames []string

func (n stateNames) name(s uint8) string {
	if int(s) >= len(n) {
		return ""
	}
	return n[s]
}

func (n stateNames) marshal(s uint8) ([]byte, error) { return json.Marshal(n.name(s)) }

func (n stateNames) unmarshal(data []byte) (uint8, error) {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return 0, err
	}
	i := slices.Index(n, text)
	if i < 0 {
		return 0, fmt.Errorf("points: no state is called %.20q", text)
	}
	return uint8(i), nil
}
