package row

import (
	"fmt"
	"strconv"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
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
	Kind string `json:"kind"` // charter, cycle, party, programme, lot, hold …
	ID   string `json:"id"`   // as people write it: D.3.42.17.0 for a lot
	Row  any    `json:"row"`
}

// reader decodes the rows under one prefix. id is what follows the prefix in
// the key.
type reader func(id string, value []byte) (Named, error)

// readers has every prefix of the main namespace, by subject.
var readers = merge(ledgerReaders, pointsReaders, memberReaders, benefitReaders, campaignReaders, quotaReaders, goodsReaders, orderReaders, settlementReaders)

func merge(tables ...map[string]reader) map[string]reader {
	all := map[string]reader{}
	for _, t := range tables {
		for prefix, read := range t {
			if all[prefix] != nil {
				panic("row: two kinds of row have the prefix " + prefix) // the tables are constant
			}
			all[prefix] = read
		}
	}
	return all
}

// Read decodes any row of the main namespace from its key and value.
func Read(key string, value []byte) (Named, error) {
	prefix, id, _ := strings.Cut(key, "/")
	read, ok := readers[prefix]
	if !ok {
		return Named{}, fmt.Errorf("row: no row has the key %.80q", key)
	}
	return read(id, value)
}

// Sealed says which batch makes the rows with this key, as PARTY/LANE and sequence
// in hexadecimal: the beginning of the key's number. false for rows that no
// command numbers.
func Sealed(key string) (batch string, ok bool) {
	prefix, id, _ := strings.Cut(key, "/")
	if !numbered[prefix] {
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

// batchDigits are those of lane and sequence in a number's key.
const batchDigits = 12

// numbered has the prefixes of rows that are named by the command that made them.
var numbered = map[string]bool{
	"l": true, "h": true, "d": true, "gp": true, // points
	"mi": true, "mc": true, "mz": true, // members
	"be": true, "bw": true, // benefits
	"ja": true,                         // campaigns
	"wo": true, "wr": true, "wd": true, // orders
	"ob": true, "cd": true, // settlement
}

// as reads rows of type T, whose id is the rest of their key.
func as[T any](kind string) reader {
	return func(id string, value []byte) (Named, error) {
		r, err := Decode[T](value)
		return Named{Kind: kind, ID: id, Row: r}, err
	}
}

// byCommand reads rows of type T that are named by the command that made them.
func byCommand[T any](kind string) reader {
	return func(id string, value []byte) (Named, error) {
		n, _, err := parseSortable(id)
		if err != nil {
			return Named{}, err
		}
		return as[T](kind)(n.String(), value)
	}
}

// byDate reads rows of type T that are named by a business date.
func byDate[T any](kind string) reader {
	return func(id string, value []byte) (Named, error) {
		day, err := strconv.ParseInt(id, 16, 32)
		if err != nil {
			return Named{}, fmt.Errorf("row: %w", err)
		}
		return as[T](kind)(date.Date(day).String(), value)
	}
}

// byRow reads rows of type T of which one command makes several.
func byRow[T any](kind string) reader {
	return func(id string, value []byte) (Named, error) {
		n, ord, err := parseSortable(id)
		if err != nil {
			return Named{}, err
		}
		return as[T](kind)(n.Row(ord).String(), value)
	}
}
