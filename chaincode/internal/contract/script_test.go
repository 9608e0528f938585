package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/row"
)

// TestScripts plays testdata/script: what each command answers and writes.
//
//	batch PARTY [source=NAME from=N to=N]   lines "function JSON"; "+" before one links it with the next;
//	                                        "@id" names its request
//	call PARTY                              a single command or query: function, then an argument a line
//	wait SECONDS                            moves everybody's clock
//	hide NAME VALUE                         commits to a private value, with a salt that hangs on the name
//	open CYCLE DEBTOR CREDITOR NAME*N …     opens what one owes the other, from so many units of each value
//
// In what is sent, $NAME stands for the commitment, $QUOTE for the hash of the
// latest quote, $OPENING for what the latest open opened with, and $RATE:FROM:TO for
// the hash of a rate's terms as they are published.
//
// Run with -rewrite after a wanted change, and read the diff.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/script", func(t *testing.T, path string) {
		w, h := newWorld(t, 1), hidden{said: map[string]string{}, open: map[string]pedersen.Opening{}}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			d.Input = w.rateTerms(t, h.replace(d.Input))
			switch d.Cmd {
			case "batch":
				return w.scriptBatch(t, d)
			case "call":
				return h.noteQuote(d.Input, w.scriptCall(d))
			case "hide":
				return h.hide(t, d)
			case "open":
				return h.openHidden(t, w, d)
			case "wait":
				w.net.Advance(seconds(t, d.CmdArgs[0].Key))
				return "ok"
			}
			return "there is no command " + d.Cmd
		})
	})
}

var ratePlace = regexp.MustCompile(`\$RATE:(\w+):(\w+)`)

func (w *world) rateTerms(t *testing.T, input string) string {
	return ratePlace.ReplaceAllStringFunc(input, func(place string) string {
		of := ratePlace.FindStringSubmatch(place)
		return w.rate(t, of[1], of[2]).Terms().String()
	})
}

func seconds(t *testing.T, text string) time.Duration {
	d, err := time.ParseDuration(text + "s")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (w *world) scriptBatch(t *testing.T, d *datadriven.TestData) string {
	var batch command.Batch
	party := d.CmdArgs[0].Key
	if d.HasArg("source") {
		batch.Source = &command.Source{}
		d.ScanArgs(t, "source", &batch.Source.Name)
		d.ScanArgs(t, "from", &batch.Source.From)
		d.ScanArgs(t, "to", &batch.Source.To)
	}
	for _, line := range strings.Split(d.Input, "\n") {
		c, err := scriptCommand(line)
		if err != nil {
			return err.Error()
		}
		batch.Commands = append(batch.Commands, c)
	}
	receipts, refusals, err := w.send(t, party, batch)
	if err != nil {
		return "refused whole: " + err.Error()
	}
	var out strings.Builder
	for i := range receipts {
		switch {
		case refusals[i] != nil:
			fmt.Fprintf(&out, "%d  %s\n", i, refusals[i])
		case receipts[i].Duplicate:
			fmt.Fprintf(&out, "%d  again: %s\n", i, receipts[i].Number)
		default:
			fmt.Fprintf(&out, "%d  ok %s\n", i, receipts[i].Number)
		}
	}
	return out.String() + w.lastWrites()
}

func scriptCommand(line string) (command.Command, error) {
	line, linked := strings.CutPrefix(line, "+ ")
	request := ""
	if rest, ok := strings.CutPrefix(line, "@"); ok {
		request, line, _ = strings.Cut(rest, " ")
	}
	function, body, _ := strings.Cut(line, " ")
	req, err := command.Parse(function, []byte(body))
	if err != nil {
		return command.Command{}, err
	}
	c := command.New(request, req)
	c.Linked = linked
	return c, nil
}

func (w *world) scriptCall(d *datadriven.TestData) string {
	args := strings.Split(d.Input, "\n")
	party := d.CmdArgs[0].Key
	if strings.HasPrefix(args[0], "query:") {
		answer, err := w.net.Evaluate(w.client(party), "G", seal.Outer, ledgersim.Args(args...)...)
		if err != nil {
			return err.Error()
		}
		return indent(answer)
	}
	tx, err := w.call(party, args[0], args[1:]...)
	if err != nil {
		return err.Error()
	}
	return string(tx.Envelope.Response().GetPayload()) + "\n" + w.lastWrites()
}

func indent(data []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, data, "", "  ") != nil {
		return string(data)
	}
	return out.String()
}

// lastWrites lists what the last transaction wrote, decoded, lane heads last.
func (w *world) lastWrites() string {
	var last *ledgersim.Tx
	for b := range w.net.Blocks() {
		if n := len(b.Txs); n > 0 {
			last = b.Txs[n-1]
		}
	}
	var lines []string
	for _, ns := range last.Envelope.RWSet().Namespaces {
		for _, wr := range ns.Writes {
			lines = append(lines, describe(ns.Namespace, wr.Key, wr.Value))
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	return strings.Join(lines, "\n")
}

// describe writes one row for people. Repetitive rows are named only.
func describe(namespace, key string, value []byte) string {
	if strings.HasPrefix(namespace, "tallyseal") {
		head, err := row.Decode[row.Head](value)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("~ %s %s at %d", namespace, key, head.Seq)
	}
	found, err := row.Read(key, value)
	if err != nil {
		return err.Error()
	}
	data, err := json.Marshal(found.Row)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s %s %s", found.Kind, found.ID, data)
}
