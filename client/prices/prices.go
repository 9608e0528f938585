// Package prices reads the file in which a seller writes at which prices a good is sold: rules in YAML, in yuan. See
// tally storefront sell --help for one.
package prices

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/bounds"
	"tallystick/client/figure"
	"tallystick/network/settings"
)

// Read reads prices from a file. BAD_REQUEST says where what is wrong stands.
func Read(path string) ([]goods.Price, error) {
	data, err := bounds.YAML(path)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&document); err != nil {
		return nil, fault.New(fault.BadRequest, "%s: %v", path, err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.SequenceNode {
		return nil, fault.New(fault.BadRequest, "%s: want a list of prices", path)
	}
	for _, one := range document.Content[0].Content {
		if err := inFen(path, one); err != nil {
			return nil, err
		}
	}
	var rules any
	if err := document.Decode(&rules); err != nil {
		return nil, fault.New(fault.BadRequest, "%s: %v", path, err)
	}
	text, err := json.Marshal(rules)
	if err != nil {
		return nil, err
	}
	var list []goods.Price
	if err := codec.DecodeJSON(text, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

// inFen makes a price as people write it one as the ledger has it.
func inFen(path string, rule *yaml.Node) error {
	known := slices.DeleteFunc(settings.Keys(reflect.TypeFor[goods.Price]()),
		func(key string) bool { return key == "fen" })
	known = append(known, "price")
	for i := 0; i+1 < len(rule.Content); i += 2 {
		key, value := rule.Content[i], rule.Content[i+1]
		if key.Value != "fen" && !slices.Contains(known, key.Value) {
			return fault.New(fault.BadRequest, "%s:%d: %v", path, key.Line, settings.Unknown(key.Value, known))
		}
		ledgers, money := map[string]string{"price": "fen", "minPoints": "minPoints", "minCash": "minCash"}[key.Value]
		if key.Value == "fen" {
			return fault.New(fault.BadRequest, "%s:%d: fen: write price, in yuan", path, key.Line)
		}
		if !money {
			continue
		}
		fen, err := figure.ParseYuan(value.Value)
		if err != nil {
			return placed(fmt.Sprintf("%s:%d: %s: yuan", path, value.Line, key.Value), err)
		}
		key.Value, value.Value, value.Tag, value.Style = ledgers, strconv.FormatInt(int64(fen), 10), "!!int", 0
	}
	return nil
}

// placed says where a refusal was met. It keeps its code.
func placed(where string, err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return fault.New(refusal.Code, "%s %s", where, refusal.Text)
	}
	return err
}
