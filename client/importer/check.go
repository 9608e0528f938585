package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/client/importer/cell"
	"tallystick/client/importer/table"
)

func (m *Mapping) check(given []string) error {
	if m.kind == nil {
		return fmt.Errorf("kind: want one of %s", strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	}
	if err := name.CheckID("source", m.Source); err != nil {
		return err
	}
	if err := m.checkKeys(given); err != nil {
		return err
	}
	if err := m.checkParts(); err != nil {
		return err
	}
	if err := m.checkMember(); err != nil {
		return err
	}
	if err := m.checkFile(); err != nil {
		return err
	}
	if m.Shards < 1 || m.Shards > 31 {
		return fmt.Errorf("shards: want 1 to 31")
	}
	if m.inOrder() && m.Shards > 1 {
		return fmt.Errorf("shards: want 1, as commands of %s must keep their order", m.Kind)
	}
	for i := range m.Where {
		if err := m.Where[i].check(); err != nil {
			return fmt.Errorf("where: %w", err)
		}
	}
	return m.kind.check(m)
}

// shared are the keys of every kind.
var shared = []string{"kind", "source", "columns", "prefix", "where", "layout", "shards", "fixed", "otherwise", "slug",
	"encoding", "separator", "decimal", "header", "sheet"}

func (m *Mapping) checkKeys(given []string) error {
	for _, key := range given {
		known := slices.Contains(shared, key) || slices.Contains(m.form.keys, key)
		known = known || m.form.has(partMember) && (key == "pseudonym" || key == "channels")
		if !known {
			return fmt.Errorf("%s: means nothing for %s", key, m.Kind)
		}
	}
	if slices.Contains(given, "layout") && m.Columns.Date == "" && m.Columns.Until == "" && m.Columns.From == "" {
		return fmt.Errorf("layout: means nothing without a column of dates")
	}
	if slices.Contains(given, "rounding") && m.Rate == "" {
		return fmt.Errorf("rounding: means nothing without a rate")
	}
	return nil
}

// checkFile checks what is said of how the file is written.
func (m *Mapping) checkFile() (err error) {
	if m.layout, err = cell.Layout(m.Layout); err != nil {
		return err
	}
	if m.Encoding != "" {
		if err := table.CheckEncoding(m.Encoding); err != nil {
			return err
		}
	}
	if m.Separator == "\t" {
		m.Separator = "tab"
	}
	switch _, known := table.Separators[m.Separator]; {
	case m.Separator != "" && !known:
		return fmt.Errorf("separator: want %s", strings.Join(slices.Sorted(maps.Keys(table.Separators)), "  "))
	case m.Decimal != "." && m.Decimal != ",":
		return fmt.Errorf("decimal: want . or ,")
	case m.Header < 0 || m.Header > maxHeader:
		return fmt.Errorf("header: want the number of its line, 1 to %d", maxHeader)
	case m.Unknown != refusing && m.Unknown != enrolling:
		return fmt.Errorf("unknown: want refuse or enrol")
	case m.Unknown == enrolling && m.Pseudonym == plain:
		return fmt.Errorf("unknown: only customers with keyed pseudonyms can be enrolled")
	}
	return nil
}

// maxHeader is the last line on which a header may be.
const maxHeader = 1000

func (m *Mapping) checkParts() error {
	columns, prefixes, fixed := m.Columns.list(), m.Prefix.list(), m.Fixed.list()
	for p, column := range columns {
		p := part(p)
		switch {
		case column == "" && fixed[p] == "" && slices.Contains(m.form.must, p):
			return fmt.Errorf("columns: %s want at least %s", m.Kind, nameAll(m.form.must))
		case fixed[p] != "" && (column != "" || !m.form.has(p)):
			return fmt.Errorf("fixed: %s has a column, or means nothing for %s", p, m.Kind)
		case column != "" && !m.form.has(p):
			return fmt.Errorf("columns: %s means nothing for %s", p, m.Kind)
		case prefixes[p] != "" && (column == "" || !slices.Contains(prefixed, p)):
			return fmt.Errorf("prefix: %s has no column, or can't have a prefix", p)
		}
		if _, err := cell.ParseTemplate(column); err != nil {
			return fmt.Errorf("columns: %s: %w", p, err)
		}
	}
	for p, text := range m.Otherwise.list() {
		if text != "" && columns[p] == "" {
			return fmt.Errorf("otherwise: %s has no column", part(p))
		}
	}
	for _, name := range m.Slug {
		if p, known := partNamed(name); !known || columns[p] == "" || !slices.Contains(prefixed, p) {
			return fmt.Errorf("slug: %s has no column, or is no id", name)
		}
	}
	return nil
}

// checkMember checks how a customer becomes a pseudonym.
func (m *Mapping) checkMember() error {
	if !m.form.has(partMember) {
		return nil
	}
	if m.Pseudonym != keyed && m.Pseudonym != plain {
		return fmt.Errorf("pseudonym: want keyed or plain")
	}
	if m.Pseudonym == keyed && m.Prefix.Member != "" {
		return fmt.Errorf("prefix: a keyed pseudonym has none for member")
	}
	least, most := 0, 0
	switch {
	case m.form.accounts:
		least, most = 1, member.MaxAccounts
	case m.Pseudonym == keyed:
		least, most = 1, 1
	}
	if n := len(m.Channels); n < least || n > most {
		return fmt.Errorf("channels: want %d to %d; a keyed pseudonym is made of the first one's customer id", least,
			most)
	}
	for i, channel := range m.Channels {
		if err := name.CheckID("channel", channel); err != nil {
			return err
		}
		if slices.Contains(m.Channels[:i], channel) {
			return fmt.Errorf("channels: %s is there twice", channel)
		}
	}
	return nil
}
