package goods

import (
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// checkNames refuses with BAD_REQUEST names that aren't texts.
func checkNames(en, zh string) error {
	if err := name.CheckText("en", en); err != nil {
		return err
	}
	return name.CheckText("zh", zh)
}

// checkSorted refuses with BAD_REQUEST a list that has more than most ids, or has
// them unsorted or twice.
func checkSorted(what string, list []string, most int) error {
	if len(list) > most {
		return fault.New(fault.BadRequest, "%s: want at most %d", what, most)
	}
	for i, id := range list {
		if err := name.CheckID(what, id); err != nil {
			return err
		}
		if i > 0 && list[i-1] >= id {
			return fault.New(fault.BadRequest, "%s: want them sorted, each once", what)
		}
	}
	return nil
}

// checkDays refuses with BAD_REQUEST days that aren't any, either of which may be none.
func checkDays(from, until date.Date) error {
	for _, d := range []date.Date{from, until} {
		if d == 0 {
			continue
		}
		if err := d.Check(); err != nil {
			return err
		}
	}
	if until != 0 && until < from {
		return fault.New(fault.BadRequest, "until: want a day not before from")
	}
	return nil
}

// checkMaybeID refuses with BAD_REQUEST what is neither nothing nor an id.
func checkMaybeID(what, id string) error {
	if id == "" {
		return nil
	}
	return name.CheckID(what, id)
}

// whole is a list of its own, never nil: rows that mean the same have the same bytes.
func whole[T any](list []T) []T { return append([]T{}, list...) }
