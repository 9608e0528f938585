// Package plan reads a file that names several imports, and runs them one after the other, each as
// its own party.
//
//	steps:
//	  - {party: S1, file: products.csv.gz, mapping: suppliers.yaml}
//	  - {party: D, accept: S1}      # D's vault takes over the terms that S1's has for it
package plan

import (
	"path/filepath"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/network/settings"
)

// Plan is what a file says. Its paths are seen from the file's own folder.
type Plan struct {
	Steps []Step `yaml:"steps"` // in their order
}

// Step is one step: a file and its mapping, or a supplier's party whose terms the party's vault takes over, on a
// machine that has the state of both.
type Step struct {
	Party   string `yaml:"party"`   // whose step it is
	File    string `yaml:"file"`    // that is imported
	Mapping string `yaml:"mapping"` // of that file
	Accept  string `yaml:"accept"`  // party whose terms are taken over
}

// maxSteps is how many steps a plan can have.
const maxSteps = 64

// Load reads a plan. BAD_REQUEST for what is none, LIMIT.
func Load(path string) (p Plan, err error) {
	text, err := bounds.YAML(path)
	if err != nil {
		return p, err
	}
	if err := settings.Decode(path, text, &p); err != nil {
		return p, fault.New(fault.BadRequest, "the plan %v", err)
	}
	if len(p.Steps) < 1 || len(p.Steps) > maxSteps {
		return p, fault.New(fault.BadRequest, "the plan %s: want 1 to %d steps", path, maxSteps)
	}
	beside := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(filepath.Dir(path), name)
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Party == "" || (s.File == "") != (s.Mapping == "") || (s.File == "") == (s.Accept == "") {
			return p, fault.New(fault.BadRequest,
				"the plan %s: step %d: want a party, and a file with its mapping or whose terms it accepts", path, i+1)
		}
		s.File, s.Mapping = beside(s.File), beside(s.Mapping)
	}
	return p, nil
}
