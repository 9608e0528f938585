package settle

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/accounts"
	"tallystick/client/bounds"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/proof"
	"tallystick/client/statement"
)

// The operations of statements as files (账单文件).
var (
	StatementExport = node.Does(node.Describe("statement.export", "POST",
		"/v1/statements/{cycle}/{with}/file", node.Finance,
		"Write your statement with another party to a file: xlsx, csv, pdf, json; in Chinese or English", "导出账单",
		`{"cycle":"2026-11","with":"G","form":"pdf","language":"zh","signers":2}`).Asking(), exportStatement)
	StatementDiff = node.Does(node.Describe("statement.diff", "POST", "/v1/statements/diff", node.Finance,
		"Compare the other side's file (json, csv, xlsx) with your own lines, and name those that differ", "对账",
		`{"file":{"name":"2026-11-D-G.xlsx","sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}}`).Asking(),
		diffStatement)
	StatementVerify = node.Does(node.Describe("statement.verify", "POST", "/v1/statements/verify", node.Finance,
		"Check a settlement statement, without a network", "验证清结算账单",
		`{"file":{"name":"2026-11-D-G.xlsx","sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},"signers":2}`).Asking(),
		verifyStatement)
)

// ExportStatementRequest asks for a statement as a file.
type ExportStatementRequest struct {
	Cycle    string             `json:"cycle,omitempty"`    // closed; the one that was cut off last if it is left out
	With     string             `json:"with"`               // the other party
	Form     string             `json:"form"`               // of [statement.Forms]
	Language statement.Language `json:"language,omitempty"` // English if it is left out
	// parties whose peers sign that the ledger has these signatures; 0 for none
	Signers  int           `json:"signers"`
	Accounts accounts.Book `json:"accounts,omitempty"` // the parties' legal names and tax ids
	To       io.Writer     `json:"-"`                  // what the file is written to; the answer has it if it is nil
}

// Check refuses another form or language, and parties that are malformed.
func (r ExportStatementRequest) Check() error {
	if !slices.Contains(statement.Forms(), r.Form) {
		return fault.New(fault.BadRequest, "form: want one of %s", strings.Join(statement.Forms(), ", "))
	}
	if r.Signers < 0 {
		return fault.New(fault.BadRequest, "`signers`: want 0 or more")
	}
	return errors.Join(r.language().Check(), r.Accounts.Check())
}

func (r ExportStatementRequest) language() statement.Language {
	return cmp.Or(r.Language, statement.English)
}

// ExportedStatement is what was written.
type ExportedStatement struct {
	Lines uint64               `json:"lines"`
	Root  codec.Hash           `json:"root"`
	State settlement.PairState `json:"state"`
	File  []byte               `json:"file,omitempty"` // unless it was written to what the request names
}

// maxExported is how many bytes a file may have that an answer carries.
const maxExported = 64 << 20

// held is a file that is made for an answer.
type held struct{ bytes.Buffer }

// Write refuses more than an answer carries with LIMIT.
func (h *held) Write(p []byte) (int, error) {
	if h.Len()+len(p) > maxExported {
		return 0, fault.New(fault.Limit, "the statement is longer than %d bytes, which an answer doesn't carry", maxExported)
	}
	return h.Buffer.Write(p)
}

func exportStatement(ctx context.Context, n *node.Node, _ *node.Call,
	req ExportStatementRequest) (ExportedStatement, error) {
	var file held
	if req.To == nil {
		req.To = &file
	}
	return node.Ask(ctx, n, func(r *index.Reading) (made ExportedStatement, err error) {
		cycle, err := closedOr(r, req.Cycle)
		if err != nil {
			return made, err
		}
		s, err := linesFrom(n, r).Recompute(cycle, n.Party(), req.With)
		if err != nil {
			return made, err
		}
		if s.Proof, err = proveStatement(ctx, n, s.Pair, req.Signers); err != nil {
			return made, err
		}
		if err := req.name(&s.Statement); err != nil {
			return made, err
		}
		maker := makerOf(s.Statement, n.Party(), req.language())
		err = statement.Write(req.To, req.Form, s.Statement, s.Lines,
			statement.Options{Language: req.language(), Maker: maker})
		return ExportedStatement{s.Total.Lines, s.Root, s.Pair.State, file.Bytes()}, err
	})
}

// name gives the two their legal names and tax ids.
func (r ExportStatementRequest) name(s *statement.Statement) error {
	for _, p := range []*statement.Party{&s.Head.A, &s.Head.B} {
		if known, found := r.Accounts.Find(p.ID); found {
			p.Legal, p.TaxID = known.Name, known.ID
		}
	}
	return s.Head.Check()
}

// makerOf is who makes a statement, as its properties name it.
func makerOf(s statement.Statement, party string, in statement.Language) string {
	for _, p := range []statement.Party{s.Head.A, s.Head.B} {
		if p.ID == party {
			return cmp.Or(p.Legal, p.Name(in))
		}
	}
	return party
}

// proveStatement asks peers of so many parties to sign that the ledger has a statement's signatures, none for no party.
// UNAVAILABLE if too few do.
func proveStatement(ctx context.Context, n *node.Node, p settlement.Pair, need int) ([]byte, error) {
	if need == 0 {
		return nil, nil
	}
	trust, err := node.TrustOf(n.Config())
	if err != nil {
		return nil, err
	}
	proven, err := n.Prove(ctx, trust, need, "query:Statement", p.Cycle, p.A, p.B)
	return proven.File, err
}

// DiffStatementRequest brings the other side's statement.
type DiffStatementRequest struct {
	File node.File `json:"file"` // json, csv or xlsx
}

// Carries returns their file.
func (r *DiffStatementRequest) Carries() (said *node.File, field string, most int64) {
	return &r.File, "file", bounds.Evidence
}

// Differences are in what two sides' lines differ.
type Differences struct {
	Lines []statement.Difference `json:"rows"` // the first of them
}

// maxDifferences is how many differences are named at most.
const maxDifferences = 200

// Refused says whether the two differ.
func (d Differences) Refused() bool { return len(d.Lines) > 0 }

func diffStatement(ctx context.Context, n *node.Node, c *node.Call, req DiffStatementRequest) (Differences, error) {
	theirs, err := statement.Open(c.File())
	if err != nil {
		return Differences{}, node.OfFile(err)
	}
	return node.Ask(ctx, n, func(r *index.Reading) (Differences, error) {
		head := theirs.Statement.Head
		ours, err := linesFrom(n, r).Recompute(head.Cycle, head.A.ID, head.B.ID)
		if err != nil {
			return Differences{}, err
		}
		return differences(ours.Lines, theirs.Lines)
	})
}

// differences names in what two sides' lines differ. CONFLICT if they do.
func differences(ours, theirs statement.Source) (Differences, error) {
	found := Differences{Lines: []statement.Difference{}}
	for d, err := range statement.Diff(ours, theirs) {
		if err != nil {
			return Differences{}, err
		}
		if found.Lines = append(found.Lines, d); len(found.Lines) == maxDifferences {
			break
		}
	}
	if len(found.Lines) == 0 {
		return found, nil
	}
	return found, fault.New(fault.Conflict, "they differ in %d places, first in line %s",
		len(found.Lines), found.Lines[0].ID)
}

// VerifyStatementRequest brings a statement that somebody sent.
type VerifyStatementRequest struct {
	File    node.File   `json:"file"`    // json, csv or xlsx
	Signers int         `json:"signers"` // how many parties' peers must have signed the proof in it; 0 to do without
	Trust   proof.Trust `json:"-"`       // whose signatures count; those of the party's profile if it is nil
}

// Carries returns the file.
func (r *VerifyStatementRequest) Carries() (said *node.File, field string, most int64) {
	return &r.File, "file", bounds.Evidence
}

// Check refuses fewer signers than none.
func (r VerifyStatementRequest) Check() error {
	if r.Signers < 0 {
		return fault.New(fault.BadRequest, "`signers`: want 0 or more")
	}
	return nil
}

// verifyStatement needs no network: an [Offline] node can.
func verifyStatement(_ context.Context, n *node.Node, c *node.Call,
	req VerifyStatementRequest) (report statement.Report, err error) {
	trust := req.Trust
	if trust == nil && req.Signers > 0 {
		if trust, err = node.TrustOf(n.Config()); err != nil {
			return report, err
		}
	}
	report, err = statement.Verify(c.File(), trust, req.Signers)
	if err != nil {
		return report, node.OfFile(err)
	}
	if p := report.Proven; p != nil && (p.Chaincode != n.Config().Chaincode || n.Config().Channel != "" &&
		p.Channel != n.Config().Channel) {
		return report, fault.New(fault.BadRequest, "proof: it is of %s on channel %s, not of this alliance's ledger",
			p.Chaincode, p.Channel)
	}
	return report, nil
}
