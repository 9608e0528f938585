package index

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/points"
)

// A wallet full of dust can be spent: the smallest lots are left out, the order stays.
func TestEnoughLeavesDustOut(t *testing.T) {
	var lots []Lot
	for i := range 200 {
		lots = append(lots, Lot{Lot: points.Lot{Issued: amount.Units(1 + i%2)}})
	}
	lots = append(lots, Lot{Lot: points.Lot{Issued: 500}}, Lot{Lot: points.Lot{Issued: 900}})
	chosen, sum := enough(lots, 550, points.MaxPieces)
	if len(chosen) != points.MaxPieces || sum < 550 || chosen[len(chosen)-1].Issued != 500 {
		t.Errorf("%d lots of %d", len(chosen), sum)
	}
	if chosen, sum := enough(lots, 3, points.MaxPieces); len(chosen) != 2 || sum != 3 {
		t.Errorf("%d lots of %d", len(chosen), sum)
	}
	if _, sum := enough(lots, 1700, points.MaxPieces); sum >= 1700 {
		t.Errorf("the largest come to %d", sum)
	}
}
