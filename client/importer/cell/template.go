package cell

import (
	"fmt"
	"strings"
)

// Template is a text with columns in it: Texts[0] Columns[0] Texts[1] Columns[1] …
type Template struct {
	Texts   []string // one more than columns
	Columns []string
}

// ParseTemplate reads "basket_id", which is a column, or "{basket_id}-{store_id}".
func ParseTemplate(text string) (Template, error) {
	if !strings.ContainsAny(text, "{}") {
		return Template{Texts: []string{"", ""}, Columns: []string{text}}, nil
	}
	t := Template{}
	for rest := text; ; {
		before, after, found := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			break
		}
		t.Texts = append(t.Texts, before)
		if !found && len(t.Columns) > 0 {
			return t, nil
		}
		column, next, closed := strings.Cut(after, "}")
		if !closed || column == "" || strings.Contains(column, "{") {
			break
		}
		t.Columns, rest = append(t.Columns, column), next
	}
	return Template{}, fmt.Errorf("want a column, or a text with columns in braces")
}

// String names the columns, for people.
func (t Template) String() string {
	switch len(t.Columns) {
	case 0:
		return "the fixed text"
	case 1:
		return "column " + t.Columns[0]
	}
	return "columns " + strings.Join(t.Columns, ", ")
}
