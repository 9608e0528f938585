package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPlans(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ text, want string }{
		"files and terms": {"steps:\n- {party: S1, file: a.csv, mapping: /m/a.yaml}\n- {party: D, accept: S1}\n", ""},
		"no step":         {"steps: []\n", "1 to 64 steps"},
		"nobody":          {"steps:\n- {file: a.csv, mapping: a.yaml}\n", "step 1"},
		"no mapping":      {"steps:\n- {party: D, file: a.csv}\n", "step 1"},
		"both":            {"steps:\n- {party: D, accept: S1, file: a.csv, mapping: a.yaml}\n", "step 1"},
		"neither":         {"steps:\n- {party: D}\n", "step 1"},
		"an unknown key":  {"steps:\n- {party: D, accept: S1, when: now}\n", "when"},
	} {
		path := filepath.Join(dir, "plan.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := Load(path)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (p.Steps[0].File != filepath.Join(dir, "a.csv") || p.Steps[0].Mapping != "/m/a.yaml" ||
			p.Steps[1].File != "") {
			t.Errorf("%+v", p)
		}
	}
	if p, err := Load("../../test-network/sample/plan.yaml"); err != nil || len(p.Steps) != 9 {
		t.Errorf("%+v, %v", p, err)
	}
}
