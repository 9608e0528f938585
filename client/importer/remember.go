package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/bounds/workbook"
	"tallystick/client/importer/table"
	"tallystick/network/wholefile"
)

// fingerprint tells one import's input from another's, by what it says: the same table
// in another encoding is the same.
type fingerprint struct {
	Mapping string `json:"mapping"` // SHA-256 of the mapping
	Rows    int    `json:"rows"`    // without the header
	Hash    string `json:"hash"`    // SHA-256 of header and rows

	known     *fingerprint // of what was imported under the source before
	continues bool         // the table begins with that
}

// summing makes the fingerprint of a table while it is read.
type summing struct {
	hash    hash.Hash
	rows    int
	mapping string

	before fingerprint // under this source; none has no hash
	same   bool        // the table begins with the one before
	line   []byte
}

// begin begins a fingerprint, with what was imported under the source before in view.
func (j Job) begin(header []string) (*summing, error) {
	mapping, err := json.Marshal(struct {
		*Mapping
		Digits uint8 `json:",omitempty"`
	}{j.Mapping, j.Mapping.digits})
	if err != nil {
		return nil, err
	}
	of := sha256.Sum256(mapping)
	s := &summing{hash: sha256.New(), mapping: hex.EncodeToString(of[:])}
	if s.before, err = j.remembered(); err != nil {
		return nil, err
	}
	for _, column := range header {
		s.write(column, "")
	}
	s.end()
	s.compare()
	return s, nil
}

func (s *summing) write(text, number string) {
	s.line = append(append(append(append(s.line, text...), 0x1f), number...), 0x1e)
}

func (s *summing) end() {
	s.hash.Write(append(s.line, '\n'))
	s.line = s.line[:0]
}

func (s *summing) add(row table.Row) {
	for _, c := range row.Cells {
		number := c.Number
		if c.Kind == workbook.Text {
			number = ""
		}
		s.write(c.Text, number)
	}
	s.end()
	s.rows++
	s.compare()
}

func (s *summing) compare() {
	if s.before.Hash != "" && s.rows == s.before.Rows {
		s.same = hex.EncodeToString(s.hash.Sum(nil)) == s.before.Hash
	}
}

func (s *summing) fingerprint() fingerprint {
	now := fingerprint{Mapping: s.mapping, Rows: s.rows, Hash: hex.EncodeToString(s.hash.Sum(nil))}
	now.continues, now.known = s.same, &s.before
	return now
}

func (j Job) memory() string { return filepath.Join(j.State, "imports", j.Mapping.Source+".json") }

// remembered is what was imported under the source before.
func (j Job) remembered() (before fingerprint, err error) {
	data, err := bounds.File(j.memory(), bounds.Settings)
	if errors.Is(err, fs.ErrNotExist) {
		return before, nil
	}
	if err != nil {
		return before, err
	}
	if err := json.Unmarshal(data, &before); err != nil {
		return before, fmt.Errorf("%s: %w", j.memory(), err)
	}
	return before, nil
}

// remember compares the input with what was imported under the source before
// and writes it down. A file that was appended to is the same source.
func (j Job) remember(now fingerprint) error {
	switch before := now.known; {
	case before.Hash == "":
	case before.Mapping != now.Mapping:
		return fault.New(fault.Conflict, "source %s was imported with another mapping; its lines would count twice. %s",
			j.Mapping.Source, j.elsewhere())
	case !now.continues:
		return fault.New(fault.Conflict, "source %s was imported from a file that this one does not begin with. %s",
			j.Mapping.Source, j.elsewhere())
	}
	path := j.memory()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	data, err := json.MarshalIndent(now, "", "  ")
	if err != nil {
		return err
	}
	return wholefile.Write(path, data, 0o600)
}

// elsewhere says what importing under another source does.
func (j Job) elsewhere() string {
	if says := j.Mapping.form.elsewhere; says != nil {
		return says(j.Mapping)
	}
	return "If it is another file, give this import another source"
}

// countsTwice is what kinds say whose lines add to what is there.
func countsTwice(*Mapping) string {
	return "If none of its lines were imported before, give this import another source; those that were would count twice"
}
