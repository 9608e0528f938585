package contract

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/settlement"
)

// hidden is what a script's people know and the ledger doesn't, and the words that
// stand for it.
type hidden struct {
	said map[string]string // by $WORD
	open map[string]pedersen.Opening
}

func (h hidden) replace(input string) string {
	for word, text := range h.said {
		input = strings.ReplaceAll(input, "$"+word, text)
	}
	return input
}

// noteQuote remembers a quote's hash.
func (h hidden) noteQuote(input, text string) string {
	var quoted answer.Quoted
	if strings.HasPrefix(input, "query:Quote") && json.Unmarshal([]byte(text), &quoted) == nil {
		h.said["QUOTE"] = quoted.Hash.String()
	}
	return text
}

func (h hidden) hide(t *testing.T, d *datadriven.TestData) string {
	value, err := strconv.ParseUint(d.CmdArgs[1].Key, 10, 64)
	if err != nil {
		return err.Error()
	}
	name := d.CmdArgs[0].Key
	h.open[name] = opening(t, name, value)
	h.said[name] = committed(t, h.open[name]).String()
	return h.said[name]
}

// openHidden opens a position of hidden supply.
func (h hidden) openHidden(t *testing.T, w *world, d *datadriven.TestData) string {
	sum := pedersen.Known(pedersen.Value{})
	for _, arg := range d.CmdArgs[3:] {
		name, times, _ := strings.Cut(arg.Key, "*")
		n, err := strconv.ParseUint(times, 10, 64)
		if err != nil {
			return err.Error()
		}
		sum = must(sum.Plus(must(h.open[name].Times(n))))
	}
	positions, err := ask[[]settlement.HiddenPosition](w, "A", "query:HiddenPositions", d.CmdArgs[0].Key)
	if err != nil {
		return err.Error()
	}
	for _, p := range positions {
		if p.Debtor == d.CmdArgs[1].Key && p.Creditor == d.CmdArgs[2].Key {
			said, err := json.Marshal(sum)
			if err != nil {
				return err.Error()
			}
			h.said["OPENING"] = string(said)
			fen, fee, err := p.Open(sum)
			if err != nil {
				return err.Error()
			}
			return fmt.Sprintf("%d fen, of which a fee of %d", fen, fee)
		}
	}
	return "there is no such position"
}
