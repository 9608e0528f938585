package row

import (
	"fmt"
	"strconv"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
)

// version is the byte that every value begins with.
const version = 1

// usual is what most rows take, in bytes: room for it spares growing step by step.
const usual = 96

// Encode writes a row's value.
func Encode[T any](r T) []byte { return codec.Append(append(make([]byte, 0, usual), version), r) }

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
	Kind string `json:"kind"` // consortium, cycle, party, programme, lot, hold …
	ID   string `json:"id"`   // as people write it: D.3.42.17.0 for a lot
	Row  any    `json:"row"`
}

// reader is what is known of the rows under one prefix: how they are read, and who
// writes them.
type reader struct {
	kind     string
	shape    string // of the key behind the prefix: PROGRAMME/PARTY/LANE
	zero     []byte // the zero row's value
	more     int    // digits after the number in the key
	numbered bool   // the key begins with the number of the command that made the row
	rules    []rule
	keeps    keeps
	// read decodes a row; id is the key behind the prefix.
	read func(id string, value []byte) (Named, error)
}

// readers has every kind of row of the main namespace, by prefix: register puts it there as it is declared.
var readers = map[string]reader{}

// register makes a kind of row known. Without it there is nothing that its keys could be made of.
func register[T any](prefix string, r reader) rows[T] {
	if _, twice := readers[prefix]; twice {
		panic("row: two kinds of row have the prefix " + prefix) // the declarations are constant
	}
	readers[prefix] = r
	return rows[T]{prefix}
}

// Examples visits a row of every kind: a key of its form, and the zero row.
func Examples(visit func(kind, key string, value []byte)) {
	part := map[string]string{"PARTY": "D", "LANE": "03", "NUMBER": "030000000007000", "DATE": "00004e20"}
	for prefix, r := range readers {
		key := prefix
		for _, name := range strings.Split(r.shape, "/") {
			switch {
			case name == "":
			case part[name] != "":
				key += "/" + part[name]
			default:
				key += "/x"
			}
		}
		visit(r.kind, key+strings.Repeat("0", r.more), r.zero)
	}
}

// KindOf is which kind of row a key is one of, by what it begins with; "" for none.
func KindOf(key string) string {
	prefix, _, _ := strings.Cut(key, "/")
	return readers[prefix].kind
}

// Read decodes any row of the main namespace from its key and value.
func Read(key string, value []byte) (Named, error) {
	prefix, id, parts := strings.Cut(key, "/")
	r, ok := readers[prefix]
	if !ok || parts != (r.shape != "") || !fits(id, r.shape) {
		return Named{}, fmt.Errorf("row: no row has the key %.80q", key)
	}
	return r.read(id, value)
}

// fits says whether an id has the parts that its shape names.
func fits(id, shape string) bool {
	for shape != "" {
		var name, part string
		var more, parts bool
		name, shape, more = strings.Cut(shape, "/")
		part, id, parts = strings.Cut(id, "/")
		if part == "" || more != parts {
			return false
		}
		if name == "LANE" {
			lane, err := strconv.ParseUint(part, 16, 8)
			if err != nil || lane >= number.Lanes || part != hexadecimal(lane, 2) {
				return false
			}
		}
	}
	return true
}

// Sealed says which batch makes the rows with this key, as PARTY/LANE and sequence
// in hexadecimal: the beginning of the key's number. false for rows that no
// command numbers.
func Sealed(key string) (batch string, ok bool) {
	prefix, id, _ := strings.Cut(key, "/")
	if !readers[prefix].numbered {
		return "", false
	}
	party, digits, _ := strings.Cut(id, "/")
	if len(digits) < batchDigits {
		return "", false
	}
	return party + "/" + digits[:batchDigits], true
}

// Batch is what Sealed answers for the rows of a lane's batch.
func Batch(party string, lane uint8, seq uint64) string {
	return string(appendHex(appendHex(append([]byte(party), '/'), uint64(lane), 2), seq, 10))
}

// IndexIn says which command of a batch made the row with this key; false for a row that none of its commands numbers.
func IndexIn(key, batch string) (index uint16, ok bool) {
	prefix, id, _ := strings.Cut(key, "/")
	digits, its := strings.CutPrefix(id, batch)
	if !readers[prefix].numbered || !its || len(digits) < indexDigits {
		return 0, false
	}
	i, err := strconv.ParseUint(digits[:indexDigits], 16, 16)
	return uint16(i), err == nil
}

// indexDigits are those of a command's index in a number's key.
const indexDigits = 3

// batchDigits are those of lane and sequence in a number's key.
const batchDigits = 12

// as declares rows of type T, whose id is the rest of their key.
func as[T any](prefix, kind, shape string, rules ...rule) rows[T] {
	return register[T](prefix, readerOf[T](kind, shape, rules))
}

func readerOf[T any](kind, shape string, rules []rule) reader {
	r := reader{kind: kind, shape: shape, zero: Encode(*new(T)), read: func(id string, value []byte) (Named, error) {
		r, err := Decode[T](value)
		return Named{Kind: kind, ID: id, Row: r}, err
	}}
	for _, rule := range rules {
		if rule.keeps != nil {
			r.keeps = rule.keeps
		} else {
			r.rules = append(r.rules, rule)
		}
	}
	return r
}

// byCommand declares rows of type T that are named by the command that made them.
func byCommand[T any](prefix, kind string, rules ...rule) rows[T] {
	return numbered[T](prefix, kind, 0, func(n number.Command, _ int) string { return n.String() }, rules)
}

// byRow declares rows of type T of which one command makes several.
func byRow[T any](prefix, kind string, rules ...rule) rows[T] {
	return numbered[T](prefix, kind, 2, func(n number.Command, ord int) string { return n.Row(ord).String() }, rules)
}

func numbered[T any](prefix, kind string, more int, name func(number.Command, int) string, rules []rule) rows[T] {
	r := readerOf[T](kind, "PARTY/NUMBER", rules)
	read := r.read
	r.numbered, r.more, r.read = true, more, func(id string, value []byte) (Named, error) {
		n, ord, err := parseSortable(id, more)
		if err != nil {
			return Named{}, err
		}
		return read(name(n, ord), value)
	}
	return register[T](prefix, r)
}

// byDate declares rows of type T that are named by a business date.
func byDate[T any](prefix, kind string, rules ...rule) rows[T] {
	r := readerOf[T](kind, "DATE", rules)
	read := r.read
	r.read = func(id string, value []byte) (Named, error) {
		day, err := strconv.ParseInt(id, 16, 32)
		if err != nil || id != hexadecimal(uint64(day), 8) {
			return Named{}, fmt.Errorf("row: no date is %.20q", id)
		}
		return read(date.Date(day).String(), value)
	}
	return register[T](prefix, r)
}
