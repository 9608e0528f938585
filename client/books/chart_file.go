package books

import (
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/network/settings"
)

// ReadChart reads a chart's YAML: what it names replaces the default, an account at a
// time. BAD_REQUEST for what is none, LIMIT for too much.
//
//	provision: {code: "2801.03", en: Points, zh: 预计负债—积分}
//	words: {receipt: 收, payment: 付, general: 转}
//	taxIds: {D: 91310000MA1FL00001, G: 91310000MA1FL00002}
//	map:
//	  - {for: revenue, scene: care, account: {code: "6001.02", en: Car care, zh: 主营业务收入—养护}}
//	  - {for: receivable, party: F, account: {code: "1122.06", en: Group companies, zh: 应收账款—集团内}}
func ReadChart(from io.Reader) (Chart, error) {
	chart := DefaultChart()
	file := chartFile{chart: &chart}
	if err := readYAML(from, maxChart, &file); err != nil {
		return Chart{}, err
	}
	return chart, chart.Check()
}

// chartFile reads a file on top of a chart.
type chartFile struct{ chart *Chart }

// UnmarshalYAML reads the file's keys: an account each, and the three others.
func (f *chartFile) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want accounts by their keys", node.Line)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if seen[key.Value] {
			return fmt.Errorf("line %d: %s stands twice", key.Line, key.Value)
		}
		seen[key.Value] = true
		if err := f.key(key.Value, value); err != nil {
			return fmt.Errorf("line %d: %w", key.Line, err)
		}
	}
	return nil
}

func (f *chartFile) key(key string, value *yaml.Node) error {
	switch key {
	case "map":
		return settings.DecodeNode(value, &f.chart.Mappings)
	case "words":
		return settings.DecodeNode(value, &f.chart.Words)
	case "taxIds":
		return settings.DecodeNode(value, &f.chart.TaxIDs)
	}
	account, known := f.chart.Accounts[Role(key)]
	if !known {
		return settings.Unknown(key, append(roleNames(), "map", "words", "taxIds"))
	}
	if err := settings.DecodeNode(value, &account); err != nil {
		return err
	}
	f.chart.Accounts[Role(key)] = account
	return nil
}

func roleNames() (list []string) {
	for _, r := range roles {
		list = append(list, string(r.role))
	}
	return list
}

// checkTaxID refuses with BAD_REQUEST what can be no 纳税人识别号: 15 to 20 digits and
// capital letters (18 as 统一社会信用代码, GB 32100).
func checkTaxID(party, id string) error {
	if err := name.CheckID("taxIds", party); err != nil {
		return err
	}
	if len(id) < 15 || len(id) > 20 || strings.Trim(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return fault.New(fault.BadRequest, "taxIds: %s: %.40q: want 15 to 20 digits and capital letters", party, id)
	}
	return nil
}
