package settings_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"tallystick/network/settings"
)

type inner struct {
	Every time.Duration
	TLSCA string `mapstructure:"tlsCA"`
}

type outer struct {
	Channel  string
	BasePort int
	Host     string `yaml:"host,omitempty"`
	Ports    map[string]int
	One      inner
	Many     []inner
	Maybe    *inner
	File     string `mapstructure:"-"`
	hidden   string
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // none: it passes
	}{
		{"all that there is",
			"channel: a\nbasePort: 1\nhost: h\nports: {any.thing: 1}\none: {every: 1s}\nmany:\n  - {tlsCA: x}\nmaybe: {every: 2s}\n",
			nil},
		{"case doesn't count", "CHANNEL: a\nbaseport: 1\n", nil},
		{"an unknown key", "channel: a\nbasePorts: 1\n",
			[]string{"f.yaml:2: unknown key \"basePorts\"; did you mean basePort?"}},
		{"two letters swapped", "chanenl: a\n", []string{"f.yaml:1:", "did you mean channel?"}},
		{"nothing is near", "colour: a\n",
			[]string{"f.yaml:1: unknown key \"colour\"; there are basePort, channel, host, many, maybe, one, ports"}},
		{"nested", "one:\n  evry: 1s\n", []string{"f.yaml:2:", "did you mean every?"}},
		{"in a list", "many:\n  - {every: 1s}\n  - every: 1s\n    tls: x\n",
			[]string{"f.yaml:4:", "did you mean tlsCA?"}},
		{"under a pointer", "maybe: {x: 1}\n", []string{"unknown key \"x\"; there are every, tlsCA"}},
		{"all at once", "a: 1\nb: 2\n", []string{"f.yaml:1:", "f.yaml:2:"}},
		{"twice", "channel: a\nChannel: b\n", []string{"f.yaml:2: Channel stands twice"}},
		{"what no file has", "file: x\nhidden: y\n", []string{"unknown key \"file\"", "unknown key \"hidden\""}},
		{"not YAML", "a: [", nil},
		{"nothing", "", nil},
		{"a list where a struct is", "- 1\n", nil},
	} {
		err := settings.Check("f.yaml", []byte(c.text), reflect.TypeFor[outer]())
		if (err != nil) != (c.want != nil) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", c.name, err, want)
			}
		}
	}
	_ = outer{}.hidden
}

// TestDecode: one place refuses what no settings have, with the line, of a whole file and of a part of one.
func TestDecode(t *testing.T) {
	type one struct {
		Code string `yaml:"code"`
		More []struct {
			Name string `yaml:"nick"`
		} `yaml:"more"`
	}
	for text, want := range map[string]string{
		"code: a\nmore: [{name: x}]\n": "", "": "", "cod: a\n": "line 1: unknown key \"cod\"; did you mean code?",
		"code: [a]\n": "the file: ", "code: a\ncode: b\n": "code stands twice",
	} {
		if want == "" {
			text = strings.Replace(text, "name", "nick", 1)
		}
		var o one
		if err := settings.Decode("", []byte(text), &o); (err == nil) != (want == "") || err != nil &&
			!strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	var node yaml.Node
	if err := yaml.Unmarshal([]byte("a:\n  cdoe: x\n"), &node); err != nil {
		t.Fatal(err)
	}
	var o one
	if err := settings.DecodeNode(node.Content[0].Content[1], &o); err == nil ||
		err.Error() != "line 2: unknown key \"cdoe\"; did you mean code?" {
		t.Errorf("%v", err)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"orderers", "parties", "peer", "en", "zh", "id"}
	for text, want := range map[string]string{
		"ordrers": "orderers", "orderer": "orderers", "partys": "parties", "peeer": "peer", "pere": "peer", "x": "",
		"chaincode": "", "ne": "en", "": "",
	} {
		if got := settings.Nearest(text, names); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
