package bounds

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"tallystick/chaincode/fault"
)

const (
	maxDepth = 16 // of a document: no settings nest so deep
	maxNodes = 200_000
)

// YAML reads a file of settings and refuses with BAD_REQUEST what no settings have and
// an attacker's would: aliases, by which a short text stands for an endless one, tags,
// and what nests deep. It answers the text, for whoever takes it apart.
func YAML(path string) ([]byte, error) {
	data, err := File(path, Settings)
	if err != nil {
		return nil, err
	}
	return data, CheckYAML(data, path)
}

// CheckYAML is YAML for a text that was read; the name is for refusals.
func CheckYAML(data []byte, name string) error {
	if !utf8.Valid(data) && !bytes.HasPrefix(data, []byte("\xff\xfe")) && !bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return fault.New(fault.BadRequest, "%s: it is in another encoding than UTF-8: save it as UTF-8", name)
	}
	documents := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var document yaml.Node
		err := documents.Decode(&document)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.New(fault.BadRequest, "%s: %.200s", name, strings.TrimPrefix(err.Error(), "yaml: "))
		}
		left := maxNodes
		if err := checkNode(&document, maxDepth, &left, name); err != nil {
			return err
		}
	}
}

func checkNode(n *yaml.Node, depth int, left *int, name string) error {
	*left--
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return fault.New(fault.BadRequest, "%s: line %d: anchors and aliases aren't taken", name, n.Line)
	case depth == 0:
		return fault.New(fault.BadRequest, "%s: line %d: it nests deeper than %d", name, n.Line, maxDepth)
	case *left < 0:
		return fault.New(fault.Limit, "%s: it has more than %d values", name, maxNodes)
	}
	for _, c := range n.Content {
		if err := checkNode(c, depth-1, left, name); err != nil {
			return err
		}
	}
	return nil
}
