package adversary

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"tallystick/chaincode/campaign"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// question is a function that reads, with the types of its arguments.
type question struct {
	Name       string
	Parameters []struct {
		Schema struct {
			Type string `json:"type"`
			Ref  string `json:"$ref"`
		} `json:"schema"`
	}
}

// questions are those that the chaincode tells of itself.
func (w *world) questions() []question {
	w.Helper()
	answer, err := w.net.Evaluate(w.net.Identity("A", "client"), "G", seal.Outer,
		ledgersim.Args("org.hyperledger.fabric:GetMetadata")...)
	if err != nil {
		w.Fatal(err)
	}
	var told struct {
		Contracts map[string]struct{ Transactions []question }
	}
	if err := json.Unmarshal(answer, &told); err != nil {
		w.Fatal(err)
	}
	return told.Contracts["query"].Transactions
}

// odd are arguments that nobody means.
var odd = []string{"", "null", "{}", "[]", "0", "-1", "9007199254740993", "1e400", `"x"`, "\x00", "a/b", "D.1.2.3",
	"D.31.1099511627775.499", "D.1.1.0.99", "D.99999999999999999999.1.1",
	`{"limit":-1}`, `{"limit":9223372036854775807,"after":"x"}`, `{"after":"\u0000"}`,
	`{"seller":"D","member":"wang","lines":[{"supplier":"S1","sku":"oil","quantity":4294967295}]}`,
	strings.Repeat("z", 65), "ünï"}

// The auditor asks every question with whatever comes to its mind: each is answered or refused with a code.
func TestQuestionsNeverFail(t *testing.T) {
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.march()
	ids := p.names()
	rng := rand.New(rand.NewPCG(1, 2))
	list := p.questions()
	if len(list) < 40 {
		t.Fatalf("%d questions", len(list))
	}
	for range 15 * *lives {
		for _, q := range list {
			args := []string{"query:" + q.Name}
			for range q.Parameters {
				if rng.IntN(4) == 0 {
					args = append(args, odd[rng.IntN(len(odd))])
				} else {
					args = append(args, ids[rng.IntN(len(ids))])
				}
			}
			p.asked(args)
		}
	}
	p.simulated()
}

// simulated asks what awards would give, of numbers at their extremes.
func (p *parade) simulated() {
	p.Helper()
	for question, req := range map[string]command.Request{
		"Simulate": points.AwardRequest{
			Programme: "DP", Rule: "earn", Member: "li", Lines: []points.Bought{{Fen: 990}}, Expires: p.today + 200,
			Reference: "r1",
		},
		"SimulateAward": campaign.AwardRequest{
			Campaigns: []string{"joint"}, Member: "li", Lines: []campaign.Line{{Fen: 100}}, Reference: "b9",
		},
	} {
		for _, v := range variants(req) {
			body, err := json.Marshal(v)
			if err != nil {
				p.Fatal(err)
			}
			p.asked([]string{"query:" + question, string(body)})
		}
	}
}

// asked has the auditor ask.
func (w *world) asked(args []string) {
	w.Helper()
	_, err := w.net.Evaluate(w.net.Identity("A", "client"), "G", seal.Outer, ledgersim.Args(args...)...)
	if err == nil {
		return
	}
	var refusal *ledgersim.Refusal
	if !errors.As(err, &refusal) {
		w.Errorf("%.200q: %v", args, err)
		return
	}
	if coded, ok := fault.Parse(refusal.Message); !ok || coded.Code == fault.Internal {
		w.Errorf("%.200q: %v", args, err)
	}
}

// names are the ids in all keys, and their parts.
func (w *world) names() (ids []string) {
	seen := map[string]bool{}
	for key, value := range w.net.State("G", seal.Outer) {
		named, err := row.Read(key, value)
		if err != nil {
			w.Fatal(err)
		}
		for _, id := range append(strings.Split(named.ID, "/"), named.ID) {
			seen[id] = true
		}
	}
	return sorted(seen)
}

// A question that names one thing reads few rows; one that names many, no more than it names; one that adds up, a row
// for each lane; a page, its rows. Whoever asks without end does it at the cost of its own share (internal/share), in
// which rows that are read count.
func TestQuestionsReadLittle(t *testing.T) {
	const page, few = 500, 8
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.march()
	var grants []points.Grant
	for range 100 {
		grants = append(grants, points.Grant{Member: "li", Amount: 1, Expires: p.today + 300})
	}
	var lots []string
	for range 12 {
		n := p.must("D", points.IssueRequest{Programme: "DP", Grants: grants})
		for i := range grants {
			lots = append(lots, n.Row(i).String())
		}
	}
	many, err := json.Marshal(lots[:page])
	if err != nil {
		t.Fatal(err)
	}
	most, ids := map[string]int{}, append(p.names(), `{"limit":500}`, string(many))
	rng := rand.New(rand.NewPCG(3, 4))
	for _, q := range p.questions() {
		for range 100 {
			args := []string{"query:" + q.Name}
			for range q.Parameters {
				args = append(args, ids[rng.IntN(len(ids))])
			}
			if len(args) == 2 && rng.IntN(4) == 0 {
				args[1] = ids[len(ids)-1-rng.IntN(2)]
			}
			env, err := p.net.Endorse(
				p.net.Propose(p.net.Identity("A", "client"), seal.Outer, ledgersim.Args(args...)...), "G")
			if err != nil {
				continue // it is refused
			}
			n := 0
			for _, space := range env.RWSet().Namespaces {
				n += len(space.Reads)
				for _, r := range space.Ranges {
					n += len(r.Reads)
				}
			}
			most[q.Name] = max(most[q.Name], n)
		}
	}
	sums := map[string]bool{"Totals": true, "Positions": true, "Veiled": true, "Quota": true, "Stock": true}
	for name, n := range most {
		if limit := map[bool]int{true: number.Lanes*len(parties) + few, false: page + few}[sums[name]]; n > limit {
			t.Errorf("%s reads %d rows", name, n)
		}
	}
	if most["Lots"] < page {
		t.Errorf("%d lots were read", most["Lots"])
	}
}
