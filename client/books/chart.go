package books

import (
	"io"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Account is one account of a chart (会计科目).
type Account struct {
	Code string `json:"code" yaml:"code"`
	En   string `json:"en" yaml:"en"`
	Zh   string `json:"zh" yaml:"zh"`
}

// Chart is which accounts a party's books have for what vouchers need. The defaults are
// the codes of the standard chart of CAS (企业会计准则——应用指南, 会计科目).
type Chart struct {
	Bank            Account `json:"bank" yaml:"bank"`
	Receivable      Account `json:"receivable" yaml:"receivable"` // by counterparty
	Clearing        Account `json:"clearing" yaml:"clearing"`     // between netting and its payments
	Payable         Account `json:"payable" yaml:"payable"`       // by counterparty
	Liability       Account `json:"liability" yaml:"liability"`   // of points, by programme
	Revenue         Account `json:"revenue" yaml:"revenue"`
	Breakage        Account `json:"breakage" yaml:"breakage"`
	FeeRevenue      Account `json:"feeRevenue" yaml:"feeRevenue"`
	AdjustedRevenue Account `json:"adjustedRevenue" yaml:"adjustedRevenue"`
	Cost            Account `json:"cost" yaml:"cost"`
	Marketing       Account `json:"marketing" yaml:"marketing"`
	Fee             Account `json:"fee" yaml:"fee"`
	AdjustedCost    Account `json:"adjustedCost" yaml:"adjustedCost"`
}

// DefaultChart is the chart of a party that names none.
func DefaultChart() Chart {
	return Chart{
		Bank:            Account{"1002", "Bank", "银行存款"},
		Receivable:      Account{"1122", "Accounts receivable", "应收账款"},
		Clearing:        Account{"2241", "Clearing", "其他应付款—清算"},
		Payable:         Account{"2202", "Accounts payable", "应付账款"},
		Liability:       Account{"2204", "Contract liabilities", "合同负债"},
		Revenue:         Account{"6001", "Revenue", "主营业务收入"},
		Breakage:        Account{"600101", "Breakage revenue", "主营业务收入—弃兑"},
		FeeRevenue:      Account{"6051", "Other revenue", "其他业务收入"},
		AdjustedRevenue: Account{"6301", "Non-operating income", "营业外收入"},
		Cost:            Account{"6401", "Cost of sales", "主营业务成本"},
		Marketing:       Account{"6601", "Selling expenses", "销售费用"},
		Fee:             Account{"6602", "Administrative expenses", "管理费用"},
		AdjustedCost:    Account{"6711", "Non-operating expenses", "营业外支出"},
	}
}

// ReadChart reads a chart's YAML: what it names replaces the default, an account at a
// time. BAD_REQUEST for what is none, LIMIT for too much.
//
//	liability: {code: "2204.03", en: Points, zh: 合同负债—积分}
func ReadChart(from io.Reader) (Chart, error) {
	chart := DefaultChart()
	if err := readYAML(from, maxChart, &chart); err != nil {
		return Chart{}, err
	}
	for _, a := range chart.all() {
		if a.Code == "" || len(a.Code) > maxCode {
			return Chart{}, fault.New(fault.BadRequest, "account %.64q: want a code of at most %d characters", a.Code, maxCode)
		}
		if err := name.CheckText("en", a.En); err != nil {
			return Chart{}, err
		}
		if err := name.CheckText("zh", a.Zh); err != nil {
			return Chart{}, err
		}
	}
	return chart, chart.apart()
}

// apart refuses with BAD_REQUEST a chart in which what is compared with statements and
// readings shares an account with anything else.
func (c Chart) apart() error {
	times := map[string]int{}
	for _, a := range c.all() {
		times[a.Code]++
	}
	for _, a := range []Account{c.Receivable, c.Payable, c.Liability} {
		if times[a.Code] > 1 {
			return fault.New(fault.BadRequest, "account %s: receivables, payables and the contract liability need one each", a.Code)
		}
	}
	return nil
}

// maxCode is the longest code of an account.
const maxCode = 32

func (c Chart) all() []Account {
	return []Account{c.Bank, c.Receivable, c.Clearing, c.Payable, c.Liability, c.Revenue, c.Breakage,
		c.FeeRevenue, c.AdjustedRevenue, c.Cost, c.Marketing, c.Fee, c.AdjustedCost}
}
