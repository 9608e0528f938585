package event

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// TestEveryCommandIsAnEvent: each kind of command has one type, which no other has.
func TestEveryCommandIsAnEvent(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)
	names := map[string]bool{}
	for _, k := range kinds {
		if names[k.name] || !form.MatchString(k.name) || byKind[k.of].name != k.name {
			t.Errorf("%s: want one name for each kind, such as points.captured", k.name)
		}
		names[k.name] = true
	}
	command.Kinds(func(kind command.Kind, name string) {
		if TypeOf(kind) == "" {
			t.Errorf("%s: no type of event is for it", name)
		}
	})
	if TypeOf(0) != "" {
		t.Error("what is no command is an event")
	}
}

// TestEveryFieldIsToldOrNot: each field of a request stands in one of the two lists, and in them is nothing else.
func TestEveryFieldIsToldOrNot(t *testing.T) {
	seen := map[string]bool{}
	command.Kinds(func(_ command.Kind, name string) {
		req, _ := command.Parse(name, []byte("{}"))
		for _, f := range reflect.VisibleFields(reflect.TypeOf(req)) {
			field, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if field == "" {
				continue
			}
			if seen[field] = true; told[field] == withheld[field] {
				t.Errorf("%s: field %s: want it either told or withheld", name, field)
			}
		}
	})
	for _, list := range []map[string]bool{told, withheld, namesParty} {
		for field := range list {
			if !seen[field] {
				t.Errorf("no request has a field %s", field)
			}
		}
	}
}

// TestEveryRowSaysWhom: each kind of row has a line, which is for its type.
func TestEveryRowSaysWhom(t *testing.T) {
	rows := map[string]bool{}
	row.Examples(func(kind, key string, value []byte) {
		rows[kind] = true
		of, there := partiesOf[kind]
		if !there {
			t.Errorf("a %s: whom does it concern?", kind)
		}
		named, err := row.Read(key, value)
		if err != nil {
			t.Fatal(err)
		}
		if of != nil && of(named.Row) == nil {
			t.Errorf("a %s: its function is for another type than %T, or names nobody", kind, named.Row)
		}
	})
	for kind := range partiesOf {
		if !rows[kind] {
			t.Errorf("there is no row %s", kind)
		}
	}
}

func TestDataTellsIDsAndFigures(t *testing.T) {
	hold := number.Command{Party: "D", Lane: 3, Seq: 41, Index: 2}
	for _, c := range []struct {
		req  command.Request
		want string
	}{
		{points.CaptureRequest{Hold: hold, Amount: 1860}, `{"hold":"D.3.41.2","amount":1860}`},
		{points.ReleaseRequest{Hold: hold, Reason: "called 13800000000"}, `{"hold":"D.3.41.2"}`},
		{goods.ShipRequest{Order: hold, Part: 1, Carrier: "SF", Waybill: "SF1"}, `{"order":"D.3.41.2","part":1}`},
		{goods.RestockRequest{}, `{}`},
		{points.ExpireRequest{Lots: []number.Row{hold.Row(1)}}, `{"lots":["D.3.41.2.1"]}`},
		{points.ExpireRequest{Lots: make([]number.Row, mostListed+1)}, `{}`},
	} {
		got, err := DataOf(c.req)
		if err != nil || string(got) != c.want {
			t.Errorf("%T: %s, %v, want %s", c.req, got, err, c.want)
		}
	}
}

func TestCursors(t *testing.T) {
	c := Cursor{Block: 12, Place: 1, Index: 3, Tag: TagOf("9f8e7d6c00")}
	if got, err := Parse(c.String()); err != nil || got != c || c.String() != "12.1.3-9f8e7d6c" {
		t.Error(c, got, err)
	}
	for _, text := range []string{"", "12", "12.1.3", "12.1.3-9F8E7D6C", "012.1.3-9f8e7d6c", "12.1.500-9f8e7d6c",
		"-1.1.3-9f8e7d6c", "12.1.3-9f8e7d6c ", "99999999999999999.0.0-9f8e7d6c"} {
		if _, err := Parse(text); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, pair := range [][2]Cursor{{{Block: 1, Place: 9}, {Block: 2}}, {{Place: 1, Index: 9}, {Place: 2}},
		{{Index: 1}, {Index: 2}}} {
		if !pair[0].Before(pair[1]) || pair[1].Before(pair[0]) || pair[0].Before(pair[0]) {
			t.Error(pair)
		}
	}
}

func TestWant(t *testing.T) {
	for _, c := range []struct {
		names   []string
		has, no string
	}{
		{nil, "points.held", ""},
		{[]string{"points.held"}, "points.held", "points.captured"},
		{[]string{"order.*", "points.held"}, "order.placed", "points.captured"},
	} {
		w, err := Want(c.names)
		if err != nil || !w.Has(c.has) || c.no != "" && w.Has(c.no) {
			t.Errorf("%v: %v, %v", c.names, w, err)
		}
	}
	for _, name := range []string{"", "points", "*", "points.hold", "nothing.*", "order.p*"} {
		if _, err := Want([]string{name}); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q: %v", name, err)
		}
	}
}
