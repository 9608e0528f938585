package operations_test

import (
	"encoding/json"
	"fmt"

	"tallystick/client/node/operations"
)

// An operation says by which route, by whom and with what it is asked for; what is malformed is refused before any
// network is.
func ExampleAll() {
	for _, op := range operations.All() {
		row := op.About()
		if row.Name != "points.capture" {
			continue
		}
		request, answer := op.Types()
		fmt.Println(row.Method, row.Path, "needs", row.Permission)
		fmt.Println(row.En, row.Zh)
		fmt.Println(request, "→", answer)
		fmt.Println(op.CheckJSON(json.RawMessage(`{"hold":"D.0.7.0","points":900}`)))
		fmt.Println(op.CheckJSON(json.RawMessage(`{"hold":"D.0.7.0","point":900}`)))
	}
	// Output:
	// POST /v1/holds/{hold}/captures needs counter
	// Redeem held points, all or a part; for the hold's acceptor 扣减确认
	// loyalty.CaptureRequest → node.Receipt
	// <nil>
	// BAD_REQUEST: JSON: field "point" is unknown
}
