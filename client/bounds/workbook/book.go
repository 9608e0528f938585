package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
)

// Book is a workbook whose cells are read as a spreadsheet shows them.
type Book struct {
	Sheets []Sheet // in the order of their tabs

	name    string
	parts   map[string]*zip.File
	texts   []string // that the sheets share
	formats []format // by the style of a cell
	from    int      // day before the first: see dated
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name   string
	Hidden bool
	part   string
}

// OpenBook opens a workbook, which its caller closes after the book. BAD_REQUEST or LIMIT for what is none, or too much
// of one.
func OpenBook(in bounds.Input) (*Book, error) {
	archive, err := openArchive(in)
	if err != nil {
		return nil, err
	}
	b := &Book{name: in.Name, parts: map[string]*zip.File{}}
	for _, f := range archive.File {
		b.parts[strings.ToLower(f.Name)] = f
	}
	return b, b.load()
}

func (b *Book) damaged(err error) error {
	var coded *fault.Error
	if errors.As(err, &coded) {
		return err
	}
	return fault.New(fault.BadRequest, "%s: the workbook is damaged", b.name)
}

// part opens a part of the archive, nil if it isn't there.
func (b *Book) part(name string) (io.ReadCloser, error) {
	f := b.parts[strings.ToLower(strings.TrimPrefix(name, "/"))]
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, b.damaged(err)
	}
	return struct {
		io.Reader
		io.Closer
	}{bounds.Reader(r, b.name, int64(mostOf(f.Name))), r}, nil
}

// decode reads a small part of the archive. What isn't there stays as it is.
func (b *Book) decode(name string, to any) error {
	r, err := b.part(name)
	if err != nil || r == nil {
		return err
	}
	defer r.Close()
	if err := xml.NewDecoder(r).Decode(to); err != nil {
		return b.damaged(err)
	}
	return nil
}

// The parts of a workbook, as far as reading it needs them.
type (
	xmlBook struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	xmlRelations struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	xmlStyles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
)

func (b *Book) load() error {
	main, err := b.mainPart()
	if err != nil {
		return err
	}
	var book xmlBook
	if err := b.decode(main, &book); err != nil {
		return err
	}
	if b.from = epoch1900; book.Properties.Date1904 == "1" || book.Properties.Date1904 == "true" {
		b.from = epoch1904
	}
	folder := path.Dir(main)
	related, err := b.relations(path.Join(folder, "_rels", path.Base(main)+".rels"), folder)
	if err != nil {
		return err
	}
	for _, s := range book.Sheets {
		for _, a := range s.Attrs {
			if target := related.byID[a.Value]; a.Name.Local == "id" && related.types[a.Value] == "worksheet" {
				b.Sheets = append(b.Sheets, Sheet{
					Name: s.Name, Hidden: s.State == "hidden" || s.State == "veryHidden", part: target,
				})
			}
		}
	}
	if len(b.Sheets) == 0 {
		return fault.New(fault.BadRequest, "%s: it is no workbook with sheets", b.name)
	}
	if err := b.loadStyles(related.first("styles")); err != nil {
		return err
	}
	return b.loadTexts(related.first("sharedStrings"))
}

// mainPart is where the archive says that the workbook is.
func (b *Book) mainPart() (string, error) {
	roots, err := b.relations("_rels/.rels", "")
	if main := roots.first("officeDocument"); err != nil || main != "" {
		return main, err
	}
	return "xl/workbook.xml", nil
}

// relations are what a part refers to: where by id, and of which type by id.
type relations struct {
	byID, types map[string]string
	order       []string
}

func (b *Book) relations(name, folder string) (relations, error) {
	r := relations{byID: map[string]string{}, types: map[string]string{}}
	var found xmlRelations
	if err := b.decode(name, &found); err != nil {
		return r, err
	}
	for _, one := range found.List {
		target := one.Target
		if !strings.HasPrefix(target, "/") {
			target = path.Join(folder, target)
		}
		r.byID[one.ID], r.types[one.ID] = strings.TrimPrefix(target, "/"), path.Base(one.Type)
		r.order = append(r.order, one.ID)
	}
	return r, nil
}

func (r relations) first(kind string) string {
	for _, id := range r.order {
		if r.types[id] == kind {
			return r.byID[id]
		}
	}
	return ""
}

func (b *Book) loadStyles(name string) error {
	if name == "" {
		return nil
	}
	var styles xmlStyles
	if err := b.decode(name, &styles); err != nil {
		return err
	}
	custom := map[int]string{}
	for _, f := range styles.Formats {
		custom[f.ID] = f.Code
	}
	known := map[int]format{}
	for _, c := range styles.Cells {
		f, seen := known[c.Format]
		if !seen {
			f = formatOf(c.Format, custom[c.Format])
			known[c.Format] = f
		}
		b.formats = append(b.formats, f)
	}
	return nil
}

// loadTexts reads the texts that the sheets share. Readings for pronunciation are left
// out.
func (b *Book) loadTexts(name string) error {
	if name == "" {
		return nil
	}
	r, err := b.part(name)
	if err != nil || r == nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return b.damaged(err)
		}
		if start, is := token.(xml.StartElement); is && start.Name.Local == "si" {
			text, err := richText(d, "si")
			if err != nil {
				return b.damaged(err)
			}
			b.texts = append(b.texts, text)
		}
	}
}

// richText gathers the texts within an element up to its end.
func richText(d *xml.Decoder, end string) (string, error) {
	var text strings.Builder
	inText, passed := false, false
	for {
		token, err := d.RawToken()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			inText = inText || t.Name.Local == "t" && !passed
			passed = passed || t.Name.Local == "rPh"
		case xml.EndElement:
			switch t.Name.Local {
			case end:
				return unescaped(text.String()), nil
			case "t":
				inText = false
			case "rPh":
				passed = false
			}
		case xml.CharData:
			if inText {
				text.Write(t)
			}
		}
	}
}

// unescaped reads what a spreadsheet writes of characters that XML can't have: _x000D_.
func unescaped(text string) string {
	for from := 0; ; {
		i := strings.Index(text[from:], "_x")
		if i < 0 {
			return text
		}
		i += from
		if from = i + 2; len(text) < i+7 || text[i+6] != '_' {
			continue
		}
		if code, err := strconv.ParseUint(text[i+2:i+6], 16, 16); err == nil {
			text, from = text[:i]+string(rune(code))+text[i+7:], i+1
		}
	}
}
