package books

import (
	"io"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/bounds"
)

// FapiaoKind is the kind of a fapiao (发票种类), "" for one that isn't there.
type FapiaoKind string

// The kinds.
const (
	Special  FapiaoKind = "special"  // 增值税专用发票, digital ones included: input tax can be deducted
	Ordinary FapiaoKind = "ordinary" // 增值税普通发票: it can't
)

// Deductible says whether a buyer can deduct the tax of such a one. One that isn't there
// isn't known not to be.
func (k FapiaoKind) Deductible() bool { return k != Ordinary }

// Zh is the kind in Chinese.
func (k FapiaoKind) Zh() string {
	return map[FapiaoKind]string{Special: "专用发票", Ordinary: "普通发票"}[k]
}

var fapiaoKinds = map[string]FapiaoKind{
	"special": Special, "专票": Special, "专用发票": Special, "增值税专用发票": Special, "数电专票": Special,
	"ordinary": Ordinary, "普票": Ordinary, "普通发票": Ordinary, "增值税普通发票": Ordinary, "数电普票": Ordinary,
}

// Fapiao is one fapiao that was made out, or came in, for lines with a counterparty.
type Fapiao struct {
	Party  string
	Out    bool        // made out by this party: of its output tax
	Rate   amount.Rate // of the lines that it covers
	Line   string      // the one line that it covers; "" for all with its party and rate that have none of their own
	Kind   FapiaoKind
	Code   string
	Number string
}

// Fapiaos are those of a period. The nil one has none, and nobody asks for any.
type Fapiaos struct{ list []Fapiao }

// of finds the fapiao of a line: its own, or that of its counterparty and rate.
func (f *Fapiaos) of(p Posting, party string, out bool) (Fapiao, bool) {
	if f == nil {
		return Fapiao{}, false
	}
	i := slices.IndexFunc(f.list,
		func(one Fapiao) bool { return one.Line == p.ID && one.Party == party && one.Out == out })
	if i < 0 {
		i = slices.IndexFunc(f.list, func(one Fapiao) bool {
			return one.Line == "" && one.Party == party && one.Out == out && one.Rate.Lowest() == p.Tax.Lowest()
		})
	}
	if i < 0 {
		return Fapiao{}, false
	}
	return f.list[i], true
}

// fapiaoColumns are the columns of a list of fapiao, each by either name.
var fapiaoColumns = [][2]string{{"party", "往来单位"}, {"direction", "方向"}, {"rate", "税率"}, {"kind", "发票种类"},
	{"code", "发票代码"}, {"number", "发票号码"}, {"line", "明细"}}

// maxFapiaos is how many a period can have.
const maxFapiaos = 100_000

// ReadFapiaos reads a CSV of the fapiao of a period, a row each, with a header:
//
//	party,direction,rate,kind,code,number,line
//	D,in,6%,special,,24312000000012345678,
//	M,out,6%,ordinary,031002300111,12345678,M.0.4.0.0
//
// The columns' names may be Chinese (往来单位, 方向 进项 or 销项, 税率, 发票种类 专用发票 or
// 普通发票, 发票代码, 发票号码, 明细); code and line may be left out. BAD_REQUEST, LIMIT.
func ReadFapiaos(from io.Reader) (*Fapiaos, error) {
	r := bounds.NewCSV(from, "the fapiao")
	header, err := r.Read()
	if err != nil {
		return nil,
			fault.New(fault.BadRequest, "the fapiao: want a header party,direction,rate,kind,code,number,line: %v", err)
	}
	columns, err := fapiaoHeader(header)
	if err != nil {
		return nil, err
	}
	all := &Fapiaos{}
	for n := 2; ; n++ {
		cells, err := r.Read()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, fault.New(fault.BadRequest, "the fapiao: %v", err)
		}
		one, err := fapiaoOf(func(column string) string {
			if at, has := columns[column]; has {
				return strings.TrimSpace(cells[at])
			}
			return ""
		})
		if err != nil {
			return nil, fault.New(fault.BadRequest, "the fapiao, line %d: %v", n, err)
		}
		if all.list = append(all.list, one); len(all.list) > maxFapiaos {
			return nil, fault.New(fault.Limit, "more than %d fapiao", maxFapiaos)
		}
	}
}

func fapiaoHeader(header []string) (map[string]int, error) {
	at := map[string]int{}
	for i, cell := range header {
		cell = strings.TrimSpace(strings.TrimPrefix(cell, "\ufeff"))
		k := slices.IndexFunc(fapiaoColumns,
			func(names [2]string) bool { return strings.EqualFold(cell, names[0]) || cell == names[1] })
		if k < 0 {
			return nil, fault.New(fault.BadRequest,
				"the fapiao: no column is called %.40q; there are party, direction, rate, kind, code, number, line",
				cell)
		}
		if _, twice := at[fapiaoColumns[k][0]]; twice {
			return nil, fault.New(fault.BadRequest, "the fapiao: column %.40q stands twice", cell)
		}
		at[fapiaoColumns[k][0]] = i
	}
	for _, must := range []string{"party", "direction", "rate", "kind", "number"} {
		if _, has := at[must]; !has {
			return nil, fault.New(fault.BadRequest, "the fapiao: want a column %s", must)
		}
	}
	return at, nil
}

func fapiaoOf(cell func(string) string) (f Fapiao, err error) {
	f = Fapiao{Party: cell("party"), Kind: fapiaoKinds[strings.ToLower(cell("kind"))], Code: cell("code"),
		Number: cell("number"), Line: cell("line")}
	if err := name.CheckID("party", f.Party); err != nil {
		return f, err
	}
	switch direction := strings.ToLower(cell("direction")); direction {
	case "out", "销项":
		f.Out = true
	case "in", "进项":
	default:
		return f, fault.New(fault.BadRequest, "direction %.20q: want in or out, 进项 or 销项", direction)
	}
	if f.Kind == "" {
		return f, fault.New(fault.BadRequest, "kind %.20q: want special or ordinary, 专用发票 or 普通发票", cell("kind"))
	}
	if f.Rate, err = parseShare(cell("rate")); err != nil {
		return f, err
	}
	// A fully digital fapiao has a number of 20 digits and no code; older ones 8, and a code of 10 or 12.
	if !digits(f.Number, 8, 20) ||
		!(f.Code == "" && len(f.Number) == 20 || len(f.Number) == 8 && digits(f.Code, 10, 12)) {
		return f, fault.New(fault.BadRequest,
			"fapiao %.30q %.30q: want a number of 20 digits, or one of 8 with a code of 10 or 12", f.Code, f.Number)
	}
	return f, nil
}

// parseShare reads 6%, 0.06 or 6/100: under the whole.
func parseShare(text string) (amount.Rate, error) {
	digits, percent := strings.CutSuffix(text, "%")
	rate, err := amount.ParseRate(digits)
	if err != nil {
		return rate, err
	}
	if percent {
		rate.Den *= 100
	}
	if err := rate.Check(); err != nil {
		return rate, err
	}
	if rate.Num >= rate.Den {
		return rate, fault.New(fault.BadRequest, "rate %.20q: want less than the whole", text)
	}
	return rate.Lowest(), nil
}

// digits says whether a text is of the least or the most digits, or between.
func digits(text string, least, most int) bool {
	return len(text) >= least && len(text) <= most && strings.Trim(text, "0123456789") == ""
}
