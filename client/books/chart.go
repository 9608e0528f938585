package books

import (
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Account is one account of a chart (会计科目).
type Account struct {
	Code string `json:"code" yaml:"code"`
	En   string `json:"en" yaml:"en"`
	Zh   string `json:"zh" yaml:"zh"`
}

// Role is what an account is for. Its text is the account's key in a chart's file.
type Role string

// The roles.
const (
	Bank            Role = "bank"
	Receivable      Role = "receivable" // by counterparty
	Clearing        Role = "clearing"   // between netting and its payments
	Payable         Role = "payable"    // by counterparty
	Contract        Role = "liability"  // contract liability of points, by programme
	Provision       Role = "provision"  // for points that were given without a sale, by programme
	InputTax        Role = "inputTax"
	PendingTax      Role = "pendingTax" // input tax whose fapiao isn't there yet
	OutputTax       Role = "outputTax"
	Revenue         Role = "revenue"
	Breakage        Role = "breakage"
	FeeRevenue      Role = "feeRevenue"
	AdjustedRevenue Role = "adjustedRevenue"
	Cost            Role = "cost"
	Marketing       Role = "marketing"
	Fee             Role = "fee"
	BankCharges     Role = "bankCharges"
	AdjustedCost    Role = "adjustedCost"
)

// roles are all of them, in the order of a chart, with the accounts of a party that names
// none: the codes of the standard chart of CAS (企业会计准则——应用指南, 会计科目) and the
// sub-accounts of 财会〔2016〕22号 for VAT, in its order.
var roles = []struct {
	role    Role
	account Account
}{
	{Bank, Account{"1002", "Bank", "银行存款"}},
	{Receivable, Account{"1122", "Accounts receivable", "应收账款"}},
	{Payable, Account{"2202", "Accounts payable", "应付账款"}},
	{Contract, Account{"2204", "Contract liabilities", "合同负债"}},
	{InputTax, Account{"22210101", "VAT: input tax", "应交税费—应交增值税（进项税额）"}},
	{OutputTax, Account{"22210107", "VAT: output tax", "应交税费—应交增值税（销项税额）"}},
	{PendingTax, Account{"222105", "VAT: input tax to be certified", "应交税费—待认证进项税额"}},
	{Clearing, Account{"2241", "Clearing", "其他应付款—清算"}},
	{Provision, Account{"2801", "Provisions", "预计负债"}},
	{Revenue, Account{"6001", "Revenue", "主营业务收入"}},
	{Breakage, Account{"600101", "Breakage revenue", "主营业务收入—弃兑"}},
	{FeeRevenue, Account{"6051", "Other revenue", "其他业务收入"}},
	{AdjustedRevenue, Account{"6301", "Non-operating income", "营业外收入"}},
	{Cost, Account{"6401", "Cost of sales", "主营业务成本"}},
	{Marketing, Account{"6601", "Selling expenses", "销售费用"}},
	{Fee, Account{"6602", "Administrative expenses", "管理费用"}},
	{BankCharges, Account{"6603", "Financial expenses", "财务费用"}},
	{AdjustedCost, Account{"6711", "Non-operating expenses", "营业外支出"}},
}

// Chart is which accounts a party's books have for what vouchers need.
type Chart struct {
	Accounts map[Role]Account  `json:"accounts"`
	Mappings []Mapping         `json:"mappings"` // the first that fits counts
	Words    Words             `json:"words"`
	TaxIDs   map[string]string `json:"taxIds"` // 纳税人识别号 by party
}

// Mapping gives what is of a programme, a counterparty or a scene an account of its own.
// "" stands for any.
type Mapping struct {
	For       Role    `json:"for" yaml:"for"`
	Programme string  `json:"programme" yaml:"programme"`
	Party     string  `json:"party" yaml:"party"` // counterparty
	Scene     string  `json:"scene" yaml:"scene"` // 消费场景
	Account   Account `json:"account" yaml:"account"`
}

// Words are the words of vouchers (凭证字) that a party numbers by. One that isn't named
// is General's.
type Words struct {
	General string `json:"general" yaml:"general"` // 记
	Receipt string `json:"receipt" yaml:"receipt"` // of vouchers that debit the bank: 收
	Payment string `json:"payment" yaml:"payment"` // that credit it: 付
}

// DefaultChart is the chart of a party that names none.
func DefaultChart() Chart {
	c := Chart{Accounts: map[Role]Account{}, Mappings: []Mapping{}, Words: Words{General: "记"},
		TaxIDs: map[string]string{}}
	for _, r := range roles {
		c.Accounts[r.role] = r.account
	}
	return c
}

// of is the account for what is of a programme, a counterparty and a scene.
func (c Chart) of(role Role, at subject) Account {
	for _, m := range c.Mappings {
		if m.For == role && fits(m.Programme, at.programme) && fits(m.Party, at.party) && fits(m.Scene, at.scene) {
			return m.Account
		}
	}
	return c.Accounts[role]
}

// subject is what an entry is about; "" for what it isn't.
type subject struct{ programme, party, scene string }

func fits(want, is string) bool { return want == "" || want == is }

// Check refuses with BAD_REQUEST a chart that no books can be kept by.
func (c Chart) Check() error {
	for _, r := range roles {
		if err := c.Accounts[r.role].check(); err != nil {
			return err
		}
	}
	for _, m := range c.Mappings {
		if err := m.check(); err != nil {
			return err
		}
	}
	for _, w := range []string{c.Words.General, c.Words.Receipt, c.Words.Payment} {
		if len([]rune(w)) > maxWord || w == "" && w == c.Words.General {
			return fault.New(fault.BadRequest, "voucher word %.20q: want at most %d characters, and a general one", w,
				maxWord)
		}
	}
	for party, id := range c.TaxIDs {
		if err := checkTaxID(party, id); err != nil {
			return err
		}
	}
	return c.apart()
}

// maxWord is the longest word of a voucher, in characters.
const maxWord = 4

func (a Account) check() error {
	if a.Code == "" || len(a.Code) > maxCode {
		return fault.New(fault.BadRequest, "account %.64q: want a code of at most %d characters", a.Code, maxCode)
	}
	if err := name.CheckText("en", a.En); err != nil {
		return err
	}
	return name.CheckText("zh", a.Zh)
}

// may are the subjects by which a role can be mapped: what isn't known wherever the
// account moves would leave a part of it in another one.
var may = map[Role]subject{
	Receivable: {party: "x"}, Payable: {party: "x"}, Contract: {programme: "x"}, Provision: {programme: "x"}, Bank: {},
	Clearing: {},
	Breakage: {programme: "x"},
}

func (m Mapping) check() error {
	if !slices.ContainsFunc(roles, func(r struct {
		role    Role
		account Account
	}) bool {
		return r.role == m.For
	}) {
		return fault.New(fault.BadRequest, "map: for %.40q: want one of the accounts' keys, such as revenue", m.For)
	}
	if limited, is := may[m.For]; is {
		for _, of := range [][3]string{{"programme", m.Programme, limited.programme}, {"party", m.Party, limited.party},
			{"scene", m.Scene, limited.scene}} {
			if of[1] != "" && of[2] == "" {
				return fault.New(fault.BadRequest,
					"map: %s can't be mapped by %s: not everything that moves it says which", m.For, of[0])
			}
		}
	}
	if err := name.CheckOptional([2]string{"programme", m.Programme}, [2]string{"party", m.Party},
		[2]string{"scene", m.Scene}); err != nil {
		return err
	}
	return m.Account.check()
}

// apart refuses with BAD_REQUEST a chart in which what is compared with statements and
// readings shares an account with anything else.
func (c Chart) apart() error {
	used := map[string]map[Role]bool{}
	add := func(code string, role Role) {
		if used[code] == nil {
			used[code] = map[Role]bool{}
		}
		used[code][role] = true
	}
	for role, a := range c.Accounts {
		add(a.Code, role)
	}
	for _, m := range c.Mappings {
		add(m.Account.Code, m.For)
	}
	for _, r := range roles {
		for code, by := range used {
			if len(by) > 1 && by[r.role] && slices.Contains(compared, r.role) {
				return fault.New(fault.BadRequest,
					"account %s: receivables, payables, provisions and the contract liability need one each", code)
			}
		}
	}
	return nil
}

// compared are the roles whose balances are compared with what others say.
var compared = []Role{Receivable, Payable, Contract, Provision}

// maxCode is the longest code of an account.
const maxCode = 32
