package importer

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"tallystick/chaincode/command"
)

// chinese are the columns of the half year as a Chinese till names them.
var chinese = map[string]string{
	"household_id": "家庭编号", "store_id": "门店", "basket_id": "小票号", "product_id": "商品编号", "quantity": "数量",
	"sales_value": "实付金额", "retail_disc": "门店折扣", "coupon_disc": "券折扣",
	"coupon_match_disc": "匹配折扣", "week": "周", "transaction_timestamp": "交易时间", "coupon_upc": "券号", "campaign_id": "活动号",
	"redemption_date": "核销日期", "campaign_type": "活动类型",
	"start_date": "开始日期", "end_date": "结束日期", "product_ids": "商品清单", "manufacturer_id": "厂家", "department": "部门",
	"brand": "品牌", "product_category": "品类", "product_type": "型号", "package_size": "规格",
}

var columnName = regexp.MustCompile(`\b[a-z]+(_[a-z]+)+\b|\bbrand\b`)

// inChinese names the columns in a text, a header or a mapping, in Chinese.
func inChinese(text string) string {
	return columnName.ReplaceAllStringFunc(text, func(name string) string {
		if column, is := chinese[name]; is {
			return column
		}
		return name
	})
}

// halfYear is a folder with the files of the half year, and what they come to.
type halfYear struct {
	dir, purchases, ending string
	steps                  []step
	want                   Totals
	rejected               int
}

// step is a mapping of the sample, and the file that it is for; "" for the purchases.
type step struct{ mapping, file string }

var (
	ofHouseholds = []step{{"members", ""}, {"labels", "campaigns"}, {"benefits", "coupons"},
		{"entitlements", "coupon_redemptions"}, {"writeoffs", "coupon_redemptions"}, {"baskets", ""}, {"outlets", ""},
		{"campaigns", "campaign_descriptions"}, {"goods", "products"}}
	ofProducts = []step{{"suppliers", "products"}, {"approvals", "products"}, {"terms", "products"},
		{"stock", "products"}, {"listings", "products"}}
)

// The half year of real purchases comes to the same commands as UTF-8, as GB18030 with
// Chinese columns, and as a workbook with Excel's own numbers and dates.
func TestTheHalfYearInThreeForms(t *testing.T) {
	h := halfYear{"../../../shared/data/complete-journey", "transactions", ".csv.gz", ofHouseholds, Totals{
		Awards: 23301, Points: 11388988, Members: 2212, Accounts: 4424, Labels: 6589, Benefits: 647, Entitlements: 530,
		WriteOffs: 538, Campaigns: 27,
		Goods: 24671, Outlets: 227,
	}, 0}
	if _, err := os.Stat(filepath.Join(h.dir, h.purchases+h.ending)); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the real input isn't here; TestASampleInThreeForms covers the rest")
	}
	if os.Getenv("TALLY_SOAK") == "" {
		t.Skip("this is no soak; TestASampleInThreeForms covers the rest")
	}
	h.inThreeForms(t)
}

// The same with the generated files of the sample.
func TestASampleInThreeForms(t *testing.T) {
	h := halfYear{sampleDir, "baskets", ".csv", slices.Concat(ofHouseholds, ofProducts), Totals{
		Awards: 38, Points: 116240, Members: 12, Accounts: 24, Labels: 20, Benefits: 12, Entitlements: 20,
		WriteOffs: 26, Campaigns: 3,
		Suppliers: 8, Goods: 24, Terms: 24, Stocked: 24, Listings: 24, Outlets: 3,
	}, 7}
	h.inThreeForms(t)
}

const sampleDir = "../../test-network/sample"

func (h halfYear) inThreeForms(t *testing.T) {
	files := map[string][3]string{}
	var sum [3]Totals
	var rejected [3]int
	var counters [3]*counter
	for _, step := range h.steps {
		if step.file == "" {
			step.file = h.purchases
		}
		if _, made := files[step.file]; !made {
			files[step.file] = h.forms(t, step.file)
		}
		yaml, err := os.ReadFile(filepath.Join(sampleDir, step.mapping+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var took [3][]command.Request
		for form, path := range files[step.file] {
			text := string(yaml)
			if form > 0 {
				text = inChinese(text)
			}
			if counters[form] == nil {
				counters[form] = newCounter(t, 2)
			}
			var report *Report
			report, took[form] = h.imported(t, text, path, counters[form])
			if err := sum[form].add(report.Totals); err != nil {
				t.Fatal(err)
			}
			rejected[form] += len(report.Rejected) - int(report.Refused)
		}
		for form := 1; form < 3; form++ {
			if !reflect.DeepEqual(took[form], took[0]) {
				t.Errorf("%s: form %d makes %d commands, UTF-8 %d: %s", step.mapping, form, len(took[form]),
					len(took[0]), firstOther(took[form], took[0]))
			}
		}
	}
	if sum[0] != h.want || sum[1] != sum[0] || sum[2] != sum[0] ||
		rejected != [3]int{h.rejected, h.rejected, h.rejected} {
		t.Errorf("%+v\n%+v\n%+v, %v rejected\nwant %+v, %d", sum[0], sum[1], sum[2], rejected, h.want, h.rejected)
	}
}

// firstOther is where two lists of commands part.
func firstOther(got, want []command.Request) string {
	for i := range min(len(got), len(want)) {
		if one, other := said(got[i]), said(want[i]); one != other {
			return one + " for " + other
		}
	}
	return "one is longer"
}

// imported runs an import to its end and answers the commands.
func (h halfYear) imported(t *testing.T, mapping, path string, c *counter) (*Report, []command.Request) {
	t.Helper()
	l := &ledger{refuse: c.take}
	s := Stores{Party: "D", Vault: &safe{everybody: true}, Shop: &shop{}, Entitlements: c.list}
	report, err := Job{
		Mapping: load(t, mapping), File: input(t, path), State: t.TempDir(), Open: l.open, Stores: s,
	}.Run(
		context.Background())
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return report, l.took
}

// forms writes a file in its three forms.
func (h halfYear) forms(t *testing.T, name string) (paths [3]string) {
	t.Helper()
	rows := h.rows(t, name)
	paths[0] = file(t, name+".csv", csvOf(t, rows))
	texts := slices.Clone(rows)
	texts[0] = slices.Clone(rows[0])
	for i, column := range texts[0] {
		texts[0][i] = inChinese(column)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(csvOf(t, texts))
	if err != nil {
		t.Fatal(err)
	}
	paths[1] = file(t, name+"-gb.csv", gb)
	// A day that is a reference is a text: as a date it would be another word in each country.
	paths[2] = writeExcel(t, texts, map[string]bool{"实付金额": true, "门店折扣": true, "券折扣": true, "匹配折扣": true},
		map[string]bool{"核销日期": true})
	return paths
}

func csvOf(t *testing.T, rows [][]string) string {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (h halfYear) rows(t *testing.T, name string) [][]string {
	t.Helper()
	data, err := os.Open(filepath.Join(h.dir, name+h.ending))
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	var from io.Reader = data
	if strings.HasSuffix(h.ending, ".gz") {
		if from, err = gzip.NewReader(data); err != nil {
			t.Fatal(err)
		}
	}
	return rowsOf(t, from)
}
