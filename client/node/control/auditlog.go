package control

import (
	"context"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/node"
)

// The operations of the log of who asked for what (审计日志).
var (
	AuditLogList = node.Alone(node.Describe("audit-log.list", "GET", "/v1/audit-log", node.Audit,
		"List who asked for what, and what became of it", "审计日志", `{"after":0,"operation":"points.award","most":100}`),
		listLog)
	AuditLogVerify = node.Alone(node.Describe("audit-log.verify", "GET", "/v1/audit-log/verification", node.Audit,
		"Say whether an entry of the log was changed, taken out or put in", "验证审计日志",
		`{"n":0,"hash":""}`), verifyLog)
	AuditLogVerifyFile = node.Alone(node.Describe("audit-log.verify.file", "POST", "/v1/audit-log/verify", node.Audit,
		"Say the same of a log that was exported, whoever's it is", "验证导出的审计日志",
		`{"file":{"name":"log.jsonl"},"n":0,"hash":""}`).Asking(), verifyLogFile)
)

// LogRequest narrows a list of the log's entries.
type LogRequest struct {
	After     uint64 `json:"after,omitempty"`     // number of an entry; those behind it
	Who       string `json:"who,omitempty"`       // asked, as logs call him
	Operation string `json:"operation,omitempty"` // that was asked for
	Request   string `json:"request,omitempty"`   // its id
	Most      int    `json:"most,omitempty"`      // entries, 1000 if it is left out
}

// mostEntries are how many entries are listed at once.
const mostEntries = 1000

// Check refuses a length that can't be.
func (r LogRequest) Check() error {
	if r.Most < 0 || r.Most > mostEntries {
		return fault.New(fault.BadRequest, "`most`: want 1 to %d, or leave it out", mostEntries)
	}
	return nil
}

func auditLog(ctx context.Context, n *node.Node) (access.Log, error) {
	own, err := n.Store(ctx)
	return access.NewLog(own), err
}

func listLog(ctx context.Context, n *node.Node, _ *node.Call, req LogRequest) (list node.List[access.Line], err error) {
	log, err := auditLog(ctx, n)
	if err != nil {
		return list, err
	}
	if req.Most == 0 {
		req.Most = mostEntries
	}
	list.Rows, err = log.Lines(ctx, access.Filter{After: req.After, Who: req.Who, Operation: req.Operation,
		Request: req.Request, Most: req.Most})
	return list, err
}

// VerifyLogRequest names the head that the log had at an earlier time, if somebody noted it.
type VerifyLogRequest struct {
	N    uint64 `json:"n,omitempty"`    // its last entry then
	Hash string `json:"hash,omitempty"` // of that
}

func (r VerifyLogRequest) head() access.Head { return access.Head{N: r.N, Hash: r.Hash} }

// Check refuses half a head.
func (r VerifyLogRequest) Check() error {
	if (r.N == 0) != (r.Hash == "") {
		return fault.New(fault.BadRequest, "`n`, `hash`: want both, as audit-log.verify told them, or neither")
	}
	return nil
}

func verifyLog(ctx context.Context, n *node.Node, _ *node.Call, req VerifyLogRequest) (v access.Verified, err error) {
	log, err := auditLog(ctx, n)
	if err != nil {
		return v, err
	}
	return log.Verify(ctx, req.head())
}

// VerifyLogFileRequest comes with a log that was exported.
type VerifyLogFileRequest struct {
	File node.File `json:"file,omitzero"` // a line for each entry
	VerifyLogRequest
}

// maxLog is how many bytes an exported log may have.
const maxLog = 1 << 30

// Carries returns what the request says of its file.
func (r *VerifyLogFileRequest) Carries() (said *node.File, field string, most int64) {
	return &r.File, "file", maxLog
}

func verifyLogFile(_ context.Context, _ *node.Node, c *node.Call, req VerifyLogFileRequest) (access.Verified, error) {
	return access.VerifyLines(c.File().Stream(), req.head())
}
