package row

import (
	"fmt"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// version is the byte that every value begins with.
const version = 1

// Encode writes a row's value.
func Encode[T any](r T) []byte { return codec.Append([]byte{version}, r) }

// Decode reads a row's value. An error means that the ledger holds what this
// version of the program did not write.
func Decode[T any](value []byte) (T, error) {
	var r T
	if len(value) == 0 || value[0] != version {
		return r, fmt.Errorf("row: %T of an unknown version", r)
	}
	if err := codec.Decode(value[1:], &r); err != nil {
		return r, fmt.Errorf("row: %v", err) // no refusal: the ledger itself is at fault
	}
	return r, nil
}

// Named is a row as people see it.
type Named struct {
	Kind string `json:"kind"` // charter, cycle, party, programme, lot, hold, totals, position, frozen, request, source
	ID   string `json:"id"`   // as people write it: D.3.42.17.0 for a lot
	Row  any    `json:"row"`
}

// Read decodes any row of the main namespace from its key and value.
func Read(key string, value []byte) (Named, error) {
	parts := strings.Split(key, "/")
	id := strings.Join(parts[1:], "/")
	switch {
	case key == "c":
		return named[party.Charter]("charter", "", value)
	case key == "y":
		return named[settlement.Cycle]("cycle", "", value)
	case parts[0] == "p":
		return named[party.Party]("party", id, value)
	case parts[0] == "g":
		return named[points.Programme]("programme", id, value)
	case (parts[0] == "l" || parts[0] == "h") && len(parts) == 3:
		return readNumbered(parts, value)
	case parts[0] == "t":
		return named[points.Totals]("totals", id, value)
	case parts[0] == "o":
		return named[settlement.Position]("position", id, value)
	case parts[0] == "f":
		return named[points.Frozen]("frozen", id, value)
	case parts[0] == "q":
		return named[Request]("request", id, value)
	case parts[0] == "s":
		return named[Cursor]("source", id, value)
	}
	return Named{}, fmt.Errorf("row: no row has the key %.80q", key)
}

func readNumbered(parts []string, value []byte) (Named, error) {
	n, ord, err := parseSortable(parts[1], parts[2])
	if err != nil {
		return Named{}, err
	}
	if parts[0] == "h" {
		return named[points.Hold]("hold", n.String(), value)
	}
	return named[points.Lot]("lot", number.Row{Command: n, Ord: uint8(ord)}.String(), value)
}

func named[T any](kind, id string, value []byte) (Named, error) {
	r, err := Decode[T](value)
	return Named{Kind: kind, ID: id, Row: r}, err
}
