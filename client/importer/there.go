package importer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A feed has today what it had yesterday, and some more. Where the ledger refuses to make
// a thing twice, what is there is compared with what the line says: the same was done
// before; for another, why says what to do.

// differing are the keys in which two things differ as JSON, without some; no list is an
// empty one.
func differing(one, other any, without ...string) ([]string, error) {
	var keys [2]map[string]json.RawMessage
	for i, thing := range []any{one, other} {
		data, err := json.Marshal(thing)
		if err == nil {
			err = json.Unmarshal(data, &keys[i])
		}
		if err != nil {
			return nil, err
		}
	}
	var list []string
	for _, key := range slices.Sorted(maps.Keys(keys[0])) {
		if !slices.Contains(without, key) && !bytes.Equal(noNull(keys[0][key]), noNull(keys[1][key])) {
			list = append(list, key)
		}
	}
	return list, nil
}

func noNull(value json.RawMessage) json.RawMessage {
	return bytes.ReplaceAll(value, []byte("null"), []byte("[]"))
}

// another is why a line is refused whose thing is there with other content.
func another(what, id string, differ []string, then string) string {
	return fmt.Sprintf("%s %s is there with another %s: %s", what, id, strings.Join(differ, ", "), then)
}

// othersID is why a line is refused whose id another party has.
func othersID(what, id, party string) string {
	return fmt.Sprintf("%s %s is %s's: give the line another id, as by a prefix", what, id, party)
}
