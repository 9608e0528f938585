package operations

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
)

// TestWhatCountersMove: of every operation that a counter may ask for and that writes, it is declared what its requests
// move, and where they are asked for if they can say so.
func TestWhatCountersMove(t *testing.T) {
	moves, known := Moves(), map[string]bool{}
	for _, op := range All() {
		row := op.About()
		m, declared := moves[row.Name]
		known[row.Name] = true
		if row.Permission == node.Counter && !row.Asks && !declared {
			t.Errorf("%s: a counter may ask for it, and nothing says what it moves: see Moves of its package", row.Name)
		}
		typ, _ := op.Types()
		if declared && row.Permission == node.Counter && namesOutlet(typ, map[reflect.Type]bool{}) != m.Places() {
			t.Errorf("%s: its request names an outlet: %t, its Move says so: %t", row.Name,
				namesOutlet(typ, map[reflect.Type]bool{}), m.Places())
		}
	}
	for name := range moves {
		if !known[name] {
			t.Errorf("%s moves, and is no operation", name)
		}
	}
}

// namesOutlet says whether a type has a field outlet, at whatever depth.
func namesOutlet(typ reflect.Type, seen map[reflect.Type]bool) bool {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || seen[typ] {
		return false
	}
	seen[typ] = true
	for i := range typ.NumField() {
		f := typ.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == "outlet" || namesOutlet(f.Type, seen) {
			return true
		}
	}
	return false
}

// TestPurchasesAreWorth: what a purchase moves is the sum of its lines, however many there are.
func TestPurchasesAreWorth(t *testing.T) {
	n, moves := nodetest.Offline(t), Moves()
	for request, want := range map[string]amount.Units{
		`{"lines":[{"fen":18900},{"fen":900000000000}]}`:                900000018900,
		`{"lines":[{"fen":9007199254740991},{"fen":9007199254740991}]}`: amount.Max,
		`{}`: 0,
	} {
		for _, name := range []string{"points.award", "campaign.award"} { // of no campaign
			if fen, _, err := moves[name].Worth(t.Context(), n, json.RawMessage(request)); err != nil || fen != want {
				t.Errorf("%s %s: %d, %v; want %d", name, request, fen, err, want)
			}
		}
	}
	if _, _, err := moves["points.hold"].Worth(t.Context(), n,
		json.RawMessage(`{"take":[{"programme":"DP","points":1}]}`)); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("points whose price isn't known: %v", err)
	}
}

// TestWhereItIsAsked: an outlet is put where its request names it, as it writes it, and another is refused.
func TestWhereItIsAsked(t *testing.T) {
	moves := Moves()
	for name, want := range map[string]string{"points.award": "12", "campaign.award": "D:12", "benefit.writeoff": "12",
		"order.place": "12"} {
		for said, ok := range map[string]bool{"": true, want: true, "13": false, "D:13": false, "G:12": false} {
			request, err := moves[name].At(json.RawMessage(`{"outlet":"`+said+`"}`), "D", "12")
			var got struct {
				Outlet string `json:"outlet"`
			}
			if ok && (err != nil || json.Unmarshal(request, &got) != nil || got.Outlet != want) ||
				!ok && fault.CodeOf(err) != fault.Forbidden {
				t.Errorf("%s, %q: %s, %v", name, said, request, err)
			}
		}
	}
	request := json.RawMessage(`{"hold":"D.0.7.0", "reason":"x"}`)
	if got, err := moves["points.release"].At(request, "D", "12"); err != nil || string(got) != string(request) {
		t.Errorf("a request that names no outlet: %s, %v", got, err)
	}
}
