package audit

import (
	"fmt"
	"slices"
	"time"

	"tallystick/client/audit/wire"
)

// Report is what an audit found.
type Report struct {
	Source  string `json:"source"` // where the blocks came from, as it was named
	From    uint64 `json:"from"`   // first block
	Height  uint64 `json:"height"` // block behind the last one that was read
	Hash    string `json:"hash"`   // of the last block's header, in hexadecimal: what to compare with others
	Genesis string `json:"genesis"`
	Channel string `json:"channel"` // of Fabric, as block 0 says
	State   string `json:"state"`   // digest of all keys, values, versions and key policies

	Blocks       int    `json:"blocks"`
	Transactions int    `json:"transactions"`
	Commands     int    `json:"commands"`
	Operator     string `json:"operator"` // whose network it is
	Test         bool   `json:"test"`     // whether it is a test network
	Place        string `json:"place"`    // calendar of business dates

	Layers     []Verdict      `json:"layers"`
	Findings   []wire.Finding `json:"findings"` // the first ones, in the order of blocks
	Found      int            `json:"found"`    // all of them
	Unverified []Class        `json:"unverified"`
	Took       time.Duration  `json:"took"`
}

// Outcome is what an audit says of a layer.
type Outcome string

// Outcomes.
const (
	Proven      Outcome = "proven"       // everything that there is was verified, and nothing found
	Differs     Outcome = "differs"      // see the findings
	Partly      Outcome = "partly"       // nothing was found; some blocks weren't verified
	NotVerified Outcome = "not_verified" // nothing was verified
)

// Verdict is what an audit says of a layer.
type Verdict struct {
	wire.Meaning
	Outcome Outcome `json:"outcome"`
	Checked int     `json:"checked"`       // blocks, transactions or rows
	Found   int     `json:"found"`         // findings
	Why     string  `json:"why,omitempty"` // not everything was verified
}

// Class is a kind of thing that an audit can't verify, however honest everybody is.
type Class struct {
	Name  string   `json:"name"`
	Zh    string   `json:"zh"`
	En    string   `json:"en"`
	Count int      `json:"count"`
	Some  []string `json:"some"` // ids of the first transactions
}

// maxFindings is how many findings a report lists; it counts all.
const maxFindings = 10_000

// maxSome is how many ids a class lists.
const maxSome = 20

// Classes of what can't be verified.
const (
	private   = "private_input"
	lifecycle = "lifecycle"
	foreign   = "other_chaincodes"
)

var classes = []Class{
	{Name: private, Zh: "含私密输入的命令：区块中仅有其哈希，无法重新执行",
		En: "commands with private input, of which blocks hold the hash only: they can't be run again"},
	{Name: lifecycle, Zh: "链码定义：不重新执行，其签名与版本已核对",
		En: "definitions of chaincodes: not run again; their signatures and versions are verified"},
	{Name: foreign, Zh: "其他链码的交易：不重新执行；若其写入本账本的记录则列为差异",
		En: "transactions of other chaincodes: not run again; what they write to this ledger's rows is a difference"},
}

// Honest says whether nothing was found.
func (r *Report) Honest() bool { return r.Found == 0 }

// add adds findings.
func (r *Report) add(list ...wire.Finding) {
	for _, f := range list {
		r.Found++
		r.layer(f.Layer).Found++
		if len(r.Findings) < maxFindings {
			r.Findings = append(r.Findings, f)
		}
	}
}

// layer is the verdict on a layer, as it is so far.
func (r *Report) layer(l wire.Layer) *Verdict { return &r.Layers[l-1] }

// checked counts what a layer verified.
func (r *Report) checked(l wire.Layer, n int) { r.layer(l).Checked += n }

// stop says why a layer verifies no more, unless that was said before.
func (r *Report) stop(why string, layers ...wire.Layer) {
	for _, l := range layers {
		if r.layer(l).Why == "" {
			r.layer(l).Why = why
		}
	}
}

// unverified counts a transaction in a class.
func (r *Report) unverified(class, id string) {
	i := slices.IndexFunc(r.Unverified, func(c Class) bool { return c.Name == class })
	r.Unverified[i].Count++
	if len(r.Unverified[i].Some) < maxSome {
		r.Unverified[i].Some = append(r.Unverified[i].Some, id)
	}
}

// close says what the layers came to.
func (r *Report) close() {
	for i := range r.Layers {
		v := &r.Layers[i]
		switch {
		case v.Found > 0:
			v.Outcome = Differs
		case v.Checked == 0 && v.Why != "":
			v.Outcome = NotVerified
		case v.Why != "":
			v.Outcome = Partly
		default:
			v.Outcome = Proven
		}
	}
	r.Unverified = slices.DeleteFunc(r.Unverified, func(c Class) bool { return c.Count == 0 })
}

// String is the report's last line, for people.
func (r *Report) String() string {
	return fmt.Sprintf("%d differences in %d blocks, %d transactions and %d commands", r.Found, r.Blocks, r.Transactions,
		r.Commands)
}

func newReport(cfg Config) *Report {
	r := &Report{Source: cfg.Source, Place: cfg.Place.String(), Unverified: slices.Clone(classes),
		Findings: []wire.Finding{}}
	for _, m := range wire.Layers {
		r.Layers = append(r.Layers, Verdict{Meaning: m})
	}
	return r
}
