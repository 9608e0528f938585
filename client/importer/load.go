package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/spf13/viper"

	"tallystick/client/bounds"
	"tallystick/network/settings"
)

// LoadMapping reads and checks a mapping file, as ParseMapping has it.
func LoadMapping(path string) (*Mapping, error) {
	text, err := bounds.File(path, bounds.Settings)
	var missing *fs.PathError
	if errors.As(err, &missing) {
		return nil, fmt.Errorf("the mapping %s: %w", path, missing.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("the mapping %w", err)
	}
	return ParseMapping("the mapping "+path, text)
}

// ParseMapping reads and checks a mapping; the name is for refusals. BAD_REQUEST for keys that mean nothing, and for
// what is no mapping.
func ParseMapping(name string, text []byte) (*Mapping, error) {
	m, err := parseMapping(name, text)
	if err != nil {
		return nil, inFile(name, err)
	}
	return m, nil
}

func parseMapping(name string, text []byte) (*Mapping, error) {
	if err := bounds.CheckYAML(text, name); err != nil {
		return nil, err
	}
	if err := settings.Check(name, text, reflect.TypeFor[Mapping]()); err != nil {
		return nil, err
	}
	v := viper.New()
	v.SetConfigType("yaml")
	if err := v.ReadConfig(bytes.NewReader(text)); err != nil {
		return nil, err
	}
	m := Mapping{text: string(text)}
	if err := v.UnmarshalExact(&m, viper.DecodeHook(datesAsText)); err != nil {
		return nil, err
	}
	given := slices.Sorted(maps.Keys(v.AllSettings()))
	m.complete(given)
	return &m, m.check(given)
}

// datesAsText takes back what YAML makes of an unquoted 2027-12-31.
func datesAsText(from, to reflect.Type, value any) (any, error) {
	if moment, ok := value.(time.Time); ok && to.Kind() == reflect.String {
		return moment.Format(time.DateOnly), nil
	}
	return value, nil
}

// complete says what the file leaves unsaid.
func (m *Mapping) complete(given []string) {
	says := func(key string) bool { return slices.Contains(given, key) }
	if !says("kind") {
		m.Kind = defaultKind
	}
	m.kind = kinds[m.Kind]
	if m.kind != nil {
		m.form = m.kind.form()
	}
	if !says("shards") {
		if m.Shards = defaultShards; m.inOrder() {
			m.Shards = 1
		}
	}
	if !says("layout") {
		m.Layout, m.yearFirst = time.DateOnly, true
	}
	if !says("receipts") {
		m.Receipts = true
	}
	if !says("unknown") {
		m.Unknown = refusing
	}
	m.decimalSaid = says("decimal")
	if !says("decimal") {
		m.Decimal = "."
	}
	if !says("rounding") {
		m.Rounding = "down"
	}
	if !says("codes") {
		m.Codes = true
	}
	if !says("pseudonym") {
		m.Pseudonym = keyed
		if m.Prefix.Member != "" {
			m.Pseudonym = plain
		}
	}
}
