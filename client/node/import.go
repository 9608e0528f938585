package node

import (
	"context"
	"errors"
	"io"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/importer"
)

// The operations of imports (导入): a table's lines become commands, each once under the import's source, however often
// it is stopped and asked for again. What is of members and what is of goods may be different people's work.
var (
	ImportRun = Does(Describe("import.run", "POST", "/v1/imports", Loyalty,
		"Make members, awards, labels, benefits, entitlements, write-offs or campaigns of a table's lines, exactly once", "导入会员与积分",
		`{"mapping":"{kind: labels, source: gold-2026, columns: {member: id, label: tier}, channels: [app]}","file":{"name":"gold.csv"}}`),
		importMembers)
	ImportSupply = Does(Describe("import.supply", "POST", "/v1/supply-imports", Catalogue,
		"Make suppliers, goods, terms, stock, listings or outlets of a table's lines, exactly once", "导入商品与供货",
		`{"mapping":"{kind: outlets, source: shops, columns: {outlet: id, en: name, zh: 名称}}","file":{"name":"shops.xlsx"},"maxRejected":"1%"}`),
		importSupply)
	GoodImport = Does(Describe("good.import", "POST", "/v1/catalogue", Catalogue,
		"Make goods, their prices and stock of a catalogue, CSV or XLSX", "目录导入",
		`{"scene":"retail","seller":"D","file":{"name":"catalogue.xlsx"},"strict":true}`), importCatalogue)
)

// Importing is what every import is asked with.
type Importing struct {
	File File `json:"file"` // the table: CSV, packed or not, or a workbook
	// MaxRejected is how many rejected or refused lines are no failure: 20, or 1%; none if it is left out.
	MaxRejected  string `json:"maxRejected,omitempty"`
	DryRun       bool   `json:"dryRun,omitempty"`       // send and keep nothing
	RetryRefused bool   `json:"retryRefused,omitempty"` // try again what the ledger refused in earlier runs
	// Rejected stores what write writes, the rejected lines as CSV. They have personal data. Nil if nobody wants them.
	Rejected func(write func(io.Writer) error) error `json:"-"`
}

// Check refuses an allowance that is none.
func (r Importing) Check() error {
	_, err := r.Allowance()
	return err
}

// Allowance is what MaxRejected says.
func (r Importing) Allowance() (importer.Allowance, error) {
	if r.MaxRejected == "" {
		return importer.Allowance{}, nil
	}
	return importer.ParseAllowance(r.MaxRejected)
}

func (Importing) bySource() {}

// Carries returns the table.
func (r *Importing) Carries() (said *File, field string, most int64) {
	return &r.File, "file", bounds.Table
}

// ImportRequest makes commands of a table's lines.
type ImportRequest struct {
	Mapping string `json:"mapping"` // what a line becomes, in YAML: client/importer/KEYS.md
	Importing
}

// Check refuses a mapping that is none.
func (r ImportRequest) Check() error {
	_, err := r.mapping()
	return errors.Join(err, r.Importing.Check())
}

func (r ImportRequest) mapping() (*importer.Mapping, error) {
	return importer.ParseMapping("mapping", []byte(r.Mapping))
}

// Imported is what an import did, its failure apart.
type Imported struct{ importer.Report }

// Refused says that there is a report although the import was refused or stopped.
func (i Imported) Refused() bool { return i.Source != "" }

func importMembers(ctx context.Context, n *Node, c *Call, req ImportRequest) (Imported, error) {
	return n.importOf(ctx, c, req, false)
}

func importSupply(ctx context.Context, n *Node, c *Call, req ImportRequest) (Imported, error) {
	return n.importOf(ctx, c, req, true)
}

func (n *Node) importOf(ctx context.Context, c *Call, req ImportRequest, supply bool) (Imported, error) {
	m, err := req.mapping()
	if err != nil {
		return Imported{}, err
	}
	if m.Supply() != supply {
		return Imported{}, fault.New(fault.BadRequest, "mapping: kind: %s are imported by %s",
			m.Kind, importBy[m.Supply()])
	}
	return n.importAll(ctx, c, importer.Job{Mapping: m}, req.Importing)
}

// importBy names the operations by whether a mapping is about goods.
var importBy = map[bool]string{true: "import.supply", false: "import.run"}

// ImportCatalogueRequest makes goods of a file that has a catalogue's own columns.
type ImportCatalogueRequest struct {
	Scene  string `json:"scene,omitempty"`  // of what the party begins to sell
	Seller string `json:"seller,omitempty"` // at whose storefront the stock is; the party's own if it is left out
	Source string `json:"source,omitempty"` // under which the file counts once; its content makes one if it is left out
	Strict bool   `json:"strict,omitempty"` // send nothing if a line is wrong
	Importing
}

func importCatalogue(ctx context.Context, n *Node, c *Call, req ImportCatalogueRequest) (answer Imported, err error) {
	m, err := importer.Catalogue(c.File(), req.Source, req.Scene, req.Seller)
	if err != nil {
		return answer, err
	}
	return n.importAll(ctx, c, importer.Job{Mapping: m, Strict: req.Strict}, req.Importing)
}

// importAll reads the table and feeds it. What was done before it failed is reported, too.
func (n *Node) importAll(ctx context.Context, c *Call, job importer.Job, req Importing) (answer Imported, err error) {
	allowed, err := req.Allowance()
	if err != nil {
		return answer, err
	}
	s, err := n.scan(ctx, c, job, req)
	if err != nil {
		return answer, err
	}
	outcome, err := s.Feed(ctx, c)
	if outcome.Report == nil {
		return answer, err
	}
	if err == nil {
		err = allowed.Judge(outcome.Report)
	}
	return Imported{*outcome.Report}, errors.Join(req.WriteRejected(ctx, outcome), err)
}

// WriteRejected has the rejected lines stored, if anybody wants them. They are written also when ctx has ended: what
// was done is known then, too.
func (r Importing) WriteRejected(ctx context.Context, outcomes ...importer.Outcome) error {
	if r.Rejected == nil {
		return nil
	}
	return r.Rejected(func(w io.Writer) error {
		return importer.WriteRejected(context.WithoutCancel(ctx), w, outcomes...)
	})
}
