package topology

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Program is a program that uses the network: each party with a peer runs one process of it, which is started once
// chaincode endorses and the party's profile is written.
//
// In the texts of a program, {party} stands for the party's id, {dir} for its folder, {profile} for its profile.yaml,
// and {address} for the host:port that is kept free for its process.
type Program struct {
	Name    string // of the program; its processes are called NAME.PARTY
	Program string // an absolute path after Load.
	// Args are the program's arguments.
	Args []string
	// Env adds KEY=VALUE settings to the program's environment.
	Env   []string
	Ready Ready // how the program says that it can serve
}

// Ready is where a process is asked whether it can serve.
type Ready struct {
	// URL answers 200 once it can, such as https://{address}/readyz. With none the process is ready as soon as it runs.
	URL string
	// CA is the file with the certificate by which the URL is trusted, PEM, such as {dir}/state/tls.crt; the machine's
	// own CAs if it is empty. The process may make it when it starts.
	CA string
}

// Runs is one party's process of a program.
type Runs struct {
	Name    string // "tallyd.G": the process
	Party   string
	Program Program // its texts are still to be filled in: [Program.For]
	Address string
}

// MaxPrograms is what the derived ports leave room for.
const MaxPrograms = serverOffset - programOffset

// ProgramRuns lists the processes of the programs, party by party.
func (t *Topology) ProgramRuns() []Runs {
	var list []Runs
	for i, party := range t.PeerParties() {
		for j, program := range t.Programs {
			name := program.Name + "." + party.ID
			list = append(list, Runs{Name: name, Party: party.ID, Program: program,
				Address: t.address(name, partySpan*(i+1)+programOffset+j)})
		}
	}
	return list
}

// placeholders are what the texts of a program may name.
var placeholders = []string{"party", "dir", "profile", "address"}

// For returns the program of one party: its texts with what they name, by the placeholders' names.
func (p Program) For(named map[string]string) Program {
	var pairs []string
	for name, text := range named {
		pairs = append(pairs, "{"+name+"}", text)
	}
	fill := strings.NewReplacer(pairs...).Replace
	p.Args, p.Env = filled(p.Args, fill), filled(p.Env, fill)
	p.Ready = Ready{URL: fill(p.Ready.URL), CA: fill(p.Ready.CA)}
	return p
}

func filled(texts []string, fill func(string) string) []string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = fill(text)
	}
	return list
}

func (t *Topology) validatePrograms() error {
	var faults []error
	var taken []string
	for _, c := range t.Chaincodes {
		taken = append(taken, strings.ToLower(c.Name))
	}
	for _, p := range t.Programs {
		folded := strings.ToLower(p.Name)
		if slices.Contains(taken, folded) {
			faults = append(faults, fmt.Errorf("program %q: the name is taken by another program or a chaincode", p.Name))
		}
		taken = append(taken, folded)
		if err := p.validate(folded); err != nil {
			faults = append(faults, fmt.Errorf("program %q: %w", p.Name, err))
		}
	}
	if len(t.Programs) > MaxPrograms {
		faults = append(faults, fmt.Errorf("programs: at most %d", MaxPrograms))
	}
	return errors.Join(faults...)
}

func (p Program) validate(folded string) error {
	var faults []error
	if !chaincodeName.MatchString(p.Name) {
		faults = append(faults, errors.New("its name: want letters and digits, dashes and underscores between them"))
	}
	if reserved(folded) {
		faults = append(faults, errors.New("names of processes begin so; take another"))
	}
	if p.Program == "" {
		faults = append(faults, errors.New("no program"))
	}
	for _, setting := range p.Env {
		faults = append(faults, checkSetting(setting))
	}
	url := p.Ready.URL
	if url != "" && !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		faults = append(faults, fmt.Errorf("ready.url %q: want https:// or http://", url))
	}
	if p.Ready.CA != "" && !strings.HasPrefix(url, "https://") {
		faults = append(faults, errors.New("ready.ca: it is for a ready.url that begins with https://"))
	}
	for _, text := range slices.Concat(p.Args, p.Env, []string{url, p.Ready.CA}) {
		faults = append(faults, checkPlaceholders(text))
	}
	return errors.Join(faults...)
}

// checkPlaceholders refuses a word in braces that stands for nothing: a misspelt one would reach the program as it is.
func checkPlaceholders(text string) error {
	for rest := text; ; {
		_, after, opened := strings.Cut(rest, "{")
		word, behind, closed := strings.Cut(after, "}")
		switch {
		case !opened || !closed:
			return nil
		case !slices.Contains(placeholders, word):
			return fmt.Errorf("%q: {%s} stands for nothing; there are {%s}", text, word,
				strings.Join(placeholders, "}, {"))
		}
		rest = behind
	}
}
