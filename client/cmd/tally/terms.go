package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/veil"
	"tallystick/client/bounds"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
)

func termsCommand(a *app) *cobra.Command {
	return group("terms", "Terms: what a seller owes a supplier for a good, known to the two only (供货条款)",
		offerTerms(a), exportTerms(a), acceptTerms(a), showTerms(a))
}

func offerTerms(a *app) *cobra.Command {
	req := goods.OfferTermsRequest{Kind: goods.Supply}
	var value string
	cmd := leaf("offer SUPPLIER SKU SELLER", "Offer a seller terms for a good, or others than before (报供货条款)",
		`  tally --as S1 terms offer care kit D --value price.txt
  tally --as S1 terms offer care kit G --kind commission --value percent.txt --until 2027-06-30`,
		func(ctx context.Context, args []string) error {
			req.Supplier, req.SKU, req.Seller = args[0], args[1], args[2]
			private, err := readValue(req.Kind, value)
			if err != nil {
				return err
			}
			a.call.Meaning.Name("value", formOf(private))
			a.call.Meaning.Hide()
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				answer, err := g.Once(ctx, &a.call, func() (command.Request, error) { return a.hide(v, req, private) })
				if err != nil {
					return err
				}
				return a.printReceipt(nameOf(req), answer)
			})
		})
	cmd.Long = `Offer terms. The ledger gets a commitment; the value and its salt stay in this party's
vault, before anything is sent. Hand them to the seller with tally terms export.

The value is read from a file, or from the input with -, so that no list of processes
shows it: the price of a unit in yuan, such as 268 or 7.805, or with --kind commission
the percentage of the price that the seller keeps, such as 15.`
	choice(cmd, &req.Kind, "kind", "what the value is", "supply", "commission")
	word(cmd, &value, "value", "file with the value, or - for the input")
	marked(cmd, apart, "value")
	day(cmd, &req.Until, "until", "last day on which a listing may take them")
	require(cmd, "value")
	return cmd
}

// hide keeps the value in the vault and makes the request that commits to it. The
// same request makes the same commitment.
func (a *app) hide(v *vault.Vault, req goods.OfferTermsRequest, private veil.Value) (command.Request, error) {
	t := vault.Terms{Supplier: req.Supplier, SKU: req.SKU, Seller: req.Seller, Kind: req.Kind, Until: req.Until, Opening: veil.Opening{Value: private}}
	var err error
	if t.Opening.Salt, err = v.TermsSalt("request/"+a.call.RequestID(), t); err != nil {
		return nil, err
	}
	if req.Commitment, err = t.Opening.Commit(); err != nil {
		return nil, err
	}
	if err := req.Check(); err != nil {
		return nil, err
	}
	return req, v.PutTerms(t)
}

// maxValue is the longest text of a value, in bytes.
const maxValue = 64

// readValue reads a private value from a file, or from the input. What it refuses
// doesn't say what was read.
func readValue(kind goods.TermsKind, path string) (veil.Value, error) {
	if path == "" {
		return veil.Value{}, fault.New(fault.BadRequest, "--value: want a file with the value, or - for the input")
	}
	file := os.Stdin
	if path != "-" {
		var err error
		if file, err = os.Open(path); err != nil {
			// The path may be the value itself, given by mistake.
			return veil.Value{}, fault.New(fault.BadRequest, "--value: there is no such file; the value itself goes into a file or the input")
		}
		defer file.Close()
	}
	text, err := bounds.All(file, path, maxValue)
	if err != nil {
		return veil.Value{}, fault.New(fault.BadRequest, "--value: want one number")
	}
	return parseValue(kind, strings.TrimSpace(string(text)))
}

// parseValue reads yuan with up to six digits after the point, hundredths of a hundredth of a fen, or percent with up
// to two.
func parseValue(kind goods.TermsKind, text string) (veil.Value, error) {
	digits, most := uint8(6), amount.Max
	if kind == goods.Commission {
		digits, most = 2, wholePrice
	}
	number, err := figure.Parse(text)
	if err != nil {
		return veil.Value{}, errValue
	}
	units, err := number.Units(digits)
	if err != nil || units > most {
		return veil.Value{}, errValue
	}
	return veil.Whole(uint64(units)), nil
}

// errValue says nothing of what was read.
var errValue = fault.New(fault.BadRequest, "--value: want yuan with up to 6 digits after the point, or a percentage of at most 100 with up to 2")

// wholePrice is all of a price, in basis points.
const wholePrice = 10_000

// valueText writes a value as it was given.
func valueText(t vault.Terms) string {
	if t.Kind == goods.Commission {
		return decimal.NewFromBigInt(t.Opening.Value.Big(), -2).String() + " %"
	}
	return "¥" + decimal.NewFromBigInt(t.Opening.Value.Big(), -6).String()
}

// termsFile is what a supplier's party hands to a seller. It is as secret as the
// prices in it.
type termsFile struct {
	Format string        `json:"format"`
	From   string        `json:"from"`   // supplier's party
	Seller string        `json:"seller"` // for whom it is
	Terms  []vault.Terms `json:"terms"`
}

const termsFormat = "tallystick terms v1"

func exportTerms(a *app) *cobra.Command {
	var supplier, out string
	cmd := leaf("export SELLER", "Write what you offer a seller now, with values and salts, for the seller alone (导出条款)",
		`  tally --as S1 terms export D --out for-D.json
  tally --as S1 terms export D --out for-D.json --supplier care`,
		func(ctx context.Context, args []string) error {
			return a.withIndex(ctx, func(_ context.Context, g *node.Node, r *index.Reading) error {
				return a.inVault(func(v *vault.Vault) error {
					file, err := exported(r, v, g.Party(), args[0], supplier)
					if err != nil {
						return err
					}
					if err := writePrivate(out, file); err != nil {
						return err
					}
					return a.print(map[string]any{"file": out, "terms": len(file.Terms)}, func(t table.Writer) {
						t.AppendRows([]table.Row{{"file", out}, {"terms", len(file.Terms)}})
					})
				})
			})
		})
	word(cmd, &supplier, "supplier", "of this supplier only")
	word(cmd, &out, "out", "file to write; it must not be there yet")
	require(cmd, "out")
	return cmd
}

// exported gathers the terms that a party offers a seller on the ledger now and
// whose values its vault has.
func exported(r *index.Reading, v *vault.Vault, from, seller, supplier string) (termsFile, error) {
	file := termsFile{Format: termsFormat, From: from, Seller: seller, Terms: []vault.Terms{}}
	offered, err := index.All[goods.Terms](r, index.Filter{Party: seller})
	if err != nil {
		return file, err
	}
	var asked []vault.Asked
	for _, one := range offered {
		if id := strings.Split(one.ID, "/"); supplier == "" || id[0] == supplier {
			asked = append(asked, vault.Asked{Supplier: id[0], SKU: id[1], Seller: seller, Commitment: one.Row.Commitment})
		}
	}
	known, err := v.KnownTerms(asked)
	if err != nil {
		return file, err
	}
	file.Terms = append(file.Terms, known...)
	if len(file.Terms) == 0 {
		return file, fault.New(fault.NotFound, "you offer %s nothing whose value this vault has", seller)
	}
	return file, nil
}

// writePrivate writes a new file that only its owner can read.
func writePrivate(path string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.BadRequest, "there is a file %s already", filepath.Base(path))
	}
	if err != nil {
		return err
	}
	_, err = file.Write(append(data, '\n'))
	return errors.Join(err, file.Sync(), file.Close())
}

// accepted is what became of a file of terms.
type accepted struct {
	Accepted int      `json:"accepted"`
	Differ   []differ `json:"differ"` // what wasn't taken
}

// differ is a line of the file that isn't what the ledger has. It says nothing of
// the value.
type differ struct {
	Line     int    `json:"line"` // of the file's terms, from 1
	Supplier string `json:"supplier"`
	SKU      string `json:"sku"`
	Reason   string `json:"reason"`
}

func acceptTerms(a *app) *cobra.Command {
	return leaf("accept FILE", "Compare terms that a supplier sent you with the ledger's commitments, and keep them (核对条款)",
		"  tally --as D terms accept for-D.json",
		func(ctx context.Context, args []string) error {
			file, err := readTerms(args[0])
			if err != nil {
				return err
			}
			return a.withIndex(ctx, func(_ context.Context, g *node.Node, r *index.Reading) error {
				return a.inVault(func(v *vault.Vault) error {
					answer, err := accept(r.Terms, v, g.Party(), file)
					if err != nil {
						return err
					}
					err = a.print(answer, func(t table.Writer) { acceptedTable(t, answer) })
					if err == nil && len(answer.Differ) > 0 {
						err = fault.New(fault.Conflict, "%d of %d terms are not what the ledger has", len(answer.Differ), len(file.Terms))
					}
					return err
				})
			})
		})
}

// maxTermsFile is the most that a file of terms can have, in bytes.
const maxTermsFile = 64 << 20

func readTerms(path string) (file termsFile, err error) {
	data, err := bounds.File(path, maxTermsFile)
	if err != nil {
		return file, err
	}
	if err := codec.DecodeJSON(data, &file); err != nil {
		return file, err
	}
	if file.Format != termsFormat {
		return file, fault.New(fault.BadRequest, "it is no file of terms")
	}
	return file, nil
}

// offered finds what the ledger has of terms; false if there are none.
type offered func(supplier, sku, seller string) (goods.Terms, bool, error)

// accept keeps the terms whose values open what the ledger has for the seller.
func accept(ledger offered, v *vault.Vault, seller string, file termsFile) (accepted, error) {
	answer := accepted{Differ: []differ{}}
	var kept []vault.Terms
	for i, t := range file.Terms {
		reason, err := compare(ledger, seller, t)
		if err != nil {
			return answer, err
		}
		if reason != "" {
			answer.Differ = append(answer.Differ, differ{Line: i + 1, Supplier: t.Supplier, SKU: t.SKU, Reason: reason})
			continue
		}
		kept = append(kept, t)
	}
	answer.Accepted = len(kept)
	return answer, v.PutTerms(kept...)
}

// compare says why terms aren't what the ledger has; "" if they are.
func compare(ledger offered, seller string, t vault.Terms) (string, error) {
	if t.Seller != seller {
		return "they are for another seller", nil
	}
	there, found, err := ledger(t.Supplier, t.SKU, seller)
	switch {
	case err != nil:
		return "", err
	case !found:
		return "the ledger has no terms for this good", nil
	case there.Kind != t.Kind || there.Until != t.Until:
		return fmt.Sprintf("the ledger says %s, to be taken until %q", there.Kind, there.Until), nil
	case !t.Opening.Opens(there.Commitment):
		return "the value doesn't open the ledger's commitment", nil
	}
	return "", nil
}

func acceptedTable(t table.Writer, answer accepted) {
	t.AppendRow(table.Row{"accepted", answer.Accepted})
	for _, d := range answer.Differ {
		t.AppendRow(table.Row{fmt.Sprintf("%d: %s/%s", d.Line, d.Supplier, d.SKU), d.Reason})
	}
}

// shownTerms are terms of the ledger with what this party knows of them.
type shownTerms struct {
	goods.Terms
	Value string `json:"value,omitempty"` // "" if this vault doesn't have it
}

func showTerms(a *app) *cobra.Command {
	return leaf("show SUPPLIER SKU SELLER", "Show terms as the ledger has them, and their value if you know it", "  tally --as D terms show care kit D",
		func(ctx context.Context, args []string) error {
			return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
				offered, err := g.Query().Terms(ctx, args[0], args[1], args[2])
				if err != nil {
					return err
				}
				known, found, err := v.TermsOf(args[0], args[1], args[2], offered.Commitment)
				if err != nil {
					return err
				}
				shown := shownTerms{Terms: offered}
				if found {
					shown.Value = valueText(known)
				}
				return a.print(shown, func(t table.Writer) {
					t.AppendRows([]table.Row{{"kind", offered.Kind}, {"commitment", offered.Commitment}, {"can be taken until", offered.Until}})
					if found {
						t.AppendRow(table.Row{"value, known to the two of you", shown.Value})
					}
				})
			})
		})
}
