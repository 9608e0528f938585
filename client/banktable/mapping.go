// Package banktable reads the tables in which banks list what they booked on an account (账户明细, CSV or XLSX), by a
// mapping
// that says which column holds what, and makes the same advices of them as [tallystick/client/iso20022] makes of camt.
//
//	table ──Mapping──▶ Advice ──▶ client/payments
//
// The nouns: a *mapping* names columns; a *preset* is the mapping of a bank whose layout is public, which a file can
// take
// over and change. A line names a payment of ours by the end-to-end id, in a column of its own or among the words of a
// text.
//
// One invariant: a line becomes an advice as it stands, or one that says why it can't be read. Only lines that are no
// bookings (sums, notes, page numbers) are left out.
package banktable

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/viper"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/clean"
	"tallystick/client/importer/cell"
	"tallystick/client/importer/table"
	"tallystick/network/settings"
)

// Mapping says what the columns of a bank's table hold. It is read from YAML; the least is
//
//	bank: icbc
//
// and one for a bank that has no preset:
//
//	account: "0200000000000002"
//	columns:
//	  date: 记账日期
//	  debit: 支出
//	  credit: 收入
//	  counterparty: 对方户名
//	  counterpartyAccount: 对方账号
//	  reference: 流水号
//	  texts: [摘要, 附言]
type Mapping struct {
	// preset to begin with: boc, ccb, cmb, icbc, or plain (one column of amounts, one that says 借 or 贷); what the file
	// says beside it holds instead
	Bank string `mapstructure:"bank"`
	// number of the account that the table is of, if the table doesn't say it
	Account string `mapstructure:"account"`
	// what stands before the account's number in the rows above the header, such as 账号
	Above   []string `mapstructure:"above"`
	Columns Columns  `mapstructure:"columns"` // what each column is called
	// what the column direction says of money that came in; 贷, 收入, 转入, C … if it isn't said
	In  []string `mapstructure:"in"`
	Out []string `mapstructure:"out"` // and of money that went; 借, 支出, 转出, D … if it isn't said
	// what a text says of a line with which the bank takes its own charge, such as 手续费: it is of no payment
	Fees []string `mapstructure:"fees"`
	// of dates, such as dd.MM.yyyy; year first in any form, if it isn't said
	Layout    string `mapstructure:"layout"`
	Currency  string `mapstructure:"currency"`  // of lines that don't say it; CNY if it isn't said
	Encoding  string `mapstructure:"encoding"`  // where it isn't found out
	Separator string `mapstructure:"separator"` // between cells, where it isn't found out
	Decimal   string `mapstructure:"decimal"`   // sign before decimals: . or ,
	Header    int    `mapstructure:"header"`    // row of the column names, counted from 1, where it isn't found out
	Sheet     string `mapstructure:"sheet"`     // of a workbook, by name; the first if it isn't said

	layout    string // in Go's words, "" for year first
	reference cell.Template
}

// Columns are the columns' names, as the header has them.
type Columns struct {
	Date  string `mapstructure:"date"`  // day of booking, perhaps with the time
	Value string `mapstructure:"value"` // value date
	// what moved: below 0 it went, unless a column says which way; then below 0 takes an earlier booking back
	Amount    string `mapstructure:"amount"`
	Direction string `mapstructure:"direction"` // which way the amount went, 借/贷
	// what came in; below 0 it takes an earlier booking back
	Credit string `mapstructure:"credit"`
	// what went; below 0 it takes an earlier booking back
	Debit               string `mapstructure:"debit"`
	Charges             string `mapstructure:"charges"`             // what the bank kept of it
	Currency            string `mapstructure:"currency"`            // 人民币, CNY
	Account             string `mapstructure:"account"`             // number of the account that the table is of
	Counterparty        string `mapstructure:"counterparty"`        // name of who paid or was paid
	CounterpartyAccount string `mapstructure:"counterpartyAccount"` // and the number of its account
	Debtor              string `mapstructure:"debtor"`              // or: name of who paid
	DebtorAccount       string `mapstructure:"debtorAccount"`       // and the number of its account
	Creditor            string `mapstructure:"creditor"`            // name of who was paid
	CreditorAccount     string `mapstructure:"creditorAccount"`     // and the number of its account
	// the bank's own number of the booking, or a text with columns in braces, if several together are one booking's
	// alone
	Reference string   `mapstructure:"reference"`
	Alias     string   `mapstructure:"alias"`    // another number of the bank's for the same booking
	EndToEnd  string   `mapstructure:"endToEnd"` // the end-to-end id that the payer gave
	Texts     []string `mapstructure:"texts"`    // 摘要, 附言, 用途: an end-to-end id is looked for in them
}

//go:embed banks
var banks embed.FS

// Banks lists the presets.
func Banks() (names []string) {
	list, err := banks.ReadDir("banks")
	if err != nil {
		panic(err) // our own files
	}
	for _, file := range list {
		names = append(names, strings.TrimSuffix(file.Name(), ".yaml"))
	}
	return names
}

// Parse reads and checks a mapping. Keys that mean nothing are refused.
func Parse(text []byte) (*Mapping, error) {
	if err := bounds.CheckYAML(text, "the mapping"); err != nil {
		return nil, err
	}
	m, err := parse(text)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "the mapping: %v", err)
	}
	return m, nil
}

func parse(text []byte) (*Mapping, error) {
	if err := settings.Check("", text, reflect.TypeFor[Mapping]()); err != nil {
		return nil, err
	}
	own := viper.New()
	own.SetConfigType("yaml")
	if err := own.ReadConfig(bytes.NewReader(text)); err != nil {
		return nil, err
	}
	v := viper.New()
	v.SetConfigType("yaml")
	if bank := own.GetString("bank"); bank != "" {
		if !slices.Contains(Banks(), bank) {
			return nil, fmt.Errorf("bank: want one of %s", strings.Join(Banks(), ", "))
		}
		preset, err := banks.ReadFile(path.Join("banks", bank+".yaml"))
		if err != nil {
			return nil, err
		}
		if err := v.ReadConfig(bytes.NewReader(preset)); err != nil {
			return nil, err
		}
	}
	if err := v.MergeConfigMap(own.AllSettings()); err != nil {
		return nil, err
	}
	m := &Mapping{Currency: "CNY", Decimal: ".", In: moneyIn, Out: moneyOut}
	if err := v.UnmarshalExact(m); err != nil {
		return nil, err
	}
	return m, m.check()
}

// What banks say of the direction.
var (
	moneyIn  = []string{"贷", "贷方", "收", "收入", "转入", "来账", "入账", "进账", "收款", "存入", "C", "CR", "CRDT", "CREDIT", "+"}
	moneyOut = []string{"借", "借方", "支", "付", "支出", "转出", "往账", "出账", "付款", "支取", "D", "DR", "DBIT", "DEBIT", "-"}
)

// check refuses a mapping by which nothing could be told.
func (m *Mapping) check() (err error) {
	c := m.Columns
	switch {
	case c.Date == "":
		return fmt.Errorf("columns: want at least date")
	case (c.Amount == "") == (c.Credit == "" && c.Debit == ""):
		return fmt.Errorf("columns: want amount, or credit and debit")
	case c.Amount == "" && (c.Credit == "" || c.Debit == ""):
		return fmt.Errorf("columns: want both credit and debit")
	case c.Direction != "" && len(m.In)*len(m.Out) == 0:
		return fmt.Errorf("in, out: want what the column direction says")
	case c.Account == "" && len(m.Above) == 0 && m.Account == "":
		return fmt.Errorf(
			"account: say which account the table is of: columns.account, above, or its number in account")
	case len(c.Texts) == 0 && c.EndToEnd == "":
		return fmt.Errorf("columns: want endToEnd, or texts in which end-to-end ids stand")
	case m.Decimal != "." && m.Decimal != ",":
		return fmt.Errorf("decimal: want . or ,")
	case m.Separator != "" && table.Separators[m.Separator] == 0:
		return fmt.Errorf("separator: want , ; tab or |")
	}
	if m.reference, err = cell.ParseTemplate(c.Reference); err != nil {
		return fmt.Errorf("columns: reference: %w", err)
	}
	if m.Encoding != "" {
		if err := table.CheckEncoding(m.Encoding); err != nil {
			return err
		}
	}
	if m.Layout != "" {
		m.layout, err = cell.Layout(m.Layout)
	}
	return err
}

// columns are those that the table must have.
func (m *Mapping) columns() (list []string) {
	c := m.Columns
	single := []string{c.Date, c.Value, c.Amount, c.Direction, c.Credit, c.Debit, c.Charges, c.Currency, c.Account,
		c.Counterparty, c.CounterpartyAccount,
		c.Debtor, c.DebtorAccount, c.Creditor, c.CreditorAccount, c.Alias, c.EndToEnd}
	for _, name := range slices.Concat(single, c.Texts, m.reference.Columns) {
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// day reads a date, whatever time stands behind it.
func (m *Mapping) day(text string) (time.Time, bool) {
	if m.layout != "" {
		day, err := cell.Day(m.layout, text)
		return day, err == nil
	}
	text = clean.Text(clean.Trim(text))
	word, rest, _ := strings.Cut(strings.Replace(text, "T", " ", 1), " ")
	if day, err := cell.YearFirst(word); err == nil && isTime(rest) {
		return day, true
	}
	if len(word) == len("20060102150405") && isTime(rest) {
		day, err := cell.Day("20060102150405", word)
		return day, err == nil
	}
	return time.Time{}, false
}

// isTime says whether a text can be the time behind a date.
func isTime(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789:.+-时分秒Z ", r) }) < 0
}
