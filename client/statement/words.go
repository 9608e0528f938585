package statement

import (
	"slices"

	"tallystick/chaincode/fault"
)

// Language is the one that a statement is written in for people.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Check refuses with BAD_REQUEST any other language.
func (l Language) Check() error {
	if l != English && l != Chinese {
		return fault.New(fault.BadRequest, "language: want en or zh")
	}
	return nil
}

// phrase is one thing said in both languages.
type phrase struct{ en, zh string }

func (l Language) of(p phrase) string {
	if l == Chinese {
		return p.zh
	}
	return p.en
}

// kinds are those of chaincode/settlement, in its order, and what people call them.
// One that isn't here is called by its name.
var kinds = []struct {
	kind string
	word phrase
}{
	{"carried", phrase{"Carried over", "结转"}},
	{"redemption", phrase{"Points redeemed", "积分兑付"}},
	{"refund", phrase{"Points refunded", "积分退回"}},
	{"conversion", phrase{"Points converted", "积分换算"}},
	{"service", phrase{"Service", "权益服务"}},
	{"service_back", phrase{"Service reversed", "权益冲回"}},
	{"fee", phrase{"Fee", "手续费"}},
	{"fee_back", phrase{"Fee returned", "手续费退回"}},
	{"supply", phrase{"Supply", "供货"}},
	{"return", phrase{"Return", "退货"}},
	{"adjustment", phrase{"Adjustment", "调整"}},
	{"rounding", phrase{"Rounding", "尾差"}},
	{"prefunding", phrase{"Prefunding", "预存"}},
}

// kindPlace is where a kind stands in lists: the unknown come last.
func kindPlace(kind string) int {
	for i, k := range kinds {
		if k.kind == kind {
			return i
		}
	}
	return len(kinds)
}

func (l Language) kind(kind string) string {
	if at := kindPlace(kind); at < len(kinds) {
		return l.of(kinds[at].word)
	}
	return kind
}

// kindOf reads what kind writes. Words begin with capitals or are Chinese, kinds never are.
func (l Language) kindOf(word string) string {
	for _, k := range kinds {
		if l.of(k.word) == word {
			return k.kind
		}
	}
	return word
}

// columns head the table of lines, in CSV and XLSX alike.
var columns = []phrase{
	{"Line", "明细编号"}, {"Date", "业务日期"}, {"Kind", "类型"}, {"Scene", "消费场景"}, {"Debtor", "应付方"}, {"Creditor", "应收方"},
	{"Programme", "积分计划"}, {"Points", "积分"}, {"Amount (yuan)", "金额（元）"}, {"VAT rate", "税率"},
	{"VAT contained (yuan)", "其中税额（元）"},
	{"Disputed", "争议"}, {"Cause", "事由"}, {"Block", "区块"}, {"Transaction", "交易"}, {"Leaf hash", "明细哈希"},
}

// header is the table's first row.
func (l Language) header() []string {
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = l.of(c)
	}
	return row
}

// languageOf says in which language a table's first row is.
func languageOf(row []string) (Language, bool) {
	for _, l := range []Language{English, Chinese} {
		if slices.Equal(row, l.header()) {
			return l, true
		}
	}
	return "", false
}

// What the other parts of a statement are called.
var (
	wordTitle      = phrase{"Settlement statement", "清结算账单"}
	wordSummary    = phrase{"Summary", "汇总"}
	wordMovements  = phrase{"Movements", "发生额"}
	wordLines      = phrase{"Lines", "明细"}
	wordCheck      = phrase{"Verification", "验证"}
	wordNetwork    = phrase{"Ledger", "账本"}
	wordCycle      = phrase{"Cycle", "结算周期"}
	wordPeriod     = phrase{"Period", "期间"}
	wordParties    = phrase{"Parties", "双方"}
	wordOpening    = phrase{"Opening balance", "期初余额"}
	wordTotal      = phrase{"Total of the cycle", "本期合计"}
	wordCarved     = phrase{"Less disputed lines", "减：争议剥离"}
	wordClosing    = phrase{"Closing balance, netted", "期末净额"}
	wordCount      = phrase{"Lines", "笔数"}
	wordTax        = phrase{"VAT contained", "其中税额"}
	wordYuan       = phrase{"yuan", "元"}
	wordDirection  = phrase{"Direction", "方向"}
	wordRoot       = phrase{"Root", "账单根"}
	wordSignatures = phrase{"Signatures on the ledger", "链上签署"}
	wordUnsigned   = phrase{"not signed yet", "尚未签署"}
	wordCommand    = phrase{"command", "命令"}
	wordPage       = phrase{"Page", "页"}
	wordPageTotal  = phrase{"Total of this page", "本页合计"}
	wordForward    = phrase{"Carried forward", "过次页"}
	wordBrought    = phrase{"Brought forward", "承前页"}
	wordDisputed   = phrase{"disputed", "争议"}
	wordYes        = phrase{"yes", "是"}
	wordNumber     = phrase{"No.", "序号"}
	wordName       = phrase{"Name", "名称"}
	wordLegal      = phrase{"Legal name", "单位全称"}
	wordTaxID      = phrase{"Tax id", "统一社会信用代码"}
	wordPayments   = phrase{"Payments", "付款"}
	wordPayment    = phrase{"Payment", "付款编号"}
	wordPayer      = phrase{"Payer", "付款方"}
	wordPayee      = phrase{"Payee", "收款方"}
	wordDue        = phrase{"Due", "到期日"}
	wordNoPayment  = phrase{"None between the two: the cycle isn't netted yet, or nothing is left to pay.",
		"双方之间暂无付款：周期尚未轧差，或轧差后无需付款。"}
	wordTree     = phrase{"Tree over the lines", "明细树"}
	wordSeal     = phrase{"Seal", "（盖章）"}
	wordPrepared = phrase{"Prepared by:", "制表："}
	wordChecked  = phrase{"Checked by:", "复核："}
	wordSealDate = phrase{"Date:", "日期："}
)

// owes says who owes whom.
func (l Language) owes(debtor, creditor string) string {
	if l == Chinese {
		return debtor + " 应付 " + creditor
	}
	return debtor + " owes " + creditor
}
